"""What the pages and the report read: figures of the catalogue with their words, for one organisation and one year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation
from havre.core import clock
from havre.statistics import catalogue, charts, report, services, words
from havre.statistics.charts import SCREEN, Look
from havre.statistics.models import Snapshot
from havre.statistics.report import Report, Source
from havre.statistics.results import Breakdown
from havre.statistics.shown import Shown, of

#: Pages go back to this year when the organisation does not say when it was founded.
FIRST_YEAR = 1990
#: Charts of the first page: theme, table. And the tables "as published".
CHARTS = (
    ("new_victims", "hours_band"),
    ("reception", "redirection"),
    ("active_file", "age_women"),
    ("exploitation", "department"),
)
TABLES = (
    ("exploitation", "setting"),
    ("exploitation", "abuse"),
    ("active_file", "age_band"),
    ("active_file", "country"),
)


def years(organisation: Organisation) -> range:
    """The years one may look at, the present one included."""
    return range(organisation.founded_year or FIRST_YEAR, clock.today().year + 1)


def figures(taken: Snapshot, year: int, codes: Iterable[str] | None = None, *, before: int = 2) -> dict[str, Shown]:
    """Figures of a year, in the order of the catalogue, with the years before that charts show."""
    counted = services.figures_of(taken, year, codes, before=before)
    return {i.code: of(i, counted[i.code]) for i in catalogue.indicators() if i.code in counted}


def source_of(snapshot: Snapshot) -> Source:
    """The snapshot in words."""
    manifest = snapshot.manifest
    taken = _local(snapshot.taken_at)
    lines = [
        (_("Facts as they stood on"), _day(snapshot.as_of)),
        (_("Snapshot taken"), formats.date_format(taken, "SHORT_DATETIME_FORMAT")),
        (_("Catalogue of figures"), str(manifest.get("catalogue", ""))),
        (_("Havre"), str(manifest.get("software", ""))),
        (_("Last event of the audit log"), str(manifest.get("last_event", ""))),
    ]
    for name, file in sorted(manifest.get("files", {}).items()):
        rows = _("%(rows)s rows") % {"rows": words.number(file["rows"])}
        digest = str(file["sha256"])
        lines.append((name, f"{rows} · SHA-256 {' '.join(digest[i : i + 16] for i in range(0, len(digest), 16))}"))
    as_of = _("Counted as things stood on %(day)s") % {"day": _day(snapshot.as_of)}
    return Source(as_of, tuple(line for line in lines if line[1]))


def _day(value: Any) -> str:
    return formats.date_format(_local(value) if isinstance(value, datetime) else value, "DATE_FORMAT")


def _local(instant: datetime) -> datetime:
    return timezone.localtime(instant, ZoneInfo(settings.TIME_ZONE))


def annual_report(organisation: Organisation, year: int) -> Report:
    """The report of a year in the active language, from a current snapshot."""
    taken = services.ensure_current(organisation)
    return report.compose(
        figures(taken, year).values(),
        organisation=organisation.name,
        year=year,
        source=source_of(taken),
        funnel=catalogue.FUNNEL,
    )


def funnel_of(found: dict[str, Shown], look: Look = SCREEN) -> str:
    """The steps of identification as one drawing, "" when they were not counted."""
    steps = [found[code] for code in catalogue.FUNNEL if code in found]
    if len(steps) < 2 or not steps[0].result.n:
        return ""
    title = _("From alert to accompaniment")
    return charts.funnel([(s.title, s.result.n) for s in steps], title=title, look=look)


def pick(found: dict[str, Shown], wanted: Iterable[tuple[str, str]]) -> list[tuple[Shown, Breakdown]]:
    """For each (theme, table), the first figure of the theme that has it with something known."""
    picked = []
    for theme, by in wanted:
        for shown in found.values():
            table = shown.result.breakdowns.get(by)
            if shown.theme == theme and shown.gives != "share" and table is not None and table.known:
                picked.append((shown, table))
                break
    return picked
