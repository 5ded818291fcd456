"""`manage.py snapshot`: take the snapshot figures are counted from."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from havre.accounts.models import Organisation
from havre.statistics import services, snapshot


class Command(BaseCommand):
    """Nobody is signed in: the snapshot is the system's, as when a page takes one."""

    help = "Take a snapshot of the coded facts of an organisation, or of each one, when facts changed since the last."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--organisation", default="", help="the short name of one organisation")
        parser.add_argument("--verify", action="store_true", help="read the files again and compare with the manifest")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is current."""
        organisations = Organisation.objects.order_by("slug")
        if options["organisation"]:
            organisations = organisations.filter(slug=options["organisation"])
        for organisation in organisations:
            taken = services.ensure_current(organisation)
            if options["verify"] and (altered := snapshot.altered(taken.folder, taken.manifest["files"])):
                raise CommandError(f"{organisation.slug}: altered or missing: {', '.join(altered)}")
            rows = sum(file["rows"] for file in taken.manifest["files"].values())
            self.stdout.write(f"{organisation.slug}: {taken.pk} as of {taken.as_of}, {rows} rows")
