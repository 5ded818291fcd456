"""Locked: the passphrase opens again, what was typed is kept; one's own sessions and settings."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from havre.accounts.cookies import cookie_name
from havre.accounts.models import User
from havre.audit.models import Event
from havre.vault.models import Draft, VaultSession
from tests.factories import PASSPHRASE, House

SETTINGS = "/settings/"
TYPED: dict[str, Any] = {"narrative": "She slept in the kitchen; نامت في المطبخ", "asks": ["housing", "other"]}


@pytest.fixture
def lawyer(house: House) -> Client:
    """A lawyer's browser, vault open."""
    return house.client("lawyer")


def _lock(client: Client) -> None:
    assert client.post(reverse("accounts:lock")).status_code == 302


def _unlock(client: Client, passphrase: str = PASSPHRASE, **more: str) -> Any:
    return client.post(reverse("accounts:unlock"), {"passphrase": passphrase, **more})


@pytest.mark.promise("T8")
def test_locking_takes_the_key_away_and_leads_to_the_passphrase(lawyer: Client) -> None:
    _lock(lawyer)
    assert not VaultSession.objects.exclude(sealed_private=None).exists()
    response = lawyer.get("/settings/roles/?a=b")
    address = urlsplit(response["Location"])
    assert address.path == reverse("accounts:unlock")
    assert parse_qs(address.query) == {"next": ["/settings/roles/?a=b"]}


def test_the_passphrase_opens_again_where_one_was(lawyer: Client) -> None:
    _lock(lawyer)
    response = _unlock(lawyer, next="/settings/roles/")
    assert (response.status_code, response["Location"]) == (302, "/settings/roles/")
    assert lawyer.get(SETTINGS).status_code == 200
    assert VaultSession.objects.count() == 1
    assert [e.kind for e in Event.objects.order_by("-number")[:2]] == [
        "accounts.vault.unlocked",
        "accounts.vault.locked",
    ]


@pytest.mark.promise("T8")
@pytest.mark.parametrize("wrong", ["wrong", "", PASSPHRASE + "x"])
def test_another_passphrase_does_not(lawyer: Client, wrong: str) -> None:
    _lock(lawyer)
    assert _unlock(lawyer, wrong).status_code in {200, 422}
    assert lawyer.get(SETTINGS).status_code == 302


@pytest.mark.promise("T8")
def test_the_old_cookie_opens_nothing_after_unlocking(lawyer: Client) -> None:
    old = lawyer.cookies[cookie_name()].value
    _lock(lawyer)
    _unlock(lawyer)
    assert lawyer.cookies[cookie_name()].value != old
    lawyer.cookies[cookie_name()] = old
    assert lawyer.get(SETTINGS).status_code == 302


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_unlocking_stays_on_this_site(lawyer: Client, wanted: str) -> None:
    _lock(lawyer)
    assert _unlock(lawyer, next=wanted)["Location"] == "/"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_form_sent_while_locked_is_kept_and_given_back(lawyer: Client, house: House, headers: dict[str, str]) -> None:
    _lock(lawyer)
    response = lawyer.post(reverse("accounts:draft"), {**TYPED, "_page": "/alerts/new/"}, headers=headers)
    assert response.status_code == 423
    assert TYPED["narrative"] not in response.content.decode()
    draft = Draft.objects.get()
    assert draft.path == "/alerts/new/"
    assert parse_qs(house.vault("lawyer").open_draft(draft)) == {
        "narrative": [TYPED["narrative"]],
        "asks": TYPED["asks"],
    }


@pytest.mark.promise("T8")
def test_the_passphrase_typed_to_unlock_is_never_kept(lawyer: Client) -> None:
    _lock(lawyer)
    _unlock(lawyer, "wrong")
    assert not Draft.objects.exists()


def test_a_draft_keeps_neither_token_nor_sending_key(lawyer: Client, house: House) -> None:
    lawyer.post(reverse("accounts:draft"), {"csrfmiddlewaretoken": "t", "submission": "s", "_page": "/x/", "name": "n"})
    assert house.vault("lawyer").open_draft(Draft.objects.get()) == "name=n"


def test_a_script_is_answered_without_pages(lawyer: Client) -> None:
    by_script = {"X-Havre": "fetch"}
    assert lawyer.get(reverse("accounts:alive"), headers=by_script).status_code == 204
    assert lawyer.post(reverse("accounts:lock"), headers=by_script).status_code == 204
    assert _unlock(lawyer, "wrong").status_code == 422
    assert lawyer.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE}, headers=by_script).status_code == 204
    assert lawyer.get(reverse("accounts:alive"), headers=by_script).status_code == 204


def test_locking_one_browser_leaves_the_other_open(lawyer: Client, house: House) -> None:
    other = house.client("lawyer")
    _lock(lawyer)
    assert other.get(SETTINGS).status_code == 200


# --- one's own sessions and settings -----------------------------------------------------------------------------------


@pytest.mark.promise("T8")
def test_the_list_of_sessions_ends_the_others(house: House, sign_in: Any) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client)
        client.get(SETTINGS)
    assert UserSession.objects.count() == 2
    assert here.get(reverse("usersessions_list")).status_code == 200
    here.post(reverse("usersessions_list"))
    assert there.get(SETTINGS)["Location"].startswith(reverse("account_login"))
    assert UserSession.objects.count() == 1


def test_preferences_are_kept(lawyer: Client) -> None:
    response = lawyer.post(reverse("accounts:preferences"), {"language": "ar", "theme": "dark", "next": "/settings/"})
    assert response["Location"] == "/settings/"
    user = User.objects.get(username="havre.lawyer")
    assert (user.language, user.theme) == ("ar", "dark")
    page = lawyer.get(SETTINGS).content.decode()
    assert 'dir="rtl"' in page
    assert 'lang="ar"' in page


def test_unknown_preferences_change_nothing(lawyer: Client) -> None:
    lawyer.post(reverse("accounts:preferences"), {"language": "xx", "theme": "pink"})
    user = User.objects.get(username="havre.lawyer")
    assert (user.language, user.theme) == ("en", "auto")


@pytest.mark.parametrize(
    ("role", "status"),
    # Whoever holds a compartment opens it to a colleague, and so sees who is there.
    [("lawyer", 200), ("reception", 200), ("administrator", 200), ("coordinator", 200)],
)
def test_members_are_for_who_may_see_them(house: House, role: str, status: int) -> None:
    assert house.client(role).get(reverse("accounts:members")).status_code == status


@pytest.mark.parametrize(("role", "status"), [("lawyer", 404), ("reception", 404)])
def test_inviting_is_for_who_looks_after_members(house: House, role: str, status: int) -> None:
    assert house.client(role).get(reverse("accounts:invite")).status_code == status


def test_a_missing_permission_looks_like_a_missing_page(house: House) -> None:
    client = house.client("lawyer")
    closed, missing = client.get(reverse("accounts:invite")), client.get("/settings/nothing-here/")
    assert closed.status_code == missing.status_code == 404

    def seen(response: Any) -> str:
        return re.sub(
            r'Token": "\w+"|name="csrfmiddlewaretoken" value="\w+"|/settings/[\w/-]+/', "", response.content.decode()
        )

    assert seen(closed) == seen(missing)


@pytest.mark.parametrize(
    "page", ["//elsewhere.example/", "https://elsewhere.example/", "\\elsewhere", "/\\elsewhere", "elsewhere"]
)
def test_the_page_of_a_draft_is_a_page_of_ours(lawyer: Client, page: str) -> None:
    lawyer.post(reverse("accounts:draft"), {"_page": page, "name": "n"})
    assert Draft.objects.get().path.startswith("/")
    assert not Draft.objects.get().path.startswith(("//", "/\\"))


def test_a_long_address_does_not_lose_the_text(lawyer: Client) -> None:
    assert lawyer.post(reverse("accounts:draft"), {"_page": "/" + "x" * 500, "name": "n"}).status_code == 204
    assert len(Draft.objects.get().path) == 200
