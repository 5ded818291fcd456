"""Break-glass: two officers, one case, one day, and everyone is told (T9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import breakglass, crypto, sharing
from havre.vault.errors import NotGranted, Unsigned, VaultError
from havre.vault.models import Case, CaseGrant, Emergency, EmergencyPart, Escrow, InboxItem, MemberKey
from tests.founded import founded
from tests.vault.house import PROFESSIONS, House, again, build, note, officer, person

pytestmark = pytest.mark.promise("T9")

ASKS, AGREES = Role.COORDINATOR, Role.RECEPTION


@pytest.fixture
def house(db: None) -> House:
    """Officers beside those of the founding, the coordinator and the administrator: reception and the social worker."""
    made = founded(build)
    for role in (Role.RECEPTION, Role.SOCIAL_WORKER):
        officer(made, role)
    for role in PROFESSIONS:
        sharing.resume(made.vault(role))  # each one's next sign-in
    return made


@pytest.fixture
def legal(house: House) -> Any:
    """A note that reception and the social worker do not open."""
    return note(person(house, names="Awa"), "legal", "the hearing is moved", house.vault(Role.LAWYER))


def ask(house: House, row: Any, by: str = Role.SOCIAL_WORKER, kind: str = "legal") -> Emergency:
    person_ = row.file.person
    return breakglass.ask(person_.case_id, kind, "danger", subject=person_.code, by=house.vault(by))


def test_two_officers_open_one_case_for_a_day_and_its_profession_is_told(house: House, legal: Any) -> None:
    other = note(person(house), "legal", "another case", house.vault(Role.LAWYER))
    asked = ask(house, legal)
    agreed = breakglass.agree(asked, by=house.vault(AGREES))
    vault = house.vault(Role.SOCIAL_WORKER)
    assert vault.open(again(legal), "text") == "the hearing is moved"
    assert not vault.can_open("legal")
    with pytest.raises(NotGranted):
        vault.open(again(other), "text")
    with pytest.raises(NotGranted):
        house.vault(AGREES).open(again(legal), "text")
    assert agreed.grant is not None
    assert agreed.grant.expires_at is not None
    assert timedelta(hours=23) < agreed.grant.expires_at - timezone.now() <= timedelta(hours=24)
    told = InboxItem.objects.get(compartment__kind="legal")
    assert told.subject == legal.file.person.code
    assert "24 hours" in house.vault(Role.LAWYER).open_inbox(told)
    assert list(Event.objects.filter(kind__startswith="vault.emergency").values_list("kind", flat=True)) == [
        "vault.emergency.agreed", "vault.emergency.asked",
    ]  # fmt: skip


def test_emergency_access_reads_and_does_not_write(house: House, legal: Any) -> None:
    breakglass.agree(ask(house, legal), by=house.vault(AGREES))
    with pytest.raises(NotGranted):
        house.vault(Role.SOCIAL_WORKER).seal(again(legal), text="mine")


def test_after_the_day_the_case_has_a_new_version(house: House, legal: Any) -> None:
    agreed = breakglass.agree(ask(house, legal), by=house.vault(AGREES))
    case = legal.file.person.case_id
    before = Case.objects.get(pk=case).version
    CaseGrant.objects.filter(pk=agreed.grant_id).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotGranted):
        house.vault(Role.SOCIAL_WORKER).open(again(legal), "text")
    sharing.resume(house.vault(Role.LAWYER))
    assert Case.objects.get(pk=case).version == before + 1
    row = again(legal)
    house.vault(Role.LAWYER).seal(row, text="written after")
    row.save()
    assert house.vault(Role.COORDINATOR).open(again(row), "text") == "written after"


# --- the quorum -------------------------------------------------------------------------------------------------------------


def test_one_officer_alone_opens_nothing(house: House, legal: Any) -> None:
    asked = ask(house, legal)
    with pytest.raises(RuleBroken):
        breakglass.agree(asked, by=house.vault(Role.SOCIAL_WORKER))
    vault = house.vault(Role.SOCIAL_WORKER)
    with pytest.raises(NotGranted):
        vault.open(again(legal), "text")
    for box in [*Escrow.objects.all(), *EmergencyPart.objects.all()]:
        inner = box.sealed
        for _ in range(2):  # neither the outer box, nor what is in it
            try:
                inner = vault.unbox(bytes(inner))
            except VaultError:
                break
            assert len(inner) != crypto.KEY


def test_the_database_refuses_one_person_twice(house: House, legal: Any) -> None:
    asked = ask(house, legal)
    with pytest.raises(IntegrityError), transaction.atomic():
        Emergency.objects.filter(pk=asked.pk).update(
            answered_by=asked.asked_by, answered_at=timezone.now(), agreed=True
        )


@pytest.mark.parametrize("role", [Role.LAWYER, Role.PSYCHOLOGIST])
def test_who_is_no_officer_neither_asks_nor_answers(house: House, legal: Any, role: str) -> None:
    with pytest.raises(NotGranted):
        ask(house, legal, by=role)
    asked = ask(house, legal)
    for act in (breakglass.agree, breakglass.refuse):
        with pytest.raises(NotGranted):
            act(asked, by=house.vault(role))


def test_answered_too_late_it_falls(house: House, legal: Any) -> None:
    asked = ask(house, legal)
    Emergency.objects.filter(pk=asked.pk).update(answer_before=timezone.now() - timedelta(seconds=1))
    with pytest.raises(RuleBroken):
        breakglass.agree(asked, by=house.vault(AGREES))
    sharing.resume(house.vault(AGREES))
    assert not EmergencyPart.objects.exists()
    breakglass.agree(ask(house, legal), by=house.vault(AGREES))  # asked again, it opens


def test_an_answer_is_not_replayed(house: House, legal: Any) -> None:
    asked = ask(house, legal)
    agreed = breakglass.agree(asked, by=house.vault(AGREES))
    for act in (breakglass.agree, breakglass.refuse):
        with pytest.raises(RuleBroken) as refusal:
            act(asked, by=house.vault(AGREES))
        assert "answered already" in refusal.value.message
    sharing.end(agreed.grant, target="P", by=house.vault(Role.SOCIAL_WORKER))
    with pytest.raises(RuleBroken):
        breakglass.agree(asked, by=house.vault(AGREES))
    assert not EmergencyPart.objects.exists()


def test_refused_nothing_opens(house: House, legal: Any) -> None:
    breakglass.refuse(ask(house, legal), by=house.vault(AGREES))
    with pytest.raises(NotGranted):
        house.vault(Role.SOCIAL_WORKER).open(again(legal), "text")


def test_nothing_opens_for_one_who_asked_and_left(house: House, legal: Any) -> None:
    asked = ask(house, legal)
    house.members[Role.SOCIAL_WORKER].is_active = False
    house.members[Role.SOCIAL_WORKER].save()
    with pytest.raises(RuleBroken):
        breakglass.agree(asked, by=house.vault(Role.COORDINATOR))


def test_asked_twice_is_refused_in_words(house: House, legal: Any) -> None:
    ask(house, legal)
    with pytest.raises(RuleBroken):
        ask(house, legal)


def test_what_is_open_already_is_not_asked(house: House, legal: Any) -> None:
    with pytest.raises(RuleBroken):
        ask(house, legal, by=Role.COORDINATOR)


# --- psychology, restricted cases, tampering -----------------------------------------------------------------------------------


def test_no_pair_of_officers_opens_psychology(house: House) -> None:
    secret = note(person(house), "psychology", "confided", house.vault(Role.PSYCHOLOGIST))
    with pytest.raises(RuleBroken):
        ask(house, secret, kind="psychology")
    assert not Escrow.objects.filter(kind="psychology").exists()
    box = Escrow.objects.first()
    assert box is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Escrow.objects.filter(pk=box.pk).update(kind="psychology")


def test_a_restricted_case_is_opened_by_two_officers_too(house: House) -> None:
    about = person(house, names="Awa")
    sharing.restrict([about.case_id], {}, target=about.code, by=house.vault(Role.COORDINATOR))
    with pytest.raises(NotGranted):
        house.vault(Role.SOCIAL_WORKER).open(again(about), "names")
    asked = breakglass.ask(about.case_id, "identity", "absence", subject=about.code, by=house.vault(Role.SOCIAL_WORKER))
    breakglass.agree(asked, by=house.vault(AGREES))
    assert house.vault(Role.SOCIAL_WORKER).open(again(about), "names") == "Awa"


def test_a_key_put_in_the_boxes_by_the_database_is_refused(house: House, legal: Any) -> None:
    """Nobody writes in the boxes a key that officers would then trust."""
    asked = ask(house, legal)
    part = EmergencyPart.objects.get(emergency=asked, officer__user=house.members[AGREES])
    public = bytes(MemberKey.objects.get(user=house.members[AGREES]).public_key)
    part.sealed = crypto.box(public, crypto.random_key())
    part.save()
    with pytest.raises(Unsigned):
        breakglass.agree(asked, by=house.vault(AGREES))
    assert not CaseGrant.objects.exists()


def test_the_other_organisation_neither_asks_nor_answers(house: House, legal: Any) -> None:
    other = build("other")
    officer(other, Role.LAWYER)
    about, theirs = legal.file.person, other.vault(Role.LAWYER)
    with pytest.raises(NotGranted):
        breakglass.ask(about.case_id, "legal", "danger", subject=about.code, by=theirs)
    asked = ask(house, legal)
    with pytest.raises(NotGranted):
        breakglass.agree(asked, by=other.vault(Role.LAWYER))
