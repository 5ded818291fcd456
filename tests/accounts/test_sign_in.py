"""Signing in and out: the passphrase, its traces, and the ways in that do not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from havre.accounts.cookies import cookie_name
from havre.audit.models import Event
from havre.vault.models import MemberKey, VaultSession
from tests.factories import PASSPHRASE, House
from tests.guards.test_architecture import ADDRESSES

SETTINGS = "/settings/"
ROOT = Path(__file__).resolve().parent.parent.parent


def _kinds() -> list[str]:
    return list(Event.objects.order_by("number").values_list("kind", flat=True))


def test_the_passphrase_signs_in_and_opens_the_vault(house: House, client: Client, sign_in: Any) -> None:
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get(SETTINGS).status_code == 200
    event = Event.objects.latest("number")
    assert (event.kind, event.actor_id) == ("accounts.signed_in", house.user("lawyer").pk)


@pytest.mark.parametrize("name", ["HAVRE.lawyer", " havre.lawyer "])
def test_the_user_name_is_forgiving(house: House, client: Client, sign_in: Any, name: str) -> None:
    assert sign_in(client, name).status_code == 302


@pytest.mark.promise("T17")
@pytest.mark.parametrize("passphrase", ["wrong", PASSPHRASE + " ", PASSPHRASE.upper(), ""])
def test_the_passphrase_is_not(house: House, client: Client, sign_in: Any, passphrase: str) -> None:
    response = sign_in(client, passphrase=passphrase)
    assert response.status_code == 200
    assert cookie_name() not in client.cookies
    assert not VaultSession.objects.exists()
    assert client.get(SETTINGS).status_code == 302


@pytest.mark.promise("T17")
def test_a_failed_sign_in_leaves_a_trace_without_what_was_typed(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client, "havre.lawyer", "wrong")
    event = Event.objects.latest("number")
    assert (event.kind, event.actor_id, event.target, event.detail) == ("accounts.sign_in.failed", None, "", {})


@pytest.mark.promise("T7")
def test_a_member_who_left_does_not_come_in_and_is_put_out(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    user = house.user("lawyer")
    user.is_active = False
    user.save()
    assert client.get(SETTINGS).status_code == 302
    assert sign_in(Client()).status_code == 200


@pytest.mark.promise("T17")
def test_five_wrong_passphrases_and_the_door_waits(
    house: House, client: Client, sign_in: Any, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"sign_in": "20/m/ip,5/5m/key"}
    for _ in range(5):
        sign_in(client, passphrase="wrong")
    response = sign_in(client)
    assert response.status_code == 429
    assert "Wait 5 minutes" in response.content.decode()
    assert cookie_name() not in client.cookies
    assert sign_in(Client(), "havre.reception").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/settings/members/", "/settings/members/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example/", "/")],
)
def test_one_goes_on_inside_this_site_only(
    house: House, client: Client, sign_in: Any, wanted: str, reached: str
) -> None:
    assert sign_in(client, next=wanted)["Location"] == reached


def test_a_page_asked_without_being_signed_in_comes_after(house: House, client: Client) -> None:
    response = client.get("/settings/?a=b")
    assert response["Location"] == f"{reverse('account_login')}?next=/settings/%3Fa%3Db"


def test_a_fragment_asked_without_being_signed_in_sends_the_whole_page_to_the_door(
    house: House, client: Client
) -> None:
    response = client.get(SETTINGS, headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == reverse("account_login")


@pytest.mark.promise("T8")
def test_a_session_begun_before_is_not_the_one_after(house: House, client: Client, sign_in: Any) -> None:
    client.get(reverse("account_login"))
    planted = client.session
    planted["planted"] = "1"
    planted.save()
    client.cookies["havre_session"] = str(planted.session_key)
    sign_in(client)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.promise("T8")
def test_signing_out_is_told_and_closes(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    client.post(reverse("account_logout"))
    assert _kinds()[-1] == "accounts.signed_out"
    assert client.get(SETTINGS).status_code == 302


@pytest.mark.promise("T10")
def test_a_log_that_was_rewritten_is_said_at_sign_in(house: House, client: Client, sign_in: Any) -> None:
    MemberKey.objects.filter(user=house.user("lawyer")).update(pinned_head=None)
    response = sign_in(client)
    assert "cut or rewritten" in " ".join(str(m) for m in get_messages(response.wsgi_request))
    assert "audit.pin.broken" in _kinds()


@pytest.mark.promise("T10")
def test_each_sign_in_pins_the_log_as_it_stands(house: House, sign_in: Any) -> None:
    for _ in range(3):
        response = sign_in(Client())
        assert not [m for m in get_messages(response.wsgi_request) if m.level_tag == "error"]
    assert "audit.pin.broken" not in _kinds()


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("account_login", {"password": "current-password"}),
        ("accounts:recover", {"new": "new-password", "again": "new-password"}),
        ("accounts:passphrase", {"present": "current-password", "new": "new-password", "again": "new-password"}),
        ("accounts:code", {"passphrase": "current-password"}),
    ],
)
def test_passphrases_are_hidden_and_their_managers_welcome(house: House, page: str, fields: dict[str, str]) -> None:
    client = Client() if page in {"account_login", "accounts:recover"} else house.client("lawyer")
    text = client.get(reverse(page)).content.decode()
    for name, kind in fields.items():
        tag = next(tag for tag in re.findall(r"<input[^>]*>", text) if f'name="{name}"' in tag)
        assert 'type="password"' in tag
        assert f'autocomplete="{kind}"' in tag
        assert "value=" not in tag
        assert "onpaste" not in tag
    scripts = "".join(path.read_text() for path in (ROOT / "havre" / "static").glob("*.js"))
    assert not re.search(r"[\"']paste[\"']", scripts)


# --- ways in that do not exist --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "account_signup", "account_reset_password", "account_reset_password_done", "account_change_password",
        "account_set_password", "account_email", "account_confirm_email", "account_request_login_code",
        "mfa_login_webauthn", "mfa_signup_webauthn", "admin:index", "password_reset",
    ],
)  # fmt: skip
def test_there_is_no_such_page(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_no_address_speaks_of_signing_up_or_of_resetting() -> None:
    words = ("signup", "sign-up", "register", "reset", "forgot", "email", "e-mail", "admin", "debug")
    for name, pattern in ADDRESSES:
        address = f"{name} {pattern.pattern}".lower()
        assert not any(word in address for word in words), address


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/signup/", "/accounts/password/reset/", "/admin/", "/__debug__/"]
)
def test_nothing_answers_there(house: House, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_sign_in_page_offers_neither(house: House, client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode().lower()
    assert "signup" not in page
    assert "forgot" not in page
    assert get_resolver().reverse_dict
