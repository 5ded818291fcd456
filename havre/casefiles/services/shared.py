"""What every service of the app does first: who may, on which record, at which revision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import check
from havre.casefiles.standing import READS
from havre.core.errors import Conflict, RuleBroken
from havre.vault.models import Case, CaseGrant

M = TypeVar("M", bound=Model)


def allowed(by: User, permission: str, organisation_id: UUID) -> None:
    """Raise `PermissionDenied` unless `by` holds the permission, in the organisation of the record."""
    check(by, permission)
    if by.organisation_id != organisation_id:
        raise PermissionDenied("The record belongs to another organisation.")


def for_anyone_who_reads(by: User, organisation_id: UUID) -> None:
    """Raise `PermissionDenied` unless `by` may see some file of the organisation: by role, given, or in an emergency."""
    if by.organisation_id != organisation_id or not any(by.can(permission) for permission in READS):
        raise PermissionDenied("This member reads no file of this organisation.")


def not_hidden(case: Case, by: User) -> None:
    """Raise `PermissionDenied` for a restricted case that `by` is not named for."""
    if case.restricted_at is not None and not _granted(case, by):
        raise PermissionDenied("The record is restricted, and this member is not named for it.")


def sees(user: User | None, case: Case, *, field: str | None = None) -> None:
    """Refuse to hand something of a restricted case to someone who would not see it. Raises `RuleBroken`."""
    if user is not None and case.restricted_at is not None and not _granted(case, user):
        raise RuleBroken(_("This file is restricted, and they are not named for it. Name them first."), field=field)


def _granted(case: Case, user: User) -> bool:
    return CaseGrant.objects.live().filter(case=case, user=user).exists()


def locked(row: M) -> M:
    """The row as it is now, held until the end of the transaction."""
    manager: Any = type(row)._default_manager
    fresh: M = manager.select_for_update(of=("self",)).get(pk=row.pk)
    return fresh


def agree(row: Any, revision: int) -> None:
    """Raise `Conflict` unless `row` is still at the revision that was on the screen."""
    if row.revision != revision:
        message = _(
            "Someone saved this record while you were writing. Nothing is lost: compare, keep what is right, then save again."
        )
        raise Conflict(message, current=row.revision)


def next_number(model: Any, organisation_id: UUID) -> int:
    """The next free number of a numbered record in one organisation.

    Two writers never get the same: the organisation's row is held until the transaction ends (on SQLite the
    transaction itself is exclusive).
    """
    Organisation.objects.select_for_update().get(pk=organisation_id)
    last: int | None = (
        model.objects.filter(organisation_id=organisation_id)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1


def colleague(user: User | None, by: User, *, field: str | None = None) -> None:
    """Refuse to hand something to someone of another organisation, or who left."""
    if user is not None and (user.organisation_id != by.organisation_id or not user.is_active):
        raise RuleBroken(_("Choose a member of your organisation."), field=field)


def replace(manager: Any, column: str, codes: Iterable[str], **extra: Any) -> None:
    """Make the rows of a several-answers fact be exactly `codes`: at most one delete and one insert."""
    wanted = tuple(codes)
    there = set(manager.values_list(column, flat=True))
    if there == set(wanted):
        return
    manager.exclude(**{f"{column}__in": wanted}).delete()
    manager.bulk_create([manager.model(**extra, **{column: code}) for code in wanted if code not in there])
