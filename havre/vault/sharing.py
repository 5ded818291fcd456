"""One case at a time: given to a volunteer for as long as they help, restricted to those named for it.

A grant is the halves of the case boxed to one person. When one ends, by a person or by its day, the boxes go and the
case has a new version: what is written from then on is closed to whoever kept the old halves (versions.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import granting, versions
from havre.vault.errors import NotGranted
from havre.vault.fields import Compartment as C
from havre.vault.models import Case, CaseGrant, CaseKey, EmergencyPart, Escrow, GrantedHalf
from havre.vault.opened import OpenVault

Why = CaseGrant.Why
# How long a grant may last, by its reason.
LONGEST: dict[str, timedelta] = {
    Why.VOLUNTEER: timedelta(days=183),
    Why.INTERPRETER: timedelta(days=31),
    Why.COVER: timedelta(days=31),
    Why.EMERGENCY: timedelta(hours=24),
}
# What may be given of one case to a role that holds no compartment; the others get what their role opens.
GIVABLE: dict[str, frozenset[str]] = {"volunteer": frozenset({C.IDENTITY, C.SOCIAL, C.LEGAL})}


def latest(why: str) -> datetime:
    """The last instant a grant begun now may go to, for this reason."""
    return clock.now() + LONGEST[why]


def givable(user: Any) -> frozenset[str]:
    """The compartments of one case that may be given to this member."""
    return GIVABLE.get(user.role, frozenset(user.rights.compartments))


# --- giving and ending ------------------------------------------------------------------------------------------------


@transaction.atomic
def give(
    case_id: UUID, kinds: Iterable[str], user: Any, *, why: str, until: datetime | None, target: str, by: OpenVault
) -> list[CaseGrant]:
    """Open compartments of one case to one member, until an instant. `by` opens them; `target` is the file's code.

    Raises `RuleBroken` for a person, a compartment or a delay that the tables do not allow, `NotGranted`, `Unsigned`.
    """
    case = _case(case_id, by)
    kinds = list(dict.fromkeys(kinds))
    _check_person(user, kinds, by)
    restricted = why == Why.RESTRICTED
    if restricted != (until is None) or (restricted and case.restricted_at is None):
        raise RuleBroken(_("Say until when."), field="until")
    if until is not None and not clock.now() < until <= clock.now() + LONGEST[why]:
        days = LONGEST[why].days
        raise RuleBroken(_("Choose a day to come, in %(count)s days at most.") % {"count": days}, field="until")
    return [_give(case, kind, user, why, until, target, by) for kind in kinds]


def _give(case: Case, kind: str, user: Any, why: str, until: datetime | None, target: str, by: OpenVault) -> CaseGrant:
    halves = _halves(case, kind, by)
    # The day of a former one may have come without anybody noticing yet.
    for past in CaseGrant.objects.past().filter(case=case, kind=kind, user=user):
        _end(past, by=None, target=target)
    try:
        with transaction.atomic():
            grant = CaseGrant.objects.create(
                case=case,
                kind=kind,
                user=user,
                why=why,
                granted_by=by.user,
                granted_at=clock.now(),
                expires_at=until,
            )
    except IntegrityError:
        raise RuleBroken(_("It is already open to them. End that first, to change it.")) from None
    for version, half in halves.items():
        granting.share_half(case, kind, version, half, by=by, to=grant)
    record("vault.case.granted", by=by.user, target=target, to=user.username, compartment=kind, why=why)
    return grant


def _halves(case: Case, kind: str, by: OpenVault) -> dict[int, bytes]:
    """Every half of one case in one compartment; the first is drawn if nobody wrote there yet. Raises `NotGranted`."""
    by.cases.writing(case.pk, kind)
    mine = CaseGrant.objects.live().filter(case=case, kind=kind, user=by.user)
    boxed = GrantedHalf.objects.filter(grant__in=mine).select_related("grant", "officer")
    halves = {row.version: granting.open_half(row, by) for row in boxed}
    if by.can_open(kind):
        halves |= {row.version: by.cases.half(row) for row in CaseKey.objects.filter(case=case, kind=kind)}
    return halves


@transaction.atomic
def end(grant: CaseGrant, *, target: str, by: OpenVault) -> CaseGrant:
    """End a grant before its day. Twice is once. Raises `NotGranted`, `RuleBroken` for the last one named for a case."""
    case = _case(grant.case_id, by)
    grant = CaseGrant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    if grant.ended_at is not None:
        return grant
    if grant.user_id != by.user.pk and not by.can_open(grant.kind, case.pk):
        raise NotGranted("This grant is not of a case open to this member.")
    if grant.why == Why.RESTRICTED and case.restricted_at is not None:
        others = CaseGrant.objects.live().filter(case=case, kind=grant.kind, why=Why.RESTRICTED).exclude(pk=grant.pk)
        if not others.exists():
            raise RuleBroken(_("They are the last one named: name someone else first, or lift the restriction."))
    _end(grant, by=by.user, target=target)
    by.cases.forget()
    renew(case, by=by)
    return grant


def _end(grant: CaseGrant, *, by: Any, target: str) -> None:
    """The boxes go, and the case has a new version. `by` is None when its day has come."""
    GrantedHalf.objects.filter(grant=grant).delete()
    CaseGrant.objects.filter(pk=grant.pk).update(ended_at=clock.now())
    grant.ended_at = clock.now()
    versions.begin([grant.case_id])
    record(
        "vault.case.grant_ended" if by is not None else "vault.case.grant_expired", by=by, target=target, organisation=grant.case.organisation_id,
        to=grant.user.username, compartment=grant.kind, why=grant.why,
    )  # fmt: skip


def renew(case: Case, *, by: OpenVault) -> None:
    """Draw the halves of the present version in the compartments this member opens, for those it is still granted to."""
    for kind in CaseGrant.objects.live().filter(case=case).values_list("kind", flat=True).distinct():
        if by.can_open(kind) or by.cases.granted(case.pk, kind):
            with transaction.atomic():
                _renew_kind(case, kind, by)


def _renew_kind(case: Case, kind: str, by: OpenVault) -> None:
    mine = CaseGrant.objects.live().filter(case=case, kind=kind, user=by.user).first()
    if mine is not None and mine.why == Why.EMERGENCY:
        return
    if by.can_open(kind, case.pk):
        by.cases.writing(case.pk, kind)


def expire(organisation: Any) -> int:
    """End the grants whose day has come. Needs no key: anybody's sign-in does it, and `manage.py vault replay`."""
    done = 0
    for grant in CaseGrant.objects.past().filter(case__organisation=organisation).select_related("case", "user"):
        with transaction.atomic():
            fresh = CaseGrant.objects.select_for_update(of=("self",)).select_related("case", "user").get(pk=grant.pk)
            if fresh.ended_at is None:
                _end(fresh, by=None, target=f"case:{fresh.case_id}")
                done += 1
    return done


def end_all(user: Any, *, by: Any, accept_loss: bool = False) -> int:
    """A member leaves, or has a new key pair: every case granted to them is closed. Inside the caller's transaction.

    Raises `RuleBroken` when a restricted case would be left with nobody; with `accept_loss`, two officers alone then
    read what is there.
    """
    grants = list(CaseGrant.objects.filter(user=user, ended_at=None).select_related("case", "user"))
    if last_named(user) and not accept_loss:
        raise RuleBroken(_("They are the last one named for a restricted file: name someone else first."))
    for grant in grants:
        _end(grant, by=by, target=f"case:{grant.case_id}")
    return len(grants)


def last_named(user: Any) -> list[UUID]:
    """The restricted cases that nobody else could open any more."""
    mine = CaseGrant.objects.live().filter(user=user, why=Why.RESTRICTED, case__restricted_at__isnull=False)
    return [
        grant.case_id
        for grant in mine
        if not CaseGrant.objects.live()
        .filter(case_id=grant.case_id, kind=grant.kind, why=Why.RESTRICTED, user__is_active=True)
        .exclude(user=user)
        .exists()
    ]


# --- restricting ------------------------------------------------------------------------------------------------------


@transaction.atomic
def restrict(case_ids: Iterable[UUID], named: Mapping[Any, Iterable[str]], *, target: str, by: OpenVault) -> None:
    """Close cases to everyone but those named, each with the compartments that are theirs there.

    Whoever does it is named. What they hold closes now; a compartment they do not hold closes at the next sign-in of
    someone named who does (`resume`). Raises `RuleBroken` when a compartment where something is written would be left
    with nobody, `NotGranted`.
    """
    for case_id in case_ids:
        case = _case(case_id, by)
        if case.restricted_at is not None:
            raise RuleBroken(_("This file is restricted already."))
        wanted = {user: set(kinds) for user, kinds in named.items()}
        wanted.setdefault(by.user, set()).update(by.compartments & set(pending(case.pk)))
        wanted[by.user].add(C.IDENTITY)
        for user, kinds in wanted.items():
            _check_person(user, kinds, by)
        _refuse_orphans(case, wanted)
        Case.objects.filter(pk=case.pk).update(restricted_at=clock.now(), restricted_by=by.user)
        for other in CaseGrant.objects.filter(case=case, ended_at=None).select_related("case", "user"):
            _end(other, by=by.user, target=target)
        for user, kinds in wanted.items():
            for kind in sorted(kinds):
                CaseGrant.objects.create(
                    case=case, kind=kind, user=user, why=Why.RESTRICTED, granted_by=by.user, granted_at=clock.now()
                )
        record("vault.case.restricted", by=by.user, target=target, named=sorted(u.username for u in wanted))
        by.cases.forget()
        case.refresh_from_db()
        for kind in sorted(by.compartments):
            _close(case, kind, by)


def _refuse_orphans(case: Case, wanted: Mapping[Any, set[str]]) -> None:
    closed = {kind for kinds in wanted.values() for kind in kinds}
    labels = dict(C.choices)
    for kind in pending(case.pk):
        if kind not in closed:
            raise RuleBroken(
                _("Name someone for what is written under “%(kind)s” too, or it would be lost.")
                % {"kind": labels[C(kind)]},
                field="named",
            )


def _close(case: Case, kind: str, by: OpenVault) -> None:
    """The halves of one compartment, from under its key to the boxes of those named for the case."""
    rows = list(CaseKey.objects.select_for_update().filter(case=case, kind=kind))
    if not CaseGrant.objects.live().filter(case=case, kind=kind, why=Why.RESTRICTED).exists():
        return
    for row in rows:
        half = by.cases.half(row)
        granting.share_half(case, kind, row.version, half, by=by)
        granting.escrow_half(case, kind, row.version, half)
    CaseKey.objects.filter(pk__in=[row.pk for row in rows]).delete()
    # Holders of the compartment may have kept the old halves: what comes now is closed to them.
    if rows:
        versions.begin([case.pk])
        by.cases.forget()


@transaction.atomic
def lift(case_ids: Iterable[UUID], *, target: str, by: OpenVault) -> None:
    """Open restricted cases again to whoever holds their compartments, by someone named for them. `NotGranted`."""
    for case_id in case_ids:
        case = _case(case_id, by)
        if case.restricted_at is None:
            continue
        if not by.cases.granted(case.pk, C.IDENTITY):
            raise NotGranted("This member is not named for this case.")
        Case.objects.filter(pk=case.pk).update(restricted_at=None, restricted_by=None)
        by.cases.forget()
        record("vault.case.restriction_lifted", by=by.user, target=target)
        # What a compartment writes before its boxes are back under its key has halves of its own.
        versions.begin([case.pk])
        case.refresh_from_db()
        for kind in sorted(by.compartments):
            _reopen(case, kind, by)


def _reopen(case: Case, kind: str, by: OpenVault) -> None:
    """The halves of one compartment, from the boxes back under its key."""
    mine = CaseGrant.objects.live().filter(case=case, kind=kind, user=by.user, why=Why.RESTRICTED)
    halves = GrantedHalf.objects.filter(grant__in=mine).select_related("grant", "officer")
    for row in halves:
        by.cases.wrap(case, kind, row.version, granting.open_half(row, by))
    if halves:
        named = CaseGrant.objects.filter(case=case, kind=kind, why=Why.RESTRICTED, ended_at=None)
        GrantedHalf.objects.filter(grant__in=named).delete()
        named.update(ended_at=clock.now())
        Escrow.objects.filter(case=case, kind=kind).delete()
        by.cases.forget()


def pending(case_id: UUID) -> list[str]:
    """The compartments under whose key something of a case lies: of a restricted one, someone named has to sign in."""
    return sorted(CaseKey.objects.filter(case_id=case_id).values_list("kind", flat=True).distinct())


# --- at sign-in -------------------------------------------------------------------------------------------------------


def resume(vault: OpenVault) -> None:
    """What waits for a key this member holds: restrictions to finish, new versions to share, boxes for officers."""
    organisation = vault.user.organisation_id
    expire(vault.user.organisation)
    lapsed = EmergencyPart.objects.filter(emergency__answer_before__lte=clock.now())
    lapsed.filter(emergency__case__organisation_id=organisation).delete()
    kinds = sorted(vault.compartments)
    mine = CaseGrant.objects.live().filter(user=vault.user, why=Why.RESTRICTED, case__organisation_id=organisation)
    for grant in mine.select_related("case"):
        if grant.kind not in kinds:
            continue
        if grant.case.restricted_at is not None and CaseKey.objects.filter(case=grant.case, kind=grant.kind).exists():
            with transaction.atomic():
                _close(_case(grant.case_id, vault), grant.kind, vault)
        elif grant.case.restricted_at is None:
            with transaction.atomic():
                _reopen(_case(grant.case_id, vault), grant.kind, vault)
    shared = CaseGrant.objects.live().filter(case__organisation_id=organisation, kind__in=kinds)
    has_it = GrantedHalf.objects.filter(grant=OuterRef("pk"), version=OuterRef("case__version"))
    behind = shared.exclude(why=Why.EMERGENCY).exclude(Exists(has_it))
    for case in Case.objects.filter(pk__in=behind.values("case_id")):
        renew(case, by=vault)
    for kind in kinds:
        granting.escrow_compartment(*vault.compartment_key(kind))


# --- checks -----------------------------------------------------------------------------------------------------------


def _case(case_id: UUID, by: OpenVault) -> Case:
    """The case, locked. Raises `NotGranted` for another organisation's."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id, organisation_id=by.user.organisation_id)
    found = case.first()
    if found is None:
        raise NotGranted("This case is not of this member's organisation.")
    return found


def _check_person(user: Any, kinds: Iterable[str], by: OpenVault) -> None:
    if user.organisation_id != by.user.organisation_id or not user.is_active:
        raise RuleBroken(_("Choose a member of your organisation."), field="user")
    if not kinds:
        raise RuleBroken(_("Choose at least one compartment."), field="kinds")
    if not set(kinds) <= givable(user):
        raise RuleBroken(_("Their role does not open this compartment, even for one file."), field="kinds")
