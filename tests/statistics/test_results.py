"""Rounding, shares of the known, and what divides by nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.statistics.results import Breakdown, Cell, Result, half_up


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("1/2", 0, "1"), ("3/2", 0, "2"), ("5/2", 0, "3"), ("-5/2", 0, "-3"), ("1165/100", 2, "11.65"), ("1/3", 1, "0.3"),
     ("2665/1000", 2, "2.67"), ("19/181", 3, "0.105"), ("0", 1, "0.0")],
)  # fmt: skip
def test_half_goes_up(value: str, places: int, rounded: str) -> None:
    assert half_up(Fraction(value), places) == Decimal(rounded)


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=500), st.integers(0, 3))
def test_rounding_is_never_off_by_more_than_half(value: Fraction, places: int) -> None:
    off = Fraction(half_up(value, places)) - value
    assert abs(off) * 2 * 10**places <= 1
    if abs(off) * 2 * 10**places == 1:
        assert off * value > 0  # a half goes away from zero


def test_a_share_is_of_the_known() -> None:
    """Five people, four known, two answers possible: 50, 50 and 25 %, not 40, 40 and 20."""
    cells = tuple(Cell(key, key, n, 4) for key, n in (("a", 2), ("b", 2), ("c", 1)))
    table = Breakdown("x", "X", cells, known=4, unknown=1, multiple=True)
    assert [cell.percent() for cell in table.cells] == [50, 50, 25]
    assert table.cell("nobody").n == 0


def test_nothing_is_divided_by_nothing() -> None:
    result = Result("X", 2019, 0, 0, 0, total=0, share_base=0, before=Result("X", 2018, 0, 0, 0))
    assert (result.mean, result.share, result.change, Cell("a", "a", 0, 0).share) == (None, None, None, None)


def test_change_is_exact() -> None:
    result = Result("X", 2019, 200, 200, 200, before=Result("X", 2018, 181, 181, 181))
    assert result.change == Fraction(19, 181)
