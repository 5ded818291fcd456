"""The end of records: asked by one person, confirmed by another; and what becomes of the coded facts that stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import check
from havre.audit.services import record
from havre.casefiles import due
from havre.casefiles.models import Period, Person
from havre.casefiles.retention import COARSER, Coarser
from havre.casefiles.services.shared import allowed
from havre.core.errors import RuleBroken
from havre.core.fields import Answer, Precision
from havre.intake.models import Alert
from havre.intake.workflow import CLOSED, AlertStatus
from havre.vault import erasure
from havre.vault.keystore.models import Reason
from havre.vault.models import Case, Erasure, LegalHold
from havre.vault.opened import OpenVault

THOUSAND_EUROS = 100_000


@dataclass
class Outcome:
    """What a confirmation did: codes erased, and codes left with the reason."""

    erased: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def ask_erasure(codes: Iterable[str], reason: str, *, by: User, vault: OpenVault) -> list[Erasure]:
    """Ask for records to be erased, each with all that is kept only for it. Nothing is asked when one may not be.

    Raises `RuleBroken` for a record still worked on, held, asked or erased already, `NotGranted`.
    """
    check(by, P.RETENTION_MANAGE)
    if reason not in Reason.values:
        raise RuleBroken(_("Say why it is erased."), field="reason")
    found = due.together(by.organisation_id, codes)
    refuse_if_worked_on(found)
    waiting = set(
        Erasure.objects.filter(case__in=list(found.codes), done_at=None, withdrawn_at=None).values_list(
            "case_id", flat=True
        )
    )
    asked = [erasure.request(case_id, reason, by=vault) for case_id in found.codes if case_id not in waiting]
    if not asked:
        raise RuleBroken(_("Nothing is left to erase here: it was asked, or done, already."))
    return asked


def refuse_if_worked_on(found: due.Together) -> None:
    """Raise `RuleBroken` when a file is still followed, or an alert not closed: that ends first."""
    opened = Period.objects.filter(file__in=found.files, closed_on=None).select_related("file__person").first()
    if opened is not None:
        words = _("%(code)s is still followed by a unit: end its work first.")
        raise RuleBroken(words % {"code": opened.file.person.code})
    kept = [alert for alert in found.alerts if alert.status not in (*CLOSED, AlertStatus.OPENED)]
    if kept:
        raise RuleBroken(_("%(code)s is still being studied: close it first.") % {"code": kept[0].reference})


@transaction.atomic
def withdraw_erasure(asked: Iterable[Erasure], *, by: User, vault: OpenVault) -> int:
    """Give up requests that nobody confirmed, with what was asked for them only. Returns how many."""
    check(by, P.RETENTION_MANAGE)
    given_up = {one.case_id for one in asked}
    pending = due.waiting(by)
    codes = {one.case_id: due.code_of(one.case) for one in pending}
    mine = due.together(by.organisation_id, [code for case_id, code in codes.items() if case_id in given_up])
    others = [code for case_id, code in codes.items() if case_id not in given_up and due.is_file(code)]
    goes = given_up | (set(mine.codes) - set(due.together(by.organisation_id, others).codes))
    withdrawn = [erasure.withdraw(one, by=vault) for one in pending if one.case_id in goes]
    return len(withdrawn)


def confirm_erasure(asked: Iterable[Erasure], *, by: User, vault: OpenVault) -> Outcome:
    """The second person confirms: each record is erased at once, with what ends with it. Not inside a transaction.

    Killed in the middle, what was confirmed is finished by `manage.py vault replay`; the rest waits as before. What a
    rule forbids meanwhile (a legal hold, one's own request) is left, with the reason. Raises `PermissionDenied`.
    """
    check(by, P.ERASURE_CONFIRM)
    chosen = {one.case_id for one in asked}
    pending = due.waiting(by)
    codes = {one.case_id: due.code_of(one.case) for one in pending}
    roots = [codes[case_id] for case_id in chosen if case_id in codes]
    # A record kept for another file meanwhile is not in it any more.
    ends = set(due.together(by.organisation_id, roots).codes)
    outcome = Outcome()
    for one in pending:
        if one.case_id not in ends:
            if one.case_id in chosen:
                outcome.left.append((codes[one.case_id], _("It ends with its file: confirm the file.")))
            continue
        try:
            erasure.confirm(one, by=vault)
        except RuleBroken as refusal:
            outcome.left.append((codes[one.case_id], refusal.message))
        else:
            outcome.erased.append(codes[one.case_id])
    return outcome


@transaction.atomic
def hold(case: Case, why: str, *, by: User, vault: OpenVault) -> LegalHold:
    """Keep a record while a proceeding runs: both clocks stop. Raises `RuleBroken`, `NotGranted`."""
    allowed(by, P.HOLD_PLACE, case.organisation_id)
    if why not in LegalHold.Why.values:
        raise RuleBroken(_("Say why it is kept."), field="why")
    return erasure.place_hold(case.pk, why, by=vault)


@transaction.atomic
def lift(held: LegalHold, *, by: User, vault: OpenVault) -> LegalHold:
    """An officer lifts a legal hold: the clocks run on. Raises `NotGranted`."""
    check(by, P.RETENTION_MANAGE)
    return erasure.lift_hold(held, by=vault)


# --- what stays: coded facts, coarser -----------------------------------------------------------------------------------


@transaction.atomic
def coarsen(case_id: UUID, *, by: User | None) -> None:
    """Make what stays of an erased case coarser, by the table of retention. Doing it twice changes nothing."""
    person, alert = Person.objects.filter(case_id=case_id).first(), Alert.objects.filter(case_id=case_id).first()
    about = person or alert
    if about is None:
        return
    for each in COARSER:
        rows = _rows(each, person, alert)
        if rows is not None:
            _HOW[each.how](rows, each.columns)
    record("casefiles.record.anonymised", by=by, target=about.audit_target, organisation=about.organisation_id)


def _rows(each: Coarser, person: Person | None, alert: Alert | None) -> Any:
    model = apps.get_model(each.model)
    names = {field.name for field in model._meta.get_fields()}
    if person is not None and "person" in names and model is not Person:
        return model._default_manager.filter(person=person)
    if person is not None and "file" in names:
        return model._default_manager.filter(file__person=person)
    if alert is not None and model is Alert:
        return model._default_manager.filter(pk=alert.pk)
    if alert is not None and "alert" in names and "person" not in names:
        return model._default_manager.filter(alert=alert)
    return None


def _delete(rows: Any, columns: tuple[str, ...]) -> None:
    rows.delete()


def _unknown(rows: Any, columns: tuple[str, ...]) -> None:
    for name in columns:
        rows.exclude(**{name: None}).update(**{name: None, f"{name}_answer": Answer.UNKNOWN})


def _empty(rows: Any, columns: tuple[str, ...]) -> None:
    rows.update(**dict.fromkeys(columns, ""))


def _year(rows: Any, columns: tuple[str, ...]) -> None:
    for row in rows:
        values: dict[str, Any] = {}
        for name in columns:
            day = getattr(row, name)
            if day is not None:
                values |= {name: day.replace(month=1, day=1), name.removesuffix("_on") + "_precision": Precision.YEAR}
        if values:
            rows.filter(pk=row.pk).update(**values)


def _month(rows: Any, columns: tuple[str, ...]) -> None:
    for pk, *found in rows.values_list("pk", *columns):
        first = {name: _first(value) for name, value in zip(columns, found, strict=True) if value is not None}
        if first:
            rows.filter(pk=pk).update(**first)


def _first(value: date | datetime) -> date | datetime:
    """The first of the month; of an instant, its noon in the organisation's time zone."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return datetime.combine(local.date().replace(day=1), time(12), tzinfo=local.tzinfo)
    return value.replace(day=1)


def _thousands(rows: Any, columns: tuple[str, ...]) -> None:
    for name in columns:
        for pk, cents in rows.filter(**{f"{name}__gt": 0}).values_list("pk", name):
            rows.filter(pk=pk).update(**{name: -(-cents // THOUSAND_EUROS) * THOUSAND_EUROS})


_HOW = {
    "delete": _delete, "unknown": _unknown, "empty": _empty, "year": _year, "month": _month, "thousands": _thousands,
}  # fmt: skip
