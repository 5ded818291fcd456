"""Forms of sign-in, unlocking and preferences."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User


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
