"""The table of retention, tried on every day there is: leap years, short months, holds that overlap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.casefiles.retention import COARSER, RULES, Kind, add_months, held_days, latest_start

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))
MONTHS = st.integers(0, 240)


@given(DAYS, DAYS, MONTHS)
def test_due_in_a_query_is_due_by_the_calendar(start: date, today: date, months: int) -> None:
    """The one comparison a database makes says the same as counting the months of each record."""
    assert (start <= latest_start(today, months)) == (add_months(start, months) <= today)


@given(DAYS, MONTHS)
def test_months_are_months(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, MONTHS)
def test_later_contact_is_never_due_sooner(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [((2024, 2, 29), 24, (2026, 2, 28)), ((2024, 2, 29), 48, (2028, 2, 29)), ((2019, 8, 31), 6, (2020, 2, 29)),
     ((2019, 1, 31), 1, (2019, 2, 28)), ((2019, 12, 15), 1, (2020, 1, 15)), ((2020, 1, 31), -2, (2019, 11, 30))],
)  # fmt: skip
def test_known_days(day: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert add_months(date(*day), months) == date(*expected)


@given(st.lists(st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair))), max_size=6), DAYS)
def test_days_under_hold_are_counted_once(holds: list[tuple[date, date]], since: date) -> None:
    """The naive count: every single day."""
    horizon = max([since, *(end for _begin, end in holds)])
    days = range((horizon - since).days)
    naive = sum(any(b <= since + timedelta(days=n) < e for b, e in holds) for n in days)
    assert held_days(holds, since) == naive


@given(DAYS, st.integers(0, 5000))
def test_a_hold_delays_both_ends_by_what_it_lasted(last: date, held: int) -> None:
    for rule in RULES.values():
        assert (rule.archive_on(last, held) - rule.archive_on(last)).days == held
        assert (rule.end_on(last, held) - rule.end_on(last)).days == held
        assert rule.archive_on(last, held) <= rule.end_on(last, held)


def test_every_kind_has_its_rule_with_a_source() -> None:
    assert set(RULES) == set(Kind)
    for rule in RULES.values():
        assert rule.source
        assert str(rule.why)
        assert rule.in_words
        assert rule.active_months >= 24
        if rule.follows is not None:
            other = RULES[rule.follows]
            assert (rule.active_months, rule.archive_months) == (other.active_months, other.archive_months)


def test_what_becomes_coarser_exists() -> None:
    from django.apps import apps

    for each in COARSER:
        model = apps.get_model(each.model)
        assert {field.name for field in model._meta.get_fields()} >= set(each.columns)
