"""A marker typed everywhere lies in no byte of what the server writes: read raw, after a SIGKILL, backups included (T1)."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.separate import Installation
from tests.vault.canary import forms

BACK_UP = """
import json
from django.core.management import call_command
from tests.vault.canary import cluster
for part in ("main", "keystore"):
    call_command("backup", part, "--to", str({folder!r}) + "/" + part)
print(json.dumps(cluster()))
"""


def _files(folder: Path, but: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Every file and what is in it; `but` the folders of these names. What goes while it is read is passed over."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in but]
        for path in (Path(place, name) for name in names):
            with suppress(FileNotFoundError):  # PostgreSQL is at work
                if path.is_file():
                    yield str(path.relative_to(folder)), path.read_bytes()


def _of_cluster(told: str) -> Iterator[tuple[str, bytes]]:
    """Our two databases, all that PostgreSQL shares among databases, the write-ahead log; not what other tests made."""
    cluster = json.loads(told)
    return _files(Path(cluster["folder"]), but=cluster["of_others"])


def _readable(told: str) -> bool:
    return os.access(json.loads(told)["folder"], os.R_OK)


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return dict(_files(folder))


def _in_clear(files: Iterable[tuple[str, bytes]]) -> list[str]:
    return [f"{name}: {words}" for name, content in files for words, form in forms() if form in content]


def _die(installation: Installation, act: str) -> str:
    process = installation.start(f"from tests.vault import canary\ncanary.{act}()")
    out, errors = process.communicate(timeout=300)
    assert process.returncode == -9, errors[-3000:]
    return out.strip()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Two databases in files, or two of PostgreSQL's."""
    return Installation(tmp_path / "data")


@pytest.mark.slow
@pytest.mark.promise("T1")
def test_a_marker_typed_everywhere_lies_in_no_byte(installation: Installation, tmp_path: Path) -> None:
    told = _die(installation, "type_everywhere_and_die").splitlines()[-1]
    assert told.startswith("memory ")
    assert told.endswith(" []"), "in the cache or in the mail"
    assert int(told.split()[1]) > 100, "the cache was looked at"
    kept = _bytes_of(installation.folder)  # as a thief finds them: the write-ahead logs are not folded in
    where = installation.run(BACK_UP.format(folder=str(tmp_path / "backups"))).splitlines()[-1]
    kept |= {f"backups/{name}": content for name, content in _bytes_of(tmp_path / "backups").items()}
    _has_everything(kept, on_files=not installation.urls)
    assert not _in_clear(kept.items())
    if installation.urls and _readable(where):
        files = dict(_of_cluster(where))
        assert any(name.startswith("pg_wal/") for name in files)
        assert len({Path(name).parent for name in files if name.startswith("base/")}) >= 2, "both databases"
        assert not _in_clear(files.items()), "the whole cluster, its write-ahead log included"
    installation.remove()


def _has_everything(kept: dict[str, bytes], *, on_files: bool) -> None:
    """Every kind of place was there to be looked at, and is not empty."""
    assert any(name.startswith("documents/") for name in kept)
    assert b"RuntimeError" in kept["havre.log"]
    assert sum(name.startswith("backups/") for name in kept) == 4
    if on_files:
        for name in ("havre.sqlite3", "havre.sqlite3-wal", "keystore.sqlite3", "keystore.sqlite3-wal"):
            assert len(kept[name]) > 4096, name


@pytest.mark.slow
@pytest.mark.promise("T1")
def test_the_scan_finds_what_is_in_clear(installation: Installation, tmp_path: Path) -> None:
    """On SQLite in the write-ahead log alone, then in the backup; on PostgreSQL in the files of the cluster."""
    _die(installation, "betray_and_die")
    kept = _bytes_of(installation.folder)
    where = installation.run(BACK_UP.format(folder=str(tmp_path / "backups"))).splitlines()[-1]
    if installation.urls:
        assert not _readable(where) or _in_clear(_of_cluster(where))  # the dump itself is compressed
    else:
        assert _in_clear(_files(tmp_path / "backups" / "main"))
        assert _in_clear([("", kept["havre.sqlite3-wal"])])
        assert not _in_clear([("", kept["havre.sqlite3"])])
    installation.remove()
