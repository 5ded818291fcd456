"""“Possibly known?” before a record is written: who is asked about, what must be answered, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.facts import PersonFacts
from havre.casefiles.linked import same_groups
from havre.casefiles.linking import pair
from havre.casefiles.models import Person, Resemblance, Task
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake.known import UNASKED, Answer, Known, Typed, look
from havre.intake.models import Alert
from havre.vault import directory
from tests.casefiles.asking import ARABIC, NAME, answered, seen
from tests.factories import House, accepted_alert, found_organisation, take_alert
from tests.factories.casefiles import PERSON, add_exploitation, open_file

# --- who is asked about --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (NAME, "name"), ("ouazzani khadija", "name"), (ARABIC, "sound"), ("Khadidja Wazzani", "sound"),
        ("KHADIJA OUAZZÂNI", "name"), ("Khadija Ouazali", "spelling"), ("Lalla K", "name"),
    ],
)  # fmt: skip
def test_a_person_is_asked_about_under_another_writing(house: House, name: str, why: str) -> None:
    file = open_file(house, names=NAME, aliases="Lalla K", phones="")
    open_file(house, names="Maricel dela Cruz", phones="")
    (found,) = seen(house, names=(name,))
    assert (found.kind, found.code, found.why) == ("person", file.person.code, (why,))
    assert (found.year, found.page) == (clock.today().year, file.get_absolute_url())
    assert found.names == (NAME, "Lalla K")
    assert NAME not in repr(found)


@pytest.mark.parametrize(
    "name", ["", "  ", "Zhang Wei", "Khadija", "Khadija Traoré", "Maricel Ouazzani", "Maricel Cosy"]
)
def test_nobody_is_asked_about_for_a_first_name_or_for_somebody_else(house: House, name: str) -> None:
    open_file(house, names=NAME, phones="")
    open_file(house, names="Maricel dela Cruz", phones="")
    assert seen(house, names=(name,)) == ()


@pytest.mark.parametrize(
    ("written", "typed", "why"),
    [
        ("06 12 34 56 78", "call +33 6 12 34 56 78 in the evening", "phone"),
        ("+33612345678, 07 99 88 77 66", "٠٦١٢٣٤٥٦٧٨", "phone"),
        ("+225 07 12 34 56 78", "01 12 34 56 78", "phone_end"),
    ],
)
def test_a_number_is_enough(house: House, written: str, typed: str, why: str) -> None:
    file = open_file(house, names=NAME, phones=written)
    open_file(house, names="Maricel dela Cruz", phones="06 00 00 00 00")
    (found,) = seen(house, contacts=typed)
    assert (found.code, found.why) == (file.person.code, (why,))


def test_an_address_and_a_number_written_elsewhere_than_under_telephone_too(house: House) -> None:
    file = open_file(
        house, names=NAME, phones="", email="K.Ouazzani@example.org", safe_contact="Sister: 06 12 34 56 78"
    )
    assert [each.why for each in seen(house, contacts="k.ouazzani@EXAMPLE.org")] == [("email",)]
    assert [each.code for each in seen(house, contacts="0612345678")] == [file.person.code]


def test_a_changed_number_finds_and_so_does_a_directory_made_anew(house: House) -> None:
    file = open_file(house, names=NAME, phones="06 12 34 56 78")
    take_alert(house, person_name="Awa Traoré", person_contact="07 11 22 33 44", employer_name="Mme Perrin-Lahlou")
    by, vault = house.user("social_worker"), house.vault("social_worker")
    facts = PersonFacts(**{**PERSON, "names": NAME, "phones": "06 98 76 54 32"})
    services.change_person(file.person, facts, revision=1, by=by, vault=vault)
    for _ in range(2):
        assert [each.code for each in seen(house, contacts="+33 6 98 76 54 32")] == [file.person.code]
        assert seen(house, contacts="06 12 34 56 78") == (), "an old signature leads there, the record itself says no"
        assert [each.kind for each in seen(house, contacts="0711223344")] == ["alert"]
        assert [each.kind for each in seen(house, exploiters=("Perrin Lahlou",))] == ["employer"]
        directory.rebuild(house.fresh_vault("coordinator"))


def test_name_and_number_together_are_one_candidate_with_both_reasons(house: House) -> None:
    open_file(house, names=NAME, phones="06 12 34 56 78")
    (found,) = seen(house, names=(ARABIC,), contacts="06.12.34.56.78")
    assert (found.why, found.percent) == (("phone", "sound"), 100)


def test_an_exploiter_and_an_alert_that_names_them(house: House) -> None:
    by, vault = house.user("social_worker"), house.vault("social_worker")
    file = open_file(house, names=NAME)
    exploiter = services.add_exploiter(name="Mme Perrin-Lahlou", by=by, vault=vault, known=UNASKED)
    services.link_exploiter(add_exploitation(house, file), exploiter, "employer", by=by)
    alert = take_alert(house, employer_name="Perin Lahlou")
    found = seen(house, exploiters=("Perrin-Lahlou",))
    assert {(each.kind, each.code) for each in found} == {("exploiter", exploiter.code), ("employer", alert.reference)}
    assert next(each.page for each in found if each.kind == "exploiter") == reverse(
        "casefiles:file-exploitation", args=[file.person.code]
    )
    assert seen(house, names=("Perrin-Lahlou Mme",)) == (), "a person is not an exploiter"


def test_one_human_being_is_one_question(house: House) -> None:
    alert = accepted_alert(house, person_name=NAME)
    file = open_file(house, names=NAME, alert=alert)
    later = take_alert(house, person_name=NAME, former_code=file.person.code)
    assert [each.code for each in seen(house, names=(ARABIC,))] == [file.person.code]
    other = open_file(house, names=NAME, phones="")
    assert len(seen(house, names=(ARABIC,))) == 2
    services.link(file.person, other.person, by=house.user("coordinator"))
    assert len(seen(house, names=(ARABIC,))) == 1
    assert later.former_code == file.person.code


def test_who_sees_no_alert_is_not_asked_about_alerts_and_another_organisation_is_not_found(house: House) -> None:
    take_alert(house, person_name=NAME)
    assert seen(house, "reception", names=(NAME,))
    other = found_organisation("other")
    assert seen(other, "reception", names=(NAME,)) == ()


def test_the_search_and_each_name_shown_are_told_without_a_word_of_them(house: House) -> None:
    file = open_file(house, names=NAME, phones="06 12 34 56 78")
    before = Event.objects.latest("number").number
    seen(house, names=(ARABIC,), contacts="0612345678")
    events = list(Event.objects.filter(number__gt=before).order_by("number").values_list("kind", "target", "detail"))
    assert [(kind, target) for kind, target, _ in events] == [
        ("vault.read", file.person.code),
        ("casefiles.known.searched", ""),
    ]
    assert events[1][2] == {"found": 1}


def test_the_queries_do_not_grow_with_the_candidates(house: House) -> None:
    def count(expected: int) -> int:
        by, vault = house.user("lawyer"), house.fresh_vault("lawyer")
        typed = Typed(names=("Maricel Cruz",), contacts="06 12 34 56 78", exploiters=("Mme Perrin",))
        vault.tell = lambda *args, **coded: None  # type: ignore[method-assign]  # one event for each name shown
        with CaptureQueriesContext(connection) as asked:
            assert len(look(typed, by=by, vault=vault)) == expected
        return len(asked)

    open_file(house, names="Maricel Cruz")
    few = count(1)
    for _ in range(4):
        open_file(house, names="Maricel Cruz")
    assert count(5) == few


def test_one_scan_of_the_directory_for_each_thing_typed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        open_file(house, names=NAME, phones="06 12 34 56 78")
    scanned, scan = [], directory.search

    def counting(*args: Any, **more: Any) -> Any:
        scanned.append(more["kinds"])
        return scan(*args, **more)

    monkeypatch.setattr(directory, "search", counting)
    assert len(seen(house, names=(ARABIC, "", "Lalla K"), contacts="06 12 34 56 78", exploiters=("Mme Perrin",))) == 3
    assert len(scanned) == 4
    scanned.clear()
    assert seen(house, names=("",), contacts="in the evening", exploiters=("",)) == ()
    assert scanned == []


# --- what must be answered ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["", "perhaps", None])
def test_without_an_answer_nothing_is_saved(house: House, answer: str | None) -> None:
    open_file(house, names=NAME)
    candidates = seen(house, names=(ARABIC,))
    known = None if answer is None else answered(candidates, answer)
    with pytest.raises(RuleBroken, match="already known"):
        take_alert(house, person_name=ARABIC, known=known)
    assert not Alert.objects.exists()
    with pytest.raises(RuleBroken, match="already known"):
        open_file(house, names=ARABIC, known=known)
    assert Person.objects.count() == 1


def test_one_answered_of_two_is_not_enough(house: House) -> None:
    open_file(house, names=NAME)
    open_file(house, names=NAME)
    candidates = seen(house, names=(ARABIC,))
    with pytest.raises(RuleBroken):
        take_alert(house, person_name=ARABIC, known=Known(candidates, {candidates[0].key: Answer.DIFFERENT}))


def test_nobody_alike_asks_nothing(house: House) -> None:
    open_file(house, names=NAME)
    take_alert(house, person_name="Maricel dela Cruz", known=None)
    open_file(house, names="Awa Traoré", phones="", known=None)
    assert not Resemblance.objects.exists()


def test_the_same_person_with_a_file_opens_it_again(house: House) -> None:
    file = open_file(house, names=NAME, units=("social",))
    known = answered(seen(house, names=(ARABIC,)), Answer.SAME)
    alert = take_alert(house, person_name=ARABIC, known=known)
    assert alert.former_code == file.person.code
    row = Resemblance.objects.get()
    assert row.records == pair(("alert", alert.pk), ("person", file.person_id))
    assert (row.answer, row.by, row.answered_for) == (Answer.SAME, house.user("reception"), alert)
    event = Event.objects.get(kind="casefiles.known.answered")
    assert (event.target, event.detail) == (alert.reference, {"other": file.person.code, "answer": "same"})


def test_a_group_alert_is_linked_and_keeps_its_own_files(house: House) -> None:
    open_file(house, names=NAME)
    known = answered(seen(house, names=(ARABIC,)), Answer.SAME)
    alert = take_alert(house, person_name=ARABIC, persons_concerned=3, known=known)
    assert alert.former_code == ""
    assert Resemblance.objects.filter(answer=Answer.SAME).count() == 1


def test_two_files_said_to_be_one_person_are_contradicted_by_a_third_code(house: House) -> None:
    open_file(house, names=NAME)
    third = open_file(house, names="Awa Traoré")
    known = answered(seen(house, names=(ARABIC,)), Answer.SAME)
    with pytest.raises(RuleBroken) as refused:
        take_alert(house, person_name=ARABIC, former_code=third.person.code, known=known)
    assert refused.value.field == "former_code"


def test_a_file_named_by_its_code_is_not_asked_about(house: House) -> None:
    file = open_file(house, names=NAME)
    assert take_alert(house, person_name=ARABIC, former_code=file.person.code, known=None).former_code


def test_the_same_as_an_earlier_alert_is_a_link_and_not_a_file(house: House) -> None:
    first = take_alert(house, person_name=NAME)
    alert = take_alert(house, person_name=ARABIC, known=answered(seen(house, names=(ARABIC,)), Answer.SAME))
    assert alert.former_code == ""
    assert same_groups(house.organisation.pk)["alert", alert.pk] == {("alert", first.pk), ("alert", alert.pk)}


def test_to_check_is_a_task_on_a_day_for_who_is_in_charge(house: House) -> None:
    file = open_file(house, names=NAME)
    alert = take_alert(house, person_name=ARABIC, known=answered(seen(house, names=(ARABIC,)), Answer.TO_CHECK))
    task = Task.objects.get()
    assert (task.kind, task.alert, task.who) == ("compare_records", alert, house.user("reception"))
    assert task.due_on > clock.today()
    assert file.person.code in house.vault("reception").open(task, "what")
    assert alert.former_code == ""


def test_not_the_same_is_remembered_and_not_asked_again(house: House) -> None:
    open_file(house, names=NAME)
    alert = accepted_alert(house, person_name=ARABIC, known=answered(seen(house, names=(ARABIC,)), Answer.DIFFERENT))
    assert seen(house, "coordinator", about=alert, names=(ARABIC,)) == ()
    assert open_file(house, names=ARABIC, phones="", alert=alert, known=None).person.code == "P-0002"
    assert Resemblance.objects.get().answer == Answer.DIFFERENT


# --- at the opening of a file, and of an exploiter ------------------------------------------------------------------


def test_a_file_opened_for_someone_who_has_one_opens_that_one(house: House) -> None:
    file = open_file(house, names=NAME, units=("social",))
    alert = accepted_alert(house)
    known = answered(seen(house, "coordinator", about=alert, names=(ARABIC,)), Answer.SAME)
    again = open_file(house, names=ARABIC, units=("legal",), alert=alert, known=known)
    assert again == file
    assert Person.objects.count() == 1
    assert Alert.objects.get(pk=alert.pk).former_code == file.person.code
    assert not Resemblance.objects.exists(), "a record is not linked with itself"


def test_the_alert_a_file_is_opened_from_is_not_asked_about(house: House) -> None:
    alert = accepted_alert(house, person_name=NAME, person_contact="06 12 34 56 78")
    assert open_file(house, names=NAME, phones="06 12 34 56 78", alert=alert, known=None)


def test_to_check_at_the_opening_is_a_task_of_the_file(house: House) -> None:
    open_file(house, names=NAME)
    known = answered(seen(house, "coordinator", names=(ARABIC,)), Answer.TO_CHECK)
    file = open_file(house, names=ARABIC, phones="", known=known)
    task = Task.objects.get()
    assert (task.file, task.who) == (file, house.user("social_worker"))


def test_an_exploiter_said_to_be_the_same_is_not_written_twice(house: House) -> None:
    by, vault = house.user("social_worker"), house.vault("social_worker")
    first = services.add_exploiter(name="Mme Perrin-Lahlou", by=by, vault=vault)
    with pytest.raises(RuleBroken, match="already known"):
        services.add_exploiter(name="Perin Lahlou", by=by, vault=vault)
    candidates = seen(house, "social_worker", exploiters=("Perin Lahlou",))
    same = services.add_exploiter(name="Perin Lahlou", by=by, vault=vault, known=answered(candidates, Answer.SAME))
    assert same == first
    with pytest.raises(RuleBroken, match="task of a file"):
        services.add_exploiter(name="Perin Lahlou", by=by, vault=vault, known=answered(candidates, Answer.TO_CHECK))
    other = services.add_exploiter(
        name="Perin Lahlou", by=by, vault=vault, known=answered(candidates, Answer.TO_CHECK), file=open_file(house)
    )
    assert other != first
    assert Task.objects.get().kind == "compare_records"
