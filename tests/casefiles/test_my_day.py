"""What needs me now, acted on in place."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from havre.casefiles import queries, services
from havre.casefiles.models import File, Note, Task
from havre.core import clock
from havre.vault.services import send_to_inbox
from tests.casefiles.pages import text, url
from tests.factories import House, take_alert
from tests.factories.casefiles import open_file


def test_my_day_shows_what_waits_and_acts_in_place(house: House, full: File) -> None:
    client = house.client("social_worker")
    urgent = take_alert(house, urgency="immediate_danger")
    left_alone = open_file(house, units=("social",), opened_on=clock.today() - timedelta(days=61))
    cared_for = open_file(house, units=("social",), opened_on=clock.today() - timedelta(days=59))
    page = text(client.get("/"))
    assert urgent.reference in page
    assert left_alone.person.code in page
    assert cared_for.person.code not in page
    assert "Marker" not in page
    assert "Marker task" in text(client.post(reverse("casefiles:tasks-open")))
    task = Task.objects.get()
    done = client.post(reverse("casefiles:task-do", args=[task.pk]), headers={"hx-request": "true"})
    assert "Put back" in text(done)
    assert client.post(reverse("casefiles:task-undo", args=[task.pk])).url == "/"
    assert client.post(reverse("casefiles:task-do", args=[task.pk]), {"next": "https://elsewhere.example/"}).url == "/"


def test_a_contact_takes_a_file_off_my_day(house: House) -> None:
    file = open_file(house, units=("social",), opened_on=clock.today() - timedelta(days=100))
    client = house.client("social_worker")
    assert file.person.code in text(client.get("/"))
    services.log_contact(
        file, kind="phone", with_whom="person", by=house.user("social_worker"), vault=house.vault("social_worker")
    )
    assert file.person.code not in text(client.get("/"))


def test_messages_open_for_the_unit_only_and_are_then_read(house: House, full: File, other: House) -> None:
    item = send_to_inbox("psychology", "Marker message", by=house.user("lawyer"), subject=full.person.code)
    address = reverse("casefiles:inbox-open", args=[item.pk])
    client = house.client("psychologist")
    page = text(client.get("/"))
    assert address in page
    assert "Marker" not in page
    for role in ("lawyer", "coordinator", "reception"):
        assert house.client(role).post(address).status_code == 404
    assert other.client("psychologist").post(address).status_code == 404
    assert "Marker message" in text(client.post(address, headers={"hx-request": "true"}))
    item.refresh_from_db()
    assert item.read_at is not None
    whole = text(client.post(address))
    assert "Marker message" in whole
    assert "<html" in whole


def test_every_role_finds_something_on_my_day(house: House) -> None:
    for role, words in (
        ("social_worker", "Nothing waits for you"),
        ("volunteer", "given to volunteers"),
        ("administrator", "Audit"),
        ("data_officer", "works without files"),
    ):
        page = text(house.client(role).get("/"))
        assert words in page, role


def test_a_locked_session_keeps_a_long_note(house: House, full: File) -> None:
    from django.conf import settings

    from havre.accounts.cookies import cookie_name
    from havre.vault import sessions

    client, address = house.client("lawyer"), url("note", full)
    found = sessions.find(house.user("lawyer"), client.cookies[cookie_name()].value)
    assert found is not None
    sessions.lock(found[0])
    answer = client.post(
        address, {"compartment": "legal", "text": "A long note that must not be lost", "_page": address}
    )
    assert answer.status_code == 423
    assert not Note.objects.filter(compartment="legal", by=house.user("lawyer")).exclude(file__isnull=True)[1:].exists()
    from tests.factories.accounts import PASSPHRASE

    client.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE, "next": address})
    assert "A long note that must not be lost" in text(client.get(address))
    assert settings.TEST


def test_a_volunteer_does_their_own_tasks_only(house: House) -> None:
    file = open_file(house)
    by, vault = house.user("social_worker"), house.vault("social_worker")
    volunteer = house.user("volunteer")
    mine = services.add_task(file, kind="call_back", due_on=clock.today(), who=volunteer, by=by, vault=vault)
    services.add_task(file, kind="call_back", due_on=clock.today(), who=by, by=by, vault=vault)
    assert list(queries.tasks_visible_to(volunteer)) == [mine]
