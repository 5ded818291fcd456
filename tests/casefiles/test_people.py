"""What is known of the person and of what was done to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.facts import ArrivalFacts, ExploitationFacts, PersonFacts
from havre.casefiles.models import Exploitation, Person
from havre.core.errors import Conflict, RuleBroken
from tests.casefiles.log import kinds, now_at
from tests.factories import House
from tests.factories.casefiles import NAME, PERSON, add_exploitation, open_file

DAY = timedelta(days=1)


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
