"""Which second factor each role must have. One table; the middleware, the pages and the documentation read it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havre.accounts.models import User
from havre.accounts.permissions import Role, View
from havre.core.errors import RuleBroken

KIND = Authenticator.Type


class Need(TextChoices):
    """What a role must have beside its passphrase."""

    ANY = "any", gettext_lazy("an authenticator application or a security key")
    KEY = "key", gettext_lazy("a security key")


# A code can be drawn out of somebody by a false sign-in page; a security key answers to the true address only. It is
# asked of the roles that let others in. HAVRE_FACTORS says otherwise, role by role (docs/how-to/run-your-own.md).
REQUIRED: dict[str, Need] = {
    Role.RECEPTION: Need.ANY,
    Role.SOCIAL_WORKER: Need.ANY,
    Role.LAWYER: Need.ANY,
    Role.PSYCHOLOGIST: Need.ANY,
    Role.COORDINATOR: Need.KEY,
    Role.DATA_OFFICER: Need.ANY,
    Role.VOLUNTEER: Need.ANY,
    Role.ADMINISTRATOR: Need.KEY,
}
_ANSWERS: dict[Need, frozenset[str]] = {
    Need.ANY: frozenset({KIND.TOTP, KIND.WEBAUTHN}),
    Need.KEY: frozenset({KIND.WEBAUTHN}),
}
FEW_CODES = 3


def needed(role: str) -> Need:
    """What this role must have, here."""
    return Need(settings.HAVRE_FACTORS.get(role, REQUIRED[role]))


def check_settings(said: Iterable[tuple[str, str]]) -> None:
    """Raise `ImproperlyConfigured` for a role or a factor that does not exist: it would change nothing, silently."""
    for role, need in said:
        if role not in Role.values or need not in Need.values:
            raise ImproperlyConfigured(
                f"HAVRE_FACTORS says {role}:{need}; write <role>:<any or key>, with a role among {', '.join(Role.values)}."
            )


def satisfied(user: User) -> bool:
    """Has this member the factor their role must have?"""
    return Authenticator.objects.filter(user=user, type__in=_ANSWERS[needed(user.role)]).exists()


def key_only(user: User) -> bool:
    """Does this member sign in with a security key, and no code of an application?"""
    return needed(user.role) == Need.KEY and satisfied(user)


def codes_left(user: User) -> int | None:
    """How many recovery codes are left; None when there are none to count."""
    codes = Authenticator.objects.filter(user=user, type=KIND.RECOVERY_CODES).first()
    return len(codes.wrap().get_unused_codes()) if codes else None


def is_last(user: User, kind: str, pk: int | None = None) -> bool:
    """Would the member be without what their role must have, if this factor were taken off?"""
    if not settings.HAVRE_SECOND_FACTOR:
        return False
    answers = Authenticator.objects.filter(user=user, type__in=_ANSWERS[needed(user.role)])
    gone = {"pk": pk} if pk is not None else {"type": kind}
    return answers.exists() and not answers.exclude(**gone).exists()


def is_only_key(user: User) -> bool:
    """Has this member one security key, that may not be taken off?"""
    keys = list(Authenticator.objects.filter(user=user, type=KIND.WEBAUTHN).values_list("pk", flat=True)[:2])
    return len(keys) == 1 and is_last(user, KIND.WEBAUTHN, keys[0])


def keeping_the_last(kind: str) -> Any:
    """For the pages that take a factor off: the last one that the role must have stays."""

    def decorate(view: View) -> View:
        @wraps(view)
        @transaction.atomic
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Locked: of two factors taken off at the same moment in two windows, the second is the last.
            user = User.objects.select_for_update().get(username=request.user.get_username())
            if is_last(user, kind, kwargs.get("pk")):
                raise RuleBroken(
                    _("This is the factor your role must have. Add another one first, then take this one off.")
                )
            return view(request, *args, **kwargs)

        return guarded

    return decorate
