"""Public keys are vouched for by officers: pinned in a file outside the database, or signed by those who are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.conf import settings

from havre.vault import crypto
from havre.vault.errors import Unsigned

if TYPE_CHECKING:
    from havre.vault.models import CompartmentKey, MemberKey, OfficerKey, PaperKey

# Letters and digits that nobody mistakes for another when reading a printed code.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def pinned() -> dict[str, set[str]]:
    """Organisation id → verify keys in hexadecimal, as the settings' file says: a line each, `organisation:key`."""
    keys: dict[str, set[str]] = {}
    file = settings.HAVRE_OFFICER_KEYS_FILE
    if file.exists():
        for line in file.read_text().split():
            organisation, _, key = line.partition(":")
            keys.setdefault(organisation, set()).add(key)
    return keys


def pin(organisation: Any, *verify_keys: bytes) -> None:
    """Add officers' keys to the file, whole or not at all.

    Done at the founding, on the server's terminal or by the page that a one-time code of that terminal opens; never
    by another request (docs/adr/0011-officers.md).
    """
    file = settings.HAVRE_OFFICER_KEYS_FILE
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = file.read_text() if file.exists() else ""
    draft = file.with_name(f".{file.name}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(kept + "".join(f"{organisation}:{key.hex()}\n" for key in verify_keys))
    os.replace(draft, file)


def member_statement(organisation: Any, user: Any, public: bytes) -> bytes:
    """What is signed for a member."""
    return crypto.pack(crypto.PROTOCOL, "member", organisation, user, public)


def inbox_statement(organisation: Any, kind: str, epoch: int, public: bytes) -> bytes:
    """What is signed for an inbox."""
    return crypto.pack(crypto.PROTOCOL, "inbox", organisation, kind, epoch, public)


def officer_statement(organisation: Any, user: Any, verify_key: bytes) -> bytes:
    """What is signed for an officer who was named after the founding."""
    return crypto.pack(crypto.PROTOCOL, "officer-key", organisation, user, verify_key)


def paper_statement(organisation: Any, kind: str, paper: Any, public: bytes) -> bytes:
    """What is signed for a recovery key on paper."""
    return crypto.pack(crypto.PROTOCOL, "paper", organisation, kind, paper, public)


def check_officer(officer: OfficerKey, organisation: Any, *, without: Any = None) -> bytes:
    """The verify key of an officer who counts: pinned, or signed by officers who count. Raises `Unsigned`.

    Every link belongs to the organisation and none was withdrawn, the pinned one included. `without`: the id of a key
    taken as withdrawn already.
    """
    pins, link = pinned().get(str(organisation), set()), officer
    others: dict[Any, OfficerKey] | None = None
    seen: set[Any] = {without}
    while link.pk not in seen and link.withdrawn_at is None and str(link.organisation_id) == str(organisation):
        verify = bytes(link.verify_key)
        if verify.hex() in pins:
            return bytes(officer.verify_key)
        if others is None:  # all at once: an organisation has a few
            others = {each.pk: each for each in type(link)._default_manager.filter(organisation_id=organisation)}
        signer = others.get(link.signed_by_id)
        statement = officer_statement(organisation, link.user_id, verify)
        if signer is None or not crypto.signed(bytes(signer.verify_key), statement, bytes(link.signature or b"")):
            break
        seen.add(link.pk)
        link = signer
    raise Unsigned("An officer's key is neither pinned nor signed by an officer who counts.")


def _check(officer: OfficerKey, organisation: Any, statement: bytes, signature: bytes) -> None:
    if not crypto.signed(check_officer(officer, organisation), statement, signature):
        raise Unsigned("A public key is not signed by an officer who counts.")


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


def check_paper(paper: PaperKey) -> bytes:
    """The public key of a recovery paper, once its signature holds. Raises `Unsigned`."""
    public = bytes(paper.public_key)
    if paper.officer is None or paper.signature is None:
        raise Unsigned("No officer has signed this paper.")
    statement = paper_statement(paper.organisation_id, paper.kind, paper.pk, public)
    _check(paper.officer, paper.organisation_id, statement, bytes(paper.signature))
    return public


def fingerprint(statement: bytes) -> str:
    """Eighty bits of a statement, to be read aloud: four groups of four letters and digits."""
    number = int.from_bytes(crypto.mix(crypto.PROTOCOL, "fingerprint", statement)[:10], "big")
    symbols = "".join(ALPHABET[number >> 5 * place & 31] for place in range(16))
    return "-".join(symbols[i : i + 4] for i in range(0, 16, 4))


def same_code(one: str, other: str) -> bool:
    """Two codes as people type them: dashes, spaces and capitals do not matter."""
    return crypto.same(typed(one).encode(), typed(other).encode())


def typed(code: str) -> str:
    """A code without its dashes and spaces, in capitals."""
    return "".join(code.upper().replace("-", " ").split())


def inbox_public(compartment_key: bytes) -> bytes:
    """The inbox's public key that follows from a compartment key."""
    return crypto.public_of(crypto.private_from(crypto.mix(compartment_key, "inbox")))
