"""The base of every form that writes: sent once, never lost, never over somebody else's work."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _


class HavreForm(forms.Form):
    """Carries a `submission` key (see `once`) and, for an edit, the `revision` that was on the screen."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    required_css_class = "required"

    def __init__(self, *args: Any, revision: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4
        # Set when the same sending had been accepted before.
        self.sent_before = False
        # What others wrote meanwhile: field name → their value, shown beside ours.
        self.theirs: dict[str, Any] = {}
        if revision is None:
            self.fields.pop("revision")
        else:
            self.fields["revision"].initial = revision

    @property
    def submission_key(self) -> UUID | None:
        """The key of this sending, once validated."""
        return self.cleaned_data.get("submission")

    def facts(self) -> dict[str, Any]:
        """What was typed, without the form's own hidden fields."""
        return {k: v for k, v in self.cleaned_data.items() if k not in {"submission", "revision"}}

    def show_conflict(self, current: int, theirs: dict[str, Any]) -> None:
        """Keep what was typed, show what the other person saved, and agree to `current` on the next sending."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("revision")] = str(current)
        self.data = data
        self.theirs = {
            name: value
            for name, value in theirs.items()
            if name in self.fields and value != self.cleaned_data.get(name)
        }
        for name in self.theirs:
            self.add_error(name, _("Someone changed this meanwhile; their version is shown beside yours."))
        self.add_error(
            None,
            _(
                "Someone saved this record while you were writing. Nothing is lost: compare, keep what is right, then save again."
            ),
        )
