"""What happens from day to day: contacts, notes, tasks (R33, R44)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.models import File, FileContact, Note, Person, Task
from havre.casefiles.services.retention import came_back
from havre.casefiles.services.shared import allowed, colleague, locked, not_hidden, sees
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.intake.models import Alert
from havre.vault.fields import Compartment
from havre.vault.models import CompartmentKey, InboxItem
from havre.vault.opened import OpenVault
from havre.vault.services import send_to_inbox


@transaction.atomic
def log_contact(
    file: File,
    *,
    kind: str,
    with_whom: str,
    by: User,
    vault: OpenVault,
    note: str = "",
    at: datetime | None = None,
) -> FileContact:
    """Write down a contact with the person or about them; the file's last contact follows. Raises `RuleBroken`."""
    person = file.person
    _may_write(file, Compartment.IDENTITY, by, vault)
    at = at or clock.now()
    if at > clock.now():
        raise RuleBroken(_("This moment has not come yet."), field="at")
    contact = FileContact(file=file, at=at, kind=kind, with_whom=with_whom, by=by)
    vault.seal(contact, note=note)
    contact.save(force_insert=True)
    day = timezone.localdate(at)
    fresh = locked(file)
    if fresh.last_contact_on is None or fresh.last_contact_on < day:
        fresh.last_contact_on = file.last_contact_on = day
        fresh.save(update_fields=["last_contact_on"])
    record("casefiles.contact.logged", by=by, target=person.code, contact=kind, with_whom=with_whom)
    came_back(file, by=by)
    return contact


def _may_write(file: File, kind: str, by: User, vault: OpenVault) -> None:
    """Raise `PermissionDenied` unless `by` writes in files, or was given this one with this compartment."""
    if by.organisation_id != file.person.organisation_id:
        raise PermissionDenied("The file belongs to another organisation.")
    not_hidden(file.person.case, by)
    if not by.can(P.FILE_EDIT):
        allowed(by, P.FILE_GIVEN, file.person.organisation_id)
        if not vault.can_open(kind, file.person.case_id):
            raise PermissionDenied("This compartment of the file was not given to this member.")


@transaction.atomic
def write_note(
    file: File, compartment: str, text: str, *, by: User, vault: OpenVault, at: datetime | None = None
) -> Note | InboxItem:
    """Write a note for one profession. Who does not open its compartment here writes to its inbox instead: the message
    arrives, and they cannot read it back. Raises `RuleBroken`."""
    person = file.person
    if by.organisation_id != person.organisation_id:
        raise PermissionDenied("The file belongs to another organisation.")
    if compartment not in Compartment.values:
        raise RuleBroken(_("There is no such unit."), field="compartment")
    if not text.strip():
        raise RuleBroken(_("Write something first."), field="text")
    if not vault.can_open(compartment, person.case_id):
        return message_unit(compartment, text, subject=person.code, by=by)
    _may_write(file, compartment, by, vault)
    note = Note(file=file, compartment=compartment, at=at or clock.now(), by=by)
    vault.seal(note, text=text)
    note.save(force_insert=True)
    record("casefiles.note.written", by=by, target=person.code, compartment=compartment)
    return note


@transaction.atomic
def message_unit(compartment: str, text: str, *, subject: str, by: User) -> InboxItem:
    """Write to the holders of a compartment about a file; leaves the vault's own event.

    Raises `RuleBroken`, for a restricted file too: the whole unit would read the message.
    """
    allowed(by, P.INBOX_SEND, by.organisation_id)
    if _is_restricted(subject, by):
        raise RuleBroken(
            _(
                "This file is restricted: the whole unit would read the message. Speak to someone named for it, or name them."
            ),
            field="text",
        )
    if not text.strip():
        raise RuleBroken(_("Write something first."), field="text")
    try:
        return send_to_inbox(compartment, text, by=by, subject=subject)
    except CompartmentKey.DoesNotExist:
        raise RuleBroken(_("Nobody holds this compartment yet: there is no one to write to."), field="text") from None


def _is_restricted(subject: str, by: User) -> bool:
    """Is what a message is about restricted, file or alert?"""
    mine = {"organisation_id": by.organisation_id, "case__restricted_at__isnull": False}
    return bool(subject) and (
        Person.objects.filter(**mine, code=subject).exists() or Alert.objects.filter(**mine, reference=subject).exists()
    )


@transaction.atomic
def add_task(
    about: File | Alert,
    *,
    kind: str,
    due_on: date,
    who: User,
    by: User,
    vault: OpenVault | None = None,
    what: str = "",
    cause: str = "",
) -> Task:
    """Something to do, by someone, on a day. The same `cause` makes it once: the task already there is returned.

    Raises `RuleBroken`; `what` needs a vault.
    """
    organisation_id = about.person.organisation_id if isinstance(about, File) else about.organisation_id
    allowed(by, P.TASK_DO, organisation_id)
    case = about.person.case if isinstance(about, File) else about.case
    not_hidden(case, by)
    colleague(who, by, field="who")
    sees(who, case, field="who")
    if not who.can(P.TASK_DO):
        raise RuleBroken(_("This colleague's role has no tasks."), field="who")
    if cause and (there := Task.objects.filter(cause=cause).first()):
        return there
    task = Task(
        organisation_id=organisation_id,
        file=about if isinstance(about, File) else None,
        alert=about if isinstance(about, Alert) else None,
        kind=kind,
        due_on=due_on,
        who=who,
        cause=cause,
    )
    if what:
        if vault is None:
            raise ValueError("What is to be done is sealed: it needs a vault.")
        vault.seal(task, what=what)
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        there = Task.objects.filter(cause=cause).first() if cause else None
        if there is None:
            raise
        return there
    record("casefiles.task.added", by=by, target=task.audit_target, task=kind, due_on=due_on, to=who.username)
    return task


@transaction.atomic
def do_task(task: Task, *, by: User) -> Task:
    """It is done. Doing what is done changes nothing."""
    task = locked(task)
    allowed(by, P.TASK_DO, task.organisation_id)
    if task.done_at is None:
        task.done_at, task.done_by = clock.now(), by
        task.save(update_fields=["done_at", "done_by"])
        record("casefiles.task.done", by=by, target=task.audit_target, task=task.kind)
    return task


@transaction.atomic
def undo_task(task: Task, *, by: User) -> Task:
    """It was not done after all. Undoing what is not done changes nothing."""
    task = locked(task)
    allowed(by, P.TASK_DO, task.organisation_id)
    if task.done_at is not None:
        task.done_at = task.done_by = None
        task.save(update_fields=["done_at", "done_by"])
        record("casefiles.task.undone", by=by, target=task.audit_target, task=task.kind)
    return task


def open_urgent_task(alert: Alert, *, by: User) -> Task:
    """An urgent answer at intake asks for something the same day, from who is in charge or took the alert."""
    here = [user for user in (alert.in_charge, alert.taken_by) if user is not None and user.can(P.TASK_DO)]
    return add_task(
        alert,
        kind="urgent_answer",
        due_on=clock.today(),
        who=here[0] if here else by,
        cause=f"intake.urgent:{alert.pk}",
        by=by,
    )
