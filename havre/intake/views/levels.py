"""The three levels: answers of the grid, interviews, the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.drafts import forget, restore
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.core import grids
from havre.core.grids import AnswerType, Grid
from havre.intake import services
from havre.intake.facts import GivenAnswer
from havre.intake.forms import DecisionForm, InterviewForm
from havre.intake.models import Alert
from havre.intake.services.grid import OPEN_GRID
from havre.intake.views.alert import found, page_of
from havre.intake.workflow import ALERT
from havre.vault.fields import Compartment

MAX_FACT, MAX_EVIDENCE = 4000, 2000


def grid_of(alert: Alert, level: int) -> Grid:
    """The grid this level was begun with, else the newest. 404 for a level that has none."""
    if level not in OPEN_GRID:
        raise Http404
    begun = next((a for a in alert.assessments.all() if a.level == level), None)
    return grids.get(begun.grid_version) if begun else grids.latest()


def given_in(data: QueryDict, question: grids.Question, *, touched: str = "") -> GivenAnswer | None:
    """What a form says of one question; None when it says nothing. `touched`: the control that was just used."""
    code = question.code
    value, options = data.get(code, ""), tuple(data.getlist(f"{code}-options"))
    if question.answer_type == AnswerType.MULTI and touched == code:
        options = ()
    fact, evidence, seen = data.get(f"{code}-fact"), data.get(f"{code}-evidence"), data.get(f"{code}-revision", "")
    if touched == "" and not (value or options or fact or evidence):
        return None
    return GivenAnswer(
        question=code,
        value="yes" if options else value or "unknown",
        options=options,
        fact=None if fact is None else fact.strip()[:MAX_FACT],
        evidence=None if evidence is None else evidence.strip()[:MAX_EVIDENCE],
        revision=int(seen) if seen.isdecimal() else None,
    )


@needs(P.ALERT_STUDY, P.ALERT_INTERVIEW)
@require_POST
def alert_answer(request: HttpRequest, reference: str, level: int, question: str) -> HttpResponse:
    """One question, saved as soon as it is answered."""
    alert = found(request, reference)
    grid = grid_of(alert, level)
    if question not in grid.by_code or grid.question(question).level != level:
        raise Http404
    asked = grid.question(question)
    # `_touched` says that “none” or “unknown” was just chosen over the options that were.
    given = given_in(request.POST, asked, touched=request.POST.get("_touched", "") or "form")
    if given is not None:
        services.answer(alert, level, given, by=member_of(request), vault=vault_of(request))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(alert)
    context = page_of(request, found(request, reference))
    level_now = next(each for each in context["levels"] if each.level == level)
    row = next(row for row in level_now.rows if row.code == question)
    # What is being typed stays on the screen as it is.
    row.fact, row.evidence = (request.POST.get(f"{question}-{name}") for name in ("fact", "evidence"))
    return render(request, "intake/_answered.html", {**context, "level": level_now, "row": row})


@needs(P.ALERT_STUDY, P.ALERT_INTERVIEW)
@require_http_methods(["GET", "POST"])
def alert_answers(request: HttpRequest, reference: str, level: int) -> HttpResponse:
    """A whole level at once: for a browser without scripts, and for what was typed when the session was lost."""
    alert = found(request, reference)
    grid = grid_of(alert, level)
    if request.method == "POST" and "_discard" in request.POST:
        forget(request)
        return redirect(alert)
    if request.method == "POST":
        given = [each for question in grid.questions(level) if (each := given_in(request.POST, question))]
        services.answer_many(alert, level, given, by=member_of(request), vault=vault_of(request))
        forget(request)
        messages.success(request, _("The answers are saved."))
        return redirect(alert)
    draft = restore(request)
    context = page_of(request, alert, opened=(f"level-{level}",), typed=_typed(draft, grid, level) if draft else None)
    if draft:
        _put_back(context, draft, level)
    shown = next((each for each in context["levels"] if each.level == level), None)
    if shown is None or not shown.open:
        return redirect(alert)
    return render(request, "intake/answers.html", {**context, "level": shown, "kept": bool(draft)})


def _typed(draft: QueryDict, grid: Grid, level: int) -> dict[str, dict[str, Any]]:
    return {
        q.code: {
            "value": draft.get(q.code, ""),
            "options": draft.getlist(f"{q.code}-options"),
            "revision": draft.get(f"{q.code}-revision", ""),
        }
        for q in grid.questions(level)
    }


def _put_back(context: dict[str, Any], draft: QueryDict, level: int) -> None:
    """The texts being typed win over what was saved before."""
    for each in context["levels"]:
        for row in each.rows if each.level == level else ():
            row.fact = draft.get(f"{row.code}-fact", row.fact)
            row.evidence = draft.get(f"{row.code}-evidence", row.evidence)


@needs(P.ALERT_INTERVIEW)
@require_http_methods(["GET", "POST"])
def alert_interview(request: HttpRequest, reference: str) -> HttpResponse:
    """Record an interview: a lawyer and a social worker were there."""
    alert = found(request, reference)
    if request.method == "GET":
        ALERT.step("record_interview", alert.status)

    def make(data: Any) -> InterviewForm:
        return InterviewForm(data, by=member_of(request))

    def do(form: Any) -> Alert:
        return services.record_interview(alert, **form.facts(), by=member_of(request), vault=vault_of(request)).alert

    return handle(
        request, make, do, template="intake/interview_form.html", context={"alert": alert},
        saved=_("The interview is recorded. The questions of level 2 are open."),
    )  # fmt: skip


@needs(P.ALERT_DECIDE)
@require_http_methods(["GET", "POST"])
def alert_decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down what was decided together."""
    alert = found(request, reference)
    if request.method == "GET":
        ALERT.step("adjourn", alert.status)
    vault = vault_of(request)

    def make(data: Any) -> DecisionForm:
        return DecisionForm(data, by=member_of(request), vault=vault)

    def do(form: Any) -> Alert:
        given = form.cleaned_data
        decision = services.decide(
            alert, decided_on=given["decided_on"], outcome=given["outcome"], participants=given["participants"],
            reasons=given["reasons"], redirection=form.redirection(), by=member_of(request), vault=vault,
        )  # fmt: skip
        return decision.alert

    questions = grids.latest().questions(3)
    return handle(
        request, make, do, template="intake/decision_form.html", saved=_("The decision is written down."),
        context=lambda: {
            **page_of(request, alert), "alert": alert, "questions": questions, "can_legal": vault.can_open(Compartment.LEGAL),
        },
    )  # fmt: skip
