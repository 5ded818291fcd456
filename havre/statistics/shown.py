"""What the pages, the report and the workbook show of an indicator: its definition in words beside its result."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from havre.statistics import charts, words
from havre.statistics.charts import SCREEN, Look
from havre.statistics.results import Breakdown, Cell, Result

#: Tables of more categories than this are drawn by their largest ones.
MANY = 10
BY_YEAR = {"hours_band", "pay_band", "pay", "days_band", "age_at_start"}
#: Two tables of the same bands, one drawing.
PYRAMID = ("age_women", "age_men")
MAPS = {"department", "alert_department"}


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
    # count, share, mean, distinct, table or constant: see the catalogue.
    gives: str = "count"
    share_of: str = ""

    @property
    def value(self) -> str:
        """The figure itself: a share in per cent, a mean in its unit, else a count."""
        if self.gives == "share":
            share = self.result.share
            return _("unknown") if share is None else words.percent(words.rounded(share))
        if self.gives == "table":
            leading = self.leading
            return _("unknown") if leading is None else words.percent(words.percents(self.tables[0])[leading.key])
        return words.value_of(self.result, self.measure)

    @property
    def change(self) -> str:
        """Against the year before."""
        if self.gives in ("table", "constant"):
            return ""
        return words.change_on(self.result, self.measure)

    @property
    def share(self) -> str:
        """Of what it is a share."""
        if self.gives == "table":
            return "" if self.leading is None else self.leading.label
        if self.gives == "share":
            return words.out_of(self.result.n, self.result.share_base or 0) if self.result.share_base else ""
        return words.share_of(self.result)

    @property
    def compared(self) -> str:
        """Share and change on one line."""
        return " · ".join(part for part in (self.share, self.change) if part)

    @property
    def detail(self) -> str:
        """One line under the figure: share, change and code."""
        return " · ".join(part for part in (self.share, self.change, self.code) if part)

    @property
    def base(self) -> str:
        """Known and unknown."""
        return words.base_of(self.result)

    @property
    def known_share(self) -> str:
        """How much of the population is known, in per cent."""
        whole = self.result.known + self.result.unknown + self.result.refused
        return words.percent(words.rounded(Fraction(self.result.known, whole))) if whole else _("unknown")

    @property
    def leading(self) -> Cell | None:
        """Of a figure that is a table: its largest category, the one a list of figures says."""
        cells = self.tables[0].cells if self.tables and self.tables[0].known else ()
        return max(cells, key=lambda cell: cell.n, default=None)

    @property
    def low(self) -> bool:
        """Few answers are known."""
        return words.is_low(self.result)

    @property
    def tables(self) -> list[Breakdown]:
        """Its tables, in the order of the declaration."""
        return list(self.result.breakdowns.values())


def of(indicator: Any, result: Result) -> Shown:
    """A figure of the catalogue with its words in the active language."""
    return Shown(
        code=indicator.code, title=str(indicator.title), why=str(indicator.why), unit=str(indicator.unit.label),
        theme=str(indicator.theme), theme_title=str(indicator.theme_title), population=str(indicator.population),
        formula=str(indicator.formula), answers=tuple(indicator.answers), result=result, measure=indicator.measure,
        gives=indicator.gives, share_of=indicator.share_of,
    )  # fmt: skip


def heading_of(shown: Shown, table: Breakdown) -> str:
    """The title of a table: that of the figure when the table is what the figure tells."""
    if shown.tables and shown.tables[0].by == table.by:
        if shown.gives in ("table", "distinct"):
            return shown.title
        if shown.gives == "mean":
            return _("%(figure)s, by band") % {"figure": shown.title}
    return f"{shown.title}: {table.title}"


def note_of(table: Breakdown) -> str:
    """What stands under a table or a chart: the base, several answers, few known."""
    parts = [words.base_of(table)]
    if words.is_within(table):
        parts.append(_("Each share is of its own line"))
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
    title = f"{heading_of(shown, table)}, {shown.result.year}"
    if table.by in PYRAMID:
        return _pyramid(shown, look) if table.by == PYRAMID[0] else ""
    if table.by in MAPS:
        return charts.department_map(table, title=title, look=look)
    years = years_of(shown.result, table.by)
    if len(years) > 1 and not table.multiple and len(table.cells) <= 5 and table.by in BY_YEAR:
        return charts.stacked(years, title=title, look=look)
    return charts.bars(table, title=title, limit=MANY if len(table.cells) > MANY + 2 else 0, look=look)


def _pyramid(shown: Shown, look: Look) -> str:
    """Ages of women and men on two sides, "" when one of the tables is missing."""
    found = shown.result.breakdowns
    if not set(PYRAMID) <= set(found):
        return ""
    women, men = (found[by] for by in PYRAMID)
    bands = [(cell.label, cell.n, men.cell(cell.key).n) for cell in women.cells]
    title = _("%(figure)s, women and men, %(year)s") % {"figure": shown.title, "year": shown.result.year}
    return charts.pyramid(bands, title=title, women=_("Women"), men=_("Men"), look=look)
