"""Domain time. Every date a person reads or a figure counts comes from here; security timers use the real clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

_travelled: ContextVar[datetime | None] = ContextVar("havre_clock", default=None)


def now() -> datetime:
    """The present instant, aware; in the demonstration, this time of day on the demonstration's day."""
    moved = _travelled.get()
    if moved is not None:
        return moved
    real = timezone.localtime()
    if settings.HAVRE_TODAY is None:
        return real
    return real.replace(year=settings.HAVRE_TODAY.year, month=settings.HAVRE_TODAY.month, day=settings.HAVRE_TODAY.day)


def today() -> date:
    """The present day in the organisation's time zone."""
    return timezone.localtime(now()).date()


@contextmanager
def travel(instant: datetime) -> Iterator[None]:
    """Inside the block it is `instant`: for loading past records, and for tests.

    Raises `ValueError` for a naive instant.
    """
    if timezone.is_naive(instant):
        raise ValueError("The clock needs an instant with its time zone.")
    token = _travelled.set(instant)
    try:
        yield
    finally:
        _travelled.reset(token)
