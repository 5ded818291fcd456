"""What the answers of the grid point to (R26): a decision table, read aloud, that never decides.

Pure: answers in, hints out. Each row of `TABLE` is an offence, its article and the elements it takes; an element is
the set of questions any of which, answered yes, shows it. Level 2 questions are precise; some level 1 questions map to
the same element, as weaker signs. The questions' own elements come from the grid (`havre.core.grids`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from havre.core.grids import MINOR, Element, Grid

Label = str | Promise


class Strength(StrEnum):
    """How far the answers go."""

    PLAUSIBLE = "plausible"  # every element is answered yes at level 2
    POSSIBLE = "possible"  # every element has at least a sign, some only at level 1
    INCOMPLETE = "incomplete"  # some elements are shown, others are missing


@dataclass(frozen=True, slots=True)
class Need:
    """One element of an offence: shown by any of these questions (a yes), precisely or as a sign.

    `options` are answers of questions with several, written `question:option`.
    """

    name: str
    label: Label
    shown_by: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    # Instead of a list: every question of the grid that carries this element.
    element: Element | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An offence, its article, and what it takes: every element."""

    code: str  # of the code list `legal_hint`
    article: str
    needs: tuple[Need, ...]


ACT = Need("act", _("an act: recruiting, transporting, handing over, lodging or taking in"), element=Element.ACT)
MEANS = Need(
    "means",
    _("a means: threat, violence, deception, debt, authority, vulnerability taken advantage of; or minority"),
    (MINOR,),
    ("L1-04:minor", "L1-11:minor"),
    Element.MEANS,
)
PURPOSE = Need("purpose", _("a purpose of exploitation"), element=Element.PURPOSE)
VULNERABLE = Need(
    "vulnerability",
    _("a vulnerability or dependence that was known or apparent"),
    (MINOR, "L2-M3b", "L2-M3c", "L2-M3d", "L2-B2", "L2-B3"),
    ("L1-04:minor", "L1-11",),
)  # fmt: skip
FORCE = Need(
    "force",
    _("violence or threats to make the person work"),
    ("L2-M1a", "L2-M1b", "L2-M1c", "L2-M1d", "L2-M1e", "L2-B1"),
    ("L1-09",),
)
UNPAID = Need("unpaid", _("work unpaid, or paid without relation to what was done"), ("L2-B1", "L2-B3"), ("L1-06",))
HABITUAL = Need("habitual", _("forced labour imposed as a habit"), ("L2-B2",), ())
UNDIGNIFIED = Need(
    "undignified", _("working or housing conditions against human dignity"), ("L2-B4", "L2-B5"), ("L1-05", "L1-10")
)
PROPERTY = Need("property", _("the person treated as property"), ("L2-B6",), ())
UNDECLARED = Need(
    "undeclared", _("undeclared work, or pay and hours against labour law"), ("L2-B10",), ("L1-05", "L1-06")
)

# Gravest first. The articles are those of the Code pénal, unless said.
TABLE: tuple[Row, ...] = (
    Row("slavery", "CP 224-1 A", (PROPERTY,)),
    Row("trafficking", "CP 225-4-1", (ACT, MEANS, PURPOSE)),
    Row("servitude", "CP 225-14-2", (HABITUAL, VULNERABLE)),
    Row("forced_labour", "CP 225-14-1", (FORCE, UNPAID)),
    Row("unpaid_work", "CP 225-13", (UNPAID, VULNERABLE)),
    Row("undignified_conditions", "CP 225-14", (UNDIGNIFIED, VULNERABLE)),
)
# Said only when no row above has all its elements.
LABOUR_LAW = Row("labour_law_only", "C. trav. L8221-5", (UNDECLARED,))


@dataclass(frozen=True, slots=True)
class Found:
    """One element of an offence, and the questions that show it (all of level 2, or only signs of level 1)."""

    need: Need
    shown: tuple[str, ...]
    sign_only: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """One offence the answers point to."""

    row: Row
    strength: Strength
    found: tuple[Found, ...]
    missing: tuple[Need, ...]
    aggravating: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Of the code list `legal_hint`."""
        return self.row.code

    @property
    def article(self) -> str:
        """Where the law says it."""
        return self.row.article


def affirmed(answers: Iterable[tuple[str, str, Iterable[str]]]) -> frozenset[str]:
    """The questions answered yes, and `question:option` for each option chosen, from (question, value, options)."""
    yes: set[str] = set()
    for question, value, options in answers:
        if value == "yes":
            yes.add(question)
            yes.update(f"{question}:{option}" for option in options)
    return frozenset(yes)


def hints(yes: frozenset[str], grids_by_level: Mapping[int, Grid]) -> list[Hint]:
    """What these answers point to, gravest first, then the incomplete ones that have most.

    `yes` comes from `affirmed`; `grids_by_level` gives the version each level was answered with.
    """
    all_hints = [_hint(row, yes, grids_by_level) for row in TABLE]
    complete = [hint for hint in all_hints if not hint.missing]
    if complete:
        incomplete = [hint for hint in all_hints if hint.missing and _worth_saying(hint)]
        return complete + sorted(incomplete, key=lambda hint: len(hint.missing))
    labour = _hint(LABOUR_LAW, yes, grids_by_level)
    partial = sorted((hint for hint in all_hints if _worth_saying(hint)), key=lambda hint: len(hint.missing))
    return [*partial, labour] if not labour.missing else partial


def elements(yes: frozenset[str], grids_by_level: Mapping[int, Grid]) -> dict[str, Found]:
    """The three elements of trafficking, shown or not: what the page says first."""
    return {need.name: _found(need, yes, grids_by_level) for need in (ACT, MEANS, PURPOSE)}


def _worth_saying(hint: Hint) -> bool:
    """An offence is mentioned as incomplete when one element is missing and another is there."""
    return len(hint.missing) == 1 and any(found.shown for found in hint.found)


def _hint(row: Row, yes: frozenset[str], grids_by_level: Mapping[int, Grid]) -> Hint:
    found = tuple(_found(need, yes, grids_by_level) for need in row.needs)
    missing = tuple(each.need for each in found if not each.shown)
    if missing:
        strength = Strength.INCOMPLETE
    elif any(each.sign_only for each in found):
        strength = Strength.POSSIBLE
    else:
        strength = Strength.PLAUSIBLE
    aggravating = _carrying(Element.AGGRAVATING, yes, grids_by_level, (2,)) if row.code == "trafficking" else ()
    return Hint(row, strength, found, missing, aggravating)


def _found(need: Need, yes: frozenset[str], grids_by_level: Mapping[int, Grid]) -> Found:
    precise = [code for code in need.shown_by if code in yes]
    signs = [code for code in need.signs if code in yes]
    if need.element is not None:
        precise += _carrying(need.element, yes, grids_by_level, (2,))
        signs += _carrying(need.element, yes, grids_by_level, (1,))
    return Found(need, tuple(dict.fromkeys(precise or signs)), sign_only=not precise and bool(signs))


def _carrying(
    element: Element, yes: frozenset[str], grids_by_level: Mapping[int, Grid], levels: tuple[int, ...]
) -> tuple[str, ...]:
    """The questions of these levels that carry the element and were answered yes."""
    return tuple(
        question.code
        for level in levels
        if level in grids_by_level
        for question in grids_by_level[level].questions(level)
        if element in question.elements and question.code in yes
    )
