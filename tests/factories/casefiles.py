"""Files at each stage, by the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from havre.accounts.models import User
from havre.casefiles import services
from havre.casefiles.facts import ExploitationFacts, PersonFacts
from havre.casefiles.models import Exploitation, File, Resemblance
from havre.core import clock
from havre.intake.known import UNASKED, Answer, Candidate, Known
from tests.factories.accounts import House
from tests.factories.intake import take_alert

NAME = "Amina Marker-Name"
PLACE = "Marker street 12"
ACCOUNT = "Marker account, at length."

PERSON: dict[str, Any] = {
    "gender": "woman",
    "birth_year": 1990,
    "country": "MA",
    "nationalities": ("MA",),
    "languages": ("ar", "fr"),
    "names": NAME,
    "phones": "06 00 00 00 00",
}


def open_file(
    house: House,
    *,
    units: tuple[str, ...] = ("social", "legal"),
    in_charge: dict[str, User | None] | None = None,
    opened_on: date | None = None,
    alert: Any = None,
    known: Known | None = UNASKED,
    **facts: Any,
) -> File:
    """A file just opened by the coordinator; social and legal are in charge of their own period."""
    people: dict[str, User | None] = {
        "social": house.user("social_worker"),
        "legal": house.user("lawyer"),
        "psychology": house.user("psychologist"),
    }
    return services.open_file(
        PersonFacts(**{**PERSON, **facts}),
        units=units,
        in_charge=people if in_charge is None else in_charge,
        opened_on=opened_on or clock.today(),
        alert=alert,
        known=known,
        by=house.user("coordinator"),
        vault=house.vault("coordinator"),
    )


def left_to_check(house: House, file: File) -> Resemblance:
    """An alert of which it was said: perhaps the person of this file, to check."""
    person = file.person
    candidate = Candidate("person", person.pk, person.code, 0.9, ("sound",), 2019, file.get_absolute_url(), (NAME,))
    alert = take_alert(house, known=Known((candidate,), {candidate.key: Answer.TO_CHECK}))
    return Resemblance.objects.get(answered_for=alert)


def add_exploitation(house: House, file: File, **facts: Any) -> Exploitation:
    """A situation written down by the social worker."""
    known: dict[str, Any] = {
        "began_on": date(2015, 5, 1),
        "began_precision": "month",
        "department": "75",
        "setting": "domestic",
        "sectors": ("housework", "childcare"),
        "minutes_per_day": 870,
        "days_per_week": 7,
        "pay_cents": 0,
        "abuses": ("psychological",),
        "controls": ("isolation",),
        "place": PLACE,
        "account": ACCOUNT,
    }
    return services.add_exploitation(
        file.person,
        ExploitationFacts(**{**known, **facts}),
        by=house.user("social_worker"),
        vault=house.vault("social_worker"),
    )
