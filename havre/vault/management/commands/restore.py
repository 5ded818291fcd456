"""`manage.py restore main --from FILE`, `manage.py restore keystore --from FILE`. Stop the server first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction

from havre.audit.services import record
from havre.vault import backups, erasure


class Command(BaseCommand):
    """What was erased stays erased: the tombstones known before and after are replayed at once."""

    help = "Replace the main data or the key store by a backup, then erase again what it brings back."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=sorted(backups.PARTS))
        parser.add_argument(
            "--from", type=Path, required=True, dest="source", help="the backup; its manifest is beside"
        )
        parser.add_argument("--replace", action="store_true", help="yes, replace what is there")

    def handle(self, *args: Any, part: str, source: Path, replace: bool, **options: Any) -> None:
        if not replace:
            raise CommandError("This replaces the present data. Stop the server, then say so with --replace.")
        try:
            known = erasure.tombstones()
        except DatabaseError:
            known = {}  # a new installation: nothing is there yet
        try:
            manifest = backups.put_back(part, source)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        for alias in backups.PARTS.values():
            call_command("migrate", database=alias, interactive=False, verbosity=0)
        erased = erasure.replay(known)
        with transaction.atomic():
            record("vault.backup.restored", by=None, part=part)
        self.stdout.write(
            f"{part} as of {manifest.made_at}; {erased} erasures done again. Now run: manage.py vault check"
        )
