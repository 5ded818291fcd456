"""What members change about themselves, and what officers change about members."""

from __future__ import annotations

import re

from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.founding import may_be_officer
from havre.accounts.models import Organisation, User
from havre.accounts.permissions import ROLES, Permission, Role, check
from havre.accounts.queries import compartments_to_create, is_officer
from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, keys, officers, rotation, sessions
from havre.vault.models import Grant, OfficerNaming
from havre.vault.opened import OpenVault
from havre.vault.printed import Printed


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


def _check_officer(by: User) -> None:
    if not is_officer(by):
        raise PermissionDenied("This member is not an officer.")


USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@transaction.atomic
def invite(
    *, username: str, display_name: str, role: str, passphrase: str, by: User, vault: OpenVault
) -> tuple[User, str]:
    """A newcomer types their own passphrase beside an officer: an account with keys, and no compartment yet.

    `vault` is the officer's. Returns the member and their printed code, shown once. Raises `RuleBroken` for a name
    that is taken or a weak passphrase, `NotGranted` when `by` is not an officer.
    """
    _check_officer(by)
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
    _check_officer(by)
    rotation.withdraw(kind, member, by=vault)
    end_browsers(member)


@transaction.atomic
def let_go(member: User, *, by: User, vault: OpenVault) -> None:
    """A member leaves: closed at once, everywhere; their compartments get a new key."""
    _check_officer(by)
    rotation.leave(member, by=vault)
    end_browsers(member)


@transaction.atomic
def change_role(member: User, role: str, *, by: User, vault: OpenVault) -> User:
    """Another role for a colleague: their browsers are closed, and the compartments it does not open, with a new key.

    Raises `RuleBroken`; `PermissionDenied` when `by` is not an officer.
    """
    _check_officer(by)
    member = User.objects.select_for_update(of=("self",)).get(pk=member.pk, organisation=by.organisation)
    if member.pk == by.pk:
        raise RuleBroken(_("Another officer has to do this."))
    if not member.is_active or role == member.role:
        raise RuleBroken(_("They left, or have this role already."), field="role")
    if is_officer(member) and not may_be_officer(role):
        raise RuleBroken(
            _("They are an officer, and this role does not see the members. Withdraw it first."), field="role"
        )
    for compartment in list(rotation.held_by(member)):
        if compartment.kind not in ROLES[role].compartments:
            rotation.withdraw(compartment.kind, member, by=vault)
    if not may_be_officer(role):
        OfficerNaming.objects.filter(user=member).delete()
    member.role = Role(role)
    member.save(update_fields=["role"])
    sessions.end_all(member)
    end_browsers(member)
    record("accounts.role.changed", by=by, target=member.username, role=role)
    return member


@transaction.atomic
def propose_officer(member: User, *, by: User, vault: OpenVault) -> OfficerNaming:
    """An officer names a colleague whose role sees the members. Raises `RuleBroken`."""
    _check_officer(by)
    if not may_be_officer(member.role):
        raise RuleBroken(_("An officer works on the page of the members: this role does not see it."))
    return officers.name_officer(member, by=vault)


@transaction.atomic
def new_key_pair(
    member: User, passphrase: str, *, by: User, vault: OpenVault, accept_loss: bool = False
) -> tuple[str, list[Printed]]:
    """A colleague who lost passphrase and printed code has a new key, in person. Raises `RuleBroken`."""
    _check_officer(by)
    made = keys.new_pair(member, passphrase, by=vault, accept_loss=accept_loss)
    end_browsers(member)
    return made


@transaction.atomic
def late_compartment(kind: str, *, by: User, vault: OpenVault) -> Printed | None:
    """A compartment whose roles were absent at the founding, for everybody whose role opens it.

    Returns the paper key when they are alone. Raises `RuleBroken` when it exists, or nobody's role opens it.
    """
    _check_officer(by)
    Organisation.objects.select_for_update().get(pk=by.organisation_id)  # two officers at once: one after the other
    holders = dict(compartments_to_create(by)).get(kind)
    if not holders:
        raise RuleBroken(_("It exists already, or nobody’s role opens it yet: invite someone first."), field="kind")
    _made, paper = ceremonies.create_compartment(kind, officer=vault, members=holders)
    vault.forget()
    return paper
