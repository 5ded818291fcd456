"""Erasing by two people: everything that speaks of the person goes, wherever the power went off; coded facts get coarser."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from havre.audit.models import Event
from havre.casefiles import due, services
from havre.casefiles.models import Arrival, ExploiterLink, File, FileContact, Note
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake import services as intake
from havre.vault import checking, directory, erasure, shelf
from havre.vault.errors import Shredded
from havre.vault.keystore.models import DirectorySegment
from havre.vault.models import Draft, Erasure, LegalHold, Tombstone
from havre.vault.services import save_draft, send_to_inbox
from havre.vault.uploads import take
from tests.casefiles.kept import ask, close, closed_file, confirm
from tests.casefiles.pages import NOT_TEAM, text, url
from tests.factories import House, accepted_alert, studied_alert
from tests.factories.casefiles import add_exploitation, open_file

PDF = b"%PDF-1.7\nMarker document"


# --- erasing --------------------------------------------------------------------------------------------------------------


def whole(house: House, full: File) -> File:
    """A closed file with something everywhere: documents, a message, a draft."""
    by, vault = house.user("social_worker"), house.vault("social_worker")
    services.add_document(full, take("x.pdf", [PDF]), compartment="social", category="letter", by=by, vault=vault)
    send_to_inbox("legal", "Marker message", by=by, subject=full.person.code)
    save_draft(by, f"/files/{full.person.code}/notes/", "text=Marker")
    FileContact.objects.filter(file=full).update(at=clock.now() - timedelta(days=2560))
    return close(house, full, clock.today() - timedelta(days=2600))


def test_an_erasure_takes_everything(house: House, full: File) -> None:
    file = whole(house, full)
    kept = open_file(house, names="Somebody Else")
    document = file.documents.get()
    path = shelf.path_of(house.organisation.pk, document.pk)
    assert path.exists()
    assert directory.search(house.fresh_vault("lawyer"), "Amina Marker-Name")
    asked = ask(house, file)
    assert len(asked) == 3, "the person, the alert, the exploiter"
    assert services.find("Amina Marker-Name", by=house.user("lawyer"), vault=house.fresh_vault("lawyer"))
    outcome = confirm(house, asked)
    assert len(outcome.erased) == 3
    assert outcome.left == []
    for role in ("coordinator", "lawyer", "psychologist", "social_worker"):
        vault = house.fresh_vault(role)
        for row in (file.person, file.alert):
            with pytest.raises(Shredded):
                vault.open(row, "names" if row == file.person else "person_name")
        for note in Note.objects.filter(file=file, compartment__in=vault.compartments):
            with pytest.raises(Shredded):
                vault.open(note, "text")
    assert not path.exists()
    assert not Draft.objects.exists()
    vault = house.fresh_vault("coordinator")
    hits = {hit.row for hit in directory.search(vault, "Amina Marker-Name")}
    hits |= {hit.row for hit in directory.search(vault, "Marker alert name")}
    exploiter = ExploiterLink.objects.get().exploiter
    assert not hits & {file.person_id, file.alert_id, exploiter.pk}
    assert [hit.row for hit in directory.search(vault, "Somebody Else")][:1] == [kept.person_id]
    assert Tombstone.objects.filter(unlisted_at=None).count() == 0
    assert checking.check([house.fresh_vault("lawyer")]).sound


def test_what_another_file_needs_is_kept(house: House, full: File) -> None:
    exploiter = ExploiterLink.objects.get().exploiter
    sister = open_file(house, names="Sister")
    services.link_exploiter(add_exploitation(house, sister), exploiter, "employer", by=house.user("lawyer"))
    file = whole(house, full)
    confirm(house, ask(house, file))
    assert house.fresh_vault("lawyer").open(exploiter, "name") == "Marker exploiter"
    confirm(house, ask(house, close(house, sister, clock.today())))
    with pytest.raises(Shredded):
        house.fresh_vault("lawyer").open(exploiter, "name")


@pytest.mark.parametrize("killed", ["_shred", "_take_off", "_close", "tidy"])
def test_killed_anywhere_it_goes_on(house: House, full: File, monkeypatch: pytest.MonkeyPatch, killed: str) -> None:
    """T18: documents and names included."""

    def die(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    file = whole(house, full)
    document = file.documents.get()
    asked = ask(house, file)
    with monkeypatch.context() as dying:
        dying.setattr(erasure, killed, die)
        with pytest.raises(KeyboardInterrupt):
            confirm(house, asked)
    erasure.replay()
    confirm(house, asked)
    for role in ("lawyer", "social_worker"):
        erasure.tidy(by=house.fresh_vault(role))  # at the next sign-in
    assert Erasure.objects.filter(done_at=None).count() == 0
    assert not shelf.path_of(house.organisation.pk, document.pk).exists()
    hits = directory.search(house.fresh_vault("coordinator"), "Amina Marker-Name")
    assert file.person_id not in {hit.row for hit in hits}
    assert checking.check([]).sound


def test_an_older_key_store_brings_back_no_name(house: House, full: File) -> None:
    """The segments of a backup name the person: once replayed, the next sign-in takes them out again."""
    file = whole(house, full)
    segments = list(DirectorySegment.objects.all())
    salts = list(erasure.ShredSalt.objects.all())
    confirm(house, ask(house, file))
    DirectorySegment.objects.all().delete()
    DirectorySegment.objects.bulk_create(segments)
    erasure.ShredSalt.objects.all().delete()
    erasure.ShredSalt.objects.bulk_create(salts)
    assert erasure.replay() == 3
    assert erasure.tidy(by=house.fresh_vault("reception")) == 3
    hits = directory.search(house.fresh_vault("coordinator"), "Amina Marker-Name")
    assert file.person_id not in {hit.row for hit in hits}


def test_who_holds_no_old_key_writes_the_directory_anew(house: House, full: File) -> None:
    """A segment that does not open may name the erased: nothing of it is left."""
    file = whole(house, full)
    kept = open_file(house, names="Somebody Else")
    segment = DirectorySegment.objects.order_by("id").first()
    segment.sealed = bytes(segment.sealed)[:-1] + b"?"
    segment.save(update_fields=["sealed"])
    confirm(house, ask(house, file))
    assert not DirectorySegment.objects.filter(pk=segment.pk).exists()
    found = directory.search(house.fresh_vault("coordinator"), "Somebody Else")
    assert [hit.row for hit in found][:1] == [kept.person_id]


def test_two_people_one_of_them_an_officer(house: House) -> None:
    file = closed_file(house, years=7)
    asked = ask(house, file)
    outcome = confirm(house, asked, "coordinator")
    assert outcome.erased == []
    assert "Another person" in outcome.left[0][1]
    assert house.fresh_vault("lawyer").open(file.person, "names")
    with pytest.raises(PermissionDenied):
        services.confirm_erasure(asked, by=house.user("reception"), vault=house.vault("reception"))
    with pytest.raises(PermissionDenied):
        services.ask_erasure([file.person.code], "asked", by=house.user("lawyer"), vault=house.vault("lawyer"))
    assert confirm(house, asked).erased == [file.person.code]


def test_a_hold_placed_meanwhile_leaves_it(house: House) -> None:
    file, free = closed_file(house, years=7), closed_file(house, years=7)
    asked = ask(house, file, free)
    services.hold(file.person.case, "proceedings", by=house.user("lawyer"), vault=house.vault("lawyer"))
    outcome = confirm(house, asked)
    assert outcome.erased == [free.person.code]
    assert [code for code, _why in outcome.left] == [file.person.code]


def test_what_is_worked_on_is_not_asked(house: House, full: File) -> None:
    with pytest.raises(RuleBroken, match="still followed"):
        ask(house, full)
    alert = studied_alert(house)
    with pytest.raises(RuleBroken, match="still being studied"):
        services.ask_erasure([alert.reference], "asked", by=house.user("coordinator"), vault=house.vault("coordinator"))
    assert not Erasure.objects.exists()


def test_withdrawn_with_what_went_with_it(house: House, full: File) -> None:
    file = whole(house, full)
    asked = ask(house, file)
    root = next(one for one in asked if one.case_id == file.person.case_id)
    count = services.withdraw_erasure([root], by=house.user("coordinator"), vault=house.vault("coordinator"))
    assert count == 3
    assert due.waiting(house.user("coordinator")) == []
    assert confirm(house, asked).erased == []


def test_what_stays_is_coarser_and_only_that(house: House, full: File) -> None:
    person = full.person
    services.record_arrival(
        person, services_arrival(arrived_on=date(2012, 5, 17), debt_cents=123_400), by=house.user("lawyer")
    )
    file = whole(house, full)
    confirm(house, ask(house, file))
    person.refresh_from_db()
    arrival = Arrival.objects.get(person=person)
    assert (arrival.arrived_on, arrival.arrived_precision) == (date(2012, 1, 1), "year")
    assert arrival.debt_cents == 200_000
    assert person.birth_year == 1990
    assert not person.nationalities.exists()
    assert not person.languages.exists()
    assert person.exploitations.get().began_on == date(2015, 1, 1)
    assert person.dependants.get().birth_year is None
    assert {timezone.localtime(c.at).day for c in FileContact.objects.filter(file=file)} == {1}
    assert Event.objects.filter(kind="casefiles.record.anonymised").count() == 2


def services_arrival(**facts: Any) -> Any:
    """What is known of an arrival."""
    from havre.casefiles.facts import ArrivalFacts

    return ArrivalFacts(arrived_precision="day", debt_cents_answer="known", **facts)


# --- on screen --------------------------------------------------------------------------------------------------------------


def test_the_pages_from_asking_to_erased(house: House, full: File) -> None:
    file = whole(house, full)
    code = file.person.code
    client, second = house.client("coordinator"), house.client("social_worker")
    page = text(client.get(reverse("casefiles:retention-end")))
    assert code in page
    assert "5 years in the archive" in page
    erase = reverse("casefiles:erase")
    page = text(client.post(erase, {"record": [code]}))
    assert "30 days" in page
    assert "1 document" in page
    assert file.alert.reference in page
    assert not Erasure.objects.exists(), "reading asks nothing"
    assert client.post(erase, {"record": [code], "confirm": "1", "reason": ""}).status_code == 422
    assert client.post(erase, {"record": [code], "confirm": "1", "reason": "retention"}).status_code == 302
    assert "another person must confirm" in text(client.get(url("file", file)))
    assert "3 erasures for you to confirm" in text(second.get("/"))
    asked = {str(one.pk): one for one in Erasure.objects.all()}
    confirm_url = reverse("casefiles:erasure-confirm")
    assert "You asked" in text(client.get(reverse("casefiles:erasures")))
    assert client.post(confirm_url, {"erasure": list(asked)}).status_code == 302
    assert Erasure.objects.filter(confirmed_at=None).count() == 3
    root = next(pk for pk, one in asked.items() if one.case_id == file.person.case_id)
    assert second.post(confirm_url, {}).status_code == 422
    assert "3 records are erased" in text(second.post(confirm_url, {"erasure": [root]}))
    shown = client.get(url("file", file))
    assert shown.status_code == 200
    assert "Erased on" in text(shown)
    assert second.post(url("open-part", file, "name")).status_code == 410
    for name in ("person-edit", "contact", "note", "task-add", "period-open", "document-add", "extract"):
        assert client.get(url(name, file)).status_code == 410
    contact = {"kind": "phone", "with_whom": "person"}
    assert client.post(url("contact", file), contact).status_code == 410
    assert client.get(reverse("intake:alert-contact", args=[file.alert.reference])).status_code == 410
    assert "Erased" in text(client.get(reverse("intake:alert", args=[file.alert.reference])))
    done = text(client.get(reverse("casefiles:retention-done")))
    assert code not in done
    assert "Kept for as long as the rules say" in done


def test_the_passphrase_is_asked_again_to_erase(house: House) -> None:
    from havre.vault.models import VaultSession

    file = closed_file(house, years=7)
    asked = ask(house, file)
    second = house.client("social_worker")
    VaultSession.objects.filter(user=house.user("social_worker")).update(started_at=clock.now() - timedelta(hours=1))
    answer = second.post(reverse("casefiles:erasure-confirm"), {"erasure": [str(asked[0].pk)]})
    assert answer.status_code == 423
    assert house.fresh_vault("lawyer").open(file.person, "names")


def test_an_alert_closed_without_a_file_is_held_or_erased_from_its_page(house: House) -> None:
    alert = studied_alert(house, person_name="Marker alone")
    page = reverse("intake:alert", args=[alert.reference])
    erase = f"{reverse('casefiles:erase')}?record={alert.reference}"
    client = house.client("coordinator")
    assert erase not in text(client.get(page))
    assert "still being studied" in text(client.get(erase))
    intake.move_alert(alert, "refuse", by=house.user("reception"))
    assert erase in text(client.get(page))
    assert erase not in text(house.client("lawyer").get(page))
    hold = reverse("casefiles:hold", args=[alert.reference])
    assert hold in text(house.client("lawyer").get(page))
    assert house.client("lawyer").post(hold, {"why": "complaint"}).status_code == 302
    assert "is under legal hold" in text(client.get(erase))
    client.post(reverse("casefiles:hold-lift", args=[LegalHold.objects.get().pk]))
    assert (
        client.post(
            reverse("casefiles:erase"), {"record": [alert.reference], "confirm": "1", "reason": "asked"}
        ).status_code
        == 302
    )
    assert confirm(house, list(Erasure.objects.all()), "lawyer").erased == [alert.reference]
    assert "Erased on" in text(client.get(page))


@pytest.mark.parametrize("role", [*NOT_TEAM, "reception", "psychologist"])
def test_retention_does_not_exist_for_others(house: House, role: str) -> None:
    client = house.client(role)
    for name in ("retention", "retention-end", "retention-held", "retention-done", "erase", "erasures"):
        assert client.get(reverse(f"casefiles:{name}")).status_code == 404


def test_whoever_comes_back_after_an_erasure_is_somebody_new(house: House) -> None:
    """The code of an erased file leads nowhere: nothing is written there again."""
    file = closed_file(house, years=7)
    confirm(house, ask(house, file))
    alert = accepted_alert(house, former_code=file.person.code)
    with pytest.raises(RuleBroken, match="not here"):
        open_file(house, alert=alert)
