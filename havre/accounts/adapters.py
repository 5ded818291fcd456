"""Where allauth meets the vault: no signing up, no e-mail, secrets of the second factor sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.http import HttpRequest

from havre.audit.services import record
from havre.vault import server
from havre.vault import sessions as vault_sessions


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
