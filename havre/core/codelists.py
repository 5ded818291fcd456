"""Code lists: every taxonomy of the domain is one CSV file of `codelists/`, in English, French and Arabic.

A code never disappears: retired, it leaves the choices and keeps its label for the rows that already carry it.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language

from havre.core import clock

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

COLUMNS = ("code", "parent", "en", "fr", "ar", "source", "retired_on")
TILES = "department_tiles"
MAX_LENGTH = 40  # of `core.fields.CodeField`


class UnknownCodeList(LookupError):
    """No file of `codelists/` has this name."""


class UnknownCode(LookupError):
    """The list exists, the code is not in it."""


class InvalidCodeList(ValueError):
    """A file of `codelists/` breaks a rule; the message lists every fault. It is a fault of the installation."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One thing said in the three languages of Havre."""

    en: str
    fr: str
    ar: str

    def say(self, language: str | None = None) -> str:
        """In this language, else the active one; English when it is neither French nor Arabic."""
        match (language or get_language() or "en").partition("-")[0]:
            case "fr":
                return self.fr
            case "ar":
                return self.ar
            case _:
                return self.en


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a list. `parent` is "" for a root."""

    code: str
    parent: str
    labels: Labels
    source: str
    retired_on: date | None

    def is_active(self, on: date) -> bool:
        """Not retired on that day; the day it is retired, it is gone."""
        return self.retired_on is None or on < self.retired_on


@dataclass(frozen=True, eq=False)
class CodeList:
    """The codes of one taxonomy, in the order of its file."""

    name: str
    rows: Mapping[str, Code]

    def __contains__(self, code: object) -> bool:
        return code in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, code: str) -> Code:
        try:
            return self.rows[code]
        except KeyError:
            raise UnknownCode(f"{code!r} is not a code of the list {self.name!r}.") from None

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """All of them, retired ones included: what a stored value may be."""
        return tuple(self.rows)

    @property
    def roots(self) -> tuple[str, ...]:
        """The codes without a parent (families, continents, regions), retired ones included."""
        return self.children("")

    def active(self, on: date | None = None) -> tuple[str, ...]:
        """The codes one may choose on that day, today by default. A retired parent takes its children with it."""
        day = on or clock.today()
        retired = {code for code, row in self.rows.items() if not row.is_active(day)}
        return tuple(code for code, row in self.rows.items() if retired.isdisjoint((code, row.parent)))

    def children(self, parent: str) -> tuple[str, ...]:
        """The codes right under this one. Raises `UnknownCode`."""
        if parent:
            self[parent]
        return tuple(code for code, row in self.rows.items() if row.parent == parent)

    def parent(self, code: str) -> str:
        """The code above this one, "" for a root. Raises `UnknownCode`."""
        return self[code].parent

    def label(self, code: str, language: str | None = None) -> str:
        """Its label in this language, else the active one, else English. Raises `UnknownCode`."""
        return self[code].labels.say(language)

    def choices(self, *, alphabetical: bool = False) -> list[tuple[str, StrPromise]]:
        """(code, label said in the reader's language), active codes only, each parent just before its children.

        `alphabetical` sorts siblings by their label in the language active now: call it while the page is made.
        """
        active = self._siblings(alphabetical)
        tree = [code for root in active.get("", ()) for code in (root, *active.get(root, ()))]
        return [(code, self._later(code)) for code in tree]

    def grouped_choices(
        self, *, alphabetical: bool = False
    ) -> list[tuple[str, StrPromise] | tuple[StrPromise, list[tuple[str, StrPromise]]]]:
        """The same for a `<select>` with groups: a parent is the title of its group and cannot be chosen."""
        active = self._siblings(alphabetical)
        return [
            (self._later(root), [(code, self._later(code)) for code in active[root]])
            if active.get(root)
            else (root, self._later(root))
            for root in active.get("", ())
        ]

    def _siblings(self, alphabetical: bool) -> dict[str, list[str]]:
        """Active codes by parent; the answers that are not in the taxonomy (unknown, other...) stay last."""
        siblings: dict[str, list[str]] = {}
        for code in self.active():
            siblings.setdefault(self.rows[code].parent, []).append(code)
        if alphabetical:
            for each in siblings.values():
                each.sort(key=lambda code: (LAST.get(code, 0), sort_key(self.label(code))))
        return siblings

    def _later(self, code: str) -> StrPromise:
        return cast("StrPromise", _lazy_label(self, code))


LAST = {"other": 1, "none": 2, "stateless": 3, "unknown": 4, "refused": 5}


def _label_now(codelist: CodeList, code: str) -> str:
    return codelist.label(code)


_lazy_label = lazy(_label_now, str)


def sort_key(label: str) -> str:
    """Order of a dictionary: Émirats with E, Île with I, and the Arabic article does not count."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c)).casefold()
    return plain.removeprefix("ال")


def get(name: str) -> CodeList:
    """The list of this name. Raises `UnknownCodeList`, or `InvalidCodeList` when its file breaks a rule."""
    return _load(_directory(), name)


def names() -> list[str]:
    """Every list there is, in alphabetical order."""
    return sorted(path.stem for path in _directory().glob("*.csv") if path.stem != TILES)


def validate(name: str) -> list[str]:
    """What is wrong with the file of this list, in sentences; empty when it is sound. Raises `UnknownCodeList`."""
    header, rows = read_rows(_path(_directory(), name))
    return _faults(header, rows)


def department_tiles() -> Mapping[str, tuple[int, int]]:
    """The tile map of France: department → (column, row), from 1, one square each. Column 1 is at the west."""
    return _load_tiles(_directory())


def read_labels(path: Path) -> dict[str, Labels]:
    """A small file of labels (`code,en,fr,ar`). Raises `InvalidCodeList` on a repeated code or a missing label."""
    header, rows = read_rows(path)
    faults = [f"Columns are {header}."] if header != ("code", "en", "fr", "ar") else list(label_faults(rows))
    if faults:
        raise InvalidCodeList(f"{path.name}: {' '.join(faults)}")
    return {row["code"]: Labels(row["en"], row["fr"], row["ar"]) for row in rows}


def label_faults(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Repeated codes, and labels that are missing in one of the languages or carry stray spaces."""
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        code = row["code"]
        if not code or code != code.strip() or len(code) > MAX_LENGTH:
            yield f"Line {line}: {code!r} is not a code of 1 to {MAX_LENGTH} characters."
        if code in seen:
            yield f"Line {line}: {code!r} is there twice."
        seen.add(code)
        for language in ("en", "fr", "ar"):
            if not row[language] or row[language] != row[language].strip():
                yield f"Line {line}: {code!r} has no clean label in {language!r}."


def read_rows(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Header and rows of a CSV file in UTF-8. Raises `InvalidCodeList` when a row has a cell too many or too few."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = tuple(next(reader, []))
        cells = [row for row in reader if row]
    for line, row in enumerate(cells, start=2):
        if len(row) != len(header):
            raise InvalidCodeList(f"{path.name}: line {line} has {len(row)} cells, the header {len(header)}.")
    return header, [dict(zip(header, row, strict=True)) for row in cells]


def _directory() -> Path:
    return Path(settings.CODELISTS_DIR)


def _path(directory: Path, name: str) -> Path:
    path = directory / f"{name}.csv"
    if not name.isidentifier() or name == TILES or not path.is_file():
        raise UnknownCodeList(f"There is no code list {name!r}.")
    return path


@cache
def _load(directory: Path, name: str) -> CodeList:
    header, rows = read_rows(_path(directory, name))
    if faults := _faults(header, rows):
        raise InvalidCodeList(f"{name}.csv: {' '.join(faults)}")
    return CodeList(name, MappingProxyType({row["code"]: _code(row) for row in rows}))


def _code(row: Mapping[str, str]) -> Code:
    labels = Labels(row["en"], row["fr"], row["ar"])
    retired_on = date.fromisoformat(row["retired_on"]) if row["retired_on"] else None
    return Code(row["code"], row["parent"], labels, row["source"], retired_on)


def _faults(header: tuple[str, ...], rows: list[dict[str, str]]) -> list[str]:
    if header != COLUMNS:
        return [f"Columns are {header}, not {COLUMNS}."]
    if not rows:
        return ["The list is empty."]
    faults = list(label_faults(rows))
    parents = {row["code"]: row["parent"] for row in rows}
    for row in rows:
        code, parent = row["code"], row["parent"]
        if parent and (parent not in parents or parents[parent]):
            faults.append(f"{code!r}: its parent {parent!r} is not a root of the list.")
        if not row["source"].strip():
            faults.append(f"{code!r} has no source.")
        if row["retired_on"] and not _is_date(row["retired_on"]):
            faults.append(f"{code!r}: {row['retired_on']!r} is not a date (2026-12-31).")
    return faults


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@cache
def _load_tiles(directory: Path) -> Mapping[str, tuple[int, int]]:
    _, rows = read_rows(directory / f"{TILES}.csv")
    return MappingProxyType({row["code"]: (int(row["column"]), int(row["row"])) for row in rows})
