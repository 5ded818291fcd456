"""The figures of a past year do not move when its people are erased: every indicator, every table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from havre.casefiles import services as casefiles
from havre.casefiles.facts import ArrivalFacts
from havre.casefiles.models import File, Nationality
from havre.core import clock
from havre.intake import services as intake
from havre.statistics import services
from havre.vault.models import Tombstone
from tests.factories import House, accepted_alert, found_organisation, studied_alert
from tests.factories.casefiles import add_exploitation, open_file

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def house(db: None) -> House:
    """An organisation."""
    return found_organisation()


def one_file(house: House, number: int) -> File:
    """A person of 2019 with every coarsened column filled, each a little different."""
    with clock.travel(datetime(2019, 3 + number, 5 + number, 12, tzinfo=PARIS)):
        file = open_file(
            house, alert=accepted_alert(house), birth_year=1980 + number,
            country=("MA", "PH", "SN")[number], nationalities=(("MA",), ("PH",), ("SN", "FR"))[number],
        )  # fmt: skip
        add_exploitation(
            house, file, began_on=date(2010, 5 + number, 17), began_precision="day",
            ended_on=date(2018 + number % 2, 11, 23), ended_precision="day", minutes_per_day=600 + 60 * number,
        )  # fmt: skip
        by, vault = house.user("social_worker"), house.vault("social_worker")
        arrival = ArrivalFacts(
            arrived_on=date(2009, 2 + number, 14), arrived_precision="day", transport="plane", debt_cents=123_456 * number,
            debt_cents_answer="known", exploited_abroad_before="yes",
        )  # fmt: skip
        casefiles.record_arrival(file.person, arrival, by=by)
        casefiles.add_dependant(file.person, birth_year=2011 + number, directly_affected="yes", by=by, vault=vault)
        casefiles.log_contact(file, kind="phone", with_whom="person", by=by, vault=vault)
    with clock.travel(datetime(2019, 11, 20 + number, 12, tzinfo=PARIS)):
        for period in file.periods.all():
            casefiles.close_period(period, closed_on=clock.today(), reason="autonomous", by=house.user("coordinator"))
    return file


def figures(house: House) -> dict[str, Any]:
    """Every indicator of 2019, with its tables and the year before."""
    taken = services.take_snapshot(by=house.user("coordinator"))
    found = services.figures_of(taken, 2019)
    return {code: replace(result) for code, result in found.items()}


def test_the_figures_of_2019_do_not_move(house: House) -> None:
    files = [one_file(house, number) for number in range(3)]
    with clock.travel(datetime(2019, 6, 1, 12, tzinfo=PARIS)):
        alert = intake.move_alert(studied_alert(house), "refuse", by=house.user("reception"))
    before = figures(house)
    assert before["ACT-01"].n == 3
    assert before["INT-01"].n == 4
    codes = [files[0].person.code, files[1].person.code, alert.reference]
    asked = casefiles.ask_erasure(codes, "retention", by=house.user("coordinator"), vault=house.vault("coordinator"))
    casefiles.confirm_erasure(asked, by=house.user("lawyer"), vault=house.fresh_vault("lawyer"))
    assert Tombstone.objects.count() == 5, "two people, their alerts, the alert alone"
    assert set(Nationality.objects.values_list("person", flat=True)) == {files[2].person_id}
    after = figures(house)
    assert after.keys() == before.keys()
    for code, result in before.items():
        assert after[code] == result, code
