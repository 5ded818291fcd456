"""Who works here."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, QuerySet

from havre.accounts.models import User
from havre.vault.models import Grant, MemberKey


def members_of(user: User) -> QuerySet[User]:
    """The colleagues of one's organisation, with the compartments granted to each."""
    grants = Grant.objects.filter(compartment__retired_at=None).select_related("compartment")
    return (
        User.objects.filter(organisation=user.organisation)
        .prefetch_related(Prefetch("grants", grants))
        .order_by("-is_active", "role", "display_name")
    )


def second_factors(user: User) -> list[str]:
    """The kinds of second factor a member has set."""
    return list(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def code_checked_at(user: User) -> datetime | None:
    """When this member typed their printed code back; None when they have not yet."""
    return MemberKey.objects.filter(user=user).values_list("code_checked_at", flat=True).first()
