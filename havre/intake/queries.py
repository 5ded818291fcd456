"""Who may see which alerts; lists and boards in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from havre.accounts.models import User
from havre.accounts.permissions import ROLES, Role
from havre.accounts.permissions import Permission as P
from havre.intake.models import Alert, Assessment, Decision, Partner
from havre.intake.workflow import OPEN
from havre.intake.workflow import AlertStatus as S
from havre.vault import archive
from havre.vault.fields import Compartment
from havre.vault.opened import Vault
from havre.vault.queries import hidden_from


def alerts_visible_to(user: User) -> QuerySet[Alert]:
    """Every page starts here: outside it, an alert is simply not found."""
    if not user.can(P.ALERT_VIEW):
        return Alert.objects.none()
    alerts = Alert.objects.filter(organisation_id=user.organisation_id).exclude(case__in=hidden_from(user))
    return alerts if user.can(P.FILE_ARCHIVE_VIEW) else alerts.exclude(archive.shut("case"))


def partners_visible_to(user: User) -> QuerySet[Partner]:
    """The directory of one's organisation."""
    if not user.can(P.DIRECTORY_VIEW):
        return Partner.objects.none()
    return Partner.objects.filter(organisation_id=user.organisation_id)


def alert_rows(user: User) -> QuerySet[Alert]:
    """Alerts for a list: who is in charge comes along; ciphertext does not."""
    return alerts_visible_to(user).select_related("in_charge").defer(*Alert.sealed_fields())


def whole_alert(user: User) -> QuerySet[Alert]:
    """One alert with everything its page shows."""
    return (
        alerts_visible_to(user)
        .select_related("in_charge", "taken_by", "organisation")
        .prefetch_related(
            "asks",
            "contacts__by",
            Prefetch("assessments", Assessment.objects.prefetch_related("answers").order_by("level")),
            "interviews__lawyer",
            "interviews__social_worker",
            Prefetch("decisions", Decision.objects.prefetch_related("participants")),
            "redirections__partner",
        )
    )


def colleagues(user: User, *roles: str) -> QuerySet[User]:
    """Active members who see alerts, of these roles when given."""
    sees = [role for role in Role.values if role in (roles or Role.values) and _sees_alerts(role)]
    return User.objects.filter(organisation_id=user.organisation_id, is_active=True, role__in=sees).order_by(
        "display_name"
    )


def _sees_alerts(role: str) -> bool:
    return P.ALERT_VIEW in ROLES[role].permissions


def years(user: User) -> list[int]:
    """The years that have alerts, newest first."""
    return list(alerts_visible_to(user).order_by("-year").values_list("year", flat=True).distinct())


@dataclass(frozen=True)
class Column:
    """One column of the board: what waits there, oldest first."""

    name: str
    label: Any
    hint: Any
    statuses: tuple[str, ...]
    total: int = 0
    alerts: tuple[Alert, ...] = ()


COLUMNS = (
    Column("received", _("Received"), _("To study"), (S.RECEIVED,)),
    Column("study", _("Study"), _("Level 1 under way"), (S.STUDYING,)),
    Column("interview", _("Interview"), _("Studied: an interview to hold"), (S.STUDIED,)),
    Column("decision", _("Decision"), _("Interviewed: to decide together"), (S.INTERVIEWED, S.ADJOURNED, S.ACCEPTED)),
    Column(
        "closed",
        _("Closed"),
        _("File opened, directed elsewhere, or not taken on"),
        (S.OPENED, S.REDIRECTED, S.REFUSED, S.DECLINED),
    ),
)
CARDS = 12


def board(alerts: QuerySet[Alert]) -> list[Column]:
    """The columns with their counts and first cards: as many queries whatever the number of alerts."""
    totals = totals_by_status(alerts)
    picked: dict[str, list[Alert]] = {column.name: [] for column in COLUMNS}
    wanted: set[Any] = set()
    for column in COLUMNS:
        order = "-received_at" if column.name == "closed" else "received_at"
        wanted |= set(alerts.filter(status__in=column.statuses).order_by(order).values_list("pk", flat=True)[:CARDS])
    for alert in alerts.filter(pk__in=wanted).order_by("received_at"):
        picked[column_of(alert.status)].append(alert)
    picked["closed"].reverse()
    return [
        Column(c.name, c.label, c.hint, c.statuses, sum(totals.get(s, 0) for s in c.statuses), tuple(picked[c.name]))
        for c in COLUMNS
    ]


def column_of(status: str) -> str:
    """Where an alert of this status stands on the board."""
    return next(column.name for column in COLUMNS if status in column.statuses)


def totals_by_status(alerts: QuerySet[Alert]) -> dict[str, int]:
    """How many alerts stand where."""
    return dict(alerts.order_by().values_list("status").annotate(Count("pk")))


@dataclass(frozen=True)
class Funnel:
    """How far the alerts went (R32), whatever became of them."""

    received: int
    studied: int
    interviewed: int
    decided: int
    waiting: int


def funnel(alerts: QuerySet[Alert]) -> Funnel:
    """The funnel of these alerts, in one query. `waiting`: those on which something is still expected."""
    row = alerts.aggregate(
        received=Count("pk"),
        studied=Count("pk", filter=Q(level_reached__gte=1)),
        interviewed=Count("pk", filter=Q(level_reached__gte=2)),
        decided=Count("pk", filter=Q(level_reached__gte=3)),
        waiting=Count("pk", filter=Q(status__in=[*OPEN, S.ACCEPTED])),
    )
    return Funnel(**row)


def partners_for(user: User, category: str | None = None) -> QuerySet[Partner]:
    """Partners one may redirect to, of one category when given."""
    partners = partners_visible_to(user).filter(retired_on=None)
    return partners.filter(category=category) if category else partners


@dataclass(frozen=True)
class Entry:
    """A partner of the directory with its texts opened; the record itself never carries them."""

    pk: UUID
    category: str
    department: str
    retired_on: date | None
    revision: int
    name: str = field(repr=False)
    phone: str = field(repr=False)
    website: str = field(repr=False)


def entries(partners: Iterable[Partner], vault: Vault) -> list[Entry]:
    """Partners as people read them, by name; one event of the log a page. Without the compartment, none."""
    rows = list(partners)
    if not rows or not vault.can_open(Compartment.IDENTITY):
        return []
    vault.load([row.case_id for row in rows], Compartment.IDENTITY)
    vault.tell("vault.read", "directory", compartment=Compartment.IDENTITY.value)
    opened = [
        Entry(
            row.pk, row.category, row.department, row.retired_on, row.revision,
            *(vault.open(row, name) for name in ("name", "phone", "website")),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(opened, key=lambda entry: entry.name.casefold())
