"""Level 2: an interview in the presence of a lawyer and a social worker, or it is not one (R15, R17, R27)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import Role
from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.core.fields import YesNo
from havre.intake.facts import GivenAnswer
from havre.intake.models import Alert, Interview
from havre.intake.services.grid import write_answers
from havre.intake.services.shared import colleague, first_action, locked, not_before_alert, not_later
from havre.intake.workflow import ALERT
from havre.vault.opened import OpenVault


@transaction.atomic
def record_interview(
    alert: Alert,
    *,
    held_on: date,
    lawyer: User | None,
    social_worker: User | None,
    interpreter: str,
    language: str,
    account: str = "",
    answers: Iterable[GivenAnswer] = (),
    by: User,
    vault: OpenVault,
) -> Interview:
    """Write down an interview that was held, with the answers of level 2 given there.

    Raises `RuleBroken` without a lawyer, without a social worker, without the person's agreement, or on a day that
    cannot be; `StepNotAllowed` before level 1 is finished.
    """
    alert = locked(alert, by=by, permission=P.ALERT_INTERVIEW)
    step = ALERT.step("record_interview", alert.status)
    if alert.agreement != YesNo.YES:
        raise RuleBroken(
            _("The person has not agreed to be contacted: nothing goes on without their agreement. Note it first.")
        )
    lawyer = _present(
        lawyer,
        Role.LAWYER,
        by,
        "lawyer",
        _("A lawyer must be present: without one this is a conversation, to be noted as a contact."),
    )
    social_worker = _present(
        social_worker, Role.SOCIAL_WORKER, by, "social_worker",
        _("A social worker must be present: without one this is a conversation, to be noted as a contact."),
    )  # fmt: skip
    not_later(held_on, "held_on")
    not_before_alert(held_on, alert, "held_on")
    interview = Interview(
        alert=alert, held_on=held_on, lawyer=lawyer, social_worker=social_worker, interpreter=interpreter,
        language=language, by=by,
    )  # fmt: skip
    vault.seal(interview, account=account)
    interview.save(force_insert=True)
    alert.status, alert.level_reached = step.target, max(alert.level_reached, 2)
    alert.save(update_fields=["status", "level_reached", *first_action(alert, held_on)])
    given = list(answers)
    if given:
        write_answers(alert, 2, given, by=by, vault=vault, tell=False)
    record(
        f"intake.alert.{step.name}",
        by=by,
        target=alert.reference,
        held_on=held_on,
        interpreter=interpreter,
        language=language,
        questions=sorted({each.question for each in given}),
    )
    return interview


def _present(user: User | None, role: str, by: User, field: str, words: str) -> User:
    """Someone of that profession, of the same team. Raises `RuleBroken`."""
    if user is None or user.role != role:
        raise RuleBroken(words, field=field)
    colleague(user, by, field=field)
    return user
