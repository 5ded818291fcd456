"""What makes an alert findable: the name of the person it is about."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from havre.intake.models import Alert
from havre.vault.errors import Shredded
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault


def alerts(vault: OpenVault) -> Iterator[tuple[UUID, list[str]]]:
    """Every alert of the organisation with the name it gives; those erased are left out."""
    rows = Alert.objects.filter(organisation_id=vault.user.organisation_id).exclude(person_name=None)
    rows = rows.only("id", "case_id", "person_name", "person_name_rev")
    vault.load([row.case_id for row in rows], Compartment.IDENTITY)
    for row in rows:
        try:
            yield row.pk, [vault.open(row, "person_name")]
        except Shredded:
            continue
