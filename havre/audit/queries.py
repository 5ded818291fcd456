"""Reading and checking the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from havre.audit.chain import GENESIS, link
from havre.audit.models import Event, Head
from havre.audit.services import content_of


def events_of(organisation: UUID) -> QuerySet[Event]:
    """The events of one organisation, newest first."""
    return Event.objects.filter(organisation_id=organisation)


def events_about(target: str, organisation: UUID) -> QuerySet[Event]:
    """What happened to one record, newest first: the access log of a file."""
    return Event.objects.filter(target=target, organisation_id=organisation)


@dataclass(frozen=True)
class Check:
    """The result of walking the chain."""

    length: int
    sound: bool
    broken_at: int | None = None
    why: str = ""


def check_chain() -> Check:
    """Walk the whole chain from its start; memory stays flat whatever its length."""
    previous, number = GENESIS, 0
    for event in Event.objects.order_by("number").iterator(2000):
        event.at = event.at.astimezone(UTC)
        if event.number != number + 1:
            return Check(number, False, number + 1, "an event is missing")
        if event.previous != previous:
            return Check(number, False, event.number, "an event does not follow the one before it")
        if link(previous, content_of(event)) != event.hash:
            return Check(number, False, event.number, "an event was changed")
        previous, number = event.hash, event.number
    head = Head.objects.filter(id=1).first()
    if (head.number, head.hash) != (number, previous) if head is not None else number:
        return Check(number, False, number + 1, "the end of the log was cut off")
    return Check(number, True)


def holds(pin: dict[str, Any]) -> bool:
    """Is the event a person saw last time (its number and hash) still there, unchanged?"""
    return Event.objects.filter(number=pin["number"], hash=pin["hash"]).exists() or pin["number"] == 0
