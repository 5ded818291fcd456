"""Who may see which file, and what each page needs, in a number of queries that does not grow with the caseload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from havre.accounts.models import User
from havre.accounts.permissions import ROLES, Role
from havre.accounts.permissions import Permission as P
from havre.casefiles.models import Document, Exploiter, File, Period, Person, Task
from havre.core import clock
from havre.core.workflow import Step
from havre.intake.models import Alert
from havre.intake.workflow import ALERT, OPEN, AlertStatus
from havre.vault import archive
from havre.vault.models import CaseGrant, InboxItem
from havre.vault.queries import given_to, hidden_from

# Urgencies that ask for nothing the same day.
CALM = ("none", "unknown")
UNTOUCHED_DAYS = 60
SOON_DAYS = 7

# Who may be in charge of a period, by unit; a coordinator may be in charge of any.
UNIT_ROLES: dict[str, tuple[str, ...]] = {
    "social": (Role.SOCIAL_WORKER, Role.COORDINATOR),
    "legal": (Role.LAWYER, Role.COORDINATOR),
    "psychology": (Role.PSYCHOLOGIST, Role.COORDINATOR),
}


SEALED_OF_PERSON = tuple(f"person__{name}" for name in sorted(Person.Privacy.sealed))


def files_visible_to(user: User) -> QuerySet[File]:
    """Every page starts here: outside it, a file is simply not found.

    Restricted files are seen by those named for them, archived ones by few; who sees no file by role sees those
    granted one by one.
    """
    files = File.objects.filter(person__organisation_id=user.organisation_id).select_related("person__case")
    if not user.can(P.FILE_ARCHIVE_VIEW):
        files = files.exclude(archive.shut("person__case"))
    if user.can(P.FILE_VIEW):
        return files.exclude(person__case__in=hidden_from(user))
    if user.can(P.FILE_GIVEN) or user.can(P.EMERGENCY):
        return files.filter(person__case__in=given_to(user))
    return File.objects.none()


def listed(files: QuerySet[File]) -> QuerySet[File]:
    """Files for a list: coded facts only, what is sealed stays in the database."""
    return with_periods(files).defer(*SEALED_OF_PERSON)


def with_periods(files: QuerySet[File]) -> QuerySet[File]:
    """Files with their periods, oldest first, and who is in charge of each: one more query."""
    return files.prefetch_related(Prefetch("periods", Period.objects.select_related("in_charge").order_by("opened_on")))


def active_in(files: QuerySet[File], year: int) -> QuerySet[File]:
    """Files a period of which meets the year (R33)."""
    meets = Period.objects.filter(opened_on__lte=date(year, 12, 31)).filter(
        Q(closed_on=None) | Q(closed_on__gte=date(year, 1, 1))
    )
    return files.filter(pk__in=meets.values("file_id"))


def tasks_visible_to(user: User) -> QuerySet[Task]:
    """The tasks of one's organisation, for who has tasks; without files to see by role, one's own only.

    Nobody has a task about what is hidden from them, their own neither.
    """
    if not user.can(P.TASK_DO):
        return Task.objects.none()
    tasks = (
        Task.objects.filter(organisation_id=user.organisation_id)
        .exclude(file__person__case__in=hidden_from(user))
        .exclude(alert__case__in=hidden_from(user))
    )
    if not user.can(P.FILE_VIEW):
        tasks = tasks.filter(who=user)
    return tasks.select_related("who", "done_by", "alert", "file__person")


def exploiters_visible_to(user: User) -> QuerySet[Exploiter]:
    """The exploiters of one's organisation, by code."""
    if not user.can(P.FILE_VIEW):
        return Exploiter.objects.none()
    return Exploiter.objects.filter(organisation_id=user.organisation_id).order_by("number")


def inbox_visible_to(user: User, compartments: Iterable[str]) -> QuerySet[InboxItem]:
    """The messages to the compartments one holds, newest first."""
    return (
        InboxItem.objects.filter(
            compartment__organisation_id=user.organisation_id, compartment__kind__in=list(compartments)
        )
        .select_related("compartment", "sent_by")
        .order_by("-sent_at")
    )


def colleagues(user: User) -> QuerySet[User]:
    """The members of one's organisation who are still there, by name."""
    return User.objects.filter(organisation_id=user.organisation_id, is_active=True).order_by("display_name")


def colleagues_for(unit: str, user: User) -> QuerySet[User]:
    """The colleagues who may be in charge in a unit."""
    return colleagues(user).filter(role__in=UNIT_ROLES[unit])


def colleagues_at(file: File, user: User) -> QuerySet[User]:
    """The colleagues who see a file and may have a task there: the team and those it was given to, or those named."""
    granted = CaseGrant.objects.live().filter(case=file.person.case_id).values("user_id")
    doing = [role for role, rights in ROLES.items() if P.TASK_DO in rights.permissions]
    team = [] if file.person.case.restricted_at else [r for r in doing if P.FILE_VIEW in ROLES[r].permissions]
    return colleagues(user).filter(Q(role__in=team) | Q(role__in=doing, pk__in=granted))


def untouched(files: QuerySet[File], today: date, days: int = UNTOUCHED_DAYS) -> QuerySet[File]:
    """Files with an open period and no contact for so many days; a file just opened counts from its newest period."""
    newest = Period.objects.filter(file=OuterRef("pk"), closed_on=None).order_by("-opened_on").values("opened_on")[:1]
    return (
        files.annotate(newest_period=Subquery(newest))
        .exclude(newest_period=None)
        .annotate(touched_on=Greatest(Coalesce("last_contact_on", "opened_on"), F("newest_period")))
        .filter(touched_on__lte=today - timedelta(days=days))
        .order_by("touched_on")
    )


# --- my day ------------------------------------------------------------------------------------------------------


TO_DECIDE = (AlertStatus.INTERVIEWED, AlertStatus.ADJOURNED)


@dataclass(frozen=True)
class AlertLine:
    """An alert of my day, with the step that comes next."""

    alert: Alert
    next_step: Step | None
    days: int
    decide: bool = False


@dataclass(frozen=True)
class FileLine:
    """A file of my day that nobody has touched for a while."""

    file: File
    since: date
    days: int


@dataclass(frozen=True)
class GivenLine:
    """A file one was given, until when."""

    file: File
    until: datetime


@dataclass(frozen=True)
class MyDay:
    """What needs me now."""

    today: date
    urgent: list[AlertLine] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    done: list[Task] = field(default_factory=list)
    alerts: list[AlertLine] = field(default_factory=list)
    untouched: list[FileLine] = field(default_factory=list)
    inbox: list[InboxItem] = field(default_factory=list)
    given: list[GivenLine] = field(default_factory=list)
    # The codes of the messages whose file this member sees.
    seen: frozenset[str] = frozenset()

    @property
    def is_quiet(self) -> bool:
        """Nothing waits."""
        return not (
            self.urgent or self.tasks or self.alerts or self.untouched or any(i.read_at is None for i in self.inbox)
        )


def my_day(user: User, compartments: Iterable[str], *, limit: int = 50) -> MyDay:
    """What needs this member today: at most eight queries, whatever the caseload."""
    today = clock.today()
    urgent, mine = _alerts_for(user, today, limit)
    tasks, done = _tasks_for(user, today, limit)
    inbox: list[InboxItem] = []
    if user.can(P.INBOX_SEND):
        recent = clock.now() - timedelta(days=14)
        wanted = inbox_visible_to(user, compartments).filter(Q(read_at=None) | Q(read_at__gte=recent))
        inbox = list(wanted.order_by(F("read_at").desc(nulls_first=True), "-sent_at")[:limit])
    return MyDay(
        today=today, urgent=urgent, tasks=tasks, done=done, alerts=mine, untouched=_untouched_for(user, today, limit),
        inbox=inbox, given=given_files(user), seen=codes_seen(user, {item.subject for item in inbox}),
    )  # fmt: skip


def given_files(user: User) -> list[GivenLine]:
    """The files this member was given, emergency access included, those that close first on top."""
    grants = CaseGrant.objects.live().filter(user=user, expires_at__isnull=False).select_related("case__person__file")
    grants = grants.defer(*(f"case__{name}" for name in SEALED_OF_PERSON)).order_by("expires_at")
    until: dict[UUID, GivenLine] = {}
    for grant in grants:
        person = grant.case.person
        person.file.person = person
        until[grant.case_id] = GivenLine(person.file, grant.expires_at)  # type: ignore[arg-type]
    return list(until.values())


def codes_seen(user: User, codes: set[str]) -> frozenset[str]:
    """Of these codes, those of the files this member sees."""
    if not codes:
        return frozenset()
    seen = files_visible_to(user).filter(person__code__in=codes).order_by()
    return frozenset(seen.values_list("person__code", flat=True))


def _alerts_for(user: User, today: date, limit: int) -> tuple[list[AlertLine], list[AlertLine]]:
    if not user.can(P.ALERT_VIEW):
        return [], []
    statuses = [*OPEN, AlertStatus.ACCEPTED]
    mine_or_nobodys = Q(in_charge=user) | Q(in_charge=None, taken_by=user) | (Q(in_charge=None) & ~Q(urgency__in=CALM))
    if user.can(P.ALERT_STUDY):
        # Nobody has acted yet: whoever is there first sees it, whoever is in charge.
        mine_or_nobodys |= ~Q(urgency__in=CALM) & Q(first_action_on=None)
    decides = user.can(P.ALERT_DECIDE)
    if decides:
        # A decision is taken together: it waits for whoever writes it down, whoever is in charge.
        mine_or_nobodys |= Q(status__in=TO_DECIDE)
    if user.can(P.FILE_OPEN):
        mine_or_nobodys |= Q(status=AlertStatus.ACCEPTED)
    waiting = (
        Alert.objects.filter(organisation_id=user.organisation_id, status__in=statuses)
        .filter(mine_or_nobodys)
        .exclude(case__in=hidden_from(user))
        .select_related("in_charge")
        .defer(*Alert.Privacy.sealed)
        .order_by("received_at")
    )
    urgent: list[AlertLine] = []
    mine: list[AlertLine] = []
    for alert in waiting[: limit * 2]:
        steps = ALERT.next_steps(alert.status, user)
        line = AlertLine(
            alert,
            steps[0] if steps else None,
            (today - timezone.localdate(alert.received_at)).days,
            decide=decides and alert.status in TO_DECIDE,
        )
        (urgent if alert.urgency not in CALM else mine).append(line)
    return urgent[:limit], mine[:limit]


def _tasks_for(user: User, today: date, limit: int) -> tuple[list[Task], list[Task]]:
    if not user.can(P.TASK_DO):
        return [], []
    due = Q(done_at=None, due_on__lte=today + timedelta(days=SOON_DAYS))
    done_today = Q(done_at__gte=clock.now().replace(hour=0, minute=0, second=0, microsecond=0))
    tasks = list(
        tasks_visible_to(user).filter(who=user).filter(due | done_today).order_by("due_on", "id").defer("what")[:limit]
    )
    return [t for t in tasks if t.done_at is None], [t for t in tasks if t.done_at is not None]


def _untouched_for(user: User, today: date, limit: int) -> list[FileLine]:
    if not user.can(P.FILE_EDIT):
        return []
    mine = files_visible_to(user).filter(pk__in=Period.objects.filter(in_charge=user, closed_on=None).values("file_id"))
    files: Iterable[Any] = untouched(mine, today).defer(*SEALED_OF_PERSON)[:limit]
    return [FileLine(file, file.touched_on, (today - file.touched_on).days) for file in files]


# --- one file -------------------------------------------------------------------------------------------------------


def alerts_of(file: File) -> list[Alert]:
    """The alerts a file comes from, the first one and those of each return (R12), with interviews and decisions."""
    wanted = Q(former_code=file.person.code)
    if file.alert_id is not None:
        wanted |= Q(pk=file.alert_id)
    return list(
        Alert.objects.filter(wanted, organisation_id=file.person.organisation_id)
        .defer(*Alert.Privacy.sealed)
        .prefetch_related("interviews", "decisions__participants")
        .order_by("received_at")
    )


def notes_by_compartment(file: File, year: int) -> dict[str, int]:
    """How many notes each profession wrote in the year: a count is not a secret, the words are."""
    rows = file.notes.filter(at__year=year).values("compartment").annotate(n=Count("id")).order_by()
    return {row["compartment"]: row["n"] for row in rows}


def documents_of(file: File, *, opened: bool = False) -> list[Document]:
    """The documents of a file, newest version of each first; who added them; `opened` brings their sealed details."""
    rows = Document.objects.filter(file=file).select_related("by", "withdrawn_by").order_by("-number", "-version")
    documents = list(rows if opened else rows.defer("details"))
    for document in documents:
        document.file = file
    return documents


def display_names(organisation_id: UUID) -> dict[Any, str]:
    """How the members of an organisation are called, those who left included."""
    return dict(User.objects.filter(organisation_id=organisation_id).values_list("id", "display_name"))


# --- opening ---------------------------------------------------------------------------------------------------------


def alerts_to_open(user: User) -> QuerySet[Alert]:
    """The alerts of one's organisation, for who opens files."""
    if not user.can(P.FILE_OPEN):
        return Alert.objects.none()
    return Alert.objects.filter(organisation_id=user.organisation_id).exclude(case__in=hidden_from(user))


def can_open_from(alert: Alert) -> bool:
    """The decision is to accompany, and a file is still missing for someone it concerns."""
    if alert.status == AlertStatus.ACCEPTED:
        return True
    return alert.status == AlertStatus.OPENED and File.objects.filter(alert=alert).count() < alert.persons_concerned
