"""One case given to one person, and taken back; a case restricted to those named for it (T5, T7, by keys alone)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import casekeys, crypto, granting, rotation, sharing
from havre.vault.errors import NotGranted, Tampered, Unsigned, VaultError
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CaseGrant, Escrow, GrantedHalf
from havre.vault.opened import OpenVault
from tests.founded import founded
from tests.vault.house import PROFESSIONS, House, again, build, note, person

pytestmark = pytest.mark.promise("T5", "T7")

VOLUNTEER, LAWYER, SOCIAL = Role.VOLUNTEER, Role.LAWYER, Role.SOCIAL_WORKER
COORDINATOR, RECEPTION, PSYCHOLOGIST = Role.COORDINATOR, Role.RECEPTION, Role.PSYCHOLOGIST


@pytest.fixture
def house(db: None) -> House:
    """Every profession, and a volunteer, who holds no compartment."""
    return founded(build, roles=(*PROFESSIONS, VOLUNTEER))


def give(
    house: House, about: Any, *kinds: str, to: str = VOLUNTEER, by: str = SOCIAL, days: int = 30
) -> list[CaseGrant]:
    return sharing.give(
        about.case_id, kinds or ("identity",), house.members[to], why="volunteer",
        until=timezone.now() + timedelta(days=days), target=about.code, by=house.vault(by),
    )  # fmt: skip


# --- giving ------------------------------------------------------------------------------------------------------------


def test_a_volunteer_opens_the_case_they_were_given_and_no_other(house: House) -> None:
    mine, other = person(house, names="Awa"), person(house, names="Binta")
    assert house.vault(VOLUNTEER).compartments == frozenset()
    with pytest.raises(NotGranted):
        house.vault(VOLUNTEER).open(again(mine), "names")
    give(house, mine)
    vault = house.vault(VOLUNTEER)
    assert vault.open(again(mine), "names") == "Awa"
    assert vault.can_open("identity", mine.case_id)
    assert not vault.can_open("identity")
    closed = again(other)
    with pytest.raises(NotGranted):
        vault.open(closed, "names")
    with pytest.raises(NotGranted):
        vault.seal(closed, names="changed")


def test_only_the_compartments_given_open(house: House) -> None:
    about = person(house, names="Awa")
    social = note(about, "social", "no bed tonight", house.vault(SOCIAL))
    legal = note(about, "legal", "a complaint", house.vault(LAWYER))
    give(house, about, "identity", "social")
    vault = house.vault(VOLUNTEER)
    assert vault.open(again(social), "text") == "no bed tonight"
    with pytest.raises(NotGranted):
        vault.open(again(legal), "text")


def test_what_a_volunteer_writes_is_read_by_the_team(house: House) -> None:
    about = person(house, names="Awa")
    give(house, about, "social")
    row = note(about, "social", "went to the doctor", house.vault(VOLUNTEER))
    assert house.vault(SOCIAL).open(again(row), "text") == "went to the doctor"


def test_psychology_is_never_given_to_a_volunteer(house: House) -> None:
    about = person(house)
    note(about, "psychology", "she does not sleep", house.vault(PSYCHOLOGIST))
    with pytest.raises(RuleBroken):
        give(house, about, "psychology", by=PSYCHOLOGIST)
    assert not CaseGrant.objects.exists()


def test_nobody_gives_what_they_do_not_open(house: House) -> None:
    about = person(house)
    with pytest.raises(NotGranted):
        give(house, about, "legal", by=SOCIAL)
    with pytest.raises(NotGranted):
        give(house, about, by=VOLUNTEER)
    assert not CaseGrant.objects.exists()


@pytest.mark.parametrize("days", [-1, 184, 4000])
def test_a_grant_has_a_day_to_come_and_not_too_far(house: House, days: int) -> None:
    with pytest.raises(RuleBroken) as refusal:
        give(house, person(house), days=days)
    assert refusal.value.field == "until"


def test_the_database_refuses_a_grant_without_an_end(house: House) -> None:
    values = {"case": person(house).case, "kind": "identity", "user": house.members[VOLUNTEER],
              "granted_by": house.members[SOCIAL], "granted_at": timezone.now()}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseGrant.objects.create(**values, why="volunteer")
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseGrant.objects.create(**values, why="restricted", expires_at=timezone.now())


def test_twice_is_refused_in_words(house: House) -> None:
    about = person(house)
    give(house, about)
    with pytest.raises(RuleBroken):
        give(house, about)


def test_a_member_of_another_organisation_is_given_nothing(house: House, other: House) -> None:
    about = person(house)
    with pytest.raises(RuleBroken):
        sharing.give(about.case_id, ["identity"], other.members[LAWYER], why="cover",
                     until=timezone.now() + timedelta(days=1), target=about.code, by=house.vault(SOCIAL))  # fmt: skip
    with pytest.raises(NotGranted):
        sharing.give(about.case_id, ["identity"], other.members[LAWYER], why="cover",
                     until=timezone.now() + timedelta(days=1), target=about.code, by=other.vault(LAWYER))  # fmt: skip


# --- ending ------------------------------------------------------------------------------------------------------------


def half_of(house: House, about: Any) -> tuple[int, bytes]:
    """What a volunteer who keeps everything keeps: the half and its version."""
    row = GrantedHalf.objects.select_related("grant", "officer").get(grant__user=house.members[VOLUNTEER])
    return row.version, granting.open_half(row, house.vault(VOLUNTEER))


def key_from(kept: tuple[int, bytes], about: Any, version: int) -> bytes:
    """What they derive with the whole of today's databases, salts included."""
    salt = bytes(ShredSalt.objects.get(case_id=about.case_id, version=version).salt)
    return casekeys.derive(kept[1], salt, about.case_id, "identity", version)


def test_once_ended_it_does_not_open_and_what_is_written_after_is_under_another_key(house: House) -> None:
    about = person(house, names="Awa")
    (grant,) = give(house, about)
    kept = half_of(house, about)
    sharing.end(grant, target=about.code, by=house.vault(SOCIAL))
    with pytest.raises(NotGranted):
        house.vault(VOLUNTEER).open(again(about), "names")
    row = again(about)
    house.vault(LAWYER).seal(row, phones="+33 6 00 00 00 00")
    row.save()
    # With both databases of today in hand, the old half names neither key: T7 for one case.
    before = {crypto.key_id(key_from(kept, about, version)) for version in (1, 2)}
    assert crypto.name_in(bytes(again(about).phones)) not in before
    assert crypto.name_in(bytes(again(about).names)) in before, "what they could read then was sealed by what they kept"
    assert house.vault(COORDINATOR).open(again(about), "names") == "Awa"
    assert house.vault(COORDINATOR).open(again(about), "phones") == "+33 6 00 00 00 00"


def test_those_who_keep_a_grant_read_what_is_written_after_another_ended(house: House) -> None:
    about = person(house, names="Awa")
    give(house, about)
    (ended,) = give(house, about, to=RECEPTION)
    sharing.end(ended, target=about.code, by=house.vault(SOCIAL))
    row = again(about)
    house.vault(LAWYER).seal(row, phones="+33 6 00 00 00 01")
    row.save()
    assert house.vault(VOLUNTEER).open(again(about), "phones") == "+33 6 00 00 00 01"
    assert house.vault(VOLUNTEER).open(again(about), "names") == "Awa"


def test_the_day_comes_without_anybody_and_the_next_sign_in_ends_it(house: House) -> None:
    about = person(house, names="Awa")
    (grant,) = give(house, about)
    CaseGrant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotGranted):
        house.vault(VOLUNTEER).open(again(about), "names")
    assert sharing.expire(house.organisation) == 1
    assert sharing.expire(house.organisation) == 0
    assert not GrantedHalf.objects.exists()
    assert Case.objects.get(pk=about.case_id).version == 2
    assert Event.objects.filter(kind="vault.case.grant_expired").count() == 1
    (fresh,) = give(house, about)
    assert fresh.ended_at is None
    assert house.vault(VOLUNTEER).open(again(about), "names") == "Awa"


def test_ended_twice_is_ended_once(house: House) -> None:
    about = person(house)
    (grant,) = give(house, about)
    for _ in range(2):
        sharing.end(grant, target=about.code, by=house.vault(SOCIAL))
    assert Event.objects.filter(kind="vault.case.grant_ended").count() == 1


# --- boxes that were tampered with ----------------------------------------------------------------------------------------


def _forge(house: House, row: GrantedHalf, sender: str, half: bytes) -> None:
    """A box as someone with a key pair of their own would write it in the database."""
    private = crypto.new_private()
    key = house.members[sender].member_key
    public = bytes(house.members[VOLUNTEER].member_key.public_key)
    bound = granting._bound(half, house.organisation.pk, row.grant, row.version)
    row.sender, row.officer, row.signature = house.members[sender], key.officer, bytes(key.signature)
    row.sender_public, row.sealed = crypto.public_of(private), crypto.box_from(private, public, half + bound)


def test_a_box_from_an_unsigned_key_is_refused(house: House) -> None:
    """Whoever writes in the database cannot make a volunteer write under a key of theirs."""
    about = person(house, names="Awa")
    give(house, about)
    row = GrantedHalf.objects.select_related("grant").get()
    _forge(house, row, SOCIAL, crypto.random_key())
    row.save()
    with pytest.raises(Unsigned):
        house.vault(VOLUNTEER).open(again(about), "names")
    with pytest.raises(Unsigned):
        house.vault(VOLUNTEER).seal(again(about), names="x")


def test_a_box_with_the_right_sender_and_another_key_is_refused(house: House) -> None:
    about = person(house, names="Awa")
    give(house, about)
    row = GrantedHalf.objects.select_related("grant").get()
    _forge(house, row, SOCIAL, crypto.random_key())
    row.sender_public = bytes(house.members[SOCIAL].member_key.public_key)
    row.save()
    with pytest.raises(Tampered):
        house.vault(VOLUNTEER).open(again(about), "names")


def test_a_box_moved_to_another_case_is_refused(house: House) -> None:
    one, two = person(house, names="Awa"), person(house, names="Binta")
    give(house, one)
    give(house, two)
    rows = list(GrantedHalf.objects.order_by("pk"))
    rows[0].sealed, rows[1].sealed = rows[1].sealed, rows[0].sealed
    for row in rows:
        row.save()
    for about in (one, two):
        with pytest.raises(Tampered):
            house.vault(VOLUNTEER).open(again(about), "names")
        with pytest.raises(Tampered):  # nor is anything written under the half of another
            house.vault(VOLUNTEER).seal(again(about), names="x")


# --- queries ---------------------------------------------------------------------------------------------------------------


def test_staff_without_case_grants_ask_nothing_more(house: House, django_assert_num_queries: Any) -> None:
    rows = [person(house, names=f"Awa {n}") for n in range(8)]
    give(house, rows[0])
    vault = house.vault(LAWYER)
    assert vault.compartments
    with django_assert_num_queries(1):
        vault.load({row.case_id for row in rows}, "identity")
    volunteer = house.vault(VOLUNTEER)
    for row in rows[1:]:
        give(house, row)
    volunteer = house.vault(VOLUNTEER)
    with django_assert_num_queries(3):  # what is held, what was granted, the halves
        volunteer.load({row.case_id for row in rows}, "identity")
    assert [volunteer.open(again(row), "names") for row in rows] == [f"Awa {n}" for n in range(8)]


def test_the_officers_have_no_box_of_psychology(house: House) -> None:
    for role in PROFESSIONS:
        sharing.resume(house.vault(role))
    kinds = set(Escrow.objects.values_list("kind", flat=True))
    assert kinds == {"identity", "social", "legal", "governance"}


def test_a_leaver_has_no_case_left(house: House) -> None:
    about = person(house, names="Awa")
    give(house, about)
    rotation.leave(house.members[VOLUNTEER], by=house.vault(COORDINATOR))
    assert not CaseGrant.objects.live().exists()
    assert not GrantedHalf.objects.exists()
    assert not opened(house.vault(VOLUNTEER), about)


def opened(vault: OpenVault, row: Any) -> bool:
    """Does it open with the key pair alone, whatever the pages say?"""
    try:
        vault.open(again(row), "names")
    except VaultError:
        return False
    return True


# --- two at the same moment -------------------------------------------------------------------------------------------


def in_between(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """A colleague acts just before the first call of a function of `granting`."""
    real, waiting = getattr(granting, name), [act]

    def late(*args: Any, **kwargs: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*args, **kwargs)

    monkeypatch.setattr(granting, name, late)


def test_two_who_sign_in_at_once_box_a_key_for_the_officers_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen when twenty people signed in at the same moment: one of them met an error."""
    Escrow.objects.all().delete()
    one, other = house.vault(SOCIAL), house.vault(LAWYER)
    in_between(monkeypatch, "_nested", lambda: sharing.resume(other))
    sharing.resume(one)
    boxed = {(row.kind, row.outer_id, row.inner_id) for row in Escrow.objects.all()}
    assert len(boxed) == Escrow.objects.count() == 2 * len((one.compartments | other.compartments) & granting.ESCROWED)


def test_two_who_write_first_in_a_restricted_file_have_one_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    about = person(house, names="Awa")
    named = {house.members[LAWYER]: {"identity"}}
    sharing.restrict([about.case_id], named, target=about.code, by=house.vault(COORDINATOR))
    first, second = again(about), again(about)
    mine, theirs = house.vault(LAWYER), house.vault(COORDINATOR)
    in_between(monkeypatch, "share_half", lambda: theirs.seal(first, phones="+33 6 00 00 00 01"))
    mine.seal(second, names="Awa D.")
    for row, field in ((first, "phones"), (second, "names")):
        row.save(update_fields=[field, f"{field}_rev"])
    for role in (LAWYER, COORDINATOR):
        vault = house.vault(role)
        assert (vault.open(again(about), "names"), vault.open(again(about), "phones")) == (
            "Awa D.",
            "+33 6 00 00 00 01",
        )
