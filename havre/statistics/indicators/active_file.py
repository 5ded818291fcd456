"""The active file: people accompanied at least one day of the year (R33–R47)."""

from __future__ import annotations

from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _t
from ibis import _

from havre.statistics.catalogue import Gives, Unit, counted, indicator
from havre.statistics.dimensions import NOT_KNOWN, age, age_at_start, years_followed
from havre.statistics.facts import Facts
from havre.statistics.populations import active_people, came_by_plane, ended_people

ACTIVE = _t("People accompanied by a unit at least one day of the year.")
YEARS_OF_BIRTH = _t("Ages are differences of calendar years: the day of birth is sealed.")


def is_one_of(column: Any, codes: tuple[str, ...]) -> Any:
    """The answer to "is it one of these codes?"; unknown and refused stay what they are."""
    return ibis.cases((column.isin(NOT_KNOWN), column), (column.isin(codes), "yes"), else_="no")


@indicator(
    code="ACT-01", title=_t("People accompanied"), unit=Unit.PERSON, population=ACTIVE, answers=("R33", "R35"),
    by=("gender", "unit", "organised_by", "transport", "visa"), why=_t("The work of the year, and how it grows."),
)  # fmt: skip
def active(facts: Facts) -> Any:
    """People of whom a period of accompaniment meets the year by one day at least."""
    return active_people(facts)


@indicator(
    code="ACT-02", title=_t("Mean age"), unit=Unit.PERSON, gives=Gives.MEAN, measure="years", population=ACTIVE,
    answers=("R36",), by=("age_band", "age_women", "age_men"), why=_t("Which support people need at their age."), note=YEARS_OF_BIRTH,
)  # fmt: skip
def ages(facts: Facts) -> Any:
    """Age at the end of the year."""
    table = active_people(facts)
    return counted(table, value=age(table), answer=table.birth_year_answer)


@indicator(
    code="ACT-03", title=_t("Minors when their exploitation began in France"), unit=Unit.PERSON, gives=Gives.SHARE,
    population=ACTIVE, answers=("R37",), by=("gender",), why=_t("Children are owed a protection of their own."),
    note=_t("Main exploitation in France, year of birth and beginning known. Ages are differences of calendar years."),
)  # fmt: skip
def minors(facts: Facts) -> Any:
    """Under 18 at the beginning of the main exploitation; exploitation abroad is not concerned."""
    table = active_people(facts)
    years = age_at_start(table)
    answer = ibis.cases(
        (table.exploitation_country.isin(["unknown", "refused"]), "unknown"),
        (table.exploitation_country != "FR", "not_applicable"),
        (years.isnull(), "unknown"),
        (years < 18, "yes"),
        else_="no",
    )
    return counted(table, answer=answer)


@indicator(
    code="ACT-04", title=_t("Travel organised by the exploiter or the in-laws"), unit=Unit.PERSON, gives=Gives.SHARE,
    population=ACTIVE, answers=("R39", "R40"), by=("gender",), why=_t("The sign of trafficking, and of servile marriage."),
)  # fmt: skip
def organised(facts: Facts) -> Any:
    """Was the travel to France organised by the exploiter or the in-laws?"""
    return counted(active_people(facts), answer=is_one_of(_.organised_by, ("exploiter", "in_laws")))


@indicator(
    code="ACT-05", title=_t("Came by plane with a tourist or family visa"), unit=Unit.PERSON, gives=Gives.SHARE,
    population=ACTIVE, answers=("R41",), by=("gender",), why=_t("Most came in plain sight, with a stamp in a passport."),
    note=_t("Transport and visa must both be known."),
)  # fmt: skip
def by_plane_with_visa(facts: Facts) -> Any:
    """Did the person come by plane, with a tourist or family reunification visa?"""
    table = active_people(facts)
    refused = (table.transport == "refused") | (table.visa == "refused")
    unknown = table.transport.isin(NOT_KNOWN) | table.visa.isin(NOT_KNOWN)
    yes = (table.transport == "plane") & table.visa.isin(["tourist", "family_reunification"])
    return counted(table, answer=ibis.cases((refused, "refused"), (unknown, "unknown"), (yes, "yes"), else_="no"))


@indicator(
    code="ACT-06", title=_t("Travel organised by the exploiter, of those who came by plane"), unit=Unit.PERSON,
    gives=Gives.SHARE, population=_t("People of the active file known to have come by plane."), answers=("R39", "R41"),
    by=("gender",), why=_t("Women and men are not brought in the same way."),
)  # fmt: skip
def plane_organised(facts: Facts) -> Any:
    """Of the people who came by plane: did the exploiter organise the travel?"""
    return counted(came_by_plane(facts), answer=is_one_of(_.organised_by, ("exploiter",)))


@indicator(
    code="ACT-07", title=_t("Exploited in another country before"), unit=Unit.PERSON, gives=Gives.SHARE, population=ACTIVE,
    answers=("R42",), by=("gender",), why=_t("Exploitation that crosses borders needs justice that does."),
)  # fmt: skip
def abroad_before(facts: Facts) -> Any:
    """Was the person exploited in another country before France?"""
    return counted(active_people(facts), answer=_.exploited_abroad_before)


@indicator(
    code="ACT-08", title=_t("Exploited abroad by the same exploiter"), unit=Unit.PERSON, gives=Gives.SHARE,
    population=_t("People of the active file exploited in another country before."), answers=("R42",),
    why=_t("Exploiters who take people with them."),
)  # fmt: skip
def same_exploiter(facts: Facts) -> Any:
    """Of the people exploited abroad before: was it by the same exploiter?"""
    table = active_people(facts).filter(_.exploited_abroad_before == "yes")
    return counted(table, answer=_.same_exploiter_before)


@indicator(
    code="ACT-09", title=_t("Followed for ten years or more"), unit=Unit.PERSON, gives=Gives.SHARE, population=ACTIVE,
    answers=("R44",), by=("gender",), why=_t("How long justice takes."),
    note=_t("File opened ten years before the last day of the year, or earlier."),
)  # fmt: skip
def long_followed(facts: Facts) -> Any:
    """Was the file opened on or before 31 December ten years ago?"""
    answer = ibis.cases((_.opened_on.year() <= _.year - 10, "yes"), else_="no")
    return counted(active_people(facts), answer=answer)


@indicator(
    code="ACT-10", title=_t("Length of accompaniment"), unit=Unit.PERSON, gives=Gives.MEAN, measure="years",
    population=ACTIVE, answers=("R44",), by=("followed",), why=_t("How long the support must be paid for."),
    note=_t("Calendar years between the opening of the file and the year."),
)  # fmt: skip
def followed(facts: Facts) -> Any:
    """Calendar years from the opening of the file to the year."""
    table = active_people(facts)
    return counted(table, value=years_followed(table))


@indicator(
    code="ACT-11", title=_t("Countries of origin"), unit=Unit.PERSON, gives=Gives.DISTINCT, population=ACTIVE,
    answers=("R38",), by=("country", "continent"), why=_t("Where people come from."),
    note=_t("France counts as one of them."),
)  # fmt: skip
def countries(facts: Facts) -> Any:
    """Different countries of origin of the active file."""
    return counted(active_people(facts), answer=_.country)


@indicator(
    code="ACT-12", title=_t("Accompaniments that ended"), unit=Unit.PERSON, answers=("R33", "R142"),
    population=_t("People of whom a period of accompaniment ended in the year."), by=("close_reason", "gender"),
    why=_t("What support leads to."),
)  # fmt: skip
def ended(facts: Facts) -> Any:
    """People of whom a period of accompaniment ended in the year; others may go on."""
    return ended_people(facts)


@indicator(
    code="ACT-13", title=_t("People who knew their rights"), unit=Unit.PERSON, gives=Gives.SHARE, population=ACTIVE,
    answers=("R47",), by=("gender",), why=_t("What information would have changed."),
)  # fmt: skip
def knew_rights(facts: Facts) -> Any:
    """Did the person know their rights?"""
    return counted(active_people(facts), answer=_.knows_rights)


@indicator(
    code="ACT-14", title=_t("People who speak French"), unit=Unit.PERSON, gives=Gives.SHARE, population=ACTIVE,
    answers=("R47", "R71"), by=("gender",), why=_t("How many courses and interpreters are needed."),
)  # fmt: skip
def french(facts: Facts) -> Any:
    """Does the person speak French?"""
    return counted(active_people(facts), answer=_.speaks_french)


@indicator(
    code="ACT-15", title=_t("People with children or other dependants"), unit=Unit.PERSON, population=ACTIVE,
    answers=("R43",), share_of="ACT-01", by=("gender",), why=_t("Who else is affected."),
    note=_t("Those of whom at least one dependant is written in the file."),
)  # fmt: skip
def with_dependants(facts: Facts) -> Any:
    """People with at least one dependant written in their file."""
    table = active_people(facts)
    dependants = facts["dependant"]
    return table.filter(table.id.isin(dependants.person))


@indicator(
    code="ACT-16", title=_t("People who owed money for the travel"), unit=Unit.PERSON, gives=Gives.SHARE, population=ACTIVE,
    answers=("R25", "R39"), by=("gender",), why=_t("Debt holds people as surely as a locked door."),
)  # fmt: skip
def indebted(facts: Facts) -> Any:
    """Did the person owe money for the travel?"""
    answer = ibis.cases((_.debt_cents.isnull(), _.debt_cents_answer), (_.debt_cents > 0, "yes"), else_="no")
    return counted(active_people(facts), answer=answer)
