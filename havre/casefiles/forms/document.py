"""Adding a document, and a version of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from havre.casefiles.formfields import code_field
from havre.casefiles.forms.person import text
from havre.casefiles.services.documents import DESCRIPTION_LENGTH
from havre.casefiles.story import compartment_label
from havre.core import filetypes, grids
from havre.core.forms import HavreForm
from havre.vault.fields import Compartment


class VersionForm(HavreForm):
    """The file itself, and words about it. What is wrong with the file is said by the service."""

    upload = forms.FileField(label=_("File"), allow_empty_file=True, max_length=255)
    description = text(
        _("What it is"),
        max_length=DESCRIPTION_LENGTH,
        rows=2,
        help_text=_("Sealed with the document; its name and size are too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upload = self.fields["upload"]
        upload.help_text = _("PDF, image, text, sound or film, %(size)s at most.") % {
            "size": filesizeformat(settings.HAVRE_DOCUMENT_BYTES)
        }
        upload.widget.attrs["accept"] = ",".join(f".{extension}" for extension in filetypes.TYPES)


class DocumentForm(VersionForm):
    """A new document: what it is, for whom, and what it helps to show."""

    category = code_field("document_category", _("Kind of document"), blank=_("Choose"), required=True)
    compartment = forms.ChoiceField(label=_("For whom"), widget=forms.RadioSelect)
    element = forms.ChoiceField(
        label=_("Helps to answer"), required=False, help_text=_("A question of the identification, if it is evidence.")
    )
    field_order = ["upload", "category", "compartment", "element", "description"]

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["compartment"].choices = [(kind, compartment_label(kind)) for kind in Compartment.values if kind in held]
        questions = [each for level in (1, 2) for each in grids.latest().questions(level)]
        fields["element"].choices = [
            ("", _("None")),
            *((each.code, f"{each.code} · {each.label()}") for each in questions),
        ]


class WithdrawForm(HavreForm):
    """Nothing to type: the button says it."""
