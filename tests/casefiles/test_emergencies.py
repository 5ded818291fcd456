"""Break-glass on screen: officers only, two of them, one file, one day, to be read; the file appears and goes again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.models import File
from havre.core import clock
from havre.vault import sharing
from havre.vault.models import CaseGrant, Emergency
from tests.casefiles.pages import text, url
from tests.factories import House
from tests.factories.casefiles import NAME, open_file
from tests.vault.house import officer

LIST, ASK = reverse("casefiles:emergency"), reverse("casefiles:emergency-ask")


@pytest.fixture
def two(house: House, full: File) -> House:
    """Reception is an officer too, beside those of the founding; the full file is restricted to three people."""
    officer(house, Role.RECEPTION)  # type: ignore[arg-type]
    for role in ("social_worker", "lawyer", "coordinator", "psychologist"):
        sharing.resume(house.fresh_vault(role))
    services.restrict_file(
        full,
        {
            house.user("social_worker"): ["social"],
            house.user("lawyer"): ["legal"],
            house.user("psychologist"): ["psychology"],
        },
        by=house.user("coordinator"), vault=house.fresh_vault("coordinator"),
    )  # fmt: skip
    return house


def ask(house: House, file: File, role: str = "reception", kind: str = "legal") -> Emergency:
    """Asked on the page."""
    sent = {"code": file.person.code, "kind": kind, "why": "danger"}
    answer = house.client(role).post(ASK, sent)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    return Emergency.objects.latest("asked_at")


def answer_url(emergency: Emergency) -> str:
    """Where another officer answers."""
    return reverse("casefiles:emergency-answer", args=[emergency.pk])


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"reception", "administrator", "coordinator"}))
def test_for_who_is_no_officer_there_is_no_such_page(two: House, full: File, role: str) -> None:
    client, emergency = two.client(role), ask(two, full)
    for address in (LIST, ASK, answer_url(emergency)):
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "agree"}).status_code == 404
    for page in ("/", reverse("accounts:settings")):
        assert LIST not in text(client.get(page))


def test_one_asks_another_agrees_and_the_file_is_there_to_read(two: House, full: File) -> None:
    asks, agrees = two.client("reception"), two.client("administrator")
    assert asks.get(url("file", full)).status_code == 404
    assert "another officer has to agree" in text(asks.get(ASK, {"code": full.person.code}))
    emergency = ask(two, full)
    assert "waits for another officer" in text(asks.get(LIST))
    for page in ("/", reverse("accounts:settings")):
        assert LIST in text(agrees.get(page))
    assert '<b class="count">1</b>' in text(agrees.get("/"))
    assert '<b class="count">1</b>' not in text(asks.get("/"))
    page = text(agrees.get(answer_url(emergency)))
    for words in ("What will happen", "You open nothing yourself", "Someone is in danger now", full.person.code):
        assert words in page
    assert agrees.post(answer_url(emergency), {"answer": "agree"}).status_code == 302
    page = text(asks.get(url("file", full)))
    assert "less than 24 hours left" in page
    assert "Marker legal note" in text(asks.post(url("open-part", full, "notes-legal")))
    assert Event.objects.filter(kind="vault.read").latest("number").detail["why"] == "emergency"
    for part in ("name", "identity", "notes-social", "notes-psychology"):
        assert asks.post(url("open-part", full, part)).status_code == 404, part
    assert agrees.get(url("file", full)).status_code == 404
    told = text(two.client("lawyer").get("/"))
    assert full.person.code in told
    shown = text(two.client("coordinator").get(url("file-access", full)))
    assert "Emergency access by two officers" in shown
    assert "asked for emergency access" in shown


def test_what_was_opened_in_an_emergency_is_not_written_in(two: House, full: File) -> None:
    coordinator = two.user("coordinator")
    for grant in CaseGrant.objects.live().filter(user=coordinator):
        two.client("coordinator")
        CaseGrant.objects.filter(pk=grant.pk).update(ended_at=clock.now())
    emergency = ask(two, full, role="coordinator")
    two.client("reception").post(answer_url(emergency), {"answer": "agree"})
    client = two.client("coordinator")
    page = text(client.get(url("file", full)))
    for name in ("note", "contact", "task-add", "period-open", "person-edit", "file-give", "file-lift", "file-name"):
        assert url(name, full) not in page, name
        assert client.get(url(name, full)).status_code == 404, name


def test_it_ends_earlier_by_who_asked_and_at_its_hour_by_itself(two: House, full: File) -> None:
    asks = two.client("reception")
    for _ in range(2):
        emergency = ask(two, full)
        two.client("administrator").post(answer_url(emergency), {"answer": "agree"})
        emergency.refresh_from_db()
        assert emergency.grant is not None
        assert asks.get(url("file", full)).status_code == 200
        assert url("file-access-end", full, emergency.grant.pk) in text(asks.get(LIST))
        if _ == 0:
            assert asks.post(url("file-access-end", full, emergency.grant.pk)).status_code == 302
        else:
            CaseGrant.objects.filter(pk=emergency.grant_id).update(expires_at=clock.now() - timedelta(seconds=1))
        assert asks.get(url("file", full)).status_code == 404
        assert asks.post(url("open-part", full, "notes-legal")).status_code == 404
        assert "closed again" in text(asks.get(LIST))


def test_an_administrator_reads_what_two_officers_opened_and_nothing_else(two: House, full: File) -> None:
    other, client = open_file(two), two.client("administrator")
    emergency = ask(two, full, role="administrator", kind="identity")
    two.client("reception").post(answer_url(emergency), {"answer": "agree"})
    assert NAME in text(client.post(url("open-part", full, "identity")))
    assert client.get(url("file", other)).status_code == 404
    assert client.get(url("file-access", full)).status_code == 404
    assert client.get(reverse("casefiles:files")).status_code == 404
    assert full.get_absolute_url() in text(client.get("/"))


def test_refused_nothing_opens(two: House, full: File) -> None:
    emergency = ask(two, full)
    client = two.client("administrator")
    assert client.post(answer_url(emergency), {}).status_code == 422
    assert client.post(answer_url(emergency), {"answer": "refuse"}).status_code == 302
    assert not CaseGrant.objects.filter(why="emergency").exists()
    assert "refused" in text(client.get(LIST))
    again = client.post(answer_url(emergency), {"answer": "agree"})
    assert again.status_code == 422
    assert "answered already" in text(again)


def test_nobody_agrees_to_their_own_request(two: House, full: File) -> None:
    emergency = ask(two, full)
    assert two.client("reception").post(answer_url(emergency), {"answer": "agree"}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"code": "P-9999"}, "There is no file of this code"), ({"code": "Amina"}, "the number of the file"),
        ({"kind": "psychology"}, "to correct"), ({"why": "curious"}, "to correct"), ({"kind": "identity"}, "already"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(two: House, full: File, sent: dict[str, str], words: str) -> None:
    answer = two.client("coordinator").post(ASK, {"code": full.person.code, "kind": "legal", "why": "danger", **sent})
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Emergency.objects.exists()


def test_another_organisation_has_no_part_in_it(two: House, full: File, other: House) -> None:
    emergency = ask(two, full)
    client = other.client("coordinator")
    assert client.get(answer_url(emergency)).status_code == 404
    assert client.get(reverse("casefiles:emergency-answer", args=[uuid4()])).status_code == 404
    assert full.person.code not in text(client.get(LIST))
    sent = {"code": full.person.code, "kind": "legal", "why": "danger"}
    assert client.post(ASK, sent).status_code == 422


def test_the_list_takes_as_many_queries_however_long(two: House, full: File) -> None:
    client = two.client("reception")

    def count() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    ask(two, full)
    few = count()
    for kind in ("social", "identity"):
        ask(two, full, kind=kind)
    assert count() == few
