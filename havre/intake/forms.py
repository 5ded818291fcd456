"""Forms of intake: short, grouped, with “unknown” as a choice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.core import clock, codelists
from havre.core.fields import YesNo
from havre.core.forms import HavreForm
from havre.intake import queries
from havre.intake.asking import AskingForm
from havre.intake.facts import AlertFacts, PartnerFacts, RedirectionFacts
from havre.intake.models import Alert, Partner
from havre.intake.services.alerts import FILE_CODE
from havre.vault.opened import Vault

YES_NO = [(YesNo.YES, YesNo.YES.label), (YesNo.NO, YesNo.NO.label), (YesNo.UNKNOWN, YesNo.UNKNOWN.label)]
Choices = list[tuple[Any, Any]]


def code_field(name: str, label: Any, *, blank: Any = None, sort: bool = False, **kwargs: Any) -> forms.ChoiceField:
    """One code of a list; grouped by family when it has some. `blank`: the words of no choice."""

    def choices() -> Choices:
        grouped: Choices = list(codelists.get(name).grouped_choices(alphabetical=sort))
        return [("", blank), *grouped] if blank is not None else grouped

    return forms.ChoiceField(label=label, choices=choices, **kwargs)


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the browser's calendar; today by default."""
    kwargs.setdefault("initial", clock.today)
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def moment_field(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A day and an hour, local; now by default."""
    kwargs.setdefault("initial", lambda: clock.now().replace(second=0, microsecond=0))
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


def text_field(label: Any, model: Any, name: str, *, rows: int = 1, **kwargs: Any) -> forms.CharField:
    """A text that will be sealed: as long as its column takes, one line or several."""
    kwargs.setdefault("required", False)
    widget: forms.Widget = (
        forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput(attrs={"autocomplete": "off"})
    )
    return forms.CharField(label=label, max_length=model.sealed_fields()[name].text_length, widget=widget, **kwargs)


class AlertForm(AskingForm):
    """What one notes while the telephone rings: the rest can be corrected later."""

    narrative = text_field(_("What was said"), Alert, "narrative", rows=5, help_text=_("In their words. Sealed."))
    person_name = text_field(_("Name of the person concerned"), Alert, "person_name", help_text=_("Sealed."))
    person_contact = text_field(
        _("How to reach them safely"), Alert, "person_contact", help_text=_("Sealed. Number, hours, through whom.")
    )
    employer_name = text_field(
        _("Who is said to exploit them"), Alert, "employer_name", help_text=_("Sealed. The name only, if it was said.")
    )
    reporter = text_field(_("Who reports, and how to reach them"), Alert, "reporter", help_text=_("Sealed."))

    channel = code_field("channel", _("How it came"), initial="phone")
    source_kind = code_field("source", _("From whom"), blank=_("Choose"))
    received_at = moment_field(_("Received on"))
    urgency = code_field("urgency", _("Urgency"), initial="unknown", required=False, widget=forms.RadioSelect)

    agreement = forms.ChoiceField(
        label=_("Does the person agree to be contacted?"), choices=YES_NO, initial=YesNo.UNKNOWN, required=False, widget=forms.RadioSelect,
        help_text=_("Nobody is contacted without their agreement."),
    )  # fmt: skip
    persons_concerned = forms.IntegerField(
        label=_("People concerned"), min_value=1, max_value=100, initial=1, required=False
    )
    person_gender = code_field("gender", _("Gender"), initial="unknown", required=False, widget=forms.RadioSelect)
    department = code_field("department", _("Department"), blank=_("Unknown"), required=False)
    asks = forms.MultipleChoiceField(
        label=_("What is asked for"),
        choices=lambda: codelists.get("asked_for").choices(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    complaint_filed = forms.ChoiceField(
        label=_("Is a complaint already filed?"),
        choices=YES_NO,
        initial=YesNo.UNKNOWN,
        required=False,
        widget=forms.RadioSelect,
    )
    former_code = forms.CharField(
        label=_("Accompanied before? Their file"),
        max_length=10,
        required=False,
        help_text=_("The code, like P-0001: the same file will be opened again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "P-0001"}),
    )

    def clean_former_code(self) -> str:
        """Capitals, and the shape of a code."""
        code = str(self.cleaned_data["former_code"]).strip().upper()
        if code and not FILE_CODE.fullmatch(code):
            raise forms.ValidationError(_("Write the code of the file, like P-0001."))
        return code

    def alert_facts(self) -> AlertFacts:
        """What was typed, for the service."""
        facts = self.facts()
        facts.pop("received_at", None)
        # A question left blank is unknown, not empty.
        for name in ("urgency", "agreement", "person_gender", "complaint_filed"):
            facts[name] = facts[name] or "unknown"
        facts["persons_concerned"] = facts["persons_concerned"] or 1
        return AlertFacts(**{**facts, "asks": tuple(facts["asks"])})


class AlertEditForm(AlertForm):
    """The same, for a correction: the day it was received gave its number and does not change."""

    received_at = None  # type: ignore[assignment]

    @staticmethod
    def initial_of(alert: Alert, texts: dict[str, str]) -> dict[str, Any]:
        """What the form shows of an alert, with its texts opened."""
        return {
            **{
                name: getattr(alert, name)
                for name in AlertForm.base_fields
                if hasattr(alert, name) and name not in texts
            },
            "source_kind": alert.source_kind or alert.source_family,
            "asks": [ask.code for ask in alert.asks.all()],
            **texts,
        }


class ContactForm(HavreForm):
    """One contact about the alert."""

    kind = code_field("contact_kind", _("How"), initial="phone")
    with_whom = code_field("contact_with", _("With whom"), blank=_("Choose"))
    at = moment_field(_("When"))
    note = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sealed."),
    )


class AgreementForm(HavreForm):
    """The gate: does the person agree?"""

    agreement = forms.ChoiceField(
        label=_("The person agrees to be contacted"), choices=YES_NO, widget=forms.RadioSelect
    )


class AssignForm(HavreForm):
    """Who is in charge."""

    in_charge = forms.ModelChoiceField(
        label=_("In charge"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _people(self.fields["in_charge"], queries.colleagues(by))


class InterviewForm(HavreForm):
    """An interview held: a lawyer and a social worker were there."""

    held_on = day_field(_("Held on"))
    lawyer = forms.ModelChoiceField(
        label=_("Lawyer present"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    social_worker = forms.ModelChoiceField(
        label=_("Social worker present"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    language = code_field("language", _("Language"), initial="unknown", sort=True)
    interpreter = code_field("interpreter", _("Interpreter"), initial="unknown", widget=forms.RadioSelect)
    account = forms.CharField(
        label=_("Account"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("What the person told, in their words. Sealed."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _people(self.fields["lawyer"], queries.colleagues(by, Role.LAWYER))
        _people(self.fields["social_worker"], queries.colleagues(by, Role.SOCIAL_WORKER))
        mine = {Role.LAWYER: "lawyer", Role.SOCIAL_WORKER: "social_worker"}.get(Role(by.role))
        if mine:
            self.fields[mine].initial = by.pk


class DecisionForm(HavreForm):
    """What was decided together."""

    decided_on = day_field(_("Decided on"))
    outcome = code_field("decision_outcome", _("What was decided"), widget=forms.RadioSelect)
    participants = forms.ModelMultipleChoiceField(
        label=_("Who took part"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("At least two people, of two different professions."),
    )  # fmt: skip
    category = code_field("redirection", _("If redirected: where to"), blank=_("Choose"), required=False)
    partner = forms.ModelChoiceField(
        label=_("If redirected: partner"),
        queryset=Partner.objects.none(),
        required=False,
        empty_label=_("None in particular"),
    )
    reasons = forms.CharField(
        label=_("Reasons"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Sealed for the legal unit and the coordinator."),
    )  # fmt: skip

    def __init__(self, *args: Any, by: User, vault: Vault, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _people(self.fields["participants"], queries.colleagues(by), with_role=True)
        _partners(self.fields["partner"], by, vault)

    def clean(self) -> dict[str, Any]:
        """A redirection says where to."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "redirect" and not cleaned.get("category"):
            self.add_error("category", _("Say where the person is directed."))
        return cleaned

    def redirection(self) -> RedirectionFacts | None:
        """Where to, when that is the decision."""
        if self.cleaned_data["outcome"] != "redirect":
            return None
        return RedirectionFacts(category=self.cleaned_data["category"], partner=self.cleaned_data["partner"])


class RedirectForm(HavreForm):
    """Where the person is directed."""

    category = code_field("redirection", _("Where to"), blank=_("Choose"))
    partner = forms.ModelChoiceField(
        label=_("Partner of the directory"),
        queryset=Partner.objects.none(),
        required=False,
        empty_label=_("None in particular"),
    )
    on = day_field(_("On"))

    def __init__(self, *args: Any, by: User, vault: Vault, category: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _partners(self.fields["partner"], by, vault, category)


class MoveForm(HavreForm):
    """Confirming a step, with its reason when it asks for one."""

    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Sealed.")
    )

    def __init__(self, *args: Any, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_reason:
            del self.fields["reason"]


class PartnerForm(HavreForm):
    """An organisation of the directory: public facts only."""

    name = forms.CharField(label=_("Name"), max_length=120)
    category = code_field("partner_category", _("What they do"), blank=_("Choose"))
    department = code_field("department", _("Department"), blank=_("All of France"), required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    website = forms.CharField(label=_("Website"), max_length=120, required=False)

    def partner_facts(self) -> PartnerFacts:
        """What was typed, for the service."""
        return PartnerFacts(**self.facts())

    @staticmethod
    def initial_of(entry: queries.Entry) -> dict[str, Any]:
        """What the form shows of a partner."""
        return {name: getattr(entry, name) for name in ("name", "category", "department", "phone", "website")}


def _people(field: Any, people: Any, *, with_role: bool = False) -> None:
    field.queryset = people
    field.label_from_instance = lambda user: (
        f"{user.display_name} ({user.get_role_display()})" if with_role else user.display_name
    )


def _partners(field: Any, by: User, vault: Vault, category: str = "") -> None:
    """The partners one may choose, grouped by what they do; of one category when it is known."""
    labels = codelists.get("partner_category")
    field.queryset = queries.partners_for(by)
    groups: dict[str, Choices] = {}
    for entry in queries.entries(queries.partners_for(by, category if category in labels else None), vault):
        groups.setdefault(entry.category, []).append((entry.pk, entry.name))
    field.choices = [("", field.empty_label), *((labels.label(code), rows) for code, rows in groups.items())]
