"""The path of one alert through the three levels, with its dates in order, and the words that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from havre.demo.plan import texts
from havre.demo.plan.chance import at, in_order, some, weekday
from havre.demo.plan.names import LANGUAGES_OF, full_name, phone
from havre.demo.plan.people import COUNTRIES
from havre.demo.plan.shapes import Alert, Answer, Contact, Decision, Interview, Person, Redirection, Study
from havre.demo.plan.team import INTERVIEW_LAWYERS, PARTNERS, SOCIAL_WORKERS

LEVEL_1 = ("L1-01", "L1-02", "L1-03", "L1-05", "L1-06", "L1-07", "L1-08", "L1-09", "L1-10", "L1-12")
LEVEL_2 = (
    "L2-A1",
    "L2-A4",
    "L2-M1a",
    "L2-M1f",
    "L2-M1g",
    "L2-M1h",
    "L2-M1i",
    "L2-M3b",
    "L2-M3d",
    "L2-B2",
    "L2-B3",
    "L2-B4",
    "L2-B5",
)
SPOKEN = "fr"
# What alerts that went no further were about.
REPORTED = {
    "housework": 30, "childcare": 20, "elderly_care": 8, "catering_food": 14, "construction": 10, "agriculture": 4,
    "car_repair": 3, "grocery": 4, "cleaning": 4, "hairdressing": 3,
}  # fmt: skip


def plan_interpreters(alerts: list[Alert], people: list[Person], answers: list[str], rng: Random) -> None:
    """Give each alert to interview its interview to come: language and interpreter, in the exact numbers."""
    spoken = {id(alert): _languages(alert, people, rng) for alert in alerts}
    # Interpreters go first to those who speak no French.
    waiting = sorted(alerts, key=lambda a: (SPOKEN in spoken[id(a)], rng.random()))
    for alert, answer in zip(waiting, sorted(answers, key=lambda a: a == "none_needed"), strict=True):
        mine = [code for code in spoken[id(alert)] if code != SPOKEN]
        language = mine[0] if answer != "none_needed" and mine else SPOKEN
        if answer != "none_needed" and not mine:
            language = "en"
        lawyer, social = rng.choice(INTERVIEW_LAWYERS), rng.choice(SOCIAL_WORKERS)
        alert.interviews = [Interview(date.min, lawyer, social, answer, language, "")]


def _languages(alert: Alert, people: list[Person], rng: Random) -> Sequence[str]:
    if alert.person is not None:
        return people[alert.person].languages
    return LANGUAGES_OF[rng.choices(list(COUNTRIES), list(COUNTRIES.values()))[0]]


def follow(alert: Alert, people: list[Person], categories: list[str], rng: Random) -> None:
    """Date and word everything that happens to the alert; takes its main redirection from `categories`."""
    person = people[alert.person] if alert.person is not None else None
    country = person.country if person else rng.choices(list(COUNTRIES), list(COUNTRIES.values()))[0]
    sector = person.main.sectors[0] if person else some(REPORTED, rng)
    describe(alert, country, sector, rng, person)
    alert.in_charge = rng.choice(SOCIAL_WORKERS) if alert.end not in ("received", "to_direct") else "reception"
    if alert.first_action_on is None:
        return
    first = alert.first_action_on
    _contact(alert, first, rng)
    last = person.opened_on if person else _last_day(alert)
    if alert.end == "to_direct":
        _redirect(alert, in_order(rng, first, last, [(0, 5)])[0], categories, rng)
    elif alert.end == "studying":
        alert.study = Study(weekday(first + timedelta(days=1)), None, _answers(LEVEL_1[:5], 0.5, rng))
    else:
        _deeper(alert, first, last, categories, rng)


def _last_day(alert: Alert) -> date:
    open_still = alert.end in ("studied", "interviewed", "adjourned", "studying")
    return date(2019, 12, 23) if open_still else date(alert.year, 12, 30)


def _deeper(alert: Alert, first: date, last: date, categories: list[str], rng: Random) -> None:
    days = in_order(rng, first, last, [(0, 3), (2, 12), (4, 24), (4, 20), (1, 9)])
    alert.study = Study(days[0], days[1], _answers(LEVEL_1, 0.3 if alert.end == "to_study" else 0.7, rng))
    if alert.year == 2019 and alert.urgency not in ("none", "unknown"):
        alert.study.answers.append(Answer("L1-04", "yes", (alert.urgency,)))
    if alert.end == "studied":
        return
    if alert.end == "to_study":
        _redirect(alert, days[2], categories, rng)
        return
    interview = alert.interviews[0]
    interview.held_on, interview.account = days[2], texts.fact(rng) + " " + texts.fact(rng)
    likely = 0.75 if alert.end in ("opened", "adjourned") else 0.35
    interview.answers = _answers(LEVEL_2, likely, rng, evidence=True)
    if alert.end == "interviewed":
        return
    team = ["coordinator", interview.lawyer, interview.social_worker]
    if days[3] >= date(2019, 9, 1) and rng.random() < 0.6:
        team.append("psychologist")
    if alert.end == "adjourned":
        alert.decisions = [
            Decision(days[3], "adjourn", tuple(team), "Attendre la traduction des messages avant de décider.")
        ]
    elif alert.end == "opened":
        outcome = some({"accompany_both": 60, "accompany_legal": 30, "accompany_social": 10}, rng)
        alert.decisions = [Decision(days[3], outcome, tuple(team), rng.choice(texts.REASONS))]
    elif rng.random() < 0.8:
        _redirect(alert, days[3], categories, rng)
        alert.decisions = [Decision(days[3], "redirect", tuple(team), rng.choice(texts.OTHER_REASONS))]
    else:
        _redirect(alert, days[3], categories, rng)


def _redirect(alert: Alert, day: date, categories: list[str], rng: Random) -> None:
    category = categories.pop()
    if category == "none" and alert.year < 2019 and not alert.interviews and rng.random() < 0.5:
        # Closed without any direction: the person does not agree, or there is nothing to follow.
        met = any(contact.with_whom == "person" for contact in alert.contacts)
        alert.end = "refused" if met or rng.random() < 0.5 else "declined"
        alert.agreement = alert.agreement if alert.end == "refused" else "no"
        alert.closed_on = day
        return
    alert.end = "redirected"
    unmet = not alert.interviews and all(contact.with_whom != "person" for contact in alert.contacts)
    if category == "none" and unmet and rng.random() < 0.6:
        alert.agreement = "no"
    alert.redirections = [Redirection(day, category, _partner(category, rng))]
    if category in ("labour_law", "lawyer", "other") and rng.random() < 0.12:
        alert.redirections.append(Redirection(day, "social_service", _partner("social_service", rng)))


def _partner(category: str, rng: Random) -> str | None:
    names = [name for name, kind, *_ in PARTNERS if kind == category]
    return rng.choice(names) if names and category != "none" and rng.random() < 0.85 else None


def _contact(alert: Alert, first: date, rng: Random) -> None:
    """The first action is a contact: with the person once they agree, else with who reported."""
    with_self = alert.source_family == "self" and alert.agreement == "yes"
    whom = "person" if with_self else {"self": "other", "third_party": "reporter"}.get(alert.source_family, "partner")
    if alert.source_family == "authority":
        whom = "authority"
    kind = some({"phone": 74, "email": 16, "meeting": 6, "text_message": 4}, rng)
    moment = at(first, rng, 9, 12)
    if moment <= alert.received_at:
        moment = alert.received_at + timedelta(minutes=25)
    alert.contacts.append(
        Contact(moment, kind, whom, "reception", rng.choice(texts.CONTACT_NOTES["person" if with_self else "else"]))
    )
    if alert.end == "opened" and whom != "person":
        second = weekday(first + timedelta(days=1))
        alert.contacts.append(
            Contact(
                at(second, rng, 9, 10),
                "phone",
                "person",
                alert.in_charge or "reception",
                texts.CONTACT_NOTES["person"][2],
            )
        )


def _answers(questions: Sequence[str], likely: float, rng: Random, *, evidence: bool = False) -> list[Answer]:
    answers = []
    for question in questions:
        if question in ("L1-01", "L1-02", "L1-03"):
            value = "yes"
        else:
            value = "yes" if rng.random() < likely else rng.choice(("no", "unknown"))
        told = value == "yes" and rng.random() < 0.15
        answers.append(Answer(question, value, fact=texts.fact(rng) if told else ""))
    if evidence:
        answers[0].evidence = rng.choice(texts.EVIDENCE)
    return answers


def describe(alert: Alert, country: str, sector: str, rng: Random, person: Person | None = None) -> None:
    """The sealed words of the alert."""
    alert.narrative = texts.narrative(alert.source_kind, sector, alert.gender, rng)
    alert.reporter = texts.reporter(alert.source_kind, rng)
    if person is not None:
        alert.person_name, alert.person_contact = person.names, person.phones
    elif alert.source_family == "self" or rng.random() < 0.6:
        alert.person_name = full_name(country, alert.gender, rng)[0]
        alert.person_contact = phone(rng) if rng.random() < 0.6 else ""
    if alert.source_family == "self" and alert.person_contact == "":
        alert.person_contact = phone(rng)
    alert.urgency = _urgency(alert, person, rng)


def _urgency(alert: Alert, person: Person | None, rng: Random) -> str:
    """What the alert says of it; for people we know, what their file says later does not contradict it."""
    said = some({"none": 70, "unknown": 18, "still_with_exploiter": 8, "minor": 2, "immediate_danger": 2}, rng)
    if person is None:
        return said
    if alert.year - person.birth_year < 18:
        return "minor"
    if person.main.ended_on is not None and person.main.ended_on > alert.received_at.date():
        return "still_with_exploiter"
    return said if said in ("none", "unknown", "immediate_danger") else "none"
