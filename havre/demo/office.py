"""The invented team founded: organisations, members, keys and compartments, by the same ceremonies as anybody's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from havre.accounts.founding import NewMember, found_organisation
from havre.accounts.models import Organisation, User
from havre.core import clock
from havre.demo.accounts import Account, draw_passphrase
from havre.demo.plan.team import FOUNDED, MAIN_NAME, MAIN_SLUG, PARTNER_NAME, PARTNER_SLUG, TEAM, Member
from havre.vault import sessions
from havre.vault.opened import OpenVault
from havre.vault.papers import check_paper_code
from havre.vault.printed import Printed

# Beside the coordinator: the head of the social unit; the lawyer of the partner.
SECOND_OFFICERS = ("social_1", "partner_lawyer")
ZONE = ZoneInfo("Europe/Paris")
FOUNDING_DAY = datetime(FOUNDED, 6, 1, 10, 0, tzinfo=ZONE)


@dataclass
class Office:
    """One organisation at work: its members by the plan's keys, and the vaults that write."""

    organisation: Organisation
    users: dict[str, User] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    # The coordinator writes for the team: what is sealed does not say by whom, the record beside it does.
    vault: OpenVault = field(init=False)
    psychology: OpenVault | None = None


def found_offices() -> tuple[Office, Office]:
    """The main organisation and its partner, with everybody enrolled and granted what their role opens."""
    with clock.travel(FOUNDING_DAY):
        main = Organisation(name=MAIN_NAME, slug=MAIN_SLUG, founded_year=FOUNDED)
        partner = Organisation(name=PARTNER_NAME, slug=PARTNER_SLUG, kind=Organisation.Kind.PARTNER, founded_year=2004)
        return (
            _found(main, [member for member in TEAM if not member.partner]),
            _found(partner, [member for member in TEAM if member.partner]),
        )


def _found(organisation: Organisation, members: list[Member]) -> Office:
    office = Office(organisation)
    # The two officers come first and vouch for the others; psychology stays closed to them all the same.
    around_the_table = sorted(members, key=lambda m: (m.role != "coordinator", m.key not in SECOND_OFFICERS))
    passphrases = {member.key: draw_passphrase() for member in members}
    founded = found_organisation(
        organisation,
        [NewMember(m.username, m.display_name, m.role, passphrases[m.key], m.language) for m in around_the_table],
    )
    office.vault = founded.vault
    office.users = {member.key: founded.users[member.username] for member in members}
    codes = {member.key: founded.codes[member.username] for member in members}
    vaults = {founded.vault.user.pk: founded.vault}
    for member in members:
        user = office.users[member.key]
        if member.role == "psychologist" or any(each.paper.made_by_id == user.pk for each in founded.papers):
            vaults.setdefault(user.pk, _opened(user, passphrases[member.key]))
        if member.role == "psychologist":
            office.psychology = vaults[user.pk]
    papers = _typed_back(founded.papers, vaults)
    office.accounts = [
        Account(
            m.role, m.username, m.display_name, passphrases[m.key], organisation.slug, codes[m.key],
            papers.get(office.users[m.key].pk, {}),
        )
        for m in members
    ]  # fmt: skip
    return office


def _opened(user: User, passphrase: str) -> OpenVault:
    private = sessions.unlock(user, passphrase)
    if private is None:
        raise RuntimeError("A member of the demonstration cannot sign in.")
    return OpenVault(user, private)


def _typed_back(papers: list[Printed], vaults: dict[UUID, OpenVault]) -> dict[UUID, dict[str, str]]:
    """The paper keys of the compartments that one person alone holds, checked by their holder: user id → kind → code."""
    kept: dict[UUID, dict[str, str]] = {}
    for each in papers:
        holder = vaults[each.paper.made_by_id]
        check_paper_code(each.code, by=holder)
        kept.setdefault(holder.user.pk, {})[each.paper.kind] = each.code
    return kept
