"""What the annual report says, whatever it is printed on. Texts are in the active language when it is composed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from havre.statistics import charts, words
from havre.statistics.charts import Look
from havre.statistics.results import Breakdown
from havre.statistics.shown import Shown, chart_of, heading_of, note_of


@dataclass(frozen=True)
class Source:
    """Where the figures come from: the snapshot, as (label, value) lines, and the day it was taken."""

    as_of: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """One table with its drawing."""

    code: str
    title: str
    table: Breakdown
    note: str
    svg: str


@dataclass(frozen=True)
class Groups:
    """Shares of the same groups side by side: one line a figure, one column a group."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One chapter: key figures first, then tables."""

    key: str
    title: str
    lead: str
    figures: tuple[Shown, ...]
    tables: tuple[Table, ...]
    # A drawing of the whole chapter (the funnel of identification), "" without.
    svg: str = ""
    svg_title: str = ""
    groups: tuple[Groups, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole report. It shows exact counts: for inside only."""

    organisation: str
    year: int
    language: str
    rtl: bool
    sections: tuple[Section, ...]
    source: Source

    @property
    def title(self) -> str:
        """Its title."""
        return _("Figures of %(year)s") % {"year": self.year}

    @property
    def audience(self) -> str:
        """What stands on every page and on every sheet."""
        return _("Internal: exact counts, not for publication")

    @property
    def shown(self) -> list[Shown]:
        """Every figure, in order."""
        return [figure for section in self.sections for figure in section.figures]


def _chapters() -> tuple[tuple[str, str, str], ...]:
    """theme, title, lead."""
    return (
        (
            "reception",
            _("Reception and identification"),
            _("Alerts received in the year, and how far each was studied, on the day of the snapshot."),
        ),
        ("new_victims", _("People newly accompanied"), _("People whose accompaniment began in the year.")),
        (
            "active_file",
            _("Active file"),
            _("People accompanied at least one day of the year, whenever their file was opened."),
        ),
        ("exploitation", _("Exploitation"), _("What the people of the active file went through.")),
    )


def compose(
    figures: Iterable[Shown], *, organisation: str, year: int, source: Source, funnel: Sequence[str] = ()
) -> Report:
    """Put the figures of one year in chapters. A theme without a chapter of its own comes last, under its name.

    `funnel`: codes of the steps of identification, in order.
    """
    by_theme: dict[str, list[Shown]] = {}
    for figure in figures:
        by_theme.setdefault(figure.theme, []).append(figure)
    rtl = get_language_bidi()
    look = Look(classes=False, rtl=rtl)
    known = {key: (title, lead) for key, title, lead in _chapters()}
    order = [key for key in known if key in by_theme] + [key for key in by_theme if key not in known]
    sections = []
    for key in order:
        of_theme = by_theme[key]
        title, lead = known.get(key, (of_theme[0].theme_title, ""))
        steps = [figure for code in funnel for figure in of_theme if figure.code == code]
        drawing = ""
        if len(steps) > 1:
            drawing = charts.funnel(
                [(s.title, s.result.n) for s in steps], title=_("From alert to accompaniment"), look=look
            )
        tables = tuple(
            Table(
                figure.code,
                heading_of(figure, table),
                table,
                note_of(table),
                "" if words.is_within(table) else chart_of(figure, table, look),
            )
            for figure in of_theme
            for table in figure.tables
        )
        sections.append(
            Section(
                key,
                title,
                lead,
                tuple(of_theme),
                tables,
                drawing,
                _("From alert to accompaniment") if drawing else "",
                _groups(of_theme),
            )
        )
    return Report(organisation, year, get_language() or "en", rtl, tuple(sections), source)


def _groups(figures: Sequence[Shown]) -> tuple[Groups, ...]:
    """Figures that are shares, by the same groups: gender, source. One table instead of one for each figure."""
    found: dict[str, list[tuple[Shown, Breakdown]]] = {}
    for figure in figures:
        for table in figure.tables:
            if words.is_within(table) and table.known:
                found.setdefault(table.by, []).append((figure, table))
    made = []
    for pairs in found.values():
        first = pairs[0][1]
        keys = {cell.key: cell.label for _figure, table in pairs for cell in table.cells if cell.base}
        rows = []
        for figure, table in pairs:
            cells = [table.cell(key) for key in keys]
            shares = [
                f"{words.percent(words.rounded(c.share))} ({words.out_of(c.n, c.base)})" if c.share is not None else "—"
                for c in cells
            ]
            rows.append((figure.title, *shares))
        made.append(
            Groups(
                _("Shares: %(groups)s") % {"groups": first.title},
                _("Each share is of the known answers of its group"),
                (_("Figure"), *keys.values()),
                tuple(rows),
            )
        )
    return tuple(made)
