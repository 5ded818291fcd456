"""What the rules of retention say today: due to be archived, due to end, held, asked, done. Codes and dates, never a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, TruncDate, TruncMonth
from django.utils import timezone

from havre.accounts.models import User
from havre.casefiles.models import Exploiter, ExploiterLink, File, Period, Person
from havre.casefiles.retention import RULES, Kind, Rule, held_days, latest_start
from havre.core import clock
from havre.intake.models import Alert, Contact, Decision, Interview, Redirection
from havre.intake.workflow import OPEN, AlertStatus
from havre.vault import archive, erasure
from havre.vault.models import Archive, Case, Erasure, InboxItem, LegalHold, OfficerKey, Tombstone

OF_STATUS: dict[Kind, tuple[str, ...]] = {
    Kind.ALERT_CLOSED: (AlertStatus.REFUSED, AlertStatus.DECLINED),
    Kind.ALERT_REDIRECTED: (AlertStatus.REDIRECTED,),
    Kind.ALERT_FILE: (AlertStatus.OPENED,),
}


@dataclass(frozen=True)
class Line:
    """A record for which a clock has run out."""

    case_id: UUID
    kind: Kind
    code: str
    last: date
    due_on: date

    @property
    def rule(self) -> Rule:
        """The rule that applies."""
        return RULES[self.kind]


# --- the records, with the day their clocks started -----------------------------------------------------------------


def _back_on(path: str) -> Coalesce:
    """The day a record last came back from the archive."""
    back = Archive.objects.filter(case_id=OuterRef(path), back_at__isnull=False).order_by("-back_at")
    return Subquery(back.annotate(day=TruncDate("back_at")).values("day")[:1])  # type: ignore[return-value]


def closed_files(organisation_id: UUID) -> QuerySet[Any]:
    """Files nobody works on, with `last`: the day from which their clocks run. Someone who is coming back is left out."""
    periods = Period.objects.filter(file=OuterRef("pk"))
    returning = Alert.objects.filter(
        organisation_id=organisation_id, former_code=OuterRef("person__code"), status__in=[*OPEN, AlertStatus.ACCEPTED]
    )
    return (
        File.objects.filter(person__organisation_id=organisation_id)
        .exclude(Exists(periods.filter(closed_on=None)))
        .exclude(Exists(returning))
        .exclude(erasure.gone("person__case"))
        .annotate(
            closed=Subquery(periods.order_by("-closed_on").values("closed_on")[:1]),
            back=_back_on("person__case"),
        )
        .annotate(
            last=Greatest(
                "opened_on",
                Coalesce("last_contact_on", "opened_on"),
                Coalesce("closed", "opened_on"),
                Coalesce("back", "opened_on"),
            )
        )
    )


def ended_alerts(organisation_id: UUID, kind: Kind) -> QuerySet[Any]:
    """Alerts nobody works on, with `last`. Those that became files wait here only when every file is erased."""
    alerts = Alert.objects.filter(organisation_id=organisation_id, status__in=OF_STATUS[kind])
    if kind == Kind.ALERT_FILE:
        mine = File.objects.filter(alert=OuterRef("pk")) | File.objects.filter(person__code=OuterRef("former_code"))
        mine = mine.filter(person__organisation_id=organisation_id)
        alerts = alerts.exclude(Exists(mine.exclude(erasure.gone("person__case"))))
    about = {
        "contacted": (Contact, TruncDate("at")),
        "interviewed": (Interview, "held_on"),
        "decided": (Decision, "decided_on"),
        "redirected": (Redirection, "on"),
    }
    days = {name: _latest(model, path) for name, (model, path) in about.items()}
    return (
        alerts.exclude(erasure.gone("case"))
        .annotate(received=TruncDate("received_at"), back=_back_on("case"), **days)
        .annotate(last=Greatest("received", *(Coalesce(name, "received") for name in ("back", *days))))
    )


def _latest(model: Any, path: Any) -> Subquery:
    rows = model.objects.filter(alert=OuterRef("pk"))
    if not isinstance(path, str):
        rows, path = rows.annotate(day=path), "day"
    return Subquery(rows.order_by(f"-{path}").values(path)[:1])


# --- due ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """What a clock says today."""

    to_archive: list[Line]
    to_end: list[Line]

    def __bool__(self) -> bool:
        return bool(self.to_archive or self.to_end)


def due(organisation_id: UUID) -> Due:
    """Everything that is due and neither held nor asked: five queries, whatever the caseload."""
    today, holds = clock.today(), _past_holds(organisation_id)
    rule = RULES[Kind.FILE]
    archived = archive.shut("person__case")
    files = closed_files(organisation_id).annotate(archived=archived).exclude(erasure.asked("person__case"))
    to_archive, to_end = [], []
    for case_id, code, last, shut in _begun(
        files, "person__case", rule.active_months, "person__code", "last", "archived"
    ):
        held = held_days(holds.get(case_id, ()), last)
        if rule.end_on(last, held) <= today:
            to_end.append(Line(case_id, rule.kind, code, last, rule.end_on(last, held)))
        elif not shut and rule.archive_on(last, held) <= today:
            to_archive.append(Line(case_id, rule.kind, code, last, rule.archive_on(last, held)))
    for kind in OF_STATUS:
        rule = RULES[kind]
        months = rule.active_months + rule.archive_months if rule.follows is None else 0
        alerts = ended_alerts(organisation_id, kind).exclude(erasure.asked("case"))
        for case_id, code, last in _begun(alerts, "case", months, "reference", "last"):
            # What went on for a file ends when the file has: it is due at once.
            ends = rule.end_on(last, held_days(holds.get(case_id, ()), last)) if rule.follows is None else last
            if ends <= today:
                to_end.append(Line(case_id, kind, code, last, ends))
    to_end.sort(key=lambda line: (line.due_on, line.code))
    return Due(to_archive, to_end)


def _begun(rows: QuerySet[Any], case: str, months: int, *columns: str) -> QuerySet[Any]:
    """The records whose clock began so many months ago, and that nothing holds."""
    found = rows.exclude(erasure.held(case)).filter(last__lte=latest_start(clock.today(), months))
    return found.order_by("last", "pk").values_list(case, *columns)


def _past_holds(organisation_id: UUID) -> dict[UUID, list[tuple[date, date]]]:
    """The holds that were lifted, by case."""
    found: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    lifted = LegalHold.objects.filter(case__organisation_id=organisation_id, lifted_at__isnull=False)
    for case_id, begun, ended in lifted.values_list("case_id", "placed_at", "lifted_at"):
        found[case_id].append((timezone.localdate(begun), timezone.localdate(ended)))
    return found


# --- what waits, is held, is done ----------------------------------------------------------------------------------------


def code_of(case: Case) -> str:
    """How a case is spoken of. The case comes from `with_codes`."""
    for name in ("person", "exploiter", "alert"):
        row = getattr(case, name, None)
        if row is not None:
            return str(row)
    return str(case)


def is_file(code: str) -> bool:
    """Is it the code of a person and their file?"""
    return code.startswith("P-")


def with_codes(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about cases, with what names each: one query, ciphertext left in the database."""
    sealed = {"person": Person, "exploiter": Exploiter, "alert": Alert}
    return rows.select_related(*(f"case__{name}" for name in sealed)).defer(
        *(f"case__{name}__{column}" for name, model in sealed.items() for column in model.sealed_fields())
    )


def waiting(user: User) -> list[Erasure]:
    """What waits for the second person, oldest first."""
    asked = Erasure.objects.filter(case__organisation_id=user.organisation_id, confirmed_at=None, withdrawn_at=None)
    return list(
        with_codes(asked)
        .select_related("requested_by")
        .prefetch_related("requested_by__officer_keys")
        .order_by("requested_at", "pk")
    )


def waiting_for(user: User) -> int:
    """How many records somebody else asked to erase: this member may be the second person."""
    asked = Erasure.objects.filter(case__organisation_id=user.organisation_id, confirmed_at=None, withdrawn_at=None)
    asked = asked.exclude(requested_by=user)
    if not hasattr(user, "officer_key"):
        asked = asked.filter(requested_by__in=OfficerKey.objects.filter(withdrawn_at=None).values("user_id"))
    return asked.count()


def unfinished(user: User) -> int:
    """How many were confirmed and not finished: the power went off."""
    return Erasure.objects.filter(
        case__organisation_id=user.organisation_id, confirmed_at__isnull=False, done_at=None
    ).count()


def holds(user: User) -> list[LegalHold]:
    """The records under legal hold, oldest first."""
    held = LegalHold.objects.filter(case__organisation_id=user.organisation_id, lifted_at=None)
    return list(with_codes(held).select_related("placed_by").order_by("placed_at", "pk"))


def done(user: User) -> list[dict[str, Any]]:
    """What was erased, by month and reason: no code, no name."""
    stones = Tombstone.objects.filter(organisation_id=user.organisation_id)
    by_month = stones.annotate(month=TruncMonth("erased_at")).values("month", "reason").annotate(count=Count("pk"))
    rows: list[Any] = list(by_month.order_by("-month", "reason"))
    return rows


# --- what ends together ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Together:
    """Records that end as one: files, and what is kept only for them."""

    files: tuple[File, ...]
    alerts: tuple[Alert, ...]
    exploiters: tuple[Exploiter, ...]

    @property
    def codes(self) -> dict[UUID, str]:
        """Their cases, and how each is spoken of."""
        rows: tuple[Any, ...] = (*(file.person for file in self.files), *self.alerts, *self.exploiters)
        return {row.case_id: row.audit_target for row in rows}


def together(organisation_id: UUID, codes: Iterable[str]) -> Together:
    """The records of these codes with what ends with them: the alerts of no other file, the exploiters of nobody else.

    Four queries. What was erased is left out.
    """
    wanted = list(codes)
    files = tuple(
        File.objects.filter(person__organisation_id=organisation_id, person__code__in=wanted)
        .exclude(erasure.gone("person__case"))
        .select_related("person")
        .defer(*(f"person__{name}" for name in Person.sealed_fields()))
        .order_by("person__number")
    )
    people, names = [file.person_id for file in files], [file.person.code for file in files]
    others = File.objects.exclude(person__in=people).exclude(erasure.gone("person__case"))
    kept = Q(Exists(others.filter(alert=OuterRef("pk")))) | Q(
        Exists(others.filter(person__organisation_id=organisation_id, person__code=OuterRef("former_code")))
    )
    follow = Q(pk__in=[file.alert_id for file in files if file.alert_id]) | Q(former_code__in=names)
    alerts = (
        Alert.objects.filter(organisation_id=organisation_id)
        .filter((follow & ~kept) | (Q(reference__in=wanted) & (~kept | ~Q(status=AlertStatus.OPENED))))
        .exclude(erasure.gone("case"))
        .defer(*Alert.sealed_fields())
        .order_by("reference")
    )
    links = ExploiterLink.objects.filter(exploiter=OuterRef("pk"))
    elsewhere = links.exclude(exploitation__person__in=people).exclude(erasure.gone("exploitation__person__case"))
    exploiters = (
        Exploiter.objects.filter(organisation_id=organisation_id)
        .filter(Q(code__in=wanted) | Exists(links.filter(exploitation__person__in=people)), ~Exists(elsewhere))
        .exclude(erasure.gone("case"))
        .defer(*Exploiter.sealed_fields())
        .order_by("number")
    )
    return Together(files, tuple(alerts), tuple(exploiters))


def contents(found: Together) -> dict[str, int]:
    """How much will be destroyed, by what it is: four queries, whatever the number of records."""
    files, people = [file.pk for file in found.files], [file.person_id for file in found.files]
    counts = File.objects.filter(pk__in=files).aggregate(
        notes=Count("notes", distinct=True),
        contacts=Count("contacts", distinct=True),
        documents=Count("documents", distinct=True),
        dependants=Count("person__dependants", distinct=True),
    )
    alerts = Alert.objects.filter(pk__in=[alert.pk for alert in found.alerts]).aggregate(
        contacts=Count("contacts", distinct=True),
        interviews=Count("interviews", distinct=True),
        decisions=Count("decisions", distinct=True),
    )
    messages = InboxItem.objects.filter(
        compartment__organisation_id__in={file.person.organisation_id for file in found.files}
        | {alert.organisation_id for alert in found.alerts},
        subject__in=found.codes.values(),
    ).count()
    return {
        "people": len(people),
        "alerts": len(found.alerts),
        "exploiters": len(found.exploiters),
        "dependants": counts["dependants"],
        "notes": counts["notes"],
        "contacts": counts["contacts"] + alerts["contacts"],
        "interviews": alerts["interviews"] + alerts["decisions"],
        "documents": counts["documents"],
        "messages": messages,
    }
