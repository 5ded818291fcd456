"""Cases, inboxes, drafts: what other apps ask of the vault besides sealing and opening."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.db import transaction

from havre.audit.models import Head
from havre.audit.queries import holds
from havre.audit.services import record
from havre.core import clock
from havre.vault import crypto, signatures
from havre.vault.errors import Tampered
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CompartmentKey, Draft, InboxItem, MemberKey
from havre.vault.opened import OpenVault


def new_case(organisation: Any) -> Case:
    """A case with its shred salt. The salt is committed first: an orphan is harmless, a missing one is a loss."""
    return new_cases(organisation, 1)[0]


def new_cases(organisation: Any, count: int) -> list[Case]:
    """Several cases: one write to the key store, one to the database."""
    cases = [Case(id=uuid4(), organisation_id=organisation.pk) for _ in range(count)]
    ShredSalt.objects.bulk_create([ShredSalt(case_id=case.id, salt=crypto.random_key()) for case in cases])
    return Case.objects.bulk_create(cases)


@transaction.atomic
def send_to_inbox(kind: str, text: str, *, by: Any, subject: str = "") -> InboxItem:
    """Write to a compartment without being able to read it. Raises `Unsigned`, `CompartmentKey.DoesNotExist`."""
    compartment = CompartmentKey.objects.select_related("officer").get(
        organisation_id=by.organisation_id, kind=kind, retired_at=None
    )
    item = InboxItem(id=uuid4(), compartment=compartment, subject=subject, sent_by=by, sent_at=clock.now())
    content = json.dumps({"id": str(item.id), "subject": subject, "text": text}).encode()
    item.sealed = crypto.box(signatures.check_inbox(compartment), _padded(content))
    item.save()
    record("vault.inbox.sent", by=by, target=subject, compartment=kind)
    return item


@transaction.atomic
def mark_read(item: InboxItem, *, by: Any) -> None:
    """A holder of the compartment has read the message."""
    item.read_at = clock.now()
    item.save(update_fields=["read_at"])
    record("vault.inbox.read", by=by, target=item.subject, compartment=item.compartment.kind)


def save_draft(user: Any, path: str, body: str) -> Draft:
    """Keep a form that was not sent, sealed to the one who typed it: possible even when the session is locked."""
    public = signatures.check_member(user.member_key, user.organisation_id)
    sealed = crypto.box(public, _padded(json.dumps({"path": path, "body": body}).encode()))
    draft, _made = Draft.objects.update_or_create(user=user, path=path, defaults={"sealed": sealed})
    return draft


def drop_draft(user: Any, path: str) -> None:
    """The form was sent, or given up."""
    Draft.objects.filter(user=user, path=path).delete()


def present_head() -> dict[str, Any]:
    """The end of the audit log, as it is pinned."""
    head = Head.objects.filter(id=1).first()
    return {"number": head.number, "hash": head.hash} if head else {"number": 0, "hash": ""}


def check_pin(vault: OpenVault) -> bool:
    """At sign-in: is the end of the audit log that this member last saw still in it? Then pin the present one.

    A pin is made with the key pair: one that is missing, or that does not open, was tampered with.
    """
    key = MemberKey.objects.get(user=vault.user)
    try:
        sound = key.pinned_head is not None and holds(vault.open_pin(bytes(key.pinned_head)))
    except Tampered:
        sound = False
    if sound:
        MemberKey.objects.filter(pk=key.pk).update(pinned_head=vault.seal_pin(present_head()))
    else:
        record("audit.pin.broken", by=vault.user)
    return sound


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % crypto.LONG)
