"""The search box: a name, a number, or a code. What is typed travels in the body of the request, never in an address."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.drafts import forget, restore
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import queries
from havre.casefiles.models import Kind
from havre.casefiles.services import find
from havre.intake.queries import alerts_visible_to

FILE_CODE = re.compile(r"P-\d{4,8}", re.IGNORECASE)
ALERT_CODE = re.compile(r"A-\d{4}-\d{4,}", re.IGNORECASE)
LONGEST = 200
KINDS = dict(Kind.choices)


@needs(P.FILE_VIEW)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """POST finds; GET shows the empty box, or what was typed before the session was locked."""
    if request.method == "GET":
        kept = restore(request)
        return render(request, "casefiles/search.html", {"q": kept.get("q", "") if kept else ""})
    forget(request)
    q = request.POST.get("q", "").strip()[:LONGEST]
    if address := _by_code(request, q):
        return redirect(address)
    found = find(q, by=member_of(request), vault=vault_of(request)) if q else []
    return render(
        request,
        "casefiles/search.html",
        {"q": q, "asked": bool(q), "rows": [{"found": each, "kind": KINDS[each.kind]} for each in found]},
    )


def _by_code(request: HttpRequest, q: str) -> str:
    """The page of a code, when it is one and may be seen."""
    if FILE_CODE.fullmatch(q):
        file = queries.files_visible_to(member_of(request)).filter(person__code=q.upper()).first()
        return file.get_absolute_url() if file else ""
    if ALERT_CODE.fullmatch(q):
        alert = alerts_visible_to(member_of(request)).filter(reference=q.upper()).first()
        return alert.get_absolute_url() if alert else ""
    return ""
