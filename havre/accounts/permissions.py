"""Who may do what: one table. The screens, the checks, the tests and `docs/reference/permissions.md` read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from havre.vault.fields import Compartment as C


class Permission(TextChoices):
    """One act or one view."""

    ALERT_VIEW = "alert_view", _("See alerts")
    ALERT_TAKE = "alert_take", _("Take an alert")
    ALERT_STUDY = "alert_study", _("Study an alert (level 1)")
    ALERT_INTERVIEW = "alert_interview", _("Hold an interview (level 2)")
    ALERT_DECIDE = "alert_decide", _("Write the collegial decision (level 3)")
    ALERT_REDIRECT = "alert_redirect", _("Redirect or close an alert")
    DIRECTORY_VIEW = "directory_view", _("See the partner directory")
    DIRECTORY_EDIT = "directory_edit", _("Change the partner directory")
    FILE_VIEW = "file_view", _("See files")
    FILE_OPEN = "file_open", _("Open a file")
    FILE_EDIT = "file_edit", _("Write in a file")
    FILE_ASSIGN = "file_assign", _("Say who is in charge")
    FILE_ARCHIVE_VIEW = "file_archive_view", _("See archived records, and bring them back")
    RETENTION_MANAGE = "retention_manage", _("Archive what is due, and ask for what is to be erased")
    ERASURE_CONFIRM = "erasure_confirm", _("Confirm, as the second person, what is to be erased")
    HOLD_PLACE = "hold_place", _("Place a record under legal hold")
    EXTRACT_MAKE = "extract_make", _("Give a person their own extract")
    FILE_GIVEN = "file_given", _("See the files one was given")
    FILE_GIVE = "file_give", _("Give one file to someone, for a time")
    FILE_RESTRICT = "file_restrict", _("Restrict a file to those named for it")
    EMERGENCY = "emergency", _("Ask for emergency access, or answer, as an officer")
    TASK_DO = "task_do", _("Have tasks")
    INBOX_SEND = "inbox_send", _("Write to another unit")
    FIGURES_VIEW = "figures_view", _("See figures")
    FIGURES_ROWS = "figures_rows", _("See the rows behind a figure")
    FIGURES_SNAPSHOT = "figures_snapshot", _("Take a snapshot and make the report")
    AUDIT_VIEW = "audit_view", _("Read the audit log")
    ACCESS_GIVE = "access_give", _("Open a compartment one holds to a colleague")
    MEMBERS_VIEW = "members_view", _("See the members and their access")


P = Permission


class Role(TextChoices):
    """A profession or a function; each person has one."""

    RECEPTION = "reception", _("Reception officer")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    LAWYER = "lawyer", _("Lawyer")
    PSYCHOLOGIST = "psychologist", _("Psychologist")
    COORDINATOR = "coordinator", _("Coordinator")
    DATA_OFFICER = "data_officer", _("Data officer")
    VOLUNTEER = "volunteer", _("Volunteer or interpreter")
    ADMINISTRATOR = "administrator", _("Administrator")


@dataclass(frozen=True)
class Rights:
    """What a role opens (compartments) and does (permissions)."""

    compartments: frozenset[str]
    permissions: frozenset[str]


def _rights(compartments: set[str], permissions: set[str]) -> Rights:
    return Rights(frozenset(compartments), frozenset(permissions))


_TEAM = {
    P.ALERT_VIEW, P.DIRECTORY_VIEW, P.FILE_VIEW, P.TASK_DO, P.INBOX_SEND, P.FIGURES_VIEW, P.ACCESS_GIVE,
    # Any member of the team may be made an officer; the page asks for the key, not only for the role.
    P.EMERGENCY,
}  # fmt: skip

ROLES: dict[str, Rights] = {
    Role.RECEPTION: _rights(
        {C.IDENTITY}, {*_TEAM, P.ALERT_TAKE, P.ALERT_STUDY, P.ALERT_REDIRECT, P.DIRECTORY_EDIT}
    ),
    Role.SOCIAL_WORKER: _rights(
        {C.IDENTITY, C.SOCIAL},
        {*_TEAM, P.ALERT_TAKE, P.ALERT_STUDY, P.ALERT_INTERVIEW, P.ALERT_REDIRECT, P.DIRECTORY_EDIT, P.FILE_EDIT,
         P.FILE_GIVE, P.ERASURE_CONFIRM, P.EXTRACT_MAKE},
    ),
    Role.LAWYER: _rights(
        {C.IDENTITY, C.LEGAL},
        {*_TEAM, P.ALERT_TAKE, P.ALERT_STUDY, P.ALERT_INTERVIEW, P.ALERT_REDIRECT, P.FILE_EDIT, P.FILE_GIVE,
         P.ERASURE_CONFIRM, P.HOLD_PLACE, P.EXTRACT_MAKE},
    ),
    Role.PSYCHOLOGIST: _rights({C.IDENTITY, C.PSYCHOLOGY}, {*_TEAM, P.FILE_EDIT, P.FILE_GIVE, P.EXTRACT_MAKE}),
    Role.COORDINATOR: _rights(
        {C.IDENTITY, C.SOCIAL, C.LEGAL, C.GOVERNANCE},
        {
            *_TEAM, P.ALERT_TAKE, P.ALERT_STUDY, P.ALERT_INTERVIEW, P.ALERT_DECIDE, P.ALERT_REDIRECT, P.DIRECTORY_EDIT,
            P.FILE_OPEN, P.FILE_EDIT, P.FILE_ASSIGN, P.FILE_GIVE, P.FILE_RESTRICT, P.FIGURES_ROWS, P.FIGURES_SNAPSHOT,
            P.AUDIT_VIEW, P.MEMBERS_VIEW, P.FILE_ARCHIVE_VIEW, P.RETENTION_MANAGE, P.ERASURE_CONFIRM, P.HOLD_PLACE,
            P.EXTRACT_MAKE,
        },
    ),
    # Coded facts only: no compartment, no alert, no file.
    Role.DATA_OFFICER: _rights(set(), {P.FIGURES_VIEW, P.FIGURES_ROWS, P.FIGURES_SNAPSHOT}),
    # The files they were given, one at a time.
    Role.VOLUNTEER: _rights(set(), {P.TASK_DO, P.FILE_GIVEN}),
    # May be an officer: answers emergency requests, and reads nothing without one agreed to by another.
    Role.ADMINISTRATOR: _rights(set(), {P.AUDIT_VIEW, P.MEMBERS_VIEW, P.EMERGENCY}),
}  # fmt: skip


def check(user: Any, permission: str) -> None:
    """Raise `PermissionDenied` unless the role holds the permission. Every service begins with it."""
    if not user.can(permission):
        raise PermissionDenied(f"The role {user.role} does not hold {permission}.")


View = Callable[..., HttpResponse]


def needs(*permissions: str) -> Callable[[View], View]:
    """The view answers 404 to whoever holds none of these permissions: what one may not see does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.can(p) for p in permissions):  # type: ignore[union-attr]
                raise Http404
            return view(request, *args, **kwargs)

        guarded.needs = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def for_everyone(view: View) -> View:
    """Marks a view that every signed-in member may open, whatever the role."""
    view.needs = ()  # type: ignore[attr-defined]
    return view
