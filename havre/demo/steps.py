"""A plan as a list of dated steps: each one calls the service that a member of the team would have called that day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from havre.accounts.models import User
from havre.casefiles import services as casefiles
from havre.casefiles.facts import ArrivalFacts, ExploitationFacts, PersonFacts
from havre.casefiles.models import Exploiter as ExploiterRow
from havre.casefiles.models import File
from havre.casefiles.models import Task as TaskRow
from havre.demo.office import ZONE, Office
from havre.demo.plan import Plan
from havre.demo.plan.shapes import Alert, Answer, Arrival, Exploitation, Person, Task
from havre.intake import services as intake
from havre.intake.facts import AlertFacts, GivenAnswer, PartnerFacts, RedirectionFacts
from havre.intake.known import UNASKED
from havre.intake.models import Alert as AlertRow
from havre.intake.models import Partner
from havre.vault.models import Case

WORDS = ("person_name", "person_contact", "reporter", "narrative")


@dataclass(order=True)
class Step:
    """What happens at one instant. `order` keeps the order of writing when two instants are the same."""

    at: datetime
    order: int
    do: Callable[[], None] = field(compare=False)


class Script:
    """Turns the plan of one office into steps; remembers the records that later steps need."""

    def __init__(self, office: Office, plan: Plan, cases: Iterator[Case]) -> None:
        self.office, self.plan, self.cases = office, plan, cases
        self.steps: list[Step] = []
        self.alerts: dict[int, AlertRow] = {}
        self.files: dict[int, File] = {}
        self.exploiters: dict[int, ExploiterRow] = {}
        self.partners: dict[str, Partner] = {}
        self._last: datetime | None = None

    # --- time --------------------------------------------------------------------------------------------------------

    def _at(self, moment: datetime, do: Callable[[], None]) -> None:
        """A step at a local time; never before the step of the same record that was written before it."""
        instant = moment.replace(tzinfo=ZONE)
        if self._last is not None and instant <= self._last:
            instant = self._last + timedelta(minutes=2)
        self._last = instant
        self.steps.append(Step(instant, len(self.steps), do))

    def _on(self, day: date, do: Callable[[], None], hour: int = 10) -> None:
        self._at(datetime.combine(day, time(hour, len(self.steps) % 60)), do)

    def _begin(self) -> None:
        """The next record: its steps are in order among themselves only."""
        self._last = None

    def user(self, key: str | None) -> User:
        """A member of the office. Raises `KeyError`."""
        return self.office.users[key or "coordinator"]

    # --- the directory -----------------------------------------------------------------------------------------------

    def directory(self, rows: tuple[tuple[str, str, str, str, str], ...], day: date) -> None:
        """The partners to whom people are redirected."""
        self._begin()
        for name, category, department, phone, website in rows:
            facts = PartnerFacts(name=name, category=category, department=department, phone=phone, website=website)

            def add(facts: PartnerFacts = facts) -> None:
                self.partners[facts.name] = intake.add_partner(
                    facts, by=self.user("coordinator"), vault=self.office.vault
                )

            self._on(day, add)

    # --- alerts ------------------------------------------------------------------------------------------------------

    def alert(self, i: int, plan: Alert, *, taken_by: str = "reception") -> None:
        """Everything that happened to one alert."""
        self._begin()
        vault, case = self.office.vault, next(self.cases)
        taker = taken_by if plan.year == 2019 or plan.in_charge is None else plan.in_charge

        def take() -> None:
            former = self.files[plan.former].person.code if plan.former is not None else ""
            facts = AlertFacts(
                channel=plan.channel, source_kind=plan.source_kind, source_family=plan.source_family,
                persons_concerned=plan.persons_concerned, complaint_filed=plan.complaint_filed, urgency=plan.urgency,
                agreement=plan.agreement, department=plan.department, person_gender=plan.gender, former_code=former,
                asks=plan.asked, **{name: getattr(plan, name) for name in WORDS},
            )  # fmt: skip
            received = plan.received_at.replace(tzinfo=ZONE)
            self.alerts[i] = intake.take_alert(
                facts, by=self.user(taker), vault=vault, received_at=received, case=case, known=UNASKED
            )

        self._at(plan.received_at, take)
        self._contacts(i, plan)
        if plan.study is not None:
            self._study(i, plan, assign=plan.in_charge if plan.in_charge != taker else None)
        self._levels(i, plan)

    def _contacts(self, i: int, plan: Alert) -> None:
        kept = self._last
        for contact in plan.contacts:

            def log(contact: Any = contact) -> None:
                intake.log_contact(
                    self.alerts[i], kind=contact.kind, with_whom=contact.with_whom, note=contact.note,
                    by=self.user(contact.by), vault=self.office.vault,
                )  # fmt: skip

            self._last = kept
            self._at(contact.at, log)
            if contact is plan.contacts[0]:
                kept = self._last
        self._last = kept

    def _study(self, i: int, plan: Alert, *, assign: str | None) -> None:
        study, by, vault = plan.study, self.user(plan.in_charge or "reception"), self.office.vault
        if study is None:
            return

        def start() -> None:
            if assign is not None:
                intake.assign(self.alerts[i], by, by=self.user("coordinator"))
            intake.move_alert(self.alerts[i], "start_study", by=by)

        self._on(study.started_on, start)
        day = study.finished_on or study.started_on
        self._on(
            day, lambda: _forget(intake.answer_many(self.alerts[i], 1, _given(study.answers), by=by, vault=vault)), 11
        )
        if any(answer.question == "L1-04" and answer.value == "yes" for answer in study.answers):
            self._on(day, lambda: self._urgent_done(i, by), 16)
        if study.finished_on is not None:
            self._on(day, lambda: _forget(intake.move_alert(self.alerts[i], "finish_study", by=by)), 16)

    def _urgent_done(self, i: int, by: User) -> None:
        for task in TaskRow.objects.filter(alert=self.alerts[i], kind="urgent_answer", done_at=None):
            casefiles.do_task(task, by=by)

    def _levels(self, i: int, plan: Alert) -> None:
        vault = self.office.vault
        if plan.study is None or plan.study.finished_on is None:
            self._direct(i, plan, decided=False)
            return
        for meeting in plan.interviews:

            def interview(meeting: Any = meeting) -> None:
                lawyer = self.user(meeting.lawyer)
                intake.record_interview(
                    self.alerts[i], held_on=meeting.held_on, lawyer=lawyer, social_worker=self.user(meeting.social_worker),
                    interpreter=meeting.interpreter, language=meeting.language, account=meeting.account,
                    answers=_given(meeting.answers), by=lawyer, vault=vault,
                )  # fmt: skip

            self._on(meeting.held_on, interview, 15)
        for decision in plan.decisions:

            def decide(decision: Any = decision) -> None:
                first = plan.redirections[0] if decision.outcome == "redirect" else None
                partner = self.partners[first.partner] if first is not None and first.partner else None
                intake.decide(
                    self.alerts[i], decided_on=decision.decided_on, outcome=decision.outcome, reasons=decision.reasons,
                    participants=[self.user(key) for key in decision.participants], by=self.user("coordinator"), vault=vault,
                    redirection=RedirectionFacts(category=first.category, partner=partner) if first is not None else None,
                )  # fmt: skip

            self._on(decision.decided_on, decide, 17)
        self._direct(i, plan, decided=any(d.outcome == "redirect" for d in plan.decisions))

    def _direct(self, i: int, plan: Alert, *, decided: bool) -> None:
        by = self.user(plan.in_charge or "reception")
        for redirection in plan.redirections[1 if decided else 0 :]:

            def direct(redirection: Any = redirection) -> None:
                partner = self.partners[redirection.partner] if redirection.partner else None
                intake.redirect(
                    self.alerts[i], on=redirection.on, category=redirection.category, partner=partner, by=by
                )

            self._on(redirection.on, direct, 17)
        if plan.closed_on is not None:
            step = "decline" if plan.end == "declined" else "refuse"
            reason = "" if step == "decline" else "Pas de nouvelles malgré deux rappels."
            self._on(
                plan.closed_on,
                lambda: _forget(intake.move_alert(self.alerts[i], step, by=by, reason=reason, vault=self.office.vault)),
                17,
            )

    # --- files -------------------------------------------------------------------------------------------------------

    def person(self, i: int, plan: Person) -> None:
        """The file of one person, from its opening to its end."""
        self._begin()
        case = next(self.cases)
        started = [p for p in plan.periods if p.opened_on == plan.opened_on]

        def open_file() -> None:
            by = self.user("coordinator")
            file = casefiles.open_file(
                _person_facts(plan), units=tuple(p.unit for p in started),
                in_charge={p.unit: self.user(p.in_charge) for p in started}, opened_on=plan.opened_on,
                alert=self.alerts[plan.alert] if plan.alert is not None else None, by=by, vault=self.office.vault, case=case,
                known=UNASKED,
            )  # fmt: skip
            self.files[i] = file
            writer = self.user(started[0].in_charge)
            if plan.arrival is not None:
                casefiles.record_arrival(file.person, _arrival_facts(plan.arrival), by=writer)
            for exploitation in plan.exploitations:
                self._exploitation(file, exploitation, writer)
            for child in plan.dependants:
                casefiles.add_dependant(
                    file.person, birth_year=child.birth_year, directly_affected=child.affected, name=child.name,
                    by=writer, vault=self.office.vault,
                )  # fmt: skip

        # Late in the day: the decision, if it is of the same day, came before.
        self._on(plan.opened_on, open_file, 18)
        opened = self._last
        self._follow(i, plan)
        for period in plan.periods:
            self._last = opened
            if period not in started:
                self._on(
                    period.opened_on,
                    lambda p=period: _forget(  # type: ignore[misc]
                        casefiles.open_period(
                            self.files[i],
                            p.unit,
                            opened_on=p.opened_on,
                            by=self.user(p.in_charge),
                            in_charge=self.user(p.in_charge),
                        )
                    ),
                )
            if period.closed_on is not None:
                self._on(period.closed_on, lambda p=period: self._close(i, p), 19)  # type: ignore[misc]

    def _exploitation(self, file: File, plan: Exploitation, by: User) -> None:
        made = casefiles.add_exploitation(file.person, _exploitation_facts(plan), by=by, vault=self.office.vault)
        if plan.exploiter is None:
            return
        if plan.exploiter not in self.exploiters:
            known = self.plan.exploiters[plan.exploiter]
            self.exploiters[plan.exploiter] = casefiles.add_exploiter(
                name=known.name,
                status=known.status,
                by=by,
                vault=self.office.vault,
                case=next(self.cases),
                known=UNASKED,
            )
        casefiles.link_exploiter(made, self.exploiters[plan.exploiter], plan.relation, by=by)

    def _close(self, i: int, plan: Any) -> None:
        period = self.files[i].periods.get(unit=plan.unit, closed_on=None)
        casefiles.close_period(period, closed_on=plan.closed_on, reason=plan.reason, by=self.user(plan.in_charge))

    def _follow(self, i: int, plan: Person) -> None:
        opened = self._last
        for contact in plan.contacts:

            def log(contact: Any = contact) -> None:
                casefiles.log_contact(
                    self.files[i], kind=contact.kind, with_whom=contact.with_whom, note=contact.note,
                    by=self.user(contact.by), vault=self.office.vault,
                )  # fmt: skip

            self._last = opened
            self._at(contact.at, log)
        for note in plan.notes:

            def write(note: Any = note) -> None:
                own = note.by == "psychologist" and self.office.psychology is not None
                vault = self.office.psychology if own and self.office.psychology else self.office.vault
                casefiles.write_note(self.files[i], note.compartment, note.text, by=self.user(note.by), vault=vault)

            self._last = opened
            self._at(note.at, write)

    # --- tasks -------------------------------------------------------------------------------------------------------

    def task(self, plan: Task) -> None:
        """A task, and its end if it was done."""
        self._begin()
        made: list[TaskRow] = []

        def add() -> None:
            about = self.files[plan.person] if plan.person is not None else self.alerts[plan.alert or 0]
            task = casefiles.add_task(
                about, kind=plan.kind, due_on=plan.due_on, who=self.user(plan.who), by=self.user(plan.by),
                vault=self.office.vault, what=plan.what,
            )  # fmt: skip
            made.append(task)

        # The file it is about may open the same day, in the evening.
        self._at(max(plan.made_at, datetime.combine(plan.made_at.date(), time(19, 30))), add)
        if plan.done_on is not None:
            self._on(plan.done_on, lambda: _forget(casefiles.do_task(made[0], by=self.user(plan.who))), 12)


def _forget(_result: object) -> None:
    """A step gives nothing back."""


def _given(answers: list[Answer]) -> list[GivenAnswer]:
    return [
        GivenAnswer(
            question=a.question, value=a.value, options=a.options, fact=a.fact or None, evidence=a.evidence or None
        )
        for a in answers
    ]


def _person_facts(plan: Person) -> PersonFacts:
    same = (
        "gender", "birth_year", "country", "knows_rights", "speaks_french", "languages", "names", "aliases", "birth_date",
        "phones", "email", "safe_contact", "address", "identity_documents",
    )  # fmt: skip
    return PersonFacts(nationalities=(plan.country,), **{name: getattr(plan, name) for name in same})


def _arrival_facts(plan: Arrival) -> ArrivalFacts:
    same = ("arrived_on", "transport", "visa", "organised_by", "paid_by", "debt_cents")
    return ArrivalFacts(
        arrived_precision=plan.precision, exploited_abroad_before=plan.abroad_before,
        same_exploiter_before=plan.same_exploiter, **{name: getattr(plan, name) for name in same},
    )  # fmt: skip


def _exploitation_facts(plan: Exploitation) -> ExploitationFacts:
    values = {name: getattr(plan, name) for name in ExploitationFacts.__dataclass_fields__ if hasattr(plan, name)}
    return ExploitationFacts(main_sector=plan.sectors[0] if plan.sectors else "", **values)
