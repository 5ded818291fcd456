"""Pages: who sees them, what they never show, and that they ask the database a constant number of questions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.accounts.permissions import ROLES, Role
from havre.accounts.permissions import Permission as P
from havre.intake import services
from havre.intake.facts import GivenAnswer
from havre.intake.models import Alert
from tests.factories import House, accepted_alert, interviewed_alert, studied_alert, take_alert
from tests.factories.intake import FACTS

MARKER = "zqx-marker"


def page(name: str, alert: Alert | None = None, **more: object) -> str:
    """The address of a page."""
    return reverse(f"intake:{name}", kwargs={**({"reference": alert.reference} if alert else {}), **more})


def marked(house: House) -> Alert:
    """An alert with a marker in every sealed column, at the level of the interview."""
    alert = studied_alert(
        house, narrative=f"{MARKER} narrative", person_name=f"{MARKER} name", person_contact=f"{MARKER} phone", reporter=f"{MARKER} reporter"
    )  # fmt: skip
    services.log_contact(
        alert,
        kind="phone",
        with_whom="reporter",
        note=f"{MARKER} note",
        by=house.user("reception"),
        vault=house.vault("reception"),
    )
    services.record_interview(
        alert, held_on=alert.received_at.date(), lawyer=house.user("lawyer"), social_worker=house.user("social_worker"),
        interpreter="none_needed", language="fr", account=f"{MARKER} account",
        answers=[GivenAnswer(question="L2-A1", value="yes", fact=f"{MARKER} fact", evidence=f"{MARKER} evidence")],
        by=house.user("lawyer"), vault=house.vault("lawyer"),
    )  # fmt: skip
    services.decide(
        alert, decided_on=alert.received_at.date(), outcome="adjourn", reasons=f"{MARKER} reasons",
        participants=[house.user("lawyer"), house.user("coordinator")], by=house.user("coordinator"), vault=house.vault("coordinator"),
    )  # fmt: skip
    return alert


GET_PAGES = {
    "alerts": P.ALERT_VIEW, "board": P.ALERT_VIEW, "new": P.ALERT_TAKE, "directory": P.DIRECTORY_VIEW,
    "partner-new": P.DIRECTORY_EDIT,
}  # fmt: skip
ALERT_PAGES = {
    "alert": P.ALERT_VIEW, "alert-edit": P.ALERT_TAKE, "alert-contact": P.ALERT_STUDY, "alert-interview": P.ALERT_INTERVIEW,
    "alert-decide": P.ALERT_DECIDE, "alert-redirect": P.ALERT_REDIRECT,
}  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_each_role_gets_its_pages_and_no_other(house: House, role: str) -> None:
    alert = marked(house)
    client = house.client(role)
    for name, permission in {**GET_PAGES, **ALERT_PAGES}.items():
        answer = client.get(page(name, alert if name in ALERT_PAGES else None))
        expected = 200 if permission in ROLES[role].permissions else 404
        assert answer.status_code == expected, name
        if name != "alert-edit":
            assert MARKER not in answer.content.decode(), name


def test_another_organisation_finds_nothing(house: House, other: House) -> None:
    alert = take_alert(house)
    client = other.client("coordinator")
    for name in ALERT_PAGES:
        assert client.get(page(name, alert)).status_code == 404, name
    for what in ("story", "contacts", "level-1"):
        assert client.post(page("alert-open", alert, what=what)).status_code == 404
    assert alert.reference not in client.get(page("alerts")).content.decode()


OPENS = {
    "story": ("narrative", "name", "phone", "reporter"),
    "contacts": ("note",),
    "interviews": ("account",),
    "level-2": ("fact", "evidence"),
    "decisions": ("reasons",),
}


@pytest.mark.parametrize("role", [r for r in Role.values if P.ALERT_VIEW in ROLES[r].permissions])
@pytest.mark.parametrize("what", OPENS)
def test_a_block_opens_for_those_who_hold_its_compartment(house: House, role: str, what: str) -> None:
    alert = marked(house)
    for htmx in (True, False):
        headers = {"HX-Request": "true"} if htmx else {}
        html = house.client(role).post(page("alert-open", alert, what=what), headers=headers).content.decode()
        for word in OPENS[what]:
            needed = "legal" if word in ("evidence", "reasons") else "identity"
            assert (f"{MARKER} {word}" in html) == (needed in ROLES[role].compartments), (word, htmx)


def test_opening_is_told_to_the_log(house: House) -> None:
    from havre.audit.models import Event

    alert = marked(house)
    house.client("social_worker").post(page("alert-open", alert, what="story"))
    event = Event.objects.filter(kind="vault.read").get()
    assert (event.target, event.actor_id) == (alert.reference, house.user("social_worker").pk)


def queries_of(client: object, url: str) -> int:
    """How many queries a page takes, once warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["alerts", "board"])
def test_a_list_takes_as_many_queries_for_ten_alerts_as_for_two_hundred(house: House, name: str) -> None:
    from havre.vault.services import new_cases

    client = house.client("reception")

    def add(count: int) -> None:
        from havre.intake.facts import AlertFacts

        for case in new_cases(house.organisation, count):
            facts = AlertFacts(**{**FACTS, "narrative": None})
            services.take_alert(facts, by=house.user("reception"), vault=house.vault("reception"), case=case)

    add(10)
    few = queries_of(client, page(name))
    add(190)
    assert queries_of(client, page(name)) == few


def test_filters_keep_what_they_say(house: House) -> None:
    mine = take_alert(house, channel="letter", urgency="minor")
    studied_alert(house, source_kind="ofii")
    client = house.client("reception")

    def shown(query: str) -> list[str]:
        return [alert.reference for alert in client.get(page("alerts") + query).context["page"]]

    assert shown("?channel=letter") == [mine.reference]
    assert shown("?source=authority") != [mine.reference]
    assert len(shown("?status=waiting")) == 2
    assert shown("?level=0") == [mine.reference]
    assert len(shown("?mine=me&year=2026")) == 2
    assert shown("?sort=received")[0] == mine.reference


def test_the_page_of_an_accepted_alert_says_what_comes_next(house: House) -> None:
    html = house.client("coordinator").get(page("alert", accepted_alert(house))).content.decode()
    assert "their file can be opened" in html


def test_the_page_of_an_interviewed_alert_shows_the_grid(house: House) -> None:
    alert = interviewed_alert(house)
    html = house.client("lawyer").get(page("alert", alert)).content.decode()
    assert 'name="L2-A1"' in html
    assert 'name="L2-A1-evidence"' in html
    html = house.client("social_worker").get(page("alert", alert)).content.decode()
    assert 'name="L2-A1-fact"' in html
    assert "-evidence" not in html
