"""Erasing a case everywhere, backups of the main database included: its shred salts are destroyed.

Two members who hold its identity, one of them an officer at least; one asks, the other confirms. No transaction crosses
the two databases, so the order is: agreed (main), salts destroyed with the tombstone (key store), sealed documents taken
off the shelf, closed (main). Killed in between, `replay` goes on from where it stopped; each step done twice is done once.
The names then leave the directory, which takes the identity key: at the confirmation, else at the next sign-in (`tidy`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import directory, sealed, shelf
from havre.vault.errors import NotGranted
from havre.vault.fields import Compartment
from havre.vault.keystore.models import ShredSalt
from havre.vault.keystore.models import Tombstone as KeyStoreTombstone
from havre.vault.models import (
    Case,
    CaseKey,
    Draft,
    EmergencyPart,
    Erasure,
    Escrow,
    GrantedHalf,
    InboxItem,
    LegalHold,
    Tombstone,
)
from havre.vault.opened import OpenVault

FACTS = ("organisation_id", "reason", "requested_by_id", "confirmed_by_id", "erased_at")
# What other apps do to the rows of a case when it is closed, in that transaction: `call(case_id, by=user or None)`.
ON_CLOSE: list[Callable[..., Any]] = []


def on_hold(case_id: UUID) -> bool:
    """Must the case be kept for now?"""
    return LegalHold.objects.filter(case_id=case_id, lifted_at=None).exists()


@transaction.atomic
def request(case_id: UUID, reason: str, *, by: OpenVault) -> Erasure:
    """Ask for a case to be erased. Raises `RuleBroken` under legal hold or when it is asked already, `NotGranted`."""
    case = _case(case_id, by)
    _refuse_on_hold(case)
    if Tombstone.objects.filter(case_id=case_id).exists():
        raise RuleBroken(_("This record was erased already."))
    try:
        with transaction.atomic():
            made = Erasure.objects.create(case=case, reason=reason, requested_by=by.user, requested_at=clock.now())
    except IntegrityError:
        raise RuleBroken(_("Somebody already asked for this record to be erased.")) from None
    record("vault.erasure.requested", by=by.user, target=_target(case_id), reason=reason)
    return made


@transaction.atomic
def withdraw(erasure: Erasure, *, by: OpenVault) -> Erasure:
    """Give up a request that nobody confirmed."""
    _case(erasure.case_id, by)
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if erasure.confirmed_at is not None or erasure.withdrawn_at is not None:
        raise RuleBroken(_("This request was confirmed or withdrawn already."))
    erasure.withdrawn_at = clock.now()
    erasure.save(update_fields=["withdrawn_at"])
    record("vault.erasure.withdrawn", by=by.user, target=_target(erasure.case_id))
    return erasure


def confirm(erasure: Erasure, *, by: OpenVault) -> Erasure:
    """The second person confirms: from here on the case opens to nobody. Not to be called inside a transaction.

    Killed in between, the same person does it again, and it is finished. Raises `RuleBroken` when it is the same
    person as asked, when neither is an officer, or under legal hold; `NotGranted`.
    """
    with transaction.atomic(durable=True):
        if not _interrupted(erasure, by):
            agree(erasure, by=by)
    done = finish(erasure)
    tidy(by=by)
    return done


def _interrupted(erasure: Erasure, by: OpenVault) -> bool:
    """Did this member confirm it, and did something stop it before it was done?"""
    return Erasure.objects.filter(
        pk=erasure.pk, confirmed_by=by.user, confirmed_at__isnull=False, done_at=None, withdrawn_at=None
    ).exists()


@transaction.atomic
def agree(erasure: Erasure, *, by: OpenVault) -> Erasure:
    """First step of a confirmation: written before anything is destroyed."""
    case = _case(erasure.case_id, by)
    erasure = Erasure.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=erasure.pk)
    if erasure.confirmed_at is not None or erasure.withdrawn_at is not None:
        raise RuleBroken(_("This request was confirmed or withdrawn already."))
    if erasure.requested_by_id == by.user.pk:
        raise RuleBroken(_("Another person confirms: nobody erases a record alone."))
    if not (hasattr(by.user, "officer_key") or hasattr(erasure.requested_by, "officer_key")):
        raise RuleBroken(_("One of the two people must be an officer."))
    _refuse_on_hold(case)
    erasure.confirmed_by, erasure.confirmed_at = by.user, clock.now()
    erasure.save(update_fields=["confirmed_by", "confirmed_at"])
    record("vault.erasure.confirmed", by=by.user, target=_target(erasure.case_id), reason=erasure.reason)
    return erasure


def finish(erasure: Erasure) -> Erasure:
    """The other two steps of a confirmed erasure. May be repeated."""
    erasure = Erasure.objects.select_related("case", "confirmed_by").get(pk=erasure.pk)
    if erasure.confirmed_at is None:
        raise RuleBroken(_("Nobody confirmed this erasure."))
    facts = {
        "organisation_id": erasure.case.organisation_id,
        "reason": erasure.reason,
        "requested_by_id": erasure.requested_by_id,
        "confirmed_by_id": erasure.confirmed_by_id,
        "erased_at": erasure.confirmed_at,
    }
    _shred(erasure.case_id, facts)
    _take_off(erasure.case_id, facts)
    _close(erasure.case_id, facts, "vault.erasure.done", by=erasure.confirmed_by)
    return Erasure.objects.get(pk=erasure.pk)


def _shred(case_id: UUID, facts: dict[str, Any]) -> None:
    """In the key store: the tombstone and the end of the salts, together."""
    with transaction.atomic(using="keystore", durable=True):
        KeyStoreTombstone.objects.get_or_create(case_id=case_id, defaults=facts)
        ShredSalt.objects.filter(case_id=case_id).delete()


def _take_off(case_id: UUID, facts: dict[str, Any]) -> None:
    """The sealed documents leave the shelf. Their key is gone already: what a crash leaves here opens to nobody."""
    for model in sealed.models():
        if model.on_shelf:
            for path in sealed.case_lookups(model):
                rows = model._default_manager.filter(**{f"{path}_id": case_id})
                shelf.remove(facts["organisation_id"], rows.values_list("pk", flat=True))


def _close(case_id: UUID, facts: dict[str, Any], verb: str, *, by: Any) -> None:
    """In the main database: the other halves go too, with messages and drafts about the case; ciphertext stays, for nobody."""
    with transaction.atomic(durable=True):
        Tombstone.objects.update_or_create(case_id=case_id, defaults={"unlisted_at": None}, create_defaults=facts)
        CaseKey.objects.filter(case_id=case_id).delete()
        GrantedHalf.objects.filter(grant__case_id=case_id).delete()
        Escrow.objects.filter(case_id=case_id).delete()
        EmergencyPart.objects.filter(emergency__case_id=case_id).delete()
        organisation = facts["organisation_id"]
        about = _targets(case_id)
        InboxItem.objects.filter(compartment__organisation_id=organisation, subject__in=about).delete()
        for code in about:
            Draft.objects.filter(user__organisation_id=organisation, path__contains=f"/{code}/").delete()
        for call in ON_CLOSE:
            call(case_id, by=by)
        Erasure.objects.filter(case_id=case_id, confirmed_at__isnull=False, done_at=None).update(done_at=clock.now())
        record(verb, by=by, target=_target(case_id), organisation=organisation)


def gone(path: str) -> Exists:
    """In a query: was the case at this path erased?"""
    return Exists(Tombstone.objects.filter(case_id=OuterRef(path)))


def asked(path: str) -> Exists:
    """In a query: does the case at this path wait for the second person?"""
    return Exists(Erasure.objects.filter(case_id=OuterRef(path), confirmed_at=None, withdrawn_at=None))


def held(path: str) -> Exists:
    """In a query: is the case at this path under legal hold?"""
    return Exists(LegalHold.objects.filter(case_id=OuterRef(path), lifted_at=None))


def tombstone(case_id: UUID) -> Tombstone | None:
    """What is kept of an erased case; None for a case that is there."""
    return Tombstone.objects.filter(case_id=case_id).first()


def is_asked(case_id: UUID) -> bool:
    """Does the case wait for the second person?"""
    return Erasure.objects.filter(case_id=case_id, confirmed_at=None, withdrawn_at=None).exists()


def is_erased(case_id: UUID) -> bool:
    """Was the case erased, or is it being erased?"""
    return (
        Tombstone.objects.filter(case_id=case_id).exists()
        or Erasure.objects.filter(case_id=case_id, confirmed_at__isnull=False).exists()
    )


@transaction.atomic
def tidy(*, by: OpenVault) -> int:
    """Take the names of what was erased out of the directory. Returns how many cases; nothing without the identity key.

    Called at the confirmation, and at each sign-in for what was cut short or came back with an older key store.
    """
    stones = Tombstone.objects.filter(organisation_id=by.user.organisation_id, unlisted_at=None)
    if not stones.exists() or not by.can_open(Compartment.IDENTITY):
        return 0
    cases = set(stones.values_list("case_id", flat=True))
    directory.drop(by, _owners(cases))
    stones.filter(case_id__in=cases).update(unlisted_at=clock.now())
    record("vault.erasure.unlisted", by=by.user, cases=len(cases))
    return len(cases)


def _owners(cases: set[UUID]) -> set[UUID]:
    """The rows the cases are of: a person, an exploiter, an alert."""
    found: set[UUID] = set()
    for model in sealed.models():
        if model.case_path == "case_id":
            found |= set(model._default_manager.filter(case_id__in=cases).values_list("pk", flat=True))  # type: ignore[misc]
    return found


def tombstones() -> dict[UUID, dict[str, Any]]:
    """What either database knows to be erased."""
    known: dict[UUID, dict[str, Any]] = {}
    for stones in (Tombstone.objects, KeyStoreTombstone.objects):
        for stone in stones.values("case_id", *FACTS):
            known[stone.pop("case_id")] = stone
    return known


def replay(known: dict[UUID, dict[str, Any]] | None = None) -> int:
    """Finish what was confirmed; after a restore, erase again what an older backup brought back. Returns how many.

    `known`: tombstones read before the restore. Run before anybody signs in: `manage.py restore` does it, and
    `manage.py vault replay`.
    """
    done = 0
    for erasure in Erasure.objects.filter(confirmed_at__isnull=False, done_at=None):
        finish(erasure)
        done += 1
    for case_id, facts in ({**known, **tombstones()} if known else tombstones()).items():
        _take_off(case_id, facts)
        if _came_back(case_id):
            _shred(case_id, facts)
            _close(case_id, facts, "vault.erasure.replayed", by=None)
            done += 1
    return done


def _came_back(case_id: UUID) -> bool:
    """Does either database not know, or not show, that the case was erased?"""
    return (
        ShredSalt.objects.filter(case_id=case_id).exists()
        or CaseKey.objects.filter(case_id=case_id).exists()
        or GrantedHalf.objects.filter(grant__case_id=case_id).exists()
        or not Tombstone.objects.filter(case_id=case_id).exists()
        or not KeyStoreTombstone.objects.filter(case_id=case_id).exists()
    )


@transaction.atomic
def place_hold(case_id: UUID, why: str, *, by: OpenVault) -> LegalHold:
    """The case is kept until the hold is lifted. Raises `RuleBroken` when its erasure was confirmed, or it is held."""
    case = _case(case_id, by)
    if Erasure.objects.filter(case=case, confirmed_at__isnull=False).exists():
        raise RuleBroken(_("This record was erased already."))
    try:
        with transaction.atomic():
            made = LegalHold.objects.create(case=case, why=why, placed_by=by.user, placed_at=clock.now())
    except IntegrityError:
        raise RuleBroken(_("This record is under legal hold for that reason already.")) from None
    record("vault.hold.placed", by=by.user, target=_target(case_id), why=why)
    return made


@transaction.atomic
def lift_hold(hold: LegalHold, *, by: OpenVault) -> LegalHold:
    """An officer lifts a hold."""
    _case(hold.case_id, by)
    if not hasattr(by.user, "officer_key"):
        raise NotGranted("An officer lifts a legal hold.")
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at is None:
        hold.lifted_by, hold.lifted_at = by.user, clock.now()
        hold.save(update_fields=["lifted_by", "lifted_at"])
        record("vault.hold.lifted", by=by.user, target=_target(hold.case_id))
    return hold


def _case(case_id: UUID, by: OpenVault) -> Case:
    """The case, locked: a hold and a confirmation take turns. Raises `NotGranted` for who may not open its identity."""
    case = Case.objects.select_for_update().filter(pk=case_id, organisation_id=by.user.organisation_id).first()
    if case is None or not by.can_open(Compartment.IDENTITY, case_id):
        raise NotGranted("This case is not open to this member.")
    return case


def _refuse_on_hold(case: Case) -> None:
    if on_hold(case.pk):
        raise RuleBroken(_("This record is under legal hold: it is kept until the hold is lifted."))


def _target(case_id: UUID) -> str:
    return f"case:{case_id}"


def _targets(case_id: UUID) -> set[str]:
    """The codes under which the case's records are spoken of: `P-0042`."""
    found: set[str] = set()
    for model in sealed.models():
        for path in sealed.case_lookups(model):
            rows = model._default_manager.filter(**{f"{path}_id": case_id})
            found |= {row.audit_target for row in rows if not row.audit_target.startswith(f"{row._meta.model_name}:")}
    return found
