"""Loading beside, then putting in place: a load that was killed leaves nothing that could be taken for a caseload.

On SQLite the caseload is made in files named `loading-*`, which take their place at the end, the main one last: where
it stands, everything else does. On PostgreSQL the two transactions do the same.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from havre.accounts.models import Organisation
from havre.core.errors import Refusal
from havre.demo import accounts
from havre.demo.load import Say, is_loaded, load, tell

ALIASES = ("keystore", "default")  # in the order in which they are put in place


def install(*, say: Say = tell) -> bool:
    """Load the caseload unless it is there. Returns whether it had to. Raises `Refusal` over somebody's records."""
    if _on_sqlite() and not _file("default").exists():
        _make_beside(say)
        return True
    migrate()
    if is_loaded():
        return False
    if Organisation.objects.exists():
        raise Refusal("This installation already has an organisation: the demonstration goes elsewhere (HAVRE_DATA).")
    if _on_sqlite():
        _make_beside(say)
    else:
        accounts.write(load(say=say), settings.DATA)
    return True


def migrate() -> None:
    """Bring both databases to the present shape, without a word."""
    for alias in ("default", "keystore"):
        call_command("migrate", database=alias, interactive=False, verbosity=0)


def _on_sqlite() -> bool:
    return all(connections[alias].vendor == "sqlite" for alias in ALIASES)


def _file(alias: str) -> Path:
    return Path(connections[alias].settings_dict["NAME"])


def _make_beside(say: Say) -> None:
    places = {alias: _file(alias) for alias in ALIASES}
    beside = {alias: place.with_name(f"loading-{place.name}") for alias, place in places.items()}
    for place in beside.values():
        _remove(place)
    try:
        for alias, place in beside.items():
            _point(alias, place)
        say("making the databases")
        migrate()
        for alias in ALIASES:
            with connections[alias].cursor() as cursor:
                # If the machine stops now, the files are thrown away: no need to wait for the disk.
                cursor.execute("PRAGMA synchronous=OFF")
        made = load(say=say, whole=False)
        for alias in ALIASES:
            with connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        for alias, place in places.items():
            _point(alias, place)
    accounts.write(made, settings.DATA)
    for alias in ALIASES:
        _remove(places[alias])
        os.replace(beside[alias], places[alias])


def _point(alias: str, place: Path) -> None:
    connections[alias].close()
    connections[alias].settings_dict["NAME"] = place


def _remove(place: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        place.with_name(place.name + suffix).unlink(missing_ok=True)
