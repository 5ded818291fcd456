"""From an alert to a file, and the periods in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from havre.audit.models import Event
from havre.casefiles import queries, services
from havre.casefiles.facts import PersonFacts
from havre.casefiles.models import File, Period, Person
from havre.core import clock
from havre.core.errors import Conflict, RuleBroken
from havre.core.workflow import StepNotAllowed
from havre.intake.workflow import AlertStatus
from tests.casefiles.log import kinds, now_at
from tests.factories import House, accepted_alert, studied_alert
from tests.factories.accounts import add_member
from tests.factories.casefiles import NAME, PERSON, open_file

DAY = timedelta(days=1)


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
