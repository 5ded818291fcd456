"""Linking two records, answering what was to check, taking a link away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.casefiles.models import Person
from havre.casefiles.queries import files_visible_to
from havre.core.forms import HavreForm
from havre.intake.known import Answer
from havre.intake.models import Alert
from havre.intake.queries import alerts_visible_to


class LinkForm(HavreForm):
    """Another record of the same person, by its code."""

    code = forms.CharField(
        label=_("Code of the other record"),
        max_length=14,
        help_text=_("Of a file, like P-0001, or of an alert, like A-2019-0001."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "P-0001"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by
        self.other: Person | Alert

    def clean_code(self) -> str:
        """The record of this code, when it is one that the writer sees."""
        code = str(self.cleaned_data["code"]).strip().upper()
        file = files_visible_to(self._by).filter(person__code=code).first()
        other = file.person if file else alerts_visible_to(self._by).filter(reference=code).first()
        if other is None:
            raise forms.ValidationError(_("There is no such file or alert here: check the code."))
        self.other = other
        return code


class CheckForm(HavreForm):
    """The same or not, once somebody looked."""

    answer = forms.ChoiceField(
        label=_("Are they the same?"),
        choices=[(each.value, each.label) for each in (Answer.SAME, Answer.DIFFERENT)],
        widget=forms.RadioSelect,
    )


class UnlinkForm(HavreForm):
    """Nothing to type: the page says what happens."""
