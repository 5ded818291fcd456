"""Day to day: periods, contacts, notes, messages to another unit, tasks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import queries, services
from havre.casefiles.forms.file import (
    AssignForm,
    ContactForm,
    MessageForm,
    NoteForm,
    PeriodCloseForm,
    PeriodOpenForm,
    TaskForm,
)
from havre.casefiles.models import File, Note, Period
from havre.casefiles.story import compartment_label, sealed_for
from havre.casefiles.views.shared import crumbs, find_file, go_back, theirs_of
from havre.core import clock, codelists
from havre.core.http import fragment
from havre.vault.fields import Compartment


def _form_page(
    request: HttpRequest, file: File, make: Any, do: Any, *, title: str, saved: str, **more: Any
) -> HttpResponse:
    """A short form about a file: one template for all."""
    explain, button, theirs = more.get("explain", ""), more.get("button", _("Save")), more.get("theirs")
    return handle(
        request,
        make,
        do,
        template="casefiles/short_form.html",
        context=lambda: {
            "file": file,
            "title": title,
            "explain": explain,
            "button": button,
            "crumbs": crumbs(file, title),
        },
        saved=saved,
        theirs=theirs,
    )


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def period_open(request: HttpRequest, code: str) -> HttpResponse:
    """A unit begins to accompany."""
    file = find_file(request, code)
    user = member_of(request)

    def do(form: PeriodOpenForm) -> File:
        values = form.facts()
        services.open_period(
            file, values["unit"], opened_on=values["opened_on"], in_charge=values["in_charge"], by=user
        )
        return file

    title = _("A unit begins to accompany")
    return _form_page(request, file, lambda data: PeriodOpenForm(data, user=user), do, title=title, saved=_("Saved."))


def _period(file: File, pk: UUID) -> Period:
    period: Period = get_object_or_404(Period.objects.select_related("in_charge"), pk=pk, file=file)
    return period


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def period_close(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """A unit stops accompanying."""
    file = find_file(request, code)
    period = _period(file, pk)

    def do(form: PeriodCloseForm) -> File:
        values = form.cleaned_data
        services.close_period(
            period,
            closed_on=values["closed_on"],
            reason=values["reason"],
            revision=values["revision"],
            by=member_of(request),
        )
        return file

    unit = codelists.get("unit").label(period.unit)
    return _form_page(
        request,
        file,
        lambda data: PeriodCloseForm(data, revision=period.revision),
        do,
        title=_("%(unit)s: accompaniment ends") % {"unit": unit},
        explain=_("The file stays; the unit can begin again later."),
        saved=_("Saved."),
    )


@needs(P.FILE_ASSIGN)
@require_http_methods(["GET", "POST"])
def period_assign(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Say who is in charge."""
    file = find_file(request, code)
    user = member_of(request)

    def fresh(data: Any) -> AssignForm:
        period = _period(file, pk)
        initial = {"in_charge": period.in_charge_id}
        return AssignForm(data, unit=period.unit, user=user, revision=period.revision, initial=initial)

    def do(form: AssignForm) -> File:
        values = form.cleaned_data
        services.assign_period(_period(file, pk), values["in_charge"], revision=values["revision"], by=user)
        return file

    unit = codelists.get("unit").label(_period(file, pk).unit)
    return _form_page(
        request,
        file,
        fresh,
        do,
        title=_("%(unit)s: person in charge") % {"unit": unit},
        saved=_("Saved."),
        theirs=lambda: theirs_of(fresh(None)),
    )


@needs(P.FILE_EDIT, P.FILE_GIVEN)
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Note a contact."""
    file = find_file(request, code)
    if Compartment.IDENTITY not in _writes(request, file):
        raise Http404

    def do(form: ContactForm) -> File:
        services.log_contact(file, **form.facts(), by=member_of(request), vault=vault_of(request))
        return file

    return _form_page(request, file, ContactForm, do, title=_("A contact"), saved=_("Contact noted."))


@needs(P.FILE_EDIT, P.FILE_GIVEN)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Write a note for one profession; to another one it is a message."""
    file = find_file(request, code)
    vault, held = vault_of(request), _writes(request, file)
    if not held:
        raise Http404
    # To a unit one writes a message; not about a restricted file, and not who was only given it.
    sends = member_of(request).can(P.INBOX_SEND) and not file.standing.restricted  # type: ignore[attr-defined]

    def do(form: NoteForm) -> str:
        values = form.facts()
        made = services.write_note(file, values["compartment"], values["text"], by=member_of(request), vault=vault)
        if isinstance(made, Note):
            messages.success(request, _("Note saved."))
            return reverse("casefiles:file-notes", args=[code])
        messages.success(request, _("Sent to the unit: only they open it."))
        return file.get_absolute_url()

    return _form_page(
        request,
        file,
        lambda data: NoteForm(data, held=held, sends=sends, initial={"compartment": _own(held)}),
        do,
        title=_("A note"),
        explain=_("Sealed as you save it. Only the profession you choose opens it."),
        saved="",
    )


def _writes(request: HttpRequest, file: File) -> frozenset[str]:
    """The compartments of this file that one may write in."""
    return file.standing.writes(vault_of(request), file)  # type: ignore[attr-defined]


def _own(held: frozenset[str]) -> str:
    """The compartment of one's own profession, else the team's."""
    own = sorted(held - {Compartment.IDENTITY, Compartment.GOVERNANCE})
    return own[0] if len(own) == 1 or (own and Compartment.IDENTITY not in held) else Compartment.IDENTITY


@needs(P.INBOX_SEND)
@require_http_methods(["GET", "POST"])
def message(request: HttpRequest, code: str, compartment: str) -> HttpResponse:
    """Write to the holders of a compartment about a file."""
    if compartment not in Compartment.values:
        raise Http404
    file = find_file(request, code)

    def do(form: MessageForm) -> File:
        services.message_unit(compartment, form.cleaned_data["text"], subject=code, by=member_of(request))
        return file

    return _form_page(
        request,
        file,
        MessageForm,
        do,
        title=_("A message · %(unit)s") % {"unit": compartment_label(compartment)},
        explain=sealed_for(compartment),
        button=_("Send"),
        saved=_("Sent."),
    )


@needs(P.TASK_DO)
@require_http_methods(["GET", "POST"])
def task_add(request: HttpRequest, code: str) -> HttpResponse:
    """Something to do, by someone, on a day."""
    file = find_file(request, code)
    user = member_of(request)
    if not user.can(P.FILE_VIEW):
        raise Http404  # who was only given the file does their tasks, and gives none

    def make(data: Any) -> TaskForm:
        kind = request.GET.get("kind", "")
        initial = {"kind": kind} if kind in codelists.get("task_kind").active() else {}
        return TaskForm(data, user=user, file=file, initial=initial)

    def do(form: TaskForm) -> str:
        services.add_task(file, **form.facts(), by=user, vault=vault_of(request))
        return reverse("casefiles:file-tasks", args=[code])

    return _form_page(request, file, make, do, title=_("A task"), saved=_("Task added."))


def _task(request: HttpRequest, pk: UUID) -> Any:
    return get_object_or_404(queries.tasks_visible_to(member_of(request)).defer("what"), pk=pk)


@needs(P.TASK_DO)
@require_POST
def task_do(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It is done."""
    task = services.do_task(_task(request, pk), by=member_of(request))
    return _task_row(request, task)


@needs(P.TASK_DO)
@require_POST
def task_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It was not done after all."""
    task = services.undo_task(_task(request, pk), by=member_of(request))
    return _task_row(request, task)


def _task_row(request: HttpRequest, task: Any) -> HttpResponse:
    where = go_back(request, reverse("casefiles:my-day"))
    context = {
        "task": _task(request, task.pk),
        "today": clock.today(),
        "where": where,
        "in_file": "in_file" in request.POST,
    }
    return fragment(request, "casefiles/_task.html", context, or_go_to=where)
