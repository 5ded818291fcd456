"""Forms of retention: why it is erased, why it is kept, why it comes back. Codes only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havre.core.forms import HavreForm
from havre.vault.keystore.models import Reason
from havre.vault.models import Archive, LegalHold


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("Choose")), *choices])


class EraseForm(HavreForm):
    """Why records are erased."""

    reason = _choice(_("Why they are erased"), Reason.choices)


class HoldForm(HavreForm):
    """Why a record is kept for now."""

    why = _choice(_("Why it is kept"), LegalHold.Why.choices)


class BackForm(HavreForm):
    """Why a record leaves the archive."""

    why = _choice(_("Why it is brought back"), Archive.Why.choices)


class NoFieldForm(HavreForm):
    """Sent once: what is chosen stands in boxes ticked on the page."""
