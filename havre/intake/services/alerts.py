"""Taking an alert, correcting it, moving it along its workflow (R1-R12, R27)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import check
from havre.audit.services import record
from havre.core import clock, codelists
from havre.core.errors import RuleBroken
from havre.core.fields import YesNo
from havre.intake import finding
from havre.intake.facts import CODED, SEALED, AlertFacts
from havre.intake.known import Candidate, Known, Typed, keep, look, settled
from havre.intake.models import Alert, AlertAsk, Decision, Redirection
from havre.intake.services.grid import open_assessment
from havre.intake.services.shared import agree, colleague, locked
from havre.intake.workflow import ALERT
from havre.vault.models import Case
from havre.vault.opened import OpenVault
from havre.vault.services import new_case

FILE_CODE = re.compile(r"P-\d{4,}")


@transaction.atomic
def take_alert(
    facts: AlertFacts,
    *,
    by: User,
    vault: OpenVault,
    received_at: datetime | None = None,
    case: Case | None = None,
    known: Known | None = None,
) -> Alert:
    """Register an alert under the next number of the year it was received in, local time: A-2019-0380.

    `known` is who may be known already, with the answers; left out, the service looks by itself. `case`, made in
    advance, spares a bulk load one write per alert. Raises `RuleBroken`, also while someone possibly known is not
    answered for.
    """
    check(by, P.ALERT_TAKE)
    received_at = received_at or clock.now()
    if received_at > clock.now():
        raise RuleBroken(_("This moment has not come yet."), field="received_at")
    columns = _columns(facts)
    known = settled(known, _typed(facts, _texts(facts)), by=by, vault=vault)
    if facts.persons_concerned == 1:
        columns["former_code"] = columns["former_code"] or known.former_code
    year = timezone.localtime(received_at).year
    number = _next_number(by, year)
    alert = Alert(
        organisation_id=by.organisation_id,
        case=case or new_case(by.organisation),
        year=year,
        number=number,
        reference=f"A-{year}-{number:04d}",
        received_at=received_at,
        made_at=clock.now(),
        taken_by=by,
        in_charge=by,
        **columns,
    )
    texts = _texts(facts)
    vault.seal(alert, **texts)
    alert.save(force_insert=True)
    finding.index(vault, alert, texts)
    AlertAsk.objects.bulk_create([AlertAsk(alert=alert, code=code) for code in dict.fromkeys(facts.asks)])
    record(
        "intake.alert.taken",
        by=by,
        target=alert.reference,
        channel=alert.channel,
        source=alert.source_kind or alert.source_family,
        urgency=alert.urgency,
    )
    keep(known, alert, by=by, vault=vault)
    return alert


@transaction.atomic
def change_alert(
    alert: Alert, facts: AlertFacts, *, revision: int, by: User, vault: OpenVault, known: Known | None = None
) -> Alert:
    """Correct what was noted; who a name just written may be is asked as when it was taken.

    Raises `Conflict` when someone saved it after `revision`, and `RuleBroken`.
    """
    alert = locked(alert, by=by, permission=P.ALERT_TAKE)
    agree(revision, alert.revision)
    columns = _columns(facts)
    texts = _changed(alert, facts, vault)
    known = settled(known, _typed(facts, texts), by=by, vault=vault, about=alert)
    if facts.persons_concerned == 1:
        columns["former_code"] = columns["former_code"] or known.former_code
    changed = sorted(name for name, value in columns.items() if getattr(alert, name) != value)
    for name in changed:
        setattr(alert, name, columns[name])
    sealed = vault.seal(alert, **texts)
    alert.revision += 1
    alert.save(update_fields=[*changed, *sealed, "revision"])
    finding.index(vault, alert, texts)
    asks = set(alert.asks.values_list("code", flat=True))
    if asks != set(facts.asks):
        alert.asks.exclude(code__in=facts.asks).delete()
        AlertAsk.objects.bulk_create(
            [AlertAsk(alert=alert, code=c) for c in dict.fromkeys(facts.asks) if c not in asks]
        )
        changed.append("asks")
    record("intake.alert.changed", by=by, target=alert.reference, columns=[*changed, *sorted(texts)])
    keep(known, alert, by=by, vault=vault)
    return alert


@transaction.atomic
def set_agreement(alert: Alert, agreement: str, *, by: User) -> Alert:
    """Does the person agree to be contacted (R27)? Raises `RuleBroken`."""
    alert = locked(alert, by=by, permission=P.ALERT_STUDY)
    if agreement not in YesNo.values:
        raise RuleBroken(_("Answer yes, no, unknown or does not wish to say."), field="agreement")
    alert.agreement = agreement
    alert.revision += 1
    alert.save(update_fields=["agreement", "revision"])
    record("intake.alert.agreement", by=by, target=alert.reference, agreement=agreement)
    return alert


@transaction.atomic
def assign(alert: Alert, user: User | None, *, by: User) -> Alert:
    """Say who is in charge of the alert. Raises `RuleBroken` for someone who cannot see it."""
    alert = locked(alert, by=by, permission=P.ALERT_STUDY)
    if user is not None:
        colleague(user, by, field="in_charge")
        if not user.can(P.ALERT_VIEW):
            raise RuleBroken(_("This colleague's role does not see alerts."), field="in_charge")
    alert.in_charge = user
    alert.save(update_fields=["in_charge"])
    record("intake.alert.assigned", by=by, target=alert.reference, to=user.username if user else "nobody")
    return alert


@transaction.atomic
def move_alert(alert: Alert, step_name: str, *, by: User, reason: str = "", vault: OpenVault | None = None) -> Alert:
    """Take one step of the alert's workflow, among those that ask for no form of their own.

    `reason` is sealed on the alert, which needs `vault`. Raises `StepNotAllowed`, `RuleBroken`, `PermissionDenied`.
    """
    alert = locked(alert, by=by, permission=P.ALERT_VIEW)
    step = ALERT.step(step_name, alert.status)
    check(by, step.needs)
    if not step.button:
        raise RuleBroken(_("This step is taken with its own form."))
    columns = _next_state(alert, step.name, by)
    if reason:
        if vault is None:
            raise ValueError("A reason is sealed: it needs a vault.")
        columns += vault.seal(alert, closing_reason=reason)
    alert.save(update_fields=columns)
    record(f"intake.alert.{step.name}", by=by, target=alert.reference, level=alert.level_reached)
    return alert


def _next_state(alert: Alert, step_name: str, by: User) -> list[str]:
    """Change the status, and what goes with it. Returns the columns to save."""
    alert.status = ALERT.steps[step_name].target
    if step_name == "start_study":
        _open_grid(alert, by)
    elif step_name == "finish_study":
        alert.level_reached = max(alert.level_reached, 1)
        alert.assessments.filter(level=1).update(finished_on=clock.today())
    elif step_name == "reopen":
        # What was decided or advised before stays in the register, but no longer stands.
        _open_grid(alert, by)
        Decision.objects.filter(alert=alert).exclude(outcome="adjourn").update(overtaken_on=clock.today())
        Redirection.objects.filter(alert=alert).update(main=False)
    return ["status", "level_reached"]


def _open_grid(alert: Alert, by: User) -> None:
    assessment = open_assessment(alert, 1, by=by)
    if assessment.finished_on is not None:
        assessment.finished_on = None
        assessment.save(update_fields=["finished_on"])


@transaction.atomic
def mark_opened(alert: Alert, *, by: User, former_code: str = "") -> Alert:
    """A file was opened from this alert, or opened again: `former_code` says which. Raises `StepNotAllowed`."""
    alert = locked(alert, by=by, permission=P.FILE_OPEN)
    step = ALERT.step("open_file", alert.status)
    check(by, step.needs)
    alert.status = step.target
    if alert.persons_concerned == 1:
        alert.former_code = alert.former_code or former_code
    alert.save(update_fields=["status", "former_code"])
    record(f"intake.alert.{step.name}", by=by, target=alert.reference)
    return alert


def possibly_known(
    facts: AlertFacts, *, by: User, vault: OpenVault, about: Alert | None = None
) -> tuple[Candidate, ...]:
    """Who an alert may be about, for the form to ask. Of an alert being corrected, only what changed is looked for."""
    check(by, P.ALERT_TAKE)
    texts = _changed(about, facts, vault) if about is not None else _texts(facts)
    return look(_typed(facts, texts), by=by, vault=vault, about=about)


def _typed(facts: AlertFacts, texts: dict[str, str]) -> Typed:
    """What these texts say that may name someone known."""
    return Typed(
        names=(texts.get("person_name", ""),),
        contacts=texts.get("person_contact", ""),
        exploiters=(texts.get("employer_name", ""),),
        former_code=facts.former_code.strip().upper(),
    )


def _changed(alert: Alert, facts: AlertFacts, vault: OpenVault) -> dict[str, str]:
    """The texts that say something else than what is there."""
    return {name: text for name, text in _texts(facts).items() if vault.open(alert, name) != text}


def _columns(facts: AlertFacts) -> dict[str, Any]:
    """The clear columns these facts give. Raises `RuleBroken`."""
    columns: dict[str, Any] = {name: getattr(facts, name) for name in CODED}
    sources = codelists.get("source")
    if (facts.source_kind and facts.source_kind not in sources) or facts.source()[0] not in sources.roots:
        raise RuleBroken(_("Choose who reported the situation."), field="source_kind")
    columns["source_family"], columns["source_kind"] = facts.source()
    if not 1 <= facts.persons_concerned <= 100:
        raise RuleBroken(_("An alert concerns 1 to 100 people."), field="persons_concerned")
    columns["former_code"] = facts.former_code.strip().upper()
    if columns["former_code"] and not FILE_CODE.fullmatch(columns["former_code"]):
        raise RuleBroken(_("Write the code of the file, like P-0001."), field="former_code")
    return columns


def _texts(facts: AlertFacts) -> dict[str, str]:
    return {name: text for name in SEALED if (text := getattr(facts, name)) is not None}


def _next_number(by: User, year: int) -> int:
    """The next free number of the year. Two writers never get the same: the organisation's row is held until the end."""
    Organisation.objects.select_for_update().get(pk=by.organisation_id)
    last: int | None = (
        Alert.objects.filter(organisation_id=by.organisation_id, year=year)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1
