"""Every page answers, for those who may open it, and not for the others; names stay sealed until asked."""

from __future__ import annotations

import pytest
from django.urls import reverse

from havre.audit.models import Event
from havre.casefiles.models import Exploitation, File, Period, Task
from havre.casefiles.urls import urlpatterns
from tests.casefiles.pages import EDITORS, NOT_TEAM, PARTS, READ, TEAM, WHY, WRITE, text, url
from tests.factories import House
from tests.factories.casefiles import NAME


@pytest.mark.parametrize("role", TEAM)
def test_the_team_reads_a_file_and_nothing_sealed_shows_before_it_is_asked(house: House, full: File, role: str) -> None:
    client = house.client(role)
    before = Event.objects.count()
    for name in READ:
        answer = client.get(url(name, full))
        assert answer.status_code == 200, name
        assert "Marker" not in text(answer), name
    assert Event.objects.count() == before


@pytest.mark.parametrize("role", NOT_TEAM)
def test_other_roles_find_no_file(house: House, full: File, role: str) -> None:
    client = house.client(role)
    for name in (*READ, *WRITE, "task-add"):
        assert client.get(url(name, full)).status_code == 404, name
    for part in PARTS:
        assert client.post(url("open-part", full, part)).status_code == 404, part
    # A volunteer has a list of what was given to them; nothing was.
    files = client.get(reverse("casefiles:files"))
    assert files.status_code == (200 if role == "volunteer" else 404)
    assert full.person.code not in text(files)
    assert client.get("/").status_code == 200
    assert full.person.code not in text(client.get("/"))


@pytest.mark.parametrize("role", TEAM)
def test_another_house_finds_no_file(full: File, other: House, role: str) -> None:
    client = other.client(role)
    task, period, situation = Task.objects.get(), Period.objects.first(), Exploitation.objects.get()
    assert period is not None
    for name in (*READ, *WRITE, "task-add"):
        assert client.get(url(name, full)).status_code == 404, name
    for part in PARTS:
        assert client.post(url("open-part", full, part)).status_code == 404, part
    for address in (
        url("exploitation-edit", full, situation.pk),
        url("period-close", full, period.pk),
        url("period-assign", full, period.pk),
        url("message", full, "psychology"),
        reverse("casefiles:open-from-alert", args=[full.alert.reference]),
    ):
        assert client.get(address).status_code == 404, address
    for name in ("task-do", "task-undo"):
        assert client.post(reverse(f"casefiles:{name}", args=[task.pk])).status_code == 404
    assert full.person.code not in text(client.get(reverse("casefiles:files"), {"state": ""}))


def test_reception_reads_and_does_not_write(house: House, full: File) -> None:
    client = house.client("reception")
    for name in WRITE:
        assert client.get(url(name, full)).status_code == 404, name
    assert url("note", full) not in text(client.get(url("file", full)))


@pytest.mark.parametrize("role", EDITORS)
@pytest.mark.parametrize("name", WRITE)
def test_forms_answer_for_those_who_write(house: House, full: File, role: str, name: str) -> None:
    assert house.client(role).get(url(name, full)).status_code == 200


CLOSED = {
    "reception": {"social", "psychology", "legal"},
    "social_worker": {"psychology", "legal"},
    "lawyer": {"social", "psychology"},
    "psychologist": {"social", "legal"},
    "coordinator": {"psychology"},
}


@pytest.mark.parametrize("role", TEAM)
def test_what_one_may_not_open_is_shown_closed(house: House, full: File, role: str) -> None:
    """Exactly as the role table says: closed, counted, with whom to write to; never absent."""
    client = house.client(role)
    page = text(client.get(url("file", full)))
    for kind in ("social", "psychology", "legal"):
        assert (url("message", full, kind) in page) is (kind in CLOSED[role]), kind
        assert page.count("1 note this year.") == len(CLOSED[role])
        answer = client.post(url("open-part", full, f"notes-{kind}"), WHY)
        assert answer.status_code == (404 if kind in CLOSED[role] else 200), kind
        assert (f"Marker {kind} note" in text(answer)) is (kind not in CLOSED[role])
        assert client.get(url("message", full, kind)).status_code == 200
    assert page.count("Note · ") == 3


@pytest.mark.parametrize("role", TEAM)
def test_the_story_opens_what_this_reader_holds_and_keeps_the_rest_closed(house: House, full: File, role: str) -> None:
    page = text(house.client(role).post(url("open-part", full, "story"), WHY, headers={"hx-request": "true"}))
    assert "Marker contact" in page
    for kind in ("social", "psychology", "legal"):
        assert (f"Marker {kind} note" in page) is (kind not in CLOSED[role]), kind
    assert page.count("Note · ") == 3
    assert full.alert.reference in page
    assert "Decision:" in page


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("name", NAME), ("identity", NAME), ("dependants", "Marker child"), ("situations", "Marker account"),
        ("exploiters", "Marker exploiter"), ("tasks", "Marker task"), ("story", "Marker contact"),
    ],
)  # fmt: skip
def test_a_click_opens_one_part_and_leaves_a_line(house: House, full: File, part: str, words: str) -> None:
    client = house.client("reception")
    address = url("open-part", full, part)
    assert client.get(address).status_code == 405
    before = Event.objects.count()
    fragment = client.post(address, WHY, headers={"hx-request": "true"})
    assert fragment.status_code == 200
    assert words in text(fragment)
    assert "<html" not in text(fragment)
    events = list(Event.objects.filter(number__gt=before))
    assert {e.kind for e in events} == {"vault.read"}
    assert full.person.code in {e.target for e in events}
    whole = client.post(address)
    assert words in text(whole)
    assert "<html" in text(whole)
    assert "Marker" not in str(list(Event.objects.values()))
    looked = text(client.get(url("file-access", full)))
    assert "Reception of Havre" in looked


def test_unknown_parts_do_not_exist(house: House, full: File) -> None:
    client = house.client("coordinator")
    for part in ("everything", "notes-kitchen", "notes-psychology"):
        assert client.post(url("open-part", full, part)).status_code == 404


def test_names_are_nowhere_before_they_are_asked(house: House, full: File) -> None:
    client = house.client("coordinator")
    for address in ("/", reverse("casefiles:files"), url("file", full), url("file-access", full)):
        page = text(client.get(address))
        assert "Marker" not in page
    assert all("name" not in str(p.pattern) or "show" in str(p.pattern) for p in urlpatterns)
