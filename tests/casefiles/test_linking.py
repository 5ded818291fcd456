"""A pair is written one way; who is one with whom does not depend on the order in which it was said."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.casefiles.linking import Record, groups, pair

KINDS = ("alert", "employer", "exploiter", "person")
RECORDS = st.tuples(st.sampled_from(KINDS), st.integers(0, 2**128 - 1).map(lambda n: UUID(int=n)))
FEW = st.integers(0, 12).map(lambda n: ("person", UUID(int=n)))
PAIRS = st.lists(st.tuples(FEW, FEW).filter(lambda both: both[0] != both[1]), max_size=25)


@given(RECORDS, RECORDS)
def test_a_pair_is_written_one_way_only(one: Record, other: Record) -> None:
    if one == other:
        with pytest.raises(ValueError, match="itself"):
            pair(one, other)
        return
    first, second = pair(one, other)
    assert pair(other, one) == (first, second)
    assert {first, second} == {one, other}
    assert (first[0], first[1].hex) < (second[0], second[1].hex)


def _reachable(pairs: list[tuple[Record, Record]], start: Record) -> set[Record]:
    """The naive twin: walk until nobody new is met."""
    seen = {start}
    while True:
        more = {b for a, b in pairs if a in seen} | {a for a, b in pairs if b in seen}
        if more <= seen:
            return seen
        seen |= more


@given(PAIRS)
def test_a_group_is_everyone_that_can_be_reached(pairs: list[tuple[Record, Record]]) -> None:
    found = groups(pairs)
    assert set(found) == {record for both in pairs for record in both}
    for record, group in found.items():
        assert group == _reachable(pairs, record)


@given(PAIRS, st.randoms())
def test_the_order_in_which_it_was_said_changes_nothing(pairs: list[tuple[Record, Record]], rng: object) -> None:
    shuffled = [(b, a) if i % 2 else (a, b) for i, (a, b) in enumerate(pairs)]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert groups(shuffled) == groups(pairs)


@given(PAIRS.filter(bool))
def test_taking_a_link_away_never_joins_anybody(pairs: list[tuple[Record, Record]]) -> None:
    before, after = groups(pairs), groups(pairs[1:])
    for record, group in after.items():
        assert group <= before[record]
