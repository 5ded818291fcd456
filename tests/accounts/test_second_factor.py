"""The second factor, on as in production: nothing opens before it is set, nobody comes in without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from havre.accounts.cookies import cookie_name
from havre.accounts.factor_forms import CodeForm
from havre.accounts.recent import RECENT
from havre.vault import server
from havre.vault.errors import Tampered
from havre.vault.models import VaultSession
from tests.factories import PASSPHRASE, House

SETTINGS = "/settings/"
PERIOD = 30


@pytest.fixture(autouse=True)
def _as_in_production(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HAVRE_SECOND_FACTOR = True
    _Time.at = 1_800_000_000
    monkeypatch.setattr(auth, "time", _Time)


class _Time:
    """The clock of the server and of the phone, which stands still until it is moved."""

    at = 0

    @classmethod
    def time(cls) -> int:
        return cls.at


def _code(secret: str, later: int = 0) -> str:
    """What the phone shows, `later` periods from now: a code is good once."""
    _Time.at += later * PERIOD
    return auth.format_hotp_value(auth.hotp_value(secret, _Time.at // PERIOD))


def _once_more(client: Client, name: str) -> str:
    """The passphrase again, which keys of the house are only changed after; returns the address of the page."""
    asked = client.get(reverse(name))
    if asked.status_code == 302:
        assert asked["Location"].startswith(reverse("accounts:unlock")), asked["Location"]
        done = client.post(asked["Location"], {"passphrase": PASSPHRASE})
        assert (done.status_code, done["Location"]) == (302, reverse(name))
    return reverse(name)


def _set_up(client: Client) -> str:
    """Set the factor by the page; returns the secret."""
    page = client.get(_once_more(client, "mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})
    assert response.status_code == 302, response.context["form"].errors
    return str(secret)


@pytest.fixture
def secret(house: House, sign_in: Any) -> str:
    """The lawyer's factor is set."""
    client = Client()
    sign_in(client)
    return _set_up(client)


def test_nothing_opens_before_it_is_set(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    for path in ("/", SETTINGS, "/audit/", reverse("accounts:roles")):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_index"))
    assert client.get(reverse("mfa_index")).status_code == 200
    _set_up(client)
    assert client.get(SETTINGS).status_code == 200


def test_a_wrong_code_sets_nothing(house: House, client: Client, sign_in: Any) -> None:
    sign_in(client)
    client.get(_once_more(client, "mfa_activate_totp"))
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_its_secret_lies_sealed(secret: str) -> None:
    for authenticator in Authenticator.objects.all():
        assert secret not in str(authenticator.data)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert server.open_text(kept, "mfa") == secret
    with pytest.raises(Tampered):
        server.open_text(kept, "something else")
    assert not any(secret in str(s.get_decoded()) for s in Session.objects.all())


def test_another_pepper_does_not_open_it(secret: str, settings: LazySettings) -> None:
    kept = Authenticator.objects.get(type="totp").data["secret"]
    settings.HAVRE_PEPPER = bytes(32)
    with pytest.raises(Tampered):
        server.open_text(kept, "mfa")


def test_the_passphrase_alone_does_not_come_in(secret: str, client: Client, sign_in: Any) -> None:
    response = sign_in(client)
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    response = client.get(SETTINGS)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.get(SETTINGS).status_code == 302


def test_the_vault_cookie_of_the_first_step_opens_nothing_elsewhere(secret: str, client: Client, sign_in: Any) -> None:
    sign_in(client)
    stranger = Client()
    stranger.cookies[cookie_name()] = client.cookies[cookie_name()].value
    assert stranger.get(SETTINGS).status_code == 302


def test_passphrase_and_code_come_in_with_the_vault_open(secret: str, client: Client, sign_in: Any) -> None:
    sign_in(client)
    response = client.post(reverse("mfa_authenticate"), {"code": _code(secret, 1)})
    assert response.status_code == 302, response.context["form"].errors
    page = client.get(SETTINGS)
    assert page.status_code == 200
    assert page.context["request"].user.username == "havre.lawyer"


def test_a_code_is_good_once(secret: str, sign_in: Any) -> None:
    code = _code(secret, 1)
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(client)
        answers.append(client.post(reverse("mfa_authenticate"), {"code": code}).status_code)
    assert answers == [302, 200]


def test_recovery_codes_come_in_once_each_and_lie_sealed(secret: str, house: House, sign_in: Any) -> None:
    first = Client()
    sign_in(first)
    first.post(reverse("mfa_authenticate"), {"code": _code(secret, 1)})
    first.post(_once_more(first, "mfa_generate_recovery_codes"))
    page = first.get(reverse("mfa_view_recovery_codes"))
    assert page.status_code == 200, page["Location"]
    codes = page.context["unused_codes"]
    assert len(codes) == 10
    assert not any(code in str(a.data) for a in Authenticator.objects.all() for code in codes)
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(client)
        answers.append(client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code)
    assert answers == [302, 200]


def test_the_only_factor_is_not_taken_away(secret: str, client: Client, sign_in: Any) -> None:
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": _code(secret, 1)})
    for refused in (client.get(reverse("mfa_deactivate_totp")), client.post(reverse("mfa_deactivate_totp"))):
        assert refused.status_code == 422
        assert "Add another one first" in refused.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()
    Authenticator.objects.all().delete()  # as if somebody wrote in the database
    assert client.get(SETTINGS)["Location"] == reverse("mfa_index")


def test_where_none_is_required_it_may_be_taken_away(
    secret: str, client: Client, sign_in: Any, settings: LazySettings
) -> None:
    settings.HAVRE_SECOND_FACTOR = False
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": _code(secret, 1)})
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists()


def test_a_code_is_good_once_however_late_within_its_life(secret: str, sign_in: Any) -> None:
    """The server takes a code one period late: it remembers the code for as long."""
    code, first, later = _code(secret, 1), Client(), Client()
    sign_in(first)
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    cache.clear()  # another process, or half a minute: what allauth remembers is gone
    _Time.at += PERIOD
    sign_in(later)
    assert later.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_a_role_of_keys_does_not_enter_with_a_code(
    secret: str, client: Client, sign_in: Any, settings: LazySettings
) -> None:
    settings.HAVRE_FACTORS = {"lawyer": "key"}
    user = Authenticator.objects.get(type="totp").user
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Blue", "credential": {}})
    form = CodeForm(user=user, data={"code": _code(secret, 1)})
    with context.request_context(RequestFactory().post("/")):
        assert not form.is_valid()
    assert "signs in with its security key" in str(form.errors)


def test_changing_a_factor_asks_for_a_passphrase_typed_just_now(secret: str, client: Client, sign_in: Any) -> None:
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": _code(secret, 1)})
    VaultSession.objects.update(started_at=timezone.now() - RECENT - timedelta(seconds=5))
    answer = client.post(reverse("mfa_generate_recovery_codes"))
    assert answer.status_code == 423
    assert client.get(reverse("mfa_add_webauthn"))["Location"].startswith(reverse("accounts:unlock"))


def test_the_code_of_another_member_does_not_come_in(secret: str, house: House, sign_in: Any) -> None:
    other = Client()
    sign_in(other, "havre.reception")
    theirs = _set_up(other)
    client = Client()
    sign_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": _code(theirs, 1)}).status_code == 200


def test_without_the_second_factor_the_frame_says_so(
    house: House, client: Client, sign_in: Any, settings: LazySettings
) -> None:
    settings.HAVRE_SECOND_FACTOR = False
    sign_in(client)
    response = client.get(SETTINGS)
    assert response.status_code == 200
    assert response.context["second_factor"] is False
