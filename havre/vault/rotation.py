"""A member leaves, or a compartment is closed to them: a new key, and every case half wrapped again under it.

The officer draws the new key, signs its inbox, seals it to the members who stay, and forgets it. A member who stays
then wraps the case halves again, a batch a transaction: killed in the middle, the next one goes on where it stopped.
Until it is done, those who stay still hold the former key, and nothing is closed to them.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import crypto, sessions, sharing, signatures, versions
from havre.vault.casekeys import half_place
from havre.vault.errors import NotGranted, Unsigned
from havre.vault.models import Case, CaseKey, CompartmentKey, Grant, InboxItem, OfficerNaming, PaperKey
from havre.vault.officers import hand_over
from havre.vault.opened import OpenVault
from havre.vault.printed import Printed, box_for, draw_paper, end_paper

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


def sound_papers(compartment: CompartmentKey, *, without: Any = None) -> list[PaperKey]:
    """The papers that open a compartment today: signed, typed back, not retired, and not in the hands of `without`."""
    papers = PaperKey.objects.filter(boxes__compartment=compartment, retired_at=None).exclude(checked_at=None)
    if without is not None:
        papers = papers.exclude(made_by=without).exclude(checked_by=without)
    sound = []
    for paper in papers.select_related("officer"):
        try:
            signatures.check_paper(paper)
        except Unsigned:
            continue
        sound.append(paper)
    return sound


def without_paper(user: Any) -> list[str]:
    """The compartments that one colleague alone would hold without `user`, and that no paper would open."""
    return [c.kind for c in held_by(user) if len(staying(c, user)) == 1 and not sound_papers(c, without=user)]


def lost_with(user: Any) -> list[str]:
    """The compartments that nobody could open any more without the key of `user`: no colleague, no paper."""
    return [c.kind for c in held_by(user) if not staying(c, user) and not sound_papers(c)]


def _refuse_loss(user: Any, *kinds: str) -> None:
    if set(alone_in(user)) & set(kinds):
        raise RuleBroken(_("They are the only one to hold a compartment: open it to a colleague first."))
    if set(without_paper(user)) & set(kinds):
        raise RuleBroken(
            _(
                "One colleague alone would hold a compartment, without a paper key: they make one and type it back first."
            )
        )


@transaction.atomic
def leave(user: Any, *, by: OpenVault) -> list[CompartmentKey]:
    """A member leaves: no sign-in, no session, no grant from now on, and a new key for each compartment they held.

    `by` is the open vault of an officer. Raises `RuleBroken` when a compartment would be left with no member, or with
    one and no paper key, when fewer than two officers would be left, or when the member is the officer who asks. The
    papers they made or checked are retired; what they signed as an officer is signed again by the one who asks.
    """
    seed = by.signing_seed()
    user = type(user).objects.select_for_update().get(pk=user.pk, organisation_id=by.user.organisation_id)
    if user.pk == by.user.pk:
        raise RuleBroken(_("Another officer has to do this."))
    if not user.is_active:
        return []
    compartments = list(held_by(user))
    _refuse_loss(user, *(compartment.kind for compartment in compartments))
    if hasattr(user, "officer_key"):
        hand_over(user.officer_key, by=by)
    OfficerNaming.objects.filter(user=user).delete()
    user.is_active = False
    user.save(update_fields=["is_active"])
    Grant.objects.filter(user=user).delete()
    sharing.end_all(user, by=by.user)
    sessions.end_all(user)
    record("vault.member.left", by=by.user, target=user.username)
    renewed = [_renew(compartment, user, seed, by) for compartment in compartments]
    by.forget()
    return renewed


@transaction.atomic
def withdraw(kind: str, user: Any, *, by: OpenVault) -> CompartmentKey:
    """Close a compartment to a member who stays, with a new key. By an officer. Raises `RuleBroken`, `NotGranted`.

    The papers of the compartment that they made or checked are retired.
    """
    seed = by.signing_seed()
    compartment = held_by(user).filter(kind=kind, organisation_id=by.user.organisation_id).first()
    if compartment is None:
        raise NotGranted(f"This member does not hold {kind}.")
    _refuse_loss(user, kind)
    Grant.objects.filter(user=user, compartment__kind=kind).delete()
    sessions.end_all(user)
    record("vault.compartment.withdrawn", by=by.user, target=user.username, compartment=kind)
    renewed = _renew(compartment, user, seed, by)
    by.forget()
    return renewed


def _renew(former: CompartmentKey, without: Any, seed: bytes, by: OpenVault) -> CompartmentKey:
    """Retire an epoch and begin the next, granted to those who stay. The key is drawn, sealed to them, forgotten.

    The papers that `without` neither made nor checked stay good: the new key is sealed to them too.
    """
    _retire_papers(former, without, by=by)
    holders, papers = staying(former, without), PaperKey.objects.filter(boxes__compartment=former, retired_at=None)
    kept = list(papers.select_related("officer"))
    renewed, key = _next_epoch(former, holders, seed, by)
    for paper in kept:
        try:
            box_for(paper, [(renewed, key)])
        except Unsigned:  # someone changed it: it opens nothing any more, and `manage.py vault check` says which
            continue
    record(
        "vault.compartment.renewed",
        by=by.user,
        target=former.organisation.slug,
        compartment=former.kind,
        epoch=renewed.epoch,
    )
    return renewed


def _retire_papers(compartment: CompartmentKey, without: Any, *, by: OpenVault) -> None:
    papers = PaperKey.objects.filter(
        Q(made_by=without) | Q(checked_by=without),
        organisation_id=compartment.organisation_id,
        kind=compartment.kind,
        retired_at=None,
    )
    for paper in papers:
        end_paper(paper, PaperKey.Why.LEAVER)
        record("vault.paper.retired", by=by.user, target=str(paper.pk), compartment=paper.kind, why="leaver")


def _next_epoch(former: CompartmentKey, holders: list[Any], seed: bytes, by: OpenVault) -> tuple[CompartmentKey, bytes]:
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
    return renewed, key


@transaction.atomic
def begin_again(former: CompartmentKey, member: Any, seed: bytes, *, by: OpenVault) -> Printed:
    """A compartment whose key is lost begins again for one member, with a paper. What was sealed before stays closed."""
    member = type(member).objects.get(pk=member.pk)  # with the key pair of now
    renewed, key = _next_epoch(former, [member], seed, by)
    for paper in PaperKey.objects.filter(organisation_id=former.organisation_id, kind=former.kind, retired_at=None):
        end_paper(paper, PaperKey.Why.LOST)
    printed = draw_paper(former.kind, made_by=member, officer=by)
    box_for(printed.paper, [(renewed, key)])
    record("vault.compartment.lost", by=by.user, target=member.username, compartment=former.kind, epoch=renewed.epoch)
    return printed


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
    # Who left may have kept these halves: what is written from now on has others.
    newest = dict(Case.objects.filter(pk__in=[row.case_id for row in rows]).values_list("pk", "version"))
    versions.begin({row.case_id for row in rows if row.version == newest[row.case_id]})
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
