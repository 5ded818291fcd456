"""Telephone numbers and e-mail addresses in any writing, brought to one: +33 6 12 34 56 78, 06.12.34.56.78, ٠٦١٢٣٤٥٦٧٨.

A number is known by its national significant digits and, when a prefix was left out or misread, by its last eight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Country calling codes of one and two digits (ITU-T E.164); every other one has three.
_ONE = {"1", "7"}
_TWO = {
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51", "52",
    "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92",
    "93", "94", "95", "98",
}  # fmt: skip
SHORTEST, LONGEST, TAIL = 8, 15, 8
# A national number longer than this was written with its country and without its “+”.
_NATIONAL = 10

_MAIL = re.compile(r"[^\s@,;:<>()\[\]]+@[^\s@,;:<>()\[\]]+\.[^\W\d_]{2,}")
_DAY = re.compile(r"\b(?:\d{4}[-.]\d{1,2}[-.]\d{1,2}|\d{1,2}[-.]\d{1,2}[-.](?:19|20)\d\d)\b")
_BETWEEN = r"[ .()\-]{0,3}"
# A French number first: what follows it without a comma (an hour, another number) is not part of it.
_FRENCH = re.compile(
    rf"(?<!\d)(?:(?:\+|00){_BETWEEN}33{_BETWEEN}0?|0){_BETWEEN}[1-9](?:{_BETWEEN}\d\d){{4}}(?=\D|0[1-9]|$)"
)
_ANY = re.compile(rf"(?:\+{_BETWEEN})?\d(?:{_BETWEEN}\d){{{SHORTEST - 1},{LONGEST + 3}}}")


@dataclass(frozen=True)
class Contact:
    """A number or an address. `whole` is what it is, `tail` the last digits of a number ("" for an address)."""

    whole: str
    tail: str = ""

    def meets(self, other: Contact) -> bool:
        """The same, or the same but for what stands before the last eight digits."""
        return self.whole == other.whole or (bool(self.tail) and self.tail == other.tail)


def contacts(text: str) -> tuple[Contact, ...]:
    """The numbers and addresses in a text, each once, in the order they come; numbers of less than eight digits are not."""
    plain = _plain(text)
    found = [(m.start(), Contact(m.group().rstrip("."))) for m in _MAIL.finditer(plain)]
    plain = _blank(_DAY, _blank(_MAIL, plain))
    for pattern in (_FRENCH, _ANY):
        found += [(m.start(), read) for m in pattern.finditer(plain) if (read := _number(m.group())) is not None]
        plain = _blank(pattern, plain)
    return tuple(dict.fromkeys(contact for _start, contact in sorted(found, key=lambda each: each[0])))


def without_contacts(text: str) -> str:
    """What is left of a text once its numbers and addresses are taken away: a name, perhaps."""
    plain = _plain(text)
    for pattern in (_MAIL, _DAY, _FRENCH, _ANY):
        plain = pattern.sub(" ", plain)
    return " ".join(plain.split())


def meeting(query: Iterable[Contact], known: Iterable[Contact]) -> Contact | None:
    """The contact of `query` that is also in `known`, a whole one rather than by its end; None when there is none."""
    pairs = [(one, other) for one in query for other in known if one.meets(other)]
    return min(pairs, key=lambda pair: pair[0].whole != pair[1].whole)[0] if pairs else None


def _plain(text: str) -> str:
    """Digits of any script as 0 to 9, small letters, marks of direction left out."""
    out = []
    for letter in unicodedata.normalize("NFKC", text):
        if letter.isdecimal():
            out.append(str(unicodedata.decimal(letter)))
        elif unicodedata.category(letter) == "Pd":
            out.append("-")
        elif unicodedata.category(letter) != "Cf":
            out.append(letter)
    return re.sub(r"[^\S\n]", " ", "".join(out)).casefold()


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with what matches replaced by as many commas: places stay, and nothing joins across."""
    return pattern.sub(lambda match: "," * len(match.group()), text)


def _number(written: str) -> Contact | None:
    digits = re.sub(r"\D", "", written)
    if written.lstrip().startswith("+"):
        national = _after_country(digits)
    elif digits.startswith("00"):
        national = _after_country(digits[2:])
    elif not digits.startswith("0") and len(digits) > _NATIONAL:
        national = _after_country(digits)
    else:
        national = digits
    national = national.lstrip("0")
    if not SHORTEST - 1 <= len(national) <= LONGEST or len(digits) < SHORTEST:
        return None
    return Contact(national, national[-TAIL:])


def _after_country(digits: str) -> str:
    """What follows the calling code; the 0 that is dialled inside the country is not part of it."""
    if digits[:1] in _ONE:
        return digits[1:]
    return digits[2:] if digits[:2] in _TWO else digits[3:]
