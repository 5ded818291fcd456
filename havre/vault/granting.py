"""Boxes of case halves: to one member, from another whose key an officer vouches for; and to two officers together."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from havre.vault import crypto, signatures
from havre.vault.errors import Tampered
from havre.vault.fields import Compartment
from havre.vault.models import Case, CaseGrant, CompartmentKey, Escrow, GrantedHalf, MemberKey, OfficerKey

if TYPE_CHECKING:
    from havre.vault.opened import OpenVault

# Psychology stays with psychologists: their paper key recovers it, no pair of officers does.
ESCROWED = frozenset(kind for kind in Compartment.values if kind != Compartment.PSYCHOLOGY)


def share_half(
    case: Case, kind: str, version: int, half: bytes, *, by: OpenVault, to: CaseGrant | None = None
) -> list[GrantedHalf]:
    """Box one half to each live grant of the case (or to one of them). Emergency access is to what was, not to what comes.

    Raises `Unsigned` for a public key nobody vouches for.
    """
    grants = CaseGrant.objects.live().filter(case=case, kind=kind)
    grants = grants.filter(pk=to.pk) if to is not None else grants.exclude(why=CaseGrant.Why.EMERGENCY)
    rows = list(grants.exclude(halves__version=version).select_related("user__member_key__officer"))
    if not rows:
        return []
    mine = MemberKey.objects.select_related("officer").get(user=by.user)
    organisation = by.user.organisation_id
    made = []
    for grant in rows:
        public = signatures.check_member(grant.user.member_key, organisation)
        half_row = GrantedHalf(
            grant=grant, version=version, sender=by.user, sender_public=bytes(mine.public_key), officer=mine.officer,
            signature=bytes(mine.signature),
        )  # fmt: skip
        half_row.sealed = by.box_to(public, half + _bound(half, organisation, grant, version))
        made.append(half_row)
    return GrantedHalf.objects.bulk_create(made)


def check_given(row: GrantedHalf) -> None:
    """Was the sender's key theirs, on an officer's word? Raises `Unsigned`."""
    organisation, sender = row.sender.organisation_id, bytes(row.sender_public)
    signatures.check_public(row.officer, organisation, row.sender_id, sender, bytes(row.signature))


def open_half(row: GrantedHalf, vault: OpenVault) -> bytes:
    """A half that was granted to this member. Raises `Unsigned`, `Tampered`: a box that was forged or moved."""
    organisation, sender = vault.user.organisation_id, bytes(row.sender_public)
    signatures.check_public(row.officer, organisation, row.sender_id, sender, bytes(row.signature))
    content = vault.unbox_from(sender, bytes(row.sealed))
    half, bound = content[: crypto.KEY], content[crypto.KEY :]
    if not crypto.same(bound, _bound(half, organisation, row.grant, row.version)):
        raise Tampered("A granted case half was moved.")
    return half


def _bound(half: bytes, organisation: object, grant: CaseGrant, version: int) -> bytes:
    """What ties a half to its place; only who knows the half can make it."""
    return crypto.mix(half, "granted", str(organisation), grant.kind, grant.case_id, version, grant.user_id)


# --- two officers -----------------------------------------------------------------------------------------------------


def officers(organisation: UUID) -> list[OfficerKey]:
    """The officers of today whose keys are vouched for."""
    found = OfficerKey.objects.filter(organisation_id=organisation, user__is_active=True, withdrawn_at=None)
    return list(found.select_related("user__member_key__officer").order_by("pk"))


def _nested(key: bytes, outer: OfficerKey, inner: OfficerKey) -> bytes:
    organisation = outer.organisation_id
    one = signatures.check_member(inner.user.member_key, organisation)
    other = signatures.check_member(outer.user.member_key, organisation)
    return crypto.box(other, crypto.box(one, key))


def escrow_half(case: Case, kind: str, version: int, half: bytes) -> None:
    """One half of a restricted case, for each pair of officers in both orders."""
    _escrow(half, kind, case.organisation_id, case=case, version=version)


def escrow_compartment(compartment: CompartmentKey, key: bytes) -> None:
    """The key of a compartment, for each pair of officers in both orders."""
    _escrow(key, compartment.kind, compartment.organisation_id, compartment=compartment)


def _escrow(key: bytes, kind: str, organisation: UUID, **of: Any) -> None:
    """Box a key for the pairs that have no box of it yet. Nothing for psychology.

    Two members who sign in at the same moment both do it: it is the same key, whose box is kept does not matter. What
    the database refuses for another reason it refuses again (`ignore_conflicts` would hide that on SQLite).
    """
    if kind not in ESCROWED:
        return
    try:
        _box_for_pairs(key, kind, organisation, **of)
    except IntegrityError:
        _box_for_pairs(key, kind, organisation, **of)


def _box_for_pairs(key: bytes, kind: str, organisation: UUID, **of: Any) -> None:
    there = set(Escrow.objects.filter(kind=kind, **of).values_list("outer_id", "inner_id"))
    boxes = [
        Escrow(kind=kind, outer=one, inner=two, sealed=_nested(key, one, two), **of)
        for one, two in permutations(officers(organisation), 2)
        if (one.pk, two.pk) not in there
    ]
    with transaction.atomic():
        Escrow.objects.bulk_create(boxes)
