"""Where allauth meets the vault: no signing up, no e-mail, secrets of the second factor sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from havre.accounts.cookies import cookie_name
from havre.audit.services import record
from havre.vault import erasure, rotation, server, sharing
from havre.vault import sessions as vault_sessions
from havre.vault.errors import VaultError
from havre.vault.services import check_pin

# A member left and keys were renewed: each sign-in of those who stay does its part, a second or so.
SIGN_IN_BATCHES = 4


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a ceremony; mail is never sent."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves: no e-mail reset, no notice."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace of a failed sign-in, without what was typed."""
        super().authentication_failed(request, **credentials)
        record("accounts.sign_in.failed", by=None)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Signed in: leave a trace, and check that the audit log still holds what this member last saw."""
        record("accounts.signed_in", by=user, target=user.username)
        cookie = getattr(request, "vault_cookie", None) or request.COOKIES.get(cookie_name(), "")
        vault = vault_sessions.resume(user, cookie)
        if vault is not None and not check_pin(vault):
            messages.error(
                request,
                _(
                    "The audit log no longer holds what you saw last time: it was cut or rewritten. Tell the coordinator now."
                ),
            )
        if vault is not None:
            try:
                rotation.resume(vault, batches=SIGN_IN_BATCHES)
                sharing.resume(vault)
                erasure.tidy(by=vault)
            except VaultError as fault:
                # One damaged key must not keep people out; `manage.py vault check` says which it is.
                record("vault.rotation.stopped", by=user, fault=type(fault).__name__)
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        """Close the vault of this browser, then the session."""
        if request.user.is_authenticated:
            record("accounts.signed_out", by=request.user, target=request.user.username)
            vault_sessions.end(request.user, request.COOKIES.get(cookie_name(), ""))
        request.vault_cookie = ""  # type: ignore[attr-defined]
        super().logout(request)

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Ask the passphrase again, through the one way to check it."""
        return vault_sessions.unlock(user, password) is not None


class MfaAdapter(DefaultMFAAdapter):
    """The secrets of the second factor lie sealed by a server key that comes from the pepper."""

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or recovery seed."""
        return server.seal_text(text, "mfa")

    def decrypt(self, encrypted_text: str) -> str:
        """Open it. Raises `Tampered`."""
        return server.open_text(encrypted_text, "mfa")


class SessionsAdapter(DefaultUserSessionsAdapter):
    """The list of one's own sessions; ending them also closes their vaults."""

    def end_sessions(self, sessions: Any) -> None:
        """End these sessions, and every vault of the member."""
        for user in {session.user for session in sessions}:
            vault_sessions.end_all(user)
        super().end_sessions(sessions)
