"""The list of alerts, and the board by level."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from havre.accounts.asking import member_of
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.core import clock
from havre.intake import queries
from havre.intake.filters import SORTS, AlertFilter, sorted_rows
from havre.intake.presenting import URGENT, status_tone
from havre.intake.workflow import OPEN, AlertStatus

PER_PAGE = 50
WAITING = (*OPEN, AlertStatus.ACCEPTED)


@needs(P.ALERT_VIEW)
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """Alerts of one's organisation, 50 a page, filtered by codes and sorted."""
    found = AlertFilter(
        request.GET or None,
        queryset=queries.alert_rows(member_of(request)),
        request=request,
        years=queries.years(member_of(request)),
    )
    rows = found.qs
    sort = request.GET.get("sort", "-received")
    sort = sort if sort in SORTS else "-received"
    page = Paginator(sorted_rows(rows, sort), PER_PAGE).get_page(request.GET.get("page"))
    query, unsorted = request.GET.copy(), request.GET.copy()
    query.pop("page", None)
    for name in ("page", "sort"):
        unsorted.pop(name, None)
    for alert in page:
        alert.tone = status_tone(alert)  # type: ignore[attr-defined]
        alert.calls = alert.urgency in URGENT and alert.status in WAITING  # type: ignore[attr-defined]
    return render(
        request,
        "intake/alerts.html",
        {
            "filter": found,
            "page": page,
            "funnel": queries.funnel(rows),
            "query": query.urlencode(),
            "unsorted": unsorted.urlencode(),
            "sort": sort,
            "filtered": any(found.form.cleaned_data.values()) if found.is_bound and found.form.is_valid() else False,
            "can_take": member_of(request).can(P.ALERT_TAKE),
        },
    )


@needs(P.ALERT_VIEW)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The funnel as columns: what waits where, oldest first."""
    visible = queries.alert_rows(member_of(request))
    years = queries.years(member_of(request))
    year = request.GET.get("year", "")
    if year.isdigit() and int(year) in years:
        visible = visible.filter(year=int(year))
    else:
        year = ""
    return render(
        request,
        "intake/board.html",
        {
            "columns": queries.board(visible),
            "funnel": queries.funnel(visible),
            "years": years,
            "year": year,
            "today": clock.today(),
            "urgent": URGENT,
            "can_take": member_of(request).can(P.ALERT_TAKE),
        },
    )
