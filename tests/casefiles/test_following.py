"""Contacts, notes, tasks: day to day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from havre.casefiles import services
from havre.casefiles.facts import ArrivalFacts, ExploitationFacts, PersonFacts
from havre.casefiles.models import Note, Task
from havre.core import clock, grids
from havre.core.errors import RuleBroken
from havre.intake import services as intake
from havre.intake.facts import GivenAnswer
from havre.vault.errors import NotGranted
from havre.vault.models import InboxItem
from tests.casefiles.log import kinds, now_at
from tests.factories import House, take_alert
from tests.factories.casefiles import open_file

DAY = timedelta(days=1)


def test_a_contact_moves_the_last_contact_forward_only(house: House) -> None:
    file = open_file(house)
    by, vault = house.user("psychologist"), house.vault("psychologist")
    services.log_contact(file, kind="phone", with_whom="person", note="Marker", by=by, vault=vault)
    services.log_contact(file, kind="visit", with_whom="person", at=clock.now() - 30 * DAY, by=by, vault=vault)
    file.refresh_from_db()
    assert file.last_contact_on == clock.today()
    with pytest.raises(RuleBroken):
        services.log_contact(file, kind="phone", with_whom="person", at=clock.now() + DAY, by=by, vault=vault)
    with pytest.raises(PermissionDenied):
        services.log_contact(
            file, kind="phone", with_whom="person", by=house.user("reception"), vault=house.vault("reception")
        )


def test_a_note_to_a_compartment_one_does_not_hold_goes_to_its_inbox(house: House) -> None:
    file = open_file(house)
    made = services.write_note(
        file,
        "psychology",
        "Marker: could you see her?",
        by=house.user("social_worker"),
        vault=house.vault("social_worker"),
    )
    assert isinstance(made, InboxItem)
    assert (made.subject, made.read_at) == (file.person.code, None)
    assert not Note.objects.exists()
    assert house.vault("psychologist").open_inbox(made) == "Marker: could you see her?"
    for role in ("social_worker", "coordinator"):
        with pytest.raises(NotGranted):
            house.vault(role).open_inbox(made)


def test_a_note_opens_for_its_profession_only(house: House) -> None:
    file = open_file(house)
    made = services.write_note(
        file, "psychology", "Marker", by=house.user("psychologist"), vault=house.vault("psychologist")
    )
    assert isinstance(made, Note)
    assert house.vault("psychologist").open(made, "text") == "Marker"
    for role in ("social_worker", "lawyer", "coordinator", "reception", "administrator"):
        with pytest.raises(NotGranted):
            house.vault(role).open(made, "text")


def test_notes_are_refused_when_empty_or_in_another_house(house: House, other: House) -> None:
    file = open_file(house)
    for text, compartment in ((" \n", "social"), ("Marker", "kitchen")):
        with pytest.raises(RuleBroken):
            services.write_note(
                file, compartment, text, by=house.user("social_worker"), vault=house.vault("social_worker")
            )
    with pytest.raises(PermissionDenied):
        services.write_note(file, "social", "x", by=other.user("social_worker"), vault=other.vault("social_worker"))


def test_a_task_is_done_and_undone_once(house: House) -> None:
    file, by = open_file(house), house.user("social_worker")
    task = services.add_task(file, kind="call_back", due_on=clock.today(), who=by, by=by)
    before = now_at()
    services.do_task(task, by=by)
    services.do_task(task, by=house.user("lawyer"))
    task.refresh_from_db()
    assert task.done_by == by
    services.undo_task(task, by=by)
    services.undo_task(task, by=by)
    assert kinds(since=before) == ["casefiles.task.done", "casefiles.task.undone"]


def test_the_same_cause_makes_a_task_once(house: House) -> None:
    file, by = open_file(house), house.user("social_worker")
    one, two = (
        services.add_task(file, kind="other", due_on=clock.today(), who=by, by=by, cause="test:1") for _ in range(2)
    )
    assert one == two
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(
            organisation=house.organisation, file=file, kind="other", due_on=clock.today(), who=by, cause="test:1"
        )


def test_a_task_goes_to_someone_of_the_house_who_has_tasks(house: House, other: House) -> None:
    file, by = open_file(house), house.user("social_worker")
    for who in (other.user("lawyer"), house.user("data_officer")):
        with pytest.raises(RuleBroken):
            services.add_task(file, kind="other", due_on=clock.today(), who=who, by=by)


def test_an_urgent_answer_opens_a_task_the_same_day_once(house: House) -> None:
    alert = take_alert(house)
    intake.move_alert(alert, "start_study", by=house.user("reception"))
    urgent = next(q for q in grids.latest().questions(1) if q.urgent)
    for _ in range(2):
        intake.answer(
            alert,
            1,
            GivenAnswer(question=urgent.code, value="yes"),
            by=house.user("reception"),
            vault=house.vault("reception"),
        )
    task = Task.objects.get()
    assert (task.alert, task.due_on, task.kind) == (alert, clock.today(), "urgent_answer")
    assert task.who == alert.in_charge or task.who == alert.taken_by


def test_another_house_changes_nothing(house: House, other: House) -> None:
    file = open_file(house)
    by, vault = other.user("coordinator"), other.vault("coordinator")
    refused = [
        lambda: services.change_person(file.person, PersonFacts(), revision=1, by=by, vault=vault),
        lambda: services.record_arrival(file.person, ArrivalFacts(), by=by),
        lambda: services.add_exploitation(file.person, ExploitationFacts(), by=by, vault=vault),
        lambda: services.add_dependant(file.person, by=by, vault=vault),
        lambda: services.open_period(file, "psychology", opened_on=clock.today(), by=by),
        lambda: services.close_period(file.periods.first(), closed_on=clock.today(), reason="moved", by=by),
        lambda: services.assign_period(file.periods.first(), None, by=by),
        lambda: services.log_contact(file, kind="phone", with_whom="person", by=by, vault=vault),
        lambda: services.add_task(file, kind="other", due_on=clock.today(), who=by, by=by),
    ]
    before = now_at()
    for act in refused:
        with pytest.raises(PermissionDenied):
            act()
    assert now_at() == before


def test_opening_takes_the_same_number_of_queries_whatever_is_known(house: House) -> None:
    """The demonstration opens hundreds of files: several answers are written together."""
    from django.test.utils import CaptureQueriesContext

    counts = []
    for languages in ((), ("ar",), ("ar", "fr", "en", "es", "pt")):
        with CaptureQueriesContext(connection) as seen:
            open_file(house, languages=languages)
        counts.append(len(seen))
    assert counts[2] <= counts[1] <= counts[0] + 1
