"""`manage.py vault check`: finds what is missing, moved, unsigned or rewritten, and opens what should open."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from havre.accounts.permissions import Role
from havre.audit.models import Event, Head
from havre.audit.services import record
from havre.vault import checking, crypto, services
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CompartmentKey, MemberKey
from tests.vault.house import House, alert, note, person

MARK = "Zqx-Marker-Ndèye"


def written(house: House):  # type: ignore[no-untyped-def]
    """A few sealed values of several compartments."""
    row = alert(house, person_name=MARK, narrative=MARK)
    about = person(house, names=MARK)
    note(about, "psychology", MARK, house.vault(Role.PSYCHOLOGIST))
    services.send_to_inbox("social", MARK, by=row.taken_by, subject=about.code)
    services.save_draft(row.taken_by, "/alerts/new/", f"narrative={MARK}")
    return row


def kinds(house: House, role: str = Role.COORDINATOR) -> set[str]:
    """What the check finds wrong."""
    return {each.kind for each in checking.check([house.vault(role)]).findings}


def test_a_sound_vault_is_sound(house: House, other: House) -> None:
    written(house)
    report = checking.check([house.vault(Role.COORDINATOR), house.vault(Role.PSYCHOLOGIST)])
    assert report.findings == []
    assert report.orphans == []
    assert report.counts["values opened"] == 3 + 4, "the alert and the names twice, the note once"
    assert report.counts["values closed to this member"] == 1
    assert report.counts["inbox messages opened"] == 1
    assert report.counts["drafts opened"] == 1
    assert report.counts["case keys"] == 2


def test_each_table_is_read_once_whoever_signed_in(house: House, other: House) -> None:
    written(house)
    vaults = [house.vault(Role.COORDINATOR), house.vault(Role.LAWYER), other.vault(Role.COORDINATOR)]
    with CaptureQueriesContext(connection) as asked:
        checking.check(vaults)
    read = [query["sql"] for query in asked if 'FROM "casefiles_task"' in query["sql"]]
    assert len(read) == 2, "once for each organisation"


def test_it_opens_nothing_of_another_organisation(house: House, other: House) -> None:
    written(other)
    assert checking.check([house.vault(Role.COORDINATOR)]).counts["values opened"] == 0


def test_a_value_moved_is_found(house: House) -> None:
    row = written(house)
    type(row).objects.filter(pk=row.pk).update(person_name=row.narrative)
    report = checking.check([house.vault(Role.LAWYER)])
    assert [(f.kind, f.where) for f in report.findings] == [
        ("value that does not open", f"intake_alert.person_name:{row.pk}")
    ]


def test_a_missing_salt_is_found(house: House) -> None:
    row = written(house)
    ShredSalt.objects.filter(case_id=row.case_id).delete()
    assert kinds(house) == {"case key without its salt"}


@pytest.mark.promise("T12")
def test_an_unsigned_key_is_found(house: House) -> None:
    MemberKey.objects.filter(user=house.members[Role.LAWYER]).update(public_key=crypto.public_of(crypto.new_private()))
    CompartmentKey.objects.filter(kind="psychology").update(inbox_public=crypto.public_of(crypto.new_private()))
    assert kinds(house) == {"member key not signed", "inbox key not signed"}


@pytest.mark.promise("T12")
def test_an_officer_that_nobody_pinned_is_found(house: House, settings) -> None:  # type: ignore[no-untyped-def]
    settings.HAVRE_OFFICER_KEYS_FILE.write_text("")
    assert "officer not pinned, nor signed by one who counts" in {each.kind for each in checking.check([]).findings}


def test_a_grant_that_was_forged_is_found(house: House) -> None:
    lawyer = house.members[Role.LAWYER]
    forged = crypto.box(bytes(lawyer.member_key.public_key), crypto.random_key())
    lawyer.grants.filter(compartment__kind="legal").update(sealed_key=forged)
    assert kinds(house, Role.LAWYER) == {"grant that does not open, or was not signed"}


def test_a_log_cut_off_is_found(house: House) -> None:
    head = Head.objects.get()
    Head.objects.update(number=head.number + 1)
    assert "audit log: the end of the log was cut off" in kinds(house)


def test_a_log_rewritten_since_the_last_sign_in_is_found(house: House) -> None:
    vault = house.vault(Role.COORDINATOR)
    record("audit.checked", by=vault.user)
    rewritten = vault.seal_pin({"number": Event.objects.count(), "hash": "f" * 64})
    MemberKey.objects.filter(user=vault.user).update(pinned_head=rewritten)
    assert kinds(house) == {"audit log rewritten since this member’s last sign-in"}


def test_orphan_salts_are_swept_and_young_ones_are_not(house: House) -> None:
    written(house)
    old, young = uuid4(), uuid4()
    for case_id in (old, young):
        ShredSalt.objects.create(case_id=case_id, salt=crypto.random_key())
    ShredSalt.objects.filter(case_id=old).update(made_at=timezone.now() - timedelta(days=2))
    out = StringIO()
    call_command("vault", "check", "--sweep", stdout=out)
    assert f"orphan salt swept: {old}" in out.getvalue()
    assert set(ShredSalt.objects.values_list("case_id", flat=True)) == {
        young,
        *Case.objects.values_list("pk", flat=True),
    }
    assert Event.objects.first().kind == "vault.salts.swept"


def test_the_command_asks_for_a_passphrase_and_repeats_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    row = written(house)
    monkeypatch.setenv("HAVRE_PASSPHRASE", house.passphrase(Role.LAWYER))
    out = StringIO()
    call_command("vault", "check", "--user", "havre.lawyer", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert said["counts"]["values opened"] == 3
    assert said["findings"] == []
    assert Event.objects.first().kind == "vault.checked"
    assert Event.objects.first().detail == {"opened": 3, "wrong": 0}
    type(row).objects.filter(pk=row.pk).update(person_name=row.narrative)
    out = StringIO()
    with pytest.raises(CommandError, match="1 things"):
        call_command("vault", "check", "--user", "havre.lawyer", stdout=out)
    assert "intake_alert.person_name" in out.getvalue()
    assert MARK not in out.getvalue()


def test_a_wrong_passphrase_opens_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVRE_PASSPHRASE", "wrong")
    for name in ("havre.lawyer", "nobody"):
        with pytest.raises(CommandError, match="open nothing"):
            call_command("vault", "check", "--user", name)
