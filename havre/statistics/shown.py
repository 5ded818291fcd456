"""What the pages, the report and the workbook show of an indicator: its definition in words beside its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from havre.statistics import charts, words
from havre.statistics.charts import SCREEN, Look
from havre.statistics.results import Breakdown, Result

#: Tables of more categories than this are drawn by their largest ones.
MANY = 10
BY_YEAR = {"hours_band", "hours", "pay_band", "pay", "setting"}
MAPS = {"department", "departments"}


@dataclass(frozen=True)
class Shown:
    """One figure of one year, ready to be read. Texts are in the active language."""

    code: str
    title: str
    why: str
    unit: str
    theme: str
    theme_title: str
    population: str
    formula: str
    answers: tuple[str, ...]
    result: Result
    # What the sum of a mean is in: minutes, days, years, cents; "" for a count.
    measure: str = ""
    by: tuple[str, ...] = ()
    share_of: str = ""

    @property
    def value(self) -> str:
        """The figure itself."""
        return words.value_of(self.result, self.measure)

    @property
    def change(self) -> str:
        """Against the year before."""
        return words.change_on(self.result, self.measure)

    @property
    def share(self) -> str:
        """Of what it is a share."""
        return words.share_of(self.result)

    @property
    def detail(self) -> str:
        """One line under the figure: share, change and code."""
        return " · ".join(part for part in (self.share, self.change, self.code) if part)

    @property
    def base(self) -> str:
        """Known and unknown."""
        return words.base_of(self.result)

    @property
    def low(self) -> bool:
        """Few answers are known."""
        return words.is_low(self.result)

    @property
    def tables(self) -> list[Breakdown]:
        """Its tables, in the order of the declaration."""
        return list(self.result.breakdowns.values())


def note_of(table: Breakdown) -> str:
    """What stands under a table or a chart: the base, several answers, few known."""
    parts = [words.base_of(table)]
    if table.multiple:
        parts.append(_("Several answers are possible: shares do not add to 100"))
    if words.is_low(table):
        parts.append(_("Few answers are known: read the shares with care"))
    return ". ".join(parts) + "."


def years_of(result: Result, by: str) -> dict[int, Breakdown]:
    """The same table for this year and those before, as far as they were computed, oldest first."""
    found: dict[int, Breakdown] = {}
    each: Result | None = result
    while each is not None:
        if by in each.breakdowns and each.breakdowns[by].known:
            found[each.year] = each.breakdowns[by]
        each = each.before
    return dict(sorted(found.items()))


def chart_of(shown: Shown, table: Breakdown, look: Look = SCREEN) -> str:
    """The drawing that suits a table: a map, bands by year, or bars. "" when nothing is known."""
    if not table.known or not table.cells:
        return ""
    title = f"{shown.title}, {table.title}, {shown.result.year}"
    if table.by in MAPS:
        return charts.department_map(table, title=title, look=look)
    years = years_of(shown.result, table.by)
    if len(years) > 1 and not table.multiple and len(table.cells) <= 5 and table.by in BY_YEAR:
        return charts.stacked(years, title=title, look=look)
    return charts.bars(table, title=title, limit=MANY if len(table.cells) > MANY + 2 else 0, look=look)


#: How the other modules get figures: by code and year. `figures.py` gives the one of the catalogue.
Reader = Callable[[str, int], Shown]
