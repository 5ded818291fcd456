"""What happened, from the alert to today: one line of time built from the records, filtered by what the reader opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from havre.accounts.models import User
from havre.casefiles.models import File, FileContact, Note, Task
from havre.casefiles.queries import alerts_of
from havre.casefiles.reading import read_rows, written
from havre.casefiles.standing import opened_kinds
from havre.core import codelists
from havre.intake.models import Alert
from havre.intake.queries import alerts_visible_to
from havre.vault.fields import Compartment
from havre.vault.opened import Vault


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened. `text` is opened sealed text; `closed` says for whom it is sealed."""

    at: date
    moment: datetime
    title: str
    text: str = ""
    who: str = ""
    badge: str = ""
    tone: str = ""
    url: str = ""
    closed: str = ""
    # Sealed, and the reader may open it.
    can_open: bool = False
    sealed: bool = True


def label(name: str, code: str) -> str:
    """The label of a code."""
    return codelists.get(name).label(code)


def sealed_for(compartment: str, *, restricted: bool = False) -> str:
    """The sentence of something closed: for whom it is sealed."""
    if restricted:
        return _("This file is restricted: open to those named for it.")
    return {
        Compartment.IDENTITY: _("Sealed for the team that follows the person."),
        Compartment.SOCIAL: _("Sealed for social workers."),
        Compartment.PSYCHOLOGY: _("Sealed for psychologists."),
        Compartment.LEGAL: _("Sealed for lawyers."),
        Compartment.GOVERNANCE: _("Sealed for the coordination."),
    }[Compartment(compartment)]


def compartment_label(compartment: str) -> str:
    """The name of a compartment, as a heading."""
    return {
        Compartment.IDENTITY: _("For the whole team"),
        Compartment.SOCIAL: _("Social"),
        Compartment.PSYCHOLOGY: _("Psychology"),
        Compartment.LEGAL: _("Legal"),
        Compartment.GOVERNANCE: _("Coordination"),
    }[Compartment(compartment)]


def story(
    file: File, user: User, vault: Vault, *, opened: bool = False, why: str = "", closed_too: bool = True
) -> list[Entry]:
    """Every event of a file, newest first. `opened` opens the texts of what this reader opens, and says so in the log.

    Without `closed_too`, notes of another profession are left out. `file.periods` should be prefetched.
    """
    contacts = list(FileContact.objects.filter(file=file).select_related("by").defer(*(() if opened else ("note",))))
    notes = list(Note.objects.filter(file=file).select_related("by").defer(*(() if opened else ("text",))))
    tasks = list(Task.objects.filter(file=file).select_related("who", "done_by").defer("what"))
    for contact in contacts:
        contact.file = file
    for note in notes:
        note.file = file
    opens = opened_kinds(vault, file.person.case_id)
    if not closed_too:
        notes = [note for note in notes if note.compartment in opens]
    texts: dict[Any, str] = {}
    if opened:
        mine = [note for note in notes if note.compartment in opens]
        texts = {n.pk: t["text"] for n, t in zip(mine, read_rows(vault, mine, "text", why=why), strict=True)}
        if Compartment.IDENTITY in opens:
            said = read_rows(vault, contacts, "note", why=why)
            texts |= {c.pk: t["note"] for c, t in zip(contacts, said, strict=True)}
    alerts = alerts_of(file)
    seen = set(alerts_visible_to(user).filter(pk__in=[alert.pk for alert in alerts]).values_list("pk", flat=True))
    entries = [e for alert in alerts for e in _of_alert(alert, seen=alert.pk in seen)]
    entries += [e for period in file.periods.all() for e in _of_period(period)]
    entries += [_of_contact(contact, opens, texts) for contact in contacts]
    entries += [_of_note(note, opens, texts) for note in notes]
    entries += [_of_task(task) for task in tasks if task.done_at is not None]
    # On one day, what the work does later stands higher: a decision above its interview.
    return sorted(entries, key=lambda e: e.moment)[::-1]


def _noon(day: date) -> datetime:
    """Days and instants are sorted together: a day stands at its noon."""
    return datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())


def _entry(when: date | datetime, title: str, **more: Any) -> Entry:
    if isinstance(when, datetime):
        return Entry(at=timezone.localdate(when), moment=when, title=title, **more)
    return Entry(at=when, moment=_noon(when), title=title, **more)


def _of_alert(alert: Alert, *, seen: bool) -> list[Entry]:
    url = alert.get_absolute_url() if seen else ""
    entries = [
        _entry(
            alert.received_at,
            _("Alert %(reference)s received") % {"reference": alert.reference},
            text=" · ".join(label(n, c) for n, c in (("source", alert.source_family), ("channel", alert.channel))),
            url=url,
            sealed=False,
        )
    ]
    entries += [
        _entry(i.held_on, _("Interview"), text=label("language", i.language), url=url, sealed=False)
        for i in alert.interviews.all()
    ]
    for decision in alert.decisions.all():
        people = len(decision.participants.all())
        entries.append(
            _entry(
                decision.decided_on,
                _("Decision: %(outcome)s") % {"outcome": label("decision_outcome", decision.outcome)},
                text=ngettext("%(count)s person took part", "%(count)s people took part", people) % {"count": people},
                tone="good" if decision.outcome.startswith("accompany") else "",
                url=url,
                sealed=False,
            )
        )
    return entries


def _of_period(period: Any) -> list[Entry]:
    unit = label("unit", period.unit)
    who = period.in_charge.display_name if period.in_charge else ""
    entries = [_entry(period.opened_on, _("%(unit)s: accompaniment begins") % {"unit": unit}, who=who, tone="good")]
    if period.closed_on is not None:
        reason = label("close_reason", period.close_reason)
        title = _("%(unit)s: accompaniment ends") % {"unit": unit}
        entries.append(_entry(period.closed_on, title, text=reason, sealed=False, tone="wait"))
    return entries


def _of_contact(contact: FileContact, opens: frozenset[str], texts: dict[Any, str]) -> Entry:
    title = f"{label('contact_kind', contact.kind)} · {label('contact_with', contact.with_whom)}"
    return _entry(
        contact.at, title, who=contact.by.display_name, **_text(contact, "note", Compartment.IDENTITY, opens, texts)
    )


def _of_note(note: Note, opens: frozenset[str], texts: dict[Any, str]) -> Entry:
    title = _("Note · %(compartment)s") % {"compartment": compartment_label(note.compartment)}
    tone = "" if note.compartment in opens else "sealed"
    return _entry(
        note.at, title, who=note.by.display_name, tone=tone, **_text(note, "text", note.compartment, opens, texts)
    )


def _text(row: Any, name: str, compartment: str, opens: frozenset[str], texts: dict[Any, str]) -> dict[str, Any]:
    """The text when it is opened; otherwise whether it may be, or for whom it is sealed."""
    there = written(row, name)
    if compartment not in opens:
        return {"closed": sealed_for(compartment)} if there else {}
    if row.pk in texts:
        return {"text": texts[row.pk]}
    return {"can_open": there}


def _of_task(task: Task) -> Entry:
    return _entry(
        task.done_at,  # type: ignore[arg-type]
        _("Done: %(task)s") % {"task": label("task_kind", task.kind)},
        who=task.done_by.display_name if task.done_by else "",
    )
