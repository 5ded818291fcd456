"""What a planned caseload is made of. Plain data: no database, no keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass
class Contact:
    """One contact about an alert or a file; `at` is local time."""

    at: datetime
    kind: str
    with_whom: str
    by: str
    note: str = ""


@dataclass
class Answer:
    """One question of the grid answered."""

    question: str
    value: str
    options: tuple[str, ...] = ()
    fact: str = ""
    evidence: str = ""


@dataclass
class Study:
    """Level 1; `finished_on` is None for a study under way."""

    started_on: date
    finished_on: date | None
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Interview:
    """Level 2; `lawyer` and `social_worker` are keys of the team."""

    held_on: date
    lawyer: str
    social_worker: str
    interpreter: str
    language: str
    account: str
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Decision:
    """Level 3."""

    decided_on: date
    outcome: str
    participants: tuple[str, ...]
    reasons: str


@dataclass
class Redirection:
    """Where the person was directed; the first of an alert is the main one."""

    on: date
    category: str
    partner: str | None = None


@dataclass
class Alert:
    """One alert of one organisation, with all that happened to it until 31 December 2019."""

    received_at: datetime
    channel: str
    source_family: str
    source_kind: str
    gender: str = "unknown"
    department: str = ""
    persons_concerned: int = 1
    complaint_filed: str = "unknown"
    urgency: str = "none"
    agreement: str = "unknown"
    asked: tuple[str, ...] = ("access_to_rights",)
    # How it ended: opened, redirected, refused, declined, or still open: received, studying, studied, interviewed, adjourned.
    end: str = "redirected"
    first_action_on: date | None = None
    contacts: list[Contact] = field(default_factory=list)
    study: Study | None = None
    interviews: list[Interview] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    redirections: list[Redirection] = field(default_factory=list)
    closed_on: date | None = None
    person: int | None = None
    former: int | None = None
    in_charge: str | None = None
    person_name: str = ""
    person_contact: str = ""
    reporter: str = ""
    narrative: str = ""

    @property
    def year(self) -> int:
        """The year it counts in."""
        return self.received_at.year

    @property
    def level(self) -> int:
        """The level reached: 0 received, 1 studied, 2 interviewed."""
        if self.interviews:
            return 2
        return 1 if self.study is not None and self.study.finished_on is not None else 0

    @property
    def delay(self) -> int | None:
        """Days from the alert to the first action."""
        return None if self.first_action_on is None else (self.first_action_on - self.received_at.date()).days

    @property
    def accompanied(self) -> bool:
        """Was it decided to accompany?"""
        return any(decision.outcome.startswith("accompany") for decision in self.decisions)


@dataclass
class Arrival:
    """How the person came to France."""

    arrived_on: date | None
    precision: str
    transport: str = "unknown"
    visa: str = "unknown"
    organised_by: str = "unknown"
    paid_by: str = "unknown"
    debt_cents: int | None = None
    abroad_before: str = "unknown"
    same_exploiter: str = "unknown"


@dataclass
class Exploitation:
    """One situation of exploitation."""

    country: str = "FR"
    department: str = ""
    began_on: date | None = None
    began_precision: str = "month"
    ended_on: date | None = None
    ended_precision: str = "month"
    setting: str = "unknown"
    sectors: tuple[str, ...] = ()  # the first is the main one
    minutes_per_day: int | None = None
    days_per_week: int | None = None
    night_work: str = "unknown"
    rest_days: str = "unknown"
    pay_cents: int | None = None
    lodging: str = "unknown"
    food: str = "unknown"
    documents_confiscated: str = "unknown"
    recruitment: str = "unknown"
    promise: str = "unknown"
    controls: tuple[str, ...] = ()
    abuse_asked: str = "unknown"
    abuses: tuple[str, ...] = ()
    sexual_exploitation: str = "unknown"
    ending: str = "unknown"
    place: str = ""
    account: str = ""
    exploiter: int | None = None
    relation: str = "employer"


@dataclass
class Exploiter:
    """Someone who exploited one person or several."""

    name: str
    status: str


@dataclass
class Period:
    """Accompaniment by one unit."""

    unit: str
    opened_on: date
    in_charge: str
    closed_on: date | None = None
    reason: str = ""


@dataclass
class Dependant:
    """A child of the person."""

    birth_year: int
    affected: str
    name: str


@dataclass
class Note:
    """A note of one profession."""

    at: datetime
    compartment: str
    by: str
    text: str


@dataclass
class Task:
    """What, who, when; done or not. About a file or an alert, by index."""

    made_at: datetime
    kind: str
    due_on: date
    who: str
    by: str
    what: str
    person: int | None = None
    alert: int | None = None
    done_on: date | None = None


@dataclass
class Person:
    """One person accompanied, with their file. `cohort` is how the plan placed them (people.py)."""

    cohort: str
    gender: str
    country: str
    opened_on: date
    birth_year: int
    began_year: int | None = None
    closed_on: date | None = None
    knows_rights: str = "unknown"
    speaks_french: str = "unknown"
    languages: tuple[str, ...] = ()
    names: str = ""
    aliases: str = ""
    birth_date: str = ""
    phones: str = ""
    email: str = ""
    safe_contact: str = ""
    address: str = ""
    identity_documents: str = ""
    alert: int | None = None
    periods: list[Period] = field(default_factory=list)
    arrival: Arrival | None = None
    exploitations: list[Exploitation] = field(default_factory=list)
    dependants: list[Dependant] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def main(self) -> Exploitation:
        """The exploitation that figures count."""
        return self.exploitations[0]

    @property
    def came(self) -> Arrival:
        """Their arrival. Raises `LookupError` for who has none."""
        if self.arrival is None:
            raise LookupError("This person did not come from elsewhere.")
        return self.arrival

    @property
    def age(self) -> int:
        """Years between the birth year and 2019."""
        return 2019 - self.birth_year

    def active_in(self, year: int) -> bool:
        """Does a period meet the year?"""
        return any(p.opened_on.year <= year and (p.closed_on is None or p.closed_on.year >= year) for p in self.periods)


@dataclass
class Plan:
    """The whole invented caseload of the main organisation, and the two alerts of its partner."""

    seed: int
    alerts: list[Alert] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    exploiters: list[Exploiter] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    partner_alerts: list[Alert] = field(default_factory=list)

    def received_in(self, year: int) -> list[Alert]:
        """Alerts of a year."""
        return [alert for alert in self.alerts if alert.year == year]

    def active_in(self, year: int) -> list[Person]:
        """People followed in a year."""
        return [person for person in self.people if person.active_in(year)]

    def new_in(self, year: int) -> list[Person]:
        """People whose file opened in a year."""
        return [person for person in self.people if person.opened_on.year == year]
