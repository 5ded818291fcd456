"""Who works here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, QuerySet

from havre.accounts.models import User
from havre.vault.fields import Compartment
from havre.vault.models import CompartmentKey, Grant, MemberKey
from havre.vault.officers import officers_of


def members_of(user: User) -> QuerySet[User]:
    """The colleagues of one's organisation, with the compartments granted to each."""
    grants = Grant.objects.filter(compartment__retired_at=None).select_related("compartment")
    return (
        User.objects.filter(organisation=user.organisation)
        .prefetch_related(Prefetch("grants", grants))
        .order_by("-is_active", "role", "display_name")
    )


def is_officer(user: User) -> bool:
    """Does this member hold a signing key that was not withdrawn? Their vault still has to be open."""
    return user.is_active and hasattr(user, "officer_key")


def officer_ids(user: User) -> set[UUID]:
    """Who the officers of one's organisation are."""
    return set(officers_of(user.organisation).values_list("user_id", flat=True))


def compartments_to_create(user: User) -> list[tuple[str, list[User]]]:
    """The compartments that do not exist yet, with the active members whose role opens them."""
    made = set(CompartmentKey.objects.filter(organisation=user.organisation).values_list("kind", flat=True))
    active = User.objects.filter(organisation=user.organisation, is_active=True, member_key__isnull=False)
    members = list(active.select_related("member_key__officer").order_by("display_name"))
    first = [(kind, [m for m in members if kind in m.rights.compartments]) for kind in Compartment.values]
    return [(kind, holders) for kind, holders in first if kind not in made]


def second_factors(user: User) -> list[str]:
    """The kinds of second factor a member has set."""
    return list(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def code_checked_at(user: User) -> datetime | None:
    """When this member typed their printed code back; None when they have not yet."""
    return MemberKey.objects.filter(user=user).values_list("code_checked_at", flat=True).first()
