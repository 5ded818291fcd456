"""A security key: after the passphrase, never instead; true to one address; one's own; the last one stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import NoReverseMatch, reverse
from fido2.utils import websafe_decode

from havre.accounts import factors
from havre.accounts.permissions import Role
from havre.audit.models import Event
from tests.factories import House
from tests.factories.security_key import SecurityKey

SETTINGS = "/settings/"
JUNK = [
    "",
    "{}",
    "[]",
    "3",
    '"x"',
    "not json",
    '{"id": "a"}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
]


@pytest.fixture(autouse=True)
def _as_in_production(settings: LazySettings) -> None:
    settings.HAVRE_SECOND_FACTOR = True


def _add(client: Client, key: SecurityKey, name: str = "Blue", **forged: str) -> Any:
    page = client.get(reverse("mfa_add_webauthn"))
    options = page.context["js_data"]["creation_options"]
    return client.post(reverse("mfa_add_webauthn"), {"name": name, "credential": key.register(options, **forged)})


def _answer(client: Client, key: SecurityKey, **forged: str) -> Any:
    page = client.get(reverse("mfa_authenticate"))
    options = page.context["js_data"]["request_options"]
    return client.post(reverse("mfa_authenticate"), {"credential": key.answer(options, **forged)})


@pytest.fixture
def key(house: House, sign_in: Any) -> SecurityKey:
    """The lawyer's key."""
    client, key = Client(), SecurityKey()
    sign_in(client)
    assert _add(client, key)["Location"] == reverse("mfa_view_recovery_codes")
    return key


def test_a_key_is_added_named_and_its_codes_are_shown_once(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    _add(client, SecurityKey(), "Blue one")
    shown = client.get(reverse("mfa_view_recovery_codes"))
    codes = shown.context["unused_codes"]
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {8}
    assert all(code in shown.content.decode() for code in codes)
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(code in again for code in codes)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Blue one" in page
    assert "10 codes left" in page
    event = Event.objects.get(kind="accounts.factor.added")
    assert (event.actor_id, event.detail) == (house.user("lawyer").pk, {"factor": "webauthn"})


def test_the_passphrase_then_the_key_come_in_with_the_vault_open(
    key: SecurityKey, client: Client, sign_in: Any
) -> None:
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert client.get(SETTINGS).status_code == 302
    assert _answer(client, key).status_code == 302
    assert client.get(SETTINGS).status_code == 200
    assert Event.objects.filter(kind="accounts.signed_in").latest("number").detail == {"factor": "webauthn"}


@pytest.mark.parametrize(
    "name", ["mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust", "mfa_reauthenticate_webauthn"]
)
def test_a_key_without_a_passphrase_has_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/second-factor/keys/login/", "/accounts/2fa/webauthn/login/", "/sign-in/key/"])
def test_nothing_answers_a_key_alone(key: SecurityKey, client: Client, path: str) -> None:
    for answer in (client.get(path, headers={"Accept": "application/json"}), client.post(path)):
        assert answer.status_code == 404


def test_a_key_answers_nothing_before_the_passphrase(key: SecurityKey, client: Client, sign_in: Any) -> None:
    other = Client()
    sign_in(other)
    options = other.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
    stranger = client.post(reverse("mfa_authenticate"), {"credential": key.answer(options)})
    assert stranger["Location"] == reverse("account_login")


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://havre.example.evil"},
        {"origin": "http://testserver"},
        {"host": "elsewhere.example"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_what_was_asked_by_another_page_does_not_come_in(
    key: SecurityKey, client: Client, sign_in: Any, forged: dict[str, str]
) -> None:
    sign_in(client)
    assert _answer(client, key, **forged).status_code == 200
    assert client.get(SETTINGS).status_code == 302
    event = Event.objects.latest("number")
    assert (event.kind, event.detail) == ("accounts.factor.failed", {"factor": "webauthn"})


def test_what_is_asked_of_a_key_is_never_asked_twice(key: SecurityKey, client: Client, sign_in: Any) -> None:
    sign_in(client)
    pages = [client.get(reverse("mfa_authenticate")) for _ in range(3)]
    asked = [json.loads(json.dumps(p.context["js_data"]))["request_options"]["publicKey"]["challenge"] for p in pages]
    assert len(set(asked)) == 3
    assert all(len(websafe_decode(challenge)) >= 16 for challenge in asked)


def test_an_answer_is_good_once(key: SecurityKey, client: Client, sign_in: Any) -> None:
    sign_in(client)
    options = client.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
    posted = key.answer(options)
    assert client.post(reverse("mfa_authenticate"), {"credential": posted}).status_code == 302
    again = Client()
    sign_in(again)
    again.get(reverse("mfa_authenticate"))
    assert again.post(reverse("mfa_authenticate"), {"credential": posted}).status_code == 200


def test_the_key_of_another_member_does_not_come_in(
    key: SecurityKey, house: House, client: Client, sign_in: Any
) -> None:
    other, theirs = Client(), SecurityKey()
    sign_in(other, "havre.reception")
    _add(other, theirs)
    sign_in(client)
    assert _answer(client, theirs).status_code == 200
    assert client.get(SETTINGS).status_code == 302


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_refused_in_words(key: SecurityKey, client: Client, sign_in: Any, junk: str) -> None:
    sign_in(client)
    client.get(reverse("mfa_authenticate"))
    assert client.post(reverse("mfa_authenticate"), {"credential": junk}).status_code == 200
    inside = Client()
    sign_in(inside, "havre.reception")
    inside.get(reverse("mfa_add_webauthn"))
    page = inside.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": junk})
    assert page.status_code == 200
    assert not Authenticator.objects.filter(user__username="havre.reception").exists()


def test_keys_are_renamed_and_taken_off_but_the_last_stays(key: SecurityKey, client: Client, sign_in: Any) -> None:
    sign_in(client)
    _answer(client, key)
    first = Authenticator.objects.get(type="webauthn")
    remove = reverse("mfa_remove_webauthn", args=[first.pk])
    assert remove not in client.get(reverse("mfa_index")).content.decode()
    for refused in (client.get(remove), client.post(remove)):
        assert refused.status_code == 422
        assert "Add another one first" in refused.content.decode()
    client.post(reverse("mfa_edit_webauthn", args=[first.pk]), {"name": "Red"})
    second = SecurityKey()
    _add(client, second, "Green")
    page = client.get(reverse("mfa_index")).content.decode()
    assert remove in page
    assert reverse("usersessions_list") in page, "a lost key: the other sessions are ended from here"
    assert client.post(remove)["Location"] == reverse("mfa_list_webauthn")
    assert [a.wrap().name for a in Authenticator.objects.filter(type="webauthn")] == ["Green"]
    assert Event.objects.filter(kind="accounts.factor.removed").count() == 1
    out = Client()
    sign_in(out)
    assert _answer(out, key).status_code == 200, "the key that was taken off"
    assert _answer(out, second).status_code == 302


def test_nobody_touches_the_key_of_another(key: SecurityKey, house: House, client: Client, sign_in: Any) -> None:
    theirs = Authenticator.objects.get(type="webauthn")
    sign_in(client, "havre.reception")
    _add(client, SecurityKey())
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        address = reverse(name, args=[theirs.pk])
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get(pk=theirs.pk).wrap().name == "Blue"


# --- by role --------------------------------------------------------------------------------------------------------------


def test_every_role_has_its_line() -> None:
    assert set(factors.REQUIRED) == set(Role)


def test_a_role_of_keys_enters_with_a_key_only(
    house: House, client: Client, sign_in: Any, settings: LazySettings
) -> None:
    assert factors.needed(Role.COORDINATOR) == factors.Need.KEY
    user = house.user("coordinator")
    sign_in(client, "havre.coordinator")
    assert client.get(SETTINGS)["Location"] == reverse("mfa_index")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "-"})
    assert client.get(SETTINGS)["Location"] == reverse("mfa_index"), "an application is not a key"
    _add(client, SecurityKey())
    assert client.get(SETTINGS).status_code == 200
    settings.HAVRE_FACTORS = {"lawyer": "key", "coordinator": "any"}
    assert (factors.needed(Role.LAWYER), factors.needed(Role.COORDINATOR)) == ("key", "any")


@pytest.mark.parametrize("said", [{"directeur": "key"}, {"lawyer": "none"}, {"lawyer": ""}])
def test_a_setting_that_means_nothing_stops_the_start(said: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured):
        factors.check_settings(said.items())
    factors.check_settings([("lawyer", "key")])


def test_a_role_that_changes_ends_every_browser(key: SecurityKey, house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    _answer(client, key)
    assert client.get(SETTINGS).status_code == 200
    user = house.user("lawyer")
    user.role = Role.RECEPTION
    user.save()
    assert client.get(SETTINGS)["Location"].startswith(reverse("account_login"))


def test_few_codes_are_said_on_the_settings(key: SecurityKey, client: Client, sign_in: Any) -> None:
    sign_in(client)
    _answer(client, key)
    assert "Make new ones before you need them" not in client.get(SETTINGS).content.decode()
    codes = Authenticator.objects.get(type="recovery_codes")
    codes.data["used_mask"] = 0b1111111
    codes.save()
    page = client.get(SETTINGS).content.decode()
    assert "3 recovery codes left. Make new ones before you need them." in page
    client.post(reverse("mfa_generate_recovery_codes"))
    assert "Make new ones before you need them" not in client.get(SETTINGS).content.decode()


@pytest.mark.parametrize(("host", "said"), [("127.0.0.1", True), ("[::1]", True), ("localhost", False)])
def test_an_address_made_of_numbers_is_said(house: House, sign_in: Any, host: str, said: bool) -> None:
    client = Client(headers={"Host": host})
    sign_in(client)
    page = client.get(reverse("mfa_add_webauthn"))
    assert ("made of numbers" in page.content.decode()) is said
    assert page.context["js_data"]["creation_options"]["publicKey"]["rp"]["id"] == host.strip("[]")


# --- sessions -------------------------------------------------------------------------------------------------------------


def test_ending_the_others_leaves_this_browser_open(key: SecurityKey, house: House, sign_in: Any) -> None:
    here, there = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}), Client()
    for browser in (here, there):
        sign_in(browser)
        _answer(browser, key)
        browser.get(SETTINGS)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox, Windows" in page
    assert page.count("this one") == 1
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert here.get(SETTINGS).status_code == 200, "this vault stays open"
    assert there.get(SETTINGS)["Location"].startswith(reverse("account_login"))
    assert Event.objects.filter(kind="accounts.sessions.ended").count() == 1


def test_no_address_is_kept_and_nothing_after_the_end(key: SecurityKey, house: House, sign_in: Any) -> None:
    client = Client(REMOTE_ADDR="203.0.113.77")
    sign_in(client)
    _answer(client, key)
    client.get(SETTINGS)
    mine = UserSession.objects.filter(session_key=client.session.session_key)
    assert [session.ip for session in mine] == ["0.0.0.0"]
    key_of_it = client.session.session_key
    client.post(reverse("account_logout"))
    assert not UserSession.objects.filter(session_key=key_of_it).exists()
