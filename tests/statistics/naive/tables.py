"""Each breakdown: a key for each row, or several with a status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from havre.core import codelists
from tests.statistics.naive.indicators import days_between
from tests.statistics.naive.rows import APART, Counted, Row, Twin


# --- dimensions -------------------------------------------------------------------------------------------------------
def _band(value: int | None, edges: tuple[int, ...], why: str = "unknown") -> str:
    if value is None:
        return "unknown" if why == "known" else why
    for low, high in zip(edges, [*edges[1:], None], strict=True):
        if value >= low and (high is None or value < high):
            return f"{low}+" if high is None else f"{low}-{high}"
    return "unknown"


def _continent(code: str) -> str:
    return code if code in APART else codelists.get("country").parent(code) or code


def _region(code: str) -> str:
    return code if code in APART else codelists.get("department").parent(code)


def _trade(code: str) -> str:
    return code if code in APART else codelists.get("sector").parent(code)


def _lived_band(name: str, edges: tuple[int, ...]) -> Callable[[Twin, Row], str]:
    return lambda t, p: _band(t.lived(p, name, None), edges, t.lived(p, f"{name}_answer"))


def _followed(t: Twin, p: Row) -> str:
    return _band(t.year - p["opened_on"].year, (0, 1, 3, 5, 10))


def _age(t: Twin, p: Row) -> str:
    return _band(None if p["birth_year"] is None else t.year - p["birth_year"], (0, 25, 40, 60))


KEYS: dict[str, Callable[[Twin, Row], str]] = {
    **{
        n: (lambda t, a, n=n: a[n] or "unknown")
        for n in ("source_kind", "channel", "urgency", "person_gender", "status")
    },
    "source_family": lambda t, x: x["source_family"] if "received_on" in x else t.alert_of(x, "source_family"),
    "redirection": lambda t, a: t.redirection(a) or "unknown",
    "alert_department": lambda t, a: a["department"] or "unknown",
    "delay": lambda t, a: _band(days_between(a["first_action_on"], a["received_on"]), (0, 1, 8, 31)),
    "gender": lambda t, p: p["gender"],
    "country": lambda t, p: p["country"],
    "continent": lambda t, p: _continent(p["country"]),
    "age_band": lambda t, p: _age(t, p),
    "age_women": lambda t, p: _age(t, p) if p["gender"] == "woman" else "not_applicable",
    "age_men": lambda t, p: _age(t, p) if p["gender"] == "man" else "not_applicable",
    "age_at_start": lambda t, p: _band(t.start_age(p), (0, 18, 36, 61)),
    "followed": _followed,
    **{n: (lambda t, p, n=n: t.arrival(p, n)) for n in ("organised_by", "transport", "visa")},
    "department": lambda t, p: t.department(p),
    "region": lambda t, p: _region(t.department(p)),
    "exploitation_country": lambda t, p: t.lived(p, "country"),
    **{
        n: (lambda t, p, n=n: t.lived(p, n)) for n in ("setting", "lodging", "food", "recruitment", "promise", "ending")
    },
    "sector": lambda t, p: t.main_sector(p),
    "sector_group": lambda t, p: _trade(t.main_sector(p)),
    "hours_band": _lived_band("minutes_per_day", (0, 480, 720, 900)),
    "days_band": _lived_band("days_per_week", (0, 5, 6, 7)),
    "pay_band": _lived_band("pay_cents", (0, 1, 15000, 50000)),
    "pay": _lived_band("pay_cents", (0, 1, 15100, 50000)),
}


def _of_main(t: Twin, p: Row, table: str) -> set[str]:
    main = t.main(p)
    return set() if main is None else {r[table] for r in t.of(table, "exploitation", main["id"])} - set(APART)


#: Several answers each: the set of them.
SEVERAL: dict[str, Callable[[Twin, Row], set[str]]] = {
    "asked_for": lambda t, a: {row["code"] for row in t.of("ask", "alert", a["id"])},
    "unit": lambda t, p: {period["unit"] for period in t.periods(p)},
    "close_reason": lambda t, p: {period["close_reason"] for period in t.ended(p)},
    "work": lambda t, p: _of_main(t, p, "sector"),
    "control": lambda t, p: _of_main(t, p, "control"),
    "abuse": lambda t, p: _of_main(t, p, "abuse"),
}


def tally(t: Twin, rows: list[Counted], by: str, share: bool) -> tuple[dict[str, tuple[int, int]], int, int, int, int]:
    """One table, counted by hand."""
    if by in SEVERAL:
        asked = {id(c): t.lived(c.row, "abuse_asked") if by == "abuse" else "" for c in rows}
        told = [c for c in rows if (asked[id(c)] == "yes" if by == "abuse" else SEVERAL[by](t, c.row))]
        counts = Counter(key for c in told for key in SEVERAL[by](t, c.row))
        refused = sum(asked[id(c)] == "refused" for c in rows)
        return {k: (n, len(told)) for k, n in counts.items()}, len(told), len(rows) - len(told) - refused, refused, 0
    if by == "status":
        # "Refused" is where an alert stands, not an answer someone refused.
        every = Counter(c.row["status"] for c in rows)
        return {key: (n, len(rows)) for key, n in every.items()}, len(rows), 0, 0, 0
    keys = [(KEYS[by](t, c.row), c) for c in rows]
    apart = Counter(key for key, _c in keys)
    if not share:
        known = sum(n for key, n in apart.items() if key not in APART)
        cells = {key: (n, known) for key, n in apart.items() if key not in APART}
        return cells, known, apart["unknown"], apart["refused"], apart["not_applicable"]
    cells = {}
    for key in {key for key, _c in keys} - set(APART):
        group = [c.answer for k, c in keys if k == key]
        cells[key] = (group.count("yes"), sum(a not in APART for a in group))
    inside = Counter(c.answer for k, c in keys if k not in APART)
    outside = sum(k in APART for k, _c in keys)
    known = sum(base for _n, base in cells.values())
    return cells, known, inside["unknown"] + outside, inside["refused"], inside["not_applicable"]
