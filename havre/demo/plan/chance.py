"""Drawing lots under constraints: categories in exact numbers, sums that fall right, dates in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


def exactly(counts: Mapping[T, int], rng: Random) -> list[T]:
    """Each category as many times as it must be there, shuffled."""
    found = [category for category, n in counts.items() for _ in range(n)]
    rng.shuffle(found)
    return found


def some(counts: Mapping[str, int], rng: Random) -> str:
    """One category, by weight."""
    return rng.choices(list(counts), weights=list(counts.values()))[0]


def shift_to_sum(values: list[int], bounds: Sequence[tuple[int, int]], total: int, step: int, rng: Random) -> None:
    """Move values by `step`, each within its bounds, until they sum to `total`. Raises `ValueError` if they cannot."""
    missing = total - sum(values)
    if missing % step:
        raise ValueError(f"steps of {step} never make up {missing}")
    order = list(range(len(values)))
    while missing:
        rng.shuffle(order)
        moved = False
        for i in order:
            by = step if missing > 0 else -step
            if missing and bounds[i][0] <= values[i] + by <= bounds[i][1]:
                values[i] += by
                missing -= by
                moved = True
        if not moved:
            raise ValueError(f"no value can move any more; {missing} missing")


def pick(rng: Random, items: list[T], n: int, *, weight: Callable[[T], float] | None = None) -> list[T]:
    """`n` different items, the heavier ones more often."""
    if weight is None:
        return rng.sample(items, n)
    keyed = sorted(items, key=lambda item: rng.random() ** (1 / max(weight(item), 1e-9)), reverse=True)
    return keyed[:n]


def day_in(rng: Random, first: date, last: date) -> date:
    """A day between two, both included."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def weekday(day: date, last: date | None = None) -> date:
    """The same day, or the Monday after a week-end; the Friday before if that is past `last`."""
    moved = day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
    if last is not None and moved > last:
        moved = day - timedelta(days={5: 1, 6: 2}.get(day.weekday(), 0))
    return moved


def at(day: date, rng: Random, first: int = 9, last: int = 17) -> datetime:
    """An hour of the working day, local time."""
    return datetime.combine(day, time(rng.randint(first, last), rng.choice((0, 5, 10, 15, 20, 25, 30, 40, 45, 50))))


def in_order(rng: Random, start: date, end: date, gaps: Sequence[tuple[int, int]]) -> list[date]:
    """Days one after the other from `start`, separated by gaps, squeezed so that none is after `end`."""
    wanted = [rng.randint(*gap) for gap in gaps]
    room, total = (end - start).days, sum(wanted)
    days: list[date] = []
    passed = 0
    for gap in wanted:
        passed += gap
        shift = passed if total <= room else passed * room // max(total, 1)
        day = weekday(start + timedelta(days=shift), end)
        days.append(max(day, days[-1] if days else start))
    return days
