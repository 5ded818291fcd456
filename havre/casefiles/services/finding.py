"""Finding a person, an exploiter or an alert by a name, however it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch
from django.urls import reverse

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.finding import NAMES, names_of
from havre.casefiles.models import Exploiter, ExploiterLink, Person
from havre.casefiles.services.shared import allowed
from havre.intake.models import Alert
from havre.vault import directory
from havre.vault.fields import Compartment
from havre.vault.finding import likeness
from havre.vault.opened import OpenVault

SHOWN = 10
# Below, two names have little in common: better nothing than anybody.
ALIKE = 0.55


@dataclass(frozen=True)
class Found:
    """Someone who may be the one: what they are, their code, the pages that tell more, their names as they are sealed."""

    kind: str
    code: str
    pages: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    likeness: float


@transaction.atomic
def find(query: str, *, by: User, vault: OpenVault) -> list[Found]:
    """At most ten people, exploiters and alerts whose names look like `query`, the likest first.

    The names shown count as read, one event each; the search itself is told without its words. Raises
    `PermissionDenied`, `NotGranted`.
    """
    allowed(by, P.FILE_VIEW, by.organisation_id)
    if directory.is_empty(vault):
        directory.rebuild(vault)
    kinds = [kind for kind in NAMES if kind != "alert" or by.can(P.ALERT_VIEW)]
    hits = directory.search(vault, query, kinds=kinds)
    rows: dict[tuple[str, UUID], Any] = {
        (kind, row.pk): row
        for kind in kinds
        for row in _ROWS[kind](by.organisation_id, [hit.row for hit in hits if hit.kind == kind])
    }
    vault.load([row.case_id for row in rows.values()], Compartment.IDENTITY)
    # A hit without a row was never saved, or is gone.
    scored = [
        (likeness(query, names_of(vault, hit.kind, rows[hit.kind, hit.row])), hit.score, hit.kind, hit.row)
        for hit in hits
        if (hit.kind, hit.row) in rows
    ]
    scored.sort(key=lambda each: (-each[0], -each[1], each[2], each[3].bytes))
    found = []
    for score, _first, kind, pk in scored[:SHOWN]:
        if score < ALIKE:
            break
        row = rows[kind, pk]
        texts = vault.read(row, *NAMES[kind])
        names = tuple(text for text in texts.values() if text)
        found.append(Found(kind, row.audit_target, _pages(kind, row), names, score))
    record("casefiles.searched", by=by, found=len(found))
    return found


def _people(organisation_id: UUID, ids: list[UUID]) -> Any:
    return Person.objects.filter(organisation_id=organisation_id, pk__in=ids)


def _exploiters(organisation_id: UUID, ids: list[UUID]) -> Any:
    links = ExploiterLink.objects.select_related("exploitation__person").order_by("exploitation__person__number")
    return Exploiter.objects.filter(organisation_id=organisation_id, pk__in=ids).prefetch_related(
        Prefetch("links", links)
    )


def _alerts(organisation_id: UUID, ids: list[UUID]) -> Any:
    return Alert.objects.filter(organisation_id=organisation_id, pk__in=ids)


_ROWS: dict[str, Callable[[UUID, list[UUID]], Any]] = {"person": _people, "exploiter": _exploiters, "alert": _alerts}


def _pages(kind: str, row: Any) -> tuple[tuple[str, str], ...]:
    """(code, address) of what to open next."""
    if kind == "person":
        return ((row.code, reverse("casefiles:file", args=[row.code])),)
    if kind == "alert":
        return ((row.reference, row.get_absolute_url()),)
    codes = dict.fromkeys(link.exploitation.person.code for link in row.links.all())
    return tuple((code, reverse("casefiles:file-exploitation", args=[code])) for code in codes)
