"""Invented fact tables, drawn to hit the edges: the days around New Year, both sides of each band, every "unknown"."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import strategies as st

from havre.core import codelists
from havre.statistics.facts import TABLES, Column

Row = dict[str, Any]
Caseload = dict[str, list[Row]]

YEAR = 2019
DAYS = [date(y, m, d) for y in (2007, 2009, 2010, 2017, 2018, 2019, 2020) for m, d in ((1, 1), (6, 15), (12, 31))]
NUMBERS = {
    "minutes_per_day": (0, 479, 480, 719, 720, 899, 900, 1440),
    "days_per_week": (0, 4, 5, 6, 7),
    "pay_cents": (0, 1, 14_999, 15_000, 15_099, 15_100, 49_999, 50_000, 70_000, 70_001),
    "debt_cents": (0, 1, 500_000),
    "birth_year": (1935, 1959, 1979, 1980, 1994, 1995, 2000, 2001, 2002, 2010),
    "persons_concerned": (1, 2, 30),
    "level_reached": (0, 1, 2, 3),
    "level": (1, 2),
    "founded_year": (1994, None),
}
YES_NO = ("yes", "no", "unknown", "refused")
# Not every country of the world: a few, so that several people come from one.
FEW = {
    "country": ("FR", "MA", "CI", "PH", "LU", "stateless", "unknown", "refused"),
    "department": ("75", "93", "13", "972", ""),
    "sector": ("housework", "childcare", "catering_food", "begging", "unknown"),
    "language": ("fr", "tl"),
}


def _value(column: Column, rng: Random) -> Any:
    """Something a column may hold."""
    if column.name in NUMBERS:
        return rng.choice(NUMBERS[column.name])
    if column.codelist:
        codes = FEW.get(column.codelist) or codelists.get(column.codelist).codes
        return rng.choice(codes)
    if column.choices:
        return rng.choice(column.choices)
    if str(column.type).startswith("date"):
        return rng.choice([*DAYS, *DAYS, None])
    if str(column.type) == "bool":
        return rng.random() < 0.5
    return None


def _row(table: str, rng: Random, **given: Any) -> Row:
    """A row that keeps the rules of the database: a number is there exactly when it is said to be known."""
    columns = TABLES[table].columns
    row = {column.name: _value(column, rng) for column in columns}
    for column in columns:
        answer = f"{column.name}_answer"
        if answer in row and column.name in NUMBERS:
            known = rng.random() < 0.7
            row[answer] = "known" if known else rng.choice(("unknown", "refused", "not_applicable"))
            row[column.name] = row[column.name] if known else None
    return {**row, **given}


def make(rng: Random, alerts: int, people: int) -> Caseload:
    """A caseload of so many alerts and people. Keys are as in a snapshot: numbers that mean nothing."""
    keys = iter(rng.sample(range(1, 10**9), 12 * (alerts + people) + 50))
    rows: Caseload = {name: [] for name in TABLES}
    rows["organisation"].append(_row("organisation", rng, id=next(keys)))
    for _ in range(alerts):
        key = next(keys)
        families = codelists.get("source").roots
        rows["alert"].append(
            _row("alert", rng, id=key, received_on=rng.choice(DAYS), source_family=rng.choice(families),
                 source_kind=rng.choice(("", "former_beneficiary", "neighbour", "ofii", "unknown")))
        )  # fmt: skip
        rows["ask"] += [
            {"alert": key, "code": c} for c in rng.sample(codelists.get("asked_for").codes, rng.randrange(3))
        ]
        rows["interview"] += [_row("interview", rng, id=next(keys), alert=key) for _ in range(rng.randrange(3))]
        if rng.random() < 0.7:
            rows["redirection"].append(_row("redirection", rng, id=next(keys), alert=key, main=True))
            if rng.random() < 0.4:
                rows["redirection"].append(_row("redirection", rng, id=next(keys), alert=key, main=False))
        _decisions(rows, key, rng, keys)
    for _ in range(people):
        _person(rows, rng, keys)
    return rows


def _decisions(rows: Caseload, key: int, rng: Random, keys: Any) -> None:
    """At most one that stands; adjourned and overtaken ones beside it."""
    for overtaken in ([None], [date(2019, 6, 15)], [None, date(2018, 6, 15)], [])[rng.randrange(4)]:
        outcomes = [code for code in codelists.get("decision_outcome").codes if code != "adjourn"]
        given: Row = {"outcome": rng.choice(outcomes), "overtaken_on": overtaken, "decided_on": rng.choice(DAYS)}
        rows["decision"].append(_row("decision", rng, id=next(keys), alert=key, **given))
    if rng.random() < 0.3:
        given = {"outcome": "adjourn", "overtaken_on": None, "decided_on": rng.choice(DAYS)}
        rows["decision"].append(_row("decision", rng, id=next(keys), alert=key, **given))


def _person(rows: Caseload, rng: Random, keys: Any) -> None:
    key = next(keys)
    alert = rng.choice(rows["alert"])["id"] if rows["alert"] and rng.random() < 0.7 else None
    rows["person"].append(_row("person", rng, id=key, alert=alert, opened_on=rng.choice([*DAYS, *DAYS, None])))
    for unit in rng.sample(codelists.get("unit").codes, rng.randrange(4)):
        opened = rng.choice(DAYS)
        closed = rng.choice([None, *[day for day in DAYS if day >= opened]])
        reason = rng.choice(codelists.get("close_reason").codes) if closed else ""
        period: Row = {"person": key, "unit": unit, "opened_on": opened, "closed_on": closed, "close_reason": reason}
        rows["period"].append(_row("period", rng, id=next(keys), **period))
    if rng.random() < 0.8:
        rows["arrival"].append(_row("arrival", rng, person=key))
    rows["dependant"] += [_row("dependant", rng, id=next(keys), person=key) for _ in range(rng.randrange(3))]
    for rank in range(1, rng.randrange(1, 4)):
        lived = next(keys)
        began = rng.choice([*DAYS, None])
        ended = rng.choice([None, *[day for day in DAYS if began is None or day >= began]])
        country = rng.choice(("FR", "FR", *FEW["country"]))
        rows["exploitation"].append(
            _row("exploitation", rng, id=lived, person=key, rank=rank, began_on=began, ended_on=ended, country=country)
        )
        work = rng.sample(FEW["sector"], rng.randrange(4))
        rows["sector"] += [{"exploitation": lived, "sector": c, "main": at == 0} for at, c in enumerate(work)]
        for table in ("abuse", "control"):
            codes = codelists.get(table).codes
            rows[table] += [{"exploitation": lived, table: c} for c in rng.sample(codes, rng.randrange(4))]


@st.composite
def caseloads(draw: st.DrawFn) -> Caseload:
    """Caseloads of up to thirty alerts and thirty people."""
    rng = draw(st.randoms(use_true_random=False))
    return make(rng, draw(st.integers(0, 30)), draw(st.integers(0, 30)))
