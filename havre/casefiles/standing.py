"""How a member stands to a file: in charge of it, with a task there, given it, named for it, or none of these.

Worked out once a request, when the file is found: it says what the member may do there, and why, in the access log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.models import Event
from havre.casefiles.models import File, Task
from havre.core import clock, codelists
from havre.vault.fields import Compartment as C
from havre.vault.models import CaseGrant, Emergency
from havre.vault.opened import Vault

# Whoever holds one of these sees some file: all but the restricted ones, or those granted one by one.
READS = (P.FILE_VIEW, P.FILE_GIVEN, P.EMERGENCY)
NOT_IN_CHARGE = "not_in_charge"
# A reason that was said counts for what is opened next, in the same file.
SAID_FOR = timedelta(hours=1)
Why = CaseGrant.Why


@dataclass(frozen=True)
class Standing:
    """What one member is to one file."""

    # A code for the log; empty when they are not in charge and said nothing yet.
    why: str
    grants: tuple[CaseGrant, ...]
    restricted: bool
    # Sees files by role, not one by one.
    team: bool

    @property
    def given_only(self) -> bool:
        """Sees this file because it was given, and nothing else of the house."""
        return not self.team

    @property
    def emergency(self) -> CaseGrant | None:
        """The emergency access that counts now; the first to end of several."""
        open_now = [grant for grant in self.grants if grant.why == Why.EMERGENCY]
        return min(open_now, key=lambda grant: grant.expires_at or clock.now(), default=None)

    @property
    def reads_only(self) -> bool:
        """Is emergency access all that shows this file to them?"""
        return (self.restricted or self.given_only) and all(g.why == Why.EMERGENCY for g in self.grants)

    @property
    def until(self) -> datetime | None:
        """Until when the file was given."""
        days = [g.expires_at for g in self.grants if g.why not in {Why.EMERGENCY, Why.RESTRICTED} and g.expires_at]
        return max(days, default=None)

    def writes(self, vault: Vault, file: File) -> frozenset[str]:
        """The compartments of this file they may write in: those they open, emergency access excepted."""
        only_read = {grant.kind for grant in self.grants if grant.why == Why.EMERGENCY}
        return opened_kinds(vault, file.person.case_id) - only_read


def stand(file: File, user: User) -> Standing:
    """How this member stands to this file; `file.periods` should be prefetched."""
    case = file.person.case
    grants = tuple(CaseGrant.objects.live().filter(case=case, user=user).order_by("granted_at"))
    return Standing(
        why=_in_charge(file, user) or _given(grants) or _said(file, user),
        grants=grants,
        restricted=case.restricted_at is not None,
        team=user.can(P.FILE_VIEW),
    )


def why(file: File, user: User) -> str:
    """The code that the log keeps of why this member opens something of this file."""
    return stand(file, user).why or NOT_IN_CHARGE


def opened_kinds(vault: Vault, case_id: UUID) -> frozenset[str]:
    """The compartments of one case that this vault opens."""
    return frozenset(kind for kind in C.values if vault.can_open(kind, case_id))


def _in_charge(file: File, user: User) -> str:
    for period in file.periods.all():
        if period.closed_on is None and period.in_charge_id == user.pk:
            return f"in_charge_{period.unit}"
    return "task" if Task.objects.filter(file=file, who=user, done_at=None).exists() else ""


def _given(grants: tuple[CaseGrant, ...]) -> str:
    """The reason of a grant; emergency last, since it opens the least."""
    reasons = sorted((grant.why for grant in grants), key=lambda each: each == Why.EMERGENCY)
    return reasons[0] if reasons else ""


def _said(file: File, user: User) -> str:
    """The reason they said for this file a moment ago."""
    told = Event.objects.filter(
        target=file.person.code, organisation_id=user.organisation_id, actor_id=user.pk, kind="vault.read",
        at__gt=clock.now() - SAID_FOR, detail__why__in=list(codelists.get("open_reason")),
    )  # fmt: skip
    last = told.order_by("-number").first()
    return str(last.detail["why"]) if last is not None else ""


def reasons() -> list[tuple[str, str]]:
    """What someone who is not in charge may say, in their language."""
    known = codelists.get("open_reason")
    return [(code, known.label(code)) for code in known.active()]


def is_outside(code: str) -> bool:
    """Does the log mark it: someone neither in charge, nor with a task, nor given the file?"""
    return code == NOT_IN_CHARGE or code in codelists.get("open_reason")


def in_words(code: str) -> str:
    """Why, as the access log says it; nothing for a code that is no reason."""
    if code in codelists.get("open_reason"):
        return codelists.get("open_reason").label(code)
    if code.startswith("in_charge_"):
        return _("in charge: %(unit)s") % {"unit": codelists.get("unit").label(code.removeprefix("in_charge_"))}
    labels: dict[str, Any] = {**dict(Why.choices), **dict(Emergency.Why.choices)}
    labels |= {"task": _("has a task here"), "search": _("searched for a name"), NOT_IN_CHARGE: _("no reason said")}
    return str(labels.get(code, ""))
