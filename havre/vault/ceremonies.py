"""Founding an organisation, enrolling a member, granting a compartment. On screen in the next issue; here, the acts."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction

from havre.audit.services import record
from havre.vault import crypto, signatures
from havre.vault.errors import NotGranted
from havre.vault.models import CompartmentKey, Grant, MemberKey, OfficerKey
from havre.vault.opened import OpenVault
from havre.vault.services import present_head
from havre.vault.sessions import private_place

# Letters and digits that nobody mistakes for another when reading a printed code.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def personal_code() -> str:
    """A printed code of 160 bits: eight groups of four letters and digits (32 symbols of 5 bits)."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(32))
    return "-".join(symbols[i : i + 4] for i in range(0, 32, 4))


def code_key(salt: bytes, code: str) -> bytes:
    """What a printed code opens with, typed with or without its dashes, in capitals or not."""
    typed = "".join(code.upper().replace("-", " ").split())
    return crypto.mix(crypto.mix(settings.HAVRE_PEPPER, "code", salt, typed), "kek")


def _member_key(user: Any, passphrase: str, private: bytes, code: str) -> MemberKey:
    passes, memory = settings.HAVRE_KDF
    salt, code_salt = secrets.token_bytes(16), secrets.token_bytes(16)
    stretched = crypto.stretch(passphrase, salt, settings.HAVRE_PEPPER, passes=passes, memory=memory)
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
def found(officer_user: Any, passphrase: str) -> tuple[OpenVault, str]:
    """Make the first officer of an organisation: key pair, signing key, signature of their own key.

    Pins the verify key in the settings' file. Returns the officer's open vault and their printed code.
    """
    organisation = officer_user.organisation
    private, seed, code = crypto.new_private(), crypto.new_signing(), personal_code()
    place = crypto.pack(crypto.PROTOCOL, "officer", officer_user.pk)
    officer = OfficerKey.objects.create(
        organisation=organisation,
        user=officer_user,
        verify_key=crypto.verify_key_of(seed),
        sealed_signing=crypto.seal(crypto.mix(private, "officer"), seed, place),
    )
    signatures.pin(organisation.pk, bytes(officer.verify_key))
    _sign_member(_member_key(officer_user, passphrase, private, code), organisation, officer, seed)
    record("vault.organisation.founded", by=officer_user, target=organisation.slug)
    return OpenVault(officer_user, private), code


@transaction.atomic
def enrol(user: Any, passphrase: str, *, officer: OpenVault) -> str:
    """Give a member a key pair, signed by an officer. Returns the printed personal code, shown once."""
    private, code = crypto.new_private(), personal_code()
    key = _member_key(user, passphrase, private, code)
    _sign_member(key, user.organisation, officer.user.officer_key, officer.signing_seed())
    record("vault.member.enrolled", by=officer.user, target=user.username)
    return code


@transaction.atomic
def create_compartment(kind: str, *, officer: OpenVault, members: list[Any]) -> CompartmentKey:
    """Draw a compartment key, sign its inbox, grant it to its first members, forget it.

    The officer does not keep the key unless they are one of the members. Raises `Unsigned` for an unsigned member.
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
        _grant(compartment, key, member, by=officer.user)
    return compartment


@transaction.atomic
def grant(kind: str, member: Any, *, by: OpenVault) -> Grant:
    """A holder of a compartment opens it to a colleague whose role opens it: psychology stays with psychologists.

    Raises `NotGranted` when the one or the other is not so.
    """
    compartment, key = by.compartment_key(kind)
    made = _grant(compartment, key, member, by=by.user)
    # A rotation may be under way: what is not yet wrapped again opens with the former key.
    former = CompartmentKey.objects.filter(organisation_id=compartment.organisation_id, kind=kind, grants__user=by.user)
    for epoch in former.exclude(retired_at=None).exclude(grants__user=member):
        if epoch.case_keys.exists() or epoch.inbox.exists():
            _grant(epoch, by.epoch_key(epoch.pk), member, by=by.user)
    return made


def _grant(compartment: CompartmentKey, key: bytes, member: Any, *, by: Any) -> Grant:
    if compartment.kind not in member.rights.compartments:
        raise NotGranted(f"The role {member.role} does not open {compartment.kind}.")
    public = signatures.check_member(member.member_key, compartment.organisation_id)
    made = Grant.objects.create(compartment=compartment, user=member, sealed_key=crypto.box(public, key), granted_by=by)
    record("vault.compartment.granted", by=by, target=member.username, compartment=compartment.kind)
    return made
