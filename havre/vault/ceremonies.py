"""Founding an organisation, enrolling a member, creating and granting a compartment: the acts, without their pages."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.vault import crypto, signatures
from havre.vault.errors import NotGranted
from havre.vault.models import CompartmentKey, Draft, Grant, MemberKey, OfficerKey, OfficerNaming
from havre.vault.opened import OpenVault
from havre.vault.printed import Printed, box_for, code_key, draw_paper, personal_code
from havre.vault.services import present_head
from havre.vault.sessions import private_place
from havre.vault.stretching import stretch


def _member_key(user: Any, passphrase: str, private: bytes, code: str) -> MemberKey:
    passes, memory = settings.HAVRE_KDF
    salt, code_salt = secrets.token_bytes(16), secrets.token_bytes(16)
    stretched = stretch(passphrase, salt, passes=passes, memory=memory)
    place = private_place(user)
    return MemberKey(
        user=user,
        salt=salt,
        passes=passes,
        memory=memory,
        verifier=stretched.verifier,
        public_key=crypto.public_of(private),
        sealed_private=crypto.seal(stretched.kek, private, place),
        code_salt=code_salt,
        sealed_private_by_code=crypto.seal(code_key(code_salt, code), private, place),
        pinned_head=OpenVault(user, private).seal_pin(present_head()),
    )


def _sign_member(key: MemberKey, organisation: Any, officer: OfficerKey, seed: bytes) -> None:
    key.officer = officer
    key.signature = crypto.sign(seed, signatures.member_statement(organisation.pk, key.user_id, bytes(key.public_key)))
    key.save()


@transaction.atomic
def found(officers: list[tuple[Any, str]]) -> list[tuple[OpenVault, str]]:
    """Make the officers of an organisation, each with their passphrase: key pair, signing key, signature of their own.

    Pins the verify keys in the settings' file. Returns each one's open vault and printed code. Raises `RuleBroken`
    for fewer than two: one alone could neither leave nor lose their key.
    """
    if len({user.pk for user, _passphrase in officers}) < 2:
        raise RuleBroken(_("Two officers found an organisation: one alone could neither leave nor lose their key."))
    made = [(user, passphrase, crypto.new_private(), crypto.new_signing()) for user, passphrase in officers]
    organisation = officers[0][0].organisation
    signatures.pin(organisation.pk, *(crypto.verify_key_of(seed) for _user, _passphrase, _private, seed in made))
    opened = []
    for user, passphrase, private, seed in made:
        officer = OfficerKey.objects.create(
            organisation=organisation,
            user=user,
            verify_key=crypto.verify_key_of(seed),
            sealed_signing=seal_signing(user, private, seed),
        )
        code = personal_code()
        _sign_member(_member_key(user, passphrase, private, code), organisation, officer, seed)
        opened.append((OpenVault(user, private), code))
    record("vault.organisation.founded", by=officers[0][0], target=organisation.slug)
    return opened


def seal_signing(user: Any, private: bytes, seed: bytes) -> bytes:
    """A signing key sealed by its officer's private key (`OpenVault.signing_seed` opens it)."""
    return crypto.seal(crypto.mix(private, "officer"), seed, crypto.pack(crypto.PROTOCOL, "officer", user.pk))


def open_signing(user: Any, private: bytes, sealed: bytes) -> bytes:
    """A signing key opened by its officer's private key. Raises `Tampered`."""
    return crypto.unseal(crypto.mix(private, "officer"), sealed, crypto.pack(crypto.PROTOCOL, "officer", user.pk))


@transaction.atomic
def enrol(user: Any, passphrase: str, *, officer: OpenVault) -> str:
    """Give a member a key pair, signed by an officer. Returns the printed personal code, shown once."""
    private, code = crypto.new_private(), personal_code()
    key = _member_key(user, passphrase, private, code)
    _sign_member(key, user.organisation, officer.user.officer_key, officer.signing_seed())
    record("vault.member.enrolled", by=officer.user, target=user.username)
    return code


@transaction.atomic
def enrol_again(user: Any, passphrase: str, *, officer: OpenVault) -> str:
    """A new key pair in the place of a lost one: what was sealed to the former, grants and drafts, is dropped."""
    MemberKey.objects.filter(user=user).delete()
    Grant.objects.filter(user=user).delete()
    Draft.objects.filter(user=user).delete()
    OfficerNaming.objects.filter(user=user).delete()  # the key they drew was sealed to the lost one
    private, code = crypto.new_private(), personal_code()
    key = _member_key(user, passphrase, private, code)
    _sign_member(key, user.organisation, officer.user.officer_key, officer.signing_seed())
    record("vault.member.renewed", by=officer.user, target=user.username)
    return code


@transaction.atomic
def create_compartment(kind: str, *, officer: OpenVault, members: list[Any]) -> tuple[CompartmentKey, Printed | None]:
    """Draw a compartment key, sign its inbox, grant it to its first members, forget it.

    For a single member a recovery paper is drawn in the same act: a compartment of one person without a paper would
    be lost with them. The officer does not keep the key unless they are one of the members. Raises `Unsigned` for an
    unsigned member.
    """
    if not members:
        raise NotGranted("A compartment needs a first member: its key would be lost.")
    key = crypto.random_key()
    public = signatures.inbox_public(key)
    organisation = officer.user.organisation
    compartment = CompartmentKey.objects.create(
        organisation=organisation,
        kind=kind,
        epoch=1,
        inbox_public=public,
        officer=officer.user.officer_key,
        signature=crypto.sign(officer.signing_seed(), signatures.inbox_statement(organisation.pk, kind, 1, public)),
    )
    record("vault.compartment.created", by=officer.user, target=organisation.slug, compartment=kind)
    for member in members:
        give(compartment, key, member, by=officer.user)
    paper = None
    if len(members) == 1:
        paper = draw_paper(kind, made_by=members[0], officer=officer)
        box_for(paper.paper, [(compartment, key)])
        record("vault.paper.made", by=officer.user, target=str(paper.paper.pk), compartment=kind)
    return compartment, paper


@transaction.atomic
def grant(kind: str, member: Any, *, by: OpenVault) -> Grant:
    """A holder of a compartment opens it to a colleague whose role opens it: psychology stays with psychologists.

    Raises `NotGranted` when the one or the other is not so.
    """
    compartment, key = by.compartment_key(kind)
    made = give(compartment, key, member, by=by.user)
    # A rotation may be under way: what is not yet wrapped again opens with the former key.
    former = CompartmentKey.objects.filter(organisation_id=compartment.organisation_id, kind=kind, grants__user=by.user)
    for epoch in former.exclude(retired_at=None).exclude(grants__user=member):
        if epoch.case_keys.exists() or epoch.inbox.exists():
            give(epoch, by.epoch_key(epoch.pk), member, by=by.user)
    return made


@transaction.atomic
def give(compartment: CompartmentKey, key: bytes, member: Any, *, by: Any) -> Grant:
    """Seal the key of an epoch to a member whose role opens it. Raises `NotGranted`, `Unsigned`."""
    if compartment.kind not in member.rights.compartments:
        raise NotGranted(f"The role {member.role} does not open {compartment.kind}.")
    public = signatures.check_member(member.member_key, compartment.organisation_id)
    made = Grant.objects.create(compartment=compartment, user=member, sealed_key=crypto.box(public, key), granted_by=by)
    record("vault.compartment.granted", by=by, target=member.username, compartment=compartment.kind)
    return made
