"""The house whose ceremonies are killed, and what is asked of it after each: every text opens, nothing is wrong.

The ceremonies themselves are in the package `ceremonies_killed`, by subject, one line each at the end of each file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from havre.accounts.models import Organisation, User
from havre.audit.models import Event
from havre.casefiles.models import Note, Person
from havre.intake.models import Alert
from havre.vault import ceremonies, checking, rotation, services, sessions, sharing
from havre.vault.errors import NotGranted, Shredded
from havre.vault.models import InboxItem
from tests.vault import house as h

NEW = "five patient oars upstream"
CASES = 3


def furnish() -> None:
    """Seven members, three people with a note of two professions and a message: what must not be lost."""
    home = h.build(roles=tuple(role for role in h.PROFESSIONS if role != "reception"))
    officer = home.vault("coordinator")
    for name, role in (("second", "psychologist"), ("newcomer", "lawyer")):
        user = home.members[name] = User.objects.create(
            username=f"havre.{name}", display_name=name, organisation=home.organisation, role=role, language="en"
        )
        ceremonies.enrol(user, home.passphrase(name), officer=officer)
    for kind in ("identity", "psychology"):
        ceremonies.grant(kind, home.members["second"], by=home.vault("psychologist"))
    for number in range(CASES):
        about = h.person(home, officer, names=f"Name {number}")
        h.note(about, "psychology", f"Confided {number}", home.vault("second"))
        h.note(about, "legal", f"Filed {number}", officer)
        services.send_to_inbox("psychology", f"Sent {number}", by=officer.user, subject=about.code)
    h.alert(home, officer, person_name="Name of an alert")
    for who in home.members:
        sharing.resume(home.vault(who))  # each one's next sign-in


def home_of(slug: str = "havre") -> h.House:
    """The house as the database has it."""
    organisation = Organisation.objects.get(slug=slug)
    members = {user.username.removeprefix(f"{slug}."): user for user in organisation.members.all()}
    return h.House(organisation, members)


def vault(home: h.House, who: str) -> Any:
    """A vault just opened: with their passphrase, or the one that a ceremony gave them."""
    user = User.objects.get(pk=home.members[who].pk)
    private = sessions.unlock(user, home.passphrase(who)) or sessions.unlock(user, NEW)
    assert private is not None, f"{who} does not sign in any more"
    return h.OpenVault(user, private)


# --- what the ceremonies ask ------------------------------------------------------------------------------------------------


def in_turn(*acts: Any) -> Any:
    """One act made of several, for what a ceremony prepares."""

    def act(home: Any) -> None:
        for each in acts:
            each(home)

    return act


def code_on_paper() -> Path:
    """Where a code that was printed waits for the next process."""
    return Path(settings.DATA) / "code-on-paper"


def about(home: h.House, number: int = 0) -> Person:
    """One of the people of the house; the first is the one things happen to."""
    return Person.objects.filter(organisation=home.organisation).order_by("number")[number]


def opens(reader: Any, row: Any, name: str) -> str | None:
    """The text, or None when it is closed to this member."""
    try:
        return str(reader.open(row, name))
    except NotGranted:
        return None


def opens_all(reader: Any, compartment: str) -> int:
    """How many notes of a profession this member opens, the right words each."""
    said = {"psychology": "Confided", "legal": "Filed"}[compartment]
    notes = Note.objects.filter(compartment=compartment).order_by("file__person__number")
    return sum(reader.open(note, "text") == f"{said} {number}" for number, note in enumerate(notes))


def number_in_the_log(kind: str) -> int:
    """How many events of a kind the audit log has."""
    return Event.objects.filter(kind=kind).count()


def once_in_the_log(*kinds: str, **where: Any) -> None:
    """Each was written down exactly once."""
    for kind in kinds:
        assert Event.objects.filter(kind=kind, **where).count() == 1, f"{kind} is not told once"


# --- what is asked after all of them ----------------------------------------------------------------------------------------


def intact(home: h.House, *, but_erased: bool) -> None:
    """Every text opens, for those who hold it; nothing is wrong for any member; the rotation finishes."""
    active = User.objects.filter(is_active=True, organisation=home.organisation).exclude(member_key=None)
    vaults = {who: vault(home, who) for who in (user.username.removeprefix("havre.") for user in active)}
    director, psychologist = vaults["coordinator"], vaults["psychologist"]
    for reader in (director, psychologist):
        rotation.resume(reader)
    assert rotation.remaining(home.organisation) == {}
    erased = 1 if but_erased else 0
    people = list(Person.objects.filter(organisation=home.organisation).order_by("number"))
    for reader, *kinds in ((director, "identity", "legal"), (psychologist, "psychology")):
        reader.load([each.case_id for each in people], *kinds)
    for number, about in enumerate(people):
        wanted: list[tuple[Any, Any, str, str]] = [(director, about, "names", f"Name {number}")]
        notes = {note.compartment: note for note in Note.objects.filter(file__person=about)}
        wanted += [(psychologist, notes["psychology"], "text", f"Confided {number}")]
        wanted += [(director, notes["legal"], "text", f"Filed {number}")]
        for reader, row, name, text in wanted:
            if number < erased:
                _refused(reader, row, name)
            else:
                assert reader.open(row, name) == text
    assert len(people) == CASES
    assert director.open(Alert.objects.get(), "person_name") == "Name of an alert"
    messages = sorted(
        psychologist.open_inbox(item) for item in InboxItem.objects.filter(compartment__kind="psychology")
    )
    assert messages == [f"Sent {number}" for number in range(erased, CASES)]
    report = checking.check(list(vaults.values()))
    assert report.sound, report.findings
    assert len(vaults) >= 6


def _refused(reader: Any, row: Any, name: str) -> None:
    try:
        reader.open(row, name)
    except Shredded:
        return
    raise AssertionError("an erased text opens")
