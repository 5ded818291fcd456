"""Every change of an alert: one function, one transaction, one event of the audit log."""

from havre.intake.services.alerts import (
    assign,
    change_alert,
    mark_opened,
    move_alert,
    possibly_known,
    set_agreement,
    take_alert,
)
from havre.intake.services.contacts import log_contact
from havre.intake.services.deciding import decide, redirect
from havre.intake.services.directory import add_partner, change_partner, retire_partner, return_partner
from havre.intake.services.grid import answer, answer_many
from havre.intake.services.interviews import record_interview

__all__ = [
    "add_partner",
    "answer",
    "answer_many",
    "assign",
    "change_alert",
    "change_partner",
    "decide",
    "log_contact",
    "mark_opened",
    "move_alert",
    "possibly_known",
    "record_interview",
    "redirect",
    "retire_partner",
    "return_partner",
    "set_agreement",
    "take_alert",
]
