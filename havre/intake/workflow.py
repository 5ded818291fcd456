"""The path of an alert, as a table: data, no `if` (R8–R32)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from havre.accounts.permissions import Permission as P
from havre.core.workflow import Step, Workflow, register


class AlertStatus(TextChoices):
    """Where an alert stands."""

    RECEIVED = "received", _("Received")
    STUDYING = "studying", _("Being studied")
    STUDIED = "studied", _("Studied")
    INTERVIEWED = "interviewed", _("Interviewed")
    ADJOURNED = "adjourned", _("Decision adjourned")
    ACCEPTED = "accepted", _("To accompany")
    OPENED = "opened", _("File opened")
    REDIRECTED = "redirected", _("Redirected")
    REFUSED = "refused", _("Not taken on")
    DECLINED = "declined", _("The person does not agree")


S = AlertStatus
OPEN = (S.RECEIVED, S.STUDYING, S.STUDIED, S.INTERVIEWED, S.ADJOURNED)
CLOSED = (S.REDIRECTED, S.REFUSED, S.DECLINED)

ALERT = register(
    Workflow(
        "alert",
        AlertStatus,
        Step(
            "start_study", _("Start the study"), (S.RECEIVED,), S.STUDYING, needs=P.ALERT_STUDY,
            explain=_("Level 1 begins: the questions of the grid open."),
        ),
        Step(
            "finish_study", _("Finish level 1"), (S.STUDYING,), S.STUDIED, needs=P.ALERT_STUDY,
            explain=_("The study is closed as it stands; an interview can be planned."),
        ),
        Step(
            "record_interview", _("Record an interview"), (S.STUDIED, S.INTERVIEWED, S.ADJOURNED), S.INTERVIEWED,
            needs=P.ALERT_INTERVIEW, button=False,
        ),
        Step(
            "accept", _("Decide: accompany"), (S.INTERVIEWED, S.ADJOURNED), S.ACCEPTED, needs=P.ALERT_DECIDE, button=False,
        ),
        Step(
            "adjourn", _("Decide: adjourn"), (S.INTERVIEWED, S.ADJOURNED), S.ADJOURNED, needs=P.ALERT_DECIDE, button=False,
        ),
        Step(
            "decide_redirect", _("Decide: redirect"), (S.INTERVIEWED, S.ADJOURNED), S.REDIRECTED, needs=P.ALERT_DECIDE,
            button=False,
        ),
        Step(
            "decide_refuse", _("Decide: not taken on"), (S.INTERVIEWED, S.ADJOURNED), S.REFUSED, needs=P.ALERT_DECIDE,
            button=False,
        ),
        Step("open_file", _("Open the file"), (S.ACCEPTED,), S.OPENED, needs=P.FILE_OPEN, button=False),
        Step("redirect", _("Redirect"), OPEN, S.REDIRECTED, needs=P.ALERT_REDIRECT, button=False),
        Step(
            "refuse", _("Close without follow-up"), OPEN, S.REFUSED, needs=P.ALERT_REDIRECT, asks_reason=True,
            explain=_("The alert is closed. It stays in the register and can be reopened."),
        ),
        Step(
            "decline", _("The person does not agree"), OPEN, S.DECLINED, needs=P.ALERT_REDIRECT,
            explain=_("Nothing more is done without the person's agreement. The alert can be reopened if they change their mind."),
        ),
        Step(
            "reopen", _("Reopen"), CLOSED, S.STUDYING, needs=P.ALERT_STUDY,
            explain=_("The alert goes back to level 1; what was recorded is kept."),
        ),
    )
)  # fmt: skip

LEVELS = (1, 2, 3)
