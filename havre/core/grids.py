"""The identification grid: the questions of the three levels, as data, one version a file of `codelists/grids/`.

A study keeps the version it was made with, so a version is never edited once used: a new one is added beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from havre.core.codelists import InvalidCodeList, Labels, label_faults, read_labels, read_rows

COLUMNS = (
    "code",
    "level",
    "group",
    "en",
    "fr",
    "ar",
    "answer_type",
    "options",
    "element",
    "provision",
    "urgent",
    "source",
)
LEVELS = (1, 2, 3)
MINOR = "L2-M3a"  # a yes makes the means unnecessary (CP 225-4-1 II)
VERSION = re.compile(r"[0-9]{4}-[0-9]+")
CODE = re.compile(r"L(?P<level>[123])-[0-9A-Z]+[a-z]?")


class UnknownGrid(LookupError):
    """No file of `codelists/grids/` has this version."""


class UnknownQuestion(LookupError):
    """The grid exists, the question is not in it."""


class AnswerType(StrEnum):
    """How a question is answered. Yes-or-no questions also take unknown and refused."""

    YES_NO = "yes_no"
    MULTI = "multi"  # any of `Question.options`
    TEXT = "text"  # free text: sealed


class Element(StrEnum):
    """What a yes says about the law. Trafficking takes an act, a means (unless a minor) and a purpose (R26)."""

    ACT = "act"
    MEANS = "means"
    PURPOSE = "purpose"
    AGGRAVATING = "aggravating"
    GATE = "gate"  # a no ends the study
    URGENT = "urgent"
    VULNERABILITY = "vulnerability"  # dependence in the sense of CP 225-13 to 225-15-1; not a means of CP 225-4-1
    LABOUR_LAW = "labour_law"  # a fault of labour law only, no purpose by itself
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a question with several."""

    code: str
    labels: Labels

    def label(self, language: str | None = None) -> str:
        """In this language, else the active one, else English."""
        return self.labels.say(language)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the grid, said so that a caseworker can read it aloud."""

    code: str
    level: int
    group: str
    group_labels: Labels
    labels: Labels
    answer_type: AnswerType
    options: tuple[Option, ...]
    elements: tuple[Element, ...]
    provision: str
    urgent: bool
    source: str

    def label(self, language: str | None = None) -> str:
        """In this language, else the active one, else English."""
        return self.labels.say(language)

    def group_label(self, language: str | None = None) -> str:
        """The title its group goes under."""
        return self.group_labels.say(language)

    @property
    def element(self) -> Element:
        """The first of its elements. A deceptive recruitment (L1-12) is an act and a means: see `elements`."""
        return self.elements[0]


@dataclass(frozen=True, eq=False)
class Grid:
    """All the questions of one version, in the order they are asked."""

    version: str
    by_code: Mapping[str, Question]

    def questions(self, level: int | None = None) -> tuple[Question, ...]:
        """Those of this level (1 study, 2 interview, 3 decision), or all."""
        return tuple(each for each in self.by_code.values() if level in (None, each.level))

    def groups(self, level: int) -> list[tuple[str, tuple[Question, ...]]]:
        """(group code, its questions) of this level, in order: one fieldset each."""
        groups: dict[str, list[Question]] = {}
        for each in self.questions(level):
            groups.setdefault(each.group, []).append(each)
        return [(group, tuple(questions)) for group, questions in groups.items()]

    def question(self, code: str) -> Question:
        """Raises `UnknownQuestion`."""
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownQuestion(f"{code!r} is not a question of the grid {self.version!r}.") from None


def get(version: str) -> Grid:
    """The grid of this version. Raises `UnknownGrid`, or `InvalidCodeList` when its files break a rule."""
    return _load(_directory(), version)


def versions() -> list[str]:
    """Every version there is, oldest first: year, then number in the year."""
    found = [path.stem for path in _directory().glob("*.csv") if VERSION.fullmatch(path.stem)]
    return sorted(found, key=lambda version: tuple(int(part) for part in version.split("-")))


def latest() -> Grid:
    """The version a new study uses. Raises `UnknownGrid` when there is none."""
    if not (found := versions()):
        raise UnknownGrid("There is no identification grid.")
    return get(found[-1])


def validate(version: str) -> list[str]:
    """What is wrong with this version, in sentences; empty when it is sound. Raises `UnknownGrid`."""
    directory = _directory()
    header, rows = read_rows(_path(directory, version))
    return _faults(header, rows, _groups(directory), _options(directory, version))


def _directory() -> Path:
    return Path(settings.CODELISTS_DIR) / "grids"


def _path(directory: Path, version: str) -> Path:
    path = directory / f"{version}.csv"
    if not VERSION.fullmatch(version) or not path.is_file():
        raise UnknownGrid(f"There is no identification grid {version!r}.")
    return path


def _groups(directory: Path) -> Mapping[str, Labels]:
    return read_labels(directory / "groups.csv")


def _options(directory: Path, version: str) -> Mapping[str, Labels]:
    return read_labels(directory / f"{version}-options.csv")


@cache
def _load(directory: Path, version: str) -> Grid:
    header, rows = read_rows(_path(directory, version))
    groups, options = _groups(directory), _options(directory, version)
    if faults := _faults(header, rows, groups, options):
        raise InvalidCodeList(f"{version}.csv: {' '.join(faults)}")
    return Grid(version, MappingProxyType({row["code"]: _question(row, groups, options) for row in rows}))


def _question(row: Mapping[str, str], groups: Mapping[str, Labels], options: Mapping[str, Labels]) -> Question:
    return Question(
        code=row["code"],
        level=int(row["level"]),
        group=row["group"],
        group_labels=groups[row["group"]],
        labels=Labels(row["en"], row["fr"], row["ar"]),
        answer_type=AnswerType(row["answer_type"]),
        options=tuple(Option(code, options[code]) for code in _split(row["options"])),
        elements=tuple(Element(element) for element in _split(row["element"])),
        provision=row["provision"],
        urgent=row["urgent"] == "1",
        source=row["source"],
    )


def _split(cell: str) -> list[str]:
    return cell.split(";") if cell else []


def _faults(
    header: tuple[str, ...],
    rows: list[dict[str, str]],
    groups: Mapping[str, Labels],
    options: Mapping[str, Labels],
) -> list[str]:
    if header != COLUMNS:
        return [f"Columns are {header}, not {COLUMNS}."]
    faults = list(label_faults(rows))
    for row in rows:
        faults += [f"{row['code']!r}: {fault}" for fault in _row_faults(row, groups, options)]
    if levels := set(LEVELS) - {int(row["level"]) for row in rows if row["level"].isdigit()}:
        faults.append(f"No question at the levels {sorted(levels)}.")
    used = {option for row in rows for option in _split(row["options"])}
    faults += [f"The option {code!r} is never used." for code in options if code not in used]
    return faults


def _row_faults(row: Mapping[str, str], groups: Mapping[str, Labels], options: Mapping[str, Labels]) -> Iterable[str]:
    form = CODE.fullmatch(row["code"])
    if not form or form["level"] != row["level"]:
        yield f"the code does not say the level {row['level']!r}."
    if row["group"] not in groups:
        yield f"unknown group {row['group']!r}."
    if row["answer_type"] not in list(AnswerType):
        yield f"unknown kind of answer {row['answer_type']!r}."
    chosen = _split(row["options"])
    if (row["answer_type"] == AnswerType.MULTI) != bool(chosen):
        yield "options go with the answer “multi”, and only with it."
    if unknown := [option for option in chosen if option not in options]:
        yield f"unknown options {unknown}."
    if len(set(chosen)) != len(chosen):
        yield "an option is there twice."
    elements = _split(row["element"])
    if not elements or not set(elements) <= set(Element):
        yield f"unknown element {row['element']!r}."
    if row["urgent"] not in ("", "1"):
        yield f"urgent is “1” or empty, not {row['urgent']!r}."
    if not row["source"].strip():
        yield "no source."
