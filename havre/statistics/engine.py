"""Counting. The engine filters, joins and counts whole numbers; Python adds labels and divides.

Each question ("slot") is one small expression of four columns: key, answer, n, total. All the slots of a run go to the
engine in a few statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import Deferred

from havre.core import codelists
from havre.statistics import catalogue
from havre.statistics.catalogue import Counted, Gives, Indicator, Unit
from havre.statistics.dimensions import DIMENSIONS, NOT_KNOWN, Dimension
from havre.statistics.facts import Facts
from havre.statistics.results import Breakdown, Cell, Result

#: Questions sent to the engine at once: enough to spare round trips, few enough for its planner.
AT_ONCE = 60


@dataclass(frozen=True)
class Line:
    """One line of a slot."""

    key: str
    answer: str
    n: int
    total: int


#: (code, year, breakdown or "") → lines. What is kept of a computation: no label, no language.
Counts = dict[tuple[str, int, str], tuple[Line, ...]]


def _rows(indicator: Indicator, facts: Facts) -> tuple[Any, Any]:
    """The rows of an indicator, and of each row whether it is counted, and if not why."""
    found = indicator.function(facts)
    if not isinstance(found, Counted):
        return found, ibis.literal("known")
    if indicator.gives is Gives.MEAN:
        value = _bound(found.table, found.value)
        why = ibis.literal("unknown") if found.answer is None else _bound(found.table, found.answer).nullif("known")
        return found.table, ibis.cases((value.notnull(), "known"), else_=ibis.coalesce(why, "unknown"))
    return found.table, ibis.coalesce(_bound(found.table, found.answer).nullif(""), "unknown")


def _bound(table: Any, expression: Any) -> Any:
    """An expression written with `_`, as a column of this table."""
    return expression.resolve(table) if isinstance(expression, Deferred) else expression


def _slot(number: int, table: Any, key: Any, answer: Any, value: Any = 0) -> Any:
    """Count rows by year, key and answer; `value` is summed."""
    flat = table.select(slot=ibis.literal(number, "int64"), year=table.year, key=key, answer=answer, value=value)
    return flat.group_by("slot", "year", "key", "answer").agg(n=flat.count(), total=flat.value.cast("int64").sum())


def _slots(indicator: Indicator, facts: Facts) -> Iterator[tuple[str, Any, Any, Any, Any]]:
    """The questions of one indicator: (breakdown, table, key, answer, value)."""
    table, answer = _rows(indicator, facts)
    known = ibis.literal("known")
    value: Any = ibis.literal(0, "int64")
    if indicator.gives is Gives.MEAN:
        value = ibis.coalesce(_bound(table, indicator.function(facts).value), 0).cast("int64")
    yield "", table, ibis.literal(""), answer, value
    for name in indicator.by:
        dimension = DIMENSIONS[name]
        if dimension.of in indicator.by:
            continue
        if dimension.answers is None:
            yield name, table, dimension.key(table), answer if indicator.gives is Gives.SHARE else known, 0
            continue
        asked = table
        if dimension.asked is not None:
            yield f"{name}?", table, dimension.asked(table), known, 0
            asked = table.filter(dimension.asked(table) == "yes")
        given = dimension.answers(facts, asked)
        yield name, given, given.key, known, 0
        if dimension.asked is None:
            yield f"{name}?", given.select("id", "year").distinct(), ibis.literal("yes"), known, 0


@dataclass(frozen=True)
class Plan:
    """The statements that count some indicators, whatever the snapshot and the years: writing them takes longer than
    running them, so they are written once."""

    tables: dict[str, str]
    names: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]


_plans: dict[tuple[str, ...], Plan] = {}


def _plan(facts: Facts, wanted: Sequence[Indicator]) -> Plan:
    """Write the statements for these indicators, or find them written."""
    codes = tuple(indicator.code for indicator in wanted)
    if codes not in _plans:
        names: list[tuple[str, str]] = []
        slots = []
        for indicator in wanted:
            for by, *question in _slots(indicator, facts):
                slots.append(_slot(len(names), *question))
                names.append((indicator.code, by))
        parts = [ibis.union(*slots[i : i + AT_ONCE]) for i in range(0, len(slots), AT_ONCE)]
        statements = tuple(str(facts.engine.compile(part)) for part in parts)
        _plans[codes] = Plan(dict(facts.made), tuple(names), statements)
    return _plans[codes]


def count(facts: Facts, wanted: Iterable[Indicator], years: Iterable[int]) -> Counts:
    """Count these indicators for these years, which are those the facts were opened for."""
    years, wanted = list(years), list(wanted)
    constants = [indicator for indicator in wanted if indicator.gives is Gives.CONSTANT]
    counts: Counts = {
        (i.code, year, ""): (Line("", "known", int(i.function(facts)), 0),) for i in constants for year in years
    }
    plan = _plan(facts, [indicator for indicator in wanted if indicator.gives is not Gives.CONSTANT])
    for name, sql in plan.tables.items():
        facts.keep(name, sql)
    found: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for statement in plan.statements:
        for number, year, key, answer, n, total in facts.rows(statement):
            found[number, year].append(Line(key, answer, n, int(total)))
    for number, (code, by) in enumerate(plan.names):
        for year in years:
            counts[code, year, by] = tuple(sorted(found[number, year], key=lambda line: (line.key, line.answer)))
    return counts


# --- from counts to results, in plain Python ----------------------------------------------------------------------


def _sums(lines: Iterable[Line]) -> dict[str, int]:
    """How many rows per answer."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.answer] += line.n
    return sums


def _ordered(dimension: Dimension, counts: dict[str, int]) -> list[str]:
    """The keys of a table in reading order. A retired code stays as long as someone has it."""
    keys = list(dimension.categories())
    keys += sorted(key for key in counts if key not in keys and key not in dimension.apart)
    if dimension.long:
        keys = sorted((key for key in keys if counts.get(key)), key=lambda key: -counts[key])
    return keys


def _grouped(lines: Iterable[Line], dimension: Dimension) -> list[Line]:
    """The lines of a dimension under those of the one that groups it."""
    return [Line(dimension.parent(line.key), line.answer, line.n, line.total) for line in lines]


def _composition(dimension: Dimension, lines: Iterable[Line]) -> Breakdown:
    """One answer each: the categories add up to the known."""
    by_key: dict[str, int] = defaultdict(int)
    for line in lines:
        by_key[line.key] += line.n
    known = sum(n for key, n in by_key.items() if key not in dimension.apart)
    unknown, refused, not_applicable = (by_key.get(k, 0) if k in dimension.apart else 0 for k in NOT_KNOWN)
    cells = tuple(Cell(key, dimension.label(key), by_key.get(key, 0), known) for key in _ordered(dimension, by_key))
    return Breakdown(dimension.name, str(dimension.title), cells, known, unknown, refused, not_applicable)


def _several(dimension: Dimension, lines: Iterable[Line], base: Iterable[Line], population: int) -> Breakdown:
    """Several answers each: every category is a share of those of whom the answer is known."""
    by_key = {line.key: line.n for line in lines}
    status = {line.key: line.n for line in base}
    known = status.get("yes", 0)
    if dimension.asked is None:
        unknown, refused = population - known, 0
    else:
        # "No" to the question whether it was asked is not an answer about the thing.
        refused = status.get("refused", 0)
        unknown = population - known - refused
    cells = tuple(Cell(key, dimension.label(key), by_key.get(key, 0), known) for key in _ordered(dimension, by_key))
    return Breakdown(dimension.name, str(dimension.title), cells, known, unknown, refused, multiple=True)


def _within(dimension: Dimension, lines: Iterable[Line]) -> Breakdown:
    """A share in each group: the base of a cell is the known of its group."""
    groups: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        groups[line.key][line.answer] += line.n
    bases = {key: sum(n for answer, n in group.items() if answer not in NOT_KNOWN) for key, group in groups.items()}
    cells = tuple(
        Cell(key, dimension.label(key), groups[key]["yes"] if key in groups else 0, bases.get(key, 0))
        for key in _ordered(dimension, bases)
    )
    every = _sums(
        Line("", answer, n, 0)
        for key, group in groups.items()
        if key not in dimension.apart
        for answer, n in group.items()
    )
    outside = sum(sum(group.values()) for key, group in groups.items() if key in dimension.apart)
    return Breakdown(
        dimension.name, str(dimension.title), cells, sum(c.base for c in cells), every["unknown"] + outside,
        every["refused"], every["not_applicable"], within=True,
    )  # fmt: skip


def _breakdown(indicator: Indicator, name: str, counts: Counts, year: int, population: int) -> Breakdown:
    dimension = DIMENSIONS[name]
    source = dimension.of if dimension.of in indicator.by else name
    lines: Iterable[Line] = counts[indicator.code, year, source]
    if dimension.of:
        lines = _grouped(lines, dimension)
    if dimension.answers is not None:
        return _several(dimension, lines, counts[indicator.code, year, f"{name}?"], population)
    return _within(dimension, lines) if indicator.gives is Gives.SHARE else _composition(dimension, lines)


def result(indicator: Indicator, counts: Counts, year: int, before: int = 0) -> Result:
    """The result of one indicator, labelled in the active language; `before` years before come with it."""
    lines = counts[indicator.code, year, ""]
    answers = _sums(lines)
    population = sum(answers.values())
    known = sum(n for answer, n in answers.items() if answer not in NOT_KNOWN)
    tables = {name: _breakdown(indicator, name, counts, year, population) for name in indicator.by}
    n, total, base = population, None, None
    unknown, refused, apart = answers["unknown"], answers["refused"], answers["not_applicable"]
    match indicator.gives:
        case Gives.SHARE:
            n, base = answers["yes"], known
        case Gives.MEAN:
            n, total = known, sum(line.total for line in lines)
        case Gives.DISTINCT:
            n = sum(1 for answer in answers if answer not in NOT_KNOWN)
        case Gives.TABLE:
            told = tables[indicator.by[0]]
            n, known, unknown, refused, apart = told.known, told.known, told.unknown, told.refused, told.not_applicable
    if indicator.share_of:
        base = population = sum(line.n for line in counts[indicator.share_of, year, ""])
    earlier = result(indicator, counts, year - 1, before - 1) if before else None
    return Result(
        indicator.code, year, n, population, known, unknown, refused, apart, total, base, tables, earlier
    )  # fmt: skip


def wanted(codes: Iterable[str] | None) -> list[Indicator]:
    """The indicators of these codes (all of them for None), and those they are shares of."""
    every = catalogue.indicators()
    if codes is None:
        return every
    names = set(codes)
    names |= {catalogue.get(code).share_of for code in names} - {""}
    return [indicator for indicator in every if indicator.code in names]


def span(year: int, before: int) -> range:
    """The years to open facts for."""
    return range(year - before, year + 1)


def evaluate(facts: Facts, year: int, codes: Iterable[str] | None = None, *, before: int = 1) -> dict[str, Result]:
    """Count and give the results of these indicators (all of them for None) for a year and those before it.

    The facts must have been opened for `span(year, before)`.
    Raises `KeyError` for a code that is not in the catalogue.
    """
    codes = None if codes is None else list(codes)
    counted = wanted(codes)
    counts = count(facts, counted, span(year, before))
    return results(counts, year, codes, before=before)


def results(counts: Counts, year: int, codes: Iterable[str] | None = None, *, before: int = 1) -> dict[str, Result]:
    """The results of what was counted, labelled in the active language."""
    asked = [i.code for i in catalogue.indicators()] if codes is None else list(codes)
    return {code: result(catalogue.get(code), counts, year, before) for code in asked}


def rows_behind(facts: Facts, code: str, year: int, by: str = "", key: str = "") -> list[int]:
    """The keys (of the snapshot) of the rows behind a figure, or behind one cell of one of its tables, in order.

    Of a share, those who answer yes; of a mean, those of whom it is known. Raises `KeyError` for an unknown code or
    breakdown.
    """
    indicator = catalogue.get(code)
    if indicator.unit is Unit.ORGANISATION:
        return []
    table, answer = _rows(indicator, facts)
    if indicator.gives is Gives.SHARE:
        table = table.filter(answer == "yes")
    elif indicator.gives in (Gives.MEAN, Gives.DISTINCT) and not by:
        table = table.filter(~answer.isin(NOT_KNOWN))
    table = table.filter(table.year == year)
    if by:
        if by not in indicator.by:
            raise KeyError(by)
        table = _cell_rows(facts, DIMENSIONS[by], table, key)
    found = facts.engine.to_pyarrow(table.select("id").distinct()).column("id").to_pylist()
    return sorted(int(each) for each in found)


def _cell_rows(facts: Facts, dimension: Dimension, table: Any, key: str) -> Any:
    """The rows of one cell."""
    if dimension.answers is not None:
        if dimension.asked is not None:
            table = table.filter(dimension.asked(table) == "yes")
        given = dimension.answers(facts, table)
        return given.filter(given.key == key)
    keys = [key]
    if dimension.of and key in codelists.get(dimension.codelist):
        keys += codelists.get(dimension.codelist).children(key)
    return table.filter(dimension.key(table).isin(keys))
