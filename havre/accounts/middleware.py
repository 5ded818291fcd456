"""Signed in, vault open, second factor set: asked of every request, in that order, with exceptions on one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from havre.accounts import factors
from havre.accounts.cookies import cookie_name
from havre.accounts.recent import ask_passphrase
from havre.vault import sessions
from havre.vault.opened import ClosedVault

Answer = Callable[[HttpRequest], HttpResponse]

# Reached without being signed in.
# `found` exists only while a code drawn on the server's terminal lives.
PUBLIC = {"account_login", "mfa_authenticate", "set_language", "health", "accounts:recover", "found"}
# Reached with the vault locked.
NEEDS_NO_VAULT = PUBLIC | {"account_logout", "accounts:lock", "accounts:unlock", "accounts:preferences"}
# Reached before the second factor of the role is set.
NEEDS_NO_FACTOR = NEEDS_NO_VAULT | {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
}  # fmt: skip


class PreferencesMiddleware:
    """The member's own language, on whatever machine they sit."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Language: the member's choice, else the browser's cookie or header."""
        if request.user.is_authenticated:
            language = request.user.language
        else:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            return self.get_response(request)


class _ByView:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    @staticmethod
    def name(request: HttpRequest) -> str:
        return request.resolver_match.view_name if request.resolver_match else ""


class SignInMiddleware(_ByView):
    """Everything asks to be signed in, except a short list."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send who is not signed in to the sign-in page."""
        if request.user.is_authenticated or self.name(request) in PUBLIC:
            return None
        if getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = reverse(settings.LOGIN_URL)
            return answer
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


class VaultMiddleware(_ByView):
    """Opens the vault for one request and forgets it after; a locked session keeps what was typed."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open, answer, set or clear the cookie."""
        request.vault = ClosedVault()  # type: ignore[attr-defined]
        request.vault_cookie = None  # type: ignore[attr-defined]
        if request.user.is_authenticated and (cookie := request.COOKIES.get(cookie_name())):
            request.vault = sessions.resume(request.user, cookie) or ClosedVault()  # type: ignore[attr-defined]
        response = self.get_response(request)
        fresh = request.vault_cookie  # type: ignore[attr-defined]
        if fresh:
            response.set_cookie(
                cookie_name(), fresh, httponly=True, secure=settings.HAVRE_HTTPS, samesite="Strict", path="/"
            )
        elif fresh == "":
            response.delete_cookie(cookie_name(), path="/", samesite="Strict")
        request.vault = ClosedVault()  # type: ignore[attr-defined]
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask for the passphrase when the vault is locked; a form that was being sent is sealed and given back."""
        if not request.user.is_authenticated or request.vault.is_open or self.name(request) in NEEDS_NO_VAULT:  # type: ignore[attr-defined]
            return None
        return ask_passphrase(request)


class SecondFactorMiddleware(_ByView):
    """Where the second factor is required, nothing else opens before the one of the member's role is set."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead to the page that sets it."""
        if (
            not settings.HAVRE_SECOND_FACTOR
            or not request.user.is_authenticated
            or self.name(request) in NEEDS_NO_FACTOR
        ):
            return None
        if factors.satisfied(request.user):
            return None
        return redirect("mfa_index")
