"""What figures are broken down by: a code, a band, or several answers each. Keys come from the engine, labels from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _

from havre.core import codelists
from havre.intake.workflow import AlertStatus
from havre.statistics.facts import Facts
from havre.statistics.populations import UNKNOWN, followed

#: Keys that are no category: they are counted beside the known, never among them.
NOT_KNOWN = ("unknown", "refused", "not_applicable")
Key = Callable[[Any], Any]
Answers = Callable[[Facts, Any], Any]
Text = Any


@dataclass(frozen=True)
class Dimension:
    """One way to break down.

    `key`: a text column of the table, from the table. `answers` instead, for several answers each: rows
    (id, year, key) of the table's people; `asked` then says of whom the answer is known, else it is of those who have a row.
    `of`: the codes of another dimension grouped under their parent; nothing more is counted.
    """

    name: str
    title: Text
    key: Key = field(default=lambda table: ibis.literal(UNKNOWN))
    answers: Answers | None = None
    asked: Key | None = None
    of: str = ""
    codelist: str = ""
    labels: tuple[tuple[str, Text], ...] = ()
    # Which codes of the list are categories: "roots" (families, continents) or "leaves" (all that have no child).
    level: str = "leaves"
    # Categories nobody is in are left out and the largest comes first: for lists of countries or departments.
    long: bool = False

    def label(self, key: str) -> str:
        """What the reader reads for a key, in the active language."""
        if self.codelist and key in codelists.get(self.codelist):
            return codelists.get(self.codelist).label(key)
        return str(dict(self.labels).get(key, key))

    def categories(self) -> tuple[str, ...]:
        """The known keys, in order: those of the list, or the bands."""
        if not self.codelist:
            return tuple(key for key, _label in self.labels)
        codes = codelists.get(self.codelist)
        heads = {row.parent for row in codes.rows.values()}
        wanted = codes.roots if self.level == "roots" else [code for code in codes.active() if code not in heads]
        return tuple(code for code in wanted if code not in NOT_KNOWN)

    @property
    def apart(self) -> tuple[str, ...]:
        """The keys that are no category here. An alert "refused" is one: it is not an answer someone refused."""
        own = dict(self.labels)
        return tuple(key for key in NOT_KNOWN if key not in own)

    def parent(self, key: str) -> str:
        """The category of this dimension that holds a key of the dimension it groups."""
        codes = codelists.get(self.codelist)
        return (codes.parent(key) or key) if key in codes else key


DIMENSIONS: dict[str, Dimension] = {}


def _add(name: str, title: Text, **more: Any) -> None:
    DIMENSIONS[name] = Dimension(name, title, **more)


def _code(name: str, title: Text, codelist: str, column: str = "", **more: Any) -> None:
    """A coded column of the table, as it is."""
    _add(name, title, key=lambda t: t[column or name], codelist=codelist, **more)


def band(value: Any, edges: tuple[int, ...], why_not: Any = UNKNOWN) -> Any:
    """The key of the half-open band [a, b) an integer is in: "25-40", "60+". Below the first edge there is no band."""
    cases = [(value.isnull(), why_not)]
    cases += [((value >= low) & (value < high), f"{low}-{high}") for low, high in pairwise(edges)]
    cases.append((value >= edges[-1], f"{edges[-1]}+"))
    return ibis.cases(*cases, else_=UNKNOWN)


def _bands(
    name: str, title: Text, value: Key, edges: tuple[int, ...], labels: tuple[Text, ...], answer: str = ""
) -> None:
    """Half-open bands of an integer of the table; `answer` is the column that says why it is not known."""
    keys = [f"{low}-{high}" for low, high in pairwise(edges)] + [f"{edges[-1]}+"]
    _add(
        name, title, labels=tuple(zip(keys, labels, strict=True)),
        key=lambda t: band(value(t), edges, t[answer] if answer else UNKNOWN),
    )  # fmt: skip


def _several(
    name: str, title: Text, table: str, codelist: str, *, by: str, at: str, code: str, asked: Key | None = None
) -> None:
    """Several answers each, in a table of their own: `at` is the table's key to whom they are about, `by` ours."""

    def answers(facts: Facts, counted: Any) -> Any:
        given = facts[table].select(given_to=at, key=code).filter(~ibis._.key.isin(NOT_KNOWN))
        return counted.inner_join(given, counted[by] == given.given_to).select("id", "year", "key")

    _add(name, title, answers=answers, asked=asked, codelist=codelist)


# --- ages and lengths, in calendar years ----------------------------------------------------------------------------


def band_of(t: Any, gender: str, name: str) -> Any:
    """The band of another dimension for people of this gender; it does not apply to the others."""
    key = DIMENSIONS[name].key
    assert key is not None  # noqa: S101 - bands have one
    return ibis.cases((t.gender == gender, key(t)), else_="not_applicable")


def age(t: Any) -> Any:
    """Age at the end of the year: the year less the year of birth."""
    return t.year - t.birth_year


def age_at_start(t: Any) -> Any:
    """Age when the main exploitation began: its year less the year of birth."""
    return t.began_on.year() - t.birth_year


def years_followed(t: Any) -> Any:
    """Calendar years from the opening of the file to the year."""
    return t.year - t.opened_on.year()


def years_exploited(t: Any) -> Any:
    """Calendar years between the beginning and the end of the main exploitation."""
    return t.ended_on.year() - t.began_on.year()


def days_to_action(t: Any) -> Any:
    """Days from the alert to the first action; the same day is 0."""
    return t.first_action_on.delta(t.received_on, unit="day")


def department(t: Any) -> Any:
    """The French department of the main exploitation; abroad it does not apply."""
    abroad = ~t.exploitation_country.isin(["FR", *NOT_KNOWN])
    return ibis.cases((abroad, "not_applicable"), else_=ibis.coalesce(t.exploitation_department.nullif(""), UNKNOWN))


# --- alerts ---------------------------------------------------------------------------------------------------------
_code("source_family", _("Source"), "source", level="roots")
_code("source_kind", _("Who gave the alert"), "source", long=True)
_code("channel", _("How it came in"), "channel")
_code("urgency", _("Urgency"), "urgency")
_code("redirection", _("Directed to"), "redirection")
_code("alert_department", _("Department"), "department", "department", long=True)
_code("person_gender", _("Gender of the person"), "gender")
_add("status", _("Where it stands"), key=lambda t: t.status, labels=tuple(AlertStatus.choices))
_several("asked_for", _("Asked for"), "ask", "asked_for", by="id", at="alert", code="code")
_bands(
    "delay", _("Days to the first action"), days_to_action, (0, 1, 8, 31),
    (_("the same day"), _("1 to 7 days"), _("8 to 30 days"), _("31 days and over")),
)  # fmt: skip

# --- people ---------------------------------------------------------------------------------------------------------
_code("gender", _("Gender"), "gender")
_code("country", _("Country of origin"), "country", long=True)
_code("continent", _("Continent of origin"), "country", "country", level="roots", of="country")
_bands(
    "age_band", _("Age at the end of the year"), age, (0, 25, 40, 60),
    (_("under 25"), _("25 to 39"), _("40 to 59"), _("60 and over")),
)  # fmt: skip
# The two sides of the pyramid of ages.
for _name, _title, _gender in (("age_women", _("Age of women"), "woman"), ("age_men", _("Age of men"), "man")):
    _add(
        _name, _title, labels=DIMENSIONS["age_band"].labels,
        key=lambda t, gender=_gender: band_of(t, gender, "age_band"),
    )  # fmt: skip
_bands(
    "age_at_start", _("Age when the exploitation began"), age_at_start, (0, 18, 36, 61),
    (_("under 18"), _("18 to 35"), _("36 to 60"), _("61 and over")),
)  # fmt: skip
_bands(
    "followed", _("Calendar years since the file was opened"), years_followed, (0, 1, 3, 5, 10),
    (_("opened in the year"), _("1 to 2 years"), _("3 to 4 years"), _("5 to 9 years"), _("10 years and over")),
)  # fmt: skip
_code("organised_by", _("Who organised the travel"), "organised_by")
_code("transport", _("Means of transport"), "transport")
_code("visa", _("Visa"), "visa")


def _units(facts: Facts, counted: Any) -> Any:
    met = followed(facts).select(given_to="person", given_year="year", key="unit").distinct()
    return counted.inner_join(met, [counted.id == met.given_to, counted.year == met.given_year]).select(
        "id", "year", "key"
    )


def _reasons(facts: Facts, counted: Any) -> Any:
    ended = facts["period"].filter(ibis._.close_reason != "")
    ended = ended.select(given_to="person", given_year=ended.closed_on.year(), key="close_reason").distinct()
    return counted.inner_join(ended, [counted.id == ended.given_to, counted.year == ended.given_year]).select(
        "id", "year", "key"
    )


_add("unit", _("Unit"), answers=_units, codelist="unit")
_add("close_reason", _("Why it ended"), answers=_reasons, codelist="close_reason")

# --- exploitation: the main one (rank 1) ----------------------------------------------------------------------------
_add("department", _("Department of exploitation"), key=department, codelist="department", long=True)
_add(
    "region",
    _("Region of exploitation"),
    key=department,
    codelist="department",
    level="roots",
    of="department",
    long=True,
)
_code("exploitation_country", _("Country of exploitation"), "country", long=True)
_code("setting", _("Setting"), "setting")
_code("sector", _("Main kind of work"), "sector", long=True)
_code("sector_group", _("Where the work was done"), "sector", "sector", level="roots", of="sector")
_several("work", _("Kinds of work"), "sector", "sector", by="exploitation", at="exploitation", code="sector")
_several(
    "abuse", _("Abuse"), "abuse", "abuse", by="exploitation", at="exploitation", code="abuse",
    asked=lambda t: t.abuse_asked,
)  # fmt: skip
_several("control", _("Means of control"), "control", "control", by="exploitation", at="exploitation", code="control")
_code("lodging", _("Lodging"), "lodging")
_code("food", _("Food"), "food")
_code("recruitment", _("How they were recruited"), "recruitment")
_code("promise", _("What was promised"), "promise")
_code("ending", _("How the exploitation ended"), "exploitation_end")
_bands(
    "hours_band", _("Hours a day"), lambda t: t.minutes_per_day, (0, 480, 720, 900),
    (_("under 8 h"), _("8 h to under 12 h"), _("12 h to under 15 h"), _("15 h and over")), "minutes_per_day_answer",
)  # fmt: skip
_bands(
    "days_band", _("Days a week"), lambda t: t.days_per_week, (0, 5, 6, 7),
    (_("under 5"), _("5 days"), _("6 days"), _("7 days")), "days_per_week_answer",
)  # fmt: skip
# Cents a month. Nothing at all is a known answer and a band of its own.
_bands(
    "pay_band", _("Pay a month"), lambda t: t.pay_cents, (0, 1, 15000, 50000),
    (_("nothing"), _("under €150"), _("€150 to under €500"), _("€500 and over")), "pay_cents_answer",
)  # fmt: skip
# The bands of the published chart of new people: "1 to 150", "151 to 499". Whole euros: 150.50 € is with 150.
_bands(
    "pay", _("Pay a month"), lambda t: t.pay_cents, (0, 1, 15100, 50000),
    (_("nothing"), _("€1 to €150"), _("€151 to €499"), _("€500 and over")), "pay_cents_answer",
)  # fmt: skip
