"""Everything held about a person in the compartments one opens, as sections to read, mask and print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from havre.accounts.models import User
from havre.casefiles import presenting, queries
from havre.casefiles.masking import MASK, Mask, initials
from havre.casefiles.models import Arrival, Dependant, Exploitation, File, FileContact, Note, Person, Task
from havre.casefiles.reading import read_rows
from havre.casefiles.services.documents import described
from havre.casefiles.story import compartment_label, label
from havre.core import grids
from havre.intake.models import Alert, Contact, Decision, GridAnswer, Interview
from havre.intake.presenting import fact_rows
from havre.vault.fields import Compartment as C
from havre.vault.models import InboxItem
from havre.vault.opened import OpenVault


@dataclass(frozen=True)
class Item:
    """One thing written: when, what it is, by whom (initials), the words."""

    when: str
    title: str
    text: str
    who: str = ""


@dataclass
class Section:
    """A part of the extract: coded facts, then what was written."""

    title: str
    rows: list[tuple[Any, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass
class Extract:
    """The whole: sections, and what others hold. `kinds` are the compartments it was taken from."""

    code: str
    kinds: tuple[str, ...]
    sections: list[Section] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many things it says."""
        return sum(len(section.rows) + len(section.items) for section in self.sections)


@dataclass(frozen=True)
class _Held:
    """The rows of a file and its alerts, and who reads them."""

    file: File
    alerts: list[Alert]
    kinds: tuple[str, ...]
    vault: OpenVault
    mask: Mask
    names: dict[Any, str]

    def texts(self, rows: Sequence[Any], *columns: str) -> list[dict[str, str]]:
        """The texts of rows of one compartment, masked."""
        opened = read_rows(self.vault, rows, *columns)
        return [{name: self.mask(text) for name, text in each.items()} for each in opened]

    def who(self, pk: Any) -> str:
        """A colleague, by initials only."""
        return initials(self.names.get(pk, ""))


def gather(file: File, kinds: Iterable[str], *, by: User, vault: OpenVault, more: str = "", keep: str = "") -> Extract:
    """Open what these compartments hold about the person, third parties masked. Every opening is told.

    `more` and `keep` are words a member adds to the mask, or takes out of it. Raises `NotGranted`, `Shredded`.
    """
    chosen = tuple(kind for kind in C.values if kind in set(kinds))
    for kind in chosen:
        vault.compartment_key(kind)
    alerts = _alerts(file)
    names = queries.display_names(file.person.organisation_id)
    others, own = _names(file, alerts, names, vault)
    mask = Mask(others, own=own, keep=[keep], more=[more])
    held = _Held(file, alerts, chosen, vault, mask, names)
    found = Extract(file.person.code, chosen, masked=sorted(mask.words))
    if C.IDENTITY in chosen:
        found.sections += [_person(held), *(_alert(held, alert) for alert in alerts), _exploitation(held), _life(held)]
    if C.LEGAL in chosen:
        found.sections.append(_legal(held))
    found.sections += [_notes(held, kind) for kind in chosen]
    found.sections = [each for each in found.sections if each.rows or each.items]
    found.closed = _closed(held)
    return found


def _alerts(file: File) -> list[Alert]:
    """The alerts of the file, with their texts."""
    wanted = Q(former_code=file.person.code) | Q(pk=file.alert_id)
    return list(Alert.objects.filter(wanted, organisation_id=file.person.organisation_id).order_by("received_at"))


def _names(file: File, alerts: list[Alert], members: dict[Any, str], vault: OpenVault) -> tuple[list[str], list[str]]:
    """The names the file knows: of others, and the person's own. Opened to be masked, whatever is chosen."""
    if not vault.can_open(C.IDENTITY):
        return list(members.values()), []
    person = read_rows(vault, [file.person], "names", "aliases")[0]
    own = list(person.values())
    others = list(members.values())
    dependants = _of_person(Dependant.objects.filter(person=file.person), file)
    others += [each["name"] for each in read_rows(vault, dependants, "name")]
    links = Exploitation.objects.filter(person=file.person).prefetch_related("exploiters__exploiter")
    exploiters: set[Any] = {link.exploiter for situation in links for link in situation.exploiters.all()}
    in_order: list[Any] = sorted(exploiters, key=lambda each: each.number)
    others += [each["name"] for each in read_rows(vault, in_order, "name")]
    for alert, texts in zip(alerts, read_rows(vault, alerts, "person_name", "reporter"), strict=True):
        if alert.source_family != "self":
            others.append(texts["reporter"])
        # An alert about several people may name the others.
        (own if alert.persons_concerned == 1 else others).append(texts["person_name"])
    partners = {r.partner for alert in alerts for r in alert.redirections.select_related("partner") if r.partner}
    others += [each["name"] for each in read_rows(vault, sorted(partners, key=lambda p: p.pk), "name")]
    return others, own


def _of_person(rows: Iterable[Any], file: File) -> list[Any]:
    found = list(rows)
    for row in found:
        row.person = file.person
    return found


def _of_file(rows: Iterable[Any], file: File) -> list[Any]:
    found = list(rows)
    for row in found:
        row.file = file
    return found


def _day(when: date | datetime) -> str:
    day = timezone.localdate(when) if isinstance(when, datetime) else when
    return date_format(day, "DATE_FORMAT")


# --- sections ---------------------------------------------------------------------------------------------------------


def _person(held: _Held) -> Section:
    person = held.file.person
    texts = read_rows(held.vault, [person], *sorted(Person.Privacy.sealed))[0]
    # Their own name is theirs; contacts may be somebody else's.
    shown = {name: text if name in {"names", "aliases"} else held.mask(text) for name, text in texts.items()}
    rows = [*presenting.identity_rows(shown), *presenting.person_rows(person)]
    arrival = Arrival.objects.filter(person=person).first()
    if arrival is not None:
        rows += presenting.arrival_rows(arrival)
    for dependant in Dependant.objects.filter(person=person).order_by("birth_year", "id"):
        born = presenting.number(dependant.birth_year, dependant.birth_year_answer) or _("unknown year")
        rows.append((_("Dependant"), _("%(name)s, born %(year)s") % {"name": MASK, "year": born}))
    periods = [
        (
            label("unit", period.unit),
            _("from %(first)s to %(last)s")
            % {"first": _day(period.opened_on), "last": _day(period.closed_on) if period.closed_on else _("today")},
        )
        for period in held.file.periods.all()
    ]
    return Section(_("Who you are"), [*rows, *periods])


def _alert(held: _Held, alert: Alert) -> Section:
    """One alert: facts, words, contacts, interviews, answers."""
    facts = [(title, initials(value) if value in held.names.values() else value) for title, value in fact_rows(alert)]
    section = Section(_("The alert %(reference)s") % {"reference": alert.reference}, facts)
    columns = {
        "person_name": _("Name given"), "person_contact": _("Contact given"), "narrative": _("What was told"),
        "closing_reason": _("Why it was closed"),
    }  # fmt: skip
    texts = held.texts([alert], *columns)[0]
    when = _day(alert.received_at)
    section.items += [Item(when, str(title), texts[name]) for name, title in columns.items() if texts[name]]
    section.items.append(Item(when, _("Who told us"), MASK))
    for model, column, title, day in (
        (Contact, "note", _("Contact"), "at"),
        (Interview, "account", _("Interview"), "held_on"),
    ):
        rows: list[Any] = list(model._default_manager.filter(alert=alert).order_by(day))
        for row in rows:
            row.alert = alert
        for row, found in zip(rows, held.texts(rows, column), strict=True):
            section.items.append(Item(_day(getattr(row, day)), str(title), found[column], held.who(row.by_id)))
    section.items += _answers(held, alert, "fact")
    return section


def _answers(held: _Held, alert: Alert, column: str) -> list[Item]:
    rows = list(
        GridAnswer.objects.filter(assessment__alert=alert)
        .exclude(**{column: None})
        .select_related("assessment")
        .order_by("question")
    )
    for row in rows:
        row.assessment.alert = alert
    questions = grids.latest().by_code
    return [
        Item(
            _day(row.assessment.started_on),
            questions[row.question].label() if row.question in questions else row.question,
            texts[column],
            held.who(row.assessment.by_id),
        )
        for row, texts in zip(rows, held.texts(rows, column), strict=True)
        if texts[column]
    ]


def _exploitation(held: _Held) -> Section:
    section = Section(_("What you lived through"))
    rows = _of_person(
        Exploitation.objects.filter(person=held.file.person)
        .prefetch_related("sectors", "controls", "abuses", "exploiters")
        .order_by("rank"),
        held.file,
    )
    for row, texts in zip(rows, held.texts(rows, "place", "account"), strict=True):
        section.rows += presenting.exploitation_rows(row)
        section.rows += [
            (_("Exploiter"), f"{MASK} · {label('exploiter_relation', link.relation)}") for link in row.exploiters.all()
        ]
        if texts["place"]:
            section.rows.append((_("Place"), texts["place"]))
        if texts["account"]:
            section.items.append(Item("", _("Situation %(rank)s") % {"rank": row.rank}, texts["account"]))
    return section


def _life(held: _Held) -> Section:
    """Contacts and tasks of the file."""
    section = Section(_("What was done with you"))
    contacts = _of_file(FileContact.objects.filter(file=held.file).order_by("at"), held.file)
    for row, texts in zip(contacts, held.texts(contacts, "note"), strict=True):
        title = f"{label('contact_kind', row.kind)} · {label('contact_with', row.with_whom)}"
        section.items.append(Item(_day(row.at), title, texts["note"], held.who(row.by_id)))
    tasks = _of_file(Task.objects.filter(file=held.file).order_by("due_on"), held.file)
    for row, texts in zip(tasks, held.texts(tasks, "what"), strict=True):
        section.items.append(Item(_day(row.due_on), label("task_kind", row.kind), texts["what"], held.who(row.who_id)))
    return section


def _legal(held: _Held) -> Section:
    """The reasons of decisions and the evidence, which lawyers hold."""
    section = Section(_("Decisions and evidence"))
    for alert in held.alerts:
        rows = list(Decision.objects.filter(alert=alert).order_by("decided_on"))
        for row in rows:
            row.alert = alert
        for row, texts in zip(rows, held.texts(rows, "reasons"), strict=True):
            title = _("Decision: %(outcome)s") % {"outcome": label("decision_outcome", row.outcome)}
            section.items.append(Item(_day(row.decided_on), title, texts["reasons"], held.who(row.by_id)))
        section.items += _answers(held, alert, "evidence")
    return section


def _notes(held: _Held, kind: str) -> Section:
    """The notes, documents and messages of one compartment."""
    section = Section(_("Notes and documents: %(unit)s") % {"unit": compartment_label(kind)})
    notes = _of_file(Note.objects.filter(file=held.file, compartment=kind).order_by("at"), held.file)
    for row, texts in zip(notes, held.texts(notes, "text"), strict=True):
        section.items.append(Item(_day(row.at), _("Note"), texts["text"], held.who(row.by_id)))
    documents = [d for d in reversed(queries.documents_of(held.file, opened=True)) if d.compartment == kind]
    for document, opened in zip(documents, read_rows(held.vault, documents, "details"), strict=True):
        details = described(opened["details"])
        words = " · ".join(filter(None, (details["name"], details["description"])))
        title = _("Document %(number)s, version %(version)s: ask for a copy")
        title %= {"number": document.number, "version": document.version}
        section.items.append(Item(_day(document.at), title, held.mask(words), held.who(document.by_id)))
    codes = [held.file.person.code, *(alert.reference for alert in held.alerts)]
    messages = InboxItem.objects.filter(
        compartment__organisation_id=held.file.person.organisation_id, compartment__kind=kind, subject__in=codes
    ).select_related("compartment")
    for message in messages.order_by("sent_at"):
        text = held.mask(held.vault.open_inbox(message))
        section.items.append(
            Item(_day(message.sent_at), _("Message between units"), text, held.who(message.sent_by_id))
        )
    return section


def _closed(held: _Held) -> list[str]:
    """What others hold: said, counted, never absent."""
    counts = Counter(Note.objects.filter(file=held.file).values_list("compartment", flat=True))
    counts += Counter(d.compartment for d in queries.documents_of(held.file))
    counts[C.LEGAL] += Decision.objects.filter(alert__in=held.alerts).exclude(reasons=None).count()
    counts[C.LEGAL] += GridAnswer.objects.filter(assessment__alert__in=held.alerts).exclude(evidence=None).count()
    counts[C.IDENTITY] += 1  # who the person is
    sentences = []
    for kind in C.values:
        if kind in held.kinds or not counts[kind]:
            continue
        things = ngettext("%(count)s text", "%(count)s texts", counts[kind]) % {"count": counts[kind]}
        if held.vault.can_open(kind):
            words = _("%(unit)s: %(things)s, left out of this extract.")
        else:
            words = _("%(unit)s: %(things)s, sealed. %(ask)s")
        sentences.append(words % {"unit": compartment_label(kind), "things": things, "ask": _ask(kind)})
    return sentences


def _ask(kind: str) -> str:
    return {
        C.IDENTITY: _("Held by the team that follows you: ask them."),
        C.SOCIAL: _("Held by the social workers: ask them."),
        C.PSYCHOLOGY: _("Held by the psychologist: ask them."),
        C.LEGAL: _("Held by the lawyers: ask them."),
        C.GOVERNANCE: _("Held by the coordination: ask them."),
    }[C(kind)]
