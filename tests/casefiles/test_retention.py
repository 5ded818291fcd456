"""What is due, what a legal hold stops, and the archive."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.models import File
from havre.casefiles.queries import files_visible_to
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake import services as intake
from havre.vault.models import Archive, LegalHold
from tests.casefiles.kept import ask, closed_file, due_codes
from tests.casefiles.pages import EDITORS, text, url
from tests.factories import House, studied_alert
from tests.factories.casefiles import open_file

# --- due --------------------------------------------------------------------------------------------------------------


def test_each_record_is_due_by_its_own_rule(house: House, other: House) -> None:
    young, archived, ended = (closed_file(house, years=n) for n in (1, 2, 7))
    followed = open_file(house, opened_on=date(2010, 1, 1))
    closed_file(other, years=7)
    old = intake.move_alert(studied_alert(house), "refuse", by=house.user("reception"))
    type(old).objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=800))
    recent = intake.move_alert(studied_alert(house), "decline", by=house.user("reception"))
    to_archive, to_end = due_codes(house)
    assert to_archive == {archived.person.code}
    assert to_end == {ended.person.code, old.reference}
    assert not {young.person.code, followed.person.code, recent.reference} & (to_archive | to_end)


def test_the_very_day(house: House) -> None:
    file = closed_file(house, years=1)
    with clock.travel(timezone.make_aware(datetime(2026, 3, 1, 12))):
        for last, is_due in ((date(2024, 3, 1), True), (date(2024, 3, 2), False), (date(2024, 2, 29), True)):
            file.periods.update(opened_on=last, closed_on=last)
            File.objects.filter(pk=file.pk).update(opened_on=last)
            assert (file.person.code in due_codes(house)[0]) == is_due, last


def test_contact_after_the_end_starts_the_clock_again(house: House) -> None:
    file = closed_file(house, years=2)
    services.log_contact(file, kind="phone", with_whom="person", by=house.user("lawyer"), vault=house.vault("lawyer"))
    assert due_codes(house) == (set(), set())


def test_someone_who_is_coming_back_is_not_due(house: House) -> None:
    file = closed_file(house, years=7)
    studied_alert(house, former_code=file.person.code)
    assert due_codes(house) == (set(), set())


def test_a_hold_stops_both_clocks_and_its_days_do_not_count(house: House) -> None:
    file = closed_file(house, years=2)
    held = services.hold(file.person.case, "proceedings", by=house.user("lawyer"), vault=house.vault("lawyer"))
    assert due_codes(house) == (set(), set())
    services.lift(held, by=house.user("coordinator"), vault=house.vault("coordinator"))
    assert due_codes(house) == ({file.person.code}, set())
    LegalHold.objects.update(placed_at=held.placed_at - timedelta(days=40))
    assert due_codes(house) == (set(), set())
    with clock.travel(clock.now() + timedelta(days=41)):
        assert due_codes(house) == ({file.person.code}, set())


def test_only_an_officer_lifts(house: House) -> None:
    file = closed_file(house, years=2)
    held = services.hold(file.person.case, "complaint", by=house.user("lawyer"), vault=house.vault("lawyer"))
    with pytest.raises(PermissionDenied):
        services.lift(held, by=house.user("lawyer"), vault=house.vault("lawyer"))
    lift = reverse("casefiles:hold-lift", args=[held.pk])
    assert house.client("lawyer").post(lift).status_code == 404
    assert house.client("coordinator").post(lift).status_code == 302
    assert LegalHold.objects.get().lifted_by == house.user("coordinator")


def test_the_lists_cost_the_same_whatever_is_due(house: House) -> None:
    client = house.client("coordinator")
    page = reverse("casefiles:retention")
    closed_file(house, years=2)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(page)
    for _ in range(4):
        closed_file(house, years=2)
    with CaptureQueriesContext(connection) as five:
        client.get(page)
    assert len(five) == len(one)


# --- the archive --------------------------------------------------------------------------------------------------------


def test_an_archived_file_is_open_to_few_and_comes_back(house: House) -> None:
    file = closed_file(house, years=2)
    client, lawyer = house.client("coordinator"), house.client("lawyer")
    assert lawyer.get(url("file", file)).status_code == 200
    client.post(reverse("casefiles:archive-many"), {"record": [file.person.code]})
    assert lawyer.get(url("file", file)).status_code == 404
    assert files_visible_to(house.user("lawyer")).count() == 0
    assert "In the archive" in text(client.get(url("file", file)))
    assert file.person.code not in text(client.get(reverse("casefiles:files") + "?state="))
    assert file.person.code in text(client.get(reverse("casefiles:files") + "?state=archived"))
    found = services.find("Amina Marker-Name", by=house.user("lawyer"), vault=house.fresh_vault("lawyer"))
    assert found == []
    assert due_codes(house) == (set(), set())
    for role in EDITORS[:3]:
        assert house.client(role).post(url("back", file), {"why": "asked"}).status_code == 404
    assert client.post(url("back", file), {"why": ""}).status_code == 422
    assert client.post(url("back", file), {"why": "proceedings"}).status_code == 302
    assert lawyer.get(url("file", file)).status_code == 200
    assert due_codes(house) == (set(), set()), "the clock starts again the day it comes back"
    kinds = set(Event.objects.filter(target=file.person.code).values_list("kind", flat=True))
    assert {"vault.archive.made", "vault.archive.undone"} <= kinds


def test_new_contact_takes_it_out_of_the_archive(house: House) -> None:
    file = closed_file(house, years=2)
    services.archive_files([file.person.code], by=house.user("coordinator"))
    services.open_period(file, "social", opened_on=clock.today(), by=house.user("coordinator"))
    line = Archive.objects.get()
    assert (line.back_why, line.back_by) == ("contact", house.user("coordinator"))
    with pytest.raises(RuleBroken, match="still followed"):
        services.archive_files([file.person.code], by=house.user("coordinator"))


def test_the_database_keeps_the_archive_in_order(house: House) -> None:
    file = closed_file(house, years=2)
    services.archive_files([file.person.code], by=house.user("coordinator"))
    line = Archive.objects.get()
    for wrong in (
        {"back_at": clock.now()},
        {"back_at": clock.now(), "back_by": house.user("lawyer")},
        {"back_why": "asked"},
        {"back_at": line.at - timedelta(days=1), "back_by": house.user("lawyer"), "back_why": "asked"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Archive.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Archive.objects.create(case=file.person.case, at=clock.now(), by=house.user("coordinator"))


def test_nobody_archives_what_is_held(house: House) -> None:
    file = closed_file(house, years=2)
    services.hold(file.person.case, "inspection", by=house.user("lawyer"), vault=house.vault("lawyer"))
    with pytest.raises(RuleBroken, match="Nothing was archived"):
        services.archive_files([file.person.code], by=house.user("coordinator"))


def test_the_administrator_counts_without_opening(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    closed_file(house, years=2)
    ended, asked = closed_file(house, years=7), closed_file(house, years=7)
    services.hold(
        closed_file(house, years=7).person.case, "complaint", by=house.user("lawyer"), vault=house.vault("lawyer")
    )
    ask(house, asked)
    call_command("retention")
    said = {line.strip() for line in capsys.readouterr().out.splitlines()}
    assert {"1  to archive", "1  to erase", "1  held", "1  waiting for the second person", "0  erased"} <= said
    assert ended.person.code not in said
