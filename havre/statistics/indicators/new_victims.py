"""People newly accompanied: those whose file was opened in the year (R34)."""

from __future__ import annotations

from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _t
from ibis import _

from havre.statistics.catalogue import Gives, Unit, counted, indicator
from havre.statistics.dimensions import age_at_start
from havre.statistics.facts import Facts
from havre.statistics.populations import new_people

NEW = _t("People whose file was opened in the year.")
YEARS_OF_BIRTH = _t("Ages are differences of calendar years: the day of birth is sealed.")


@indicator(
    code="NEW-01", title=_t("New people accompanied"), unit=Unit.PERSON, population=NEW, answers=("R34",),
    by=("gender", "source_family", "setting", "continent", "country"), why=_t("What the year adds to the active file."),
)  # fmt: skip
def new(facts: Facts) -> Any:
    """People whose file was opened in the year; someone who comes back has a file already."""
    return new_people(facts)


@indicator(
    code="NEW-02", title=_t("New people who had already filed a complaint"), unit=Unit.PERSON, gives=Gives.SHARE,
    population=NEW, answers=("R9",), by=("gender",), why=_t("Proceedings that had begun without support."),
    note=_t("A complaint for trafficking, when the alert came in."),
)  # fmt: skip
def complained(facts: Facts) -> Any:
    """New people: had a complaint for trafficking been filed when their alert came in?"""
    return counted(new_people(facts), answer=_.complaint_filed)


@indicator(
    code="NEW-03", title=_t("Age when the exploitation began"), unit=Unit.PERSON, gives=Gives.MEAN, measure="years",
    population=NEW, answers=("R36", "R37"), by=("age_at_start",), why=_t("Who exploiters look for."), note=YEARS_OF_BIRTH,
)  # fmt: skip
def ages_at_start(facts: Facts) -> Any:
    """New people: age at the beginning of the main exploitation."""
    table = new_people(facts)
    return counted(table, value=age_at_start(table))


@indicator(
    code="NEW-04", title=_t("Countries new people come from"), unit=Unit.PERSON, gives=Gives.DISTINCT, population=NEW,
    answers=("R38",), by=("country", "continent"), why=_t("Which languages and which consulates the work needs."),
    note=_t("France counts as one of them."),
)  # fmt: skip
def countries(facts: Facts) -> Any:
    """Different countries of origin of new people."""
    return counted(new_people(facts), answer=_.country)


@indicator(
    code="NEW-05", title=_t("Hours of work a day, new people"), unit=Unit.PERSON, gives=Gives.MEAN, measure="minutes",
    population=NEW, answers=("R49", "R59"), by=("hours_band",), why=_t("The weight of the exploitation, year by year."),
)  # fmt: skip
def hours(facts: Facts) -> Any:
    """New people: minutes of work a day in the main exploitation."""
    return counted(new_people(facts), value=_.minutes_per_day, answer=_.minutes_per_day_answer)


@indicator(
    code="NEW-06", title=_t("Pay received a month, new people"), unit=Unit.PERSON, gives=Gives.MEAN, measure="cents",
    population=NEW, answers=("R50", "R59"), by=("pay",), why=_t("What is left of a wage, year by year."),
    note=_t("What was actually received. Nothing at all is a known answer: 0."),
)  # fmt: skip
def pay(facts: Facts) -> Any:
    """New people: pay actually received, in cents a month."""
    return counted(new_people(facts), value=_.pay_cents, answer=_.pay_cents_answer)


@indicator(
    code="NEW-07", title=_t("New people who knew their rights"), unit=Unit.PERSON, gives=Gives.SHARE, population=NEW,
    answers=("R47",), by=("gender",), why=_t("What information would have changed."),
)  # fmt: skip
def knew_rights(facts: Facts) -> Any:
    """New people: did they know their rights?"""
    return counted(new_people(facts), answer=_.knows_rights)


@indicator(
    code="NEW-08", title=_t("Days from the alert to the opening of the file"), unit=Unit.PERSON, gives=Gives.MEAN,
    measure="days", population=NEW, answers=("R11", "R142"), why=_t("How long people wait for support."),
    note=_t("People who came without an alert are not concerned."),
)  # fmt: skip
def days_to_opening(facts: Facts) -> Any:
    """New people: days between the day their alert came in and the day their file was opened."""
    answer = ibis.cases((_.alert.isnull(), "not_applicable"), else_="unknown")
    return counted(new_people(facts), value=_.opened_on.delta(_.alert_received_on, unit="day"), answer=answer)
