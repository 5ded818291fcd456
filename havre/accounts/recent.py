"""Acts that open, take out or destroy: the passphrase must have been typed in the last minutes, on this browser.

A passphrase typed too long ago locks the vault, and the ordinary lock page asks for it: what was being sent is kept
sealed and given back, the same way as after a quarter of an hour of absence.
"""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from havre.accounts.cookies import cookie_name
from havre.accounts.drafts import keep
from havre.accounts.permissions import View
from havre.vault import sessions
from havre.vault.opened import ClosedVault

# How long a typed passphrase counts as just typed.
RECENT = timedelta(minutes=5)


def ask_passphrase(request: HttpRequest, **why: str) -> HttpResponse:
    """The lock page, in the way the request can show it; a form that was being sent is sealed and given back."""
    kept = request.method == "POST" and len(request.POST) > 1
    if kept:
        keep(request)
    where = request.POST.get("_page") or request.path if request.method == "POST" else request.get_full_path()
    unlock = f"{reverse('accounts:unlock')}?{urlencode({'next': where, **why})}"
    if request.method == "GET" and not request.htmx:  # type: ignore[attr-defined]
        return redirect(unlock)
    return render(request, "423.html", {"unlock": unlock, "kept": kept, "again": bool(why)}, status=423)


def recently(view: View) -> View:
    """For views that open to someone, take out, or erase: asks the passphrase again after five minutes.

    Under `@needs`, over the view: who may not see it gets 404 first.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sessions.typed_within(request.vault, RECENT):  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        found = sessions.find(request.user, request.COOKIES.get(cookie_name(), ""))
        if found:
            sessions.lock(found[0])
        request.vault = ClosedVault()  # type: ignore[attr-defined]
        return ask_passphrase(request, why="again")

    guarded.recently = True  # type: ignore[attr-defined]
    return guarded
