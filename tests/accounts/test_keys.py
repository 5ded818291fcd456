"""The pages of one's own key."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from havre.audit.models import Event
from havre.vault import keys, sessions
from havre.vault.models import Draft
from tests.factories import PASSPHRASE, House
from tests.factories.accounts import sign_in

NEW = "nine patient otters downstream"
RECOVER = "/settings/lost/"


def _code(response: Any) -> str:
    found = re.search(r"(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}", response.content.decode())
    assert found
    return found.group()


def _recover(client: Client, username: str, code: str, **more: str) -> Any:
    return client.post(RECOVER, {"username": username, "printed_code": code, "new": NEW, "again": NEW, **more})


def test_the_passphrase_changes_and_only_this_browser_goes_on(house: House) -> None:
    user = house.user("lawyer")
    here, elsewhere = sign_in(user), sign_in(user)
    for browser in (here, elsewhere):
        assert browser.get("/settings/").status_code == 200
    form = {"present": PASSPHRASE, "new": NEW, "again": NEW}
    assert here.post(reverse("accounts:passphrase"), form)["Location"] == reverse("accounts:settings")
    assert here.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    assert sessions.unlock(user, NEW)


@pytest.mark.parametrize(
    "change", [{"present": "wrong but quite long"}, {"again": "something else here"}, {"new": "x", "again": "x"}]
)
def test_a_refused_change_changes_nothing(house: House, change: dict[str, str]) -> None:
    form = {"present": PASSPHRASE, "new": NEW, "again": NEW, **change}
    response = house.client("lawyer").post(reverse("accounts:passphrase"), form)
    assert response.status_code == 422
    assert not any(word in response.content.decode() for word in form.values() if len(word) > 1)
    assert sessions.unlock(house.user("lawyer"), PASSPHRASE)


def test_no_passphrase_goes_to_a_draft_when_the_screen_was_locked(house: House) -> None:
    browser = house.client("lawyer")
    browser.cookies.pop("havre_vault")
    form = {"present": PASSPHRASE, "new": NEW, "again": NEW, "_page": "/settings/passphrase/"}
    assert browser.post(reverse("accounts:passphrase"), form).status_code == 423
    body = house.fresh_vault("lawyer").open_draft(Draft.objects.get())
    assert body == ""


def test_the_printed_code_is_shown_once_then_typed_back(house: House) -> None:
    browser = house.client("lawyer")
    assert browser.post(reverse("accounts:code"), {"passphrase": "wrong"}).status_code == 422
    shown = browser.post(reverse("accounts:code"), {"passphrase": PASSPHRASE})
    code = _code(shown)
    assert code not in browser.get(reverse("accounts:code")).content.decode()
    assert browser.post(reverse("accounts:code-check"), {"printed_code": "AAAA"}).status_code == 422
    assert b"not checked yet" in browser.get("/settings/").content
    assert browser.post(reverse("accounts:code-check"), {"printed_code": code.lower()}).status_code == 302
    assert b"not checked yet" not in browser.get("/settings/").content


def test_a_lost_passphrase_from_the_door_to_the_settings(house: House, client: Client, sign_in: Any) -> None:
    assert RECOVER in client.get(reverse("account_login")).content.decode()
    user, before = house.user("lawyer"), house.client("lawyer")
    before.get("/settings/")
    response = _recover(client, " HAVRE.lawyer", keys.new_code(PASSPHRASE, by=user))
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session, "the second factor is still to be asked"
    assert before.get("/settings/").status_code == 302
    assert sign_in(client, passphrase=NEW).status_code == 302
    fresh = _code(response)
    assert client.post(reverse("accounts:code-check"), {"printed_code": fresh}).status_code == 302


@pytest.mark.promise("T17")
def test_the_answer_does_not_tell_whether_a_name_exists(house: House, client: Client) -> None:
    """Wrong code, unknown name, and a member who left with the right code: one page, but for what was typed."""
    gone = house.user("reception")
    right = keys.new_code(PASSPHRASE, by=gone)
    gone.is_active = False
    gone.save()
    pages = []
    for name, code in (("havre.lawyer", "AAAA"), ("nobody", "AAAA"), ("havre.reception", right)):
        response = _recover(client, name, code)
        assert response.status_code == 422
        page = response.content.decode().replace(name, "").replace(code, "")
        pages.append(re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}", "", page))
    assert len(set(pages)) == 1
    assert Event.objects.filter(kind="vault.passphrase.recovery_failed", actor_id=None, target="").count() == 3


@pytest.mark.promise("T17")
def test_tries_are_counted(house: House, client: Client, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"recover": "2/5m/key", "passphrase": "2/5m/key"}
    right = keys.new_code(PASSPHRASE, by=house.user("lawyer"))
    assert [_recover(client, "havre.lawyer", "AAAA").status_code for _ in range(3)] == [422, 422, 429]
    assert _recover(client, "havre.lawyer", right).status_code == 429
    browser = house.client("lawyer")
    wrong = {"present": "wrong one again", "new": NEW, "again": NEW}
    assert [browser.post(reverse("accounts:passphrase"), wrong).status_code for _ in range(3)] == [422, 422, 429]
