"""Forms of sign-in, unlocking and preferences."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.core.forms import HavreForm
from havre.vault.fields import Compartment


class SignInForm(LoginForm):
    """User name and passphrase; says nothing of whether a user exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("User name")
        self.fields["password"].label = _("Passphrase")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields.pop("remember", None)


class UnlockForm(forms.Form):
    """The passphrase again, on a locked screen."""

    passphrase = forms.CharField(
        label=_("Passphrase"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )


class PreferencesForm(forms.ModelForm):
    """Language and theme."""

    class Meta:
        model = User
        fields = ("language", "theme")
        labels = {"language": _("Language"), "theme": _("Theme")}


def _secret(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """A passphrase: hidden, kept with its spaces, never written back into the page."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        strip=False,
        max_length=1000,
    )


def _printed_code() -> forms.CharField:
    return forms.CharField(
        label=_("Printed personal code"),
        help_text=_("Eight groups of four letters and digits, with or without the dashes."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class NewPassphraseForm(HavreForm):
    """A new passphrase, typed twice."""

    new = _secret(
        _("New passphrase"),
        autocomplete="new-password",
        help_text=_("Four words or more that do not go together, or 14 characters. No other rule."),
    )
    again = _secret(_("New passphrase, again"), autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        """The two are the same."""
        cleaned = super().clean() or {}
        if "new" in cleaned and "again" in cleaned and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class ChangePassphraseForm(NewPassphraseForm):
    """The present passphrase, then the new one."""

    present = _secret(_("Present passphrase"), autocomplete="current-password")
    field_order = ("present", "new", "again")


class RecoverForm(NewPassphraseForm):
    """User name, printed code, new passphrase."""

    username = forms.CharField(
        label=_("User name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    printed_code = _printed_code()
    field_order = ("username", "printed_code", "new", "again")


class InviteForm(NewPassphraseForm):
    """An account made in person: the newcomer types the passphrase."""

    display_name = forms.CharField(label=_("Name shown to colleagues"), max_length=80)
    username = forms.CharField(
        label=_("User name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    field_order = ("display_name", "username", "role", "new", "again")


class CompartmentForm(forms.Form):
    """Which compartment."""

    kind = forms.ChoiceField(choices=Compartment.choices)


class NewCodeForm(HavreForm):
    """The passphrase, before a new printed code."""

    passphrase = _secret(_("Passphrase"), autocomplete="current-password")


class CheckCodeForm(HavreForm):
    """The printed code, typed back from the paper."""

    printed_code = _printed_code()


class ChangeRoleForm(HavreForm):
    """Another role for a colleague."""

    role = forms.ChoiceField(label=_("New role"), choices=Role.choices)


class FingerprintForm(HavreForm):
    """What someone reads aloud from their screen or from a paper."""

    fingerprint = forms.CharField(
        label=_("Fingerprint read aloud"),
        help_text=_("Four groups of four letters and digits. Do not copy it from anywhere: let it be read to you."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class PaperCodeForm(HavreForm):
    """The code of a paper key, typed from the paper."""

    printed_code = forms.CharField(
        label=_("Code of the paper key"),
        help_text=_("A letter, then eight groups of four letters and digits, with or without the dashes."),
        max_length=90,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class PaperKindForm(HavreForm):
    """Which compartment, among those one holds."""

    kind = forms.ChoiceField(label=_("Compartment"))

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class NewKeyForm(NewPassphraseForm):
    """A new key pair in person: the member types a new passphrase."""

    accept_loss = forms.BooleanField(
        label=_("We looked for the paper and there is none: what only they could open is lost"), required=False
    )

    def __init__(self, *args: Any, lost: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not lost:
            self.fields.pop("accept_loss")


class FoundingForm(HavreForm):
    """The organisation, and the code drawn on the server."""

    code = forms.CharField(
        label=_("One-time code"),
        help_text=_("Printed by the server’s terminal less than an hour ago."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    founded_year = forms.IntegerField(label=_("Year it was founded"), required=False, min_value=1500, max_value=2200)
