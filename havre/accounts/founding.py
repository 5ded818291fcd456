"""Founding an organisation: its members, their keys, its compartments, in one sitting around one table.

The first member is the officer who vouches for the others. Each types their own passphrase; nobody else sees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import ROLES, Role
from havre.core.errors import RuleBroken
from havre.vault import ceremonies
from havre.vault.fields import Compartment
from havre.vault.keys import check_strength
from havre.vault.opened import OpenVault


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


@transaction.atomic
def found_organisation(organisation: Organisation, members: list[NewMember]) -> Founded:
    """Save the organisation and make everything it needs to open its first alert. The first member is the officer.

    A compartment is created for the roles that are there: the officer draws its key and keeps it only if their own
    role opens it, so psychology belongs to the psychologist alone. Raises `RuleBroken`.
    """
    officer, *others = members
    for member in members:
        check_strength(member.passphrase)
        if member.role not in Role.values:
            raise RuleBroken(_("Choose a role of the list."), field="role")
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", member.username):
            raise RuleBroken(_("A user name has small letters, digits, dots and hyphens."), field="username")
    if not ROLES[officer.role].compartments:
        raise RuleBroken(
            _("The first member vouches for the others and opens compartments: a coordinator, usually."), field="role"
        )
    try:
        organisation.full_clean(exclude=None if organisation.founded_year else {"founded_year"})
    except ValidationError as fault:
        raise RuleBroken(" ".join(fault.messages)) from None
    organisation.save(force_insert=True)
    users = {member.username: _user(organisation, member) for member in members}
    vault, code = ceremonies.found(users[officer.username], officer.passphrase)
    codes = {officer.username: code}
    for member in others:
        codes[member.username] = ceremonies.enrol(users[member.username], member.passphrase, officer=vault)
    for kind in Compartment.values:
        holders = [user for user in users.values() if kind in user.rights.compartments]
        if holders:
            ceremonies.create_compartment(kind, officer=vault, members=holders)
    return Founded(organisation, users, vault, codes)


def _user(organisation: Organisation, member: NewMember) -> User:
    if User.objects.filter(username=member.username).exists():
        raise RuleBroken(_("This user name is taken."), field="username")
    return User.objects.create(
        username=member.username, display_name=member.display_name, organisation=organisation, role=member.role,
        language=member.language,
    )  # fmt: skip
