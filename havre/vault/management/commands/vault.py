"""`manage.py vault check` and `manage.py vault drill`."""

from __future__ import annotations

import getpass
import json
import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from havre.vault import checking, sessions
from havre.vault.opened import OpenVault


class Command(BaseCommand):
    """Exit code 1 when something is wrong."""

    help = "check: what should open opens, nothing is unsigned. drill: what a thief would try, on a copy."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("check", help="Open everything that a member may open; walk the audit log.")
        check.add_argument("--user", help="user name; without one, only what needs no key is checked")
        check.add_argument("--sweep", action="store_true", help="remove the salts that belong to no case")
        check.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        getattr(self, f"run_{act}")(**options)

    def run_check(self, *, user: str | None = None, sweep: bool = False, as_json: bool = False, **rest: Any) -> None:
        """Print what was looked at and what is wrong."""
        vaults = [self._vault(user)] if user else []
        by = vaults[0].user if vaults else None
        report = checking.check(vaults)
        checking.tell(report, by=by)
        swept = checking.sweep(report, by=by) if sweep and report.orphans else 0
        if as_json:
            found = [{"kind": each.kind, "where": each.where} for each in report.findings]
            orphans = [str(each) for each in report.orphans]
            self.stdout.write(
                json.dumps({"counts": report.counts, "findings": found, "orphans": orphans, "swept": swept}, indent=1)
            )
        else:
            for subject, count in sorted(report.counts.items()):
                self.stdout.write(f"{count:>10}  {subject}")
            for case_id in report.orphans:
                self.stdout.write(f"orphan salt{' swept' if sweep else ''}: {case_id}")
            for each in report.findings:
                self.stdout.write(f"WRONG  {each.kind}: {each.where}")
            if not vaults:
                self.stdout.write("No member was named (--user): no sealed value was opened.")
        if not report.sound:
            raise CommandError(f"{len(report.findings)} things are wrong.")
        if not as_json:
            self.stdout.write("Nothing is wrong.")

    def _vault(self, username: str) -> OpenVault:
        user = get_user_model()._default_manager.filter(username=username, is_active=True).first()
        passphrase = os.environ.get("HAVRE_PASSPHRASE") or getpass.getpass("Passphrase: ")
        private = sessions.unlock(user, passphrase)
        if user is None or private is None:
            raise CommandError("This user name and passphrase open nothing.")
        return OpenVault(user, private)
