"""Snapshot, key figures and report of the demonstration, made when they are not there or no longer current."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation
from havre.demo.plan.team import MAIN_SLUG
from havre.statistics import services

YEAR = 2019
# Lines of the comparison shown at each start; the whole of it is one command away.
SHOWN = (
    "F047", "F048", "F018", "F019", "F021", "F060", "F099", "F100", "F101", "F103", "F109", "F114", "F117", "F118", "F124",
    "F132", "F135",
)  # fmt: skip


def build_folder() -> Path:
    """Where the report goes."""
    return Path(os.environ.get("HAVRE_BUILD") or settings.BASE_DIR / "build")


def prepare(out: OutputWrapper) -> None:
    """Print the key figures beside the published ones, and have the report in PDF and Excel.

    They are those of the caseload as it was loaded, and are not made again: starting a second time must not wait. What
    was changed since is counted on the page of figures, and by `manage.py report` for who wants a new one.
    """
    files = [build_folder() / f"report-{YEAR}.{kind}" for kind in ("pdf", "xlsx")]
    kept = settings.DATA / "demo_figures.json"
    made = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if not made or not all(file.exists() for file in files):
        snapshot = services.ensure_current(Organisation.objects.get(slug=MAIN_SLUG))
        made = {"snapshot": str(snapshot.pk), "lines": _compared()}
        call_command("report", str(YEAR), out=build_folder(), stdout=StringIO())
        kept.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    for line in made["lines"]:
        out.write(line)
    out.write("\n" + _("Annual report: %(pdf)s and %(xlsx)s") % {"pdf": files[0], "xlsx": files[1]})


def _compared() -> list[str]:
    """The key figures, a line each, and how many of all figures agree."""
    text = StringIO()
    try:
        call_command("figures", str(YEAR), against="reference", json=True, stdout=text)
    except CommandError as different:
        lines = [str(different)]
    else:
        lines = []
    rows = {row["id"]: row for row in json.loads(text.getvalue())}
    title, published, counted, verdict = _("Key figures of 2019"), _("published"), _("counted"), _("verdict")
    table = [f"{title:<44} {published:>10} {counted:>10}  {verdict}"]
    for row in (rows[name] for name in SHOWN if name in rows and rows[name]["own"] is not None):
        label, unit = row["label"][:38], " %" if row["unit"] == "%" else ""
        table.append(
            f"  {label + ' ' + str(row['year'] or ''):<42} {row['published'] + unit:>10} {row['own']['value'] + unit:>10}  {row['verdict']}"
        )
    verdicts: dict[str, int] = {}
    # What no file of this organisation could say (visits of a website, money) is not counted as a miss.
    for row in (each for each in rows.values() if each["own"] is not None):
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + 1
    summed_up = " · ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items(), key=lambda item: -item[1]))
    return [*table, "", summed_up, _("All of them: manage.py figures 2019 --against reference"), *lines]
