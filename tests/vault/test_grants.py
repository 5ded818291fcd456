"""Who holds a compartment, by keys alone: no role, no screen, no permission is asked here (T5, T12)."""

from __future__ import annotations

import pytest
from django.conf import settings

from havre.accounts.models import User
from havre.accounts.permissions import ROLES, Role
from havre.vault import ceremonies, crypto, services, signatures
from havre.vault.errors import NotGranted, Tampered, Unsigned, VaultError
from havre.vault.fields import Compartment
from havre.vault.models import CompartmentKey, Grant, InboxItem, MemberKey, OfficerKey
from havre.vault.opened import OpenVault
from tests.vault.house import PROFESSIONS, House, again, alert, build, note, person


@pytest.mark.promise("T5")
@pytest.mark.parametrize("role", PROFESSIONS)
def test_each_role_opens_its_compartments_and_no_other(house: House, role: str) -> None:
    assert house.vault(role).compartments == ROLES[role].compartments


@pytest.mark.promise("T5")
@pytest.mark.parametrize("kind", Compartment.values)
@pytest.mark.parametrize("role", PROFESSIONS)
def test_a_note_opens_for_its_profession_only(house: House, role: str, kind: str) -> None:
    writer = next(r for r in PROFESSIONS if kind in ROLES[r].compartments)
    row = again(note(person(house), kind, "confided", house.vault(writer)))
    vault = house.vault(role)
    if kind in ROLES[role].compartments:
        assert vault.open(row, "text") == "confided"
        return
    for act in (lambda: vault.open(row, "text"), lambda: vault.read(row, "text"), lambda: vault.seal(row, text="mine")):
        with pytest.raises(NotGranted):
            act()


@pytest.mark.promise("T5")
def test_psychology_is_closed_to_the_coordinator_whatever_the_database_says(house: House) -> None:
    """Not a rule of the screens: the director's grants, all rewritten by hand, open nothing."""
    row = note(person(house), "psychology", "confided", house.vault(Role.PSYCHOLOGIST))
    director = house.members[Role.COORDINATOR]
    compartment = CompartmentKey.objects.get(kind="psychology")
    theirs = Grant.objects.get(compartment=compartment, user=house.members[Role.PSYCHOLOGIST])
    # The psychologist's box handed over; the box of a compartment the director does hold; a box of a key made up.
    own = Grant.objects.get(compartment__kind="legal", user=director)
    invented = crypto.box(bytes(director.member_key.public_key), crypto.random_key())
    for sealed in (bytes(theirs.sealed_key), bytes(own.sealed_key), invented):
        forged = Grant.objects.create(compartment=compartment, user=director, sealed_key=sealed, granted_by=director)
        vault = house.vault(Role.COORDINATOR)
        with pytest.raises(VaultError):
            vault.open(again(row), "text")
        forged.delete()
    assert house.vault(Role.PSYCHOLOGIST).open(again(row), "text") == "confided"


@pytest.mark.promise("T12")
def test_a_forged_grant_never_counts_even_when_asked_twice(house: House) -> None:
    director = house.members[Role.COORDINATOR]
    compartment = CompartmentKey.objects.get(kind="psychology")
    sealed = crypto.box(bytes(director.member_key.public_key), crypto.random_key())
    Grant.objects.create(compartment=compartment, user=director, sealed_key=sealed, granted_by=director)
    vault = house.vault(Role.COORDINATOR)
    for _ in range(2):
        with pytest.raises(Unsigned):
            vault.can_open("psychology")


@pytest.mark.promise("T12")
def test_a_compartment_key_planted_with_its_own_inbox_is_refused(house: House) -> None:
    """Someone who writes the database makes a key, an inbox for it and a grant: the signature is missing."""
    key, director = crypto.random_key(), house.members[Role.COORDINATOR]
    CompartmentKey.objects.filter(kind="legal").update(inbox_public=signatures.inbox_public(key))
    sealed = crypto.box(bytes(director.member_key.public_key), key)
    Grant.objects.filter(compartment__kind="legal", user=director).update(sealed_key=sealed)
    with pytest.raises(Unsigned):
        house.vault(Role.COORDINATOR).can_open("legal")


@pytest.mark.promise("T12")
def test_a_signature_of_an_officer_nobody_pinned_is_refused(house: House) -> None:
    """The same, signed by an officer's key made up for the purpose."""
    key, seed, director = crypto.random_key(), crypto.new_signing(), house.members[Role.COORDINATOR]
    public = signatures.inbox_public(key)
    OfficerKey.objects.update(verify_key=crypto.verify_key_of(seed))
    statement = signatures.inbox_statement(house.organisation.pk, "legal", 1, public)
    CompartmentKey.objects.filter(kind="legal").update(inbox_public=public, signature=crypto.sign(seed, statement))
    sealed = crypto.box(bytes(director.member_key.public_key), key)
    Grant.objects.filter(compartment__kind="legal", user=director).update(sealed_key=sealed)
    with pytest.raises(Unsigned):
        house.vault(Role.COORDINATOR).can_open("legal")


@pytest.mark.promise("T12")
def test_without_the_file_of_pins_nothing_opens(house: House) -> None:
    row = alert(house, person_name="x")
    settings.HAVRE_OFFICER_KEYS_FILE.unlink()
    with pytest.raises(Unsigned):
        house.vault(Role.LAWYER).open(row, "person_name")


@pytest.mark.promise("T12")
def test_a_pin_of_one_organisation_vouches_for_no_other(house: House, other: House) -> None:
    """The officer of the other organisation, well pinned there, signs a key of this one."""
    seed = other.vault(Role.COORDINATOR).signing_seed()
    compartment = CompartmentKey.objects.get(organisation=house.organisation, kind="legal")
    statement = signatures.inbox_statement(house.organisation.pk, "legal", 1, bytes(compartment.inbox_public))
    compartment.officer = OfficerKey.objects.get(user=other.members[Role.COORDINATOR])
    compartment.signature = crypto.sign(seed, statement)
    with pytest.raises(Unsigned):
        signatures.check_inbox(compartment)


@pytest.mark.promise("T12")
def test_the_signature_of_one_compartment_or_epoch_is_not_that_of_another(house: House) -> None:
    compartment = CompartmentKey.objects.get(kind="legal")
    signatures.check_inbox(compartment)
    compartment.epoch = 2
    with pytest.raises(Unsigned):
        signatures.check_inbox(compartment)
    compartment.epoch, compartment.kind = 1, "psychology"
    with pytest.raises(Unsigned):
        signatures.check_inbox(compartment)


# --- nothing is sealed to an unsigned key ----------------------------------------------------------------------------


def _replace_key(user: User) -> bytes:
    """Someone puts their own public key in the place of a member's; returns its private half."""
    private = crypto.new_private()
    MemberKey.objects.filter(user=user).update(public_key=crypto.public_of(private))
    return private


@pytest.mark.promise("T12")
def test_no_compartment_is_granted_to_a_replaced_key(house: House) -> None:
    newcomer = _newcomer(house, Role.SOCIAL_WORKER)
    _replace_key(newcomer)
    with pytest.raises(Unsigned):
        ceremonies.grant("social", User.objects.get(pk=newcomer.pk), by=house.vault(Role.SOCIAL_WORKER))
    assert not Grant.objects.filter(user=newcomer).exists()


@pytest.mark.promise("T12")
def test_no_draft_is_sealed_to_a_replaced_key(house: House) -> None:
    _replace_key(house.members[Role.LAWYER])
    with pytest.raises(Unsigned):
        services.save_draft(User.objects.get(username="havre.lawyer"), "/alerts/new/", "narrative=x")


@pytest.mark.promise("T12")
def test_no_message_goes_to_a_replaced_inbox(house: House) -> None:
    CompartmentKey.objects.filter(kind="psychology").update(inbox_public=crypto.public_of(crypto.new_private()))
    with pytest.raises(Unsigned):
        services.send_to_inbox("psychology", "she cries at night", by=house.members[Role.SOCIAL_WORKER])
    assert not InboxItem.objects.exists()


@pytest.mark.promise("T5")
def test_a_member_of_another_organisation_is_not_granted(house: House, other: House) -> None:
    with pytest.raises(Unsigned):
        ceremonies.grant("legal", other.members[Role.LAWYER], by=house.vault(Role.LAWYER))


@pytest.mark.promise("T5")
def test_only_a_holder_grants(house: House) -> None:
    with pytest.raises(NotGranted):
        ceremonies.grant("psychology", house.members[Role.LAWYER], by=house.vault(Role.COORDINATOR))


def _newcomer(house: House, role: str) -> User:
    """A colleague with keys and no compartment yet."""
    user = User.objects.create(username="new", display_name="N", organisation=house.organisation, role=role)
    house.members["new"] = user
    ceremonies.enrol(user, house.passphrase("new"), officer=house.vault(Role.COORDINATOR))
    return user


def test_a_granted_colleague_reads_what_was_written_before(house: House) -> None:
    row = note(person(house), "social", "before", house.vault(Role.SOCIAL_WORKER))
    newcomer = _newcomer(house, Role.SOCIAL_WORKER)
    assert not house.vault("new").can_open("social")
    ceremonies.grant("social", newcomer, by=house.vault(Role.SOCIAL_WORKER))
    assert house.vault("new").open(again(row), "text") == "before"


@pytest.mark.promise("T5")
@pytest.mark.parametrize("kind", Compartment.values)
@pytest.mark.parametrize("role", Role.values)
def test_a_compartment_is_granted_to_the_roles_of_the_table_only(house: House, role: str, kind: str) -> None:
    """A psychologist cannot open psychology to the director, even if they both wish it."""
    newcomer = _newcomer(house, role)
    holder = house.vault(next(r for r in PROFESSIONS if kind in ROLES[r].compartments))
    if kind in ROLES[role].compartments:
        ceremonies.grant(kind, newcomer, by=holder)
        assert house.vault("new").can_open(kind)
        return
    with pytest.raises(NotGranted):
        ceremonies.grant(kind, newcomer, by=holder)
    assert not Grant.objects.filter(user=newcomer).exists()


def test_a_compartment_without_a_first_member_is_not_made(db: None) -> None:
    house = build("lonely", roles=(Role.COORDINATOR,))
    assert not CompartmentKey.objects.filter(organisation=house.organisation, kind="psychology").exists()
    with pytest.raises(NotGranted):
        ceremonies.create_compartment("psychology", officer=house.vault(Role.COORDINATOR), members=[])


@pytest.mark.promise("T12")
def test_only_the_officer_signs(house: House) -> None:
    with pytest.raises(NotGranted):
        house.vault(Role.LAWYER).signing_seed()


@pytest.mark.promise("T12")
def test_the_signing_seed_of_another_officer_does_not_open(house: House, other: House) -> None:
    theirs = OfficerKey.objects.get(user=other.members[Role.COORDINATOR]).sealed_signing
    OfficerKey.objects.filter(organisation=house.organisation).update(sealed_signing=theirs)
    with pytest.raises(Tampered):
        house.vault(Role.COORDINATOR).signing_seed()


@pytest.mark.promise("T5")
def test_the_officer_who_makes_a_compartment_does_not_keep_its_key(house: House) -> None:
    assert not house.vault(Role.COORDINATOR).can_open("psychology")


# --- emptying ------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T5")
def test_who_cannot_read_cannot_empty(house: House) -> None:
    row = note(person(house), "psychology", "confided", house.vault(Role.PSYCHOLOGIST))
    kept = bytes(row.text)
    with pytest.raises(NotGranted):
        house.vault(Role.COORDINATOR).seal(row, text="")
    assert bytes(row.text) == kept


def test_leaving_empty_what_was_never_written_asks_for_nothing(house: House) -> None:
    row = note(person(house), "psychology", "", house.vault(Role.RECEPTION))
    assert row.text is None


@pytest.mark.promise("T5")
def test_two_organisations_share_no_compartment(house: House, other: House) -> None:
    mine = note(person(house), "legal", "ours", house.vault(Role.LAWYER))
    vault: OpenVault = other.vault(Role.LAWYER)
    assert vault.can_open("legal")
    with pytest.raises(NotGranted):
        vault.open(again(mine), "text")
