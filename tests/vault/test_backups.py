"""Backups: apart, read back, thirty days for the key store; what was erased does not come back with them (T6)."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from havre.accounts.permissions import Role
from havre.casefiles.models import Person
from havre.vault import backups, checking, erasure
from havre.vault.errors import Shredded
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import CaseKey, Tombstone
from tests.vault.house import PROFESSIONS, House, again, build, person

MARK = "Zqx-Marker-Ndèye"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL, the programs of the server that runs the tests."""
    if connection.vendor == "postgresql":
        from tests.postgres import programs

        folder = programs()
        if not (folder / "pg_dump").exists():
            pytest.skip("this PostgreSQL comes without pg_dump")
        monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.fixture
def house() -> House:
    """An organisation, committed."""
    return build()


def make(part: str, folder: Path) -> Path:
    """A backup of one part."""
    call_command("backup", part, "--to", str(folder / part))
    return folder / part / backups.manifests(folder / part)[-1][1].file


def restore(part: str, file: Path) -> None:
    """Put it back."""
    call_command("restore", part, "--from", str(file), "--replace")


def older(file: Path, days: int) -> None:
    """Make a backup look older."""
    beside = file.with_suffix(".json")
    manifest = json.loads(beside.read_text())
    manifest["made_at"] = (timezone.now() - timedelta(days=days)).isoformat()
    beside.write_text(json.dumps(manifest))


def erase(house: House, about: Any) -> None:
    """By two people."""
    asked = erasure.request(about.case_id, "asked", by=house.vault(Role.SOCIAL_WORKER))
    erasure.confirm(asked, by=house.vault(Role.COORDINATOR))


def test_what_was_lost_comes_back(house: House, tmp_path: Path) -> None:
    about = person(house, names=MARK)
    main, store = make("main", tmp_path), make("keystore", tmp_path)
    assert main.stat().st_mode & 0o077 == 0
    assert MARK.encode() not in main.read_bytes() + store.read_bytes()
    about.file.delete()
    Person.objects.all().delete()
    ShredSalt.objects.all().delete()
    restore("main", main)
    restore("keystore", store)
    assert house.vault(Role.LAWYER).open(again(about), "names") == MARK
    assert checking.check([house.vault(Role.LAWYER)]).findings == []


@pytest.mark.promise("T6")
@pytest.mark.parametrize("parts", [("main",), ("keystore",), ("main", "keystore")], ids="+".join)
def test_what_was_erased_does_not_come_back(house: House, tmp_path: Path, parts: tuple[str, ...]) -> None:
    """T6: an older backup of either database, or of both one after the other, and every passphrase."""
    about, kept = person(house, names=MARK), person(house, names=MARK)
    files = {part: make(part, tmp_path) for part in parts}
    erase(house, about)
    for part in parts:
        restore(part, files[part])
    for role in PROFESSIONS:
        with pytest.raises(Shredded):
            house.vault(role).open(again(about), "names")
        assert house.vault(role).open(again(kept), "names") == MARK
    assert not ShredSalt.objects.filter(case_id=about.case_id).exists()
    assert not CaseKey.objects.filter(case_id=about.case_id).exists()
    assert Tombstone.objects.filter(case_id=about.case_id).exists()
    assert checking.check([house.vault(Role.LAWYER)]).findings == []


@pytest.mark.promise("T6")
def test_main_data_and_key_store_are_kept_apart(house: House, tmp_path: Path) -> None:
    call_command("backup", "main", "--to", str(tmp_path))
    with pytest.raises(CommandError, match="kept apart"):
        call_command("backup", "keystore", "--to", str(tmp_path))


@pytest.mark.promise("T6")
def test_a_key_store_of_more_than_thirty_days_is_removed_and_not_restored(house: House, tmp_path: Path) -> None:
    old, recent = make("keystore", tmp_path), make("keystore", tmp_path)
    older(old, 31)
    older(recent, 29)
    with pytest.raises(CommandError, match="30 days"):
        restore("keystore", old)
    new = make("keystore", tmp_path)
    left = {each.file for _file, each in backups.manifests(tmp_path / "keystore")}
    assert left == {recent.name, new.name}
    assert not old.exists()


def test_an_old_main_backup_is_kept(house: House, tmp_path: Path) -> None:
    old = make("main", tmp_path)
    older(old, 300)
    make("main", tmp_path)
    assert old.exists()


def test_a_damaged_backup_is_refused(house: House, tmp_path: Path) -> None:
    about = person(house, names=MARK)
    file = make("main", tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(CommandError, match="hash"):
        restore("main", file)
    file.with_suffix(".json").unlink()
    with pytest.raises(CommandError, match="manifest"):
        restore("main", file)
    assert house.vault(Role.LAWYER).open(again(about), "names") == MARK


def test_a_backup_of_the_other_part_is_refused(house: House, tmp_path: Path) -> None:
    file = make("keystore", tmp_path)
    with pytest.raises(CommandError, match="not of main"):
        restore("main", file)


def test_it_replaces_nothing_unasked(house: House, tmp_path: Path) -> None:
    file = make("main", tmp_path)
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", "main", "--from", str(file))


@pytest.mark.postgres
def test_without_its_programs_it_says_so(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CommandError, match="pg_dump is not installed"):
        make("main", tmp_path)
    assert not list((tmp_path / "main").iterdir())
