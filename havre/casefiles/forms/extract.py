"""What goes in a person's own extract."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havre.casefiles.forms.person import text
from havre.casefiles.story import compartment_label
from havre.core.forms import HavreForm
from havre.vault.fields import Compartment


class ExtractForm(HavreForm):
    """Which units, in which language, and the words a member masks or leaves."""

    kinds = forms.MultipleChoiceField(label=_("What to take it from"), widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    more = text(
        _("Mask these words too"), max_length=2000, rows=2,
        help_text=_("Names of other people that you read below: one after the other, with spaces or commas."),
    )  # fmt: skip
    keep = text(
        _("Leave these words"), max_length=2000, rows=2,
        help_text=_("Ordinary words that were masked because they look like a name."),
    )  # fmt: skip

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        choices = [(kind, compartment_label(kind)) for kind in Compartment.values if kind in held]
        fields["kinds"].choices = choices
        fields["kinds"].initial = [kind for kind, _label in choices]
