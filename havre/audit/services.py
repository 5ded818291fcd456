"""Writing the log. Call `record` inside the transaction of the change it tells: both are kept, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from havre.audit.chain import GENESIS, link
from havre.audit.models import Event, Head
from havre.core import clock


class Actor(Protocol):
    """Whoever acts: has an id and an organisation."""

    @property
    def pk(self) -> Any: ...

    @property
    def organisation_id(self) -> Any: ...


def content_of(event: Event) -> dict[str, Any]:
    """What the hash of an event covers: everything but the hashes."""
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "actor": str(event.actor_id) if event.actor_id else None,
        "organisation": str(event.organisation_id) if event.organisation_id else None,
        "target": event.target,
        "detail": event.detail,
    }


def _coded(value: Any) -> Any:
    """Details are codes, numbers, dates, ids and lists of them, never sentences."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set):
        return [_coded(item) for item in value]
    text = value.isoformat() if isinstance(value, date) else str(value)
    return _code(text, 60)


def _code(text: str, longest: int) -> str:
    """A code has no space in it: what someone typed hardly ever passes. The refusal does not repeat it."""
    if len(text) > longest or any(c.isspace() for c in text):
        raise ValueError("The audit log takes codes, numbers, dates and ids, not texts.")
    return text


def record(kind: str, *, by: Actor | None, target: str = "", organisation: UUID | None = None, **detail: Any) -> Event:
    """Append one event and return it. `by` is None only for what nobody did (a command, a failed sign-in).

    Raises `ValueError` when the target or a detail looks like a text.
    """
    return record_many([(kind, target, detail)], by=by, organisation=organisation)[0]


@transaction.atomic
def record_many(
    entries: Iterable[tuple[str, str, dict[str, Any]]], *, by: Actor | None, organisation: UUID | None = None
) -> list[Event]:
    """Append several events by one person, in order, at one instant."""
    head, _made = Head.objects.select_for_update().get_or_create(id=1, defaults={"hash": GENESIS})
    at = clock.now().astimezone(UTC)
    events = []
    for kind, target, detail in entries:
        event = Event(
            number=head.number + 1,
            at=at,
            kind=kind,
            actor_id=by.pk if by is not None else None,
            organisation_id=organisation or (by.organisation_id if by is not None else None),
            target=_code(target, 80),
            detail={name: _coded(value) for name, value in sorted(detail.items()) if value not in ("", None)},
            previous=head.hash,
        )
        event.hash = link(head.hash, content_of(event))
        head.number, head.hash = event.number, event.hash
        events.append(event)
    Event.objects.bulk_create(events)
    head.save(update_fields=["number", "hash"])
    return events
