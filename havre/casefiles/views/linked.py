"""Linked records: two records said to be one human being, what is still to check, and taking a link away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of
from havre.accounts.handling import handle
from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import services
from havre.casefiles.forms.linked import CheckForm, LinkForm, UnlinkForm
from havre.casefiles.linked import Side, linked_to, resemblances_visible_to, sides
from havre.casefiles.linking import Record
from havre.casefiles.models import Kind, Resemblance
from havre.casefiles.views.shared import crumbs, find_file
from havre.intake.models import Alert


def linked_of(alert: Alert, *, by: User) -> list[dict[str, Any]]:
    """What the page of an alert shows: registered with intake, which does not know us."""
    return rows_about({(Kind.ALERT, alert.pk), (Kind.EMPLOYER, alert.pk)}, by)


def rows_about(records: set[Record], by: User) -> list[dict[str, Any]]:
    """The links of some records and what is to check about them, with the page of each other record."""
    can_answer = by.can(P.ALERT_TAKE) or by.can(P.FILE_EDIT)
    return [
        {"row": each.row, "other": each.other, "through": each.through, "can_answer": can_answer}
        for each in linked_to(records, by)
    ]


def _pair(request: HttpRequest, pk: UUID) -> tuple[Resemblance, list[Side]]:
    row = get_object_or_404(resemblances_visible_to(member_of(request)), pk=pk)
    shown = sides(row.records, member_of(request))
    if len(shown) < 2:
        raise Http404
    return row, [shown[each] for each in row.records]


def _context(both: list[Side], title: str) -> dict[str, Any]:
    """The way back leads to a file rather than to an alert."""
    home = next((side for side in both if side.kind == Kind.PERSON), both[0])
    return {"sides": both, "title": title, "home": home, "crumbs": [(home.code, home.url), (title, "")]}


@needs(P.ALERT_TAKE, P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def check_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer what was left to check."""
    row, both = _pair(request, pk)
    context = _context(both, _("The same or not?"))

    def do(form: CheckForm) -> str:
        services.answer_check(row, form.cleaned_data["answer"], by=member_of(request))
        return str(context["home"].url)

    return handle(request, CheckForm, do, template="casefiles/linked_check.html", context=context, saved=_("Saved."))


@needs(P.ALERT_TAKE, P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a link away, once the page has said what that does."""
    row, both = _pair(request, pk)
    context = {**_context(both, _("Take the link away")), "row": row}

    def do(form: UnlinkForm) -> str:
        services.unlink(row, by=member_of(request))
        return str(context["home"].url)

    return handle(
        request,
        UnlinkForm,
        do,
        template="casefiles/linked_undo.html",
        context=context,
        saved=_("They stand alone again."),
    )


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def link_add(request: HttpRequest, code: str) -> HttpResponse:
    """Say that another record is about the same person."""
    file = find_file(request, code)

    def do(form: LinkForm) -> str:
        services.link(file.person, form.other, by=member_of(request))
        return reverse("casefiles:file-person", args=[code])

    return handle(
        request,
        lambda data: LinkForm(data, by=member_of(request)),
        do,
        template="casefiles/linked_add.html",
        context=lambda: {"file": file, "title": _("Link another record"), "crumbs": crumbs(file, _("Linked records"))},
        saved=_("The two records are linked."),
    )


def linked_section(request: HttpRequest, person_id: UUID) -> list[dict[str, Any]]:
    """What the file of a person shows."""
    return rows_about({(Kind.PERSON, person_id)}, member_of(request))
