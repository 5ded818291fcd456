"""An organisation with one member of each role, real keys, and open vaults."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client

from havre.accounts.cookies import cookie_name
from havre.accounts.models import Organisation, User
from havre.accounts.permissions import ROLES, Role
from havre.vault import ceremonies, papers, sessions
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault

PASSPHRASE = "seven slow barges upstream"
OFFICERS = (Role.COORDINATOR.value, Role.ADMINISTRATOR.value)


@dataclass
class House:
    """One organisation. `house.user("lawyer")`, `house.vault("lawyer")`, `house.client("lawyer")`."""

    organisation: Organisation
    members: dict[str, User] = field(default_factory=dict)
    vaults: dict[str, OpenVault] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)

    def user(self, role: str) -> User:
        """The member of this role."""
        return self.members[role]

    def vault(self, role: str) -> OpenVault:
        """The vault of the member of this role, kept open: for services. One object, as in one request."""
        if role not in self.vaults:
            self.vaults[role] = self.fresh_vault(role)
        return self.vaults[role]

    def fresh_vault(self, role: str) -> OpenVault:
        """A vault just opened with the passphrase: nothing cached."""
        user = User.objects.select_related("organisation").get(pk=self.members[role].pk)
        private = sessions.unlock(user, PASSPHRASE)
        assert private is not None
        return OpenVault(user, private)

    def client(self, role: str) -> Client:
        """A browser signed in as this member, vault open."""
        return sign_in(self.members[role])


def found_organisation(slug: str = "havre", roles: tuple[str, ...] = tuple(Role.values)) -> House:
    """Found an organisation: coordinator and administrator are its officers, each compartment goes to its roles.

    Everybody's passphrase is `PASSPHRASE`; user names are `<slug>.<role>`. Where one person alone holds a
    compartment, its paper key was typed back: `house.papers` has the codes.
    """
    house = House(Organisation.objects.create(name=slug.title(), slug=slug))
    for role in dict.fromkeys((*OFFICERS, *roles)):
        house.members[role] = User.objects.create(
            username=f"{slug}.{role}",
            display_name=f"{role.replace('_', ' ').title()} of {slug.title()}",
            organisation=house.organisation,
            role=role,
            language="en",
        )
    (officer, _code), _second = ceremonies.found([(house.members[role], PASSPHRASE) for role in OFFICERS])
    for role, user in house.members.items():
        if role not in OFFICERS:
            ceremonies.enrol(user, PASSPHRASE, officer=officer)
    for kind in Compartment.values:
        holders = [user for role, user in house.members.items() if kind in ROLES[role].compartments]
        if holders:
            _made, paper = ceremonies.create_compartment(kind, officer=officer, members=holders)
            if paper is not None:
                house.papers[kind] = paper.code
                papers.check_paper_code(paper.code, by=house.fresh_vault(holders[0].role))
    return house


def add_member(house: House, role: str, username: str) -> User:
    """One more member of a role, with keys and the compartments of the role."""
    user = User.objects.create(
        username=username, display_name=username.title(), organisation=house.organisation, role=role, language="en"
    )
    ceremonies.enrol(user, PASSPHRASE, officer=house.fresh_vault(Role.COORDINATOR))
    for kind in sorted(ROLES[role].compartments):
        holder = next(r for r in house.members if kind in ROLES[r].compartments)
        ceremonies.grant(kind, user, by=house.fresh_vault(holder))
    return user


def sign_in(user: User) -> Client:
    """A browser signed in, with its vault cookie: what the sign-in page leaves, without its Argon2id."""
    client = Client()
    client.force_login(user)
    private = sessions.unlock(user, PASSPHRASE)
    assert private is not None
    client.cookies[cookie_name()] = sessions.start(user, private)
    return client
