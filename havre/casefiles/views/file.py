"""The page of a file: its story, its facts, and what opens on a click."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import presenting, queries
from havre.casefiles.models import Arrival, Dependant, Exploitation, File, Note, Person
from havre.casefiles.reading import read_rows, written
from havre.casefiles.standing import NOT_IN_CHARGE, READS, Standing, opened_kinds, reasons
from havre.casefiles.story import compartment_label, sealed_for, story
from havre.casefiles.views.access import access_section
from havre.casefiles.views.documents import documents_section
from havre.casefiles.views.linked import linked_section
from havre.casefiles.views.retention import keeping
from havre.casefiles.views.shared import find_file, why_of
from havre.core import clock
from havre.vault import erasure
from havre.vault.fields import Compartment as C

TABS = (
    ("story", gettext_lazy("Story"), "casefiles:file"),
    ("exploitation", gettext_lazy("Exploitation"), "casefiles:file-exploitation"),
    ("person", gettext_lazy("Identity"), "casefiles:file-person"),
    ("notes", gettext_lazy("Notes"), "casefiles:file-notes"),
    ("documents", gettext_lazy("Documents"), "casefiles:file-documents"),
    ("tasks", gettext_lazy("Tasks"), "casefiles:file-tasks"),
    ("access", gettext_lazy("Access"), "casefiles:file-access"),
)
# What a file shows to someone it was given to, who sees no other.
GIVEN = ("story", "person", "notes", "documents", "tasks")
Section = Callable[[HttpRequest, File, frozenset[str]], dict[str, Any]]

# What opens on a click: part → the section it stands in, and the fragment that answers.
PARTS: dict[str, tuple[str, str]] = {
    "name": ("story", "components/sealed.html"),
    "story": ("story", "casefiles/_story.html"),
    "identity": ("person", "casefiles/_identity.html"),
    "dependants": ("person", "casefiles/_dependants.html"),
    "situations": ("exploitation", "casefiles/_situations.html"),
    "exploiters": ("exploitation", "casefiles/_exploiters.html"),
    "documents": ("documents", "casefiles/_documents.html"),
    "tasks": ("tasks", "casefiles/_tasks.html"),
    **{f"notes-{kind}": ("notes", "casefiles/_notes.html") for kind in C.values},
}


@needs(*READS)
@require_GET
def file_page(request: HttpRequest, code: str, section: str = "story") -> HttpResponse:
    """One section of a file; what is sealed stays closed until asked."""
    file = find_file(request, code, erased=True, reading=True)
    if file.erased:  # type: ignore[attr-defined]
        stone = erasure.tombstone(file.person.case_id)
        return render(request, "casefiles/file_erased.html", {"person": file.person, "stone": stone})
    if _standing(file).given_only and section not in GIVEN:
        raise Http404
    return _page(request, file, section, frozenset())


@needs(*READS)
@require_POST
def open_part(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """Open what is sealed in one part of the page: its fragment for htmx, the whole page for a plain browser.

    Who is not in charge says why in the same click; without a reason, nothing opens.
    """
    if part not in PARTS:
        raise Http404
    file = find_file(request, code, reading=True)
    section, template = PARTS[part]
    if _standing(file).given_only and section not in GIVEN:
        raise Http404
    kinds = opened_kinds(vault_of(request), file.person.case_id)
    if not (kinds if part == "documents" else kinds & _compartments(part, kinds)):
        raise Http404
    if why_of(request, file) == NOT_IN_CHARGE:
        messages.warning(request, _("Say why first: press one of the reasons."))
        return _page(request, file, section, frozenset(), status=422)
    opened = frozenset({part})
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, file, section, opened)
    if part == "name":
        value = _name(request, file) or _("Not written yet")
        return render(request, template, {"label": _("Name"), "value": value})
    context = SECTIONS[section](request, file, opened)
    if part.startswith("notes-"):
        context["group"] = next(g for g in context["groups"] if g["part"] == part)
    return render(request, template, {**_shared(request, file), **context})


def _compartments(part: str, kinds: frozenset[str]) -> frozenset[str]:
    """What opens a part: its compartment; the story opens by any, for each its own texts."""
    if part == "story":
        return kinds
    return frozenset({part.removeprefix("notes-") if part.startswith("notes-") else C.IDENTITY.value})


def _standing(file: File) -> Standing:
    return file.standing  # type: ignore[attr-defined]


def _name(request: HttpRequest, file: File) -> str:
    return str(vault_of(request).read(file.person, "names", why=why_of(request, file))["names"])


def _shared(request: HttpRequest, file: File) -> dict[str, Any]:
    user, here, vault = member_of(request), _standing(file), vault_of(request)
    edits = user.can(P.FILE_EDIT) and not here.reads_only
    writes = here.writes(vault, file) if edits or user.can(P.FILE_GIVEN) else frozenset()
    said = why_of(request, file) != NOT_IN_CHARGE
    return {
        "file": file,
        "person": file.person,
        "restricted": here.restricted,
        "given_only": here.given_only,
        "given_until": here.until,
        "emergency": here.emergency,
        "emergency_left": _left(here),
        "open_reasons": [] if said else reasons(),
        "can_edit": edits,
        "can_note": bool(writes),
        "can_contact": C.IDENTITY in writes,
        "can_plan": user.can(P.TASK_DO) and here.team and not here.reads_only,
        "can_assign": user.can(P.FILE_ASSIGN) and not here.reads_only,
        "can_write": user.can(P.INBOX_SEND) and not here.restricted,
        "holds_identity": vault.can_open(C.IDENTITY, file.person.case_id),
    }


def _left(here: Standing) -> int:
    """The hours of an emergency access that are left, the present one included."""
    if here.emergency is None or here.emergency.expires_at is None:
        return 0
    return math.ceil((here.emergency.expires_at - clock.now()).total_seconds() / 3600)


def _page(request: HttpRequest, file: File, section: str, opened: frozenset[str], *, status: int = 200) -> HttpResponse:
    periods = list(file.periods.all())
    tabs = [
        {"label": label, "url": reverse(name, args=[file.person.code]), "current": key == section}
        for key, label, name in TABS
        if key in GIVEN or _standing(file).team
    ]
    context = {
        **_shared(request, file),
        "section": section,
        "tabs": tabs,
        "crumbs": [_list_of_files(request), (file.person.code, "")],
        "badges": presenting.unit_badges(periods),
        "flags": presenting.flags(file, periods, queries.UNTOUCHED_DAYS),
        "name": (_name(request, file) or _("Not written yet")) if "name" in opened else "",
        **SECTIONS[section](request, file, opened),
    }
    return render(request, f"casefiles/file_{section}.html", context, status=status)


def _list_of_files(request: HttpRequest) -> tuple[str, str]:
    """Where one came from: the list, or the day of who has none and was let in by another officer."""
    user = member_of(request)
    if user.can(P.FILE_VIEW) or user.can(P.FILE_GIVEN):
        return _("Files"), reverse("casefiles:files")
    return _("My day"), reverse("casefiles:my-day")


# --- sections --------------------------------------------------------------------------------------------------------


def _story(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    vault, user, here = vault_of(request), member_of(request), _standing(file)
    entries = story(file, user, vault, opened="story" in opened, why=why_of(request, file), closed_too=here.team)
    tasks = queries.tasks_visible_to(user).filter(file=file, done_at=None).defer("what").order_by("due_on")
    main = here.team and (
        Exploitation.objects.filter(person=file.person).prefetch_related("sectors", "abuses").order_by("rank").first()
    )
    return {
        "entries": entries,
        "story_opened": "story" in opened,
        "can_open_story": any(entry.can_open for entry in entries),
        "next_tasks": list(tasks[:6]),
        "today": clock.today(),
        "periods": [p for p in file.periods.all() if p.closed_on is None],
        "past_periods": [p for p in file.periods.all() if p.closed_on is not None],
        "summary": presenting.summary_rows(main) if main else None,
        "closed_blocks": _closed_blocks(request, file) if here.team else [],
        "keeping": keeping(user, file),
    }


def _closed_blocks(request: HttpRequest, file: File) -> list[dict[str, Any]]:
    """Each profession whose notes this reader does not open: shown as closed, with the count and whom to write to."""
    vault, year = vault_of(request), clock.today().year
    counts = queries.notes_by_compartment(file, year)
    wanted = [C.IDENTITY, C.SOCIAL, C.PSYCHOLOGY, C.LEGAL, *([C.GOVERNANCE] if counts.get(C.GOVERNANCE) else [])]
    opens = opened_kinds(vault, file.person.case_id)
    return [_closed(file, kind, counts.get(kind, 0)) for kind in wanted if kind not in opens]


def _closed(file: File, kind: str, count: int) -> dict[str, Any]:
    notes = ngettext("%(count)s note this year.", "%(count)s notes this year.", count) % {"count": count}
    return {
        "kind": kind,
        "title": compartment_label(kind),
        "text": f"{sealed_for(kind, restricted=_standing(file).restricted)} {notes}",
        "url": reverse("casefiles:message", args=[file.person.code, kind]),
        "write": WRITE_TO[C(kind)],
    }


WRITE_TO = {
    C.IDENTITY: gettext_lazy("Write to the team"),
    C.SOCIAL: gettext_lazy("Write to the social worker"),
    C.PSYCHOLOGY: gettext_lazy("Write to the psychologist"),
    C.LEGAL: gettext_lazy("Write to the lawyer"),
    C.GOVERNANCE: gettext_lazy("Write to the coordination"),
}


def _exploitation(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    vault, why = vault_of(request), why_of(request, file)
    situations = list(
        Exploitation.objects.filter(person=file.person)
        .prefetch_related("sectors", "controls", "abuses", "exploiters__exploiter")
        .order_by("rank")
    )
    arrival = Arrival.objects.filter(person=file.person).first()
    show, names = "situations" in opened, "exploiters" in opened
    for situation in situations:
        situation.person = file.person
    texts = read_rows(vault, situations, "place", "account", why=why) if show else [{} for _s in situations]
    shown = [
        {"row": s, "rows": presenting.exploitation_rows(s), **opened_texts}
        for s, opened_texts in zip(situations, texts, strict=True)
    ]
    links = [(s, link) for s in situations for link in s.exploiters.all()]
    people = [link.exploiter for _s, link in links]
    opened_names = read_rows(vault, people, "name", why=why) if names else [{"name": ""} for _p in people]
    if names and people:
        # The exploiter's own log says it; so does the log of the file it was read from.
        vault.tell("vault.read", file.person.code, compartment=C.IDENTITY, why=why)
    exploiters = [
        {
            "code": link.exploiter.code,
            "status": presenting.code("exploiter_status", link.exploiter.status),
            "relation": presenting.code("exploiter_relation", link.relation),
            "situation": situation.rank,
            "name": name["name"],
        }
        for (situation, link), name in zip(links, opened_names, strict=True)
    ]
    return {
        "situations": shown,
        "situations_opened": show,
        "has_texts": any(written(s, "place") or written(s, "account") for s in situations),
        "arrival": arrival,
        "arrival_rows": presenting.arrival_rows(arrival) if arrival else None,
        "exploiters": exploiters,
        "exploiters_opened": names,
        "has_names": any(written(exploiter, "name") for exploiter in people),
    }


def _person(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    vault, why = vault_of(request), why_of(request, file)
    texts = vault.read(file.person, *sorted(Person.Privacy.sealed), why=why) if "identity" in opened else None
    rows = list(Dependant.objects.filter(person=file.person).order_by("birth_year", "id"))
    for row in rows:
        row.person = file.person
    names = read_rows(vault, rows, "name", why=why) if "dependants" in opened else [{"name": ""} for _row in rows]
    dependants = [
        {
            "name": name["name"],
            "has_name": written(row, "name"),
            "born": presenting.number(row.birth_year, row.birth_year_answer),
            "affected": presenting.yes_no(row.directly_affected),
        }
        for row, name in zip(rows, names, strict=True)
    ]
    return {
        "person_rows": presenting.person_rows(file.person),
        "identity_rows": presenting.identity_rows(texts) if texts is not None else None,
        "dependants": dependants,
        "dependants_opened": "dependants" in opened,
        "has_dependant_names": any(d["has_name"] for d in dependants),
        "linked": linked_section(request, file.person_id),
    }


def _notes(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    vault, year, why = vault_of(request), clock.today().year, why_of(request, file)
    opens = opened_kinds(vault, file.person.case_id)
    notes = list(
        Note.objects.filter(file=file).select_related("by").order_by("-at").defer(*(() if opened else ("text",)))
    )
    groups = []
    for kind in C.values:
        mine = [note for note in notes if note.compartment == kind]
        part, held = f"notes-{kind}", kind in opens
        if not held and (_standing(file).given_only or (not mine and kind in (C.GOVERNANCE, C.IDENTITY))):
            continue
        for note in mine:
            note.file = file
        if held and part in opened:
            for note, texts in zip(mine, read_rows(vault, mine, "text", why=why), strict=True):
                note.shown = texts["text"]  # type: ignore[attr-defined]
        closed = None if held else _closed(file, kind, sum(note.at.year == year for note in mine))
        label = compartment_label(kind)
        groups.append(
            {"kind": kind, "part": part, "label": label, "notes": mine, "closed": closed, "opened": part in opened}
        )
    return {"groups": groups}


def _tasks(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    tasks = list(
        queries.tasks_visible_to(member_of(request))
        .filter(file=file)
        .order_by(F("done_at").asc(nulls_first=True), "due_on")
        .defer(*(() if opened else ("what",)))
    )
    for task in tasks:
        task.file = file
    if "tasks" in opened:
        words = read_rows(vault_of(request), tasks, "what", why=why_of(request, file))
        for task, texts in zip(tasks, words, strict=True):
            task.shown = texts["what"]  # type: ignore[attr-defined]
    return {
        "tasks": [t for t in tasks if t.done_at is None],
        "done": [t for t in reversed(tasks) if t.done_at is not None][:50],
        "has_words": any(written(t, "what") for t in tasks),
        "tasks_opened": "tasks" in opened,
        "today": clock.today(),
    }


SECTIONS: dict[str, Section] = {
    "story": _story,
    "exploitation": _exploitation,
    "person": _person,
    "notes": _notes,
    "documents": documents_section,
    "tasks": _tasks,
    "access": access_section,
}
