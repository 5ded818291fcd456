"""One of each record in an organisation, and which address shows which: what the test of access walks over.

A new address whose arguments are not known here fails `test_access.py`: add it to `ABOUT`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from havre.accounts.permissions import ROLES, Permission, Role
from havre.casefiles import services as files
from havre.core import clock, grids
from havre.intake import services as intake
from havre.intake.facts import PartnerFacts
from havre.statistics import catalogue, services
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
    records: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the person whose file has one of each record."""
        return str(self.file.person.code)

    @property
    def words(self) -> set[str]:
        """What tells that a page shows this organisation: ids, codes, names of its members."""
        rows = [*self.alerts.values(), self.file, self.file.person, *self.records.values()]
        codes = {self.code, *(alert.reference for alert in self.alerts.values())}
        return codes | {str(row.pk) for row in rows} | {user.display_name for user in self.house.members.values()}


def furnish(house: House, *, before: int = 0) -> World:
    """One of each record. `before`: how many of each come first, so that two organisations have no code in common."""
    for _ in range(before * 6):
        take_alert(house)
    for _ in range(before):
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
        "partner": intake.add_partner(
            PartnerFacts(name=f"Shelter of {house.organisation.slug}", category="shelter"), by=social, vault=vault
        ),
    }
    world.records["hold"] = files.hold(
        papers["identity"].file.person.case, "inspection", by=house.user("lawyer"), vault=house.vault("lawyer")
    )
    services.take_snapshot(by=house.user("data_officer"))
    return world


def _alert(status: str, **more: Any) -> Callable[[World], Kwargs]:
    return lambda world: {"reference": world.alerts[status].reference, **more}


def _record(name: str, argument: str = "pk") -> Callable[[World], Kwargs]:
    return lambda world: {argument: world.records[name].pk}


def _in_file(record: str) -> Callable[[World], Kwargs]:
    return lambda world: {"code": world.code, "pk": world.records[record].pk}


def _part(part: str) -> Callable[[World], Kwargs]:
    return lambda world: {"code": world.code, "part": part}


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
# Several records for one address, each with its own arguments.
ABOUT: dict[str, dict[str, Callable[[World], Kwargs]]] = {
    **{
        f"accounts:{name}": {"": lambda world: {"pk": world.house.user("lawyer").pk}}
        for name in ("member", "member-give", "member-withdraw", "member-leave")
    },
    "casefiles:task-do": {"": _record("task")},
    "casefiles:task-undo": {"": _record("task")},
    "casefiles:inbox-open": {"": _record("message")},
    "casefiles:open-from-alert": {"": _alert("accepted")},
    "casefiles:open-part": {
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
    "casefiles:exploitation-edit": {"": _in_file("exploitation")},
    **{
        f"casefiles:{name}": {kind: _in_file(f"{kind}_document") for kind in ("identity", "social")}
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
        kind: (lambda world, kind=kind: {"code": world.code, "compartment": kind}) for kind in ("psychology", "legal")
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
    "accounts:member-give", "accounts:member-withdraw", "casefiles:archive-many", "casefiles:erasure-confirm",
    "casefiles:erasure-withdraw", "casefiles:hold-lift",
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


# Where the permission is not all: who may, and why.
ONLY: dict[str, Callable[[str], set[str]]] = {
    # Without files to see, one finds one's own tasks only.
    "casefiles:task-do": lambda _: seeing_files(),
    "casefiles:task-undo": lambda _: seeing_files(),
    "casefiles:open-part": lambda part: holding(
        part.removeprefix("notes-") if part.startswith("notes-") else "identity"
    ),
    **{
        f"casefiles:{name}": lambda kind: holding(kind)
        for name in ("document", "document-show", "document-download", "document-version", "document-withdraw")
    },
    **{
        f"accounts:{name}": lambda _: {Role.COORDINATOR}  # the officer
        for name in ("invite", "member-withdraw", "member-leave")
    },
    "casefiles:hold-lift": lambda _: {Role.COORDINATOR},  # the officer
    "casefiles:inbox-open": lambda _: holding("psychology"),  # a message to psychology
    "casefiles:task-add": lambda _: holding("identity"),  # a task in a file one sees: volunteers see none yet
    "intake:alert-move": lambda step: {
        role
        for role in Role
        if ("alert_study" if step == "start_study" else "alert_redirect") in ROLES[role].permissions
    },
}
