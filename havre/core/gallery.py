"""What the gallery shows: one of each component, with invented contents in English. Demonstration and tests only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

YES_NO = [("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")]


class GalleryForm(forms.Form):
    """Every kind of field; it is never saved."""

    reference = forms.CharField(label="Reference", max_length=12, help_text="As written on the paper file.")
    when = forms.CharField(label="When", required=False, help_text="A day, a month or a year: what you know.")
    hours = forms.IntegerField(label="Hours a day", required=False, min_value=0, max_value=24)
    channel = forms.ChoiceField(label="How it came", choices=[("", "—"), ("phone", "Phone"), ("visit", "Visit")])
    agrees = forms.ChoiceField(label="Agrees to be contacted?", choices=YES_NO, widget=forms.RadioSelect)
    urgency = forms.ChoiceField(
        label="Urgency",
        choices=[
            ("none", "None"),
            ("danger", "Immediate danger"),
            ("minor", "Minor"),
            ("there", "Still at the exploiter's"),
            ("unknown", "Unknown"),
        ],
        widget=forms.RadioSelect,
    )
    asked_for = forms.MultipleChoiceField(
        label="Asked for",
        choices=[
            ("protection", "Protection"),
            ("rights", "Access to rights"),
            ("housing", "Housing"),
            ("other", "Other"),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    told = forms.CharField(
        label="What was said",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="Sealed as soon as it is saved.",
    )
    agreed = forms.BooleanField(label="The person knows that this is written down", required=False)


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
        "crumbs": [("Alerts", "#alerts"), ("A-2020-0031", "")],
        "steps": [
            {"label": "Alert", "sub": "taken by Samir O.", "state": "done"},
            {"label": "1 · Study", "sub": "7 of 12 answered", "state": "now"},
            {"label": "2 · Interview", "sub": "lawyer and social worker", "state": "todo"},
            {"label": "3 · Decision", "sub": "together", "state": "todo"},
        ],
        "tabs": [
            {"label": label, "url": f"#tab-{place}", "current": place == 0, "count": 3 if place == 2 else 0}
            for place, label in enumerate(["Story", "Exploitation", "Contacts", "Consents", "Documents", "Who looked"])
        ],
        "questions": [
            {
                "name": "contact",
                "text": "Does the person agree to be contacted?",
                "value": "yes",
                "fact_name": "contact_fact",
                "fact": "Through the neighbour, weekdays before 5 pm only.",
            },
            {
                "name": "pay",
                "text": "No pay, or pay unrelated to the work?",
                "value": "yes",
                "fact": "“She said she never received money.”",
            },
            {"name": "papers", "text": "Passport or papers kept?", "value": "unknown", "required": True},
            {
                "name": "watched",
                "text": "Movements limited or watched?",
                "help": "Doors locked, escorted outings, telephone taken.",
            },
        ],
        "entries": [
            {
                "at": date(2020, 1, 20),
                "title": "Hearing in nine days",
                "text": "Interpreter not yet found",
                "badge": "to do",
                "tone": "urgent",
            },
            {"at": date(2020, 1, 18), "title": "French course started", "who": "Nadia B.", "url": "#event"},
            {
                "at": date(2019, 11, 26),
                "title": "Decision: accompany",
                "text": "Social and legal, five people present",
                "tone": "good",
            },
        ],
        "facts": [
            ("When, where", "2006 – 2019 · Hauts-de-Seine"),
            ("Setting", "Domestic: housework, childcare"),
            ("Hours", "15 h a day, 7 days a week"),
            ("Transport", None),
        ],
        "figures": [
            {
                "number": "380",
                "label": "alerts received",
                "detail": "+6.7 % on 356 in 2018 · INT-01",
                "url": "#INT-01",
            },
            {"number": "226", "label": "studied in depth", "detail": "59 % of 380 · INT-02", "url": "#INT-02"},
            {"number": None, "label": "interviewed", "detail": "INT-03", "url": "#INT-03"},
            {"number": "", "label": "under 15", "detail": "PER-04", "url": "#PER-04", "hidden": True},
        ],
        "actions": [
            {"label": "Redirect", "url": "#redirect", "tone": "", "icon": "arrow-right"},
            {
                "label": "Close without follow-up",
                "url": "#close",
                "tone": "danger",
                "confirm": "Close this alert?",
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
