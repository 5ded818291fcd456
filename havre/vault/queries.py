"""Who may know of which case, who opens it, and which emergency requests wait for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from havre.core import clock
from havre.vault.models import Case, CaseGrant, Emergency, Grant


def hidden_from(user: Any) -> QuerySet[Case, Any]:
    """The restricted cases that this member is not named for, nor was ever given: to them, they do not exist."""
    return (
        Case.objects.filter(organisation_id=user.organisation_id, restricted_at__isnull=False)
        .exclude(pk__in=given_to(user))
        .values("pk")
    )


def given_to(user: Any) -> QuerySet[CaseGrant, Any]:
    """The cases granted to this member, whatever the reason."""
    return CaseGrant.objects.live().filter(user=user).values("case_id")


def grants_of(case_id: UUID) -> QuerySet[CaseGrant]:
    """The grants of a case that count now, with who has them and who gave them."""
    live = CaseGrant.objects.live().filter(case_id=case_id)
    return live.select_related("user", "granted_by", "emergency").order_by("granted_at", "user__display_name", "kind")


def holders(organisation_id: UUID) -> dict[str, int]:
    """How many members hold each compartment today."""
    held = Grant.objects.filter(
        compartment__organisation_id=organisation_id, compartment__retired_at=None, user__is_active=True
    )
    rows = held.values("compartment__kind").annotate(n=Count("pk")).order_by()
    return {row["compartment__kind"]: row["n"] for row in rows}


# --- emergency access --------------------------------------------------------------------------------------------------


def emergencies_of(user: Any) -> QuerySet[Emergency]:
    """The emergency requests of one's organisation, newest first."""
    return (
        Emergency.objects.filter(case__organisation_id=user.organisation_id)
        .select_related("asked_by", "answered_by", "grant")
        .order_by("-asked_at")
    )


def waiting_for(user: Any) -> QuerySet[Emergency]:
    """Those that this member can answer now: asked by another officer, with a part boxed for them."""
    waiting = emergencies_of(user).filter(answered_at=None, answer_before__gt=clock.now(), parts__officer__user=user)
    return waiting.exclude(asked_by=user).distinct()
