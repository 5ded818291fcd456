"""What every service of the app does first: who may, on which alert, at which revision; and the first action."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import check
from havre.core import clock
from havre.core.errors import Conflict, RuleBroken
from havre.intake.models import Alert


def allowed(by: User, permission: str, organisation_id: UUID) -> None:
    """Raise `PermissionDenied` unless `by` holds the permission, in the organisation of the record."""
    check(by, permission)
    if by.organisation_id != organisation_id:
        raise PermissionDenied("The record belongs to another organisation.")


def locked(alert: Alert, *, by: User, permission: str) -> Alert:
    """The alert as it is now, held until the end of the transaction, if `by` may act on it."""
    fresh = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    allowed(by, permission, fresh.organisation_id)
    return fresh


def agree(revision: int, current: int) -> None:
    """Raise `Conflict` unless the record is still at the revision that was on the screen."""
    if revision != current:
        raise Conflict(
            _(
                "Someone saved this record while you were writing. Nothing is lost: compare, keep what is right, then save again."
            ),
            current=current,
        )


def colleague(user: User, by: User, *, field: str) -> None:
    """Refuse to name someone of another organisation, or who left."""
    if user.organisation_id != by.organisation_id or not user.is_active:
        raise RuleBroken(_("Choose a member of your organisation."), field=field)


def not_later(day: date, field: str) -> None:
    """Refuse a day that has not come."""
    if day > clock.today():
        raise RuleBroken(_("This day has not come yet."), field=field)


def day_received(alert: Alert) -> date:
    """The local day the alert was received."""
    return timezone.localdate(alert.received_at)


def not_before_alert(day: date, alert: Alert, field: str) -> None:
    """Refuse a day before the alert was received."""
    if day < day_received(alert):
        raise RuleBroken(_("This day is before the alert was received."), field=field)


def first_action(alert: Alert, day: date) -> list[str]:
    """Keep the day of the first action (R11), and return the columns to save.

    The first action is the earliest local day on which the team did something about the alert outside the study of
    what was received: a contact, an interview, or a redirection. The delay is the number of days between the local day
    the alert was received and that one, never negative; an alert without action has no delay.
    """
    day = max(day, day_received(alert))
    if alert.first_action_on is not None and alert.first_action_on <= day:
        return []
    alert.first_action_on = day
    return ["first_action_on"]
