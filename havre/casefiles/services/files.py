"""Opening a file, and the periods in it (R33, R34, R44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record, record_many
from havre.casefiles.facts import PersonFacts, coded, distinct, sealed
from havre.casefiles.finding import index
from havre.casefiles.models import File, Language, Nationality, Period, Person
from havre.casefiles.services.retention import came_back
from havre.casefiles.services.shared import agree, allowed, colleague, locked, next_number, not_hidden, sees
from havre.core import clock, codelists
from havre.core.errors import Conflict, RuleBroken
from havre.intake.known import UNASKED, Known, Typed, keep, settled
from havre.intake.models import Alert
from havre.intake.services import mark_opened
from havre.intake.workflow import AlertStatus
from havre.vault import erasure
from havre.vault.models import Case
from havre.vault.opened import OpenVault
from havre.vault.queries import hidden_from
from havre.vault.services import new_case


@transaction.atomic
def open_file(
    facts: PersonFacts,
    *,
    units: tuple[str, ...],
    in_charge: Mapping[str, User | None],
    opened_on: date,
    by: User,
    vault: OpenVault,
    alert: Alert | None = None,
    case: Case | None = None,
    known: Known | None = None,
) -> File:
    """Open the file of a person, with one period per unit.

    When the alert names the code of someone accompanied before (R12), or they are said to be the same as someone who
    has a file, that file is opened again: new periods, no second person, and `facts` are left aside. `known` is who may
    be known already, with the answers; left out, the service looks by itself. `case`, made in advance, spares a bulk
    load one write per person. Raises `RuleBroken`, and `StepNotAllowed` for an alert that was not accepted.
    """
    allowed(by, P.FILE_OPEN, by.organisation_id)
    units = distinct(units)
    _check_periods(units, in_charge, opened_on, by=by)
    former = alert.former_code if alert is not None else ""
    known = UNASKED if former else settled(known, possible(facts), by=by, vault=vault, about=alert)
    former = former or known.former_code
    if alert is not None:
        alert = _take_from(alert, by=by, former_code=former)
        former = alert.former_code or former
    if former:
        file = _existing(former, by=by)
        _refuse_overlap(file, units, opened_on)
        for unit in units:
            sees(in_charge.get(unit), file.person.case, field=f"in_charge_{unit}")
    else:
        person = _new_person(facts, by=by, vault=vault, case=case)
        file = File.objects.create(person=person, alert=alert, opened_on=opened_on)
    Period.objects.bulk_create(
        [Period(file=file, unit=unit, opened_on=opened_on, in_charge=in_charge.get(unit)) for unit in units]
    )
    came_back(file, by=by)
    record(
        "casefiles.file.reopened" if former else "casefiles.file.opened",
        by=by,
        target=file.person.code,
        units=list(units),
        opened_on=opened_on,
        alert=alert.reference if alert else "",
    )
    keep(known, file.person, by=by, vault=vault, answered_for=alert, file=file)
    return file


def possible(facts: PersonFacts) -> Typed:
    """What is said of a person that may name someone known."""
    contacts = (facts.phones, facts.email, facts.safe_contact)
    return Typed(names=(facts.names or "", facts.aliases or ""), contacts="\n".join(filter(None, contacts)))


def _check_periods(units: tuple[str, ...], in_charge: Mapping[str, User | None], opened_on: date, *, by: User) -> None:
    if not units:
        raise RuleBroken(_("Choose at least one unit: a file is followed by someone."), field="units")
    for unit in units:
        _known_unit(unit)
    for unit, user in in_charge.items():
        if unit in units:
            colleague(user, by, field=f"in_charge_{unit}")
    _not_later(opened_on, "opened_on")


def _known_unit(unit: str) -> None:
    if unit not in codelists.get("unit"):
        raise RuleBroken(_("There is no such unit."), field="units")


def _not_later(day: date, field: str) -> None:
    if day > clock.today():
        raise RuleBroken(_("This day has not come yet."), field=field)


def _take_from(alert: Alert, *, by: User, former_code: str = "") -> Alert:
    """The alert, moved to “file opened”; a group alert gives as many files as it concerns people."""
    if alert.organisation_id != by.organisation_id:
        raise PermissionDenied("The alert belongs to another organisation.")
    alert = locked(alert)
    if alert.status != AlertStatus.OPENED or File.objects.filter(alert=alert).count() >= alert.persons_concerned:
        alert = mark_opened(alert, by=by, former_code=former_code)
    return alert


def _existing(code: str, *, by: User) -> File:
    try:
        # One in the archive comes back; one that was erased is somebody new.
        file: File = (
            File.objects.filter(person__organisation_id=by.organisation_id)
            .exclude(person__case__in=hidden_from(by))
            .select_related("person__case")
            .select_for_update(of=("self",))
            .exclude(erasure.gone("person__case"))
            .get(person__code=code)
        )
    except File.DoesNotExist:
        raise RuleBroken(
            _("The alert names a former file that is not here. Correct its code on the alert first."),
            field="former_code",
        ) from None
    return file


def _new_person(facts: PersonFacts, *, by: User, vault: OpenVault, case: Case | None) -> Person:
    number = next_number(Person, by.organisation_id)
    person = Person(
        organisation_id=by.organisation_id,
        case=case or new_case(by.organisation),
        number=number,
        code=f"P-{number:04d}",
        **coded(facts, Person),
    )
    vault.seal(person, **sealed(facts, Person))
    person.save(force_insert=True)
    index(vault, person)
    Nationality.objects.bulk_create([Nationality(person=person, country=c) for c in distinct(facts.nationalities)])
    Language.objects.bulk_create([Language(person=person, language=c) for c in distinct(facts.languages)])
    return person


def _refuse_overlap(file: File, units: Iterable[str], opened_on: date) -> None:
    """A unit accompanies once at a time: a new period begins when the one before it has ended."""
    for period in Period.objects.filter(file=file, unit__in=list(units)):
        label = codelists.get("unit").label(period.unit)
        if period.closed_on is None:
            raise RuleBroken(_("The %(unit)s unit already accompanies this person.") % {"unit": label}, field="units")
        if period.closed_on > opened_on:
            raise RuleBroken(
                _("The period of the %(unit)s unit before this one ended later, on %(day)s.")
                % {"unit": label, "day": period.closed_on.isoformat()},
                field="opened_on",
            )


@transaction.atomic
def open_period(file: File, unit: str, *, opened_on: date, by: User, in_charge: User | None = None) -> Period:
    """A unit begins to accompany, or begins again. Raises `RuleBroken` while it already does."""
    file = File.objects.select_related("person__case").select_for_update(of=("self",)).get(pk=file.pk)
    allowed(by, P.FILE_EDIT, file.person.organisation_id)
    not_hidden(file.person.case, by)
    sees(in_charge, file.person.case, field="in_charge")
    _check_periods((unit,), {unit: in_charge}, opened_on, by=by)
    _refuse_overlap(file, (unit,), opened_on)
    period = Period.objects.create(file=file, unit=unit, opened_on=opened_on, in_charge=in_charge)
    came_back(file, by=by)
    record("casefiles.period.opened", by=by, target=file.person.code, unit=unit, opened_on=opened_on)
    return period


@transaction.atomic
def close_period(period: Period, *, closed_on: date, reason: str, by: User, revision: int | None = None) -> Period:
    """A unit stops accompanying, on a day and for a reason. Raises `RuleBroken`, `Conflict`."""
    period = _held(period, by=by, permission=P.FILE_EDIT, revision=revision)
    if period.closed_on is not None:
        raise Conflict(_("This period is already closed."), current=period.revision)
    if closed_on < period.opened_on:
        raise RuleBroken(_("A period cannot end before it began."), field="closed_on")
    _not_later(closed_on, "closed_on")
    if not reason:
        raise RuleBroken(_("Say why it ends."), field="reason")
    period.closed_on, period.close_reason = closed_on, reason
    period.revision += 1
    period.save(update_fields=["closed_on", "close_reason", "revision"])
    record(
        "casefiles.period.closed", by=by, target=period.file.person.code, unit=period.unit, on=closed_on, reason=reason
    )
    return period


@transaction.atomic
def assign_period(period: Period, user: User | None, *, by: User, revision: int | None = None) -> Period:
    """Say who is in charge of a period. Raises `RuleBroken`, `Conflict`."""
    period = _held(period, by=by, permission=P.FILE_ASSIGN, revision=revision)
    colleague(user, by, field="in_charge")
    sees(user, period.file.person.case, field="in_charge")
    period.in_charge = user
    period.revision += 1
    period.save(update_fields=["in_charge", "revision"])
    record(
        "casefiles.period.assigned",
        by=by,
        target=period.file.person.code,
        unit=period.unit,
        to=user.username if user else "nobody",
    )
    return period


@transaction.atomic
def reassign(periods: Iterable[Period], user: User, *, by: User) -> int:
    """Hand any number of open periods to a colleague. Returns how many changed hands.

    One event per file, at one instant: each file's own access log shows it.
    """
    colleague(user, by, field="in_charge")
    held = list(
        Period.objects.select_for_update(of=("self",))
        .select_related("file__person__case")
        .filter(pk__in=[p.pk for p in periods], closed_on=None)
        .exclude(in_charge=user)
        .order_by("pk")
    )
    for organisation in {p.file.person.organisation_id for p in held} or {by.organisation_id}:
        allowed(by, P.FILE_ASSIGN, organisation)
    for period in held:
        not_hidden(period.file.person.case, by)
        sees(user, period.file.person.case, field="to")
        period.in_charge, period.revision = user, period.revision + 1
    Period.objects.bulk_update(held, ["in_charge", "revision"], batch_size=500)
    record_many(
        [("casefiles.period.assigned", p.file.person.code, {"unit": p.unit, "to": user.username}) for p in held], by=by
    )
    return len(held)


def _held(period: Period, *, by: User, permission: str, revision: int | None) -> Period:
    fresh: Period = locked(period)
    allowed(by, permission, fresh.file.person.organisation_id)
    not_hidden(fresh.file.person.case, by)
    if revision is not None:
        agree(fresh, revision)
    return fresh
