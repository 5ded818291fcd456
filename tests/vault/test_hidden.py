"""Which cases are hidden from whom, by the calendar people read; and how often the database is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from havre.core import clock
from havre.vault import queries, sharing
from havre.vault.models import CaseGrant
from tests.vault.house import House, note, person
from tests.vault.test_sharing import COORDINATOR, LAWYER, SOCIAL, VOLUNTEER, give, house

__all__ = ["house"]


def test_a_day_of_the_calendar_ends_a_grant(house: House) -> None:
    """Days that people read are domain time: the demonstration's day, a past day being loaded, today."""
    about = person(house, names="Awa")
    past = clock.now() - timedelta(days=400)
    with clock.travel(past):
        (grant,) = sharing.give(
            about.case_id, ["identity"], house.members[VOLUNTEER], why="volunteer", until=past + timedelta(days=30),
            target=about.code, by=house.vault(SOCIAL),
        )  # fmt: skip
        assert grant.granted_at == past
        assert house.vault(VOLUNTEER).can_open("identity", about.case_id)
    assert not house.vault(VOLUNTEER).can_open("identity", about.case_id)
    assert list(CaseGrant.objects.past()) == [grant]


def test_what_is_hidden_from_whom(house: House) -> None:
    about, other = person(house, names="Awa"), person(house, names="Binta")
    note(about, "social", "x", house.vault(SOCIAL))
    everyone = (COORDINATOR, SOCIAL, LAWYER, VOLUNTEER)

    def hidden() -> dict[str, set[Any]]:
        return {role: set(queries.hidden_from(house.members[role]).values_list("pk", flat=True)) for role in everyone}

    assert not any(hidden().values())
    sharing.restrict(
        [about.case_id], {house.members[SOCIAL]: ["identity", "social"]}, target=about.code, by=house.vault(COORDINATOR)
    )
    assert hidden() == {COORDINATOR: set(), SOCIAL: set(), LAWYER: {about.case_id}, VOLUNTEER: {about.case_id}}
    give(house, about, "identity", by=SOCIAL)
    assert hidden()[VOLUNTEER] == set()
    assert [g.user for g in queries.grants_of(other.case_id)] == []
    CaseGrant.objects.filter(user=house.members[VOLUNTEER]).update(expires_at=clock.now() - timedelta(seconds=1))
    assert hidden()[VOLUNTEER] == {about.case_id}


def test_asking_of_many_records_of_a_case_asks_the_database_once(house: House) -> None:
    about = person(house, names="Awa")
    vault = house.vault(SOCIAL)
    vault.can_open("identity", about.case_id)
    with CaptureQueriesContext(connection) as asked:
        assert all(vault.can_open(kind, about.case_id) for kind in ("identity", "social") for _ in range(20))
    assert not asked.captured_queries


def test_what_was_asked_before_a_restriction_is_asked_again_after_it(house: House) -> None:
    about = person(house, names="Awa")
    vault = house.vault(COORDINATOR)
    assert vault.can_open("social", about.case_id)
    sharing.restrict([about.case_id], {}, target=about.code, by=vault)
    assert not vault.can_open("social", about.case_id)
    sharing.lift([about.case_id], target=about.code, by=vault)
    assert vault.can_open("social", about.case_id)
