"""Giving a file, restricting it, asking for it in an emergency."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havre.accounts.models import User
from havre.accounts.permissions import ROLES
from havre.accounts.permissions import Permission as P
from havre.casefiles import queries
from havre.casefiles.forms.file import ColleagueField, day_field
from havre.casefiles.models import File
from havre.casefiles.services.access import REASONS
from havre.core import clock
from havre.core.forms import HavreForm
from havre.vault.fields import Compartment
from havre.vault.granting import ESCROWED
from havre.vault.models import CaseGrant, Emergency
from havre.vault.sharing import GIVABLE, LONGEST, givable

# How long a file is given for when nobody says otherwise.
USUAL = timedelta(days=30)
# The roles that may be named for a restricted file: those that see files by role.
TEAM = [role for role, rights in ROLES.items() if P.FILE_VIEW in rights.permissions]


def kinds_field(label: Any, kinds: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    """Compartments, as chips, in their usual order."""
    choices = [(kind.value, kind.label) for kind in Compartment if kind in kinds]
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **kwargs)


class GiveForm(HavreForm):
    """To whom, what of the file, why, until when."""

    user = ColleagueField(label=gettext_lazy("To whom"), empty_label=gettext_lazy("Choose"))
    why = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=[(each, each.label) for each in REASONS], widget=forms.RadioSelect
    )
    until = day_field(gettext_lazy("Until, that day included"))

    def __init__(self, *args: Any, by: User, kinds: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        roles = [role for role, rights in ROLES.items() if rights.compartments or role in GIVABLE]
        field.queryset = queries.colleagues(by).filter(role__in=roles).exclude(pk=by.pk)
        self.fields["why"].initial = CaseGrant.Why.VOLUNTEER
        self.fields["until"].initial = lambda: clock.today() + USUAL
        self.fields["until"].help_text = _(
            "At most %(volunteer)s days for who accompanies, %(others)s for who interprets or covers."
        ) % {
            "volunteer": LONGEST[CaseGrant.Why.VOLUNTEER].days,
            "others": LONGEST[CaseGrant.Why.INTERPRETER].days,
        }
        self.fields["kinds"] = kinds_field(
            _("What they open"), kinds, help_text=_("Only what you open yourself, and what their role may receive.")
        )
        self.order_fields(["user", "kinds", "why", "until"])


class RestrictForm(HavreForm):
    """Who is named, each with their compartments: one question a colleague."""

    def __init__(self, *args: Any, by: User, file: File, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in queries.colleagues(by).filter(role__in=TEAM).exclude(pk=by.pk)}
        in_charge = {str(p.in_charge_id) for p in file.periods.all() if p.closed_on is None}
        for pk, user in self.people.items():
            label = f"{user.display_name} · {user.get_role_display()}"
            field = kinds_field(label, givable(user), required=False)
            field.initial = sorted(givable(user)) if pk in in_charge else []
            self.fields[f"named_{pk}"] = field

    def named(self) -> dict[User, list[str]]:
        """Who was chosen, with what."""
        chosen = {user: self.cleaned_data.get(f"named_{pk}", []) for pk, user in self.people.items()}
        return {user: kinds for user, kinds in chosen.items() if kinds}


class NameForm(HavreForm):
    """One more person for a restricted file."""

    user = ColleagueField(label=gettext_lazy("Whom"), empty_label=gettext_lazy("Choose"))

    def __init__(self, *args: Any, by: User, kinds: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset = queries.colleagues(by).filter(role__in=TEAM).exclude(pk=by.pk)
        self.fields["kinds"] = kinds_field(
            _("What they open"), kinds, help_text=_("Only what you open yourself, and what their role may receive.")
        )


class ConfirmForm(HavreForm):
    """Nothing to type: a button after what will happen."""


class EmergencyForm(HavreForm):
    """Which file, which compartment, why."""

    code = forms.RegexField(
        r"P-\d{4,8}",
        label=gettext_lazy("Code of the file"),
        max_length=10,
        strip=True,
        help_text=gettext_lazy("P-0187, for instance; a restricted file too."),
        error_messages={"invalid": gettext_lazy("A code: P- and the number of the file.")},
    )
    why = forms.ChoiceField(label=gettext_lazy("Why"), choices=Emergency.Why.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.value, kind.label) for kind in Compartment if kind in ESCROWED]
        self.fields["kind"] = forms.ChoiceField(label=_("What is needed"), choices=choices, widget=forms.RadioSelect)
        self.order_fields(["code", "kind", "why"])


class AnswerForm(HavreForm):
    """Agree or refuse: which button was pressed."""

    answer = forms.CharField(required=False)

    def clean_answer(self) -> bool:
        """Was it agreed?"""
        given = self.cleaned_data["answer"]
        if given not in {"agree", "refuse"}:
            raise ValidationError(_("Press one of the two buttons."))
        return bool(given == "agree")
