"""A member leaves, or a compartment is closed to them (T7); killed in the middle, it goes on (T18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import casekeys, ceremonies, crypto, rotation, services, sessions
from havre.vault.errors import NotGranted, VaultError
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import CaseKey, CompartmentKey, Grant, InboxItem, VaultSession
from havre.vault.opened import OpenVault
from tests.vault.house import House, again, note, person


@pytest.fixture
def leaver(house: House) -> User:
    """A second psychologist, who will leave."""
    user = User.objects.create(
        username="leaver", display_name="L", organisation=house.organisation, role=Role.PSYCHOLOGIST
    )
    house.members["leaver"] = user
    house.codes["leaver"] = ceremonies.enrol(user, house.passphrase("leaver"), officer=house.vault(Role.COORDINATOR))
    for kind in ("identity", "psychology"):
        ceremonies.grant(kind, user, by=house.vault(Role.PSYCHOLOGIST))
    return User.objects.get(pk=user.pk)


def _notes(house: House, count: int = 7) -> list[Any]:
    vault = house.vault("leaver")
    return [note(person(house), "psychology", f"confided {n}", vault) for n in range(count)]


def _opened(vault: OpenVault, rows: list[Any]) -> list[str]:
    return [vault.open(again(row), "text") for row in rows]


@pytest.mark.promise("T7")
def test_nothing_of_a_leaver_is_lost_and_the_new_key_is_used(house: House, leaver: User) -> None:
    rows = _notes(house)
    wrapped = set(CaseKey.objects.filter(kind="psychology").values_list("wrapped", flat=True))
    renewed = rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    assert [c.kind for c in renewed] == ["identity", "psychology"]
    stays = house.vault(Role.PSYCHOLOGIST)
    assert _opened(stays, rows) == [f"confided {n}" for n in range(7)], "open before anything is wrapped again"
    assert rotation.remaining(house.organisation) == {"psychology": 7}
    assert rotation.resume(stays) == 7
    assert rotation.remaining(house.organisation) == {}
    assert _opened(house.vault(Role.PSYCHOLOGIST), rows) == [f"confided {n}" for n in range(7)]
    assert not wrapped & set(CaseKey.objects.filter(kind="psychology").values_list("wrapped", flat=True))
    assert set(CaseKey.objects.filter(kind="psychology").values_list("compartment__epoch", flat=True)) == {2}
    late = note(person(house), "psychology", "after", house.vault(Role.PSYCHOLOGIST))
    assert CaseKey.objects.get(case_id=late.sealed_case_id).compartment.epoch == 2


@pytest.mark.promise("T7")
def test_a_leaver_opens_nothing_with_an_old_session(house: House, leaver: User) -> None:
    private = house.vault("leaver")._private
    cookie, rows = sessions.start(leaver, private), _notes(house, 1)
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    assert sessions.resume(leaver, cookie) is None
    assert not VaultSession.objects.filter(user=leaver).exists()
    assert not Grant.objects.filter(user=leaver).exists()
    with pytest.raises(NotGranted):
        OpenVault(leaver, private).open(again(rows[0]), "text")


@pytest.mark.promise("T7")
def test_a_leaver_opens_nothing_with_the_grants_of_an_old_backup(house: House, leaver: User) -> None:
    """Their passphrase, their grants put back as the backup had them, on today's database."""
    rows, private = _notes(house), house.vault("leaver")._private
    backup = list(Grant.objects.filter(user=leaver))
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    rotation.resume(house.vault(Role.PSYCHOLOGIST))
    Grant.objects.bulk_create(backup)
    vault = OpenVault(User.objects.get(pk=leaver.pk), private)
    opened = 0
    for row in rows:
        with pytest.raises(VaultError):
            vault.open(again(row), "text")
    # The keys themselves, without the checks of the vault: no case half opens under the former key.
    former = CompartmentKey.objects.get(kind="psychology", epoch=1)
    for case_key in CaseKey.objects.filter(kind="psychology"):
        place = rotation.half_place(house.organisation.pk, "psychology", case_key.case_id, case_key.version)
        try:
            crypto.unseal(crypto.mix(vault.epoch_key(former.pk), "wrap"), bytes(case_key.wrapped), place)
            opened += 1
        except VaultError:
            pass
    assert opened == 0


@pytest.mark.promise("T18")
def test_killed_in_the_middle_it_goes_on(house: House, leaver: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _notes(house)
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    monkeypatch.setattr(rotation, "BATCH", 3)
    vault, calls, whole = house.vault(Role.PSYCHOLOGIST), [], crypto.seal

    def dies(*args: Any, **kwargs: Any) -> bytes:
        calls.append(1)
        if len(calls) == 5:  # the second of the second batch
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(crypto, "seal", dies)
    with pytest.raises(KeyboardInterrupt):
        rotation.resume(vault)
    monkeypatch.setattr(crypto, "seal", whole)
    assert rotation.remaining(house.organisation) == {"psychology": 4}, "one batch done, the other undone"
    assert _opened(house.vault(Role.PSYCHOLOGIST), rows) == [f"confided {n}" for n in range(7)]
    assert rotation.resume(house.vault(Role.PSYCHOLOGIST), batches=1) == 3
    assert rotation.resume(house.vault(Role.PSYCHOLOGIST)) == 1
    assert rotation.resume(house.vault(Role.PSYCHOLOGIST)) == 0
    assert _opened(house.vault(Role.PSYCHOLOGIST), rows) == [f"confided {n}" for n in range(7)]
    done = Event.objects.filter(kind="vault.compartment.rewrapped").order_by("number")
    assert [event.detail["count"] for event in done] == [3, 3, 1]


@pytest.mark.promise("T18")
def test_killed_while_leaving_nothing_is_done(house: House, leaver: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(crypto, "sign", dies)
    with pytest.raises(KeyboardInterrupt):
        rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    monkeypatch.undo()
    assert User.objects.get(pk=leaver.pk).is_active
    assert Grant.objects.filter(user=leaver).count() == 2
    assert len(rotation.leave(leaver, by=house.vault(Role.COORDINATOR))) == 2
    assert rotation.leave(leaver, by=house.vault(Role.COORDINATOR)) == [], "a second time: nothing to do"


def test_a_compartment_is_not_left_without_a_member(house: House) -> None:
    only = house.members[Role.PSYCHOLOGIST]
    assert rotation.alone_in(only) == ["psychology"]
    for act in (lambda v: rotation.leave(only, by=v), lambda v: rotation.withdraw("psychology", only, by=v)):
        with pytest.raises(RuleBroken):
            act(house.vault(Role.COORDINATOR))
    assert house.vault(Role.PSYCHOLOGIST).can_open("psychology")
    assert CompartmentKey.objects.filter(kind="psychology").count() == 1


def test_a_colleague_who_left_does_not_count(house: House, leaver: User) -> None:
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    assert rotation.alone_in(house.members[Role.PSYCHOLOGIST]) == ["psychology"]


def test_only_an_officer_of_the_organisation_and_not_on_themselves(house: House, other: House, leaver: User) -> None:
    with pytest.raises(NotGranted):
        rotation.leave(leaver, by=house.vault(Role.LAWYER))
    with pytest.raises(ObjectDoesNotExist):
        rotation.leave(leaver, by=other.vault(Role.COORDINATOR))
    with pytest.raises(NotGranted):
        rotation.withdraw("psychology", leaver, by=other.vault(Role.COORDINATOR))
    with pytest.raises(RuleBroken):
        rotation.leave(house.members[Role.COORDINATOR], by=house.vault(Role.COORDINATOR))
    assert house.vault("leaver").can_open("psychology")


@pytest.mark.promise("T7")
def test_a_withdrawn_compartment_is_closed_and_the_others_stay(house: House, leaver: User) -> None:
    rows = _notes(house, 2)
    rotation.withdraw("psychology", leaver, by=house.vault(Role.COORDINATOR))
    assert house.vault("leaver").compartments == {"identity"}
    assert rotation.resume(house.vault("leaver")) == 0
    assert rotation.resume(house.vault(Role.PSYCHOLOGIST)) == 2
    assert _opened(house.vault(Role.PSYCHOLOGIST), rows) == ["confided 0", "confided 1"]


@pytest.mark.promise("T7")
def test_the_officer_who_renews_does_not_keep_the_key(house: House, leaver: User) -> None:
    officer = house.vault(Role.COORDINATOR)
    rotation.leave(leaver, by=officer)
    assert not officer.can_open("psychology")
    assert officer.can_open("identity")


@pytest.mark.promise("T7")
def test_messages_to_the_unit_come_along(house: House, leaver: User) -> None:
    sent = services.send_to_inbox("psychology", "she does not sleep", by=house.members[Role.SOCIAL_WORKER])
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    assert rotation.resume(house.vault(Role.PSYCHOLOGIST)) == 1
    moved = InboxItem.objects.get(pk=sent.pk)
    assert moved.compartment.epoch == 2
    assert house.vault(Role.PSYCHOLOGIST).open_inbox(moved) == "she does not sleep"
    services.send_to_inbox("psychology", "after", by=house.members[Role.SOCIAL_WORKER])


def test_a_newcomer_in_the_middle_of_it_reads_everything(house: House, leaver: User) -> None:
    rows = _notes(house, 2)
    rotation.leave(leaver, by=house.vault(Role.COORDINATOR))
    user = User.objects.create(username="new", display_name="N", organisation=house.organisation, role="psychologist")
    house.members["new"] = user
    ceremonies.enrol(user, house.passphrase("new"), officer=house.vault(Role.COORDINATOR))
    ceremonies.grant("psychology", user, by=house.vault(Role.PSYCHOLOGIST))
    assert _opened(house.vault("new"), rows) == ["confided 0", "confided 1"]
    assert rotation.resume(house.vault("new")) == 2


# --- what a leaver kept ---------------------------------------------------------------------------------------------------


def test_an_old_backup_and_the_databases_of_today_open_nothing_written_since(house: House) -> None:
    """T7: the leaver has a backup of the time, their key of the compartment, and steals both databases of today."""
    about = person(house, names="Awa")
    gone = house.vault(Role.RECEPTION)
    kept = {row.kind: gone.cases.half(row) for row in CaseKey.objects.filter(case=about.case, kind="identity")}
    rotation.leave(house.members[Role.RECEPTION], by=house.vault(Role.COORDINATOR))
    rotation.resume(house.vault(Role.SOCIAL_WORKER))
    row = again(about)
    house.vault(Role.SOCIAL_WORKER).seal(row, phones="+33 6 00 00 00 04")
    row.save()
    salts = ShredSalt.objects.filter(case_id=about.case_id)
    assert salts.count() == 2
    names = {
        crypto.key_id(casekeys.derive(kept["identity"], bytes(salt.salt), about.case_id, "identity", version))
        for salt in salts
        for version in (1, 2)
    }
    assert crypto.name_in(bytes(again(about).phones)) not in names
    assert crypto.name_in(bytes(again(about).names)) in names, "what they could read when they were here"
    assert house.vault(Role.COORDINATOR).open(again(about), "phones") == "+33 6 00 00 00 04"
    assert house.vault(Role.COORDINATOR).open(again(about), "names") == "Awa"


def test_before_the_records_are_wrapped_again_what_is_written_is_under_a_new_half_too(house: House) -> None:
    about = person(house, names="Awa")
    rotation.leave(house.members[Role.RECEPTION], by=house.vault(Role.COORDINATOR))
    row = again(about)
    house.vault(Role.SOCIAL_WORKER).seal(row, phones="+33 6 00 00 00 05")
    row.save()
    versions = CaseKey.objects.filter(case=about.case, kind="identity").order_by("version")
    assert [each.version for each in versions] == [1, 2]
    rotation.resume(house.vault(Role.SOCIAL_WORKER))
    assert house.vault(Role.COORDINATOR).open(again(about), "phones") == "+33 6 00 00 00 05"
    assert house.vault(Role.COORDINATOR).open(again(about), "names") == "Awa"


def test_a_compartment_begun_again_says_what_is_closed_and_takes_what_is_new(house: House) -> None:
    """The only psychologist lost everything: what was written stays closed, and the case is written on."""
    about = person(house)
    before = note(about, "psychology", "she does not sleep", house.vault(Role.PSYCHOLOGIST))
    psychologist, officer = house.members[Role.PSYCHOLOGIST], house.vault(Role.COORDINATOR)
    former = rotation.held_by(psychologist).get(kind="psychology")
    Grant.objects.filter(user=psychologist, compartment__kind="psychology").delete()
    rotation.begin_again(former, psychologist, officer.signing_seed(), by=officer)
    with pytest.raises(NotGranted):
        house.vault(Role.PSYCHOLOGIST).open(again(before), "text")
    after = note(again(about), "psychology", "she slept", house.vault(Role.PSYCHOLOGIST))
    assert house.vault(Role.PSYCHOLOGIST).open(again(after), "text") == "she slept"
