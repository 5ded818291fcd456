"""`manage.py vault check` and `manage.py vault drill`."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from havre.core.errors import Refusal
from havre.vault import checking, drill, erasure, officers, sessions
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
        trial = acts.add_parser("drill", help="Try what a thief would, on a copy; exit 1 when anything opens.")
        trial.add_argument("--user", action="append", default=[], help="an account whose passphrase you know (repeat)")
        trial.add_argument("--json", action="store_true", dest="as_json")
        pin = acts.add_parser("pin", help="Put an officer's key in the file of pins, after its fingerprint was read.")
        pin.add_argument("--user", required=True, help="user name of an officer named after the founding")
        acts.add_parser("replay", help="Finish the erasures under way; erase again what an older backup brought back.")

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

    def run_pin(self, *, user: str, **rest: Any) -> None:
        """The officer reads the fingerprint from their settings; whoever runs the server types it."""
        member = get_user_model()._default_manager.filter(username=user, is_active=True).first()
        if member is None or not hasattr(member, "officer_key"):
            raise CommandError("This member is not an officer.")
        try:
            officers.pin_officer(member.officer_key, input("Fingerprint, as the officer reads it: "), by=None)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write("Pinned.")

    def run_drill(self, *, user: list[str], as_json: bool = False, **rest: Any) -> None:
        """Print what each thief tried, how often, and how often it opened."""
        known = [self._member(name) for name in user] or self._of_the_demonstration()
        with drill.copied() as on_copy:
            control = drill.control(known)
            trials = drill.run(known)
        if as_json:
            self.stdout.write(
                json.dumps(
                    {"on_copy": on_copy, "control": control, "trials": [asdict(each) for each in trials]}, indent=1
                )
            )
        else:
            self._print(trials)
            self.stdout.write(f"Control: of {control[0]} values asked for by members who may, {control[1]} opened.")
        opened = sum(each.opened for each in trials)
        if opened:
            raise CommandError(f"{opened} attempts opened something.")

    def run_replay(self, **rest: Any) -> None:
        """After a kill or a restore: what was erased is erased."""
        self.stdout.write(f"{erasure.replay()} erasures finished or done again.")

    def _print(self, trials: list[drill.Trial]) -> None:
        self.stdout.write(f"{'attempts':>10} {'opened':>7}  what was tried")
        for thief in dict.fromkeys(each.thief for each in trials):
            self.stdout.write(thief)
            for each in (t for t in trials if t.thief == thief):
                said = f"{each.attempts:>10} {each.opened:>7}" if each.attempts else f"{'nothing to try':>18}"
                self.stdout.write(f"{said}  {each.tried}")
                for where in each.where:
                    self.stdout.write(f"{'OPENED':>18}  {where}")
        for thief in sorted(set(drill.THIEVES) - {each.thief for each in trials if each.attempts}):
            self.stdout.write(f"NOT TRIED: {thief} (no such account among --user, or nothing of theirs)")
        total = sum(each.attempts for each in trials), sum(each.opened for each in trials)
        self.stdout.write(f"{total[0]:>10} {total[1]:>7}  in all")

    def _of_the_demonstration(self) -> list[drill.Member]:
        """The demonstration's accounts, whose passphrases lie beside its data. Nobody's, elsewhere."""
        file = settings.DATA / "demo_accounts.json"
        if not settings.DEMO or not file.exists():
            return []
        accounts = json.loads(file.read_text(encoding="utf-8"))
        return [self._member(account["username"], account["passphrase"]) for account in accounts]

    def _member(self, username: str, passphrase: str = "") -> drill.Member:
        passphrase = passphrase or os.environ.get("HAVRE_PASSPHRASE") or getpass.getpass(f"Passphrase of {username}: ")
        user = get_user_model()._default_manager.filter(username=username, is_active=True).first()
        private = sessions.unlock(user, passphrase)
        if user is None or private is None:
            raise CommandError("This user name and passphrase open nothing.")
        return drill.Member(user, passphrase, private)

    def _vault(self, username: str) -> OpenVault:
        return self._member(username).vault()
