"""Where allauth meets the vault: no signing up, no e-mail, no address kept, secrets of the second factor sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from havre.accounts import limits
from havre.accounts.cookies import cookie_name
from havre.audit.services import record
from havre.vault import erasure, rotation, server, sharing
from havre.vault import sessions as vault_sessions
from havre.vault.errors import VaultError
from havre.vault.services import check_pin

# A member left and keys were renewed: each sign-in of those who stay does its part, a second or so.
SIGN_IN_BATCHES = 4
# allauth tells these changes by mail; here they are told in the audit log.
_TOLD = {
    "mfa/email/totp_activated": ("accounts.factor.added", Authenticator.Type.TOTP),
    "mfa/email/totp_deactivated": ("accounts.factor.removed", Authenticator.Type.TOTP),
    "mfa/email/webauthn_added": ("accounts.factor.added", Authenticator.Type.WEBAUTHN),
    "mfa/email/webauthn_removed": ("accounts.factor.removed", Authenticator.Type.WEBAUTHN),
    "mfa/email/recovery_codes_generated": ("accounts.factor.codes_made", Authenticator.Type.RECOVERY_CODES),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a ceremony; mail is never sent."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves: no e-mail reset, no notice."""

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """A factor was added or taken off: the audit log says so."""
        if template_prefix in _TOLD:
            kind, factor = _TOLD[template_prefix]
            record(kind, by=user, target=user.username, factor=factor)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Nobody's address is kept: the list of sessions does without. Limits count a keyed hash of it (`limits`)."""
        return "0.0.0.0"  # noqa: S104 - an address that is none, not one to listen on

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before anything is looked at, the same for a name that exists and one that does not."""
        name = credentials.get("username", "").strip().lower()
        self._counted = limits.consume(request, "sign_in", name)

    def _rollback_login_failed_rl_usage(self) -> None:
        """The passphrase was right."""
        self._counted.give_back()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace of a failed sign-in, without what was typed."""
        super().authentication_failed(request, **credentials)
        record("accounts.sign_in.failed", by=None)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Signed in: leave a trace, and check that the audit log still holds what this member last saw."""
        methods = [
            each.get("type") for each in get_authentication_records(request, user) if each.get("method") == "mfa"
        ]
        record("accounts.signed_in", by=user, target=user.username, factor=methods[-1] if methods else "")
        _sweep_sessions()
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
            UserSession.objects.filter(session_key=request.session.session_key).delete()
        request.vault_cookie = ""  # type: ignore[attr-defined]
        super().logout(request)


class MfaAdapter(DefaultMFAAdapter):
    """The secrets of the second factor lie sealed by a server key that comes from the pepper."""

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or recovery seed."""
        return server.seal_text(text, "mfa")

    def decrypt(self, encrypted_text: str) -> str:
        """Open it. Raises `Tampered`."""
        return server.open_text(encrypted_text, "mfa")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name of this server, which a key answers to and to no other."""
        return {"id": host_of(context.request), "name": "Havre"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A name for a key whose owner gives none."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Key %(number)s") % {"number": number}


class SessionsAdapter(DefaultUserSessionsAdapter):
    """The list of one's own sessions; ending them also closes their vaults."""

    @transaction.atomic
    def end_sessions(self, sessions: Any) -> None:
        """End these sessions and their vaults; this browser's stays open unless it is one of them."""
        here = (
            "" if any(session.is_current() for session in sessions) else context.request.COOKIES.get(cookie_name(), "")
        )
        for user in {session.user for session in sessions}:
            vault_sessions.end_all(user, but=here)
            record("accounts.sessions.ended", by=user, target=user.username, count=len(sessions))
        super().end_sessions(sessions)


def host_of(request: HttpRequest) -> str:
    """The name in the address bar, without its port."""
    host = request.get_host()
    return host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]


def _sweep_sessions() -> None:
    """Sessions that are over, and the browsers that were listed for them, are forgotten."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
