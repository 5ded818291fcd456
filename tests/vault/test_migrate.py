"""The key store is brought to the present shape by the migrations of its own app; the other database by all of them."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder


@pytest.mark.django_db
def test_the_key_store_has_its_own_tables_and_migrations_only() -> None:
    applied = {
        alias: {app for app, _name in MigrationRecorder(connections[alias]).applied_migrations()}
        for alias in connections
    }
    assert applied["keystore"] == {"keystore"}
    assert {"vault", "accounts", "audit", "auth"} <= applied["default"]
    tables = set(connections["keystore"].introspection.table_names()) - {"django_migrations"}
    assert tables
    assert all(name.startswith("keystore_") for name in tables)
    assert not [name for name in connections["default"].introspection.table_names() if name.startswith("keystore_")]


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "keystore"])
def test_nothing_is_left_to_migrate(alias: str) -> None:
    """Else it ends with an error."""
    call_command("migrate", database=alias, check_unapplied=True, stdout=StringIO())
