"""What members change about themselves."""

from __future__ import annotations

import re

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission, Role, check
from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, keys, rotation
from havre.vault.models import Grant
from havre.vault.opened import OpenVault


@transaction.atomic
def set_preferences(user: User, *, language: str | None = None, theme: str | None = None, by: User) -> User:
    """Keep the member's language and theme. Unknown values are ignored."""
    languages, themes = dict(User._meta.get_field("language").choices), dict(User._meta.get_field("theme").choices)  # type: ignore[arg-type]
    if language is not None and language in languages:
        user.language = language
    if theme is not None and theme in themes:
        user.theme = theme
    user.save(update_fields=["language", "theme"])
    record("accounts.preferences.changed", by=by, target=user.username, language=user.language, theme=user.theme)
    return user


def end_browsers(user: User, *, but: str = "") -> None:
    """Sign a member out of every browser, the session `but` excepted. Their vaults are closed by the vault itself."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        session.end()


USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@transaction.atomic
def invite(
    *, username: str, display_name: str, role: str, passphrase: str, by: User, vault: OpenVault
) -> tuple[User, str]:
    """A newcomer types their own passphrase beside an officer: an account with keys, and no compartment yet.

    `vault` is the officer's. Returns the member and their printed code, shown once. Raises `RuleBroken` for a name
    that is taken or a weak passphrase, `NotGranted` when `by` is not an officer.
    """
    check(by, Permission.MEMBERS_VIEW)
    vault.signing_seed()
    keys.check_strength(passphrase, field="new")
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise RuleBroken(_("Letters without accents, digits, dots and dashes only."), field="username")
    if User.objects.filter(username=username).exists():
        raise RuleBroken(_("This user name is taken."), field="username")
    user = User.objects.create(
        username=username,
        display_name=display_name,
        organisation=by.organisation,
        role=Role(role),
        language=by.language,
    )
    return user, ceremonies.enrol(user, passphrase, officer=vault)


@transaction.atomic
def give_access(member: User, kind: str, *, by: User, vault: OpenVault) -> Grant:
    """Open a compartment one holds to a colleague whose role opens it. Raises `RuleBroken` with the reason."""
    check(by, Permission.ACCESS_GIVE)
    if not member.is_active or kind not in member.rights.compartments:
        raise RuleBroken(_("Their role does not open this compartment."))
    if Grant.objects.filter(user=member, compartment__kind=kind, compartment__retired_at=None).exists():
        raise RuleBroken(_("It is already open to them."))
    return ceremonies.grant(kind, member, by=vault)


@transaction.atomic
def withdraw_access(member: User, kind: str, *, by: User, vault: OpenVault) -> None:
    """An officer closes a compartment to a colleague; those who stay get a new key."""
    check(by, Permission.MEMBERS_VIEW)
    rotation.withdraw(kind, member, by=vault)
    end_browsers(member)


@transaction.atomic
def let_go(member: User, *, by: User, vault: OpenVault) -> None:
    """A member leaves: closed at once, everywhere; their compartments get a new key."""
    check(by, Permission.MEMBERS_VIEW)
    rotation.leave(member, by=vault)
    end_browsers(member)
