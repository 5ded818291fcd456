"""The naive twin of the catalogue: plain loops over plain rows, written without looking at the expressions.

Each indicator is a list of (row, answer, value); each dimension a key, or several with a status. Nothing here imports
the engine, the populations or the dimensions of the application.
"""

from __future__ import annotations

from collections import Counter

from tests.statistics.naive.indicators import INDICATORS
from tests.statistics.naive.rows import APART, Naive, Row, Twin
from tests.statistics.naive.tables import tally

__all__ = ["INDICATORS", "Naive", "Twin", "naive"]


def naive(rows: dict[str, list[Row]], year: int, code: str, gives: str, by: tuple[str, ...]) -> Naive:
    """What an indicator should give."""
    twin = Twin(rows, year)
    counted = INDICATORS[code](twin)
    answers = Counter(c.answer for c in counted)
    known = sum(n for answer, n in answers.items() if answer not in APART)
    found = Naive(len(counted), len(counted), known, answers["unknown"], answers["refused"], answers["not_applicable"])
    for name in by:
        found.tables[name] = tally(twin, counted, name, gives == "share")
    if gives == "share":
        found.n = answers["yes"]
    elif gives == "mean":
        found.n, found.total = known, sum(c.value or 0 for c in counted)
    elif gives == "distinct":
        found.n = len({c.answer for c in counted} - set(APART))
    elif gives == "table":
        _cells, found.known, found.unknown, found.refused, found.not_applicable = found.tables[by[0]]
        found.n = found.known
    return found
