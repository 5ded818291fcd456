"""The list of files, and handing many of them to a colleague at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from havre.accounts.asking import member_of
from havre.accounts.handling import attempt
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import presenting, queries, services
from havre.casefiles.filters import DEFAULT_SORT, SORTS, FileFilter
from havre.casefiles.forms.file import ReassignForm
from havre.casefiles.models import File, Period
from havre.core import clock

A_PAGE = 50


def _chosen_filter(data: QueryDict, request: HttpRequest) -> FileFilter:
    """The filter of an address; without any word in it, the active files."""
    asked = data.copy()
    if not set(asked) & set(FileFilter.base_filters):
        asked["state"] = "active"
    return FileFilter(asked, user=member_of(request))


@needs(P.FILE_VIEW, P.FILE_GIVEN)
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The files of the organisation: codes and coded facts, never a name. A volunteer's list is what they were given."""
    if not member_of(request).can(P.FILE_VIEW):
        return render(request, "casefiles/files_given.html", {"given": queries.given_files(member_of(request))})
    chosen = _chosen_filter(request.GET, request)
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else DEFAULT_SORT
    page = Paginator(queries.listed(chosen.qs).order_by(*SORTS[sort]), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    user = member_of(request)
    context = {
        "page": page,
        "rows": [_row(file) for file in page],
        "filter": chosen,
        "query": query.urlencode(),
        "columns": _columns(query, sort),
        "can_assign": user.can(P.FILE_ASSIGN),
        "can_retain": user.can(P.RETENTION_MANAGE),
        "form": ReassignForm(user=user) if user.can(P.FILE_ASSIGN) else None,
        "total": page.paginator.count,
    }
    return render(request, "casefiles/files.html", context)


def _row(file: File) -> dict[str, Any]:
    periods = list(file.periods.all())
    opened = [p for p in periods if p.closed_on is None]
    names = dict.fromkeys(p.in_charge.display_name if p.in_charge else _("nobody") for p in opened)
    days = (clock.today() - max([file.last_contact_on or file.opened_on, *(p.opened_on for p in opened)])).days
    return {
        "file": file,
        "badges": presenting.unit_badges(periods),
        "in_charge": ", ".join(names),
        "restricted": file.person.case.restricted_at is not None,
        "late": bool(opened) and days >= queries.UNTOUCHED_DAYS,
    }


def _columns(query: QueryDict, sort: str) -> list[dict[str, Any]]:
    """The headings; those that sort carry the address of the other order."""
    headings = [
        (_("Code"), "code"), (_("Units"), ""), (_("In charge"), ""), (_("Since"), "since"), (_("Last contact"), "contact"),
    ]  # fmt: skip
    columns = []
    for label, key in headings:
        column: dict[str, Any] = {"label": label}
        if key:
            other = query.copy()
            other["sort"] = f"-{key}" if sort == key else key
            column |= {
                "url": f"?{other.urlencode()}",
                "order": {key: "ascending", f"-{key}": "descending"}.get(sort, "none"),
            }
        columns.append(column)
    return columns


@needs(P.FILE_ASSIGN)
@require_POST
def reassign(request: HttpRequest) -> HttpResponse:
    """Say what will happen, then do it: any number of files, across pages."""
    user = member_of(request)
    form = ReassignForm(request.POST, user=user)
    if not form.is_valid():
        return _confirm(request, form, Period.objects.none(), status=422)
    periods = _periods(request, form)
    if "confirm" not in request.POST:
        return _confirm(request, form, periods)
    done: list[int] = []

    def do(valid: ReassignForm) -> str:
        done.append(services.reassign(periods, valid.cleaned_data["to"], by=user))
        return reverse("casefiles:files")

    led_to, status = attempt(request, form, do)
    if led_to is None:
        return _confirm(request, form, periods, status=status)
    if done:
        words = ngettext("%(count)s file changed hands.", "%(count)s files changed hands.", done[0]) % {
            "count": done[0]
        }
        messages.success(request, words)
    return redirect(led_to)


def _periods(request: HttpRequest, form: ReassignForm) -> QuerySet[Period]:
    """The open periods of the unit, of the files ticked or of the whole filtered list."""
    files = queries.files_visible_to(member_of(request))
    if request.POST.get("all"):
        files = _chosen_filter(QueryDict(request.POST.get("query", "")), request).qs
    else:
        files = files.filter(person__code__in=request.POST.getlist("file"))
    return (
        Period.objects.filter(file__in=files.order_by().values("pk"), unit=form.cleaned_data["unit"], closed_on=None)
        .exclude(in_charge=form.cleaned_data["to"])
        .select_related("in_charge")
    )


def _confirm(request: HttpRequest, form: ReassignForm, periods: QuerySet[Period], *, status: int = 200) -> HttpResponse:
    counts: dict[str, int] = {}
    for period in periods:
        name = period.in_charge.display_name if period.in_charge else _("nobody")
        counts[name] = counts.get(name, 0) + 1
    chosen = form.cleaned_data if form.is_bound and not form.errors else {}
    context = {
        "form": form,
        "rows": sorted(counts.items()),
        "total": sum(counts.values()),
        "to": chosen.get("to"),
        "unit": chosen.get("unit", ""),
        "codes": request.POST.getlist("file"),
        "all": request.POST.get("all", ""),
        "query": request.POST.get("query", ""),
        "crumbs": [(_("Files"), reverse("casefiles:files")), (_("Change who is in charge"), "")],
    }
    return render(request, "casefiles/reassign.html", context, status=status)
