"""Backups of the main data and of the key store, each apart: together in one place, they would undo every erasure.

A backup is one file and its manifest (`.json`: what, when, hash, rows of each table). It is read back before it counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from havre.audit.services import record

PARTS = {"main": "default", "keystore": "keystore"}
# An erased case is unreadable everywhere this long after: no older copy of its salts is kept.
KEPT = timedelta(days=30)


class BackupError(Exception):
    """A backup that cannot be made, read or trusted. The message is for whoever runs the command."""


@dataclass(frozen=True)
class Manifest:
    """What stands beside a backup."""

    part: str
    vendor: str
    made_at: str
    file: str
    sha256: str
    rows: dict[str, int]

    @property
    def age(self) -> timedelta:
        """How old the backup is, by the real clock."""
        return timezone.now() - datetime.fromisoformat(self.made_at)


def manifests(folder: Path) -> list[tuple[Path, Manifest]]:
    """The backups of a folder, oldest first."""
    found = [(file, Manifest(**json.loads(file.read_text()))) for file in folder.glob("havre-*.json")]
    return sorted(found, key=lambda each: each[1].made_at)


def back_up(part: str, folder: Path) -> Path:
    """Write a backup of one part, read it back, and remove key-store backups that are too old. Returns its file.

    Raises `BackupError` when the folder holds the other part, or the copy does not verify.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(folder):
        return _back_up(part, folder)


def _back_up(part: str, folder: Path) -> Path:
    _clear(folder)
    if any(each.part != part for _file, each in manifests(folder)):
        raise BackupError(f"{folder} holds backups of the other part: main data and key store are kept apart.")
    vendor, now = connections[PARTS[part]].vendor, timezone.now()
    suffix = "sqlite3" if vendor == "sqlite" else "dump"
    final = folder / f"havre-{part}-{now:%Y%m%dT%H%M%S%f}Z.{suffix}"
    draft = final.with_name(f".{final.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        (_dump_sqlite if vendor == "sqlite" else _dump_postgres)(PARTS[part], draft)
        rows = _rows(vendor, draft)
        _complete(PARTS[part], rows)
        manifest = Manifest(part, vendor, now.isoformat(), final.name, _hash(draft), rows)
        os.replace(draft, final)
    finally:
        draft.unlink(missing_ok=True)
    beside, drafted = final.with_suffix(".json"), draft.with_suffix(".json.part")
    drafted.write_text(json.dumps(asdict(manifest), indent=1))
    os.replace(drafted, beside)  # whole, or not there
    verify(final)
    with transaction.atomic():
        record("vault.backup.made", by=None, part=part, rows=sum(rows.values()))
    if part == "keystore":
        expire(folder)
    return final


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder. Given back when the process ends, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    """Remove what a backup that was killed left: a copy without its manifest is never read, nor expires."""
    kept = {manifest.file for _beside, manifest in manifests(folder)}
    for file in [*folder.glob("havre-*.sqlite3"), *folder.glob("havre-*.dump"), *folder.glob(".havre-*.part")]:
        if file.name not in kept:
            file.unlink()


def expire(folder: Path) -> list[Path]:
    """Remove the key-store backups of more than 30 days. Returns what was removed."""
    gone = []
    for beside, manifest in manifests(folder):
        if manifest.part == "keystore" and manifest.age > KEPT:
            for file in (folder / Path(manifest.file).name, beside):
                file.unlink(missing_ok=True)
                gone.append(file)
    return gone


def verify(file: Path) -> Manifest:
    """Read a backup whole: hash, integrity, rows of each table. Raises `BackupError`."""
    beside = file.with_suffix(".json")
    if not file.exists() or not beside.exists():
        raise BackupError(f"{file} or its manifest is missing.")
    manifest = Manifest(**json.loads(beside.read_text()))
    if _hash(file) != manifest.sha256:
        raise BackupError(f"{file} is not what was written: its hash differs.")
    if _rows(manifest.vendor, file) != manifest.rows:
        raise BackupError(f"{file} does not hold the rows its manifest says.")
    return manifest


def put_back(part: str, file: Path) -> Manifest:
    """Replace one database by a backup of it. The caller migrates, then replays the tombstones.

    Raises `BackupError` for the other part, another kind of database, or a key store of more than 30 days.
    """
    manifest, alias = verify(file), PARTS[part]
    if manifest.part != part:
        raise BackupError(f"{file} is a backup of {manifest.part}, not of {part}.")
    if manifest.vendor != connections[alias].vendor:
        raise BackupError(f"{file} comes from {manifest.vendor}; this installation is on {connections[alias].vendor}.")
    if part == "keystore" and manifest.age > KEPT:
        raise BackupError("A key store of more than 30 days is not restored: it would bring back what was erased.")
    if manifest.vendor == "sqlite":
        connections[alias].ensure_connection()
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as source:
            source.backup(connections[alias].connection)
    else:
        connections[alias].close()
        words = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run("pg_restore", alias, *words, "--dbname", str(connections[alias].settings_dict["NAME"]), str(file))
    return manifest


def _dump_sqlite(alias: str, place: Path) -> None:
    """The online backup: consistent while people work."""
    connections[alias].ensure_connection()
    with closing(sqlite3.connect(place)) as target:
        connections[alias].connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def _dump_postgres(alias: str, place: Path) -> None:
    name = str(connections[alias].settings_dict["NAME"])
    _run("pg_dump", alias, "--format=custom", "--no-owner", "--file", str(place), name)


def _run(program: str, alias: str | None, *words: str) -> subprocess.CompletedProcess[str]:
    """One of PostgreSQL's programs; the password goes through the environment. Raises `BackupError`."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed: install PostgreSQL’s client programs (postgresql-client).")
    environment = dict(os.environ)
    if alias is not None:
        values = connections[alias].settings_dict
        given: dict[str, Any] = {f"PG{name}": values.get(name) for name in ("HOST", "PORT", "USER", "PASSWORD")}
        environment |= {name: str(value) for name, value in given.items() if value}
    done = subprocess.run([found, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        # Its first line names the cause; the others may repeat rows.
        raise BackupError(f"{program} failed: {(done.stderr.splitlines() or ['no reason given'])[0]}")
    return done


def _rows(vendor: str, file: Path) -> dict[str, int]:
    """How many rows each table of a backup holds; reads it all. Raises `BackupError` when it is damaged."""
    return _rows_sqlite(file) if vendor == "sqlite" else _rows_postgres(file)


def _rows_sqlite(file: Path) -> dict[str, int]:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copy:
            said = copy.execute("PRAGMA integrity_check").fetchall()
            if said != [("ok",)]:
                raise BackupError(f"{file} is damaged.")
            tables = copy.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
            names = sorted(name for (name,) in tables.fetchall())
            return {t: copy.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in names}  # noqa: S608
    except sqlite3.DatabaseError:
        raise BackupError(f"{file} is damaged.") from None


def _rows_postgres(file: Path) -> dict[str, int]:
    """Have pg_restore write the dump out, and count the lines of each COPY."""
    counts: Counter[str] = Counter()
    table = ""
    for line in _run("pg_restore", None, "--data-only", "--file=-", str(file)).stdout.split("\n"):
        if table and line == "\\.":
            table = ""
        elif table:
            counts[table] += 1
        elif line.startswith("COPY "):
            table = line.split()[1].removeprefix("public.").strip('"')
            counts[table] += 0
    return dict(sorted(counts.items()))


def _complete(alias: str, rows: dict[str, int]) -> None:
    """Every table of the database is in its backup."""
    with connections[alias].cursor() as cursor:
        missing = set(connections[alias].introspection.table_names(cursor)) - set(rows)
    if missing:
        raise BackupError(f"The backup lacks tables: {', '.join(sorted(missing))}.")


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
