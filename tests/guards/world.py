"""One of each record in an organisation, and which address shows which: what the test of access walks over.

A new address whose arguments are not known here fails `test_access.py`: add it to `ABOUT`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from havre.accounts.permissions import ROLES, Permission, Role
from havre.casefiles import services as files
from havre.core import clock, grids
from havre.intake import services as intake
from havre.intake.facts import PartnerFacts
from havre.statistics import catalogue, services
from havre.vault import sharing
from havre.vault.models import CaseGrant
from havre.vault.papers import make_paper
from havre.vault.services import send_to_inbox
from havre.vault.uploads import take
from tests.factories import House, accepted_alert, interviewed_alert, studied_alert, take_alert
from tests.factories.casefiles import add_exploitation, left_to_check, open_file

Kwargs = dict[str, Any]


@dataclass
class World:
    """An organisation and the arguments of its records' addresses."""

    house: House
    alerts: dict[str, Any] = field(default_factory=dict)
    file: Any = None
    # Given to the volunteer, identity and social; and restricted to the social worker, beside the coordinator.
    given: Any = None
    restricted: Any = None
    records: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the person whose file has one of each record."""
        return str(self.file.person.code)

    @property
    def words(self) -> set[str]:
        """What tells that a page shows this organisation: ids, codes, names of its members."""
        every = [self.file, self.given, self.restricted]
        rows = [*self.alerts.values(), *every, *(file.person for file in every), *self.records.values()]
        codes = {*(file.person.code for file in every), *(alert.reference for alert in self.alerts.values())}
        return codes | {str(row.pk) for row in rows} | {user.display_name for user in self.house.members.values()}


def furnish(house: House, *, before: int = 0) -> World:
    """One of each record. `before`: how many of each come first, so that two organisations have no code in common."""
    for _ in range(before * 6):
        take_alert(house)
    for _ in range(before * 3):
        open_file(house)
    world = World(house)
    studying = take_alert(house)
    world.alerts = {
        "received": take_alert(house),
        "studying": intake.move_alert(studying, "start_study", by=house.user("reception")),
        "studied": studied_alert(house),
        "interviewed": interviewed_alert(house),
        "accepted": accepted_alert(house),
    }
    world.file = file = open_file(house)
    exploitation = add_exploitation(house, file)
    social, vault = house.user("social_worker"), house.vault("social_worker")
    exploiter = files.add_exploiter(name="X", by=social, vault=vault)
    files.link_exploiter(exploitation, exploiter, "employer", by=social)
    task = files.add_task(file, kind="call_back", due_on=clock.today(), who=social, by=social, what="Call", vault=vault)
    files.write_note(file, "social", "Seen today.", by=social, vault=vault)
    papers = {
        kind: files.add_document(
            file, take(f"{kind}.pdf", [b"%PDF-1.7 empty"]), compartment=kind, category="letter", by=social, vault=vault
        )
        for kind in ("identity", "social")
    }
    world.records = {
        **{f"{kind}_document": document for kind, document in papers.items()},
        "exploitation": exploitation,
        "link": files.link(file.person, world.alerts["studied"], by=social),
        "to_check": left_to_check(house, file),
        "period": file.periods.get(unit="social"),
        "task": task,
        "message": send_to_inbox("psychology", "She does not sleep.", by=social, subject=file.person.code),
        "paper": make_paper("psychology", by=house.vault("psychologist")).paper,
        "partner": intake.add_partner(
            PartnerFacts(name=f"Shelter of {house.organisation.slug}", category="shelter"), by=social, vault=vault
        ),
    }
    world.records["hold"] = files.hold(
        papers["identity"].file.person.case, "inspection", by=house.user("lawyer"), vault=house.vault("lawyer")
    )
    _give_and_restrict(world)
    _ask_in_an_emergency(world)
    services.take_snapshot(by=house.user("data_officer"))
    return world


def _give_and_restrict(world: World) -> None:
    """A file given to the volunteer, and one restricted, each with something in three compartments."""
    house = world.house
    social, vault = house.user("social_worker"), house.fresh_vault("social_worker")
    for name in ("given", "restricted"):
        file = open_file(house, in_charge={})
        setattr(world, name, file)
        files.write_note(file, "social", "Seen today.", by=social, vault=vault)
        files.write_note(file, "legal", "Filed.", by=house.user("lawyer"), vault=house.vault("lawyer"))
        world.records[f"{name}_document"] = files.add_document(
            file, take("s.pdf", [b"%PDF-1.7 empty"]), compartment="social", category="letter", by=social, vault=vault
        )
    world.records["given_grant"], _ = files.give_file(
        world.given, ["identity", "social"], house.user("volunteer"), why="volunteer",
        until=clock.today() + timedelta(days=30), by=social, vault=vault,
    )  # fmt: skip
    coordinator = house.fresh_vault("coordinator")
    files.restrict_file(world.restricted, {social: ["social"]}, by=coordinator.user, vault=coordinator)
    world.records["named_grant"] = CaseGrant.objects.get(
        case=world.restricted.person.case_id, user=social, kind="social"
    )


def _ask_in_an_emergency(world: World) -> None:
    """The administrator is the second officer, and waits for the answer of the first."""
    house = world.house
    sharing.resume(house.fresh_vault("social_worker"))
    world.records["emergency"] = files.ask_emergency(
        world.code, "social", "danger", by=house.user("administrator"), vault=house.fresh_vault("administrator")
    )


def _alert(status: str, **more: Any) -> Callable[[World], Kwargs]:
    return lambda world: {"reference": world.alerts[status].reference, **more}


def _record(name: str, argument: str = "pk") -> Callable[[World], Kwargs]:
    return lambda world: {argument: world.records[name].pk}


def _in_file(record: str) -> Callable[[World], Kwargs]:
    return lambda world: {"code": world.code, "pk": world.records[record].pk}


def _part(part: str) -> Callable[[World], Kwargs]:
    return lambda world: {"code": world.code, "part": part}


def _of(name: str, record: str = "", **more: Any) -> Callable[[World], Kwargs]:
    """The file of that name, and one of its records."""

    def arguments(world: World) -> Kwargs:
        pk = {"pk": world.records[record].pk} if record else {}
        return {"code": getattr(world, name).person.code, **pk, **more}

    return arguments


def _year(**more: Any) -> Kwargs:
    return {"year": clock.today().year, **more}


FIGURE = "INT-01"
# By the names of the arguments, when nothing more precise is said below.
BY_ARGUMENTS: dict[tuple[str, ...], Callable[[World], Kwargs]] = {
    (): lambda world: {},
    ("code",): lambda world: {"code": world.code},
    ("reference",): _alert("received"),
    ("year",): lambda world: _year(),
    ("code", "year"): lambda world: _year(code=FIGURE),
    ("by", "code", "year"): lambda world: _year(code=FIGURE, by=catalogue.get(FIGURE).by[0]),
}
# Arguments that name no record of an organisation: the figures of a year are each one's own.
NO_RECORD = {"year", "by"}
# Pages of a file, tried on one that is open to the team, one that was given, one that is restricted.
READ = ("file", "file-person", "file-notes", "file-documents", "file-tasks")
TEAM_ONLY = ("file-exploitation", "file-access")
WRITE_GIVEN = ("contact", "note")
WRITE = (
    "task-add", "document-add", "person-edit", "arrival-edit", "dependant-add", "exploitation-add",
    "period-open", "file-give", "file-restrict", "file-lift",
)  # fmt: skip
THREE = ("", "given", "restricted")
OF_FILE = {"": "file", "given": "given", "restricted": "restricted"}
PARTS_OF_TWO = ("name", "story", "notes-social", "notes-legal")
# Several records for one address, each with its own arguments.
ABOUT: dict[str, dict[str, Callable[[World], Kwargs]]] = {
    **{
        f"accounts:{name}": {"": lambda world: {"pk": world.house.user("lawyer").pk}}
        for name in (
            "member",
            "member-give",
            "member-withdraw",
            "member-leave",
            "member-officer",
            "member-role",
            "member-key",
        )
    },
    "accounts:paper-sign": {"": _record("paper")},
    "accounts:paper-retire": {"": _record("paper")},
    "casefiles:task-do": {"": _record("task")},
    "casefiles:task-undo": {"": _record("task")},
    "casefiles:inbox-open": {"": _record("message")},
    "casefiles:open-from-alert": {"": _alert("accepted")},
    **{
        f"casefiles:{name}": {variant: _of(OF_FILE[variant]) for variant in THREE}
        for name in (*READ, *TEAM_ONLY, *WRITE_GIVEN, *WRITE)
    },
    "casefiles:file-name": {"restricted": _of("restricted")},
    "casefiles:file-access-end": {
        "given": _of("given", "given_grant"),
        "restricted": _of("restricted", "named_grant"),
    },
    "casefiles:emergency-answer": {"": _record("emergency")},
    "casefiles:open-part": {
        **{f"{file}/{part}": _of(file, part=part) for file in ("given", "restricted") for part in PARTS_OF_TWO},
        **{
            name: _part(name)
            for name in (
                "name",
                "story",
                "identity",
                "situations",
                "documents",
                "notes-social",
                "notes-legal",
                "notes-psychology",
            )
        },
    },
    "casefiles:exploitation-edit": {"": _in_file("exploitation")},
    **{
        f"casefiles:{name}": {
            **{kind: _in_file(f"{kind}_document") for kind in ("identity", "social")},
            **{file: _of(file, f"{file}_document") for file in ("given", "restricted")},
        }
        for name in ("document", "document-show", "document-download", "document-version", "document-withdraw")
    },
    "casefiles:linked-check": {"": _record("to_check")},
    "casefiles:linked-undo": {"": _record("link")},
    "casefiles:hold": {
        "file": lambda world: {"record": world.code},
        "alert": lambda world: {"record": world.alerts["received"].reference},
    },
    "casefiles:hold-lift": {"": _record("hold")},
    "casefiles:period-close": {"": _in_file("period")},
    "casefiles:period-assign": {"": _in_file("period")},
    "casefiles:message": {
        **{
            kind: (lambda world, kind=kind: {"code": world.code, "compartment": kind})
            for kind in ("psychology", "legal")
        },
        "restricted": _of("restricted", compartment="legal"),
    },
    "intake:partner-edit": {"": _record("partner", "partner_id")},
    "intake:partner-retire": {"": _record("partner", "partner_id")},
    "intake:alert": {
        status: _alert(status) for status in ("received", "studying", "studied", "interviewed", "accepted")
    },
    "intake:alert-open": {"story": _alert("received", what="story"), "level": _alert("studying", what="level-1")},
    "intake:alert-answers": {"": _alert("studying", level=1)},
    "intake:alert-answer": {"": _alert("studying", level=1, question=grids.latest().questions(1)[0].code)},
    "intake:alert-interview": {"": _alert("studied")},
    "intake:alert-decide": {"": _alert("interviewed")},
    "intake:alert-redirect": {"": _alert("studying")},
    "intake:alert-move": {
        "start_study": _alert("received", step="start_study"),
        "refuse": _alert("studying", step="refuse"),
    },
}

# Addresses that only write: a GET is refused by the method, to whoever may write there.
POST_ONLY = {
    "accounts:member-give", "accounts:member-withdraw", "accounts:paper-retire", "casefiles:archive-many",
    "casefiles:erasure-confirm", "casefiles:erasure-withdraw", "casefiles:hold-lift",
    "accounts:lock", "accounts:draft", "accounts:preferences", "audit:check", "casefiles:tasks-open", "casefiles:task-do",
    "casefiles:task-undo", "casefiles:inbox-open", "casefiles:reassign", "casefiles:open-part", "intake:partner-retire",
    "intake:alert-open", "intake:alert-answer", "intake:alert-agreement", "intake:alert-assign", "statistics:snapshot",
}  # fmt: skip
# What a GET answers to whoever may, where it is not a page.
ANSWERS = {"accounts:unlock": 302, "accounts:alive": 204, "statistics:figures": 302}


def holding(*compartments: str) -> set[str]:
    """The roles that hold these compartments."""
    return {role for role in Role if set(compartments) <= ROLES[role].compartments}


def seeing_files() -> set[str]:
    """The roles that see files."""
    return {role for role in Role if Permission.FILE_VIEW in ROLES[role].permissions}


NAMED: set[str] = {Role.SOCIAL_WORKER, Role.COORDINATOR}
GIVEN: set[str] = {Role.VOLUNTEER}


def seeing(variant: str) -> set[str]:
    """The roles that see each of the three files."""
    others: dict[str, set[str]] = {"given": seeing_files() | GIVEN, "restricted": {*NAMED}}
    return others.get(variant, seeing_files())


def opening(variant: str) -> set[str]:
    """The roles that open a part of a file: by profession, or given, or named and of the profession."""
    file, _, part = variant.rpartition("/")
    held = holding(part.removeprefix("notes-") if part.startswith("notes-") else "identity")
    if file == "restricted":
        return held & NAMED
    return held | GIVEN if file == "given" and part != "notes-legal" else held


def reaching(variant: str) -> set[str]:
    """The roles that open a document: its kind in the open file, a social one in the others."""
    others: dict[str, set[str]] = {"given": holding("social") | GIVEN, "restricted": {*NAMED}}
    return others.get(variant) or holding(variant)


OFFICERS = {Role.COORDINATOR, Role.ADMINISTRATOR}
# Where the permission is not all: who may, and why.
ONLY: dict[str, Callable[[str], set[str]]] = {
    # Without files to see, one finds one's own tasks only.
    "casefiles:task-do": lambda _: seeing_files(),
    "casefiles:task-undo": lambda _: seeing_files(),
    **{f"casefiles:{name}": seeing for name in (*READ, *WRITE_GIVEN)},
    **{f"casefiles:{name}": lambda variant: seeing(variant) - GIVEN for name in (*TEAM_ONLY, *WRITE, "file-name")},
    # What was given ends by who may give it, and by who has it; a name by the coordination, and by who bears it.
    "casefiles:file-access-end": lambda variant: (
        set(NAMED)
        if variant == "restricted"
        else {role for role in Role if Permission.FILE_GIVE in ROLES[role].permissions} | GIVEN
    ),
    "casefiles:message": lambda variant: set(NAMED) if variant == "restricted" else seeing_files(),
    **{f"casefiles:{name}": lambda _: set(OFFICERS) for name in ("emergency", "emergency-ask")},
    "casefiles:emergency-answer": lambda _: {Role.COORDINATOR},  # the administrator asked
    "casefiles:open-part": opening,
    **{
        f"casefiles:{name}": reaching
        for name in ("document", "document-show", "document-download", "document-version", "document-withdraw")
    },
    **{
        f"accounts:{name}": lambda _: {Role.COORDINATOR, Role.ADMINISTRATOR}  # the officers
        for name in (
            "invite",
            "member-withdraw",
            "member-leave",
            "member-officer",
            "member-role",
            "member-key",
            "paper-sign",
            "compartment-new",
        )
    },
    "casefiles:hold-lift": lambda _: {Role.COORDINATOR},  # the officer
    "accounts:officer-accept": lambda _: set(),  # nobody was named an officer
    "found": lambda _: set(),  # no code was drawn on the server
    "accounts:paper-retire": lambda _: holding("psychology"),  # a paper of psychology
    "casefiles:inbox-open": lambda _: holding("psychology"),  # a message to psychology
    "intake:alert-move": lambda step: {
        role
        for role in Role
        if ("alert_study" if step == "start_study" else "alert_redirect") in ROLES[role].permissions
    },
}
