"""`manage.py report 2019 --language fr --out build/`: the annual figures as PDF and as a workbook."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from havre.accounts.models import Organisation
from havre.audit.services import record
from havre.statistics import desk
from havre.statistics.export import to_workbook
from havre.statistics.report import to_pdf


class Command(BaseCommand):
    """Writes report-<year>.pdf and report-<year>.xlsx. Exact counts: for inside only."""

    help = "Write the annual figures as PDF and Excel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Year, language, folder, organisation."""
        parser.add_argument("year", type=int)
        parser.add_argument("--language", default="fr", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--out", type=Path, default=Path("build"))
        parser.add_argument("--organisation", default="", help="its short name; the first main one by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compose once, print twice."""
        organisations = Organisation.objects.filter(kind=Organisation.Kind.MAIN).order_by("founded_year", "name")
        if options["organisation"]:
            organisations = organisations.filter(slug=options["organisation"])
        organisation = organisations.first()
        if organisation is None:
            raise CommandError("There is no such organisation.")
        year, out = options["year"], options["out"]
        with translation.override(options["language"]):
            made = desk.annual_report(organisation, year)
            files = {"pdf": to_pdf(made), "xlsx": to_workbook(made)}
        out.mkdir(parents=True, exist_ok=True)
        for kind, content in files.items():
            path = out / f"report-{year}.{kind}"
            path.write_bytes(content)
            record("statistics.report.made", by=None, target=str(year), organisation=organisation.pk, form=kind)
            self.stdout.write(str(path))
