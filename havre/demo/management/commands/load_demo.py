"""`manage.py load_demo`: the invented caseload in this installation, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from havre.core.errors import Refusal
from havre.demo.installing import install


class Command(BaseCommand):
    """Load the demonstration caseload; do nothing when it is there."""

    help = "Load the demonstration caseload, unless it is there."
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses in production: invented people have no place there."""
        if settings.PRODUCTION:
            raise CommandError("The demonstration does not go into a production installation (HAVRE_MODE=demo).")
        try:
            loaded = install()
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write("The caseload was loaded." if loaded else "The caseload was there already.")
