"""`manage.py backup main --to DIR`, `manage.py backup keystore --to ANOTHER`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from havre.vault import backups


class Command(BaseCommand):
    """One part at a time, each in its own folder."""

    help = "Back up the main data or the key store, and read the backup back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=sorted(backups.PARTS))
        parser.add_argument("--to", type=Path, required=True, help="folder; main data and key store never share one")

    def handle(self, *args: Any, part: str, to: Path, **options: Any) -> None:
        try:
            file = backups.back_up(part, to)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        rows = sum(backups.verify(file).rows.values())
        self.stdout.write(f"{file}: {rows} rows, read back.")
