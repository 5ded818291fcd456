"""A restricted file: for who is not named it does not exist, anywhere; what closes, when, and who reads on (T5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.casefiles import queries, services
from havre.casefiles.facts import PersonFacts
from havre.casefiles.models import File, Period, Task
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake.queries import alerts_visible_to
from havre.statistics.rows import coded_rows
from havre.vault import directory, sharing
from havre.vault.models import Case, CaseGrant
from havre.vault.services import send_to_inbox
from tests.casefiles.pages import PARTS, READ, TEAM, WHY, WRITE, text, url
from tests.factories import House, take_alert
from tests.factories.accounts import add_member
from tests.factories.casefiles import NAME, PERSON, open_file

# Not named below; the social worker, the psychologist and the coordinator are.
OUT = ("reception", "lawyer")
NAMED = ("social_worker", "psychologist", "coordinator")


@pytest.fixture
def closed(house: House, full: File) -> File:
    """The full file, restricted to the social worker and the psychologist, beside the coordinator."""
    for period in Period.objects.filter(file=full, unit="legal"):
        services.assign_period(period, house.user("coordinator"), by=house.user("coordinator"))
    restrict(house, full)
    return File.objects.get(pk=full.pk)


def restrict(house: House, file: File) -> None:
    """As the page does it; then everybody named signs in."""
    services.restrict_file(
        file, {house.user("social_worker"): ["identity", "social"], house.user("psychologist"): ["psychology"]},
        by=house.user("coordinator"), vault=house.fresh_vault("coordinator"),
    )  # fmt: skip
    for role in NAMED:
        sharing.resume(house.fresh_vault(role))


@pytest.mark.parametrize("role", OUT)
def test_for_who_is_not_named_no_page_of_it_exists(house: House, closed: File, role: str) -> None:
    client, task, period = house.client(role), Task.objects.get(), closed.periods.all()[0]
    for name in (*READ, *WRITE, "task-add", "document-add", "file-give", "file-restrict", "file-name", "file-lift"):
        assert client.get(url(name, closed)).status_code == 404, name
    for part in (*PARTS, "documents", "notes-legal", "notes-social"):
        assert client.post(url("open-part", closed, part), WHY).status_code == 404, part
    for address in (url("message", closed, "social"), url("period-close", closed, period.pk)):
        assert client.get(address).status_code == 404
    for name in ("task-do", "task-undo"):
        assert client.post(reverse(f"casefiles:{name}", args=[task.pk])).status_code == 404
    assert client.get(closed.alert.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("role", OUT)
def test_its_code_and_name_are_in_no_list(house: House, closed: File, role: str) -> None:
    client, code, reference = house.client(role), closed.person.code, closed.alert.reference
    open_file(house)
    shown = [
        client.get("/"), client.get(reverse("casefiles:files"), {"state": ""}), client.get(reverse("intake:alerts")),
        client.get(reverse("intake:board")), client.post(reverse("casefiles:search"), {"q": NAME}),
        client.post(reverse("casefiles:search"), {"q": code}), client.post(reverse("casefiles:search"), {"q": reference}),
        client.post(reverse("casefiles:search"), {"q": "Marker exploiter"}),
    ]  # fmt: skip
    for answer in shown:
        assert answer.status_code == 200
        page = text(answer).replace(f'value="{code}"', "").replace(f'value="{reference}"', "")
        assert code not in page
        assert reference not in page
    assert not queries.files_visible_to(house.user(role)).filter(pk=closed.pk).exists()
    assert not queries.tasks_visible_to(house.user(role)).filter(file=closed).exists()
    assert not alerts_visible_to(house.user(role)).filter(pk=closed.alert_id).exists()


def test_the_directory_of_names_forgets_it_and_a_changed_name_does_not_come_back(house: House, closed: File) -> None:
    def known() -> set[Any]:
        return {hit.row for hit in directory.search(house.fresh_vault("coordinator"), NAME)}

    ours = {closed.person_id, closed.alert_id}
    assert not ours & known()
    person = closed.person
    facts = PersonFacts(**{**PERSON, "names": f"{NAME} Junior"})
    services.change_person(
        person, facts, revision=person.revision, by=house.user("coordinator"), vault=house.fresh_vault("coordinator")
    )
    assert not ours & known()
    directory.rebuild(house.fresh_vault("reception"))
    assert not ours & known()


@pytest.mark.parametrize("role", OUT)
def test_the_keys_alone_open_nothing(house: House, closed: File, role: str) -> None:
    vault = house.fresh_vault(role)
    for kind in ("identity", "social", "legal"):
        assert not vault.can_open(kind, closed.person.case_id)
    with pytest.raises(PermissionDenied):
        vault.open(closed.person, "names")


@pytest.mark.parametrize("role", NAMED)
def test_who_is_named_reads_on_each_their_own_part(house: House, closed: File, role: str) -> None:
    client = house.client(role)
    page = client.get(url("file", closed))
    assert page.status_code == 200
    assert ">Restricted<" in text(page).replace("</svg>", ">")
    assert NAME in text(client.post(url("open-part", closed, "name")))
    opens = {"social_worker": {"social"}, "psychologist": {"psychology"}, "coordinator": {"social", "legal"}}[role]
    for kind in ("social", "psychology", "legal"):
        answer = client.post(url("open-part", closed, f"notes-{kind}"))
        assert answer.status_code == (200 if kind in opens else 404), kind
    listed = text(client.get(reverse("casefiles:files"), {"state": ""}))
    assert closed.person.code in listed
    assert "Restricted" in listed
    assert client.get(closed.alert.get_absolute_url()).status_code == 200


def test_who_is_named_writes_on(house: House, closed: File) -> None:
    client = house.client("social_worker")
    form = text(client.get(url("note", closed)))
    assert 'value="social"' in form
    assert 'value="legal"' not in form
    sent = client.post(url("note", closed), {"compartment": "social", "text": "Marker after"})
    assert sent.status_code == 302
    assert "Marker after" in text(house.client("coordinator").post(url("open-part", closed, "notes-social")))
    assert client.get(url("contact", closed)).status_code == 200


def test_the_page_says_what_still_waits_for_a_sign_in(house: House, full: File) -> None:
    services.assign_period(full.periods.get(unit="legal"), None, by=house.user("coordinator"))
    services.restrict_file(
        full, {house.user("social_worker"): ["social"], house.user("psychologist"): ["psychology"]},
        by=house.user("coordinator"), vault=house.fresh_vault("coordinator"),
    )  # fmt: skip
    page = text(house.client("coordinator").get(url("file-access", full)))
    assert page.count("closes at the next sign-in of someone named") == 1
    sharing.resume(house.fresh_vault("psychologist"))
    assert "closes at the next sign-in" not in text(house.client("coordinator").get(url("file-access", full)))


def test_a_message_to_a_unit_is_refused_in_words(house: House, closed: File) -> None:
    client = house.client("social_worker")
    answer = client.post(url("message", closed, "legal"), {"text": "Marker to all"})
    assert answer.status_code == 422
    assert "the whole unit would read" in text(answer)
    with pytest.raises(RuleBroken):
        services.write_note(
            closed, "legal", "x", by=house.user("social_worker"), vault=house.fresh_vault("social_worker")
        )
    with pytest.raises(RuleBroken):
        services.message_unit("legal", "x", subject=closed.alert.reference, by=house.user("social_worker"))
    assert url("message", closed, "legal") not in text(client.get(url("file", closed)))


def test_a_message_sent_before_leads_nowhere_for_who_is_not_named(house: House, closed: File) -> None:
    send_to_inbox("legal", "Marker before", by=house.user("coordinator"), subject=closed.person.code)
    page = text(house.client("lawyer").get("/"))
    assert closed.get_absolute_url() not in page
    assert closed.get_absolute_url() in text(house.client("coordinator").get("/"))


def test_figures_count_it_and_do_not_lead_to_it(house: House, closed: File) -> None:
    for role, leads in (("lawyer", False), ("coordinator", True)):
        assert closed.alert_id is not None
        for unit, pk in (("person", closed.person_id), ("alert", closed.alert_id)):
            (row,) = coded_rows(house.user(role), unit, [pk], start=1).rows
            assert bool(row.url) is leads, (role, unit)


def test_nothing_is_handed_to_who_would_not_see_it(house: House, closed: File) -> None:
    by, vault = house.user("coordinator"), house.fresh_vault("coordinator")
    lawyer = house.user("lawyer")
    with pytest.raises(RuleBroken, match="not named"):
        services.add_task(closed, kind="other", due_on=clock.today(), who=lawyer, by=by, vault=vault)
    period = closed.periods.get(unit="legal")
    with pytest.raises(RuleBroken, match="not named"):
        services.assign_period(period, lawyer, by=by)
    with pytest.raises(RuleBroken, match="not named"):
        services.reassign([period], lawyer, by=by)
    assert str(lawyer.pk) not in text(house.client("coordinator").get(url("task-add", closed)))
    for refused in (
        lambda: services.close_period(period, closed_on=clock.today(), reason="moved", by=lawyer),
        lambda: services.add_task(closed, kind="other", due_on=clock.today(), who=lawyer, by=lawyer),
        lambda: services.lift_file(closed, by=lawyer, vault=house.fresh_vault("lawyer")),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_the_alert_of_a_return_does_not_open_it_for_who_is_not_named(house: House, closed: File) -> None:
    from tests.factories import accepted_alert

    other = add_member(house, "coordinator", "second")
    alert = accepted_alert(house, former_code=closed.person.code)
    with pytest.raises(RuleBroken, match="not here"):
        services.open_file(
            PersonFacts(), units=("legal",), in_charge={}, opened_on=clock.today(), alert=alert, by=other,
            vault=house.fresh_vault("coordinator"),
        )  # fmt: skip


# --- restricting on screen ------------------------------------------------------------------------------------------------


def _named(house: House, **kinds: list[str]) -> dict[str, list[str]]:
    return {f"named_{house.user(role).pk}": chosen for role, chosen in kinds.items()}


def test_the_form_proposes_those_in_charge_and_says_what_closes(house: House, full: File) -> None:
    page = text(house.client("coordinator").get(url("file-restrict", full)))
    for words in ("What will happen", "no longer exists", "The alert it comes from", "Messages to units", "Psychology"):
        assert words in page, words
    for role in ("social_worker", "lawyer", "psychologist", "reception"):
        assert f'name="named_{house.user(role).pk}"' in page
    for role in ("volunteer", "administrator", "data_officer", "coordinator"):
        assert f'name="named_{house.user(role).pk}"' not in page
    assert page.count("checked") == 6  # identity and their own part, for each of the three in charge


def test_the_form_restricts_the_file_and_its_alerts(house: House, full: File) -> None:
    client = house.client("coordinator")
    chosen = _named(house, social_worker=["social"], lawyer=["legal"], psychologist=["psychology"])
    assert client.post(url("file-restrict", full), chosen).status_code == 302
    assert Case.objects.filter(pk__in=[full.person.case_id, full.alert.case_id], restricted_at=None).count() == 0
    assert client.get(url("file", full)).status_code == 200
    assert house.client("reception").get(url("file", full)).status_code == 404
    kinds = CaseGrant.objects.live().filter(case=full.person.case_id, user=house.user("lawyer"))
    assert set(kinds.values_list("kind", flat=True)) == {"identity", "legal"}
    assert client.post(url("file-restrict", full), chosen).status_code == 422


def test_nobody_in_charge_and_nothing_written_is_left_out(house: House, full: File) -> None:
    client = house.client("coordinator")
    answer = client.post(url("file-restrict", full), _named(house, psychologist=["psychology"]))
    assert answer.status_code == 422
    assert "is in charge" in text(answer)
    for period in full.periods.all():
        services.assign_period(period, None, by=house.user("coordinator"))
    answer = client.post(url("file-restrict", full), _named(house, social_worker=["social"]))
    assert answer.status_code == 422
    assert "Psychology" in text(answer)
    assert not Case.objects.exclude(restricted_at=None).exists()


def test_what_was_given_ends_with_the_restriction(house: House, full: File) -> None:
    services.give_file(
        full, ["identity"], house.user("volunteer"), why="volunteer", until=clock.today() + timedelta(days=3),
        by=house.user("lawyer"), vault=house.fresh_vault("lawyer"),
    )  # fmt: skip
    for period in full.periods.filter(unit="legal"):
        services.assign_period(period, None, by=house.user("coordinator"))
    restrict(house, full)
    assert house.client("volunteer").get(url("file", full)).status_code == 404


def test_one_more_is_named_and_another_ended(house: House, closed: File) -> None:
    client, lawyer = house.client("coordinator"), house.client("lawyer")
    named = {"user": str(house.user("lawyer").pk), "kinds": ["identity", "legal"]}
    assert client.post(url("file-name", closed), named).status_code == 302
    assert "Marker legal note" in text(lawyer.post(url("open-part", closed, "notes-legal")))
    assert lawyer.get(closed.alert.get_absolute_url()).status_code == 200
    assert client.post(url("file-name", closed), named).status_code == 422
    grant = CaseGrant.objects.live().get(case=closed.person.case_id, user=house.user("lawyer"), kind="legal")
    address = url("file-access-end", closed, grant.pk)
    assert house.client("social_worker").post(address).status_code == 404
    assert "no longer exist for them" in text(client.get(address))
    assert client.post(address).status_code == 302
    assert lawyer.get(url("file", closed)).status_code == 404
    assert lawyer.get(closed.alert.get_absolute_url()).status_code == 404


def test_the_last_one_named_for_a_part_stays(house: House, closed: File) -> None:
    grant = CaseGrant.objects.live().get(case=closed.person.case_id, user=house.user("psychologist"), kind="psychology")
    answer = house.client("psychologist").post(url("file-access-end", closed, grant.pk))
    assert answer.status_code == 422
    assert "name someone else first" in text(answer)


def test_who_is_named_names_and_gives_in_their_own_part(house: House, closed: File) -> None:
    colleague = add_member(house, "psychologist", "paule")
    sent = {"user": str(colleague.pk), "kinds": ["psychology"]}
    assert house.client("psychologist").post(url("file-name", closed), sent).status_code == 302
    live = CaseGrant.objects.live().filter(user=colleague, case=closed.person.case_id)
    assert set(live.values_list("kind", flat=True)) == {"identity", "psychology"}
    assert 'value="psychology"' not in text(house.client("coordinator").get(url("file-name", closed)))


def test_lifting_brings_it_back_to_the_team_and_to_the_directory(house: House, closed: File) -> None:
    client = house.client("coordinator")
    assert "What will happen" in text(client.get(url("file-lift", closed)))
    assert client.post(url("file-lift", closed)).status_code == 302
    assert client.post(url("file-lift", closed)).status_code == 302
    for role in NAMED:
        sharing.resume(house.fresh_vault(role))
    for role in TEAM:
        answer = house.client(role).post(url("open-part", closed, "name"), WHY)
        assert NAME in text(answer), role
    assert "Marker legal note" in text(house.client("lawyer").post(url("open-part", closed, "notes-legal")))
    assert closed.person.code in text(house.client("reception").post(reverse("casefiles:search"), {"q": NAME}))
    assert house.client("lawyer").get(closed.alert.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", ["social_worker", "lawyer", "psychologist", "reception"])
def test_only_the_coordination_restricts_and_lifts(house: House, full: File, role: str) -> None:
    for name in ("file-restrict", "file-lift"):
        assert house.client(role).post(url(name, full)).status_code == 404
    assert house.client("coordinator").get(url("file-name", full)).status_code == 404


def test_lists_take_as_many_queries_however_many_are_restricted(house: House) -> None:
    client = house.client("lawyer")

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            for page in ("/", reverse("casefiles:files"), reverse("intake:alerts")):
                assert client.get(page).status_code == 200
        return len(asked)

    take_alert(house)
    open_file(house)
    client.get("/")
    few = count()
    for _ in range(3):
        file = open_file(house, in_charge={})
        services.restrict_file(file, {}, by=house.user("coordinator"), vault=house.fresh_vault("coordinator"))
    assert count() == few
