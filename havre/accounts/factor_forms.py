"""allauth's forms of the second factor, with our limits, our words and a trace of what failed."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from havre.accounts import factors, limits
from havre.audit.services import record

NAME = 60
# A code of the application is accepted one period before and after its own: it is remembered for longer than that.
CODE_SECONDS = 120


class CodeForm(AuthenticateForm):
    """The six digits of the application, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("placeholder", None)  # the label says it

    def clean_code(self) -> str:
        """Good once, whichever process is asked; a role that signs in with a key does not sign in with an application."""
        counted = limits.consume(context.request, "factor", str(self.user.pk))
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            if not limits.first_time("totp", f"{self.user.pk}/{code}", within=CODE_SECONDS):
                raise get_adapter().validation_error("incorrect_code")
            if factors.key_only(self.user):
                raise forms.ValidationError(
                    _("Your role signs in with its security key, or with a recovery code if the key is lost.")
                )
        counted.give_back()
        return code

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        record("accounts.factor.failed", by=self.user, target=self.user.username, factor="code")
        super()._emit_authentication_failed(authenticator)


class KeyForm(AuthenticateWebAuthnForm):
    """What the security key answered."""

    def clean_credential(self) -> Authenticator:
        """Raises the same sentence for an answer of another key, of another moment, or of no key at all."""
        counted = limits.consume(context.request, "factor", str(self.user.pk))
        try:
            authenticator = super().clean_credential()
        except (forms.ValidationError, KeyError, TypeError, ValueError):
            record("accounts.factor.failed", by=self.user, target=self.user.username, factor="webauthn")
            raise forms.ValidationError(_("The key did not answer as expected. Try again.")) from None
        counted.give_back()
        return authenticator


class SetUpAppForm(ActivateTOTPForm):
    """The first code of an application: as many tries as at sign-in."""

    def clean_code(self) -> str:
        """Count the try, then look at it."""
        counted = limits.consume(context.request, "factor", str(self.user.pk))
        code: str = super().clean_code()
        counted.give_back()
        return code


class _Named(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        field = self.fields["name"]
        field.label, field.help_text = (
            _("Name of the key"),
            _("To tell it from your other keys: its colour, where it lies."),
        )
        field.widget.attrs.update(maxlength=str(NAME), autocomplete="off")

    def clean_name(self) -> str:
        """At most one line."""
        inherited = getattr(super(), "clean_name", None)
        name = inherited() if inherited else self.cleaned_data["name"]
        return str(name)[:NAME]


class AddKeyForm(_Named, AddWebAuthnForm):
    """A new key: its name, and what it answered."""

    def clean(self) -> dict[str, Any]:
        """Raises the same sentence for any answer that is not a key's."""
        try:
            return super().clean() or {}
        except (forms.ValidationError, KeyError, TypeError, ValueError):
            raise forms.ValidationError(_("The key did not answer as expected. Try again.")) from None


class RenameKeyForm(_Named, EditWebAuthnForm):
    """Another name for a key."""
