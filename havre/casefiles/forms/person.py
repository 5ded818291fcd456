"""Who the person is, how they came, who depends on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havre.casefiles.facts import ArrivalFacts, PersonFacts
from havre.casefiles.formfields import (
    EurosField,
    PartialDateField,
    SeveralCodesField,
    YearField,
    code_field,
    codes_of,
    why_not_known,
    yes_no_field,
)
from havre.casefiles.models import Arrival, Person
from havre.core.fields import Answer
from havre.core.forms import HavreForm

SEALED = ("names", "aliases", "birth_date", "phones", "email", "safe_contact", "address", "identity_documents")
CODED = ("gender", "birth_year", "birth_year_answer", "country", "knows_rights", "speaks_french")


def text(label: Any, *, max_length: int, rows: int = 0, help_text: Any = "") -> forms.CharField:
    """A sealed text: never suggested by the browser, never required."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=max_length, required=False, widget=widget, help_text=help_text)


class PersonForm(HavreForm):
    """R34-R47. The first fields are coded facts, the others are sealed."""

    gender = code_field("gender", _("Gender"))
    birth_year = YearField(label=_("Year of birth"), required=False)
    birth_year_answer = why_not_known("birth_year")
    country = code_field("country", _("Country of origin"), sort=True, initial="unknown")
    nationalities = SeveralCodesField("country", label=_("Nationalities"))
    languages = SeveralCodesField("language", label=_("Languages"))
    speaks_french = yes_no_field(_("Speaks French"))
    knows_rights = yes_no_field(_("Knew their rights"))
    names = text(_("Names"), max_length=200, help_text=_("In any script, as on the papers and as said."))
    aliases = text(_("Other names"), max_length=400)
    birth_date = text(_("Exact date of birth"), max_length=40)
    phones = text(_("Telephone"), max_length=200)
    email = text(_("E-mail"), max_length=200)
    safe_contact = text(
        _("How to contact safely"),
        max_length=400,
        rows=2,
        help_text=_("Who may answer, hours not to call, words not to say."),
    )
    address = text(_("Address"), max_length=400, rows=2)
    identity_documents = text(_("Identity documents"), max_length=400, rows=2)

    def __init__(
        self, *args: Any, person: Person | None = None, texts: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        if person is not None:
            kwargs["initial"] = {**person_values(person), **(texts or {}), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        initial = kwargs.get("initial", {})
        for name, codelist in (("nationalities", "country"), ("languages", "language")):
            there = len(initial.get(name, ()))
            if there >= 3:
                field = SeveralCodesField(codelist, label=self.fields[name].label, count=there + 1)
                self.fields[name] = field

    @property
    def person_facts(self) -> PersonFacts:
        """What was typed, for the services."""
        return PersonFacts(**{n: self.cleaned_data[n] for n in (*CODED, "nationalities", "languages", *SEALED)})


def person_values(person: Person) -> dict[str, Any]:
    """The coded facts of a person as the form shows them."""
    values: dict[str, Any] = {name: getattr(person, name) for name in CODED}
    values["birth_year_answer"] = _why(person.birth_year_answer)
    values["nationalities"] = codes_of(person.nationalities.all(), "country")
    values["languages"] = codes_of(person.languages.all(), "language")
    return values


def _why(answer: str) -> str:
    """The companion field says why a number is missing; while it is known, it stays on “unknown”."""
    return Answer.UNKNOWN.value if answer == Answer.KNOWN else answer


class ArrivalForm(HavreForm):
    """R39-R42."""

    arrived_on = PartialDateField(label=_("Arrived in France"), required=False)
    transport = code_field("transport", _("Transport"))
    visa = code_field("visa", _("Visa"))
    organised_by = code_field("organised_by", _("Who organised the travel"))
    paid_by = code_field("paid_by", _("Who paid for it"))
    debt_cents = EurosField(label=_("Debt, in euros"), required=False, help_text=_("0 when there is none."))
    debt_cents_answer = why_not_known("debt_cents")
    exploited_abroad_before = yes_no_field(_("Already exploited abroad"))
    same_exploiter_before = yes_no_field(_("By the same people"))

    def __init__(self, *args: Any, arrival: Arrival | None = None, **kwargs: Any) -> None:
        values = (
            arrival_values(arrival)
            if arrival is not None
            else dict.fromkeys(("transport", "visa", "organised_by", "paid_by"), "unknown")
        )
        kwargs["initial"] = {**values, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    @property
    def arrival_facts(self) -> ArrivalFacts:
        """What was typed, for the services."""
        values = self.facts()
        day, precision = values.pop("arrived_on")
        return ArrivalFacts(arrived_on=day, arrived_precision=precision, **values)


def arrival_values(arrival: Arrival) -> dict[str, Any]:
    """An arrival as the form shows it."""
    names = (
        "transport",
        "visa",
        "organised_by",
        "paid_by",
        "debt_cents",
        "exploited_abroad_before",
        "same_exploiter_before",
    )
    return {
        **{name: getattr(arrival, name) for name in names},
        "arrived_on": (arrival.arrived_on, arrival.arrived_precision),
        "debt_cents_answer": _why(arrival.debt_cents_answer),
    }


class DependantForm(HavreForm):
    """A child or another dependant (R43)."""

    name = text(_("Name"), max_length=200)
    birth_year = YearField(label=_("Year of birth"), required=False)
    birth_year_answer = why_not_known("birth_year")
    directly_affected = yes_no_field(_("Directly affected by the exploitation"))
