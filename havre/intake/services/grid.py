"""Answering the grid (R13-R26). A study keeps the version of the grid it began with."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.core import clock, grids
from havre.core.errors import Conflict, RuleBroken
from havre.core.workflow import StepNotAllowed
from havre.intake.facts import GivenAnswer
from havre.intake.hooks import ON_URGENT
from havre.intake.models import Alert, Assessment, GridAnswer
from havre.intake.services.shared import locked
from havre.intake.workflow import AlertStatus as S
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault

# While the alert stands there, the questions of the level may be answered.
OPEN_GRID: dict[int, tuple[str, ...]] = {1: (S.STUDYING,), 2: (S.INTERVIEWED, S.ADJOURNED)}
NEEDS = {1: P.ALERT_STUDY, 2: P.ALERT_INTERVIEW}
# “Does the person agree to be contacted?” (R27)
AGREEMENT = "L1-03"
ANSWERS = ("yes", "no", "unknown")


def open_assessment(alert: Alert, level: int, *, by: User) -> Assessment:
    """The answers of one level, begun today with the newest grid if they were not."""
    found = Assessment.objects.filter(alert=alert, level=level).first()
    if found is not None:
        return found
    return Assessment.objects.create(
        alert=alert, level=level, grid_version=grids.latest().version, started_on=clock.today(), by=by
    )


def answer(alert: Alert, level: int, given: GivenAnswer, *, by: User, vault: OpenVault) -> GridAnswer:
    """Answer one question; answering again replaces. Raises as `answer_many`."""
    return answer_many(alert, level, [given], by=by, vault=vault)[0]


@transaction.atomic
def answer_many(
    alert: Alert, level: int, given: Iterable[GivenAnswer], *, by: User, vault: OpenVault
) -> list[GridAnswer]:
    """Answer several questions of a level, with one event. An urgent question answered yes tells `ON_URGENT` once.

    Raises `StepNotAllowed` while the level is not open, `Conflict` for a stale revision, `RuleBroken` for an answer the grid does not have or for
    evidence written by someone who does not hold the legal compartment.
    """
    alert = locked(alert, by=by, permission=NEEDS[level])
    if alert.status not in OPEN_GRID[level]:
        raise StepNotAllowed(
            _("The questions of level %(level)d are not open: this is “%(state)s”.")
            % {"level": level, "state": alert.get_status_display()}
        )
    return write_answers(alert, level, given, by=by, vault=vault)


def write_answers(
    alert: Alert, level: int, given: Iterable[GivenAnswer], *, by: User, vault: OpenVault, tell: bool = True
) -> list[GridAnswer]:
    """The work of `answer_many`, inside a transaction that holds the alert; `tell` writes the event."""
    assessment = open_assessment(alert, level, by=by)
    assessment.alert = alert
    grid = grids.get(assessment.grid_version)
    there = {row.question: row for row in assessment.answers.all()}
    new, old, urgent = [], [], False
    for each in {one.question: one for one in given}.values():
        question = _question(grid, level, each)
        row = there.get(each.question)
        was_yes = row is not None and row.value == "yes"
        if row is None:
            row = GridAnswer(assessment=assessment, question=each.question, revision=0)
            new.append(row)
        else:
            row.assessment = assessment
            old.append(row)
        _fill(row, each, question, vault)
        urgent |= question.urgent and row.value == "yes" and not was_yes
    GridAnswer.objects.bulk_create(new)
    if old:
        GridAnswer.objects.bulk_update(
            old, ["value", "options", "revision", "fact", "fact_rev", "evidence", "evidence_rev"], batch_size=100
        )
    written = [*new, *old]
    _note_agreement(alert, written)
    if tell and written:
        record(
            "intake.grid.answered",
            by=by,
            target=alert.reference,
            level=level,
            questions=sorted(row.question for row in written),
        )
    if urgent:
        for call in ON_URGENT:
            call(alert, by=by)
    return written


def _note_agreement(alert: Alert, written: list[GridAnswer]) -> None:
    """The agreement is one fact: the grid's question and the alert say the same."""
    said = next((row.value for row in written if row.question == AGREEMENT), None)
    if said is not None and said != alert.agreement:
        alert.agreement, alert.revision = said, alert.revision + 1
        alert.save(update_fields=["agreement", "revision"])


def _question(grid: grids.Grid, level: int, given: GivenAnswer) -> grids.Question:
    try:
        question = grid.question(given.question)
    except grids.UnknownQuestion:
        raise RuleBroken(_("This question is not in the grid of this study.")) from None
    known = {option.code for option in question.options}
    if question.level != level or given.value not in ANSWERS or not set(given.options) <= known:
        raise RuleBroken(_("This question is not in the grid of this study."))
    return question


def _fill(row: GridAnswer, given: GivenAnswer, question: grids.Question, vault: OpenVault) -> None:
    """Put the answer in the row. A text that did not change is not sealed again."""
    if given.revision is not None and given.revision != row.revision:
        raise Conflict(
            _("Someone answered “%(question)s” meanwhile. Your text is still here: copy it, reload the page, compare.")
            % {"question": question.label()},
            current=row.revision,
        )
    chosen = [option.code for option in question.options if option.code in given.options]
    row.value = "yes" if chosen else given.value
    row.options = " ".join(chosen)
    row.revision += 1
    if given.evidence and not vault.can_open(Compartment.LEGAL):
        raise RuleBroken(_("Evidence is sealed for lawyers: one of them writes it."))
    texts = {"fact": given.fact, "evidence": given.evidence}
    vault.seal(row, **{n: text for n, text in texts.items() if text is not None and _differs(row, n, text, vault)})


def _differs(row: GridAnswer, name: str, text: str, vault: OpenVault) -> bool:
    if getattr(row, name) is None:
        return bool(text)
    return vault.open(row, name) != text
