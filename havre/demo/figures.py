"""Snapshot, key figures and report of the demonstration, made when they are not there or no longer current."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import OutputWrapper

from havre.accounts.models import Organisation
from havre.demo.plan.team import MAIN_SLUG

YEAR = 2019


def build_folder() -> Path:
    """Where the report goes."""
    return Path(os.environ.get("HAVRE_BUILD") or settings.BASE_DIR / "build")


def prepare(out: OutputWrapper) -> None:
    """Take the snapshot, print the key figures, write the report in PDF and Excel, unless they are there and current."""
    if not {"figures", "report"} <= set(get_commands()):
        return
    from havre.statistics import services

    snapshot: Any = services.ensure_current(Organisation.objects.get(slug=MAIN_SLUG))
    call_command("figures", str(YEAR), stdout=out)
    files = [build_folder() / f"report-{YEAR}.{kind}" for kind in ("pdf", "xlsx")]
    stamp = settings.DATA / "demo_report"
    if stamp.exists() and stamp.read_text() == str(snapshot.pk) and all(file.exists() for file in files):
        return
    call_command("report", str(YEAR), out=build_folder(), stdout=out)
    stamp.write_text(str(snapshot.pk))
