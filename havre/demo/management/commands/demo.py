"""`manage.py demo`: the demonstration ready to visit. `make demo` sets the environment it needs."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from havre.accounts.permissions import Role
from havre.core.errors import Refusal
from havre.demo import accounts, figures, installing
from havre.demo.plan.team import MAIN_SLUG


class Command(BaseCommand):
    """Load the caseload if it is not there, show its key figures and who may sign in, then serve."""

    help = "Prepare the demonstration, print its figures and its passphrases, and serve it (SERVE=0: do not serve)."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses outside the demonstration: it prints passphrases."""
        if not settings.DEMO:
            raise CommandError("HAVRE_MODE is not demo. `make demo` sets what is needed.")
        try:
            installing.install()
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        with translation.override("en"):  # a terminal has one language; the report and the pages have theirs
            figures.prepare(self.stdout)
            self._sign_ins()
        for connection in connections.all():
            connection.close()
        if os.environ.get("SERVE", "1").strip() not in ("0", "no", "false"):
            self._serve()

    def _sign_ins(self) -> None:
        made = accounts.read(settings.DATA)
        if not made:
            raise CommandError(
                f"The caseload is there but its passphrases are not: remove {settings.DATA} and start again."
            )
        self.stdout.write("\n" + _("Sign in as (the second factor is off in the demonstration):"))
        roles = dict(Role.choices)
        rows = [
            (
                str(roles[a.role]) + ("" if a.organisation == MAIN_SLUG else f" ({a.organisation})"),
                a.username,
                a.passphrase,
            )
            for a in made
        ]
        widths = [max(len(row[i]) for row in rows) for i in (0, 1)]
        for role, username, passphrase in rows:
            self.stdout.write(f"  {role:<{widths[0]}}  {username:<{widths[1]}}  {passphrase}")

    def _serve(self) -> None:
        host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
        self.stdout.write("\n" + _("Open http://%(host)s:%(port)s (Ctrl+C stops it).") % {"host": host, "port": port})
        sys.stdout.flush()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port]
        # The server takes the place of this process: what stops one stops the other.
        os.execv(sys.executable, [*command, "--workers", "1", "--no-access-log", "config.wsgi:application"])  # noqa: S606
