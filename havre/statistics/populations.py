"""Who is counted: named populations, so that stock, flow and the whole past are never mixed.

Expressions only filter, join, coalesce and compare; a population is made once for a run and kept by the engine.
A year is a calendar year. Ages are counted in years of birth: the day of birth is sealed and never leaves.
"""

from __future__ import annotations

from typing import Any

import ibis

from havre.core import codelists
from havre.statistics.facts import Facts

#: Families of the source and answers to a question, when a person came without an alert or a question was not asked.
UNKNOWN = "unknown"
ACCOMPANY = ("accompany_social", "accompany_legal", "accompany_both")


def every_year(facts: Facts, table: Any) -> Any:
    """Each row once for each year asked for."""
    return table.cross_join(facts.years)


def _in_years(facts: Facts, table: Any, day: str) -> Any:
    """The rows whose day is in one of the years asked for, with that year."""
    dated = table.mutate(year=table[day].year().cast("int64"))
    return dated.semi_join(facts.years, "year")


def _as(table: Any, **columns: str) -> Any:
    """Some columns of a table under names that meet no other."""
    return table.select(**{new: table[old] for new, old in columns.items()})


def _attach(table: Any, on: str, other: Any, key: str) -> Any:
    """The table with the columns of another one, None where it has no such row. `key` is unique in the other one."""
    return table.left_join(other, table[on] == other[key])


def _known_codes(table: Any, *names: str) -> Any:
    """A missing code reads as unknown: a row that was never written, a question never asked."""
    return table.mutate(**{name: ibis.coalesce(table[name].nullif(""), UNKNOWN) for name in names})


# --- alerts ---------------------------------------------------------------------------------------------------------


def alerts(facts: Facts) -> Any:
    """Every alert, with its main redirection, its decision and whether an interpreter helped at an interview.

    `interpreter`: yes when one helped at one interview at least; no when none was needed at any known one.
    """

    def make() -> Any:
        alert = facts["alert"]
        main = facts["redirection"].filter(ibis._.main)
        decided = facts["decision"].filter(ibis._.outcome != "adjourn", ibis._.overtaken_on.isnull())
        helped = facts["interview"].filter(ibis._.interpreter.isin(["volunteer", "professional"]))
        alone = facts["interview"].filter(ibis._.interpreter == "none_needed")
        table = _attach(alert, "id", _as(main, r_alert="alert", redirection="category"), "r_alert")
        decided = _as(decided, d_alert="alert", outcome="outcome", decided_on="decided_on")
        table = _attach(table, "id", decided, "d_alert")
        table = _attach(table, "id", _as(helped, h_alert="alert").distinct(), "h_alert")
        table = _attach(table, "id", _as(alone, n_alert="alert").distinct(), "n_alert")
        table = table.mutate(
            interpreter=ibis.cases((ibis._.h_alert.notnull(), "yes"), (ibis._.n_alert.notnull(), "no"), else_=UNKNOWN),
            department=ibis.coalesce(ibis._.department.nullif(""), UNKNOWN),
            source_kind=ibis.coalesce(ibis._.source_kind.nullif(""), UNKNOWN),
        )
        return table.drop("r_alert", "d_alert", "h_alert", "n_alert")

    return facts.once("alerts", make)


def alerts_received(facts: Facts) -> Any:
    """Alerts received in the year (R1), by the local day they came in."""
    return facts.once("alerts_received", lambda: _in_years(facts, alerts(facts), "received_on"))


def studied_alerts(facts: Facts) -> Any:
    """Alerts received in the year that reached level 1 (R14), whenever the study took place."""
    return alerts_received(facts).filter(ibis._.level_reached >= 1)


def interviewed_alerts(facts: Facts) -> Any:
    """Alerts received in the year that reached level 2 (R15), whenever the interview took place."""
    return alerts_received(facts).filter(ibis._.level_reached >= 2)


def accepted_alerts(facts: Facts) -> Any:
    """Alerts received in the year that it was decided to accompany (R16), whenever it was decided."""
    return alerts_received(facts).filter(ibis._.outcome.isin(ACCOMPANY))


def redirected_alerts(facts: Facts) -> Any:
    """Alerts received in the year, not accompanied, whose main redirection is written ("none" is written too: R30)."""
    accompanied = ibis.coalesce(ibis._.outcome, "").isin(ACCOMPANY)
    return alerts_received(facts).filter(ibis._.redirection.notnull(), ~accompanied)


# --- people ---------------------------------------------------------------------------------------------------------


def people(facts: Facts) -> Any:
    """Everyone with a file: what is known of them, of their arrival, of their main exploitation (rank 1), of their alert."""

    def make() -> Any:
        person = facts["person"].filter(ibis._.opened_on.notnull())
        alert = _as(
            facts["alert"], a_id="id", source_family="source_family", complaint_filed="complaint_filed",
            alert_received_on="received_on",
        )  # fmt: skip
        arrival = facts["arrival"].rename(a_person="person")
        main = facts["exploitation"].filter(ibis._.rank == 1).drop("rank")
        main = main.rename(
            exploitation="id", e_person="person", exploitation_country="country", exploitation_department="department"
        )
        sector = _as(facts["sector"].filter(ibis._.main), s_exploitation="exploitation", sector="sector")
        table = _attach(person, "alert", alert, "a_id")
        table = _attach(table, "id", arrival, "a_person")
        table = _attach(table, "id", main, "e_person")
        table = _attach(table, "exploitation", sector, "s_exploitation")
        table = table.drop("a_id", "a_person", "e_person", "s_exploitation")
        coded = [name for name, kind in table.schema().items() if kind.is_string()]
        return _known_codes(table, *[name for name in coded if name != "exploitation_department"])

    return facts.once("people", make)


def new_people(facts: Facts) -> Any:
    """People whose file was opened in the year (R34). A person who comes back has their file already: not new."""
    return facts.once("new_people", lambda: _in_years(facts, people(facts), "opened_on"))


def followed(facts: Facts) -> Any:
    """(person, unit, year): the periods of accompaniment that meet each year, by one day at least."""

    def make() -> Any:
        period = every_year(facts, facts["period"])
        met = period.filter(
            period.opened_on.year() <= period.year, period.closed_on.isnull() | (period.closed_on.year() >= period.year)
        )
        return met.select("person", "unit", "year").distinct()

    return facts.once("followed", make)


def active_people(facts: Facts) -> Any:
    """People of the active file: accompanied by a unit one day of the year at least (R33), whenever the file was opened."""

    def make() -> Any:
        met = followed(facts).select(f_person="person", year="year").distinct()
        everyone = people(facts)
        return everyone.inner_join(met, everyone.id == met.f_person).drop("f_person")

    return facts.once("active_people", make)


def came_by_plane(facts: Facts) -> Any:
    """People of the active file known to have come to France by plane."""
    return active_people(facts).filter(ibis._.transport == "plane")


def exploited_in(facts: Facts, region: str) -> Any:
    """People of the active file whose main exploitation took place in a department of this French region.

    A department says France, even when the country was left unknown.
    """
    inside = codelists.get("department").children(region)
    france = ibis._.exploitation_country.isin(["FR", "unknown", "refused"])
    here = france & ibis._.exploitation_department.isin(inside)
    return active_people(facts).filter(here)


def ended_people(facts: Facts) -> Any:
    """People of whom a period of accompaniment ended in the year."""

    def make() -> Any:
        ended = _in_years(facts, facts["period"], "closed_on").select(f_person="person", year="year").distinct()
        everyone = people(facts)
        return everyone.inner_join(ended, everyone.id == ended.f_person).drop("f_person")

    return facts.once("ended_people", make)
