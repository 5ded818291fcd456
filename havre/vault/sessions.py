"""Opening the vault at sign-in, for each request, and closing it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from havre.vault import crypto
from havre.vault.errors import Tampered
from havre.vault.models import MemberKey, VaultSession
from havre.vault.opened import OpenVault, Vault
from havre.vault.stretching import stretch

# For unknown names: the same work, against a verifier nobody has.
_NOBODY = secrets.token_bytes(32)


def unlock(user: Any, passphrase: str) -> bytes | None:
    """The member's private key, or None. One Argon2id, whether or not the user exists or the passphrase is right."""
    # An unknown name asks the database as much as a known one.
    key = MemberKey.objects.filter(user_id=user.pk if user is not None else uuid4()).first()
    passes, memory = settings.HAVRE_KDF
    stretched = stretch(
        passphrase,
        bytes(key.salt) if key else _NOBODY[:16],
        passes=key.passes if key else passes,
        memory=key.memory if key else memory,
    )
    if not crypto.same(stretched.verifier, bytes(key.verifier) if key else _NOBODY) or key is None:
        return None
    return crypto.unseal(stretched.kek, bytes(key.sealed_private), private_place(user))


def private_place(user: Any) -> bytes:
    """The associated data of a sealed private key."""
    return crypto.pack(crypto.PROTOCOL, "private", user.pk)


def _cookie_hash(cookie: bytes) -> bytes:
    return crypto.mix(cookie, "cookie")


def _place(session: VaultSession) -> bytes:
    return crypto.pack(crypto.PROTOCOL, "session", session.pk, session.user_id)


def start(user: Any, private_key: bytes) -> str:
    """Keep the vault open for one browser. Returns the cookie's value, which the database does not have."""
    cookie = crypto.random_key()
    now = timezone.now()
    session = VaultSession(user=user, cookie_hash=_cookie_hash(cookie), started_at=now, seen_at=now)
    session.sealed_private = crypto.seal(crypto.mix(cookie, "session"), private_key, _place(session))
    VaultSession.objects.filter(started_at__lt=now - timedelta(seconds=settings.HAVRE_SESSION_SECONDS)).delete()
    session.save()
    return cookie.hex()


def find(user: Any, cookie_text: str) -> tuple[VaultSession, bytes] | None:
    """The session of a cookie, if it is this user's."""
    try:
        cookie = bytes.fromhex(cookie_text)
    except ValueError:
        return None
    if len(cookie) != crypto.KEY:
        return None
    session = VaultSession.objects.filter(user=user, cookie_hash=_cookie_hash(cookie)).first()
    return (session, cookie) if session else None


def resume(user: Any, cookie_text: str) -> OpenVault | None:
    """The vault, opened for this request; None when the session is unknown, idle for too long, too old or locked."""
    found = find(user, cookie_text)
    if found is None:
        return None
    session, cookie = found
    now = timezone.now()
    idle = now - session.seen_at > timedelta(seconds=settings.HAVRE_IDLE_SECONDS)
    old = now - session.started_at > timedelta(seconds=settings.HAVRE_SESSION_SECONDS)
    if session.sealed_private is None:
        return None
    if idle or old:
        lock(session)
        return None
    try:
        private = crypto.unseal(crypto.mix(cookie, "session"), bytes(session.sealed_private), _place(session))
    except Tampered:
        return None
    if now - session.seen_at > timedelta(seconds=min(60, settings.HAVRE_IDLE_SECONDS / 4)):
        VaultSession.objects.filter(pk=session.pk).update(seen_at=now)
    vault = OpenVault(user, private)
    vault.typed_at = session.started_at
    return vault


def typed_within(vault: Vault, delay: timedelta) -> bool:
    """Was the passphrase typed in this browser less than `delay` ago? Never for a vault no browser opened."""
    return vault.typed_at is not None and timezone.now() - vault.typed_at <= delay


def lock(session: VaultSession) -> None:
    """Forget the private key of this browser: the passphrase is needed again."""
    VaultSession.objects.filter(pk=session.pk).update(sealed_private=None)


def end(user: Any, cookie_text: str) -> None:
    """Sign-out: the session is gone."""
    found = find(user, cookie_text)
    if found:
        found[0].delete()


def end_all(user: Any, *, but: str = "") -> None:
    """Passphrase or role changed, or the member left: every browser is closed, but the one of this cookie if given."""
    others = VaultSession.objects.filter(user=user)
    if kept := find(user, but):
        others = others.exclude(pk=kept[0].pk)
    others.delete()
