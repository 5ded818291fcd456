"""Public keys are vouched for by an officer whose verify key is pinned in a file outside the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from havre.vault import crypto
from havre.vault.errors import Unsigned

if TYPE_CHECKING:
    from havre.vault.models import CompartmentKey, MemberKey, OfficerKey


def pinned() -> dict[str, set[str]]:
    """Organisation id → verify keys in hexadecimal, as the settings' file says: a line each, `organisation:key`."""
    keys: dict[str, set[str]] = {}
    file = settings.HAVRE_OFFICER_KEYS_FILE
    if file.exists():
        for line in file.read_text().split():
            organisation, _, key = line.partition(":")
            keys.setdefault(organisation, set()).add(key)
    return keys


def pin(organisation: Any, verify_key: bytes) -> None:
    """Add an officer's key to the file. Done at the founding, by whoever installs; never by a request."""
    file = settings.HAVRE_OFFICER_KEYS_FILE
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.open("a") as out:
        out.write(f"{organisation}:{verify_key.hex()}\n")
    file.chmod(0o600)


def member_statement(organisation: Any, user: Any, public: bytes) -> bytes:
    """What is signed for a member."""
    return crypto.pack(crypto.PROTOCOL, "member", organisation, user, public)


def inbox_statement(organisation: Any, kind: str, epoch: int, public: bytes) -> bytes:
    """What is signed for an inbox."""
    return crypto.pack(crypto.PROTOCOL, "inbox", organisation, kind, epoch, public)


def _check(officer: OfficerKey, organisation: Any, statement: bytes, signature: bytes) -> None:
    verify = bytes(officer.verify_key)
    if verify.hex() not in pinned().get(str(organisation), set()) or not crypto.signed(verify, statement, signature):
        raise Unsigned("A public key is not signed by a pinned officer.")


def check_member(key: MemberKey, organisation: Any) -> bytes:
    """The public key of a member, once its signature holds. Raises `Unsigned`."""
    public = bytes(key.public_key)
    check_public(key.officer, organisation, key.user_id, public, bytes(key.signature))
    return public


def check_public(officer: OfficerKey, organisation: Any, user: Any, public: bytes, signature: bytes) -> None:
    """Was this the public key of this member, on an officer's word? Raises `Unsigned`."""
    _check(officer, organisation, member_statement(organisation, user, public), signature)


def check_inbox(compartment: CompartmentKey, compartment_key: bytes | None = None) -> bytes:
    """The public key of an inbox, once its signature holds, and it comes from `compartment_key` when given."""
    public = bytes(compartment.inbox_public)
    statement = inbox_statement(compartment.organisation_id, compartment.kind, compartment.epoch, public)
    _check(compartment.officer, compartment.organisation_id, statement, bytes(compartment.signature))
    if compartment_key is not None and inbox_public(compartment_key) != public:
        raise Unsigned("A granted compartment key is not the one an officer signed.")
    return public


def inbox_public(compartment_key: bytes) -> bytes:
    """The inbox's public key that follows from a compartment key."""
    return crypto.public_of(crypto.private_from(crypto.mix(compartment_key, "inbox")))
