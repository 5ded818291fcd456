"""A number is one number in any writing; two numbers are two; what is not a number is not one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.vault.finding import SIGNATURE, Signer, contacts, meeting, without_contacts

KEY = bytes(range(32))
NUMBER = "612345678"


@pytest.mark.parametrize(
    "text",
    [
        "0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "06–12–34–56–78", "+33612345678",
        "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "0033 6 12 34 56 78", "00 33 6 12 34 56 78", "33612345678", "612345678",
        "٠٦١٢٣٤٥٦٧٨", "۰۶ ۱۲ ۳۴ ۵۶ ۷۸", "０６ １２ ３４ ５６ ７８", "\u200e+33\u00a06\u202f12\u202f34\u202f56\u202f78\u200f",
        "(06) 12 34 56 78", "tel:0612345678", "Appeler Awa au 06 12 34 56 78 après 18h", "06 12 34 56 78 18h-20h",
    ],
)  # fmt: skip
def test_every_writing_of_a_number_is_one_number(text: str) -> None:
    assert [contact.whole for contact in contacts(text)] == [NUMBER]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("06 12 34 56 78 / 07 11 22 33 44", [NUMBER, "711223344"]),
        ("0612345678 0711223344", [NUMBER, "711223344"]),
        ("0612345678, 0711223344; 0612345678", [NUMBER, "711223344"]),
        ("06 12 34 56 78 (sœur), +221 77 123 45 67", [NUMBER, "771234567"]),
        ("+212 6 98 76 54 32\n+63 917 123 4567", ["698765432", "9171234567"]),
        ("+1 415 555 0123", ["4155550123"]),
        ("+44 7911 123456 ou 00237 6 99 12 34 56", ["7911123456", "699123456"]),
        ("Awa.T@Example.ORG, 06 12 34 56 78", ["awa.t@example.org", NUMBER]),
    ],
)
def test_several_in_one_text_are_each_read(text: str, numbers: list[str]) -> None:
    assert [contact.whole for contact in contacts(text)] == numbers


@pytest.mark.parametrize(
    "text",
    ["", "Awa Traoré", "115", "14 h 30", "75011 Paris", "née le 12.03.1990", "2019-12-31", "12/03/1990", "@", "a@b"],
)
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert contacts(text) == ()


def test_two_numbers_meet_whole_or_by_their_last_eight_digits() -> None:
    (home,), (abroad,), (other,) = (contacts(t) for t in ("01 23 45 67 89", "+225 07 23 45 67 89", "01 23 45 67 80"))
    assert home.whole != abroad.whole
    assert meeting([home], [other, abroad]) == home
    assert meeting([home], [other]) is None
    assert meeting([home, other], [abroad, other]) == other, "a whole one first"
    (one,), (two,) = contacts("awa@example.org"), contacts("awa@example.com")
    assert meeting([one], [two]) is None


def test_a_name_beside_a_number_is_left_alone() -> None:
    assert without_contacts("Awa Traoré 06 12 34 56 78, awa@example.org").split() == ["awa", "traoré", ","]
    assert without_contacts("06 12 34 56 78") == ""


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for contact in contacts(text):
        assert contact.whole
        assert contact.tail == "" or contact.tail.isascii()
    assert len(Signer(KEY).sign_contacts([text])) == SIGNATURE


@given(st.integers(100_000_000, 999_999_999), st.sampled_from(["", " ", ".", "-", "\u00a0"]))
def test_any_french_number_is_one_in_any_writing(number: int, between: str) -> None:
    digits = f"0{number}"
    pairs = between.join(digits[i : i + 2] for i in range(0, 10, 2))
    abroad = f"+33{between}{digits[1]}{between}" + between.join(digits[i : i + 2] for i in range(2, 10, 2))
    signer = Signer(KEY)
    assert contacts(pairs) == contacts(abroad)
    assert len(contacts(pairs)) == 1
    assert signer.sign_contacts([pairs]) == signer.sign_contacts([abroad])


def test_a_signature_of_numbers_says_nothing_under_another_key_and_a_query_is_part_of_it() -> None:
    text = "06 12 34 56 78, 07 11 22 33 44"
    stored = np.frombuffer(Signer(KEY).sign_contacts([text]), "<u8")
    asked = Signer(KEY).ask_contacts("+33 7 11 22 33 44")
    assert np.bitwise_count(asked).sum() > 8
    assert ((stored & asked) == asked).all()
    theirs = np.frombuffer(Signer(bytes(32)).sign_contacts([text]), "<u8")
    assert np.bitwise_count(stored & theirs).sum() < 0.5 * np.bitwise_count(stored).sum()
