"""Each service's rule, and what happens to who breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from havre.audit.models import Event
from havre.casefiles import queries, services
from havre.casefiles.facts import ArrivalFacts, ExploitationFacts, PersonFacts
from havre.casefiles.models import Exploitation, File, Note, Period, Person, Task
from havre.core import clock, grids
from havre.core.errors import Conflict, RuleBroken
from havre.core.workflow import StepNotAllowed
from havre.intake import services as intake
from havre.intake.facts import GivenAnswer
from havre.intake.workflow import AlertStatus
from havre.vault.errors import NotGranted
from havre.vault.models import InboxItem
from tests.factories import House, accepted_alert, studied_alert, take_alert
from tests.factories.accounts import add_member
from tests.factories.casefiles import NAME, PERSON, add_exploitation, open_file

DAY = timedelta(days=1)


def kinds(*, since: int = 0) -> list[str]:
    """The events of this app and of intake, oldest first."""
    events = Event.objects.filter(number__gt=since).exclude(kind__startswith="vault.").order_by("number")
    return list(events.values_list("kind", flat=True))


def now_at() -> int:
    """The number of the last event."""
    return Event.objects.order_by("-number").values_list("number", flat=True).first() or 0


# --- opening ---------------------------------------------------------------------------------------------------------


def test_a_file_opens_with_its_person_and_a_period_for_each_unit(house: House) -> None:
    before = now_at()
    file = open_file(house, units=("social", "legal"))
    person = file.person
    assert person.code == "P-0001"
    assert {(p.unit, p.in_charge) for p in file.periods.all()} == {
        ("social", house.user("social_worker")),
        ("legal", house.user("lawyer")),
    }
    assert {n.country for n in person.nationalities.all()} == {"MA"}
    assert {x.language for x in person.languages.all()} == {"ar", "fr"}
    assert (person.birth_year, person.birth_year_answer) == (1990, "known")
    assert house.vault("lawyer").open(Person.objects.get(pk=person.pk), "names") == NAME
    assert kinds(since=before) == ["casefiles.file.opened"]
    assert NAME not in str(list(Event.objects.values()))
    assert NAME.encode() not in bytes(Person.objects.get(pk=person.pk).names)


def test_codes_follow_each_other_in_each_organisation(house: House, other: House) -> None:
    assert [open_file(house).person.code for _ in range(3)] == ["P-0001", "P-0002", "P-0003"]
    assert open_file(other).person.code == "P-0001"


@pytest.mark.parametrize(
    "role", ["reception", "social_worker", "lawyer", "psychologist", "data_officer", "administrator"]
)
def test_only_who_holds_the_permission_opens_a_file(house: House, role: str) -> None:
    with pytest.raises(PermissionDenied):
        services.open_file(
            PersonFacts(**PERSON),
            units=("social",),
            in_charge={},
            opened_on=clock.today(),
            by=house.user(role),
            vault=house.vault(role),
        )
    assert not Person.objects.exists()


def test_a_file_needs_a_unit_a_past_day_and_colleagues_of_the_house(house: House, other: House) -> None:
    with pytest.raises(RuleBroken) as refusal:
        open_file(house, units=())
    assert refusal.value.field == "units"
    with pytest.raises(RuleBroken) as refusal:
        open_file(house, opened_on=clock.today() + DAY)
    assert refusal.value.field == "opened_on"
    with pytest.raises(RuleBroken) as refusal:
        open_file(house, units=("social",), in_charge={"social": other.user("social_worker")})
    assert refusal.value.field == "in_charge_social"
    assert not File.objects.exists()


def test_an_accepted_alert_becomes_opened_and_only_once(house: House) -> None:
    alert = accepted_alert(house)
    file = open_file(house, alert=alert)
    alert.refresh_from_db()
    assert (alert.status, file.alert) == (AlertStatus.OPENED, alert)
    with pytest.raises(StepNotAllowed):
        open_file(house, alert=alert)
    assert Person.objects.count() == 1


def test_a_group_alert_gives_as_many_files_as_people_and_no_more(house: House) -> None:
    alert = accepted_alert(house, persons_concerned=2)
    first, second = open_file(house, alert=alert), open_file(house, alert=alert)
    assert first.person != second.person
    with pytest.raises(StepNotAllowed):
        open_file(house, alert=alert)


def test_an_alert_not_accepted_opens_nothing(house: House) -> None:
    alert = studied_alert(house)
    with pytest.raises(StepNotAllowed):
        open_file(house, alert=alert)
    assert not Person.objects.exists()


def test_who_comes_back_finds_the_same_file(house: House) -> None:
    """R12: a recontact reopens, it never duplicates."""
    file = open_file(house, units=("social",), opened_on=clock.today() - 400 * DAY)
    services.close_period(
        file.periods.get(), closed_on=clock.today() - 200 * DAY, reason="autonomous", by=house.user("social_worker")
    )
    alert = accepted_alert(house, former_code="P-0001")
    before = now_at()
    again = open_file(house, units=("social", "legal"), alert=alert, names="Somebody else")
    assert again == file
    assert Person.objects.count() == File.objects.count() == 1
    assert sorted((p.unit, p.closed_on is None) for p in file.periods.all()) == [
        ("legal", True),
        ("social", False),
        ("social", True),
    ]
    assert "casefiles.file.reopened" in kinds(since=before)
    assert house.vault("lawyer").open(Person.objects.get(), "names") == NAME


def test_who_comes_back_to_a_file_that_is_not_here_is_refused_in_words(house: House) -> None:
    alert = accepted_alert(house, former_code="P-0099")
    with pytest.raises(RuleBroken):
        open_file(house, alert=alert)
    alert.refresh_from_db()
    assert alert.status == AlertStatus.ACCEPTED


# --- periods ---------------------------------------------------------------------------------------------------------


def test_one_open_period_a_unit_by_service_and_by_the_database(house: House) -> None:
    file = open_file(house, units=("social",))
    with pytest.raises(RuleBroken):
        services.open_period(file, "social", opened_on=clock.today(), by=house.user("social_worker"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Period.objects.create(file=file, unit="social", opened_on=clock.today())
    services.open_period(file, "legal", opened_on=clock.today(), by=house.user("social_worker"))


def test_periods_of_one_unit_do_not_overlap(house: House) -> None:
    file = open_file(house, units=("social",), opened_on=clock.today() - 100 * DAY)
    by = house.user("social_worker")
    services.close_period(file.periods.get(), closed_on=clock.today() - 10 * DAY, reason="moved", by=by)
    with pytest.raises(RuleBroken):
        services.open_period(file, "social", opened_on=clock.today() - 50 * DAY, by=by)
    services.open_period(file, "social", opened_on=clock.today() - 10 * DAY, by=by)


@pytest.mark.parametrize(
    "values",
    [
        {"closed_on": date(2019, 1, 1), "close_reason": "moved"},
        {"closed_on": date(2020, 6, 1), "close_reason": ""},
        {"closed_on": None, "close_reason": "moved"},
    ],
)
def test_the_database_refuses_an_impossible_period(house: House, values: dict) -> None:
    file = open_file(house, units=("social",), opened_on=date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Period.objects.filter(file=file).update(**values)


def test_closing_a_period(house: House) -> None:
    file = open_file(house, units=("social",), opened_on=clock.today() - 10 * DAY)
    period, by = file.periods.get(), house.user("social_worker")
    for wrong in ({"closed_on": clock.today() + DAY}, {"closed_on": clock.today() - 11 * DAY}, {"reason": ""}):
        with pytest.raises(RuleBroken):
            services.close_period(period, **{"closed_on": clock.today(), "reason": "moved", **wrong}, by=by)
    before = now_at()
    services.close_period(period, closed_on=clock.today(), reason="moved", by=by, revision=period.revision)
    assert kinds(since=before) == ["casefiles.period.closed"]
    with pytest.raises(Conflict):
        services.close_period(period, closed_on=clock.today(), reason="moved", by=by)


def test_a_period_changed_meanwhile_is_a_conflict(house: House) -> None:
    file = open_file(house, units=("social",))
    period, by = file.periods.get(), house.user("coordinator")
    services.assign_period(period, by, by=by, revision=1)
    with pytest.raises(Conflict) as refusal:
        services.assign_period(period, None, by=by, revision=1)
    assert refusal.value.current == 2
    with pytest.raises(Conflict):
        services.close_period(period, closed_on=clock.today(), reason="moved", by=by, revision=1)


def test_a_whole_caseload_changes_hands_at_once(house: House, other: House) -> None:
    files = [open_file(house, units=("social", "legal")) for _ in range(12)]
    colleague = add_member(house, "social_worker", "second")
    periods = list(Period.objects.filter(file__in=files, unit="social"))
    before = now_at()
    assert services.reassign(periods, colleague, by=house.user("coordinator")) == 12
    assert set(Period.objects.filter(unit="social").values_list("in_charge", flat=True)) == {colleague.pk}
    assert set(Period.objects.filter(unit="legal").values_list("in_charge", flat=True)) == {house.user("lawyer").pk}
    assert kinds(since=before) == ["casefiles.period.assigned"] * 12
    assert services.reassign(periods, colleague, by=house.user("coordinator")) == 0
    with pytest.raises(PermissionDenied):
        services.reassign(periods, house.user("social_worker"), by=house.user("social_worker"))
    with pytest.raises(RuleBroken):
        services.reassign(periods, other.user("social_worker"), by=house.user("coordinator"))
    with pytest.raises(PermissionDenied):
        services.reassign(periods, other.user("social_worker"), by=other.user("coordinator"))


def test_active_in_a_year_is_a_period_that_meets_it(house: House) -> None:
    """R33."""
    by = house.user("social_worker")
    until_2018 = open_file(house, units=("social",), opened_on=date(2015, 3, 1))
    services.close_period(until_2018.periods.get(), closed_on=date(2018, 12, 31), reason="moved", by=by)
    until_2019 = open_file(house, units=("social",), opened_on=date(2015, 3, 1))
    services.close_period(until_2019.periods.get(), closed_on=date(2019, 1, 1), reason="moved", by=by)
    from_2019 = open_file(house, units=("legal",), opened_on=date(2019, 12, 31))
    open_file(house, units=("legal",), opened_on=date(2020, 1, 1))
    came_back = open_file(house, units=("social",), opened_on=date(2010, 1, 1))
    services.close_period(came_back.periods.get(), closed_on=date(2012, 1, 1), reason="moved", by=by)
    services.open_period(came_back, "social", opened_on=date(2019, 6, 1), by=by)
    active = queries.active_in(queries.files_visible_to(by), 2019)
    assert set(active) == {until_2019, from_2019, came_back}
    assert active.count() == 3


# --- the person -------------------------------------------------------------------------------------------------------


def test_change_person_writes_what_changed_and_refuses_a_stale_revision(house: House) -> None:
    person = open_file(house).person
    by, vault = house.user("social_worker"), house.vault("social_worker")
    facts = PersonFacts(
        **{**PERSON, "country": "PH", "nationalities": ("PH", "FR"), "names": "Corrected", "phones": ""}
    )
    before = now_at()
    changed = services.change_person(person, facts, revision=1, by=by, vault=vault)
    assert (changed.revision, changed.country) == (2, "PH")
    assert {n.country for n in changed.nationalities.all()} == {"PH", "FR"}
    fresh = Person.objects.get(pk=person.pk)
    assert (vault.open(fresh, "names"), vault.open(fresh, "phones")) == ("Corrected", "")
    assert kinds(since=before) == ["casefiles.person.changed"]
    assert Event.objects.get(kind="casefiles.person.changed").detail["fields"] == ["country", "names", "phones"]
    with pytest.raises(Conflict) as refusal:
        services.change_person(person, replace(facts, country="CI"), revision=1, by=by, vault=vault)
    assert refusal.value.current == 2
    assert Person.objects.get(pk=person.pk).country == "PH"


def test_a_text_that_is_not_said_stays(house: House) -> None:
    person = open_file(house).person
    services.change_person(
        person, PersonFacts(gender="man"), revision=1, by=house.user("lawyer"), vault=house.vault("lawyer")
    )
    assert house.vault("lawyer").open(Person.objects.get(pk=person.pk), "names") == NAME


@pytest.mark.parametrize(
    ("facts", "stored"),
    [
        ({"birth_year": 1990, "birth_year_answer": "refused"}, (1990, "known")),
        ({"birth_year": None, "birth_year_answer": "known"}, (None, "unknown")),
        ({"birth_year": None, "birth_year_answer": "refused"}, (None, "refused")),
    ],
)
def test_a_number_and_its_answer_never_contradict_each_other(house: House, facts: dict, stored: tuple) -> None:
    person = open_file(house, **facts).person
    assert (person.birth_year, person.birth_year_answer) == stored


def test_arrival_is_written_once_then_changed_with_its_revision(house: House) -> None:
    person, by = open_file(house).person, house.user("lawyer")
    arrival = services.record_arrival(person, ArrivalFacts(transport="plane", debt_cents=0), by=by)
    assert (arrival.revision, arrival.debt_cents_answer) == (1, "known")
    with pytest.raises(Conflict):
        services.record_arrival(person, ArrivalFacts(transport="boat"), by=by)
    assert services.record_arrival(person, ArrivalFacts(transport="boat"), by=by, revision=1).revision == 2
    with pytest.raises(Conflict):
        services.record_arrival(person, ArrivalFacts(transport="bus"), by=by, revision=1)


def test_a_dependant(house: House) -> None:
    person = open_file(house).person
    dependant = services.add_dependant(
        person, birth_year=2015, name="Marker child", by=house.user("lawyer"), vault=house.vault("lawyer")
    )
    assert dependant.birth_year_answer == "known"
    assert house.vault("social_worker").open(dependant, "name") == "Marker child"


# --- exploitation ----------------------------------------------------------------------------------------------------


def test_exploitations_are_ranked_and_keep_their_several_answers(house: House) -> None:
    file = open_file(house)
    before = now_at()
    first = add_exploitation(house, file)
    assert kinds(since=before) == ["casefiles.exploitation.added"]
    second = add_exploitation(house, file, country="MA", department="", sectors=("unknown",))
    assert (first.rank, second.rank) == (1, 2)
    assert [(s.sector, s.main) for s in first.sectors.order_by("id")] == [("housework", True), ("childcare", False)]
    assert first.abuse_asked == "yes"
    assert {a.abuse for a in first.abuses.all()} == {"psychological"}
    assert (first.pay_cents, first.pay_cents_answer) == (0, "known")


def test_change_exploitation(house: House) -> None:
    exploitation = add_exploitation(house, open_file(house))
    by, vault = house.user("social_worker"), house.vault("social_worker")
    facts = ExploitationFacts(sectors=("cooking", "housework"), main_sector="cooking", controls=("debt",), abuses=())
    changed = services.change_exploitation(exploitation, facts, revision=1, by=by, vault=vault)
    assert {(s.sector, s.main) for s in changed.sectors.all()} == {("cooking", True), ("housework", False)}
    assert {c.control for c in changed.controls.all()} == {"debt"}
    assert not changed.abuses.exists()
    assert (changed.minutes_per_day, changed.minutes_per_day_answer) == (None, "unknown")
    assert vault.open(Exploitation.objects.get(pk=exploitation.pk), "account")
    with pytest.raises(Conflict):
        services.change_exploitation(exploitation, facts, revision=1, by=by, vault=vault)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"began_on": date(2019, 1, 1), "ended_on": date(2018, 1, 1)}, "ended_on"),
        ({"minutes_per_day": 1500}, "minutes_per_day"),
        ({"days_per_week": 8}, "days_per_week"),
        ({"abuses": ("physical",), "abuse_asked": "refused"}, "abuse_asked"),
    ],
)
def test_an_impossible_situation_is_refused_in_words(house: House, facts: dict, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        add_exploitation(house, open_file(house), **facts)
    assert refusal.value.field == field
    assert not Exploitation.objects.exists()


def test_an_exploiter_is_shared_by_several_people(house: House, other: House) -> None:
    by, vault = house.user("lawyer"), house.vault("lawyer")
    one, two = (add_exploitation(house, open_file(house)) for _ in range(2))
    exploiter = services.add_exploiter(name="Marker exploiter", status="diplomat", by=by, vault=vault)
    assert exploiter.code == "E-0001"
    services.link_exploiter(one, exploiter, "employer", by=by)
    services.link_exploiter(two, exploiter, "in_law", by=by)
    services.link_exploiter(two, exploiter, "spouse", by=by)
    assert [link.relation for link in exploiter.links.order_by("id")] == ["employer", "spouse"]
    theirs = add_exploitation(other, open_file(other))
    with pytest.raises(PermissionDenied):
        services.link_exploiter(theirs, exploiter, by=other.user("lawyer"))


# --- day to day ------------------------------------------------------------------------------------------------------


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
