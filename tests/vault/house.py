"""A small organisation with its keys, made by the ceremonies alone: what the vault promises must hold below the apps."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import ROLES, Role
from havre.casefiles.models import File, Note, Person
from havre.core import clock
from havre.intake.models import Alert
from havre.vault import ceremonies, crypto, papers, services, sessions, signatures
from havre.vault.fields import Compartment
from havre.vault.models import OfficerKey
from havre.vault.opened import OpenVault

PASSPHRASE = "four quiet herons at noon"
PROFESSIONS = (Role.RECEPTION, Role.SOCIAL_WORKER, Role.LAWYER, Role.PSYCHOLOGIST, Role.COORDINATOR)
OFFICERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
_numbers = count(1)


@dataclass
class House:
    """One organisation: its members by role, and the passphrase that opens each (its own for each member)."""

    organisation: Organisation
    members: dict[str, User] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)

    def passphrase(self, role: str) -> str:
        """The passphrase of a member."""
        return f"{PASSPHRASE} {self.organisation.slug} {role}"

    def vault(self, role: str) -> OpenVault:
        """A vault just opened with the passphrase: nothing cached."""
        user = User.objects.get(pk=self.members[role].pk)
        private = sessions.unlock(user, self.passphrase(role))
        assert private is not None
        return OpenVault(user, private)


def build(slug: str = "havre", roles: tuple[str, ...] = PROFESSIONS) -> House:
    """Found an organisation: coordinator and administrator are its officers, each compartment goes to its roles."""
    organisation = Organisation.objects.create(name=slug.title(), slug=slug)
    house = House(organisation)
    for role in sorted({*roles, *OFFICERS}):
        house.members[role] = User.objects.create(
            username=f"{slug}.{role}",
            display_name=f"{role} of {slug}",
            organisation=organisation,
            role=role,
            language="en",
        )
    opened = ceremonies.found([(house.members[role], house.passphrase(role)) for role in OFFICERS])
    officer = opened[0][0]
    for role, (_vault, code) in zip(OFFICERS, opened, strict=True):
        house.codes[role] = code
    for role, user in house.members.items():
        if role not in OFFICERS:
            house.codes[role] = ceremonies.enrol(user, house.passphrase(role), officer=officer)
    for kind in Compartment.values:
        holders = [user for role, user in house.members.items() if kind in ROLES[role].compartments]
        if holders:
            _made, paper = ceremonies.create_compartment(kind, officer=officer, members=holders)
            if paper is not None:
                house.papers[kind] = paper.code
                papers.check_paper_code(paper.code, by=house.vault(holders[0].role))
    return house


def officer(house: House, role: str) -> OfficerKey:
    """One more officer, whose verify key is pinned."""
    vault, seed = house.vault(role), crypto.new_signing()
    place = crypto.pack(crypto.PROTOCOL, "officer", vault.user.pk)
    signatures.pin(house.organisation.pk, crypto.verify_key_of(seed))
    return OfficerKey.objects.create(
        organisation=house.organisation,
        user=house.members[role],
        verify_key=crypto.verify_key_of(seed),
        sealed_signing=crypto.seal(crypto.mix(vault._private, "officer"), seed, place),
    )


def alert(house: House, vault: OpenVault | None = None, **texts: str) -> Any:
    """A saved alert with its case; `texts` are sealed by `vault`."""
    number = next(_numbers)
    row = Alert(
        organisation=house.organisation, case=services.new_case(house.organisation), year=2019, number=number,
        reference=f"A-2019-{number:04}", received_at=clock.now(), made_at=clock.now(), channel="phone",
        source_family="self", taken_by=house.members[Role.COORDINATOR],
    )  # fmt: skip
    if texts:
        (vault or house.vault(Role.COORDINATOR)).seal(row, **texts)
    row.save(force_insert=True)
    return row


def person(house: House, vault: OpenVault | None = None, **texts: str) -> Person:
    """A saved person with their case and file."""
    number = next(_numbers)
    row = Person(
        organisation=house.organisation,
        case=services.new_case(house.organisation),
        number=number,
        code=f"P-{number:04}",
    )
    if texts:
        (vault or house.vault(Role.COORDINATOR)).seal(row, **texts)
    row.save(force_insert=True)
    File.objects.create(person=row, opened_on=clock.today())
    return row


def note(about: Person, compartment: str, text: str, vault: OpenVault) -> Any:
    """A saved note of one profession."""
    row = Note(file=about.file, compartment=compartment, at=clock.now(), by=vault.user)
    vault.seal(row, text=text)
    row.save(force_insert=True)
    return row


def again(row: Any) -> Any:
    """The row as the database has it."""
    return type(row)._default_manager.get(pk=row.pk)
