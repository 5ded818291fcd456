"""Two records of one human being: linked, counted once, shown on both, and taken apart again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.linked import counted_as, resemblances_visible_to
from havre.casefiles.linking import pair
from havre.casefiles.models import File, Person, Resemblance, Task
from havre.core import clock
from havre.core.errors import Conflict, RuleBroken
from havre.intake.known import Answer
from tests.casefiles.asking import ARABIC, NAME, answered, seen
from tests.factories import House, accepted_alert, take_alert
from tests.factories.casefiles import add_exploitation, open_file


@pytest.fixture
def three(house: House) -> list[File]:
    """Three files."""
    return [open_file(house, names=name) for name in ("Awa Traoré", "Maricel dela Cruz", "Zhang Wei")]


def test_a_is_b_and_b_is_c_make_one_group_until_a_link_is_taken_away(house: House, three: list[File]) -> None:
    by = house.user("coordinator")
    a, b, c = (file.person for file in three)
    services.link(a, b, by=by)
    middle = services.link(c, b, by=by)
    assert counted_as(house.organisation.pk) == {b.pk: a.pk, c.pk: a.pk}
    services.unlink(middle, by=by)
    assert counted_as(house.organisation.pk) == {b.pk: a.pk}
    services.unlink(middle, by=by)  # twice is once
    assert Event.objects.filter(kind="casefiles.known.unlinked").count() == 2, "one on each record's log"
    services.link(b, c, by=by)
    assert set(counted_as(house.organisation.pk)) == {b.pk, c.pk}


def test_two_files_linked_through_an_alert_are_one_person(house: House, three: list[File]) -> None:
    by = house.user("coordinator")
    alert = take_alert(house)
    services.link(three[1].person, alert, by=by)
    assert counted_as(house.organisation.pk) == {}
    services.link(alert, three[0].person, by=by)
    assert counted_as(house.organisation.pk) == {three[1].person_id: three[0].person_id}


def test_what_is_refused(house: House, other: House, three: list[File]) -> None:
    by = house.user("coordinator")
    a, b, _c = (file.person for file in three)
    with pytest.raises(RuleBroken, match="itself"):
        services.link(a, a, by=by)
    row = services.link(a, b, by=by)
    with pytest.raises(RuleBroken, match="already"):
        services.link(b, a, by=by)
    for act in (lambda: services.unlink(row, by=other.user("coordinator")),
                lambda: services.link(a, open_file(other).person, by=by),
                lambda: services.unlink(row, by=house.user("data_officer"))):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(Conflict):
        services.answer_check(row, Answer.DIFFERENT, by=by)


def test_what_was_to_check_is_answered_once_and_its_task_is_done(house: House) -> None:
    open_file(house, names=NAME)
    take_alert(house, person_name=ARABIC, known=answered(seen(house, names=(ARABIC,)), Answer.TO_CHECK))
    row, by = Resemblance.objects.get(), house.user("reception")
    with pytest.raises(RuleBroken, match="the same or not"):
        services.answer_check(row, Answer.TO_CHECK, by=by)
    services.answer_check(row, Answer.SAME, by=by)
    assert Task.objects.get().done_by == by
    with pytest.raises(Conflict, match="same moment"):
        services.answer_check(row, Answer.DIFFERENT, by=house.user("lawyer"))
    assert Resemblance.objects.get().answer == Answer.SAME


@pytest.mark.parametrize(
    "wrong",
    [
        {"one_kind": "person", "other_kind": "alert"},
        {"one_kind": "exploiter", "other_kind": "person"},
        {"answer": "perhaps"},
        {"undone_at": clock.now()},
        {"reversed": True},
    ],
)
def test_the_database_refuses_a_pair_written_otherwise(house: House, wrong: dict[str, Any]) -> None:
    (one_kind, one), (other_kind, other) = pair(("person", uuid4()), ("person", uuid4()))
    if wrong.pop("reversed", False):
        one, other = other, one
    values = {
        "one_kind": one_kind, "one_id": one, "other_kind": other_kind, "other_id": other, "answer": "same", "at": clock.now(),
        "organisation": house.organisation, "by": house.user("lawyer"),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Resemblance.objects.create(**{**values, **wrong})


def test_the_database_keeps_one_answer_a_pair_among_those_that_stand(house: House, three: list[File]) -> None:
    row = services.link(three[0].person, three[1].person, by=house.user("coordinator"))
    copy = {f.attname: getattr(row, f.attname) for f in Resemblance._meta.concrete_fields if f.name != "id"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Resemblance.objects.create(**copy)
    services.unlink(row, by=house.user("coordinator"))
    Resemblance.objects.create(**copy)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_file_shows_its_links_and_takes_them_away(house: House, three: list[File]) -> None:
    browser = house.client("social_worker")
    page = reverse("casefiles:file-person", args=[three[0].person.code])
    assert "no other record" in browser.get(page).content.decode()
    add = reverse("casefiles:linked-add", args=[three[0].person.code])
    for code, words in (("P-9999", "no such file"), (three[0].person.code, "the record itself")):
        response = browser.post(add, {"code": code})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert browser.post(add, {"code": three[1].person.code.lower()}).status_code == 302
    services.link(three[1].person, three[2].person, by=house.user("coordinator"))
    shown = browser.get(page).content.decode()
    assert three[1].person.code in shown
    assert "Through another link" in shown
    row = Resemblance.objects.order_by("at").first()
    assert row is not None
    undo = reverse("casefiles:linked-undo", args=[row.pk])
    asked = browser.get(undo).content.decode()
    assert "figures count two people" in asked
    assert browser.post(undo, {}).status_code == 302
    assert browser.get(undo).status_code == 404
    assert three[1].person.code not in browser.get(page).content.decode()


def test_a_link_with_an_alert_shows_on_both_pages_and_to_nobody_without_files(house: House, three: list[File]) -> None:
    alert = take_alert(house)
    row = services.link(three[0].person, alert, by=house.user("coordinator"))
    page = reverse("casefiles:file-person", args=[three[0].person.code])
    assert alert.reference in house.client("lawyer").get(page).content.decode()
    assert house.client("data_officer").get(reverse("casefiles:linked-undo", args=[row.pk])).status_code == 404
    assert resemblances_visible_to(house.user("data_officer")).count() == 0
    assert three[0].person.code in house.client("reception").get(alert.get_absolute_url()).content.decode()


def test_the_form_of_a_new_file_asks_and_keeps_what_was_typed(house: House) -> None:
    file = open_file(house, names=NAME, phones="")
    alert = accepted_alert(house, person_name="Somebody Else")
    url = reverse("casefiles:open-from-alert", args=[alert.reference])
    typed = {
        "gender": "woman", "country": "MA", "names": ARABIC, "units": ["legal"], "opened_on": clock.today().isoformat(),
        "consent": "on", "birth_year_answer": "unknown", "knows_rights": "unknown", "speaks_french": "unknown",
    }  # fmt: skip
    browser = house.client("coordinator")
    asked = browser.post(url, typed)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert file.person.code in page
    assert ARABIC in page
    assert Person.objects.count() == 1
    key = f"known-person-{file.person_id.hex}"
    assert browser.post(url, {**typed, key: "different"}).status_code == 302
    assert Person.objects.count() == 2


def test_the_form_of_an_exploiter_asks(house: House, three: list[File]) -> None:
    by, vault = house.user("social_worker"), house.vault("social_worker")
    first = services.add_exploiter(name="Mme Perrin-Lahlou", by=by, vault=vault)
    situation = add_exploitation(house, three[0])
    url = reverse("casefiles:exploiter-add", args=[three[0].person.code])
    typed = {"name": "Perin Lahlou", "status": "unknown", "relation": "employer", "exploitation": str(situation.pk)}
    browser = house.client("social_worker")
    asked = browser.post(url, typed)
    assert asked.status_code == 422
    assert first.code in asked.content.decode()
    assert browser.post(url, {**typed, f"known-exploiter-{first.pk.hex}": "same"}).status_code == 302
    assert situation.exploiters.get().exploiter == first
