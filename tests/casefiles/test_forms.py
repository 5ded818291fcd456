"""What is written through the pages: once, never over somebody else, never lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.urls import reverse

from havre.casefiles import services
from havre.casefiles.models import Exploitation, File, FileContact, Note, Person, Task
from havre.core import clock
from havre.vault.models import InboxItem
from tests.casefiles.pages import text, url
from tests.factories import House, accepted_alert
from tests.factories.casefiles import NAME, open_file


def test_from_an_accepted_alert_to_a_file(house: House) -> None:
    alert = accepted_alert(house, person_name=NAME, person_gender="woman")
    client = house.client("coordinator")
    address = reverse("casefiles:open-from-alert", args=[alert.reference])
    page = text(client.get(address))
    assert NAME in page
    social = house.user("social_worker")
    typed = {
        "gender": "woman", "birth_year": "1990", "country": "MA", "nationalities_0": "MA", "languages_0": "ar",
        "languages_1": "fr", "names": NAME, "units": ["social", "legal"], "opened_on": clock.today().isoformat(),
        "in_charge_social": str(social.pk), "submission": str(uuid4()),
    }  # fmt: skip
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert NAME in text(refused)
    assert not Person.objects.exists()
    first, second = (client.post(address, {**typed, "consent": "on"}) for _ in range(2))
    assert (first.status_code, first.url) == (302, "/files/P-0001/")
    assert second.url == first.url
    person = Person.objects.get()
    assert [x.language for x in person.languages.order_by("id")] == ["ar", "fr"]
    assert person.file.periods.get(unit="social").in_charge == social
    assert client.get(address).status_code == 302
    for role in ("social_worker", "reception", "data_officer"):
        assert house.client(role).get(address).status_code == 404


def test_who_comes_back_is_asked_only_what_is_new(house: House) -> None:
    file = open_file(house, units=("social",))
    services.close_period(file.periods.get(), closed_on=clock.today(), reason="moved", by=house.user("coordinator"))
    alert = accepted_alert(house, former_code="P-0001")
    client = house.client("coordinator")
    address = reverse("casefiles:open-from-alert", args=[alert.reference])
    page = text(client.get(address))
    assert 'name="names"' not in page
    answer = client.post(address, {"units": ["social"], "opened_on": clock.today().isoformat(), "consent": "on"})
    assert answer.url == "/files/P-0001/"
    assert Person.objects.count() == 1
    assert file.periods.count() == 2
    assert alert.reference in text(client.get("/files/P-0001/"))


def test_two_people_who_edit_one_person_see_both_versions(house: House, full: File) -> None:
    client, address = house.client("social_worker"), url("person-edit", full)
    typed = {
        "gender": "woman", "birth_year": "1990", "country": "PH", "names": "My version", "revision": "1",
        "submission": str(uuid4()),
    }  # fmt: skip
    other = house.client("lawyer")
    assert other.post(address, {**typed, "names": "Their version", "country": "CI"}).status_code == 302
    answer = client.post(address, {**typed, "submission": str(uuid4())})
    page = text(answer)
    assert answer.status_code == 409
    assert "My version" in page
    assert "Their version" in page
    assert "Côte" in page
    again = client.post(address, {**typed, "revision": "2", "submission": str(uuid4())})
    assert again.status_code == 302
    assert house.vault("lawyer").open(Person.objects.get(), "names") == "My version"


def test_two_people_who_edit_one_situation_see_both_versions(house: House, full: File) -> None:
    situation = Exploitation.objects.get()
    address = url("exploitation-edit", full, situation.pk)
    client = house.client("social_worker")
    typed = {"country": "FR", "began_on": "05/2015", "minutes_per_day": "14:30", "revision": "1"}
    assert house.client("lawyer").post(address, {**typed, "pay_cents": "150"}).status_code == 302
    answer = client.post(address, {**typed, "began_on": "2016"})
    assert answer.status_code == 409
    assert "05/2015" in text(answer)
    assert 'value="2016"' in text(answer)


def test_a_situation_typed_as_people_say_it(house: House, full: File) -> None:
    client = house.client("lawyer")
    typed = {
        "began_on": "2019-05", "ended_on": "2020", "country": "FR", "department": "75", "setting": "domestic",
        "main_sector": "childcare", "sectors": ["housework"], "minutes_per_day": "14,5", "days_per_week": "7",
        "pay_cents": "150,50", "abuse_asked": "yes", "abuses": ["physical"], "place": "Marker place",
        "submission": str(uuid4()),
    }  # fmt: skip
    for _ in range(2):
        assert client.post(url("exploitation-add", full), typed).status_code == 302
    situation = Exploitation.objects.get(rank=2)
    assert (situation.began_precision, situation.ended_precision) == ("month", "year")
    assert (situation.minutes_per_day, situation.pay_cents, situation.lodging) == (870, 15050, "unknown")
    assert situation.sectors.get(main=True).sector == "childcare"
    wrong = client.post(url("exploitation-add", full), {**typed, "ended_on": "2010", "submission": str(uuid4())})
    assert wrong.status_code == 422
    assert "Marker place" in text(wrong)


def test_each_short_form_writes_once(house: House, full: File) -> None:
    client = house.client("psychologist")
    now = clock.now().strftime("%Y-%m-%dT%H:%M")
    forms: list[tuple[str, tuple, dict[str, Any], Any]] = [
        ("contact", (), {"kind": "visit", "with_whom": "person", "at": now, "note": "x"}, FileContact),
        ("note", (), {"compartment": "psychology", "text": "x"}, Note),
        ("note", (), {"compartment": "legal", "text": "x"}, InboxItem),
        ("message", ("social",), {"text": "x"}, InboxItem),
        ("task-add", (), {"kind": "other", "due_on": "2030-01-01", "who": str(house.user("lawyer").pk)}, Task),
        ("dependant-add", (), {"name": "x", "birth_year": "2010"}, None),
    ]
    for name, more, typed, model in forms:
        key = str(uuid4())
        before = model.objects.count() if model else full.person.dependants.count()
        for _ in range(2):
            answer = client.post(url(name, full, *more), {**typed, "submission": key})
            assert answer.status_code == 302, (name, text(answer))
        after = model.objects.count() if model else full.person.dependants.count()
        assert after == before + 1, name
        assert client.post(url(name, full, *more), {"birth_year": "x"}).status_code == 422, name


def test_periods_and_arrival_through_their_forms(house: House, full: File) -> None:
    client = house.client("coordinator")
    period = full.periods.get(unit="social")
    close = {"closed_on": clock.today().isoformat(), "reason": "moved", "revision": "1"}
    assert client.post(url("period-close", full, period.pk), {**close, "closed_on": "2001-01-01"}).status_code == 422
    assert client.post(url("period-close", full, period.pk), close).status_code == 302
    opened = {"unit": "social", "opened_on": clock.today().isoformat()}
    assert client.post(url("period-open", full), opened).status_code == 302
    assert client.post(url("period-open", full), opened).status_code == 422
    legal = full.periods.get(unit="legal")
    assign = {"in_charge": str(house.user("coordinator").pk), "revision": "1"}
    assert client.post(url("period-assign", full, legal.pk), assign).status_code == 302
    assert client.post(url("period-assign", full, legal.pk), assign).status_code == 409
    arrival = {"arrived_on": "2015", "transport": "plane", "debt_cents": "0", "revision": "0"}
    assert client.post(url("arrival-edit", full), arrival).status_code == 302
    assert client.post(url("arrival-edit", full), {**arrival, "transport": "boat"}).status_code == 409
    assert client.post(url("arrival-edit", full), {**arrival, "revision": "1"}).status_code == 302
    assert house.client("lawyer").get(url("period-assign", full, legal.pk)).status_code == 404


def test_exploiters_new_and_known(house: House, full: File) -> None:
    client = house.client("lawyer")
    situation = Exploitation.objects.get()
    known = situation.exploiters.get().exploiter
    address = url("exploiter-add", full)
    new = {"name": "Marker two", "status": "business", "relation": "employer", "exploitation": str(situation.pk)}
    assert client.post(address, new).status_code == 302
    assert situation.exploiters.count() == 2
    both = client.post(address, {**new, "exploiter": str(known.pk)})
    assert both.status_code == 422
    bare = open_file(house)
    assert client.get(url("exploiter-add", bare)).status_code == 302


def test_a_file_opened_by_a_colleague_meanwhile_keeps_what_was_typed(house: House) -> None:
    alert = accepted_alert(house)
    client, address = house.client("coordinator"), reverse("casefiles:open-from-alert", args=[alert.reference])
    open_file(house, alert=alert)
    typed = {"names": "Marker typed", "units": ["social"], "opened_on": clock.today().isoformat(), "consent": "on"}
    answer = client.post(address, typed)
    assert answer.status_code == 409
    assert "Marker typed" in text(answer)
    assert Person.objects.count() == 1


def test_a_note_to_another_unit_says_that_it_was_sent(house: House, full: File) -> None:
    client = house.client("social_worker")
    answer = client.post(url("note", full), {"compartment": "psychology", "text": "x"}, follow=True)
    assert "Sent to the unit" in text(answer)
    assert "Note saved" not in text(answer)
