"""Founding on screen: a page that exists for an hour and once, does all or nothing, and shows its codes once."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from havre.accounts.models import FoundingCode, Organisation, User
from havre.audit.models import Event
from havre.core import clock
from havre.vault import ceremonies, sessions, signatures
from havre.vault.models import CompartmentKey, MemberKey, OfficerKey
from tests.factories.accounts import sign_in as _sign_in_as

pytestmark = pytest.mark.django_db
FOUND = "/found/"
FIRST, SECOND = "nine patient otters downstream", "four brisk herons at dawn"
TYPED = {
    "name": "Refuge des Tilleuls", "founded_year": "1994",
    "first-display_name": "Nadia B.", "first-username": "Nadia", "first-role": "coordinator",
    "first-new": FIRST, "first-again": FIRST,
    "second-display_name": "Leïla S.", "second-username": "leila", "second-role": "psychologist",
    "second-new": SECOND, "second-again": SECOND,
}  # fmt: skip
PAPER = r"\b[A-Z]-(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}\b"
PERSONAL = r">(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}<"


@pytest.fixture(autouse=True)
def _own_pins(settings: LazySettings, tmp_path: Any) -> None:
    settings.HAVRE_OFFICER_KEYS_FILE = tmp_path / "pins" / "officer_keys"


def _draw() -> str:
    out = StringIO()
    call_command("found", "--screen", stdout=out)
    assert FOUND in out.getvalue()
    found = re.search(r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}", out.getvalue())
    assert found
    return found.group()


def _nothing() -> bool:
    return not any(model.objects.exists() for model in (Organisation, User, MemberKey, OfficerKey, CompartmentKey))


def test_without_a_code_drawn_on_the_server_the_page_does_not_exist(client: Client) -> None:
    assert client.get(FOUND).status_code == 404
    assert client.post(FOUND, {**TYPED, "code": "AAAA-AAAA-AAAA-AAAA"}).status_code == 404
    assert _nothing()


def test_two_officers_found_it_and_each_code_is_shown_once_on_its_sheet(client: Client, sign_in: Any) -> None:
    code = _draw()
    assert code not in str(FoundingCode.objects.values())
    asked = client.get(FOUND).content.decode()
    assert asked.count("<fieldset") == 2
    page = client.post(FOUND, {**TYPED, "code": code.lower().replace("-", " ")})
    assert page.status_code == 200
    shown = page.content.decode()
    assert "Tilleuls" in shown
    assert FIRST not in shown
    assert SECOND not in shown
    papers = set(re.findall(PAPER, shown))
    assert {paper[0] for paper in papers} == {"S", "P", "L", "G"}, "each is held by one of the two; identity by both"
    assert len(re.findall(PERSONAL, shown)) == 2
    assert shown.count('class="sheet"') == 6
    assert client.get(FOUND).status_code == 404, "used up"
    assert client.post(FOUND, {**TYPED, "code": code}).status_code == 404
    organisation = Organisation.objects.get()
    assert len(signatures.pinned()[str(organisation.pk)]) == 2
    for name, passphrase in (("nadia", FIRST), ("leila", SECOND)):
        assert sign_in(Client(), name, passphrase).status_code == 302
        assert User.objects.get(username=name).officer_key
    assert {e.kind for e in Event.objects.all()} >= {"accounts.founding.opened", "vault.organisation.founded"}
    # Each types their papers back; the psychologist's is not the coordinator's to check.
    private = sessions.unlock(User.objects.get(username="leila"), SECOND)
    assert private
    browser = Client()
    assert sign_in(browser, "leila", SECOND).status_code == 302
    assert b"no paper key opens" in browser.get("/settings/").content
    psychology = next(paper for paper in papers if paper.startswith("P"))
    assert browser.post(reverse("accounts:paper-check"), {"printed_code": psychology}).status_code == 302
    assert b"no paper key opens" not in browser.get("/settings/").content


def test_a_code_lives_an_hour_and_a_new_one_replaces_it(client: Client) -> None:
    former, code = _draw(), _draw()
    assert client.post(FOUND, {**TYPED, "code": former}).status_code == 422
    FoundingCode.objects.update(made_at=clock.now() - timedelta(hours=1, seconds=1))
    assert client.get(FOUND).status_code == 404
    assert client.post(FOUND, {**TYPED, "code": code}).status_code == 404
    assert _nothing()


@pytest.mark.parametrize(
    "change",
    [
        {"code": "AAAA-AAAA-AAAA-AAAA"},
        {"name": ""},
        {"first-role": "administrator"},
        {"second-role": "volunteer"},
        {"second-username": "nadia"},
        {"second-new": "weak", "second-again": "weak"},
        {"first-again": "something else entirely"},
        {"second-display_name": ""},
    ],
)
def test_what_is_refused_writes_nothing_and_the_code_still_works(client: Client, change: dict[str, str]) -> None:
    code = _draw()
    page = client.post(FOUND, {**TYPED, "code": code, **change})
    assert page.status_code == 422
    assert FIRST not in page.content.decode()
    assert b"error" in page.content
    assert _nothing()
    assert client.post(FOUND, {**TYPED, "code": code}).status_code == 200


def test_killed_in_the_middle_nothing_is_written_and_the_same_code_works(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, whole, calls = _draw(), ceremonies.give, []

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(ceremonies, "give", dies)
    with pytest.raises(KeyboardInterrupt):
        client.post(FOUND, {**TYPED, "code": code})
    monkeypatch.undo()
    assert _nothing()
    assert client.post(FOUND, {**TYPED, "code": code}).status_code == 200
    founded = str(Organisation.objects.get().pk)
    # The file of pins may keep a line of the attempt: it vouches for an organisation that does not exist.
    assert {len(keys) for name, keys in signatures.pinned().items() if name == founded} == {2}


def test_tries_are_counted(client: Client, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"found": "2/5m/key"}
    code = _draw()
    wrong = {**TYPED, "code": "AAAA-AAAA-AAAA-AAAA"}
    assert [client.post(FOUND, wrong).status_code for _ in range(3)] == [422, 422, 429]
    assert client.post(FOUND, {**TYPED, "code": code}).status_code == 429
    assert _nothing()


def test_a_second_organisation_on_the_same_server(client: Client) -> None:
    assert client.post(FOUND, {**TYPED, "code": _draw()}).status_code == 200
    first = Organisation.objects.get()
    change = {"name": "Rivage", "first-username": "samia", "second-username": "bastien"}
    assert client.post(FOUND, {**TYPED, **change, "code": _draw()}).status_code == 200
    assert len(signatures.pinned()) == 2
    assert len(signatures.pinned()[str(first.pk)]) == 2


def test_signed_in_or_not_the_page_is_the_same(client: Client, house: Any) -> None:
    browser = _sign_in_as(house.user("lawyer"))
    assert browser.get(FOUND).status_code == 404
