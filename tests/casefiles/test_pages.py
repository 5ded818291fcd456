"""Every page answers, for those who may open it, and not for the others; names stay sealed until asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.models import Exploitation, File, FileContact, Note, Period, Person, Task
from havre.casefiles.urls import urlpatterns
from havre.core import clock
from havre.vault.models import InboxItem
from havre.vault.services import send_to_inbox
from tests.factories import House, accepted_alert, take_alert
from tests.factories.casefiles import NAME, add_exploitation, open_file

TEAM = ("reception", "social_worker", "lawyer", "psychologist", "coordinator")
NOT_TEAM = ("data_officer", "administrator", "volunteer")
EDITORS = ("social_worker", "lawyer", "psychologist", "coordinator")
READ = ["file", "file-exploitation", "file-person", "file-notes", "file-tasks", "file-looked"]
WRITE = [
    "person-edit", "arrival-edit", "dependant-add", "exploitation-add", "exploiter-add", "period-open", "contact", "note",
]  # fmt: skip
PARTS = ["name", "story", "identity", "dependants", "situations", "exploiters", "tasks"]


@pytest.fixture
def full(house: House) -> File:
    """A file with something in each of its parts, every text a marker."""
    alert = accepted_alert(house, person_name="Marker alert name")
    file = open_file(house, units=("social", "legal", "psychology"), alert=alert)
    situation = add_exploitation(house, file)
    social, vault = house.user("social_worker"), house.vault("social_worker")
    exploiter = services.add_exploiter(name="Marker exploiter", by=social, vault=vault)
    services.link_exploiter(situation, exploiter, "employer", by=social)
    services.add_dependant(file.person, birth_year=2015, name="Marker child", by=social, vault=vault)
    services.log_contact(file, kind="phone", with_whom="person", note="Marker contact", by=social, vault=vault)
    for role, kind in (("social_worker", "social"), ("psychologist", "psychology"), ("lawyer", "legal")):
        services.write_note(file, kind, f"Marker {kind} note", by=house.user(role), vault=house.vault(role))
    services.add_task(
        file, kind="call_back", due_on=clock.today(), who=social, what="Marker task", by=social, vault=vault
    )
    return file


def url(name: str, file: File, *more: Any) -> str:
    """The address of a page of a file."""
    return reverse(f"casefiles:{name}", args=[file.person.code, *more])


def text(answer: Any) -> str:
    """The page."""
    return answer.content.decode()


# --- who opens what --------------------------------------------------------------------------------------------------


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
    assert client.get(reverse("casefiles:files")).status_code == 404
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
        answer = client.post(url("open-part", full, f"notes-{kind}"))
        assert answer.status_code == (404 if kind in CLOSED[role] else 200), kind
        assert (f"Marker {kind} note" in text(answer)) is (kind not in CLOSED[role])
        assert client.get(url("message", full, kind)).status_code == 200
    assert page.count("Note · ") == 3


@pytest.mark.parametrize("role", TEAM)
def test_the_story_opens_what_this_reader_holds_and_keeps_the_rest_closed(house: House, full: File, role: str) -> None:
    page = text(house.client(role).post(url("open-part", full, "story"), headers={"hx-request": "true"}))
    assert "Marker contact" in page
    for kind in ("social", "psychology", "legal"):
        assert (f"Marker {kind} note" in page) is (kind not in CLOSED[role]), kind
    assert page.count("Note · ") == 3
    assert full.alert.reference in page
    assert "Decision:" in page


# --- opening is a click, and is logged -------------------------------------------------------------------------------


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
    fragment = client.post(address, headers={"hx-request": "true"})
    assert fragment.status_code == 200
    assert words in text(fragment)
    assert "<html" not in text(fragment)
    events = list(Event.objects.filter(number__gt=before))
    assert {e.kind for e in events} == {"vault.read"}
    assert full.person.code in {e.target for e in events} | ({full.person.code} if part == "exploiters" else set())
    whole = client.post(address)
    assert words in text(whole)
    assert "<html" in text(whole)
    assert "Marker" not in str(list(Event.objects.values()))
    looked = text(client.get(url("file-looked", full)))
    assert part == "exploiters" or "Reception of Havre" in looked


def test_unknown_parts_do_not_exist(house: House, full: File) -> None:
    client = house.client("coordinator")
    for part in ("everything", "notes-kitchen", "notes-psychology"):
        assert client.post(url("open-part", full, part)).status_code == 404


def test_names_are_nowhere_before_they_are_asked(house: House, full: File) -> None:
    client = house.client("coordinator")
    for address in ("/", reverse("casefiles:files"), url("file", full), url("file-looked", full)):
        page = text(client.get(address))
        assert "Marker" not in page
    assert all("name" not in str(p.pattern) or "show" in str(p.pattern) for p in urlpatterns)


# --- the list --------------------------------------------------------------------------------------------------------


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


# --- handing over ----------------------------------------------------------------------------------------------------


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


# --- writing ---------------------------------------------------------------------------------------------------------


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


# --- my day ----------------------------------------------------------------------------------------------------------


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
