"""Officers after the founding: named by an officer, accepting in their own session, signed, and one day withdrawn.

No request writes the file of pins (docs/adr/0011-officers.md): a later officer counts because a key that counts signed
theirs.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import crypto, signatures
from havre.vault.ceremonies import open_signing, seal_signing
from havre.vault.errors import Tampered, Unsigned
from havre.vault.granting import check_given
from havre.vault.models import (
    CompartmentKey,
    EmergencyPart,
    Escrow,
    GrantedHalf,
    MemberKey,
    OfficerKey,
    OfficerNaming,
    PaperKey,
)
from havre.vault.opened import OpenVault

FEWEST = 2


def officers_of(organisation: Any) -> QuerySet[OfficerKey]:
    """The officers of today."""
    return OfficerKey.objects.filter(organisation=organisation, user__is_active=True, withdrawn_at=None)


def naming_of(user: Any) -> OfficerNaming | None:
    """The naming of a member that waits for its next step."""
    return OfficerNaming.objects.select_related("named_by").filter(user=user).first()


def own_fingerprint(by: OpenVault) -> str:
    """What a member named, or an officer, reads aloud: from the signing key that their own vault opens.

    Not from the verify key of the database, which somebody may have changed. Raises `Tampered`, or `NotGranted` for who
    has no signing key.
    """
    naming = naming_of(by.user)
    if naming is not None and naming.sealed_signing is not None:
        seed = open_signing(by.user, by._private, bytes(naming.sealed_signing))
    else:
        seed = by.signing_seed()
    verify = crypto.verify_key_of(seed)
    return signatures.fingerprint(signatures.officer_statement(by.user.organisation_id, by.user.pk, verify))


def _statement(naming: OfficerNaming) -> bytes:
    return signatures.officer_statement(naming.user.organisation_id, naming.user_id, bytes(naming.verify_key or b""))


def fingerprint_or_none(vault: OpenVault) -> str:
    """The fingerprint of an officer's key, "" for who has none, or whose key is damaged: a page is not lost for it."""
    try:
        return own_fingerprint(vault) if hasattr(vault.user, "officer_key") else ""
    except Tampered:
        return ""


@transaction.atomic
def name_officer(user: Any, *, by: OpenVault) -> OfficerNaming:
    """An officer names a member: nothing counts before the member accepts and the officer confirms.

    Named again, the former naming is dropped. Raises `RuleBroken`, `NotGranted` when `by` is not an officer.
    """
    by.signing_seed()
    user = type(user).objects.select_for_update().get(pk=user.pk, organisation_id=by.user.organisation_id)
    if not user.is_active or user.pk == by.user.pk or hasattr(user, "officer_key"):
        raise RuleBroken(_("They cannot be named: they left, or are an officer already."))
    signatures.check_member(user.member_key, user.organisation_id)
    OfficerNaming.objects.filter(user=user).delete()
    naming = OfficerNaming.objects.create(user=user, named_by=by.user, named_at=clock.now())
    record("vault.officer.named", by=by.user, target=user.username)
    return naming


@transaction.atomic
def accept_office(*, by: OpenVault) -> OfficerNaming:
    """The member draws their signing key, sealed to themselves. A second time gives the same key."""
    naming = OfficerNaming.objects.select_for_update().select_related("user", "named_by").filter(user=by.user).first()
    if naming is None:
        raise RuleBroken(_("Nobody has named you an officer, or the naming was dropped."))
    if naming.accepted_at is None:
        seed = crypto.new_signing()
        naming.verify_key, naming.accepted_at = crypto.verify_key_of(seed), clock.now()
        naming.sealed_signing = seal_signing(by.user, by._private, seed)
        naming.save(update_fields=["verify_key", "sealed_signing", "accepted_at"])
        record("vault.officer.accepted", by=by.user, target=by.user.username)
    return naming


@transaction.atomic
def confirm_officer(user: Any, fingerprint: str, *, by: OpenVault) -> OfficerKey:
    """The officer who named types the fingerprint that the newcomer reads aloud, and signs their key.

    Raises `RuleBroken` when it is not theirs: someone may have put another key in its place.
    """
    seed = by.signing_seed()
    naming = OfficerNaming.objects.select_for_update().select_related("user").filter(user=user).first()
    if naming is None or naming.accepted_at is None or naming.user.organisation_id != by.user.organisation_id:
        raise RuleBroken(_("They have not accepted yet."))
    if naming.named_by_id != by.user.pk:
        raise RuleBroken(_("The officer who named them confirms; or name them again."))
    if not signatures.same_code(fingerprint, signatures.fingerprint(_statement(naming))):
        raise RuleBroken(
            _(
                "This is not the fingerprint of their key. Let them read it again; if it still differs, stop and say so."
            ),
            field="fingerprint",
        )
    officer = OfficerKey.objects.create(
        organisation_id=by.user.organisation_id,
        user=naming.user,
        verify_key=naming.verify_key,
        sealed_signing=naming.sealed_signing,
        signed_by=by.user.officer_key,
        signature=crypto.sign(seed, _statement(naming)),
    )
    naming.delete()
    record("vault.officer.confirmed", by=by.user, target=user.username)
    return officer


@transaction.atomic
def pin_officer(officer: OfficerKey, fingerprint: str, *, by: Any) -> None:
    """On the server's terminal only: the key of a later officer goes to the file of pins. Raises `RuleBroken`."""
    statement = signatures.officer_statement(officer.organisation_id, officer.user_id, bytes(officer.verify_key))
    if not signatures.same_code(fingerprint, signatures.fingerprint(statement)):
        raise RuleBroken(_("This is not the fingerprint of their key. Nothing was pinned."))
    if bytes(officer.verify_key).hex() not in signatures.pinned().get(str(officer.organisation_id), set()):
        signatures.pin(officer.organisation_id, bytes(officer.verify_key))
    record("vault.officer.pinned", by=by, target=officer.user.username)


@transaction.atomic
def withdraw_officer(user: Any, *, by: OpenVault) -> None:
    """An officer withdraws another one's signing key. Raises `RuleBroken` when fewer than two would be left."""
    user = type(user).objects.get(pk=user.pk, organisation_id=by.user.organisation_id)
    if user.pk == by.user.pk:
        raise RuleBroken(_("Another officer has to do this."))
    if not hasattr(user, "officer_key"):
        raise RuleBroken(_("They are not an officer."))
    hand_over(user.officer_key, by=by)


@transaction.atomic
def hand_over(former: OfficerKey, *, by: OpenVault) -> None:
    """What an officer had signed is signed again by another, then the former key counts no more.

    What did not count before is left as it is: a signature is never given to what nobody vouched for. Raises
    `RuleBroken` when fewer than two officers would be left.
    """
    seed, heir = by.signing_seed(), by.user.officer_key
    # Held until the end: two officers who withdraw each other at the same moment come one after the other.
    locked = OfficerKey.objects.select_for_update(of=("self",)).filter(organisation_id=former.organisation_id)
    living = {key.pk for key in locked.select_related("user") if key.withdrawn_at is None and key.user.is_active}
    if former.pk not in living or heir.pk not in living:
        raise RuleBroken(_("They are not an officer."))
    if len(living) <= FEWEST:
        raise RuleBroken(_("They are one of the last two officers: name another one first."))
    organisation = former.organisation_id
    try:
        signatures.check_officer(heir, organisation, without=former.pk)
    except Unsigned:
        raise RuleBroken(
            _(
                "Your own key rests on theirs. An officer whose key does not has to do this, or whoever runs the server "
                "pins yours first (manage.py vault pin)."
            )
        ) from None
    signed: list[tuple[Any, Any]] = [
        *((row, signatures.check_member) for row in MemberKey.objects.filter(officer=former).select_related("user")),
        *((row, signatures.check_inbox) for row in CompartmentKey.objects.filter(officer=former)),
        *((row, signatures.check_paper) for row in PaperKey.objects.filter(officer=former)),
        *((row, check_given) for row in GrantedHalf.objects.filter(officer=former).select_related("sender", "officer")),
    ]
    for row, check in signed:
        try:
            check(row, organisation) if isinstance(row, MemberKey) else check(row)
        except Unsigned:
            continue
        row.officer, row.signature = heir, crypto.sign(seed, _said(row))
        row.save(update_fields=["officer", "signature"])
    _hand_over_officers(former, heir, seed)
    # Two officers open together what is in these boxes: they are not one of them any more.
    Escrow.objects.filter(Q(outer=former) | Q(inner=former)).delete()
    EmergencyPart.objects.filter(officer=former).delete()
    OfficerKey.objects.filter(pk=former.pk).update(withdrawn_at=clock.now())
    record("vault.officer.withdrawn", by=by.user, target=former.user.username)


def _hand_over_officers(former: OfficerKey, heir: OfficerKey, seed: bytes) -> None:
    """Those the former officer had signed."""
    organisation = former.organisation_id
    for named in OfficerKey.objects.filter(signed_by=former, withdrawn_at=None):
        try:
            signatures.check_officer(named, organisation)
        except Unsigned:
            continue
        if named.pk == heir.pk:
            continue
        statement = signatures.officer_statement(organisation, named.user_id, bytes(named.verify_key))
        named.signed_by, named.signature = heir, crypto.sign(seed, statement)
        named.save(update_fields=["signed_by", "signature"])


def _said(row: Any) -> bytes:
    if isinstance(row, MemberKey):
        return signatures.member_statement(row.user.organisation_id, row.user_id, bytes(row.public_key))
    if isinstance(row, GrantedHalf):
        return signatures.member_statement(row.sender.organisation_id, row.sender_id, bytes(row.sender_public))
    if isinstance(row, PaperKey):
        return signatures.paper_statement(row.organisation_id, row.kind, row.pk, bytes(row.public_key))
    return signatures.inbox_statement(row.organisation_id, row.kind, row.epoch, bytes(row.inbox_public))
