"""All signatures against one: how much of what is asked each has, in a few milliseconds for 100,000."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# How many are opened and compared letter by letter.
CANDIDATES = 200
# What a signature has and the query has not: a longer name, aliases. Weighs little, or short queries find nobody.
_EXTRA = 0.08


def scan(
    signatures: NDArray[np.uint64], query: NDArray[np.uint64], *, best: int = CANDIDATES
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The rows of `signatures` (n × 8) that look most like `query` (8), best first, with their scores (0 to 1)."""
    asked = int(np.bitwise_count(query).sum())
    if not asked or not len(signatures):
        return np.empty(0, dtype=np.intp), np.empty(0)
    shared = np.bitwise_count(signatures & query).sum(axis=1, dtype=np.int32)
    extra = np.bitwise_count(signatures).sum(axis=1, dtype=np.int32) - shared
    score = shared / (asked + _EXTRA * extra)
    chosen = np.argpartition(score, -best)[-best:] if best < len(score) else np.arange(len(score))
    order = chosen[np.lexsort((chosen, -score[chosen]))]
    return order, score[order]
