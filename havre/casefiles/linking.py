"""Two records of one human being: how a pair is written down, and who is one with whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

# What a record is, and its id.
Record = tuple[str, UUID]


def pair(one: Record, other: Record) -> tuple[Record, Record]:
    """The two in the one order in which a pair is kept. Raises `ValueError` for a record and itself."""
    if one == other:
        raise ValueError("A record is not compared with itself.")
    return (one, other) if (one[0], one[1].hex) < (other[0], other[1].hex) else (other, one)


def groups(same: Iterable[tuple[Record, Record]]) -> dict[Record, frozenset[Record]]:
    """Each linked record with everyone it is one with, itself included: A is B and B is C make one group of three."""
    found: dict[Record, set[Record]] = {}
    for one, other in same:
        left, right = found.get(one, {one}), found.get(other, {other})
        if left is right:
            continue
        small, large = sorted((left, right), key=len)
        large |= small
        for record in small:
            found[record] = large
        found[one] = found[other] = large
    return {record: frozenset(group) for record, group in found.items()}
