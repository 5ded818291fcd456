"""The copy the drill works on, and every byte of it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

ALIASES = ("default", "keystore")
# The demonstration writes its own passphrases beside its data, so that visitors get in. No other installation does.
DEMO_ONLY = {"demo_accounts.json"}


@contextmanager
def copied() -> Iterator[bool]:
    """On SQLite, point both databases at copies for the time of the block; gives whether it did.

    On PostgreSQL, and inside a transaction, each trial is rolled back instead.
    """
    if not all(_in_a_file(alias) for alias in ALIASES):
        yield False
        return
    folder = Path(tempfile.mkdtemp(prefix="havre-drill-"))
    names = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    try:
        for alias in ALIASES:
            connections[alias].ensure_connection()
            target = sqlite3.connect(folder / alias)
            connections[alias].connection.backup(target)
            target.close()
        for alias in ALIASES:
            _point(alias, folder / alias)
        yield True
    finally:
        for alias, name in names.items():
            _point(alias, name)
        shutil.rmtree(folder)


def _in_a_file(alias: str) -> bool:
    connection = connections[alias]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    return not connection.is_in_memory_db()  # type: ignore[attr-defined]


def _point(alias: str, place: Path | str) -> None:
    connections[alias].close()
    connections[alias].settings_dict["NAME"] = place


def cells(alias: str) -> Iterator[bytes | str]:
    """Every binary and every text of every table of a database."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            while rows := cursor.fetchmany(1000):
                for row in rows:
                    for value in row:
                        if isinstance(value, bytes | memoryview):
                            yield bytes(value)
                        elif isinstance(value, str):
                            yield value


def files() -> Iterator[bytes]:
    """What else lies on the disk: secrets, pins, logs, caches; not the databases, which `cells` reads."""
    for file in sorted(settings.DATA.rglob("*")):
        if file.is_file() and file.name not in DEMO_ONLY and ".sqlite3" not in file.name:
            yield file.read_bytes()


def keys_in(pieces: Iterator[bytes | str]) -> set[bytes]:
    """Everything of 32 bytes that may be a key: each window of a short binary, the usual places of a long one, hexadecimal."""
    found = set()
    for piece in pieces:
        if isinstance(piece, str):
            found |= _hexadecimal(piece)
            continue
        if len(piece) < 2000:
            found |= _hexadecimal(piece.decode("ascii", "ignore"))
        offsets = range(len(piece) - 31) if len(piece) <= 256 else (0, 1, 9, 33, len(piece) - 32)
        found |= {piece[at : at + 32] for at in offsets}
    return {key for key in found if len(key) == 32}


def _hexadecimal(text: str) -> set[bytes]:
    found = set()
    for word in text.replace(":", " ").split() if len(text) < 2000 else []:
        if len(word) == 64:
            try:
                found.add(bytes.fromhex(word))
            except ValueError:
                continue
    return found
