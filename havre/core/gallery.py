"""What the gallery shows: one of each component, with invented contents. Demonstration and tests only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

YES_NO = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("Unknown"))]


class GalleryForm(forms.Form):
    """Every kind of field; it is never saved."""

    reference = forms.CharField(label=_("Reference"), max_length=12, help_text=_("As written on the paper file."))
    when = forms.CharField(label=_("When"), required=False, help_text=_("A day, a month or a year: what you know."))
    hours = forms.IntegerField(label=_("Hours a day"), required=False, min_value=0, max_value=24)
    channel = forms.ChoiceField(
        label=_("How it came"), choices=[("", "—"), ("phone", _("Phone")), ("visit", _("Visit"))]
    )
    agrees = forms.ChoiceField(label=_("Agrees to be contacted?"), choices=YES_NO, widget=forms.RadioSelect)
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=[
            ("none", _("None")),
            ("danger", _("Immediate danger")),
            ("minor", _("Minor")),
            ("there", _("Still at the exploiter's")),
            ("unknown", _("Unknown")),
        ],
        widget=forms.RadioSelect,
    )
    asked_for = forms.MultipleChoiceField(
        label=_("Asked for"),
        choices=[
            ("protection", _("Protection")),
            ("rights", _("Access to rights")),
            ("housing", _("Housing")),
            ("other", _("Other")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    told = forms.CharField(
        label=_("What was said"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Sealed as soon as it is saved."),
    )
    agreed = forms.BooleanField(label=_("The person knows that this is written down"), required=False)


def samples() -> dict[str, Any]:
    """The contents of the gallery, by component."""
    wrong = GalleryForm(
        {
            "reference": "",
            "when": "2019",
            "hours": "40",
            "agrees": "yes",
            "asked_for": ["housing"],
            "told": "She said she never received money.",
        }
    )
    wrong.full_clean()
    return {
        "crumbs": [(_("Alerts"), "#alerts"), ("A-2020-0031", "")],
        "steps": [
            {"label": _("Alert"), "sub": _("taken by Samir O."), "state": "done"},
            {"label": _("1 · Study"), "sub": _("7 of 12 answered"), "state": "now"},
            {"label": _("2 · Interview"), "sub": _("lawyer and social worker"), "state": "todo"},
            {"label": _("3 · Decision"), "sub": _("together"), "state": "todo"},
        ],
        "tabs": [
            {"label": label, "url": f"#tab-{place}", "current": place == 0, "count": 3 if place == 2 else 0}
            for place, label in enumerate(
                [_("Story"), _("Exploitation"), _("Contacts"), _("Consents"), _("Documents"), _("Who looked")]
            )
        ],
        "questions": [
            {
                "name": "contact",
                "text": _("Does the person agree to be contacted?"),
                "value": "yes",
                "fact_name": "contact_fact",
                "fact": _("Through the neighbour, weekdays before 5 pm only."),
            },
            {
                "name": "pay",
                "text": _("No pay, or pay unrelated to the work?"),
                "value": "yes",
                "fact": _("“She said she never received money.”"),
            },
            {"name": "papers", "text": _("Passport or papers kept?"), "value": "unknown", "required": True},
            {
                "name": "watched",
                "text": _("Movements limited or watched?"),
                "help": _("Doors locked, escorted outings, telephone taken."),
            },
        ],
        "entries": [
            {
                "at": date(2020, 1, 20),
                "title": _("Hearing in nine days"),
                "text": _("Interpreter not yet found"),
                "badge": _("to do"),
                "tone": "urgent",
            },
            {"at": date(2020, 1, 18), "title": _("French course started"), "who": "Nadia B.", "url": "#event"},
            {
                "at": date(2019, 11, 26),
                "title": _("Decision: accompany"),
                "text": _("Social and legal, five people present"),
                "tone": "good",
            },
        ],
        "facts": [
            (_("When, where"), "2006 – 2019 · Hauts-de-Seine"),
            (_("Setting"), _("Domestic: housework, childcare")),
            (_("Hours"), _("15 h a day, 7 days a week")),
            (_("Transport"), None),
        ],
        "figures": [
            {
                "number": "380",
                "label": _("alerts received"),
                "detail": _("+6.7 % on 356 in 2018 · INT-01"),
                "url": "#INT-01",
            },
            {"number": "226", "label": _("studied in depth"), "detail": _("59 % of 380 · INT-02"), "url": "#INT-02"},
            {"number": None, "label": _("interviewed"), "detail": "INT-03", "url": "#INT-03"},
            {"number": "", "label": _("under 15"), "detail": "PER-04", "url": "#PER-04", "hidden": True},
        ],
        "actions": [
            {"label": _("Redirect"), "url": "#redirect", "tone": "", "icon": "arrow-right"},
            {
                "label": _("Close without follow-up"),
                "url": "#close",
                "tone": "danger",
                "confirm": _("Close this alert?"),
            },
        ],
        "page": Paginator(range(380), 50).page(2),
        "form": GalleryForm(prefix="new"),
        "wrong": wrong,
        "tones": ["neutral", "accent", "good", "wait", "urgent", "sealed"],
        "icons": [
            "home",
            "bell",
            "folders",
            "chart-bar",
            "list-search",
            "settings",
            "lock",
            "chevron-right",
            "filled/star",
        ],
    }
