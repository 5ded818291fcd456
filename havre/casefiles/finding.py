"""What makes people and exploiters findable: their names and aliases, their numbers and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from havre.casefiles.models import Exploiter, Person
from havre.intake.finding import FOUND_BY
from havre.vault import directory
from havre.vault.errors import NotGranted, Shredded
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault

# For each kind of the directory, the columns it is made of.
COLUMNS: dict[str, tuple[str, ...]] = {
    "person": ("names", "aliases"),
    "person_contact": ("phones", "email", "safe_contact"),
    "exploiter": ("name",),
    **{kind: (column,) for kind, column in FOUND_BY.items()},
}


def texts_of(vault: OpenVault, kind: str, row: Any) -> list[str]:
    """What a row is found by, opened; nothing for a row that was erased or is closed to this member. Leaves no trace."""
    try:
        return [text for column in COLUMNS[kind] if (text := vault.open(row, column))]
    except (Shredded, NotGranted):
        return []


def index(vault: OpenVault, person: Person) -> None:
    """Make a person findable by what is written of them now; one whose file is restricted is found by code alone."""
    if person.case.restricted_at is not None:
        return
    for kind in ("person", "person_contact"):
        directory.index(vault, kind, person.pk, [vault.open(person, column) for column in COLUMNS[kind]])


def people(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every person of the organisation with their names; those whose file is restricted are found by code alone."""
    return _every(vault, "person", Person)


def contacts(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every person with their numbers and addresses."""
    return _every(vault, "person_contact", Person)


def exploiters(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every exploiter of the organisation with their name."""
    return _every(vault, "exploiter", Exploiter)


def _every(vault: OpenVault, kind: str, model: Any) -> Iterator[tuple[UUID, list[str]]]:
    columns = [column for name in COLUMNS[kind] for column in (name, f"{name}_rev")]
    rows = model.objects.filter(organisation_id=vault.user.organisation_id, case__restricted_at=None).only(
        "id", "case_id", *columns
    )
    vault.load([row.case_id for row in rows], Compartment.IDENTITY)
    for row in rows:
        yield row.pk, texts_of(vault, kind, row)
