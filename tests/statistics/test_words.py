"""How figures read: rounding, bases, changes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.statistics import words
from havre.statistics.results import Result
from tests.statistics.made import table


@pytest.mark.parametrize(
    ("share", "said"),
    [(Fraction(118, 200), "59"), (Fraction(15, 200), "7.5"), (Fraction(23, 45), "51"), (Fraction(1, 200), "0.5"), (Fraction(5, 8), "62.5"), (Fraction(0), "0")],
)  # fmt: skip
def test_a_share_is_exact_when_one_decimal_says_it_and_whole_otherwise(share: Fraction, said: str) -> None:
    assert words.rounded(share) == Decimal(said)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12).filter(any))
def test_shown_shares_of_an_exclusive_table_add_to_100_unless_an_exact_half_is_kept(counts: list[int]) -> None:
    made = table("x", "X", {str(i): n for i, n in enumerate(counts)})
    shown = words.percents(made)
    halves = [v for v in shown.values() if v != v.to_integral_value()]
    assert sum(shown.values()) == 100 or halves
    for cell in made.cells:
        assert cell.share is not None
        assert abs(Fraction(shown[cell.key]) - cell.share * 100) < 1
        if (cell.share * 1000).denominator == 1:
            assert Fraction(shown[cell.key]) == cell.share * 100


def test_several_answers_are_not_made_to_add() -> None:
    assert words.percents(table("x", "X", {"a": 2, "b": 2, "c": 1}, known=4, multiple=True)) == {
        "a": 50,
        "b": 50,
        "c": 25,
    }


def test_the_base_says_known_unknown_refused() -> None:
    made = Result("X", 2019, 76, 200, 120, unknown=78, refused=2)
    assert words.base_of(made) == "120 of 200 known, 78 unknown, 2 refused"
    assert not words.is_low(made)
    assert words.is_low(Result("X", 2019, 9, 200, 99, unknown=101))
    assert not words.is_low(Result("X", 2019, 0, 0, 0))


def test_change_is_said_with_its_base_and_the_minus_sign() -> None:
    assert words.change_on(Result("X", 2019, 380, 0, 0, before=Result("X", 2018, 356, 0, 0))) == "+6.7 % on 356 in 2018"
    assert (
        words.change_on(Result("X", 2019, 200, 0, 0, before=Result("X", 2018, 181, 0, 0))) == "+10.5 % on 181 in 2018"
    )
    assert words.change_on(Result("X", 2019, 3, 0, 0, before=Result("X", 2018, 4, 0, 0))) == "−25.0 % on 4 in 2018"
    assert words.change_on(Result("X", 2019, 3, 0, 0, before=Result("X", 2018, 0, 0, 0))) == "0 in 2018"
    assert words.change_on(Result("X", 2019, 3, 0, 0)) == ""


def test_a_mean_is_said_in_its_unit() -> None:
    assert words.value_of(Result("X", 2019, 3, 3, 3, total=2646), "minutes") == "14.7 h"
    assert words.value_of(Result("X", 2019, 3, 3, 3, total=51), "days") == "17"
    assert words.value_of(Result("X", 2019, 10, 10, 10, total=69), "days") == "6.9"
    assert words.value_of(Result("X", 2019, 2, 2, 2, total=79), "years") == "40"
    assert words.value_of(Result("X", 2019, 0, 2, 0, unknown=2, total=0), "years") == "unknown"
    assert words.value_of(Result("X", 2019, 1936, 1936, 1936)) == "1,936"
