"""The naive twin of the catalogue: plain loops over plain rows, written without looking at the expressions.

Each indicator is a list of (row, answer, value); each dimension a key, or several with a status. Nothing here imports
the engine, the populations or the dimensions of the application.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from havre.core import codelists

Row = dict[str, Any]
APART = ("unknown", "refused", "not_applicable")
ACCOMPANY = ("accompany_social", "accompany_legal", "accompany_both")


@dataclass
class Naive:
    """What the twin finds of one indicator."""

    n: int
    population: int
    known: int
    unknown: int = 0
    refused: int = 0
    not_applicable: int = 0
    total: int | None = None
    # by → (cells {key: (n, base)}, known, unknown, refused, not_applicable)
    tables: dict[str, tuple[dict[str, tuple[int, int]], int, int, int, int]] = field(default_factory=dict)


@dataclass
class Counted:
    """One row that is counted, in a year."""

    row: Row
    answer: str = "known"
    value: int | None = None


class Twin:
    """All the twins, over one caseload and one year."""

    def __init__(self, rows: dict[str, list[Row]], year: int) -> None:
        self.rows, self.year = rows, year

    # --- populations ---
    def of(self, table: str, key: str, value: Any) -> list[Row]:
        return [row for row in self.rows[table] if row[key] == value]

    def received(self) -> list[Row]:
        return [a for a in self.rows["alert"] if a["received_on"].year == self.year]

    def standing(self, alert: Row) -> Row | None:
        for decision in self.of("decision", "alert", alert["id"]):
            if decision["outcome"] != "adjourn" and decision["overtaken_on"] is None:
                return decision
        return None

    def accompanied(self, alert: Row) -> bool:
        decision = self.standing(alert)
        return decision is not None and decision["outcome"] in ACCOMPANY

    def redirection(self, alert: Row) -> str | None:
        for row in self.of("redirection", "alert", alert["id"]):
            if row["main"]:
                return str(row["category"])
        return None

    def people(self) -> list[Row]:
        return [p for p in self.rows["person"] if p["opened_on"] is not None]

    def new(self) -> list[Row]:
        return [p for p in self.people() if p["opened_on"].year == self.year]

    def periods(self, person: Row) -> list[Row]:
        met = []
        for period in self.of("period", "person", person["id"]):
            if period["opened_on"].year <= self.year and (
                period["closed_on"] is None or period["closed_on"].year >= self.year
            ):
                met.append(period)
        return met

    def active(self) -> list[Row]:
        return [p for p in self.people() if self.periods(p)]

    def ended(self, person: Row) -> list[Row]:
        return [
            p for p in self.of("period", "person", person["id"]) if p["closed_on"] and p["closed_on"].year == self.year
        ]

    # --- facts about a person ---
    def arrival(self, person: Row, name: str) -> Any:
        for row in self.of("arrival", "person", person["id"]):
            return row[name]
        return None if name == "debt_cents" else "unknown"

    def main(self, person: Row) -> Row | None:
        for row in self.of("exploitation", "person", person["id"]):
            if row["rank"] == 1:
                return row
        return None

    def lived(self, person: Row, name: str, missing: Any = "unknown") -> Any:
        main = self.main(person)
        return missing if main is None else main[name] or (missing if isinstance(main[name], str) else main[name])

    def alert_of(self, person: Row, name: str) -> Any:
        for row in self.rows["alert"]:
            if row["id"] == person["alert"]:
                return row[name]
        return None if name == "received_on" else "unknown"

    def department(self, person: Row) -> str:
        country = self.lived(person, "country")
        if country not in ("FR", "unknown", "refused", "not_applicable"):
            return "not_applicable"
        return str(self.lived(person, "department"))

    def region_yes(self, person: Row) -> bool:
        department = self.department(person)
        return department not in APART and codelists.get("department").parent(department) == "idf"

    def start_age(self, person: Row) -> int | None:
        main = self.main(person)
        if main is None or main["began_on"] is None or person["birth_year"] is None:
            return None
        return int(main["began_on"].year - person["birth_year"])

    def main_sector(self, person: Row) -> str:
        main = self.main(person)
        for row in self.rows["sector"]:
            if main is not None and row["exploitation"] == main["id"] and row["main"]:
                return str(row["sector"])
        return "unknown"

    def suffered(self, person: Row, abuse: str) -> str:
        main = self.main(person)
        asked = self.lived(person, "abuse_asked")
        if asked != "yes" or main is None:
            return "refused" if asked == "refused" else "unknown"
        return "yes" if any(r["abuse"] == abuse for r in self.of("abuse", "exploitation", main["id"])) else "no"

    # --- shapes ---
    def ask(self, rows: list[Row], question: Callable[[Row], str]) -> list[Counted]:
        return [Counted(row, question(row)) for row in rows]

    def number(
        self, rows: list[Row], value: Callable[[Row], int | None], why: Callable[[Row], str] | None = None
    ) -> list[Counted]:
        found = []
        for row in rows:
            read = value(row)
            reason = "known" if read is not None else (why(row) if why else "unknown")
            found.append(Counted(row, "unknown" if reason == "known" and read is None else reason, read))
        return found


def one_of(code: str, codes: tuple[str, ...]) -> str:
    """Is it one of these?"""
    return code if code in APART else "yes" if code in codes else "no"


def _days(later: Any, earlier: Any) -> int | None:
    return None if later is None or earlier is None else (later - earlier).days


def _interpreter(t: Twin, alert: Row) -> str:
    found = [i["interpreter"] for i in t.of("interview", "alert", alert["id"])]
    if "volunteer" in found or "professional" in found:
        return "yes"
    return "no" if "none_needed" in found else "unknown"


def _plane_visa(t: Twin, p: Row) -> str:
    transport, visa = t.arrival(p, "transport"), t.arrival(p, "visa")
    if "refused" in (transport, visa):
        return "refused"
    if "unknown" in (transport, visa):
        return "unknown"
    return "yes" if transport == "plane" and visa in ("tourist", "family_reunification") else "no"


def _minor(t: Twin, p: Row) -> str:
    country = t.lived(p, "country")
    if country in ("unknown", "refused"):
        return "unknown"
    if country != "FR":
        return "not_applicable"
    age = t.start_age(p)
    return "unknown" if age is None else "yes" if age < 18 else "no"


def _over(amount: int | None, answer: str, limit: int) -> str:
    return answer if amount is None else "yes" if amount > limit else "no"


def _in_region(t: Twin, p: Row) -> str:
    where = t.department(p)
    return "unknown" if where == "unknown" else "yes" if t.region_yes(p) else "no"


def _span(t: Twin, p: Row) -> int | None:
    main = t.main(p)
    if main is None or main["began_on"] is None or main["ended_on"] is None:
        return None
    return int(main["ended_on"].year - main["began_on"].year)


def _weekly(t: Twin, p: Row) -> int | None:
    minutes, days = t.lived(p, "minutes_per_day", None), t.lived(p, "days_per_week", None)
    return None if minutes is None or days is None else minutes * days


def _level(least: int) -> Callable[[Twin], list[Row]]:
    return lambda t: [a for a in t.received() if a["level_reached"] >= least]


studied, interviewed = _level(1), _level(2)


def _plain(rows: Callable[[Twin], list[Row]]) -> Callable[[Twin], list[Counted]]:
    return lambda t: [Counted(row) for row in rows(t)]


OPEN = ("received", "studying", "studied", "interviewed", "adjourned")
DANGER = {"unknown": "unknown", "none": "no"}

INDICATORS: dict[str, Callable[[Twin], list[Counted]]] = {
    "INT-01": _plain(Twin.received),
    "INT-02": _plain(studied),
    "INT-03": _plain(interviewed),
    "INT-04": _plain(lambda t: [a for a in t.received() if t.accompanied(a)]),
    "INT-05": _plain(Twin.received),
    "INT-06": lambda t: t.ask(interviewed(t), lambda a: _interpreter(t, a)),
    "INT-07": lambda t: t.number(t.received(), lambda a: _days(a["first_action_on"], a["received_on"])),
    "INT-08": _plain(lambda t: [a for a in t.received() if t.redirection(a) and not t.accompanied(a)]),
    "INT-10": lambda t: t.ask(t.received(), lambda a: a["agreement"]),
    "INT-11": _plain(lambda t: [a for a in t.received() if a["status"] == "adjourned"]),
    "INT-12": lambda t: t.ask(t.received(), lambda a: DANGER.get(a["urgency"], "yes")),
    "INT-13": lambda t: t.ask(t.received(), lambda a: a["complaint_filed"]),
    "INT-14": lambda t: t.number(t.received(), lambda a: a["persons_concerned"]),
    "INT-15": _plain(lambda t: [a for a in t.received() if a["status"] in OPEN]),
    "INT-16": _plain(lambda t: [a for a in t.received() if a["source_kind"] == "former_beneficiary"]),
    "INT-17": lambda t: t.number(
        interviewed(t), lambda a: _days((t.standing(a) or {}).get("decided_on"), a["received_on"])
    ),
    "ORG-01": lambda t: t.number(
        t.rows["organisation"], lambda o: None if o["founded_year"] is None else t.year - o["founded_year"]
    ),
    "NEW-01": _plain(Twin.new),
    "NEW-02": lambda t: t.ask(t.new(), lambda p: t.alert_of(p, "complaint_filed")),
    "NEW-03": lambda t: t.number(t.new(), t.start_age),
    "NEW-04": lambda t: t.ask(t.new(), lambda p: p["country"]),
    "NEW-05": lambda t: t.number(
        t.new(), lambda p: t.lived(p, "minutes_per_day", None), lambda p: t.lived(p, "minutes_per_day_answer")
    ),
    "NEW-06": lambda t: t.number(
        t.new(), lambda p: t.lived(p, "pay_cents", None), lambda p: t.lived(p, "pay_cents_answer")
    ),
    "NEW-07": lambda t: t.ask(t.new(), lambda p: p["knows_rights"]),
    "NEW-08": lambda t: t.number(
        t.new(), lambda p: _days(p["opened_on"], t.alert_of(p, "received_on")),
        lambda p: "not_applicable" if p["alert"] is None else "unknown",
    ),
    "ACT-01": _plain(Twin.active),
    "ACT-02": lambda t: t.number(
        t.active(), lambda p: None if p["birth_year"] is None else t.year - p["birth_year"],
        lambda p: p["birth_year_answer"],
    ),
    "ACT-03": lambda t: t.ask(t.active(), lambda p: _minor(t, p)),
    "ACT-04": lambda t: t.ask(t.active(), lambda p: one_of(t.arrival(p, "organised_by"), ("exploiter", "in_laws"))),
    "ACT-05": lambda t: t.ask(t.active(), lambda p: _plane_visa(t, p)),
    "ACT-06": lambda t: t.ask(
        [p for p in t.active() if t.arrival(p, "transport") == "plane"],
        lambda p: one_of(t.arrival(p, "organised_by"), ("exploiter",)),
    ),
    "ACT-07": lambda t: t.ask(t.active(), lambda p: t.arrival(p, "exploited_abroad_before")),
    "ACT-08": lambda t: t.ask(
        [p for p in t.active() if t.arrival(p, "exploited_abroad_before") == "yes"],
        lambda p: t.arrival(p, "same_exploiter_before"),
    ),
    "ACT-09": lambda t: t.ask(
        t.active(), lambda p: "yes" if p["opened_on"] <= date(t.year - 10, 12, 31) else "no"
    ),
    "ACT-10": lambda t: t.number(t.active(), lambda p: t.year - p["opened_on"].year),
    "ACT-11": lambda t: t.ask(t.active(), lambda p: p["country"]),
    "ACT-12": _plain(lambda t: [p for p in t.people() if t.ended(p)]),
    "ACT-13": lambda t: t.ask(t.active(), lambda p: p["knows_rights"]),
    "ACT-14": lambda t: t.ask(t.active(), lambda p: p["speaks_french"]),
    "ACT-15": _plain(lambda t: [p for p in t.active() if t.of("dependant", "person", p["id"])]),
    "ACT-16": lambda t: t.ask(
        t.active(), lambda p: _over(t.arrival(p, "debt_cents"), t.arrival(p, "debt_cents_answer"), 0)
    ),
    "EXP-01": lambda t: t.ask(t.active(), t.department),
    "EXP-02": lambda t: t.ask(t.active(), lambda p: t.lived(p, "country")),
    "EXP-03": lambda t: t.ask(t.active(), lambda p: _in_region(t, p)),
    "EXP-04": lambda t: t.ask(
        [p for p in t.active() if t.region_yes(p)], lambda p: "yes" if t.lived(p, "department") == "75" else "no"
    ),
    "EXP-05": lambda t: t.number(
        t.active(), lambda p: t.lived(p, "minutes_per_day", None), lambda p: t.lived(p, "minutes_per_day_answer")
    ),
    "EXP-06": lambda t: t.number(
        t.active(), lambda p: t.lived(p, "days_per_week", None), lambda p: t.lived(p, "days_per_week_answer")
    ),
    "EXP-07": lambda t: t.number(
        t.active(), lambda p: t.lived(p, "pay_cents", None), lambda p: t.lived(p, "pay_cents_answer")
    ),
    "EXP-08": lambda t: t.ask(
        t.active(), lambda p: _over(t.lived(p, "pay_cents", None), t.lived(p, "pay_cents_answer"), 70_000)
    ),
    "EXP-12": lambda t: t.ask(t.active(), lambda p: one_of(t.lived(p, "setting"), ("begging_or_crime",))),
    "EXP-13": lambda t: t.ask(t.active(), lambda p: t.lived(p, "sexual_exploitation")),
    "EXP-15": lambda t: t.ask(t.active(), lambda p: t.suffered(p, "psychological")),
    "EXP-16": lambda t: t.ask(t.active(), lambda p: t.suffered(p, "physical")),
    "EXP-17": lambda t: t.ask(t.active(), lambda p: t.suffered(p, "sexual")),
    "EXP-18": lambda t: t.ask(t.active(), lambda p: t.lived(p, "documents_confiscated")),
    "EXP-19": lambda t: t.ask(t.active(), lambda p: t.lived(p, "night_work")),
    "EXP-20": lambda t: t.ask(t.active(), lambda p: t.lived(p, "rest_days")),
    "EXP-26": lambda t: t.number(t.active(), lambda p: _span(t, p)),
    "EXP-27": lambda t: t.number(t.active(), lambda p: _weekly(t, p)),
    **{
        code: _plain(Twin.active)
        for code in ("EXP-09", "EXP-10", "EXP-11", "EXP-14", "EXP-21", "EXP-22", "EXP-23", "EXP-24", "EXP-25")
    },
}  # fmt: skip


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
    "delay": lambda t, a: _band(_days(a["first_action_on"], a["received_on"]), (0, 1, 8, 31)),
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


def _tally(t: Twin, rows: list[Counted], by: str, share: bool) -> tuple[dict[str, tuple[int, int]], int, int, int, int]:
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


def naive(rows: dict[str, list[Row]], year: int, code: str, gives: str, by: tuple[str, ...]) -> Naive:
    """What an indicator should give."""
    twin = Twin(rows, year)
    counted = INDICATORS[code](twin)
    answers = Counter(c.answer for c in counted)
    known = sum(n for answer, n in answers.items() if answer not in APART)
    found = Naive(len(counted), len(counted), known, answers["unknown"], answers["refused"], answers["not_applicable"])
    for name in by:
        found.tables[name] = _tally(twin, counted, name, gives == "share")
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
