"""All signatures against one: how much of what is asked each has.

Two ways to the same answer. `scan` reads whole signatures. `count` reads them in slices: slice n holds bit n of everybody,
so that only the slices of the bits asked for are read, about one in sixteen; `choose` then ranks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# How many are opened and compared letter by letter: first the few that the signatures put before, then, when none of them
# looks much like what was asked, as many as this. Chosen on invented names, with what it loses: docs/adr/0012.
FIRST, CANDIDATES = 64, 200
# How much the one who is meant looks like what was asked, at least, nineteen times in twenty.
CLEAR = 0.85
# What a signature has and the query has not: a longer name, aliases. Weighs little, or short queries find nobody.
_EXTRA = 0.08
# The most bits of a signature that are counted: one byte each. Few people have so many names.
HEAVIEST = 255

Bits = NDArray[np.uint64]
Counts = NDArray[np.unsignedinteger]
Best = tuple[NDArray[np.intp], NDArray[np.float64]]


def scan(signatures: Bits, query: Bits, *, best: int = CANDIDATES) -> Best:
    """The rows of `signatures` (n × 8) that look most like `query` (8), best first, with their scores (0 to 1)."""
    asked = int(np.bitwise_count(query).sum())
    return choose(_sums(signatures & query), weigh(signatures), asked, best=best)


def choose(shared: Counts, weights: Counts, asked: int, *, best: int, among: NDArray[np.bool_] | None = None) -> Best:
    """The best rows and their scores, from the bits each shares with the query, those it has, and those asked for."""
    if not asked or not len(shared):
        return np.empty(0, dtype=np.intp), np.empty(0)
    if among is not None:
        shared = np.where(among, shared, 0)
    least = _least(shared, weights, asked, best)
    # Below `least` nobody is among the best: the rest, a few thousand, is ranked exactly.
    rows = np.flatnonzero(shared >= least) if least else np.arange(len(shared))
    if among is not None:
        rows = rows[among[rows]]
    common = shared[rows].astype(np.int32)
    score = common / (asked + _EXTRA * np.maximum(weights[rows].astype(np.int32) - common, 0))
    chosen = np.argpartition(score, -best)[-best:] if best < len(score) else np.arange(len(score))
    order = chosen[np.lexsort((rows[chosen], -score[chosen]))]
    return rows[order], score[order]


def _least(shared: Counts, weights: Counts, asked: int, best: int) -> int:
    """A number of shared bits that each of the `best` has: 0 when everybody may be among them."""
    low, high = 0, asked
    while low < high:  # the most bits that as many as `best` share
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.count_nonzero(shared >= middle) >= best else (low, middle - 1)
    # They score this at least, however many bits they have; and nobody scores more than what is shared over what is asked.
    worst = low / (asked + _EXTRA * max(int(weights.max()) - low, 0))
    return max(0, math.ceil(worst * asked - 1e-6))


def weigh(signatures: Bits) -> NDArray[np.uint8]:
    """How many bits each signature has, HEAVIEST at most."""
    return np.minimum(_sums(signatures), HEAVIEST).astype(np.uint8)


def _sums(signatures: Bits) -> NDArray[np.uint16]:
    """How many bits each row has: the eight counts (64 at most) of a row are added as parts of one number."""
    counts = np.ascontiguousarray(np.bitwise_count(signatures)).view("<u8").ravel()
    even = np.uint64(0x00FF00FF00FF00FF)
    pairs = (counts & even) + ((counts >> np.uint64(8)) & even)
    return ((pairs * np.uint64(0x0001000100010001)) >> np.uint64(48)).astype(np.uint16)


# --- slices -----------------------------------------------------------------------------------------------------------


def asked_slices(query: Bits) -> list[int]:
    """The numbers of the bits a query has."""
    return [int(n) for n in np.flatnonzero(np.unpackbits(query.astype("<u8").view(np.uint8), bitorder="little"))]


def sliced(signatures: Bits) -> Iterator[bytes]:
    """Slice after slice: bit 0 of everybody, bit 1 … Each has as many whole 64-bit lanes as it needs."""
    rows = len(signatures)
    by_byte = np.ascontiguousarray(np.ascontiguousarray(signatures).astype("<u8", copy=False).view(np.uint8).T)
    width = lanes(rows) * 8
    for column in by_byte:
        for bit in range(8):
            yield np.packbits(column & (1 << bit), bitorder="little").tobytes().ljust(width, b"\0")


def lanes(rows: int) -> int:
    """How many 64-bit numbers a slice of so many rows has."""
    return -(-rows // 64)


def count(slices: Sequence[Bits], rows: int) -> Counts:
    """In how many of these slices each row has its bit: added as on paper, 64 rows at a time."""
    if not slices:
        return np.zeros(rows, dtype=np.uint8)
    digits: list[Bits] = []
    column = list(slices)
    while column:
        carried: list[Bits] = []
        while len(column) > 1:
            one, two = column.pop(), column.pop()
            three = column.pop() if column else None
            either = one ^ two
            carried.append((one & two) | (either & three) if three is not None else one & two)
            column.insert(0, either ^ three if three is not None else either)
        digits.append(column[0])
        column = carried
    total: Counts = np.zeros(lanes(rows) * 64, dtype=np.uint8 if len(digits) <= 8 else np.uint16)
    for power, digit in enumerate(digits):
        total |= unpacked(digit).astype(total.dtype, copy=False) << power
    return total[:rows]


def unpacked(lane: Bits) -> NDArray[np.uint8]:
    """One byte for each bit of a slice."""
    return np.unpackbits(lane.view(np.uint8), bitorder="little")
