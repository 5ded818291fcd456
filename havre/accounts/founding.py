"""Founding an organisation: its members, their keys, its compartments, in one sitting around one table.

The first two members are the officers who vouch for the others. Each types their own passphrase; nobody else sees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from havre.accounts.models import FoundingCode, Organisation, User
from havre.accounts.permissions import ROLES, Permission, Role
from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, server, signatures
from havre.vault.fields import Compartment
from havre.vault.keys import check_strength
from havre.vault.opened import OpenVault
from havre.vault.printed import Printed, personal_code


@dataclass(frozen=True)
class NewMember:
    """Someone who will work there."""

    username: str
    display_name: str
    role: str
    passphrase: str = field(repr=False)
    language: str = "fr"


@dataclass(frozen=True)
class Founded:
    """What a founding gives. `codes` are the printed personal codes by user name, shown once and kept nowhere."""

    organisation: Organisation
    users: dict[str, User]
    vault: OpenVault
    codes: dict[str, str] = field(repr=False)
    # A recovery paper for each compartment that one person alone holds.
    papers: list[Printed] = field(repr=False, default_factory=list)


def may_be_officer(role: str) -> bool:
    """An officer works on the page of the members: a role that sees it."""
    return bool({Permission.MEMBERS_VIEW, Permission.ACCESS_GIVE} & ROLES[role].permissions)


@transaction.atomic
def found_organisation(organisation: Organisation, members: list[NewMember]) -> Founded:
    """Save the organisation and make everything it needs to open its first alert. The first two are its officers.

    A compartment is created for the roles that are there: the officer draws its key and keeps it only if their own
    role opens it, so psychology belongs to the psychologist alone. One that a single person holds is given a
    recovery paper. Raises `RuleBroken`.
    """
    for member in members:
        check_strength(member.passphrase)
        if member.role not in Role.values:
            raise RuleBroken(_("Choose a role of the list."), field="role")
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", member.username):
            raise RuleBroken(_("A user name has small letters, digits, dots and hyphens."), field="username")
    if not ROLES[members[0].role].compartments:
        raise RuleBroken(
            _("The first member vouches for the others and opens compartments: a coordinator, usually."), field="role"
        )
    if len(members) < 2:
        raise RuleBroken(_("Two officers found an organisation: one alone could neither leave nor lose their key."))
    if not may_be_officer(members[1].role):
        raise RuleBroken(_("The second officer has a role that sees the members and their access."), field="role")
    try:
        organisation.full_clean(exclude=None if organisation.founded_year else {"founded_year"})
    except ValidationError as fault:
        raise RuleBroken(" ".join(fault.messages)) from None
    organisation.save(force_insert=True)
    users = {member.username: _user(organisation, member) for member in members}
    opened = ceremonies.found([(users[member.username], member.passphrase) for member in members[:2]])
    vault = opened[0][0]
    codes = {member.username: code for member, (_vault, code) in zip(members, opened, strict=False)}
    for member in members[2:]:
        codes[member.username] = ceremonies.enrol(users[member.username], member.passphrase, officer=vault)
    papers = []
    for kind in Compartment.values:
        holders = [user for user in users.values() if kind in user.rights.compartments]
        if holders:
            _made, paper = ceremonies.create_compartment(kind, officer=vault, members=holders)
            papers += [paper] if paper else []
    return Founded(organisation, users, vault, codes, papers)


def _user(organisation: Organisation, member: NewMember) -> User:
    if User.objects.filter(username=member.username).exists():
        raise RuleBroken(_("This user name is taken."), field="username")
    return User.objects.create(
        username=member.username, display_name=member.display_name, organisation=organisation, role=member.role,
        language=member.language,
    )  # fmt: skip


# --- on screen ----------------------------------------------------------------------------------------------------------

CODE_LIVES = timedelta(hours=1)
PURPOSE = "founding"


@transaction.atomic
def open_founding(*, by: User | None) -> str:
    """On the server's terminal: a one-time code that opens the founding page for an hour. Returns it; kept hashed."""
    code = personal_code()[:19]
    FoundingCode.objects.all().delete()
    FoundingCode.objects.create(keyed_hash=_hashed(code), made_at=clock.now())
    record("accounts.founding.opened", by=by)
    return code


def _hashed(code: str) -> str:
    return server.keyed_hash(signatures.typed(code), PURPOSE)


def living_codes() -> QuerySet[FoundingCode]:
    """The code that was drawn less than an hour ago and not used. Without one, the page does not exist."""
    return FoundingCode.objects.filter(used_at=None, made_at__gt=clock.now() - CODE_LIVES)


@transaction.atomic
def found_by_code(
    code: str, organisation: Organisation, members: list[NewMember], *, by: User | None = None
) -> Founded:
    """Found with the one-time code, which is used up in the same transaction: killed before its end, it still works.

    Raises `RuleBroken` for a code that is wrong, used or too old.
    """
    living = living_codes().select_for_update().filter(keyed_hash=_hashed(code)).first()
    if living is None:
        raise RuleBroken(_("This code is wrong, used or too old. Draw another on the server."), field="code")
    founded = found_organisation(organisation, members)
    FoundingCode.objects.filter(pk=living.pk).update(used_at=clock.now())
    return founded
