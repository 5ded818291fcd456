"""Every indicator of the catalogue against its naive twin, on invented caseloads."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from havre.statistics import catalogue, engine
from havre.statistics.catalogue import Gives
from havre.statistics.facts import Facts
from havre.statistics.results import Result
from tests.statistics.caseload import YEAR, Caseload, caseloads, make
from tests.statistics.naive import INDICATORS, naive

COUNTED = [i for i in catalogue.indicators() if i.gives is not Gives.CONSTANT]
BASE = ("n", "known", "unknown", "refused", "not_applicable", "total")


def compare(rows: Caseload, results: dict[str, Result], year: int) -> None:
    """Each result and each table, number by number."""
    for indicator in COUNTED:
        result = results[indicator.code]
        twin = naive(rows, year, indicator.code, indicator.gives, indicator.by)
        assert {name: getattr(result, name) for name in BASE} == {name: getattr(twin, name) for name in BASE}, (
            indicator.code
        )
        if indicator.share_of:
            assert result.share_base == result.population == results[indicator.share_of].n
        else:
            assert result.population == twin.population
        for name in indicator.by:
            table, (cells, *sums) = result.breakdowns[name], twin.tables[name]
            where = (indicator.code, name, year)
            assert {c.key: c.n for c in table.cells if c.n} == {k: n for k, (n, _b) in cells.items() if n}, where
            assert [table.known, table.unknown, table.refused, table.not_applicable] == sums, where
            assert all(c.base == cells[c.key][1] for c in table.cells if c.key in cells), where


def test_every_indicator_has_its_twin() -> None:
    assert set(INDICATORS) == {indicator.code for indicator in COUNTED}


# Nothing is shrunk: each try counts the whole catalogue, and the message says which indicator and which table.
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rows=caseloads())
def test_an_indicator_equals_the_naive_count(rows: Caseload) -> None:
    facts = Facts.of_rows(rows, engine.span(YEAR, 2))
    results = engine.evaluate(facts, YEAR, before=2)
    facts.close()
    compare(rows, results, YEAR)
    compare(rows, {code: result.before for code, result in results.items()}, YEAR - 1)  # type: ignore[misc]


def test_a_large_caseload_equals_the_naive_count() -> None:
    rows = make(Random(20), 600, 400)
    facts = Facts.of_rows(rows, [YEAR])
    compare(rows, engine.evaluate(facts, YEAR, before=0), YEAR)


def test_an_empty_caseload_counts_nothing_and_divides_nothing() -> None:
    results = engine.evaluate(Facts.of_rows({}, [YEAR]), YEAR, before=0)
    assert {r.n for code, r in results.items() if code != "INT-09"} == {0}
    assert all(r.mean is None and not r.share for r in results.values())


@pytest.fixture(scope="module")
def drawn() -> tuple[Caseload, Facts, dict[str, Result]]:
    """One caseload, open in the engine, and its results."""
    rows = make(Random(7), 60, 60)
    facts = Facts.of_rows(rows, [YEAR])
    return rows, facts, engine.evaluate(facts, YEAR, before=0)


@pytest.mark.parametrize("code", [i.code for i in COUNTED])
def test_the_rows_behind_a_figure_are_as_many_as_it_says(code: str, drawn: Any) -> None:
    _rows, facts, results = drawn
    indicator, result = catalogue.get(code), results[code]
    behind = engine.rows_behind(facts, code, YEAR)
    if indicator.unit == catalogue.Unit.ORGANISATION:
        assert behind == []
        return
    expected = {Gives.DISTINCT: result.known, Gives.TABLE: len(INDICATORS[code](_twin(_rows)))}.get(
        indicator.gives, result.n
    )
    assert len(behind) == expected
    for table in result.breakdowns.values():
        for cell in table.cells[:6]:
            found = engine.rows_behind(facts, code, YEAR, table.by, cell.key)
            assert len(found) == cell.n, (code, table.by, cell.key)
            assert len(set(found)) == len(found)


def _twin(rows: Caseload) -> Any:
    from tests.statistics.naive import Twin

    return Twin(rows, YEAR)


def test_no_rows_behind_a_table_that_does_not_exist(drawn: Any) -> None:
    _rows, facts, _results = drawn
    with pytest.raises(KeyError):
        engine.rows_behind(facts, "INT-01", YEAR, "gender", "woman")
    with pytest.raises(KeyError):
        engine.rows_behind(facts, "INT-99", YEAR)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = make(Random(3), 40, 40)
    other = {name: list(reversed(each)) for name, each in rows.items()}
    one, two = (engine.evaluate(Facts.of_rows(each, [YEAR]), YEAR, before=0) for each in (rows, other))
    assert one == two
