"""The vault stays open for one browser, for a while; the passphrase is derived once a sign-in (T8, T17)."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from havre.accounts.cookies import cookie_name
from havre.accounts.permissions import Role
from havre.vault import crypto, sessions
from havre.vault.errors import Tampered, VaultLocked
from havre.vault.models import MemberKey, VaultSession
from havre.vault.opened import ClosedVault
from tests.vault.house import House, alert


@pytest.fixture(autouse=True)
def _no_rate_left(db: None) -> None:
    cache.clear()


def _private(house: House, role: str = Role.LAWYER) -> bytes:
    return house.vault(role)._private


def _begin(house: House) -> str:
    return sessions.start(house.members[Role.LAWYER], _private(house))


def _age(**change: Any) -> None:
    """Make every session older."""
    for name, seconds in change.items():
        VaultSession.objects.update(**{name: timezone.now() - timedelta(seconds=seconds)})


def test_a_session_opens_the_same_vault(house: House) -> None:
    row = alert(house, person_name="Awa")
    vault = sessions.resume(house.members[Role.LAWYER], _begin(house))
    assert vault is not None
    assert vault.open(row, "person_name") == "Awa"


@pytest.mark.promise("T8")
def test_another_members_cookie_opens_nothing(house: House) -> None:
    assert sessions.resume(house.members[Role.COORDINATOR], _begin(house)) is None


@pytest.mark.promise("T8")
def test_a_session_given_to_another_member_in_the_database_opens_nothing(house: House) -> None:
    cookie = _begin(house)
    VaultSession.objects.update(user=house.members[Role.COORDINATOR])
    assert sessions.resume(house.members[Role.COORDINATOR], cookie) is None


@pytest.mark.promise("T8")
def test_a_sealed_key_moved_to_another_session_opens_nothing(house: House) -> None:
    first, second = _begin(house), _begin(house)
    sealed = VaultSession.objects.get(cookie_hash=crypto.mix(bytes.fromhex(first), "cookie")).sealed_private
    VaultSession.objects.filter(cookie_hash=crypto.mix(bytes.fromhex(second), "cookie")).update(sealed_private=sealed)
    assert sessions.resume(house.members[Role.LAWYER], second) is None


@pytest.mark.promise("T8")
@pytest.mark.parametrize("cookie", ["", "x", "00", "é" * 32, "0" * 64, "0" * 66, "\x00"])
def test_a_cookie_that_is_none_of_ours_opens_nothing(house: House, cookie: str) -> None:
    _begin(house)
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None


@pytest.mark.promise("T8")
def test_the_database_does_not_have_the_cookie(house: House) -> None:
    cookie = bytes.fromhex(_begin(house))
    row = VaultSession.objects.get()
    assert cookie not in bytes(row.cookie_hash) + bytes(row.sealed_private or b"")
    assert _private(house) not in bytes(row.sealed_private or b"")


@pytest.mark.promise("T8")
def test_idle_too_long_locks_for_good(house: House, settings: LazySettings) -> None:
    cookie = _begin(house)
    _age(seen_at=settings.HAVRE_IDLE_SECONDS + 1)
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None
    assert VaultSession.objects.get().sealed_private is None
    _age(seen_at=0)
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None


@pytest.mark.promise("T8")
def test_working_keeps_it_open_but_not_for_ever(house: House, settings: LazySettings) -> None:
    cookie = _begin(house)
    _age(seen_at=settings.HAVRE_IDLE_SECONDS - 60)
    assert sessions.resume(house.members[Role.LAWYER], cookie) is not None
    assert timezone.now() - VaultSession.objects.get().seen_at < timedelta(seconds=60)
    _age(started_at=settings.HAVRE_SESSION_SECONDS + 1)
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None
    assert VaultSession.objects.get().sealed_private is None


@pytest.mark.promise("T8")
def test_locking_forgets_the_key(house: House) -> None:
    cookie = _begin(house)
    sessions.lock(VaultSession.objects.get())
    assert VaultSession.objects.get().sealed_private is None
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None


@pytest.mark.promise("T8")
def test_ending_one_browser_leaves_the_others(house: House) -> None:
    first, second = _begin(house), _begin(house)
    sessions.end(house.members[Role.LAWYER], first)
    assert sessions.resume(house.members[Role.LAWYER], first) is None
    assert sessions.resume(house.members[Role.LAWYER], second) is not None


@pytest.mark.promise("T8")
def test_ending_all_closes_every_browser_of_this_member(house: House) -> None:
    cookies = [_begin(house), _begin(house)]
    colleague = sessions.start(house.members[Role.COORDINATOR], _private(house, Role.COORDINATOR))
    sessions.end_all(house.members[Role.LAWYER])
    assert [sessions.resume(house.members[Role.LAWYER], c) for c in cookies] == [None, None]
    assert sessions.resume(house.members[Role.COORDINATOR], colleague) is not None


@pytest.mark.promise("T8")
@pytest.mark.parametrize("act", ["seal", "open", "read", "tell", "open_inbox", "open_draft"])
def test_a_closed_vault_says_that_it_is_locked(act: str) -> None:
    closed = ClosedVault()
    with pytest.raises(VaultLocked) as refusal:
        getattr(closed, act)("anything")
    assert refusal.value.status == 423
    assert not closed.can_open("identity")
    closed.load([], "identity")


# --- passphrases -------------------------------------------------------------------------------------------------------


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each Argon2id, with its memory."""
    counted: list[int] = []
    derive = crypto.argon2id.kdf

    def counting(*args: Any, **kwargs: Any) -> bytes:
        counted.append(kwargs["memlimit"])
        return bytes(derive(*args, **kwargs))

    monkeypatch.setattr(crypto.argon2id, "kdf", counting)
    return counted


def _sign_in(client: Client, username: str, passphrase: str) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": passphrase})


@pytest.mark.promise("T17")
def test_a_sign_in_derives_once_whoever_and_whatever_is_typed(
    house: House, client: Client, derivations: list[int], settings: LazySettings
) -> None:
    gone = house.members[Role.RECEPTION]
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    tries = [
        ("havre.lawyer", house.passphrase(Role.LAWYER), 302),
        ("havre.lawyer", "wrong", 200),
        ("nobody", "wrong", 200),
        ("havre.reception", house.passphrase(Role.RECEPTION), 200),
    ]
    for username, passphrase, status in tries:
        derivations.clear()
        response = _sign_in(Client(), username, passphrase)
        assert response.status_code == status, username
        assert derivations == [settings.HAVRE_KDF[1]], username


@pytest.mark.promise("T17")
def test_a_refusal_says_the_same_whoever_is_unknown(house: House) -> None:
    pages = []
    for username in ("havre.lawyer", "nobody"):
        response = _sign_in(Client(), username, "wrong")
        pages.append([str(e) for e in response.context["form"].non_field_errors()])
    assert pages[0] == pages[1] != []


@pytest.mark.promise("T17")
def test_a_request_once_signed_in_derives_nothing(house: House, client: Client, derivations: list[int]) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    derivations.clear()
    assert client.get(reverse("accounts:settings")).status_code == 200
    assert derivations == []


@pytest.mark.promise("T2")
def test_another_pepper_opens_nothing(house: House, settings: LazySettings) -> None:
    settings.HAVRE_PEPPER = bytes(32)
    assert sessions.unlock(house.members[Role.LAWYER], house.passphrase(Role.LAWYER)) is None


@pytest.mark.promise("T2")
@pytest.mark.parametrize("copied", [("salt", "verifier"), ("salt", "verifier", "sealed_private")])
def test_rows_copied_between_members_do_not_open(house: House, copied: tuple[str, ...]) -> None:
    """By someone who writes the database, to come in as a colleague with their own passphrase."""
    mine, theirs = (MemberKey.objects.get(user=house.members[r]) for r in (Role.LAWYER, Role.PSYCHOLOGIST))
    for column in copied:
        setattr(theirs, column, getattr(mine, column))
    theirs.save()
    with pytest.raises(Tampered):
        sessions.unlock(house.members[Role.PSYCHOLOGIST], house.passphrase(Role.LAWYER))


def test_the_printed_code_opens_the_private_key(house: House, settings: LazySettings) -> None:
    key = MemberKey.objects.get(user=house.members[Role.LAWYER])
    code = house.codes[Role.LAWYER]
    assert len(code.replace("-", "")) * 5 == 160
    by_code = crypto.mix(crypto.mix(settings.HAVRE_PEPPER, "code", bytes(key.code_salt), code.replace("-", "")), "kek")
    place = sessions.private_place(house.members[Role.LAWYER])
    assert crypto.unseal(by_code, bytes(key.sealed_private_by_code), place) == _private(house)


# --- what a browser and the server keep ----------------------------------------------------------------------------


@pytest.mark.promise("T8")
@pytest.mark.parametrize(("https", "name"), [(True, "__Host-havre_vault"), (False, "havre_vault")])
def test_the_cookie_is_for_the_server_only(house: House, settings: LazySettings, https: bool, name: str) -> None:
    settings.HAVRE_HTTPS = https
    response = Client().post(
        reverse("account_login"),
        {"login": "havre.lawyer", "password": house.passphrase(Role.LAWYER)},
        secure=https,
    )
    cookie = response.cookies[name]
    assert cookie["httponly"]
    assert bool(cookie["secure"]) is https
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
    assert cookie["expires"] == cookie["max-age"] == "", "it goes with the browser"
    assert len(bytes.fromhex(cookie.value)) == 32


@pytest.mark.promise("T8")
def test_neither_session_store_nor_cache_has_anything_that_opens(house: House, client: Client) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    client.get(reverse("accounts:settings"))
    cookie = client.cookies[cookie_name()].value
    secrets = [_private(house), bytes.fromhex(cookie), cookie.encode(), house.passphrase(Role.LAWYER).encode()]
    stored = pickle.dumps([s.get_decoded() for s in Session.objects.all()])
    cached = repr(getattr(cache, "_cache", {})).encode() + b"".join(getattr(cache, "_cache", {}).values())
    assert Session.objects.exists()
    for secret in secrets:
        for form in (secret, secret.hex().encode()):
            assert form not in stored
            assert form not in cached


@pytest.mark.promise("T8")
def test_signing_out_ends_the_vault_and_its_cookie(house: House, client: Client) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    cookie = client.cookies[cookie_name()].value
    response = client.post(reverse("account_logout"))
    assert response.cookies[cookie_name()].value == ""
    assert not VaultSession.objects.exists()
    assert sessions.resume(house.members[Role.LAWYER], cookie) is None


@pytest.mark.promise("T8")
def test_the_vault_cookie_without_the_signed_in_session_opens_nothing(house: House, client: Client) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    stranger = Client()
    stranger.cookies[cookie_name()] = client.cookies[cookie_name()].value
    response = stranger.get(reverse("accounts:settings"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.promise("T8")
def test_the_signed_in_session_without_the_vault_cookie_is_locked(house: House, client: Client) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    del client.cookies[cookie_name()]
    response = client.get(reverse("accounts:settings"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:unlock"))


def test_a_page_is_never_kept_by_the_browser(house: House, client: Client) -> None:
    _sign_in(client, "havre.lawyer", house.passphrase(Role.LAWYER))
    assert client.get(reverse("accounts:settings"))["Cache-Control"] == "no-store"
