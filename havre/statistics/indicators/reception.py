"""Reception and identification: alerts received in a year, and how far each went (R1–R32)."""

from __future__ import annotations

from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _t
from ibis import _

from havre.intake.workflow import LEVELS, OPEN, AlertStatus
from havre.statistics.catalogue import Gives, Unit, counted, indicator
from havre.statistics.dimensions import days_to_action
from havre.statistics.facts import Facts
from havre.statistics.populations import (
    accepted_alerts,
    alerts_received,
    every_year,
    interviewed_alerts,
    redirected_alerts,
    studied_alerts,
)

RECEIVED = _t("Alerts received in the year.")


@indicator(
    code="INT-01", title=_t("Alerts received"), unit=Unit.ALERT, population=RECEIVED, answers=("R1", "R8"),
    why=_t("The need that reaches the organisation, whatever it could do about it."),
    by=("status", "channel", "urgency", "asked_for", "person_gender", "alert_department"),
)  # fmt: skip
def received(facts: Facts) -> Any:
    """Alerts received in the year, by the local day they came in."""
    return alerts_received(facts)


@indicator(
    code="INT-02", title=_t("Alerts studied in depth"), unit=Unit.ALERT, population=RECEIVED, answers=("R14", "R32"),
    why=_t("How many reports the organisation could look into."), share_of="INT-01", by=("source_family", "channel"),
)  # fmt: skip
def studied(facts: Facts) -> Any:
    """Alerts received in the year that reached level 1, whenever the study took place."""
    return studied_alerts(facts)


@indicator(
    code="INT-03", title=_t("Alerts that led to an interview"), unit=Unit.ALERT, population=RECEIVED,
    answers=("R15", "R28", "R32"), share_of="INT-01", by=("source_family",),
    why=_t("How many people were heard by a lawyer and a social worker together."),
)  # fmt: skip
def interviewed(facts: Facts) -> Any:
    """Alerts received in the year that reached level 2, whenever the interview took place."""
    return interviewed_alerts(facts)


@indicator(
    code="INT-04", title=_t("Decisions to accompany"), unit=Unit.ALERT, population=RECEIVED, answers=("R16", "R29", "R32"),
    share_of="INT-01", by=("source_family",), why=_t("What the identification leads to."),
)  # fmt: skip
def accepted(facts: Facts) -> Any:
    """Alerts received in the year that it was decided to accompany, whenever it was decided."""
    return accepted_alerts(facts)


@indicator(
    code="INT-05", title=_t("Where alerts come from"), unit=Unit.ALERT, population=RECEIVED, gives=Gives.TABLE,
    answers=("R3", "R4", "R5", "R6", "R7"), by=("source_family", "source_kind"),
    why=_t("Who sees what happens, and who should be trained to see it."),
)  # fmt: skip
def sources(facts: Facts) -> Any:
    """Alerts received in the year, by the one who gave them."""
    return alerts_received(facts)


@indicator(
    code="INT-06", title=_t("Interviews with an interpreter"), unit=Unit.ALERT, gives=Gives.SHARE, answers=("R17", "R73"),
    population=_t("Alerts received in the year that led to an interview."), by=("source_family",),
    why=_t("How many interpreters the work needs."),
)  # fmt: skip
def interpreted(facts: Facts) -> Any:
    """Alerts that led to an interview: did a volunteer or professional interpreter help at one of them?"""
    return counted(interviewed_alerts(facts), answer=_.interpreter)


@indicator(
    code="INT-07", title=_t("Days from the alert to the first action"), unit=Unit.ALERT, gives=Gives.MEAN, measure="days",
    population=RECEIVED, answers=("R11",), by=("delay",), why=_t("How long people wait."),
    note=_t("Alerts without any action yet are counted as unknown, not as 0 days."),
)  # fmt: skip
def delay(facts: Facts) -> Any:
    """Days between the day the alert came in and the day of the first action; alerts without an action have none."""
    table = alerts_received(facts)
    return counted(table, value=days_to_action(table))


@indicator(
    code="INT-08", title=_t("Where people not accompanied were directed"), unit=Unit.ALERT, gives=Gives.TABLE,
    answers=("R30", "R31"), by=("redirection",), why=_t("Which partners the work leans on, and what is missing around it."),
    population=_t("Alerts received in the year, not accompanied, with a main redirection written; “none” is one of them."),
)  # fmt: skip
def redirected(facts: Facts) -> Any:
    """Alerts received in the year and not accompanied, by their main redirection."""
    return redirected_alerts(facts)


@indicator(
    code="INT-09", title=_t("Levels of analysis"), unit=Unit.ORGANISATION, gives=Gives.CONSTANT, answers=("R13",),
    population=_t("The path of an alert, as the workflow defines it."),
    why=_t("No decision is taken by one person, nor at first sight."),
)  # fmt: skip
def levels(facts: Facts) -> int:
    """Levels an alert goes through before it is decided to accompany the person."""
    return len(LEVELS)


@indicator(
    code="INT-10", title=_t("People who agree to be contacted"), unit=Unit.ALERT, gives=Gives.SHARE, population=RECEIVED,
    answers=("R27",), by=("source_family",), why=_t("Nothing is done without the person: this is how often it stops there."),
)  # fmt: skip
def agreeing(facts: Facts) -> Any:
    """Alerts received in the year: does the person agree to be contacted?"""
    return counted(alerts_received(facts), answer=_.agreement)


@indicator(
    code="INT-11", title=_t("Decisions adjourned"), unit=Unit.ALERT, population=RECEIVED, answers=("R16",),
    share_of="INT-01", why=_t("People who wait for a decision that could not be taken."),
    note=_t("As it stands on the day of the snapshot."),
)  # fmt: skip
def adjourned(facts: Facts) -> Any:
    """Alerts received in the year whose decision is adjourned on the day of the snapshot."""
    return alerts_received(facts).filter(_.status == AlertStatus.ADJOURNED.value)


@indicator(
    code="INT-12", title=_t("Alerts about someone in danger"), unit=Unit.ALERT, gives=Gives.SHARE, population=RECEIVED,
    answers=("R8", "R23"), by=("source_family", "channel"), why=_t("What must be answered the same day."),
    note=_t("Immediate danger, a minor, or a person still with the exploiter."),
)  # fmt: skip
def urgent(facts: Facts) -> Any:
    """Alerts received in the year: is there an immediate danger, a minor, or someone still with the exploiter?"""
    answer = ibis.cases((_.urgency == "unknown", "unknown"), (_.urgency == "none", "no"), else_="yes")
    return counted(alerts_received(facts), answer=answer)


@indicator(
    code="INT-13", title=_t("Complaint already filed when the alert came in"), unit=Unit.ALERT, gives=Gives.SHARE,
    population=RECEIVED, answers=("R9",), by=("source_family",), why=_t("Proceedings that had begun without support."),
)  # fmt: skip
def already_complained(facts: Facts) -> Any:
    """Alerts received in the year: had a complaint for trafficking been filed already?"""
    return counted(alerts_received(facts), answer=_.complaint_filed)


@indicator(
    code="INT-14", title=_t("People concerned by an alert"), unit=Unit.ALERT, gives=Gives.MEAN, measure="people",
    population=RECEIVED, answers=("R1", "R105"), why=_t("One alert may be about a whole workshop."),
)  # fmt: skip
def concerned(facts: Facts) -> Any:
    """People each alert of the year is about."""
    return counted(alerts_received(facts), value=_.persons_concerned)


@indicator(
    code="INT-15", title=_t("Alerts still open"), unit=Unit.ALERT, population=RECEIVED, answers=("R8", "R142"),
    share_of="INT-01", by=("status",), why=_t("What was received and has no answer yet."),
    note=_t("As it stands on the day of the snapshot."),
)  # fmt: skip
def still_open(facts: Facts) -> Any:
    """Alerts received in the year that are neither closed nor decided on the day of the snapshot."""
    return alerts_received(facts).filter(_.status.isin([status.value for status in OPEN]))


@indicator(
    code="INT-16", title=_t("People accompanied before who come back"), unit=Unit.ALERT, population=RECEIVED,
    answers=("R12",), share_of="INT-01", why=_t("What is not over when a file is closed."),
)  # fmt: skip
def coming_back(facts: Facts) -> Any:
    """Alerts received in the year from a person accompanied in the past."""
    return alerts_received(facts).filter(_.source_kind == "former_beneficiary")


@indicator(
    code="INT-17", title=_t("Days from the alert to the decision"), unit=Unit.ALERT, gives=Gives.MEAN, measure="days",
    population=_t("Alerts received in the year that reached an interview."), answers=("R11", "R16"),
    why=_t("How long people wait to know."), note=_t("Interviews without a decision yet are counted as unknown."),
)  # fmt: skip
def days_to_decision(facts: Facts) -> Any:
    """Days between the day the alert came in and the day it was decided, adjournments aside."""
    return counted(interviewed_alerts(facts), value=_.decided_on.delta(_.received_on, unit="day"))


@indicator(
    code="ORG-01", title=_t("Years of practice"), unit=Unit.ORGANISATION, gives=Gives.MEAN, measure="years",
    population=_t("The organisation."), answers=("R32",), why=_t("What the figures can be compared with."),
    note=_t("The year, less the year of foundation."),
)  # fmt: skip
def practice(facts: Facts) -> Any:
    """The year less the year the organisation was founded."""
    return counted(every_year(facts, facts["organisation"]), value=_.year - _.founded_year)
