"""Answers: a fragment for htmx, a page or a redirection for a plain browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme


def inside(wanted: str, otherwise: str) -> str:
    """Where a form or an address says to go on, if it is a path of this site; else `otherwise`."""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else otherwise


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, or_go_to: Any, status: int = 200
) -> HttpResponse:
    """Render `template` for htmx; redirect a plain browser to `or_go_to` (a URL, or an object with one)."""
    if getattr(request, "htmx", False):
        return render(request, template, context or {}, status=status)
    return redirect(or_go_to)
