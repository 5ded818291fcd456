"""A sealed value opens in its place, with its key, as it was sealed; or not at all (T4, T14, T20)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from havre.accounts.permissions import Role
from havre.core.errors import RuleBroken
from havre.intake.models import Contact
from havre.vault import crypto, services
from havre.vault.errors import NotGranted, Shredded, Tampered, VaultError
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CaseKey
from havre.vault.opened import OpenVault, place_of
from tests.vault.house import House, again, alert, note, person

NAME, STORY = "Aïssatou Bâ", "نامت في المطبخ\nShe slept in the kitchen."


def test_what_was_sealed_opens_again_and_is_not_in_the_row(house: House) -> None:
    row = again(alert(house, person_name=NAME, narrative=STORY))
    vault = house.vault(Role.LAWYER)
    assert vault.open(row, "person_name") == NAME
    assert vault.open(row, "narrative") == STORY
    for column, text in (("person_name", NAME), ("narrative", STORY)):
        assert text.encode()[:4] not in bytes(getattr(row, column))


def test_a_column_never_written_is_empty(house: House) -> None:
    assert house.vault(Role.LAWYER).open(again(alert(house)), "reporter") == ""


def test_the_same_text_is_never_sealed_twice_alike(house: House) -> None:
    vault, row = house.vault(Role.LAWYER), alert(house)
    vault.seal(row, person_name=NAME)
    first = row.person_name
    vault.seal(row, person_name=NAME)
    assert first != row.person_name
    assert row.person_name_rev == 2


def test_a_row_not_saved_yet_can_be_sealed_because_its_id_is_its_own(house: House) -> None:
    row = alert(house)
    contact: Any = Contact(
        alert=row, at=row.received_at, kind="phone", with_whom="person", by=house.members[Role.LAWYER]
    )
    house.vault(Role.LAWYER).seal(contact, note=STORY)
    contact.save(force_insert=True)
    assert house.vault(Role.RECEPTION).open(again(contact), "note") == STORY


def _contacts(row: Any, by: Any) -> list[Any]:
    return [Contact(alert=row, at=row.received_at, kind="phone", with_whom="person", by=by) for _ in range(2)]


# --- moved: each part of the place, one at a time -----------------------------------------------------------------


def _swap(one: Any, other: Any, column: str, to: str | None = None) -> Any:
    """`other` with the ciphertext and revision of `one`."""
    setattr(other, to or column, getattr(one, column))
    setattr(other, f"{to or column}_rev", getattr(one, f"{column}_rev"))
    return other


@pytest.mark.promise("T4")
def test_moved_to_another_row_of_the_same_case(house: House) -> None:
    row, vault = alert(house), house.vault(Role.LAWYER)
    first, second = _contacts(row, vault.user)
    vault.seal(first, note="one")
    vault.seal(second, note="two")
    second.note, second.note_rev = first.note, first.note_rev
    with pytest.raises(Tampered):
        vault.open(second, "note")


@pytest.mark.promise("T4")
def test_moved_to_another_column(house: House) -> None:
    row = alert(house, person_name=NAME, reporter="a neighbour")
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(_swap(row, row, "person_name", "reporter"), "reporter")


@pytest.mark.promise("T4")
def test_moved_to_another_case(house: House) -> None:
    one, two = alert(house, person_name=NAME), alert(house, person_name="X")
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(_swap(one, two, "person_name"), "person_name")


@pytest.mark.promise("T4")
def test_the_row_handed_to_another_case(house: House) -> None:
    one, two = alert(house, person_name=NAME), alert(house, person_name="X")
    one.case, two.case = two.case, one.case
    for row in (one, two):
        with pytest.raises(Tampered):
            house.vault(Role.LAWYER).open(row, "person_name")


@pytest.mark.promise("T4")
def test_moved_to_another_table_with_the_same_id_and_case(house: House) -> None:
    row, vault = alert(house), house.vault(Role.LAWYER)
    contact: Any = Contact(alert=row, at=row.received_at, kind="phone", with_whom="person", by=vault.user)
    vault.seal(contact, note="kept")
    about = person(house)
    about.case_id = row.case_id
    stranger = note(about, "identity", "x", vault)
    stranger.pk = contact.pk
    stranger.text, stranger.text_rev = contact.note, contact.note_rev
    with pytest.raises(Tampered):
        vault.open(stranger, "text")


@pytest.mark.promise("T4")
def test_moved_to_another_compartment(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    row = note(person(house), "social", "housing", vault)
    note(row.file.person, "legal", "so that the case has a legal key", vault)
    row.compartment = "legal"
    with pytest.raises(Tampered):
        vault.open(row, "text")


@pytest.mark.promise("T4")
def test_an_older_value_put_back_under_the_new_revision(house: House) -> None:
    row, vault = alert(house, person_name=NAME), house.vault(Role.COORDINATOR)
    old = row.person_name
    vault.seal(row, person_name="Changed")
    row.person_name = old
    with pytest.raises(Tampered):
        vault.open(row, "person_name")


@pytest.mark.promise("T4")
def test_moved_to_another_organisation(house: House, other: House) -> None:
    row, theirs = alert(house, person_name=NAME), alert(other, person_name="X")
    with pytest.raises(Tampered):
        other.vault(Role.LAWYER).open(_swap(row, theirs, "person_name"), "person_name")


@pytest.mark.promise("T4")
def test_the_whole_row_of_another_organisation_does_not_open(house: House, other: House) -> None:
    row = alert(house, person_name=NAME)
    with pytest.raises(VaultError):
        other.vault(Role.LAWYER).open(again(row), "person_name")


@pytest.mark.promise("T4")
def test_nobody_writes_in_a_case_of_another_organisation(house: House, other: House) -> None:
    for row in (alert(house), alert(house, person_name=NAME)):
        with pytest.raises(NotGranted):
            other.vault(Role.LAWYER).seal(row, person_name="Planted")


PLACE: dict[str, Any] = {
    "organisation": uuid.UUID(int=1), "compartment": "identity", "case": uuid.UUID(int=2), "table": "intake_alert",
    "row": uuid.UUID(int=3), "column": "narrative", "revision": 1,
}  # fmt: skip
OTHER: dict[str, Any] = {
    "organisation": uuid.UUID(int=9), "compartment": "legal", "case": uuid.UUID(int=9), "table": "casefiles_person",
    "row": uuid.UUID(int=9), "column": "reporter", "revision": 2,
}  # fmt: skip


@pytest.mark.promise("T4")
@pytest.mark.parametrize("part", PLACE)
def test_each_part_of_the_place_is_bound_even_under_the_same_key(part: str) -> None:
    key = crypto.random_key()
    blob = crypto.seal(key, b"kept", place_of(**PLACE))
    assert crypto.unseal(key, blob, place_of(**PLACE)) == b"kept"
    with pytest.raises(Tampered):
        crypto.unseal(key, blob, place_of(**{**PLACE, part: OTHER[part]}))


@pytest.mark.promise("T4")
def test_parts_of_a_place_do_not_run_into_each_other() -> None:
    assert crypto.pack("ab", "c") != crypto.pack("a", "bc")
    assert crypto.pack("a", "") != crypto.pack("", "a")
    assert crypto.pack("a") != crypto.pack("a", "")


# --- changed, cut, another key --------------------------------------------------------------------------------------


@pytest.mark.promise("T4")
def test_every_flipped_bit_is_refused() -> None:
    key, place = crypto.random_key(), crypto.pack("here")
    blob = crypto.seal(key, b"kept", place)
    for index in range(len(blob)):
        for bit in (0x01, 0x80):
            changed = bytearray(blob)
            changed[index] ^= bit
            with pytest.raises(Tampered):
                crypto.unseal(key, bytes(changed), place)


@pytest.mark.promise("T4")
@pytest.mark.parametrize("length", [0, 1, 9, 33, 48, 49, 80, 112])
def test_a_cut_value_is_refused(length: int) -> None:
    key, place = crypto.random_key(), crypto.pack("here")
    blob = crypto.seal(key, b"kept", place)
    assert length < len(blob)
    with pytest.raises(Tampered):
        crypto.unseal(key, blob[:length], place)


@pytest.mark.promise("T4")
def test_what_follows_a_value_is_refused() -> None:
    key, place = crypto.random_key(), crypto.pack("here")
    with pytest.raises(Tampered):
        crypto.unseal(key, crypto.seal(key, b"kept", place) + b"\0", place)


@pytest.mark.promise("T4")
def test_another_key_does_not_open() -> None:
    place = crypto.pack("here")
    with pytest.raises(Tampered):
        crypto.unseal(crypto.random_key(), crypto.seal(crypto.random_key(), b"kept", place), place)


@pytest.mark.promise("T4")
def test_a_key_id_copied_from_the_right_key_does_not_help() -> None:
    right, wrong, place = crypto.random_key(), crypto.random_key(), crypto.pack("here")
    blob = crypto.seal(wrong, b"planted", place)
    with pytest.raises(Tampered):
        crypto.unseal(right, blob[:1] + crypto.key_id(right) + blob[9:], place)


@pytest.mark.promise("T4")
@pytest.mark.parametrize(
    "break_it", [lambda b: b"", lambda b: b[:40], lambda b: b"\x02" + b[1:], lambda b: b"plain text" * 12]
)
def test_a_row_with_something_else_in_the_column_raises(house: House, break_it: Callable[[bytes], bytes]) -> None:
    row = alert(house, person_name=NAME)
    row.person_name = break_it(bytes(row.person_name))
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(row, "person_name")


@pytest.mark.promise("T4")
def test_a_wrapped_case_key_moved_to_another_case_does_not_open(house: House) -> None:
    one, two = alert(house, person_name=NAME), alert(house, person_name="X")
    wrapped = CaseKey.objects.get(case=one.case).wrapped
    CaseKey.objects.filter(case=two.case).update(wrapped=wrapped)
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(again(two), "person_name")


# --- padding ----------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T14")
def test_short_and_long_names_have_the_same_size(house: House) -> None:
    sizes = {len(alert(house, person_name=name).person_name) for name in ("Y", "Maria", "Wolfeschlegelsteinha", NAME)}
    assert len(sizes) == 1


@pytest.mark.promise("T14")
def test_a_line_and_a_page_have_the_same_size(house: House) -> None:
    sizes = {len(alert(house, narrative=text).narrative) for text in ("x", "word " * 700)}
    assert len(sizes) == 1


@pytest.mark.promise("T14")
@pytest.mark.parametrize("block", [crypto.SHORT, crypto.LONG])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_padding_at_the_edge_of_a_block(block: int, beyond: int) -> None:
    key, place, text = crypto.random_key(), crypto.pack("here"), b"\0" * (block + beyond)
    blob = crypto.seal(key, text, place, block=block)
    assert (len(blob) - crypto.HEADER - 16) % block == 0
    assert crypto.unseal(key, blob, place, block=block) == text


# --- what the vault refuses to write --------------------------------------------------------------------------------


def test_a_text_too_long_is_refused_in_words_and_the_row_stays_as_it_was(house: House) -> None:
    row = alert(house, person_name=NAME, reporter="a neighbour")
    before = (row.person_name, row.person_name_rev, row.reporter, row.reporter_rev)
    with pytest.raises(RuleBroken) as refusal:
        house.vault(Role.LAWYER).seal(row, person_name="Changed", reporter="x" * 401)
    assert refusal.value.field == "reporter"
    assert "400" in refusal.value.message
    assert before == (row.person_name, row.person_name_rev, row.reporter, row.reporter_rev)


def test_an_emptied_column_is_empty_and_its_revision_moves_on(house: House) -> None:
    row, vault = alert(house, person_name=NAME), house.vault(Role.LAWYER)
    assert vault.seal(row, person_name="") == ["person_name", "person_name_rev"]
    assert row.person_name is None
    assert row.person_name_rev == 2
    assert vault.open(row, "person_name") == ""


# --- keys of many cases at once -------------------------------------------------------------------------------------


def test_fifty_rows_cost_the_queries_of_one(house: House) -> None:
    rows = [alert(house, person_name=f"name {n}") for n in range(50)]
    vault = house.vault(Role.LAWYER)
    assert vault.can_open("identity")
    with (
        CaptureQueriesContext(connection) as main,
        CaptureQueriesContext(connections["keystore"]) as salts,
    ):
        vault.load({row.sealed_case_id for row in rows}, "identity")
        names = [vault.open(row, "person_name") for row in rows]
    assert names == [f"name {n}" for n in range(50)]
    assert (len(main), len(salts)) == (1, 1)


def test_loading_what_is_not_held_fetches_nothing(house: House) -> None:
    rows = [alert(house, person_name="x")]
    vault = house.vault(Role.LAWYER)
    assert vault.can_open("identity")
    with CaptureQueriesContext(connection) as main:
        vault.load({row.sealed_case_id for row in rows}, "psychology")
    assert len(main) == 0


# --- the salt -----------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T6")
def test_without_its_salt_a_case_is_shredded_for_everyone(house: House) -> None:
    row = alert(house, person_name=NAME)
    ShredSalt.objects.filter(case_id=row.case_id).delete()
    for role in (Role.LAWYER, Role.COORDINATOR):
        with pytest.raises(Shredded):
            house.vault(role).open(again(row), "person_name")
        with pytest.raises(Shredded):
            house.vault(role).seal(again(row), person_name="Again")


@pytest.mark.promise("T4")
def test_another_salt_does_not_open(house: House) -> None:
    row = alert(house, person_name=NAME)
    ShredSalt.objects.filter(case_id=row.case_id).update(salt=crypto.random_key())
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(again(row), "person_name")


def test_a_sealed_value_whose_case_key_is_gone_raises(house: House) -> None:
    row = alert(house, person_name=NAME)
    CaseKey.objects.filter(case=row.case).delete()
    with pytest.raises(Tampered):
        house.vault(Role.LAWYER).open(again(row), "person_name")


def test_the_salt_is_written_before_the_case(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    models: tuple[Any, ...] = (ShredSalt, Case)
    for model in models:
        create = model._default_manager.bulk_create

        def watched(rows: Any, create: Any = create, name: str = model.__name__, **kwargs: Any) -> Any:
            written.append(name)
            return create(rows, **kwargs)

        monkeypatch.setattr(model._default_manager, "bulk_create", watched)
    services.new_cases(house.organisation, 3)
    assert written == ["ShredSalt", "Case"]


@pytest.mark.promise("T16")
def test_what_opens_a_vault_is_not_in_its_words(house: House) -> None:
    vault = house.vault(Role.LAWYER)
    assert isinstance(vault, OpenVault)
    stretched = crypto.stretch("x", b"0" * 16, b"p" * 32, passes=1, memory=8192)
    for words in (repr(vault), str(vault), repr(stretched)):
        assert vault._private.hex() not in words
        assert stretched.kek.hex() not in words
        assert repr(stretched.kek) not in words
