"""Who vouches for keys: two officers from the founding, later ones by a chain, none once withdrawn (T12, T18)."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, checking, crypto, keys, officers, rotation, services, sessions, signatures
from havre.vault.errors import NotGranted, Tampered, Unsigned, VaultError
from havre.vault.models import CompartmentKey, Grant, MemberKey, OfficerKey, OfficerNaming, PaperKey
from tests.vault.house import House, again, alert

pytestmark = pytest.mark.promise("T9", "T12")

FIRST, SECOND, THIRD = Role.COORDINATOR, Role.ADMINISTRATOR, Role.LAWYER


def _user(house: House, role: str) -> User:
    return User.objects.get(pk=house.members[role].pk)


def _named(house: House, role: str = THIRD, by: str = FIRST) -> OfficerKey:
    """A later officer, by the whole ceremony."""
    officers.name_officer(_user(house, role), by=house.vault(by))
    officers.accept_office(by=house.vault(role))
    return officers.confirm_officer(_user(house, role), officers.own_fingerprint(house.vault(role)), by=house.vault(by))


def _wrong() -> set[str]:
    return {finding.kind for finding in checking.check([]).findings}


def test_one_officer_does_not_found(db: None) -> None:
    organisation = Organisation.objects.create(name="Lone", slug="lone")
    user = User.objects.create(username="lone", display_name="L", organisation=organisation, role=FIRST)
    for officers_ in ([(user, "four words that hold")], [(user, "four words that hold")] * 2):
        with pytest.raises(RuleBroken):
            ceremonies.found(officers_)
    assert not OfficerKey.objects.exists()
    assert signatures.pinned() == {}


def test_both_founders_are_pinned_and_each_signs(house: House, settings: LazySettings) -> None:
    pins = signatures.pinned()[str(house.organisation.pk)]
    assert pins == {bytes(key.verify_key).hex() for key in OfficerKey.objects.all()}
    assert len(pins) == 2
    assert settings.HAVRE_OFFICER_KEYS_FILE.stat().st_mode & 0o777 == 0o600
    user = User.objects.create(username="new", display_name="N", organisation=house.organisation, role=Role.LAWYER)
    ceremonies.enrol(user, house.passphrase("new"), officer=house.vault(SECOND))
    ceremonies.grant("legal", user, by=house.vault(Role.LAWYER))
    assert not house.vault(SECOND).compartments, "an officer who opens nothing vouches all the same"


def test_a_later_officer_signs_without_a_pin(house: House) -> None:
    pins = signatures.pinned()
    officer = _named(house)
    assert signatures.pinned() == pins, "no act of the application writes the file"
    assert officer.signed_by == OfficerKey.objects.get(user=house.members[FIRST])
    user = User.objects.create(username="new", display_name="N", organisation=house.organisation, role=Role.LAWYER)
    ceremonies.enrol(user, "four words that hold", officer=house.vault(THIRD))
    assert signatures.check_member(MemberKey.objects.get(user=user), house.organisation.pk)
    # And the one they name in turn.
    _named(house, Role.RECEPTION, by=THIRD)
    assert _wrong() == set()
    kinds = [e.kind for e in Event.objects.filter(kind__startswith="vault.officer").order_by("number")]
    assert kinds == ["vault.officer.named", "vault.officer.accepted", "vault.officer.confirmed"] * 2


def test_the_fingerprint_is_that_of_the_key_that_was_drawn(house: House) -> None:
    """Someone who writes in the database puts their own key between the acceptance and the confirmation."""
    officers.name_officer(_user(house, THIRD), by=house.vault(FIRST))
    officers.accept_office(by=house.vault(THIRD))
    drawn = officers.own_fingerprint(house.vault(THIRD))
    OfficerNaming.objects.update(verify_key=crypto.verify_key_of(crypto.new_signing()))
    read_aloud = officers.own_fingerprint(house.vault(THIRD))
    assert read_aloud == drawn, "what the newcomer reads comes from their own vault, not from the column"
    with pytest.raises(RuleBroken) as refusal:
        officers.confirm_officer(_user(house, THIRD), read_aloud, by=house.vault(FIRST))
    assert refusal.value.field == "fingerprint"
    assert OfficerKey.objects.filter(organisation=house.organisation).count() == 2
    forged = crypto.seal(crypto.random_key(), crypto.new_signing(), b"place")
    OfficerNaming.objects.update(sealed_signing=forged)
    with pytest.raises(Tampered):
        officers.own_fingerprint(house.vault(THIRD))


def test_the_steps_are_in_order_and_each_by_its_own_person(house: House, other: House) -> None:
    with pytest.raises(RuleBroken):
        officers.accept_office(by=house.vault(THIRD))
    with pytest.raises(NotGranted):
        officers.name_officer(_user(house, THIRD), by=house.vault(Role.RECEPTION))
    with pytest.raises(User.DoesNotExist):
        officers.name_officer(_user(house, THIRD), by=other.vault(FIRST))
    with pytest.raises(RuleBroken):
        officers.name_officer(_user(house, SECOND), by=house.vault(FIRST))
    officers.name_officer(_user(house, THIRD), by=house.vault(FIRST))
    with pytest.raises(RuleBroken):
        officers.confirm_officer(_user(house, THIRD), "", by=house.vault(FIRST))
    naming = officers.accept_office(by=house.vault(THIRD))
    assert officers.accept_office(by=house.vault(THIRD)).verify_key == naming.verify_key, "the same, a second time"
    read_aloud = officers.own_fingerprint(house.vault(THIRD))
    for vault in (house.vault(SECOND), other.vault(FIRST)):
        with pytest.raises(RuleBroken):
            officers.confirm_officer(_user(house, THIRD), read_aloud, by=vault)
    with pytest.raises(NotGranted):
        house.vault(THIRD).signing_seed()
    officers.confirm_officer(_user(house, THIRD), read_aloud.lower().replace("-", " "), by=house.vault(FIRST))
    assert house.vault(THIRD).signing_seed()


# --- T12: a key that nobody who counts has signed ----------------------------------------------------------------------


def _planted(house: House, **changes: Any) -> OfficerKey:
    """An officer's key made up by someone who writes in the database, for a member who is none."""
    seed = crypto.new_signing()
    user, verify = house.members[THIRD], crypto.verify_key_of(seed)
    values = {"organisation": house.organisation, "user": user, "verify_key": verify, "sealed_signing": b"x"}
    officer = OfficerKey.objects.create(**{**values, **changes})
    statement = signatures.member_statement(house.organisation.pk, user.pk, bytes(user.member_key.public_key))
    MemberKey.objects.filter(user=user).update(officer=officer, signature=crypto.sign(seed, statement))
    return officer


def _counts(house: House) -> bool:
    try:
        signatures.check_member(MemberKey.objects.get(user=house.members[THIRD]), house.organisation.pk)
    except Unsigned:
        return False
    return True


def test_a_planted_officer_does_not_count(house: House) -> None:
    _planted(house)
    assert not _counts(house)
    assert _wrong() == {"officer not pinned, nor signed by one who counts", "member key not signed"}


def test_a_planted_officer_with_a_signature_of_another_thing_does_not_count(house: House, other: House) -> None:
    first = OfficerKey.objects.get(user=house.members[FIRST])
    copied = bytes(MemberKey.objects.get(user=house.members[Role.RECEPTION]).signature)
    _planted(house, signed_by=first, signature=copied)
    assert not _counts(house)


def test_a_circle_of_officers_who_sign_each_other_does_not_count(house: House) -> None:
    seeds = [crypto.new_signing(), crypto.new_signing()]
    users = [house.members[THIRD], house.members[Role.RECEPTION]]
    made = []
    with transaction.atomic():
        for user, seed in zip(users, seeds, strict=True):
            made.append(
                OfficerKey.objects.create(
                    organisation=house.organisation,
                    user=user,
                    verify_key=crypto.verify_key_of(seed),
                    sealed_signing=b"x",
                )
            )
        for one, other, seed in ((made[0], made[1], seeds[1]), (made[1], made[0], seeds[0])):
            statement = signatures.officer_statement(house.organisation.pk, one.user_id, bytes(one.verify_key))
            one.signed_by, one.signature = other, crypto.sign(seed, statement)
            one.save()
    for officer in made:
        with pytest.raises(Unsigned):
            signatures.check_officer(officer, house.organisation.pk)


def test_an_officer_signed_for_one_person_or_organisation_is_not_another(house: House, other: House) -> None:
    officer = _named(house)
    OfficerKey.objects.filter(pk=officer.pk).update(user=house.members[Role.RECEPTION])
    with pytest.raises(Unsigned):
        signatures.check_officer(again(officer), house.organisation.pk)
    OfficerKey.objects.filter(pk=officer.pk).update(user=house.members[THIRD], organisation=other.organisation)
    for organisation in (house.organisation, other.organisation):
        with pytest.raises(Unsigned):
            signatures.check_officer(again(officer), organisation.pk)


def test_a_withdrawn_officer_counts_no_more_pinned_or_not(house: House) -> None:
    officer = _named(house)
    seed = house.vault(THIRD).signing_seed()
    officers.withdraw_officer(_user(house, THIRD), by=house.vault(FIRST))
    user = house.members[Role.RECEPTION]
    statement = signatures.member_statement(house.organisation.pk, user.pk, bytes(user.member_key.public_key))
    MemberKey.objects.filter(user=user).update(officer=officer, signature=crypto.sign(seed, statement))
    with pytest.raises(Unsigned):
        signatures.check_member(MemberKey.objects.get(user=user), house.organisation.pk)
    assert "member key not signed" in _wrong()
    pinned = OfficerKey.objects.get(user=house.members[SECOND])
    OfficerKey.objects.filter(pk=pinned.pk).update(withdrawn_at="2019-01-01T00:00Z")
    with pytest.raises(Unsigned):
        signatures.check_officer(again(pinned), house.organisation.pk)


# --- withdrawing, leaving ----------------------------------------------------------------------------------------------


def test_two_officers_at_least_stay(house: House) -> None:
    for act in (officers.withdraw_officer, rotation.leave):
        with pytest.raises(RuleBroken):
            act(_user(house, SECOND), by=house.vault(FIRST))
        with pytest.raises(RuleBroken):
            act(_user(house, FIRST), by=house.vault(FIRST))
    assert officers.officers_of(house.organisation).count() == 2
    assert _user(house, SECOND).is_active


def test_what_a_withdrawn_officer_had_signed_is_signed_again(house: House) -> None:
    row = alert(house, person_name="Awa")
    _named(house, THIRD, by=SECOND)
    first = OfficerKey.objects.get(user=house.members[FIRST])
    assert MemberKey.objects.filter(officer=first).count() > 3
    assert CompartmentKey.objects.filter(officer=first).count() == 5
    officers.withdraw_officer(_user(house, FIRST), by=house.vault(SECOND))
    assert not MemberKey.objects.filter(officer=first).exists()
    assert not CompartmentKey.objects.filter(officer=first).exists()
    assert not PaperKey.objects.filter(officer=first).exists()
    assert _wrong() == set()
    assert house.vault(FIRST).open(again(row), "person_name") == "Awa", "they stay a member"
    with pytest.raises(NotGranted):
        house.vault(FIRST).signing_seed()
    # Named again one day: another key.
    _named(house, FIRST, by=THIRD)
    assert house.vault(FIRST).signing_seed()
    assert OfficerKey.objects.filter(user=house.members[FIRST]).count() == 2


def test_what_did_not_count_is_not_given_a_signature(house: House) -> None:
    """A public key put in the place of a member's before the hand-over stays unsigned after it."""
    _named(house, THIRD, by=SECOND)
    MemberKey.objects.filter(user=house.members[Role.RECEPTION]).update(
        public_key=crypto.public_of(crypto.new_private())
    )
    officers.withdraw_officer(_user(house, FIRST), by=house.vault(SECOND))
    with pytest.raises(Unsigned):
        signatures.check_member(MemberKey.objects.get(user=house.members[Role.RECEPTION]), house.organisation.pk)


def test_the_officers_they_had_named_stay(house: House) -> None:
    _named(house, THIRD, by=FIRST)
    _named(house, Role.RECEPTION, by=THIRD)
    officers.withdraw_officer(_user(house, FIRST), by=house.vault(SECOND))
    assert _wrong() == set()
    for role in (THIRD, Role.RECEPTION):
        officer = _user(house, role).officer_key
        assert signatures.check_officer(officer, house.organisation.pk)
    assert _user(house, THIRD).officer_key.signed_by == _user(house, SECOND).officer_key


def test_one_does_not_saw_off_the_branch_one_sits_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An officer whose key rests on another's cannot withdraw it, until theirs is pinned on the server."""
    _named(house, THIRD, by=FIRST)
    with pytest.raises(RuleBroken, match="rests on theirs"):
        officers.withdraw_officer(_user(house, FIRST), by=house.vault(THIRD))
    monkeypatch.setattr("builtins.input", lambda _question: "AAAA-BBBB-CCCC-DDDD")
    with pytest.raises(CommandError, match="Nothing was pinned"):
        call_command("vault", "pin", "--user", _user(house, THIRD).username)
    monkeypatch.setattr("builtins.input", lambda _question: officers.own_fingerprint(house.vault(THIRD)))
    out = StringIO()
    call_command("vault", "pin", "--user", _user(house, THIRD).username, stdout=out)
    assert len(signatures.pinned()[str(house.organisation.pk)]) == 3
    officers.withdraw_officer(_user(house, FIRST), by=house.vault(THIRD))
    assert _wrong() == set()


def test_an_officer_leaves_once_a_third_is_named(house: House) -> None:
    _named(house, THIRD, by=FIRST)
    rotation.leave(_user(house, SECOND), by=house.vault(FIRST))
    assert not _user(house, SECOND).is_active
    assert officers.officers_of(house.organisation).count() == 2
    assert _wrong() == set()


def test_killed_in_the_middle_of_a_hand_over_nothing_is_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _named(house, THIRD, by=SECOND)
    whole, calls = crypto.sign, []

    def dies(*args: Any) -> bytes:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return whole(*args)

    before = {key.pk: bytes(key.signature) for key in MemberKey.objects.all()}
    monkeypatch.setattr(crypto, "sign", dies)
    with pytest.raises(KeyboardInterrupt):
        officers.withdraw_officer(_user(house, FIRST), by=house.vault(SECOND))
    monkeypatch.setattr(crypto, "sign", whole)
    assert {key.pk: bytes(key.signature) for key in MemberKey.objects.all()} == before
    assert officers.officers_of(house.organisation).count() == 3
    officers.withdraw_officer(_user(house, FIRST), by=house.vault(SECOND))
    assert _wrong() == set()
    assert officers.officers_of(house.organisation).count() == 2


def test_the_database_keeps_one_living_key_an_officer(house: House) -> None:
    user = house.members[FIRST]
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficerKey.objects.create(organisation=house.organisation, user=user, verify_key=b"k", sealed_signing=b"s")
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficerKey.objects.create(
            organisation=house.organisation,
            user=house.members[THIRD],
            verify_key=b"k",
            sealed_signing=b"s",
            signature=b"s",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficerNaming.objects.create(user=user, named_by=user, named_at="2019-01-01T00:00Z")


# --- a new key pair, after a check in person -----------------------------------------------------------------------------

NEW = "nine patient otters downstream"


def test_both_lost_a_new_pair_and_colleagues_open_again(house: House) -> None:
    row, user = alert(house, person_name="Awa"), _user(house, Role.LAWYER)
    cookie, former = sessions.start(user, house.vault(Role.LAWYER)._private), house.vault(Role.LAWYER)._private
    services.save_draft(user, "/alerts/new/", "narrative=x")
    code, papers = keys.new_pair(user, NEW, by=house.vault(SECOND))
    assert papers == []
    assert sessions.resume(user, cookie) is None
    assert sessions.unlock(user, house.passphrase(Role.LAWYER)) is None
    private = sessions.unlock(user, NEW)
    assert private
    assert private != former
    assert keys.recover(user, house.codes[Role.LAWYER], NEW + " x") is None, "the paper that was lost opens nothing"
    assert keys.recover(user, code, NEW)
    assert not user.drafts.exists()
    vault = sessions.OpenVault(User.objects.get(pk=user.pk), private)
    assert services.check_pin(vault)
    assert vault.compartments == frozenset()
    # The former private key, with the grants of an old backup put back, is not this member's any more.
    for kind in ("identity", "legal"):
        ceremonies.grant(kind, User.objects.get(pk=user.pk), by=house.vault(Role.COORDINATOR))
    vault.forget()
    assert vault.open(again(row), "person_name") == "Awa"
    with pytest.raises(VaultError):
        assert sessions.OpenVault(user, former).compartments


def test_who_may_not_have_a_new_pair(house: House, other: House) -> None:
    for user, by, error in (
        (_user(house, Role.LAWYER), house.vault(Role.RECEPTION), NotGranted),
        (_user(house, Role.LAWYER), other.vault(FIRST), User.DoesNotExist),
        (_user(house, FIRST), house.vault(FIRST), RuleBroken),
        (_user(house, SECOND), house.vault(FIRST), RuleBroken),
    ):
        with pytest.raises(error):
            keys.new_pair(user, NEW, by=by)
    with pytest.raises(RuleBroken):
        keys.new_pair(_user(house, Role.LAWYER), "weak", by=house.vault(FIRST))
    assert Grant.objects.filter(user=house.members[Role.LAWYER]).count() == 2
