"""What makes people and exploiters findable: their names and aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from havre.casefiles.models import Exploiter, Person
from havre.vault.errors import Shredded
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault

NAMES = {"person": ("names", "aliases"), "exploiter": ("name",), "alert": ("person_name",)}


def names_of(vault: OpenVault, kind: str, row: Any) -> list[str]:
    """The names of a row, opened; nothing for a row that was erased. Leaves no trace: the caller tells."""
    try:
        return [name for column in NAMES[kind] if (name := vault.open(row, column))]
    except Shredded:
        return []


def people(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every person of the organisation with their names."""
    return _every(vault, "person", Person)


def exploiters(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every exploiter of the organisation with their name."""
    return _every(vault, "exploiter", Exploiter)


def _every(vault: OpenVault, kind: str, model: Any) -> Iterator[tuple[UUID, list[str]]]:
    columns = [column for name in NAMES[kind] for column in (name, f"{name}_rev")]
    rows = model.objects.filter(organisation_id=vault.user.organisation_id).only("id", "case_id", *columns)
    vault.load([row.case_id for row in rows], Compartment.IDENTITY)
    for row in rows:
        yield row.pk, names_of(vault, kind, row)
