"""What the server itself keeps sealed, with a key from the pepper: not secret from the server, closed to a stolen copy."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.conf import settings

from havre.vault import crypto


def _key(purpose: str) -> bytes:
    return crypto.mix(settings.HAVRE_PEPPER, "server", purpose)


def seal_text(text: str, purpose: str) -> str:
    """Seal a text for one purpose of the server."""
    return urlsafe_b64encode(crypto.seal(_key(purpose), text.encode(), crypto.pack(crypto.PROTOCOL, purpose))).decode()


def open_text(sealed: str, purpose: str) -> str:
    """Open it again. Raises `Tampered`."""
    return crypto.unseal(_key(purpose), urlsafe_b64decode(sealed), crypto.pack(crypto.PROTOCOL, purpose)).decode()


def keyed_hash(text: str, purpose: str) -> str:
    """The same mark for the same text, that nobody turns back without the pepper: to know a short-lived code again, to
    count tries without keeping a name."""
    return crypto.mix(_key(purpose), "keyed-hash", text).hex()
