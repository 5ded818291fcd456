"""Locking, unlocking, drafts, one's own settings, who has access to what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts import factors, limits, queries, services
from havre.accounts.asking import member_of, vault_of
from havre.accounts.cookies import cookie_name
from havre.accounts.drafts import keep
from havre.accounts.forms import PreferencesForm, UnlockForm
from havre.accounts.permissions import ROLES, Permission, Role, for_everyone
from havre.audit.services import record
from havre.core.http import inside
from havre.vault import sessions
from havre.vault.fields import Compartment
from havre.vault.officers import fingerprint_or_none, naming_of
from havre.vault.papers import in_danger


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Havre") == "fetch"


def _next(request: HttpRequest) -> str:
    """Where to go on, inside this site only."""
    return inside(request.POST.get("next") or request.GET.get("next") or "/", "/")


@for_everyone
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Forget the key of this browser at once."""
    found = sessions.find(member_of(request), request.COOKIES.get(cookie_name(), ""))
    if found:
        sessions.lock(found[0])
        record("accounts.vault.locked", by=member_of(request), target=member_of(request).username)
    return HttpResponse(status=204) if _by_script(request) else redirect("accounts:unlock")


@for_everyone
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask the passphrase; the page left, and what was typed there, come back."""
    wrong, again = False, request.GET.get("why") == "again"
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        counted = limits.consume(request, "passphrase", str(member_of(request).pk))
        private = sessions.unlock(member_of(request), form.cleaned_data["passphrase"])
        if private is not None:
            counted.give_back()
            sessions.end(member_of(request), request.COOKIES.get(cookie_name(), ""))
            request.vault_cookie = sessions.start(member_of(request), private)  # type: ignore[attr-defined]
            record("accounts.vault.unlocked", by=member_of(request), target=member_of(request).username)
            return HttpResponse(status=204) if _by_script(request) else redirect(_next(request))
        wrong = True
        record("accounts.vault.unlock_failed", by=member_of(request), target=member_of(request).username)
    if _by_script(request):
        return HttpResponse(status=422)
    if request.method == "GET" and vault_of(request).is_open:
        return redirect(_next(request))
    return render(
        request,
        "423.html",
        {"next": _next(request), "wrong": wrong, "form": form, "again": again},
        status=422 if wrong else 200,
    )


@for_everyone
@require_GET
def alive(request: HttpRequest) -> HttpResponse:
    """Is the vault still open? The middleware has answered 423 if not."""
    return HttpResponse(status=204)


@for_everyone
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep a form being typed, sealed to whoever types it."""
    keep(request)
    return HttpResponse(status=204)


@for_everyone
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme."""
    services.set_preferences(
        member_of(request),
        language=request.POST.get("language"),
        theme=request.POST.get("theme"),
        by=member_of(request),
    )
    if _by_script(request):
        return HttpResponse(status=204)
    messages.success(request, _("Saved."))
    return redirect(_next(request))


@for_everyone
@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """One's own settings: language, theme, second factor, sessions, compartments, and what is in danger of loss."""
    labels = dict(Compartment.choices)
    sees_members = any(member_of(request).can(p) for p in (Permission.MEMBERS_VIEW, Permission.ACCESS_GIVE))
    return render(
        request,
        "accounts/settings.html",
        {
            "form": PreferencesForm(instance=member_of(request)),
            "held": [(kind, label, vault_of(request).can_open(kind)) for kind, label in Compartment.choices],
            "code_checked_at": queries.code_checked_at(member_of(request)),
            "factors": queries.second_factors(member_of(request)),
            "codes_left": factors.codes_left(member_of(request)),
            "few_codes": factors.FEW_CODES,
            "officer": member_of(request).can(Permission.EMERGENCY) and hasattr(member_of(request), "officer_key"),
            "can_see_members": sees_members,
            "has_papers": sees_members,
            "in_danger": [labels[kind] for kind in in_danger(member_of(request))],
            "named_officer": naming_of(member_of(request)) is not None,
            "fingerprint": fingerprint_or_none(vault_of(request)),
        },
    )


@for_everyone
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """What each role does and opens: the table the whole application obeys."""
    rows = [(permission.label, [permission in ROLES[role].permissions for role in Role]) for permission in Permission]
    opens = [(c.label, [c in ROLES[role].compartments for role in Role]) for c in Compartment]
    needs = [factors.needed(role).label for role in Role]
    return render(request, "accounts/roles.html", {"roles": Role, "rows": rows, "opens": opens, "needs": needs})
