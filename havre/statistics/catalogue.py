"""The catalogue: an indicator is declared once, as a sentence that can be counted, and everything printed comes from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from havre.statistics.facts import Facts


#: Counts up when a definition changes: a snapshot and a report say with which one they were counted.
VERSION = "2026.1"
THEMES = ("reception", "new_victims", "active_file", "exploitation")
#: The steps of identification, in order.
FUNNEL = ("INT-01", "INT-02", "INT-03", "INT-04")
#: What the first page of figures shows.
KEY = (
    "INT-01",
    "INT-02",
    "INT-03",
    "INT-04",
    "INT-07",
    "ACT-01",
    "NEW-01",
    "ACT-02",
    "ACT-03",
    "EXP-05",
    "EXP-06",
    "EXP-07",
)


class Unit(TextChoices):
    """What is counted. Two units are never added."""

    ALERT = "alert", _("alerts")
    PERSON = "person", _("people")
    ORGANISATION = "organisation", _("organisation")


class Gives(StrEnum):
    """What an indicator gives, and what its function must return.

    count: a row each. share: a row each, with `answer` (yes, no, unknown, refused, not_applicable): yes among the known.
    mean: a row each, with an integer `value` (None when not known), and `answer` to say why if there is more to say.
    distinct: a row each, with `answer`, a code: how many different codes are known. table: a row each; its first
    breakdown is what it tells, and `n` is of how many it is known. constant: a number.
    """

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    DISTINCT = "distinct"
    TABLE = "table"
    CONSTANT = "constant"


Text = Any  # str, or a sentence translated when it is read (gettext_lazy)
#: Counts the rows of all the years asked for: its table has the columns `id` and `year`.
Function = Callable[["Facts"], Any]


@dataclass(frozen=True)
class Counted:
    """The rows an indicator counts, with what it reads of each."""

    table: Any
    answer: Any = None
    value: Any = None


def counted(table: Any, *, answer: Any = None, value: Any = None) -> Counted:
    """Rows with an answer (a code) or a value (an integer, None when not known) each."""
    return Counted(table, answer, value)


@dataclass(frozen=True)
class Indicator:
    """A declared indicator. Texts are said in the active language when they are read."""

    code: str
    title: Text
    why: Text
    unit: Unit
    population: Text
    answers: tuple[str, ...]
    theme: str
    gives: Gives
    function: Function
    by: tuple[str, ...] = ()
    share_of: str = ""
    # What a mean is in: minutes, days, years, cents, people.
    measure: str = ""
    # A convention a reader must know: how an age is counted, what a band holds.
    note: Text = ""
    author: str = "Havre"
    reviewed_on: date = date(2026, 11, 24)

    @property
    def theme_title(self) -> str:
        """The chapter it stands in."""
        return theme_title(self.theme)

    @property
    def formula(self) -> str:
        """How it is counted, in words."""
        said = {
            Gives.COUNT: _now("How many there are."),
            Gives.SHARE: _now("Those of whom the answer is yes, divided by those of whom the answer is known."),
            Gives.MEAN: _now("The sum, divided by the number of those of whom it is known."),
            Gives.DISTINCT: _now("How many different values are known."),
            Gives.TABLE: _now("How many there are in each category, divided by those of whom the answer is known."),
            Gives.CONSTANT: _now("A number set by the organisation's way of working."),
        }[self.gives]
        if self.share_of:
            said = _now("How many there are, divided by %(code)s (%(title)s).") % {
                "code": self.share_of,
                "title": get(self.share_of).title,
            }
        return f"{said} {self.note}" if self.note else said

    @property
    def definition(self) -> str:
        """What the function says of itself, in English: for the reference pages."""
        return " ".join((self.function.__doc__ or "").split())


_REGISTRY: dict[str, Indicator] = {}


def indicator(
    *,
    code: str,
    title: Text,
    why: Text,
    population: Text,
    answers: tuple[str, ...],
    unit: Unit,
    gives: Gives = Gives.COUNT,
    **more: Any,
) -> Callable[[Function], Function]:
    """Declare an indicator on the function that counts it. Raises `ValueError` for a code declared twice."""

    def declare(function: Function) -> Function:
        if code in _REGISTRY:
            raise ValueError(f"The indicator {code} is declared twice.")
        theme = function.__module__.rpartition(".")[2]
        _REGISTRY[code] = Indicator(
            code=code, title=title, why=why, unit=unit, population=population, answers=answers, theme=theme,
            gives=gives, function=function, **more,
        )  # fmt: skip
        return function

    return declare


def _load() -> dict[str, Indicator]:
    for theme in THEMES:
        import_module(f"havre.statistics.indicators.{theme}")
    return _REGISTRY


def indicators() -> list[Indicator]:
    """All of them, chapter by chapter, in the order of their declaration."""
    return sorted(_load().values(), key=lambda i: THEMES.index(i.theme))


def get(code: str) -> Indicator:
    """The indicator of this code. Raises `KeyError`."""
    return _load()[code]


def theme_title(theme: str) -> str:
    """The title of a chapter, in the active language."""
    return {
        "reception": _now("Reception and identification"),
        "new_victims": _now("People newly accompanied"),
        "active_file": _now("Active file"),
        "exploitation": _now("Exploitation"),
    }[theme]


def themes() -> dict[str, str]:
    """Every chapter with its title, in order."""
    return {theme: theme_title(theme) for theme in THEMES}
