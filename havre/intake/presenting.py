"""What the page of an alert shows, prepared: facts as rows, the grid as questions, the hint as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havre.core import codelists, grids
from havre.core.grids import AnswerType, Element
from havre.intake import identification
from havre.intake.models import Alert, Assessment, GridAnswer
from havre.intake.services.grid import OPEN_GRID
from havre.intake.workflow import AlertStatus as S

TONE_OF_STATUS = {
    S.RECEIVED: "wait", S.STUDYING: "accent", S.STUDIED: "accent", S.INTERVIEWED: "accent", S.ADJOURNED: "wait",
    S.ACCEPTED: "good", S.OPENED: "good", S.REDIRECTED: "neutral", S.REFUSED: "neutral", S.DECLINED: "neutral",
}  # fmt: skip
URGENT = ("immediate_danger", "minor", "still_with_exploiter")
STORY = (
    ("narrative", gettext_lazy("What was said"), True),
    ("person_name", gettext_lazy("Name of the person concerned"), False),
    ("person_contact", gettext_lazy("How to reach them safely"), False),
    ("employer_name", gettext_lazy("Who is said to exploit them"), False),
    ("reporter", gettext_lazy("Who reported"), False),
    ("closing_reason", gettext_lazy("Why it was closed"), True),
)


def status_tone(alert: Alert) -> str:
    """The colour of the badge."""
    return TONE_OF_STATUS[S(alert.status)]


def came(alert: Alert) -> str:
    """“Received 20 Jan, by phone, from a neighbour”: one line under the reference."""
    return _("%(day)s · %(channel)s · %(source)s") % {
        "day": date_format(alert.received_at, "DATE_FORMAT"),
        "channel": codelists.get("channel").label(alert.channel),
        "source": codelists.get("source").label(alert.source_kind or alert.source_family),
    }


def fact_rows(alert: Alert) -> list[tuple[Any, Any]]:
    """The coded facts of the alert, in reading order."""
    delay = None
    if alert.first_action_on is not None:
        from havre.intake.services.shared import day_received

        delay = _("%(days)d days after the alert") % {"days": (alert.first_action_on - day_received(alert)).days}
    asks = [codelists.get("asked_for").label(ask.code) for ask in alert.asks.all()]
    return [
        (_("People concerned"), alert.persons_concerned),
        (_("Gender"), _known("gender", alert.person_gender)),
        (_("Department"), _known("department", alert.department)),
        (_("What is asked for"), ", ".join(asks)),
        (_("Complaint already filed"), _answer(alert.complaint_filed, alert.get_complaint_filed_display())),
        (_("Accompanied before"), alert.former_code or _("No")),
        (_("First action"), delay or _("None yet")),
        (_("Taken by"), alert.taken_by.display_name),
    ]


def _known(name: str, code: str) -> str:
    return "" if code in ("", "unknown") else codelists.get(name).label(code)


def _answer(code: str, words: str) -> str:
    return "" if code == "unknown" else words


def steps(alert: Alert, answered: tuple[int, int]) -> list[dict[str, Any]]:
    """The stepper: alert, study, interview, decision."""
    now = {S.RECEIVED: 0, S.STUDYING: 1, S.STUDIED: 2, S.INTERVIEWED: 3, S.ADJOURNED: 3}.get(S(alert.status))
    done = alert.level_reached
    studied = _("%(done)d of %(all)d answered") % {"done": answered[0], "all": answered[1]}
    held = len(alert.interviews.all())
    last = next((d for d in reversed(alert.decisions.all()) if d.overtaken_on is None), None)
    subs = [
        _("taken by %(name)s") % {"name": alert.taken_by.display_name},
        studied if now == 1 or done >= 1 else _("the questions of level 1"),
        _("held %(times)d times") % {"times": held}
        if held > 1
        else _("held")
        if held
        else _("lawyer and social worker"),
        codelists.get("decision_outcome").label(last.outcome) if last else _("together"),
    ]
    labels = [_("Alert"), _("1 · Study"), _("2 · Interview"), _("3 · Decision")]
    rows = []
    for level, (label, sub) in enumerate(zip(labels, subs, strict=True)):
        passed = level <= done or (now is not None and level < now)
        rows.append({"label": label, "sub": sub, "state": "now" if level == now else "done" if passed else "todo"})
    return rows


# --- the grid -----------------------------------------------------------------------------------------------------


@dataclass
class QuestionRow:
    """One question with its answer, as the page shows it."""

    question: grids.Question
    answer: GridAnswer | None = None
    # Opened texts; None while sealed or never written (see `has_fact`).
    fact: str | None = None
    evidence: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.question.code

    @property
    def text(self) -> str:
        return self.question.label()

    @property
    def value(self) -> str:
        """yes, no, unknown, or "" while not answered."""
        return str(self.typed.get("value") or (self.answer.value if self.answer else ""))

    @property
    def revision(self) -> int:
        """Of the answer on the screen; 0 while not answered."""
        return int(self.typed.get("revision") or (self.answer.revision if self.answer else 0))

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """(code, label, chosen) of a question that has several answers."""
        chosen = self.typed.get("options") or (self.answer.options.split() if self.answer else [])
        return [(o.code, o.label(), o.code in chosen) for o in self.question.options]

    @property
    def chosen(self) -> str:
        """The labels of the options chosen."""
        return ", ".join(label for _code, label, is_chosen in self.options if is_chosen)

    @property
    def is_multi(self) -> bool:
        return self.question.answer_type == AnswerType.MULTI

    @property
    def has_fact(self) -> bool:
        return self.answer is not None and self.answer.fact is not None

    @property
    def has_evidence(self) -> bool:
        return self.answer is not None and self.answer.evidence is not None

    @property
    def takes_fact(self) -> bool:
        """Nothing written, or opened: it may be typed."""
        return not self.fact_closed

    @property
    def takes_evidence(self) -> bool:
        """The same, for what was seen; level 1 asks for none."""
        return self.question.level == 2 and not self.evidence_closed

    @property
    def fact_closed(self) -> bool:
        """Written, and not opened on this page: it cannot be typed over unseen."""
        return self.has_fact and self.fact is None

    @property
    def evidence_closed(self) -> bool:
        return self.has_evidence and self.evidence is None


@dataclass
class Level:
    """One level of the grid of an alert."""

    level: int
    grid: grids.Grid
    assessment: Assessment | None
    groups: list[tuple[str, list[QuestionRow]]]
    open: bool
    texts_open: bool = False

    @property
    def rows(self) -> list[QuestionRow]:
        return [row for _label, rows in self.groups for row in rows]

    @property
    def answered(self) -> tuple[int, int]:
        """How many of how many."""
        return sum(1 for row in self.rows if row.answer), len(self.rows)

    @property
    def level_text(self) -> str:
        return str(self.level)

    @property
    def has_texts(self) -> bool:
        return any(row.has_fact or row.has_evidence for row in self.rows)

    @property
    def has_evidence(self) -> bool:
        return any(row.has_evidence for row in self.rows)


def levels(
    alert: Alert, *, vault: Any = None, opened: Iterable[int] = (), typed: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Level]:
    """Levels 1 and 2 with their answers; the texts of `opened` levels are opened by `vault`, and told to the log."""
    there = {assessment.level: assessment for assessment in alert.assessments.all()}
    out = []
    for level in (1, 2):
        assessment = there.get(level)
        is_open = alert.status in OPEN_GRID[level]
        if assessment is None and not is_open:
            continue
        grid = grids.get(assessment.grid_version) if assessment else grids.latest()
        answers = {a.question: a for a in assessment.answers.all()} if assessment else {}
        groups = []
        for _group, questions in grid.groups(level):
            rows = [QuestionRow(q, answers.get(q.code), typed=(typed or {}).get(q.code, {})) for q in questions]
            groups.append((questions[0].group_label(), rows))
        made = Level(level, grid, assessment, groups, is_open, level in opened)
        if made.texts_open and vault is not None:
            _open_texts(made, alert, vault)
        out.append(made)
    return out


def _open_texts(level: Level, alert: Alert, vault: Any) -> None:
    kinds = [kind for kind in ("identity", "legal") if vault.can_open(kind)]
    vault.load([alert.case_id], *kinds)
    for row in level.rows:
        if row.answer is None or level.assessment is None:
            continue
        row.answer.assessment, level.assessment.alert = level.assessment, alert
        if row.has_fact and "identity" in kinds:
            row.fact = vault.read(row.answer, "fact")["fact"]
        if row.has_evidence and "legal" in kinds:
            row.evidence = vault.read(row.answer, "evidence")["evidence"]


# --- the hint -----------------------------------------------------------------------------------------------------


@dataclass
class ElementRow:
    """One element of trafficking: shown or not, and by which answers."""

    label: str
    tone: str
    text: str


TITLES = {"act": gettext_lazy("act"), "means": gettext_lazy("means"), "purpose": gettext_lazy("purpose")}


def hint_of(all_levels: list[Level]) -> dict[str, Any]:
    """The card “What the answers point to”."""
    by_level = {level.level: level.grid for level in all_levels}
    given = [
        (r.code, r.value, [code for code, _l, on in r.options if on])
        for level in all_levels
        for r in level.rows
        if r.answer
    ]
    yes = identification.affirmed(given)
    words = {row.code: row.text for level in all_levels for row in level.rows}
    elements = []
    for name, found in identification.elements(yes, by_level).items():
        if not found.shown:
            elements.append(ElementRow(str(TITLES[name]), "wait", _("not yet shown")))
        else:
            text = " · ".join(words.get(code.partition(":")[0], code) for code in found.shown[:3])
            elements.append(ElementRow(str(TITLES[name]), "accent" if found.sign_only else "good", text))
    stops = [
        _("“%(question)s”: no. The organisation may have to direct this elsewhere.") % {"question": row.text}
        for level in all_levels
        for row in level.rows
        if Element.GATE in row.question.elements and row.value == "no"
    ]
    return {"stops": stops, "elements": elements, "hints": identification.hints(yes, by_level), "any": bool(yes)}
