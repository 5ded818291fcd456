"""Coded facts as sentences of the page: rows of (label, value), where None reads “unknown”."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from havre.casefiles.models import Arrival, Exploitation, File, Period, Person
from havre.core import clock, codelists
from havre.core.fields import Answer, Precision, YesNo
from havre.core.templatetags.havre import euros, hours

Row = tuple[Any, Any]
NOT_KNOWN = ("", "unknown")


def code(name: str, value: str) -> str | None:
    """The label of a code, None when it is not known."""
    return None if value in NOT_KNOWN else codelists.get(name).label(value)


def codes(name: str, values: list[str]) -> str | None:
    """The labels of several codes, None when there is none."""
    labels = [codelists.get(name).label(value) for value in values]
    return ", ".join(labels) or None


def yes_no(value: str) -> str | None:
    """Yes, no, does not wish to say; None when unknown."""
    return None if value in NOT_KNOWN else str(YesNo(value).label)


def number(value: Any, answer: str, show: Callable[[Any], Any] = str) -> Any:
    """A number, or why it is not there; None when simply unknown."""
    if value is not None:
        return show(value)
    return None if answer == Answer.UNKNOWN else str(Answer(answer).label)


def partial(day: date | None, precision: str) -> str | None:
    """As much of a date as is known."""
    if day is None:
        return None
    match precision:
        case Precision.YEAR:
            return str(day.year)
        case Precision.MONTH:
            return date_format(day, "F Y")
        case _:
            return date_format(day, "DATE_FORMAT")


def age_in(year: int, person: Person) -> str | None:
    """Age reached in a year, for who told their year of birth."""
    if person.birth_year is None:
        return None
    age = year - person.birth_year
    return ngettext("%(age)s year", "%(age)s years", age) % {"age": age}


def person_rows(person: Person) -> list[Row]:
    """Coded facts of a person."""
    born = number(person.birth_year, person.birth_year_answer)
    age = age_in(clock.today().year, person)
    return [
        (_("Gender"), code("gender", person.gender)),
        (_("Year of birth"), f"{born} · {age}" if age else born),
        (_("Country of origin"), code("country", person.country)),
        (_("Nationalities"), codes("country", [n.country for n in person.nationalities.all()])),
        (_("Languages"), codes("language", [x.language for x in person.languages.all()])),
        (_("Speaks French"), yes_no(person.speaks_french)),
        (_("Knew their rights"), yes_no(person.knows_rights)),
    ]


def identity_rows(texts: dict[str, str]) -> list[Row]:
    """The sealed texts of a person, once opened."""
    labels = {
        "names": _("Names"),
        "aliases": _("Other names"),
        "birth_date": _("Exact date of birth"),
        "phones": _("Telephone"),
        "email": _("E-mail"),
        "safe_contact": _("How to contact safely"),
        "address": _("Address"),
        "identity_documents": _("Identity documents"),
    }
    return [(label, texts.get(name, "")) for name, label in labels.items()]


def arrival_rows(arrival: Arrival) -> list[Row]:
    """How the person came."""
    return [
        (_("Arrived in France"), partial(arrival.arrived_on, arrival.arrived_precision)),
        (_("Transport"), code("transport", arrival.transport)),
        (_("Visa"), code("visa", arrival.visa)),
        (_("Who organised the travel"), code("organised_by", arrival.organised_by)),
        (_("Who paid for it"), code("paid_by", arrival.paid_by)),
        (_("Debt"), number(arrival.debt_cents, arrival.debt_cents_answer, euros)),
        (_("Already exploited abroad"), yes_no(arrival.exploited_abroad_before)),
        (_("By the same people"), yes_no(arrival.same_exploiter_before)),
    ]


def when_where(e: Exploitation) -> str | None:
    """“2006 - 2019 · Hauts-de-Seine”."""
    began, ended = partial(e.began_on, e.began_precision), partial(e.ended_on, e.ended_precision)
    if e.ending == "still_ongoing":
        ended = _("still going on")
    when = f"{began or '?'} – {ended or '?'}" if began or ended else None
    where = code("department", e.department) or code("country", e.country)
    return " · ".join(part for part in (when, where) if part) or None


def _setting(e: Exploitation) -> str | None:
    sectors = sorted(e.sectors.all(), key=lambda row: not row.main)
    work = codes("sector", [row.sector for row in sectors if row.sector != "unknown"])
    setting = code("setting", e.setting)
    return f"{setting} · {work}" if setting and work else setting or work


def _hours(e: Exploitation) -> str | None:
    a_day = number(e.minutes_per_day, e.minutes_per_day_answer, hours)
    a_week = number(e.days_per_week, e.days_per_week_answer)
    if e.minutes_per_day is not None and e.days_per_week is not None:
        words = ngettext(
            "%(hours)s a day, %(days)s day a week", "%(hours)s a day, %(days)s days a week", e.days_per_week
        )
        return words % {"hours": a_day, "days": a_week}
    if e.minutes_per_day is not None:
        return _("%(hours)s a day") % {"hours": a_day}
    return str(a_day) if a_day else None


def _pay(e: Exploitation) -> Any:
    if e.pay_cents == 0:
        return _("None")
    return number(e.pay_cents, e.pay_cents_answer, lambda cents: _("%(amount)s a month") % {"amount": euros(cents)})


def _abuse(e: Exploitation) -> str | None:
    kinds = codes("abuse", [row.abuse for row in e.abuses.all()])
    if kinds:
        return kinds
    return {YesNo.YES: _("None"), YesNo.NO: _("Not spoken of yet"), YesNo.REFUSED: str(YesNo.REFUSED.label)}.get(
        YesNo(e.abuse_asked)
    )


def summary_rows(e: Exploitation) -> list[Row]:
    """The few facts of a situation that stand beside the story."""
    return [
        (_("When, where"), when_where(e)),
        (_("Setting"), _setting(e)),
        (_("Hours"), _hours(e)),
        (_("Pay received"), _pay(e)),
        (_("Papers taken away"), yes_no(e.documents_confiscated)),
        (_("How it ended"), code("exploitation_end", e.ending)),
    ]


def exploitation_rows(e: Exploitation) -> list[Row]:
    """All the facts of a situation."""
    return [
        *summary_rows(e),
        (_("Work at night"), yes_no(e.night_work)),
        (_("Days of rest"), yes_no(e.rest_days)),
        (_("Lodging"), code("lodging", e.lodging)),
        (_("Food"), code("food", e.food)),
        (_("Recruited through"), code("recruitment", e.recruitment)),
        (_("What was promised"), code("promise", e.promise)),
        (_("Means of control"), codes("control", [row.control for row in e.controls.all()])),
        (_("Abuse suffered"), _abuse(e)),
        (_("Sexual exploitation"), yes_no(e.sexual_exploitation)),
    ]


def unit_badges(periods: list[Period]) -> list[dict[str, str]]:
    """One badge a unit: since when it accompanies, or until when it did."""
    badges = []
    last: dict[str, Period] = {}
    for period in sorted(periods, key=lambda p: (p.closed_on is None, p.opened_on)):
        last[period.unit] = period
    for unit in codelists.get("unit"):
        if unit not in last:
            continue
        period = last[unit]
        words = {"unit": codelists.get("unit").label(unit)}
        if period.closed_on is None:
            words["month"] = date_format(period.opened_on, "N Y")
            badges.append({"tone": "accent", "text": _("%(unit)s since %(month)s") % words})
        else:
            words["month"] = date_format(period.closed_on, "N Y")
            badges.append({"tone": "neutral", "text": _("%(unit)s until %(month)s") % words})
    return badges


def flags(file: File, periods: list[Period], untouched_days: int) -> list[dict[str, str]]:
    """What a colleague must see first: coded, short, nothing a visitor should not read."""
    opened = [period for period in periods if period.closed_on is None]
    shown = []
    if not opened:
        shown.append({"tone": "neutral", "text": _("Closed")})
    for period in opened:
        if period.in_charge is None:
            unit = codelists.get("unit").label(period.unit)
            shown.append({"tone": "urgent", "text": _("%(unit)s: nobody in charge") % {"unit": unit}})
    since = max([file.last_contact_on or file.opened_on, *(p.opened_on for p in opened)])
    days = (clock.today() - since).days
    if opened and days >= untouched_days:
        shown.append({"tone": "wait", "text": _("No contact for %(days)s days") % {"days": days}})
    if file.person.birth_year is not None and clock.today().year - file.person.birth_year < 18:
        shown.append({"tone": "wait", "text": _("Minor")})
    if file.person.speaks_french == YesNo.NO:
        shown.append({"tone": "neutral", "text": _("Interpreter needed")})
    return shown
