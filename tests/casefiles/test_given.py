"""A file given to a volunteer, and to nobody else: what they see, open and write, and until when (T5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from havre.audit.models import Event
from havre.casefiles import queries, services
from havre.casefiles.models import File, FileContact, Note
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault.models import CaseGrant
from havre.vault.uploads import take
from tests.casefiles.pages import PARTS, READ, WRITE, text, url
from tests.factories import House
from tests.factories.accounts import add_member
from tests.factories.casefiles import NAME, open_file

HTMX = {"hx-request": "true"}
GIVEN_TABS = {"file", "file-person", "file-notes", "file-documents", "file-tasks"}


def give(
    house: House, file: File, *kinds: str, by: str = "social_worker", days: int = 10, to: str = "volunteer"
) -> None:
    """The file given by a colleague, as the page does it."""
    services.give_file(
        file, kinds or ("identity", "social"), house.user(to), why="volunteer",
        until=clock.today() + timedelta(days=days), by=house.user(by), vault=house.fresh_vault(by),
    )  # fmt: skip


def test_a_volunteer_sees_the_file_they_were_given_and_no_other(house: House, full: File) -> None:
    other = open_file(house)
    give(house, full)
    client = house.client("volunteer")
    for name in READ:
        expected = 200 if name in GIVEN_TABS else 404
        assert client.get(url(name, full)).status_code == expected, name
        assert client.get(url(name, other)).status_code == 404, name
    for page in ("/", reverse("casefiles:files")):
        shown = text(client.get(page))
        assert full.person.code in shown
        assert other.person.code not in shown
    assert list(queries.files_visible_to(house.user("volunteer"))) == [full]


def test_they_open_what_was_given_and_the_rest_is_not_there(house: House, full: File) -> None:
    give(house, full)
    client = house.client("volunteer")
    opens = {"name": NAME, "identity": NAME, "story": "Marker contact", "notes-social": "Marker social note"}
    for part, words in opens.items():
        answer = client.post(url("open-part", full, part))
        assert answer.status_code == 200, part
        assert words in text(answer), part
    story = text(client.post(url("open-part", full, "story")))
    for closed in ("Marker legal note", "Marker psychology note", "Note · Legal", "Note · Psychology"):
        assert closed not in story
    for part in ("notes-legal", "notes-psychology", "situations", "exploiters"):
        assert client.post(url("open-part", full, part)).status_code == 404, part


def test_only_what_was_given_opens(house: House, full: File) -> None:
    give(house, full, "social")
    client = house.client("volunteer")
    page = text(client.get(url("file", full)))
    assert "Name sealed" in page
    assert url("open-part", full, "name") not in page
    assert client.post(url("open-part", full, "name")).status_code == 404
    assert client.get(url("contact", full)).status_code == 404
    assert "Marker social note" in text(client.post(url("open-part", full, "notes-social")))


def test_documents_of_what_was_given_open_and_the_others_do_not_exist(house: House, full: File) -> None:
    social, vault = house.user("social_worker"), house.vault("social_worker")
    papers = {
        kind: services.add_document(
            full, take(f"{kind}.pdf", [b"%PDF-1.7 empty"]), compartment=kind, category="letter", by=social, vault=vault
        )
        for kind in ("identity", "social")
    }
    give(house, full, "identity")
    client = house.client("volunteer")
    for kind, expected in (("identity", 200), ("social", 404)):
        for name in ("document", "document-show", "document-download"):
            assert client.get(url(name, full, papers[kind].pk)).status_code == expected, (kind, name)
    page = text(client.get(url("document", full, papers["identity"].pk)))
    assert url("document-version", full, papers["identity"].pk) not in page
    assert client.get(url("document-version", full, papers["identity"].pk)).status_code == 404


def test_they_note_a_contact_and_write_in_what_was_given(house: House, full: File) -> None:
    give(house, full)
    client = house.client("volunteer")
    now = clock.now().strftime("%Y-%m-%dT00:00")
    sent = client.post(
        url("contact", full), {"kind": "visit", "with_whom": "person", "at": now, "note": "Marker visit"}
    )
    assert sent.status_code == 302
    form = text(client.get(url("note", full)))
    assert 'value="social"' in form
    assert 'value="legal"' not in form
    assert client.post(url("note", full), {"compartment": "social", "text": "Marker helped"}).status_code == 302
    refused = client.post(url("note", full), {"compartment": "legal", "text": "Marker no"})
    assert refused.status_code == 422
    contact, note = FileContact.objects.get(kind="visit"), Note.objects.get(by=house.user("volunteer"))
    assert house.fresh_vault("reception").open(contact, "note") == "Marker visit"
    assert house.fresh_vault("coordinator").open(note, "text") == "Marker helped"


def test_the_service_refuses_what_was_not_given(house: House, full: File) -> None:
    give(house, full, "social")
    by, vault = house.user("volunteer"), house.fresh_vault("volunteer")
    with pytest.raises(PermissionDenied):
        services.log_contact(full, kind="visit", with_whom="person", by=by, vault=vault)
    with pytest.raises(PermissionDenied):
        services.write_note(full, "legal", "no", by=by, vault=vault)
    with pytest.raises(PermissionDenied):
        services.write_note(open_file(house), "social", "no", by=by, vault=vault)


def test_they_change_nothing_else(house: House, full: File) -> None:
    give(house, full)
    client = house.client("volunteer")
    for name in (*WRITE, "task-add", "document-add", "file-give", "file-restrict", "file-lift"):
        if name not in {"contact", "note"}:
            assert client.get(url(name, full)).status_code == 404, name
    page = text(client.get(url("file", full))) + text(client.get(url("file-person", full)))
    for name in (*WRITE, "task-add", "file-exploitation", "file-access"):
        if name not in {"contact", "note"}:
            assert url(name, full) not in page, name
    assert "Marker" not in page


def test_their_own_tasks_only_and_the_words_of_the_given_file(house: House, full: File) -> None:
    by, vault, volunteer = house.user("social_worker"), house.vault("social_worker"), house.user("volunteer")
    elsewhere = services.add_task(
        open_file(house), kind="other", due_on=clock.today(), who=volunteer, what="Marker far", by=by, vault=vault
    )
    give(house, full)
    services.add_task(full, kind="other", due_on=clock.today(), who=volunteer, what="Marker near", by=by, vault=vault)
    client = house.client("volunteer")
    tasks = text(client.post(url("open-part", full, "tasks")))
    assert "Marker near" in tasks
    assert "Marker task" not in tasks
    day = text(client.post(reverse("casefiles:tasks-open")))
    assert "Marker near" in day
    assert "Marker far" not in day
    assert full.get_absolute_url() in day
    assert elsewhere.file is not None
    assert elsewhere.file.get_absolute_url() not in day


def test_a_task_may_be_given_to_who_was_given_the_file(house: House, full: File) -> None:
    option = f'value="{house.user("volunteer").pk}"'
    client = house.client("social_worker")
    assert option not in text(client.get(url("task-add", full)))
    give(house, full)
    assert option in text(client.get(url("task-add", full)))


def test_when_the_day_is_over_nothing_is_left(house: House, full: File) -> None:
    give(house, full)
    client = house.client("volunteer")
    CaseGrant.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    for name in READ:
        assert client.get(url(name, full)).status_code == 404, name
    for part in PARTS:
        assert client.post(url("open-part", full, part)).status_code == 404, part
    assert full.person.code not in text(client.get("/"))


# --- giving on screen ----------------------------------------------------------------------------------------------------


def _given(house: House, **more: object) -> dict[str, object]:
    until = (clock.today() + timedelta(days=20)).isoformat()
    return {
        "user": str(house.user("volunteer").pk),
        "kinds": ["identity"],
        "why": "interpreter",
        "until": until,
        **more,
    }


def test_the_form_says_what_happens_and_gives(house: House, full: File) -> None:
    client = house.client("lawyer")
    page = text(client.get(url("file-give", full)))
    for words in ("What will happen", 'value="identity"', 'value="legal"', "Until, that day included"):
        assert words in page
    assert 'value="psychology"' not in page
    assert 'value="social"' not in page
    assert client.post(url("file-give", full), _given(house)).status_code == 302
    grant = CaseGrant.objects.get()
    assert (grant.kind, grant.why, grant.user, grant.granted_by) == (
        "identity", "interpreter", house.user("volunteer"), house.user("lawyer"),
    )  # fmt: skip
    shown = text(client.get(url("file-access", full)))
    assert "Interprets for this person" in shown
    assert url("file-access-end", full, grant.pk) in shown
    assert house.client("volunteer").get(url("file", full)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2001-01-01"}, {"until": "2999-01-01"}, {"kinds": []}, {"kinds": ["social"]}, {"why": "emergency"},
        {"why": "restricted"}, {"user": ""},
    ],
)  # fmt: skip
def test_what_the_tables_do_not_allow_is_refused_in_words(house: House, full: File, wrong: dict[str, object]) -> None:
    answer = house.client("lawyer").post(url("file-give", full), _given(house, **wrong))
    assert answer.status_code == 422
    assert "to correct" in text(answer)
    assert not CaseGrant.objects.exists()


def test_what_a_profession_opens_everywhere_is_not_given(house: House, full: File) -> None:
    with pytest.raises(RuleBroken, match="already"):
        give(house, full, "identity", to="reception")


def test_twice_is_refused_and_sending_twice_gives_once(house: House, full: File) -> None:
    client, sent = house.client("lawyer"), _given(house, submission="6a1b7c9e-0000-4000-8000-000000000001")
    assert client.post(url("file-give", full), sent).status_code == 302
    assert client.post(url("file-give", full), sent).status_code == 302
    assert CaseGrant.objects.count() == 1
    assert client.post(url("file-give", full), _given(house)).status_code == 422


def test_the_last_day_allowed_is_the_last_day_shown(house: House, full: File) -> None:
    give(house, full, days=183)
    first = CaseGrant.objects.first()
    assert first is not None
    assert first.expires_at is not None
    assert first.expires_at <= clock.now() + timedelta(days=183)
    with pytest.raises(RuleBroken):
        give(house, full, "legal", by="lawyer", days=184)


def test_ending_says_what_happens_and_ends(house: House, full: File) -> None:
    give(house, full)
    grant = CaseGrant.objects.order_by("kind")[0]
    client, volunteer = house.client("social_worker"), house.client("volunteer")
    address = url("file-access-end", full, grant.pk)
    assert "in every browser" in text(client.get(address))
    assert CaseGrant.objects.live().count() == 2
    assert client.post(address).status_code == 302
    assert not CaseGrant.objects.live().exists()
    assert volunteer.get(url("file", full)).status_code == 404
    assert client.post(address).status_code == 302


@pytest.mark.parametrize(("role", "expected"), [("reception", 404), ("data_officer", 404), ("administrator", 404)])
def test_who_may_not_give_does_not_end(house: House, full: File, role: str, expected: int) -> None:
    give(house, full)
    grant = CaseGrant.objects.all()[0]
    assert house.client(role).post(url("file-access-end", full, grant.pk)).status_code == expected
    assert CaseGrant.objects.live().count() == 2


def test_a_volunteer_hands_back_their_own(house: House, full: File) -> None:
    give(house, full)
    client = house.client("volunteer")
    answer = client.post(url("file-access-end", full, CaseGrant.objects.all()[0].pk))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not CaseGrant.objects.live().exists()


def test_giving_asks_a_passphrase_typed_just_now(house: House, full: File) -> None:
    from havre.vault.models import VaultSession

    client = house.client("lawyer")
    VaultSession.objects.update(started_at=timezone.now() - timedelta(minutes=6))
    assert client.post(url("file-give", full), _given(house)).status_code == 423
    assert not CaseGrant.objects.exists()


# --- who looked, and why -------------------------------------------------------------------------------------------------


def reason_of(last: str, code: str) -> str:
    """The reason of the last opening of a file."""
    return str(Event.objects.filter(kind=last, target=code).latest("number").detail.get("why"))


@pytest.mark.parametrize(
    ("role", "why"),
    [("social_worker", "in_charge_social"), ("lawyer", "in_charge_legal"), ("volunteer", "volunteer")],
)
def test_the_log_says_how_the_reader_stands(house: House, full: File, role: str, why: str) -> None:
    give(house, full)
    house.client(role).post(url("open-part", full, "identity"))
    assert reason_of("vault.read", full.person.code) == why


def test_a_task_is_a_reason(house: House, full: File) -> None:
    services.add_task(
        full, kind="call_back", due_on=clock.today(), who=house.user("reception"), by=house.user("coordinator")
    )
    house.client("reception").post(url("open-part", full, "name"))
    assert reason_of("vault.read", full.person.code) == "task"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_is_not_in_charge_says_why_in_the_same_click(house: House, full: File, headers: dict[str, str]) -> None:
    client, address = house.client("reception"), url("open-part", full, "identity")
    page = text(client.get(url("file-person", full)))
    assert page.count('name="reason"') >= 5
    assert "Called or met them" in page
    before = Event.objects.count()
    for wrong in ({}, {"reason": "curious"}, {"reason": "task"}, {"reason": "in_charge_social"}):
        refused = client.post(address, wrong, headers=headers)
        assert refused.status_code == 422
        assert NAME not in text(refused)
        assert 'name="reason"' in text(refused)
    assert Event.objects.count() == before
    opened = client.post(address, {"reason": "called_or_met"}, headers=headers)
    assert NAME in text(opened)
    assert reason_of("vault.read", full.person.code) == "called_or_met"
    # Said a moment ago, it counts for what is opened next, in this file only.
    assert 'name="reason"' not in text(client.get(url("file-person", full)))
    assert client.post(url("open-part", full, "story"), headers=headers).status_code == 200
    assert reason_of("vault.read", full.person.code) == "called_or_met"
    assert client.post(url("open-part", open_file(house), "name"), headers=headers).status_code == 422


def test_a_reason_is_forgotten_after_an_hour(house: House, full: File) -> None:
    client = house.client("reception")
    client.post(url("open-part", full, "name"), {"reason": "prepares"})
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert client.post(url("open-part", full, "name")).status_code == 422


def test_the_team_sees_who_looked_why_and_who_was_not_in_charge(house: House, full: File) -> None:
    house.client("reception").post(url("open-part", full, "name"), {"reason": "checks_record"})
    house.client("social_worker").post(url("open-part", full, "name"))
    client, address = house.client("lawyer"), url("file-access", full)
    page = text(client.get(address))
    assert "Checks the record" in page
    assert "in charge: Social" in page
    assert page.count(">not in charge<") == 1
    only = text(client.get(address, {"who": str(house.user("reception").pk)}))
    assert "Checks the record" in only
    assert "in charge: Social" not in only
    assert client.get(address, {"who": "nobody", "page": "x"}).status_code == 200


def test_a_document_is_read_for_a_reason_too(house: House, full: File) -> None:
    social, vault = house.user("social_worker"), house.vault("social_worker")
    paper = services.add_document(
        full, take("a.pdf", [b"%PDF-1.7 empty"]), compartment="identity", category="letter", by=social, vault=vault
    )
    b"".join(house.client("social_worker").get(url("document-download", full, paper.pk)).streaming_content)  # type: ignore[attr-defined]
    assert reason_of("casefiles.document.read", full.person.code) == "in_charge_social"
    house.client("coordinator").get(url("document-download", full, paper.pk))
    assert reason_of("casefiles.document.read", full.person.code) == "not_in_charge"


def test_the_access_page_takes_as_many_queries_whatever_the_log_and_the_grants(house: House, full: File) -> None:
    def count() -> int:
        client = house.client("social_worker")
        client.get(url("file-access", full))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("file-access", full)).status_code == 200
        return len(asked)

    give(house, full)
    few = count()
    for number in range(3):
        user = add_member(house, "volunteer", f"v{number}")
        services.give_file(
            full, ["identity"], user, why="volunteer", until=clock.today() + timedelta(days=3),
            by=house.user("lawyer"), vault=house.fresh_vault("lawyer"),
        )  # fmt: skip
        house.client("social_worker").post(url("open-part", full, "story"))
    assert count() == few
