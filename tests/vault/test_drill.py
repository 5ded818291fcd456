"""`manage.py vault drill`: nothing opens; and the drill would notice if something did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.vault import crypto, drill, opened, services, sessions, sharing, signatures
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Escrow, Grant
from tests.vault.house import PROFESSIONS, House, alert, build, note, person

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "Zqx-Marker-Ndèye"


@pytest.fixture
def caseload(db: None) -> tuple[House, list[drill.Member]]:
    """Two alerts, two people, notes of two professions, a message, a draft, an open session; every passphrase known."""
    house = build(roles=(*PROFESSIONS, Role.ADMINISTRATOR, Role.VOLUNTEER))
    vault = house.vault(Role.COORDINATOR)
    for name in ("Fatou", MARK):
        alert(house, vault, person_name=name, reporter=name, narrative=f"{name} {MARK}")
        about = person(house, vault, names=name, phones=name)
        for each in (1, 2):
            note(about, "psychology", f"{MARK} {each}", house.vault(Role.PSYCHOLOGIST))
        services.send_to_inbox("psychology", MARK, by=vault.user, subject=about.code)
        services.send_to_inbox("social", MARK, by=vault.user, subject=about.code)
    services.save_draft(house.members[Role.LAWYER], "/alerts/new/", f"narrative={MARK}")
    sessions.start(vault.user, vault._private)
    for role, until in ((Role.VOLUNTEER, 30), (Role.PSYCHOLOGIST, 1)):
        sharing.give(about.case_id, ["identity"], house.members[role], why="volunteer", target=about.code, by=vault,
                     until=timezone.now() + timedelta(days=until))  # fmt: skip
    for role in PROFESSIONS:
        sharing.resume(house.vault(role))
    return house, members(house)


def members(house: House) -> list[drill.Member]:
    """Everybody, with their passphrases."""
    found = []
    for role, user in house.members.items():
        private = sessions.unlock(user, house.passphrase(role))
        assert private is not None
        found.append(drill.Member(user, house.passphrase(role), private))
    return found


def noticed(known: list[drill.Member]) -> set[tuple[str, str]]:
    """What the drill says was opened."""
    return {(each.thief, each.tried) for each in drill.run(known) if each.opened}


def _seal_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the vault writes texts in clear (keys are still sealed)."""
    real = crypto.seal

    def clear(key: bytes, text: bytes, place: bytes, *, block: int = crypto.SHORT) -> bytes:
        return crypto.bindings.sodium_pad(text, block) if text == MARK.encode() else real(key, text, place, block=block)

    monkeypatch.setattr(crypto, "seal", clear)


@pytest.mark.promise("T2")
def test_nothing_opens_and_everything_was_tried(caseload: tuple[House, list[drill.Member]]) -> None:
    _house, known = caseload
    before = Grant.objects.count(), ShredSalt.objects.count(), Event.objects.count()
    results = drill.run(known)
    assert [each for each in results if each.opened] == []
    assert {each.thief for each in results} == {*drill.THIEVES, *drill.ALSO}
    assert [each.tried for each in results if not each.attempts] == []
    assert (Grant.objects.count(), ShredSalt.objects.count(), Event.objects.count()) == before, "rolled back"
    tried, got = drill.control(known)
    assert tried == got > 30


@pytest.mark.promise("T2")
def test_clear_text_is_noticed(caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch) -> None:
    house, known = caseload
    _seal_nothing(monkeypatch)
    alert(house, house.vault(Role.COORDINATOR), person_name=MARK)
    found = noticed(known)
    assert ("thief of disk", "each sealed value, read as it lies") in found
    assert ("thief of backup", "each sealed value, read as it lies") in found


@pytest.mark.promise("T2")
def test_a_key_left_in_the_database_is_noticed(caseload: tuple[House, list[drill.Member]]) -> None:
    house, known = caseload
    key = house.vault(Role.COORDINATOR).compartment_key("identity")[1]
    ShredSalt.objects.create(case_id=house.organisation.pk, salt=key)
    assert noticed(known) >= {
        ("thief of disk", "each 32 bytes of both databases and of the files, as a key"),
        ("thief of backup", "each 32 bytes of the key store, as a key"),
    }


@pytest.mark.promise("T2")
def test_a_key_left_in_a_file_is_noticed(caseload: tuple[House, list[drill.Member]], settings: Any) -> None:
    house, known = caseload
    file = settings.DATA / "forgotten.txt"
    file.write_text(f"key {house.vault(Role.COORDINATOR)._private.hex()}\n")
    try:
        assert ("thief of disk", "each 32 bytes of both databases and of the files, as a key") in noticed(known)
    finally:
        file.unlink()


def test_a_box_that_one_officer_opens_alone_is_noticed(caseload: tuple[House, list[drill.Member]]) -> None:
    house, known = caseload
    public = bytes(house.members[Role.ADMINISTRATOR].member_key.public_key)
    Escrow.objects.filter(kind="legal").update(sealed=crypto.box(public, crypto.box(public, crypto.random_key())))
    assert noticed(known) == {(drill.ALSO[0], "their private key on each box of two officers, and on what is inside")}


def test_a_volunteer_who_holds_a_compartment_is_noticed(caseload: tuple[House, list[drill.Member]]) -> None:
    """A grant of the whole compartment, made whatever their role says."""
    house, known = caseload
    compartment, key = house.vault(Role.COORDINATOR).compartment_key("social")
    user = house.members[Role.VOLUNTEER]
    box = crypto.box(bytes(user.member_key.public_key), key)
    Grant.objects.create(compartment=compartment, user=user, sealed_key=box, granted_by=user)
    about = person(house)
    note(about, "social", MARK, house.vault(Role.COORDINATOR))
    found = noticed(known)
    assert (drill.ALSO[1], "their vault on each value of a case or a compartment they were not given") in found


@pytest.mark.promise("T2")
def test_a_value_not_bound_to_its_place_is_noticed(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without associated data, values of one case exchange places and older ones come back."""
    house, known = caseload
    monkeypatch.setattr(opened, "place_of", lambda *parts: b"")
    alert(house, house.vault(Role.COORDINATOR), person_name=MARK, reporter=MARK, person_contact=MARK)
    found = {tried for thief, tried in noticed(known) if thief == "writer in the database"}
    assert found >= {"a value put in another column of its row", "an older value put back"}


@pytest.mark.promise("T2")
def test_a_salt_that_counts_for_nothing_is_noticed(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the salt in the key, a main backup and old keys are enough."""
    house, known = caseload
    real = crypto.mix

    def without(key: bytes, person: str, *more: Any) -> bytes:
        return real(key, person, *(more[1:] if person == "dek" else more))

    monkeypatch.setattr(crypto, "mix", without)
    alert(house, house.vault(Role.COORDINATOR), person_name=MARK)
    assert ("leaver with an old backup", "an old main backup and the keys they had then, without the key store") in (
        noticed(known)
    )


@pytest.mark.promise("T2")
def test_signatures_that_are_not_checked_are_noticed(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _house, known = caseload
    monkeypatch.setattr(signatures, "_check", lambda *args: None)
    assert noticed(known) >= {
        ("writer in the database", "a public key put in the place of each member’s"),
        ("writer in the database", "a public key put in the place of each inbox’s"),
    }


@pytest.mark.promise("T2")
def test_a_compartment_given_to_the_director_is_noticed(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault that forgets whose key it has: everyone opens with a psychologist's."""
    house, known = caseload
    psychologist = house.vault(Role.PSYCHOLOGIST)
    assert psychologist.can_open("psychology")
    monkeypatch.setattr(opened.OpenVault, "open", lambda self, row, name: psychologist_open(psychologist, row, name))
    assert ("director against psychology", "their vault on each value") in noticed(known)
    assert ("administrator", "their vault on each value") in noticed(known)


_real_open = opened.OpenVault.open


def psychologist_open(vault: Any, row: Any, name: str) -> str:
    """The real `open`, with another person's vault."""
    return _real_open(vault, row, name)


@pytest.mark.promise("T2")
def test_the_command_says_what_was_not_tried(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _known = caseload
    monkeypatch.setenv("HAVRE_PASSPHRASE", house.passphrase(Role.LAWYER))
    out = StringIO()
    call_command("vault", "drill", "--user", "havre.lawyer", stdout=out)
    said = out.getvalue()
    assert "NOT TRIED: administrator" in said
    assert "NOT TRIED: director against psychology" in said
    assert "NOT TRIED: thief of disk" not in said
    assert MARK not in said


@pytest.mark.promise("T2")
def test_the_command_fails_when_something_opens(
    caseload: tuple[House, list[drill.Member]], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _known = caseload
    _seal_nothing(monkeypatch)
    row = alert(house, house.vault(Role.COORDINATOR), person_name=MARK)
    out = StringIO()
    with pytest.raises(CommandError, match="opened something"):
        call_command("vault", "drill", "--json", stdout=out)
    trials = json.loads(out.getvalue())["trials"]
    assert f"intake_alert.person_name:{row.pk}" in [where for each in trials for where in each["where"]]
    assert MARK not in out.getvalue()


@pytest.mark.promise("T2")
def test_the_drill_works_on_a_copy_where_there_are_files(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "KEYSTORE_URL"}}
    environment |= {"HAVRE_MODE": "test", "HAVRE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
        return run.stdout

    for alias in ("default", "keystore"):
        manage("migrate", "--database", alias, "--verbosity", "0")
    before = (tmp_path / "havre.sqlite3").read_bytes()
    assert json.loads(manage("vault", "drill", "--json"))["on_copy"] is True
    assert (tmp_path / "havre.sqlite3").read_bytes() == before
