"""A member leaves, or a compartment is closed to them: a new key, and every case half wrapped again under it.

The officer draws the new key, signs its inbox, seals it to the members who stay, and forgets it. A member who stays
then wraps the case halves again, a batch a transaction: killed in the middle, the next one goes on where it stopped.
Until it is done, those who stay still hold the former key, and nothing is closed to them.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import crypto, sessions, signatures
from havre.vault.casekeys import half_place
from havre.vault.errors import NotGranted
from havre.vault.models import CaseKey, CompartmentKey, Grant, InboxItem, OfficerKey
from havre.vault.opened import OpenVault

BATCH = 500


def held_by(user: Any) -> QuerySet[CompartmentKey]:
    """The current compartments a member holds."""
    return CompartmentKey.objects.filter(grants__user=user, retired_at=None).order_by("kind")


def staying(compartment: CompartmentKey, user: Any) -> list[Any]:
    """The active holders of a compartment, `user` excepted."""
    grants = Grant.objects.filter(compartment=compartment, user__is_active=True).exclude(user=user)
    return [grant.user for grant in grants.select_related("user__member_key__officer").order_by("user_id")]


def alone_in(user: Any) -> list[str]:
    """The compartments nobody else holds: their content would be lost."""
    return [c.kind for c in held_by(user) if not staying(c, user)]


@transaction.atomic
def leave(user: Any, *, by: OpenVault) -> list[CompartmentKey]:
    """A member leaves: no sign-in, no session, no grant from now on, and a new key for each compartment they held.

    `by` is the open vault of an officer. Raises `RuleBroken` when a compartment would be left with no member, when
    the organisation would be left with no officer, or when the member is the officer who asks.
    """
    seed = by.signing_seed()
    user = type(user).objects.select_for_update().get(pk=user.pk, organisation_id=by.user.organisation_id)
    if user.pk == by.user.pk:
        raise RuleBroken(_("Another officer has to do this."))
    if not user.is_active:
        return []
    if alone_in(user):
        raise RuleBroken(_("They are the only one to hold a compartment: open it to a colleague first."))
    officers = OfficerKey.objects.filter(organisation_id=user.organisation_id, user__is_active=True)
    if officers.filter(user=user).exists() and officers.count() == 1:
        raise RuleBroken(_("They are the only officer."))
    compartments = list(held_by(user))
    user.is_active = False
    user.save(update_fields=["is_active"])
    Grant.objects.filter(user=user).delete()
    sessions.end_all(user)
    record("vault.member.left", by=by.user, target=user.username)
    renewed = [_renew(compartment, user, seed, by) for compartment in compartments]
    by.forget()
    return renewed


@transaction.atomic
def withdraw(kind: str, user: Any, *, by: OpenVault) -> CompartmentKey:
    """Close a compartment to a member who stays, with a new key. By an officer. Raises `RuleBroken`, `NotGranted`."""
    seed = by.signing_seed()
    compartment = held_by(user).filter(kind=kind, organisation_id=by.user.organisation_id).first()
    if compartment is None:
        raise NotGranted(f"This member does not hold {kind}.")
    if kind in alone_in(user):
        raise RuleBroken(_("They are the only one to hold a compartment: open it to a colleague first."))
    Grant.objects.filter(user=user, compartment__kind=kind).delete()
    sessions.end_all(user)
    record("vault.compartment.withdrawn", by=by.user, target=user.username, compartment=kind)
    renewed = _renew(compartment, user, seed, by)
    by.forget()
    return renewed


def _renew(former: CompartmentKey, without: Any, seed: bytes, by: OpenVault) -> CompartmentKey:
    """Retire an epoch and begin the next, granted to those who stay. The key is drawn, sealed to them, forgotten."""
    holders = staying(former, without)
    CompartmentKey.objects.filter(pk=former.pk).update(retired_at=clock.now())
    key = crypto.random_key()
    public, epoch = signatures.inbox_public(key), former.epoch + 1
    statement = signatures.inbox_statement(former.organisation_id, former.kind, epoch, public)
    renewed = CompartmentKey.objects.create(
        organisation_id=former.organisation_id,
        kind=former.kind,
        epoch=epoch,
        inbox_public=public,
        officer=by.user.officer_key,
        signature=crypto.sign(seed, statement),
    )
    for member in holders:
        sealed = crypto.box(signatures.check_member(member.member_key, former.organisation_id), key)
        Grant.objects.create(compartment=renewed, user=member, sealed_key=sealed, granted_by=by.user)
    record(
        "vault.compartment.renewed", by=by.user, target=former.organisation.slug, compartment=former.kind, epoch=epoch
    )
    return renewed


# --- wrapping again ---------------------------------------------------------------------------------------------------


def _former(vault: OpenVault) -> dict[Any, tuple[CompartmentKey, bytes]]:
    """The retired epochs a member still holds the key of, in the compartments they hold today."""
    kinds = vault.compartments
    epochs = CompartmentKey.objects.exclude(retired_at=None).filter(
        organisation_id=vault.user.organisation_id, kind__in=kinds, grants__user=vault.user
    )
    return {epoch.pk: (epoch, vault.epoch_key(epoch.pk)) for epoch in epochs}


def remaining(organisation: Any) -> dict[str, int]:
    """What is still under a retired key, by compartment: case halves and messages."""
    left: dict[str, int] = {}
    for epoch in CompartmentKey.objects.exclude(retired_at=None).filter(organisation=organisation):
        count = CaseKey.objects.filter(compartment=epoch).count() + InboxItem.objects.filter(compartment=epoch).count()
        if count:
            left[epoch.kind] = left.get(epoch.kind, 0) + count
    return left


def resume(vault: OpenVault, *, batches: int | None = None) -> int:
    """Wrap again what is still under a retired key this member holds; `batches` at most. Returns how many were.

    Each batch is its own transaction. Called at every sign-in, which goes on where the last one stopped.
    """
    done = 0
    for epoch, key in _former(vault).values():
        current, new = vault.compartment_key(epoch.kind)
        while batches is None or batches > 0:
            count = rewrap(epoch, key, current, new, by=vault.user)
            done += count
            if not count:
                break
            batches = None if batches is None else batches - 1
    return done


@transaction.atomic
def rewrap(epoch: CompartmentKey, key: bytes, current: CompartmentKey, new: bytes, *, by: Any) -> int:
    """One batch: the case halves first, then the messages. Returns how many; 0 when nothing is left."""
    rows = list(CaseKey.objects.select_for_update().filter(compartment=epoch).order_by("pk")[:BATCH])
    old_wrap, new_wrap = crypto.mix(key, "wrap"), crypto.mix(new, "wrap")
    wrapped = []
    for row in rows:
        place = half_place(epoch.organisation_id, row.kind, row.case_id, row.version)
        wrapped.append((crypto.seal(new_wrap, crypto.unseal(old_wrap, bytes(row.wrapped), place), place), row.pk))
    # One prepared statement for all: `bulk_update` takes several times as long (bench/vault.py).
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE vault_casekey SET wrapped = %s WHERE id = %s", wrapped)
    CaseKey.objects.filter(pk__in=[row.pk for row in rows]).update(compartment=current)
    items = [] if rows else list(InboxItem.objects.select_for_update().filter(compartment=epoch).order_by("pk")[:BATCH])
    private, public = crypto.private_from(crypto.mix(key, "inbox")), signatures.check_inbox(current, new)
    for item in items:
        content = crypto.unbox(private, bytes(item.sealed))
        item.sealed, item.compartment = crypto.box(public, content), current
    InboxItem.objects.bulk_update(items, ["sealed", "compartment"])
    count = len(rows) + len(items)
    if count:
        record("vault.compartment.rewrapped", by=by, target=str(epoch.pk), compartment=epoch.kind, count=count)
    return count
