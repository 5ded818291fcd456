"""`manage.py migrate`, which on the key store looks at the migrations of its own app only: no other table lives there."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

KEY_STORE = "keystore"


class Command(Migrate):
    """Django's, half as long on the key store."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Without an app named, on the key store: the key store's."""
        if options["database"] == KEY_STORE and not options["app_label"]:
            # No table there is without migrations, which is what `run_syncdb` is for; it goes with no named app.
            options |= {"app_label": KEY_STORE, "run_syncdb": False}
        super().handle(*args, **options)
