"""What makes an alert findable: the names and numbers of the person it is about, the name of who exploits them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from havre.intake.models import Alert
from havre.vault import directory
from havre.vault.errors import Shredded
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault

# For each kind of the directory that leads to an alert, the columns it is made of.
FOUND_BY = {"alert": "person_name", "alert_contact": "person_contact", "employer": "employer_name"}


def index(vault: OpenVault, alert: Alert, texts: dict[str, str]) -> None:
    """Make an alert findable by the texts just written in it; a restricted one is found by its reference alone."""
    if alert.case.restricted_at is not None:
        return
    for kind, column in FOUND_BY.items():
        directory.index(vault, kind, alert.pk, [texts.get(column, "")])


def alerts(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every alert of the organisation with the name it gives; those erased or restricted are left out."""
    return _every(vault, "alert")


def contacts(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """The same, with how to reach the person."""
    return _every(vault, "alert_contact")


def employers(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """The same, with the name of who exploits them."""
    return _every(vault, "employer")


def _every(vault: OpenVault, kind: str) -> Iterator[tuple[UUID, list[str]]]:
    column = FOUND_BY[kind]
    mine = Alert.objects.filter(organisation_id=vault.user.organisation_id, case__restricted_at=None)
    rows: Any = mine.exclude(**{column: None})
    rows = rows.only("id", "case_id", column, f"{column}_rev")
    vault.load([row.case_id for row in rows], Compartment.IDENTITY)
    for row in rows:
        try:
            yield row.pk, [vault.open(row, column)]
        except Shredded:
            continue
