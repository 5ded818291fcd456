"""What each indicator counts: a list of rows with their answer or value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.statistics.naive.rows import APART, Counted, Row, Twin


def one_of(code: str, codes: tuple[str, ...]) -> str:
    """Is it one of these?"""
    return code if code in APART else "yes" if code in codes else "no"


def days_between(later: Any, earlier: Any) -> int | None:
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
    "INT-07": lambda t: t.number(t.received(), lambda a: days_between(a["first_action_on"], a["received_on"])),
    "INT-08": _plain(lambda t: [a for a in t.received() if t.redirection(a) and not t.accompanied(a)]),
    "INT-10": lambda t: t.ask(t.received(), lambda a: a["agreement"]),
    "INT-11": _plain(lambda t: [a for a in t.received() if a["status"] == "adjourned"]),
    "INT-12": lambda t: t.ask(t.received(), lambda a: DANGER.get(a["urgency"], "yes")),
    "INT-13": lambda t: t.ask(t.received(), lambda a: a["complaint_filed"]),
    "INT-14": lambda t: t.number(t.received(), lambda a: a["persons_concerned"]),
    "INT-15": _plain(lambda t: [a for a in t.received() if a["status"] in OPEN]),
    "INT-16": _plain(lambda t: [a for a in t.received() if a["source_kind"] == "former_beneficiary"]),
    "INT-17": lambda t: t.number(
        interviewed(t), lambda a: days_between((t.standing(a) or {}).get("decided_on"), a["received_on"])
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
        t.new(), lambda p: days_between(p["opened_on"], t.alert_of(p, "received_on")),
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
