"""Erased is erased: by two people, whatever backup comes back, and wherever the power went off (T6, T18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import checking, erasure, services, sharing
from havre.vault.errors import NotGranted, Shredded
from havre.vault.keystore.models import ShredSalt
from havre.vault.keystore.models import Tombstone as KeyStoreTombstone
from havre.vault.models import CaseKey, Draft, Erasure, Escrow, GrantedHalf, InboxItem, Tombstone
from tests.vault.house import PROFESSIONS, House, again, alert, note, person

MARK = "Zqx-Marker-Ndèye"


def somebody(house: House) -> Any:
    """A person with sealed names, a note of each profession and a message about them."""
    about = person(house, names=MARK)
    note(about, "psychology", MARK, house.vault(Role.PSYCHOLOGIST))
    services.send_to_inbox("social", MARK, by=house.members[Role.LAWYER], subject=about.code)
    services.save_draft(house.members[Role.LAWYER], f"/files/{about.code}/notes/", f"text={MARK}")
    return about


def erase(house: House, case_id: Any) -> Erasure:
    """Asked by the social worker, confirmed by the coordinator, who is an officer."""
    asked = erasure.request(case_id, "asked", by=house.vault(Role.SOCIAL_WORKER))
    return erasure.confirm(asked, by=house.vault(Role.COORDINATOR))


def nobody_opens(house: House, about: Any) -> None:
    """With every passphrase of the house, neither the names nor the notes."""
    for role in PROFESSIONS:
        vault = house.vault(role)
        with pytest.raises(Shredded):
            vault.open(again(about), "names")
    written = about.file.notes.get()
    with pytest.raises(Shredded):
        house.vault(Role.PSYCHOLOGIST).open(written, "text")


def backup(about: Any) -> tuple[list[CaseKey], list[ShredSalt], list[InboxItem]]:
    """What older backups of the two databases hold of a case."""
    return (
        list(CaseKey.objects.filter(case_id=about.case_id)),
        list(ShredSalt.objects.filter(case_id=about.case_id)),
        list(InboxItem.objects.all()),
    )


@pytest.mark.promise("T6")
def test_an_erased_record_opens_to_nobody(house: House) -> None:
    about, kept = somebody(house), somebody(house)
    done = erase(house, about.case_id)
    assert done.done_at is not None
    nobody_opens(house, about)
    assert house.vault(Role.LAWYER).open(again(kept), "names") == MARK
    assert not InboxItem.objects.filter(subject=about.code).exists()
    assert InboxItem.objects.filter(subject=kept.code).exists()
    assert [draft.path for draft in Draft.objects.all()] == [f"/files/{kept.code}/notes/"]
    for stones in (Tombstone.objects, KeyStoreTombstone.objects):
        stone = stones.get(case_id=about.case_id)
        assert stone.requested_by_id == house.members[Role.SOCIAL_WORKER].pk
        assert stone.confirmed_by_id == house.members[Role.COORDINATOR].pk
    assert [e.kind for e in Event.objects.filter(target=f"case:{about.case_id}").order_by("number")] == [
        "vault.erasure.requested", "vault.erasure.confirmed", "vault.erasure.done",
    ]  # fmt: skip
    report = checking.check([house.vault(Role.PSYCHOLOGIST)])
    assert report.sound
    assert report.counts["values erased"] == 2


@pytest.mark.promise("T6")
def test_nothing_is_written_in_an_erased_record(house: House) -> None:
    about = somebody(house)
    erase(house, about.case_id)
    with pytest.raises(Shredded):
        house.vault(Role.LAWYER).seal(again(about), names="again")
    with pytest.raises(Shredded):
        note(about, "legal", "again", house.vault(Role.LAWYER))
    assert not CaseKey.objects.filter(case_id=about.case_id).exists()


@pytest.mark.promise("T6")
def test_an_older_main_backup_does_not_open(house: House) -> None:
    """T6: the case keys are back, the tombstone is not; every passphrase is there."""
    about = somebody(house)
    keys, _salts, messages = backup(about)
    erase(house, about.case_id)
    CaseKey.objects.bulk_create(keys)
    InboxItem.objects.bulk_create([m for m in messages if m.subject == about.code])
    Tombstone.objects.all().delete()
    Erasure.objects.all().delete()
    nobody_opens(house, about)
    call_command("vault", "replay")
    nobody_opens(house, about)
    assert Tombstone.objects.filter(case_id=about.case_id).exists()
    assert not CaseKey.objects.filter(case_id=about.case_id).exists()
    assert not InboxItem.objects.filter(subject=about.code).exists()
    assert Event.objects.first().kind == "vault.erasure.replayed"


@pytest.mark.promise("T6")
def test_an_older_key_store_is_erased_again(house: House) -> None:
    """The salts are back: the main database remembers, even before the tombstones are replayed."""
    about = somebody(house)
    _keys, salts, _messages = backup(about)
    erase(house, about.case_id)
    ShredSalt.objects.bulk_create(salts)
    KeyStoreTombstone.objects.all().delete()
    nobody_opens(house, about)
    assert not checking.check([]).sound
    assert erasure.replay() == 1
    assert not ShredSalt.objects.filter(case_id=about.case_id).exists()
    assert KeyStoreTombstone.objects.filter(case_id=about.case_id).exists()
    assert erasure.replay() == 0
    assert checking.check([]).sound


@pytest.mark.promise("T18")
@pytest.mark.parametrize("killed", ["_shred", "_close"])
def test_killed_between_the_two_databases_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    """T18, for erasure: the process dies before the key store, or after it."""
    about = somebody(house)
    asked = erasure.request(about.case_id, "court", by=house.vault(Role.SOCIAL_WORKER))
    with monkeypatch.context() as dying:
        dying.setattr(erasure, killed, _die)
        with pytest.raises(KeyboardInterrupt):
            erasure.confirm(asked, by=house.vault(Role.COORDINATOR))
    assert "erasure confirmed and not finished: replay the tombstones" in {
        each.kind for each in checking.check([]).findings
    }
    if killed == "_close":
        nobody_opens(house, about)
    assert erasure.replay() == 1
    nobody_opens(house, about)
    assert checking.check([]).sound
    assert Event.objects.filter(kind="vault.erasure.done").count() == 1


def _die(*args: Any, **kwargs: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.promise("T9")
def test_nobody_erases_alone(house: House) -> None:
    about = somebody(house)
    asked = erasure.request(about.case_id, "asked", by=house.vault(Role.COORDINATOR))
    with pytest.raises(RuleBroken, match="Another person"):
        erasure.confirm(asked, by=house.vault(Role.COORDINATOR))
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=asked.pk).update(confirmed_by=house.members[Role.COORDINATOR])
    me = house.members[Role.COORDINATOR].pk
    with pytest.raises(IntegrityError), transaction.atomic(using="keystore"):
        KeyStoreTombstone.objects.create(
            case_id=about.case_id, organisation_id=house.organisation.pk, reason="asked", requested_by_id=me,
            confirmed_by_id=me, erased_at=asked.requested_at,
        )  # fmt: skip
    assert house.vault(Role.LAWYER).open(again(about), "names") == MARK


@pytest.mark.promise("T9")
def test_one_of_the_two_is_an_officer(house: House) -> None:
    about = somebody(house)
    asked = erasure.request(about.case_id, "asked", by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(RuleBroken, match="officer"):
        erasure.confirm(asked, by=house.vault(Role.LAWYER))
    assert erasure.confirm(asked, by=house.vault(Role.COORDINATOR)).done_at is not None


@pytest.mark.promise("T9")
def test_nobody_of_another_organisation_erases(house: House, other: House) -> None:
    about = somebody(house)
    with pytest.raises(NotGranted):
        erasure.request(about.case_id, "asked", by=other.vault(Role.COORDINATOR))
    asked = erasure.request(about.case_id, "asked", by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(NotGranted):
        erasure.confirm(asked, by=other.vault(Role.COORDINATOR))


@pytest.mark.promise("T9")
def test_a_legal_hold_stops_both(house: House) -> None:
    about = somebody(house)
    asked = erasure.request(about.case_id, "retention", by=house.vault(Role.SOCIAL_WORKER))
    hold = erasure.place_hold(about.case_id, "proceedings", by=house.vault(Role.LAWYER))
    with pytest.raises(RuleBroken, match="legal hold"):
        erasure.confirm(asked, by=house.vault(Role.COORDINATOR))
    erasure.withdraw(asked, by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(RuleBroken, match="legal hold"):
        erasure.request(about.case_id, "retention", by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(NotGranted):
        erasure.lift_hold(hold, by=house.vault(Role.LAWYER))
    erasure.lift_hold(hold, by=house.vault(Role.COORDINATOR))
    assert erase(house, about.case_id).done_at is not None
    with pytest.raises(RuleBroken, match="erased already"):
        erasure.place_hold(about.case_id, "inspection", by=house.vault(Role.LAWYER))


@pytest.mark.promise("T9")
def test_what_was_asked_is_not_asked_twice_and_withdrawn_is_not_confirmed(house: House) -> None:
    row = alert(house, person_name=MARK)
    asked = erasure.request(row.case_id, "mistake", by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(RuleBroken, match="already asked"):
        erasure.request(row.case_id, "asked", by=house.vault(Role.LAWYER))
    erasure.withdraw(asked, by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(RuleBroken, match="withdrawn"):
        erasure.confirm(asked, by=house.vault(Role.COORDINATOR))
    erase(house, row.case_id)
    with pytest.raises(RuleBroken, match="erased already"):
        erasure.request(row.case_id, "asked", by=house.vault(Role.LAWYER))


@pytest.mark.promise("T6")
def test_halves_given_one_by_one_are_erased_too(house: House) -> None:
    """A restricted record: its halves are in no compartment, but in the boxes of those named."""
    about = person(house, names=MARK)
    named = {house.members[Role.SOCIAL_WORKER]: {"identity"}}
    sharing.restrict([about.case_id], named, target=about.code, by=house.vault(Role.COORDINATOR))
    assert GrantedHalf.objects.exists()
    erase(house, about.case_id)
    assert not GrantedHalf.objects.exists()
    assert not Escrow.objects.filter(case_id=about.case_id).exists()
    for role in (Role.COORDINATOR, Role.SOCIAL_WORKER):
        with pytest.raises((Shredded, NotGranted)):
            house.vault(role).open(again(about), "names")
