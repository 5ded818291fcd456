"""My day: what needs me now, each thing acted on in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import for_everyone, needs
from havre.casefiles import queries
from havre.casefiles.reading import read_rows, written
from havre.casefiles.story import compartment_label
from havre.casefiles.views.retention import retention_line
from havre.vault.fields import Compartment
from havre.vault.models import InboxItem
from havre.vault.services import mark_read

# Where a role without files goes on: what, why, where, with which permission.
WAYS: tuple[tuple[Any, Any, str, str], ...] = (
    (
        _("Figures"),
        _("Key figures, each with its definition, and the annual report."),
        "statistics:figures",
        P.FIGURES_VIEW,
    ),
    (_("Audit"), _("Who did what, to which record; and whether the log holds."), "audit:log", P.AUDIT_VIEW),
    (_("Members and access"), _("Who works here, and what each person can open."), "accounts:members", P.MEMBERS_VIEW),
)


@for_everyone
@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """What needs this member now; for a role without files, where its own work is."""
    return _day(request)


def _day(
    request: HttpRequest, *, words: dict[UUID, str] | None = None, message: InboxItem | None = None
) -> HttpResponse:
    """The page; `words` are the opened words of tasks, `message` an opened message: for browsers without scripts."""
    user = member_of(request)
    day = queries.my_day(user, vault_of(request).compartments)
    if not (user.can(P.FILE_VIEW) or day.given or day.tasks or day.done):
        return render(request, "casefiles/my_day_elsewhere.html", {"ways": _ways(request)})
    _mark_tasks(day, user)
    for item in day.inbox:
        item.label = compartment_label(item.compartment.kind)  # type: ignore[attr-defined]
        item.seen = item.subject in day.seen  # type: ignore[attr-defined]
        if message is not None and item.pk == message.pk:
            item.shown, item.read_at = message.shown, message.read_at  # type: ignore[attr-defined]
    for task in (*day.tasks, *day.done):
        task.shown = (words or {}).get(task.pk, "")  # type: ignore[attr-defined]
    context = {
        "day": day,
        "retention": retention_line(user),
        "today": day.today,
        "has_words": words is None and any(written(task, "what") for task in day.tasks),
        "can_take": user.can(P.ALERT_TAKE),
        "my_files": f"{reverse('casefiles:files')}?{urlencode({'state': 'active', 'in_charge': user.pk})}",
        "unread": sum(item.read_at is None for item in day.inbox),
    }
    return render(request, "casefiles/my_day.html" if user.can(P.FILE_VIEW) else "casefiles/my_day_given.html", context)


def _mark_tasks(day: queries.MyDay, user: User) -> None:
    """Who sees files one by one has tasks about others too: those are named, and lead nowhere."""
    given = {line.file.pk for line in day.given}
    for task in (*day.tasks, *day.done):
        task.leads_nowhere = not user.can(P.FILE_VIEW) and task.file_id not in given  # type: ignore[attr-defined]


def _ways(request: HttpRequest) -> list[dict[str, Any]]:
    ways = []
    for label, why, name, permission in WAYS:
        if not member_of(request).can(permission):
            continue
        try:
            ways.append({"label": label, "why": why, "url": reverse(name)})
        except NoReverseMatch:  # pragma: no cover (a page of another app, not there yet)
            continue
    return ways


@needs(P.TASK_DO)
@require_POST
def tasks_open(request: HttpRequest) -> HttpResponse:
    """Open the words of one's own tasks of the day."""
    user, vault = member_of(request), vault_of(request)
    mine = queries.tasks_visible_to(user).filter(who=user, done_at=None).exclude(what=None)
    tasks = list(mine.order_by("due_on")[:50])
    vault.load({task.sealed_case_id for task in tasks}, Compartment.IDENTITY)
    tasks = [task for task in tasks if vault.can_open(Compartment.IDENTITY, task.sealed_case_id)]
    texts = read_rows(vault, tasks, "what", why="task")
    words = {task.pk: each["what"] for task, each in zip(tasks, texts, strict=True)}
    if not request.htmx:  # type: ignore[attr-defined]
        return _day(request, words=words)
    day = queries.my_day(user, vault.compartments)
    _mark_tasks(day, user)
    for task in (*day.tasks, *day.done):
        task.shown = words.get(task.pk, "")  # type: ignore[attr-defined]
    context = {"day": day, "today": day.today, "has_words": False}
    return render(request, "casefiles/_day_tasks.html", context)


@needs(P.INBOX_SEND)
@require_POST
def inbox_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a message to a compartment one holds: it is then read."""
    user, vault = member_of(request), vault_of(request)
    item = get_object_or_404(queries.inbox_visible_to(user, vault.compartments), pk=pk)
    item.shown = vault.open_inbox(item)  # type: ignore[attr-defined]
    item.label = compartment_label(item.compartment.kind)  # type: ignore[attr-defined]
    item.seen = item.subject in queries.codes_seen(user, {item.subject})  # type: ignore[attr-defined]
    if item.read_at is None:
        mark_read(item, by=user)
    else:
        vault.tell("vault.inbox.read", item.subject, compartment=item.compartment.kind)
    if not request.htmx:  # type: ignore[attr-defined]
        return _day(request, message=item)
    return render(request, "casefiles/_message.html", {"item": item})
