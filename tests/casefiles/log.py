"""What the log says since a moment."""

from __future__ import annotations

from havre.audit.models import Event


def kinds(*, since: int = 0) -> list[str]:
    """The events of this app and of intake, oldest first."""
    events = Event.objects.filter(number__gt=since).exclude(kind__startswith="vault.").order_by("number")
    return list(events.values_list("kind", flat=True))


def now_at() -> int:
    """The number of the last event."""
    return Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
