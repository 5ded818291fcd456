"""The archive of cases: out of the ordinary lists, opened by few, until it comes back or is erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from havre.audit.services import record, record_many
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault.models import Archive, Case, LegalHold


def shut(path: str) -> Exists:
    """In a query: is the case at this path in the archive?"""
    return Exists(Archive.objects.filter(case_id=OuterRef(path), back_at=None))


def among(case_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these cases that are in the archive."""
    return set(Archive.objects.filter(case_id__in=list(case_ids), back_at=None).values_list("case_id", flat=True))


def is_archived(case_id: UUID) -> bool:
    """Is the case in the archive?"""
    return Archive.objects.filter(case_id=case_id, back_at=None).exists()


@transaction.atomic
def archive(codes: Mapping[UUID, str], *, by: Any) -> int:
    """Put cases in the archive; `codes` says how each is spoken of. How many.

    Those there already, under legal hold or of another organisation are left.
    """
    # Locked before anything is looked at: a colleague may be archiving, or holding, the same ones.
    mine = Case.objects.select_for_update(of=("self",)).filter(pk__in=list(codes), organisation_id=by.organisation_id)
    cases = list(mine.order_by("pk"))
    held = set(LegalHold.objects.filter(case__in=cases, lifted_at=None).values_list("case_id", flat=True))
    there = set(Archive.objects.filter(case__in=cases, back_at=None).values_list("case_id", flat=True))
    chosen = [case for case in cases if case.pk not in held | there]
    Archive.objects.bulk_create([Archive(case=case, at=clock.now(), by=by) for case in chosen])
    record_many([("vault.archive.made", codes[case.pk], {}) for case in chosen], by=by)
    return len(chosen)


@transaction.atomic
def bring_back(case_id: UUID, code: str, why: str, *, by: Any) -> Archive:
    """Take a case out of the archive, for a reason. Raises `RuleBroken` when it is not there, or the reason is missing."""
    if why not in Archive.Why.values:
        raise RuleBroken(_("Say why it is brought back."), field="why")
    there = (
        Archive.objects.select_for_update()
        .filter(case_id=case_id, case__organisation_id=by.organisation_id, back_at=None)
        .first()
    )
    if there is None:
        raise RuleBroken(_("This record is not in the archive."))
    there.back_at, there.back_by, there.back_why = clock.now(), by, why
    there.save(update_fields=["back_at", "back_by", "back_why"])
    record("vault.archive.undone", by=by, target=code, why=why)
    return there
