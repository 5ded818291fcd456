"""The list, handing over, and how many queries pages take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.casefiles import services
from havre.casefiles.models import File, Period
from havre.core import clock
from tests.casefiles.pages import READ, text, url
from tests.factories import House, take_alert
from tests.factories.casefiles import add_exploitation, open_file


def test_filters_of_the_list(house: House) -> None:
    client = house.client("coordinator")
    woman = open_file(house, units=("social",))
    man = open_file(house, units=("legal",), gender="man", country="PH", in_charge={})
    gone = open_file(house, units=("social",), opened_on=clock.today() - timedelta(days=800))
    services.close_period(
        gone.periods.get(),
        closed_on=clock.today() - timedelta(days=500),
        reason="moved",
        by=house.user("coordinator"),
    )
    social = house.user("social_worker").pk
    year = clock.today().year
    for asked, found in (
        ({}, {woman, man}),
        ({"state": ""}, {woman, man, gone}),
        ({"state": "closed"}, {gone}),
        ({"unit": "legal"}, {man}),
        ({"in_charge": str(social)}, {woman, gone}),
        ({"in_charge": str(social), "state": "active"}, {woman}),
        ({"in_charge": "none"}, {man}),
        ({"gender": "man"}, {man}),
        ({"country": "PH"}, {man}),
        ({"active_in": year}, {woman, man}),
        ({"opened": gone.opened_on.year}, {gone}),
        ({"gender": "not a code"}, {woman, man, gone}),
    ):
        page = text(client.get(reverse("casefiles:files"), asked))
        for file in (woman, man, gone):
            assert (f">{file.person.code}<" in page) is (file in found), (asked, file.person.code)
    for sort in ("code", "-code", "since", "-since", "contact", "-contact", "nonsense"):
        assert client.get(reverse("casefiles:files"), {"sort": sort}).status_code == 200


def _queries(client: Any, address: str) -> int:
    client.get(address)  # the session's own first writes
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_take_the_same_number_of_queries_whatever_the_caseload(house: House) -> None:
    client = house.client("coordinator")
    mine = dict.fromkeys(("social", "legal", "psychology"), house.user("coordinator"))
    files = [
        open_file(house, in_charge=mine, opened_on=clock.today() - timedelta(days=90 + n), units=("social", "legal"))
        for n in range(3)
    ]
    by, vault = house.user("coordinator"), house.vault("coordinator")

    def live(file: File, times: int) -> None:
        for n in range(times):
            services.log_contact(
                file,
                kind="phone",
                with_whom="person",
                note="x",
                at=clock.now() - timedelta(days=70 + n),
                by=by,
                vault=vault,
            )
            services.write_note(file, "legal", "x", by=by, vault=vault)
            services.add_task(file, kind="other", due_on=clock.today(), who=by, by=by)
            add_exploitation(house, file)
            services.add_dependant(file.person, by=by, vault=vault)

    live(files[0], 1)
    take_alert(house, urgency="immediate_danger")
    addresses = ["/", reverse("casefiles:files"), *(url(name, files[0]) for name in READ)]
    few = {address: _queries(client, address) for address in addresses}
    for n in range(30):
        open_file(house, in_charge=mine, opened_on=clock.today() - timedelta(days=90 + n))
    live(files[0], 5)
    live(files[1], 1)
    for _ in range(4):
        take_alert(house, urgency="immediate_danger")
    many = {address: _queries(client, address) for address in addresses}
    assert many == few
    assert max(many.values()) < 30


def test_opening_the_story_takes_the_same_number_of_reads(house: House, full: File) -> None:
    client, address = house.client("social_worker"), url("open-part", full, "story")
    by, vault = house.user("social_worker"), house.vault("social_worker")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.post(address, headers={"hx-request": "true"})
        return len(seen)

    queries()
    few = queries()
    for _ in range(6):
        services.log_contact(full, kind="phone", with_whom="person", note="x", by=by, vault=vault)
        services.write_note(full, "social", "x", by=by, vault=vault)
    assert queries() == few


def test_reassignment_says_what_will_happen_then_does_it(house: House) -> None:
    files = [open_file(house, units=("social",)) for _ in range(60)]
    to = house.user("coordinator")
    client, address = house.client("coordinator"), reverse("casefiles:reassign")
    asked = {"file": [f.person.code for f in files[:3]], "unit": "social", "to": str(to.pk)}
    page = text(client.post(address, asked))
    assert "3 files of the unit" in page
    assert "Social Worker of Havre" in page
    assert not Period.objects.filter(in_charge=to).exists()
    assert client.post(address, {**asked, "confirm": "1", "submission": str(uuid4())}).status_code == 302
    assert Period.objects.filter(in_charge=to).count() == 3
    everything = {"all": "1", "query": "unit=social", "unit": "social", "to": str(to.pk), "confirm": "1"}
    client.post(address, everything)
    assert Period.objects.filter(in_charge=to).count() == 60
    assert house.client("social_worker").post(address, asked).status_code == 404
    assert client.post(address, {"unit": "social"}).status_code == 422
