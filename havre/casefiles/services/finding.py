"""Finding a person, an exploiter or an alert by a name, however it is written, or by a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.finding import COLUMNS
from havre.casefiles.services.alike import Asked, alike, kinds_for
from havre.casefiles.services.shared import allowed
from havre.vault import archive
from havre.vault.finding import without_contacts
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
    """At most ten people, exploiters and alerts whose names or numbers look like `query`, the likest first.

    The names shown count as read, one event each; the search itself is told without its words. Raises
    `PermissionDenied`, `NotGranted`.
    """
    allowed(by, P.FILE_VIEW, by.organisation_id)
    asked = [
        Asked(without_contacts(query), kinds_for(by, "person", "exploiter", "alert", "employer")),
        Asked(query, kinds_for(by, "person_contact", "alert_contact")),
    ]
    hits = alike(asked, by=by, vault=vault)
    # What is in the archive is for few; at intake it is asked about all the same, or someone would be written twice.
    shut = set() if by.can(P.FILE_ARCHIVE_VIEW) else archive.among(each.row.case_id for each in hits)
    found = []
    for each in [each for each in hits if each.row.case_id not in shut][:SHOWN]:
        if each.score < ALIKE:
            break
        texts = vault.read(each.row, *COLUMNS[each.kind], why="search")
        names = tuple(text for text in texts.values() if text)
        found.append(Found(each.kind, each.row.audit_target, pages_of(each.kind, each.row), names, each.score))
    record("casefiles.searched", by=by, found=len(found))
    return found


def pages_of(kind: str, row: Any) -> tuple[tuple[str, str], ...]:
    """(code, address) of what to open next."""
    if kind == "person":
        return ((row.code, reverse("casefiles:file", args=[row.code])),)
    if kind in {"alert", "employer"}:
        return ((row.reference, row.get_absolute_url()),)
    codes = dict.fromkeys(link.exploitation.person.code for link in row.links.all())
    return tuple((code, reverse("casefiles:file-exploitation", args=[code])) for code in codes)
