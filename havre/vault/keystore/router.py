"""Sends the key store's tables to the key store's database, and nothing else there."""

from __future__ import annotations

from typing import Any


class KeyStoreRouter:
    """The app `keystore` lives in the alias `keystore`; every other app lives in `default`."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Where a model is read."""
        return "keystore" if model._meta.app_label == "keystore" else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """No foreign key crosses the two databases."""
        return bool((one._meta.app_label == "keystore") == (other._meta.app_label == "keystore"))

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Which tables are made where."""
        return (app_label == "keystore") == (db == "keystore")
