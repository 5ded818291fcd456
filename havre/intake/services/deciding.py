"""Level 3: the collegial decision (R16, R29), and where people are directed (R30, R31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.core import codelists
from havre.core.errors import RuleBroken
from havre.intake.facts import RedirectionFacts
from havre.intake.models import Alert, Decision, Partner, Redirection
from havre.intake.services.shared import colleague, first_action, locked, not_before_alert, not_later
from havre.intake.workflow import ALERT
from havre.intake.workflow import AlertStatus as S
from havre.vault.opened import OpenVault

STEP_OF = {
    "accompany_social": "accept",
    "accompany_legal": "accept",
    "accompany_both": "accept",
    "adjourn": "adjourn",
    "redirect": "decide_redirect",
    "refuse": "decide_refuse",
}


@transaction.atomic
def decide(
    alert: Alert,
    *,
    decided_on: date,
    outcome: str,
    participants: Iterable[User],
    reasons: str,
    by: User,
    vault: OpenVault,
    redirection: RedirectionFacts | None = None,
) -> Decision:
    """Write down the decision that a team took together: at least two people of two professions.

    An adjourned decision leaves the level as it was; the others reach level 3. Raises `RuleBroken`,
    `StepNotAllowed` for a second decision.
    """
    alert = locked(alert, by=by, permission=P.ALERT_DECIDE)
    if outcome not in STEP_OF:
        raise RuleBroken(_("Choose what was decided."), field="outcome")
    step = ALERT.step(STEP_OF[outcome], alert.status)
    present = list({user.pk: user for user in participants}.values())
    _together(present, by)
    not_later(decided_on, "decided_on")
    _after_interviews(alert, decided_on)
    if not reasons.strip():
        raise RuleBroken(_("Write the reasons: they are what remains of the decision."), field="reasons")
    decision = Decision(alert=alert, decided_on=decided_on, outcome=outcome, by=by)
    vault.seal(decision, reasons=reasons)
    decision.save(force_insert=True)
    decision.participants.set(present)
    columns = ["status"]
    if outcome != "adjourn":
        alert.level_reached = 3
        columns.append("level_reached")
    alert.status = step.target
    if outcome == "redirect" and redirection is not None:
        _direct(alert, redirection, redirection.on or decided_on, by)
        columns += first_action(alert, redirection.on or decided_on)
    alert.save(update_fields=columns)
    record(
        f"intake.alert.{step.name}",
        by=by,
        target=alert.reference,
        outcome=outcome,
        decided_on=decided_on,
        participants=sorted(user.username for user in present),
    )
    return decision


def _together(present: list[User], by: User) -> None:
    for user in present:
        colleague(user, by, field="participants")
        if not user.can(P.ALERT_VIEW):
            raise RuleBroken(_("Someone you chose has a role that does not see alerts."), field="participants")
    if len(present) < 2 or len({user.role for user in present}) < 2:
        raise RuleBroken(
            _("A decision is taken together: choose at least two people, of two different professions."),
            field="participants",
        )


def _after_interviews(alert: Alert, decided_on: date) -> None:
    last = alert.interviews.order_by("-held_on").values_list("held_on", flat=True).first()
    if last is not None and decided_on < last:
        raise RuleBroken(_("The decision cannot be before the interview."), field="decided_on")


@transaction.atomic
def redirect(alert: Alert, *, on: date, category: str, partner: Partner | None = None, by: User) -> Redirection:
    """Direct the person elsewhere. The first redirection closes the alert and is the main one; more may follow.

    Raises `RuleBroken`, `StepNotAllowed` when the alert is past that.
    """
    alert = locked(alert, by=by, permission=P.ALERT_REDIRECT)
    columns = []
    if alert.status != S.REDIRECTED:
        alert.status = ALERT.step("redirect", alert.status).target
        columns.append("status")
    made = _direct(alert, RedirectionFacts(category=category, partner=partner), on, by)
    columns += first_action(alert, on)
    if columns:
        alert.save(update_fields=columns)
    record(
        "intake.alert.redirect",
        by=by,
        target=alert.reference,
        category=category,
        partner=str(partner.pk) if partner else "",
        main=made.main,
    )
    return made


def _direct(alert: Alert, facts: RedirectionFacts, on: date, by: User) -> Redirection:
    not_later(on, "on")
    not_before_alert(on, alert, "on")
    partner = facts.partner
    if facts.category not in codelists.get("redirection"):
        raise RuleBroken(_("Choose where the person was directed."), field="category")
    if partner is not None and (partner.organisation_id != alert.organisation_id or partner.retired_on is not None):
        raise RuleBroken(_("Choose a partner of the directory."), field="partner")
    there = list(alert.redirections.all())
    if any((r.category, r.partner_id) == (facts.category, partner.pk if partner else None) for r in there):
        raise RuleBroken(_("The person was already directed there."), field="category")
    return Redirection.objects.create(
        alert=alert, on=on, category=facts.category, partner=partner, main=not any(r.main for r in there), by=by
    )
