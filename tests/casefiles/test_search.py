"""The search box: by any writing of a name, by a code; told without its words; nothing of what one may not see."""

from __future__ import annotations

import pytest
from django.urls import reverse

from havre.accounts.permissions import Permission as P
from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.facts import PersonFacts
from havre.casefiles.services.alike import Asked, alike
from havre.vault import directory
from havre.vault.finding import CLEAR
from havre.vault.keystore.models import DirectorySegment
from tests.factories import House, found_organisation, take_alert
from tests.factories.casefiles import PERSON, add_exploitation, open_file

URL = reverse("casefiles:search")


def ask(house: House, q: str, role: str = "social_worker") -> str:
    """The page a search answers with."""
    response = house.client(role).post(URL, {"q": q})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "q", ["Khadija Ouazzani", "ouazani KHADIDJA", "خديجة الوزاني", "Khadija Wazzani", "Hadija", "Lalla K"]
)
def test_a_person_is_found_by_any_writing_of_their_name_or_alias(house: House, q: str) -> None:
    file = open_file(house, names="Khadija El Ouazzani", aliases="Lalla K")
    open_file(house, names="Maricel dela Cruz")
    page = ask(house, q)
    assert file.person.code in page
    assert "Khadija El Ouazzani" in page
    assert "Maricel" not in page


NAMES = ("Awa Traoré", "Awa Diarra", "Hawa Traoré", "Mariam Traoré", "Ava Tarare", "Awatif Traore", "Oua Touré")


@pytest.mark.parametrize("q", ["Awa Traoré", "awah tarore", "عوا تراوري", "Hava Trahoré", "Touré Wa", "Xawa"])
@pytest.mark.parametrize("few", [1, 3])
def test_opening_the_likeliest_first_finds_whom_opening_all_finds(
    house: House, monkeypatch: pytest.MonkeyPatch, q: str, few: int
) -> None:
    for name in NAMES:
        open_file(house, names=name)
    by, vault = house.user("lawyer"), house.vault("lawyer")
    every = services.find(q, by=by, vault=vault)
    monkeypatch.setattr("havre.casefiles.services.alike.FIRST", few)
    found = services.find(q, by=by, vault=vault)
    # Either somebody is clearly meant, or all were opened.
    assert found == every or found[0].likeness >= CLEAR


def test_who_is_clearly_meant_is_opened_with_few_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        open_file(house, names=name)
    by, vault = house.user("lawyer"), house.vault("lawyer")
    monkeypatch.setattr("havre.casefiles.services.alike.FIRST", 2)
    opened = {q: alike([Asked(q, ("person",))], by=by, vault=vault) for q in ("Mariam Traoré", "Mahrim Tarohe")}
    assert [len(each) for each in opened.values()] == [2, len(NAMES)]


def test_an_exploiter_leads_to_the_files_of_their_victims(house: House) -> None:
    file = open_file(house, names="Awa Traoré")
    by, vault = house.user("social_worker"), house.vault("social_worker")
    exploiter = services.add_exploiter(name="Mme Perrin-Lahlou", by=by, vault=vault)
    services.link_exploiter(add_exploitation(house, file), exploiter, "employer", by=by)
    page = ask(house, "perin lahlou")
    assert exploiter.code in page
    assert reverse("casefiles:file-exploitation", args=[file.person.code]) in page


def test_an_alert_is_found_by_who_sees_alerts(house: House) -> None:
    alert = take_alert(house, person_name="Blessing Osagie")
    assert alert.reference in ask(house, "Blesing Osagye", "reception")


def test_a_changed_name_finds(house: House) -> None:
    file = open_file(house, names="Awa Traoré")
    person = file.person
    by, vault = house.user("social_worker"), house.vault("social_worker")
    facts = PersonFacts(**{**PERSON, "names": "Mariam Coulibaly"})
    services.change_person(person, facts, revision=person.revision, by=by, vault=vault)
    assert person.code in ask(house, "Kulibali Mariam")


def test_a_person_never_saved_is_not_found(house: House) -> None:
    file = open_file(house, names="Awa Traoré")
    directory.index(house.vault("coordinator"), "person", file.pk, ["Awa Traoré"])
    found = services.find("Awa Traoré", by=house.user("lawyer"), vault=house.vault("lawyer"))
    assert [each.code for each in found] == [file.person.code]


def test_nobody_is_shown_for_a_name_nobody_has(house: House) -> None:
    open_file(house, names="Awa Traoré")
    assert "Nobody found" in ask(house, "Zhang Wei")


@pytest.mark.parametrize("lower", [True, False])
def test_a_code_leads_to_its_page(house: House, lower: bool) -> None:
    file, alert = open_file(house), take_alert(house)
    for code, page in ((file.person.code, file), (alert.reference, alert)):
        q = code.lower() if lower else code
        response = house.client("social_worker").post(URL, {"q": f" {q} "})
        assert (response.status_code, response["Location"]) == (302, page.get_absolute_url())


def test_the_search_and_each_name_shown_are_told_without_a_word_of_them(house: House) -> None:
    file = open_file(house, names="Khadija El Ouazzani")
    before = Event.objects.latest("number").number
    ask(house, "ouazani khadidja")
    events = list(Event.objects.filter(number__gt=before).order_by("number").values_list("kind", "target", "detail"))
    assert [(kind, target) for kind, target, _ in events] == [
        ("vault.read", file.person.code),
        ("casefiles.searched", ""),
    ]
    assert events[1][2] == {"found": 1}


def test_nothing_is_searched_by_an_address(house: House) -> None:
    open_file(house, names="Khadija El Ouazzani")
    response = house.client("social_worker").get(URL, {"q": "Khadija"})
    assert "Ouazzani" not in response.content.decode()
    assert 'value="Khadija"' not in response.content.decode()


def test_what_was_typed_on_a_locked_screen_is_given_back_sealed_meanwhile(house: House) -> None:
    locked = house.client("social_worker")
    cookie = locked.cookies.pop("havre_vault")
    assert locked.post(URL, {"q": "Khadidja", "csrfmiddlewaretoken": "sent by every form"}).status_code == 423
    locked.cookies["havre_vault"] = cookie.value
    assert 'value="Khadidja"' in locked.get(URL).content.decode()
    locked.post(URL, {"q": "Khadidja"})
    assert 'value="Khadidja"' not in locked.get(URL).content.decode()


def test_another_organisation_is_not_found(house: House) -> None:
    open_file(house, names="Khadija El Ouazzani")
    other = found_organisation("other")
    assert "Nobody found" in ask(other, "Khadija El Ouazzani")


def test_who_sees_no_file_has_no_box(house: House) -> None:
    for role, user in house.members.items():
        page = house.client(role).get(reverse("accounts:settings")).content.decode()
        assert (f'action="{URL}"' in page) == user.can(P.FILE_VIEW)


def test_a_lost_directory_is_made_again_by_the_first_search(house: House) -> None:
    file = open_file(house, names="Khadija El Ouazzani")
    take_alert(house, person_name="Blessing Osagie")
    DirectorySegment.objects.all().delete()
    assert file.person.code in ask(house, "Wazzani")
    assert DirectorySegment.objects.count() == 1
    assert Event.objects.filter(kind="vault.directory.rebuilt").count() == 1


def test_the_queries_do_not_grow_with_the_people(house: House) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        user, vault = house.user("lawyer"), house.fresh_vault("lawyer")
        with CaptureQueriesContext(connection) as asked:
            assert services.find("Zhang Wei", by=user, vault=vault) == []
        return len(asked)

    open_file(house, names="Awa Traoré")
    few = count()
    for _ in range(5):
        open_file(house, names="Maricel dela Cruz")
    assert count() == few


@pytest.mark.parametrize(
    "q", ["06 12 34 56 78", "+33612345678", "٠٦١٢٣٤٥٦٧٨", "Khadija 06.12.34.56.78", "612 34 56 78 0"]
)
def test_a_number_finds_whoever_it_was_written_for(house: House, q: str) -> None:
    file = open_file(house, names="Khadija El Ouazzani", phones="07 11 22 33 44 / +33 (0)6 12 34 56 78")
    open_file(house, names="Maricel dela Cruz", phones="06 12 34 56 79")
    page = ask(house, q)
    assert (file.person.code in page) == (q != "612 34 56 78 0")
    assert "Maricel" not in page


def test_an_alert_is_found_by_a_number_in_its_words_and_by_who_it_accuses(house: House) -> None:
    alert = take_alert(house, person_contact="Her cousin, 07 11 22 33 44, after six", employer_name="M. Perrin-Lahlou")
    assert alert.reference in ask(house, "+33 7 11 22 33 44", "reception")
    assert alert.reference in ask(house, "perin lahlou", "reception")
