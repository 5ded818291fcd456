"""What makes the office live on 31 December 2019: contacts, notes, children, exploiters, tasks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from havre.demo.plan import texts
from havre.demo.plan.chance import at, day_in, pick, some, weekday
from havre.demo.plan.names import LANGUAGES_OF, exploiter_name
from havre.demo.plan.shapes import Alert, Contact, Dependant, Exploiter, Note, Person, Plan, Task

LAST_DAY = date(2019, 12, 31)
SILENT = 9  # open files without contact for over 60 days
SHARED_EXPLOITERS = 12  # exploiters of several people


def identities(people: list[Person], rng: Random) -> None:
    """Names, languages, what they knew of their rights."""
    for person in people:
        texts.fill_identity(person, rng)
        spoken = LANGUAGES_OF[person.country]
        # Learnt since: the interview of the first days is held in the language of the person.
        person.languages = (
            spoken if "fr" not in spoken or rng.random() < 0.7 else tuple(c for c in spoken if c != "fr") or spoken
        )
        person.speaks_french = "yes" if "fr" in person.languages else some({"no": 60, "yes": 20, "unknown": 20}, rng)
        person.knows_rights = some({"no": 74, "yes": 8, "unknown": 18}, rng)
        for main in person.exploitations[:1]:
            main.place = texts.place(main.setting, rng)
            main.account = texts.account(person, rng)


def dependants(people: list[Person], rng: Random) -> None:
    """Children: some sixty, fifteen of them directly affected in 2019."""
    parents = [p for p in people if p.cohort not in "FG" and 24 <= p.age <= 55]
    chosen = pick(rng, parents, 42)
    for person in chosen:
        for _ in range(rng.choice((1, 1, 2))):
            born = rng.randint(max(2002, person.birth_year + 19), min(2018, person.birth_year + 43))
            person.dependants.append(Dependant(born, "no", texts.dependant_name(person, rng)))
    children = [child for person in chosen for child in person.dependants]
    for child in pick(rng, children, 15):
        child.affected = "yes"


def exploiters(plan: Plan, rng: Random) -> None:
    """Who exploited whom: recorded for recent files; some exploited several people, in the same place."""
    recent = [p for p in plan.people if p.opened_on.year >= 2015]
    for person in recent:
        if rng.random() < 0.25:
            continue
        home = person.main.setting.startswith("domestic")
        status = some(
            {"private": 70, "family": 12, "diplomat": 6, "official": 2, "unknown": 10}
            if home
            else {"business": 90, "private": 10},
            rng,
        )
        person.main.exploiter = len(plan.exploiters)
        person.main.relation = some(
            {"employer": 60, "other_family": 14, "acquaintance": 14, "spouse": 4, "in_law": 4, "unknown": 4}
            if home
            else {"employer": 92, "landlord": 8},
            rng,
        )
        plan.exploiters.append(Exploiter(exploiter_name(rng), status))
    # Group cases: people of the same trade share an exploiter.
    trade = [p for p in recent if p.main.setting == "business" and p.main.exploiter is not None]
    for _ in range(SHARED_EXPLOITERS):
        first, second = rng.sample(trade, 2)
        second.main.exploiter = first.main.exploiter


def contacts_and_notes(plan: Plan, rng: Random) -> None:
    """Contacts of 2019 and notes of each profession."""
    followed = [p for p in plan.people if p.cohort not in "FG"]
    still = [p for p in followed if p.closed_on is None]
    silent = {
        id(p)
        for p in pick(
            rng,
            [
                p
                for p in still
                if p.opened_on < date(2019, 6, 1) and len(p.periods) < 3 and p.periods[-1].unit != "psychology"
            ],
            SILENT,
        )
    }
    for person in followed:
        first = max(date(2019, 1, 7), person.opened_on)
        last = person.closed_on or (date(2019, 10, 18) if id(person) in silent else date(2019, 12, 30))
        latest = [weekday(day_in(rng, max(first, last - timedelta(days=42)), last), last)]
        days = sorted(latest + [weekday(day_in(rng, first, last), last) for _ in range(rng.choice((0, 0, 1)))])
        for day in days:
            who = rng.choice(person.periods).in_charge
            kind = some({"phone": 46, "text_message": 16, "meeting": 26, "visit": 6, "email": 6}, rng)
            person.contacts.append(
                Contact(at(max(day, person.opened_on), rng, 10), kind, "person", who, rng.choice(texts.FILE_NOTES))
            )
        if rng.random() < 0.35 or person.cohort == "A":
            for period in person.periods:
                _note(person, period.unit, period.in_charge, max(first, period.opened_on), last, rng)
    for person in pick(rng, still, 3):
        _note(person, "governance", "coordinator", date(2019, 9, 2), date(2019, 12, 20), rng)
    # Notes to the psychologist from colleagues who cannot read her notebook: they go to her inbox.
    with_psychologist = [p for p in still if any(period.unit == "psychology" for period in p.periods)]
    for person, hour in zip(pick(rng, with_psychologist, 3), (9, 11, 16), strict=True):
        moment = datetime.combine(date(2019, 12, 30), time(hour, 20))
        text = "Dort mal depuis la convocation ; un rendez-vous avant l’audience serait utile."
        person.notes.append(Note(moment, "psychology", rng.choice(("social_1", "social_2", "lawyer_1")), text))


def _note(person: Person, compartment: str, by: str, first: date, last: date, rng: Random) -> None:
    day = weekday(day_in(rng, first, max(first, last)), max(first, last))
    person.notes.append(Note(at(day, rng, 10), compartment, by, rng.choice(texts.NOTES[compartment])))


def tasks(plan: Plan, rng: Random) -> None:
    """Tasks of the last weeks: some done, some due, some late."""
    still = [i for i, p in enumerate(plan.people) if p.cohort not in "FG" and p.closed_on is None]
    words = {
        "call_back": "Rappeler au sujet du rendez-vous.", "document_to_get": "Demander la copie du passeport.",
        "other": "Préparer l’accompagnement à la préfecture.",
    }  # fmt: skip
    for i in pick(rng, still, 44):
        person = plan.people[i]
        who = rng.choice(person.periods).in_charge
        made = at(
            weekday(max(day_in(rng, date(2019, 11, 25), date(2019, 12, 27)), person.opened_on), date(2019, 12, 30)),
            rng,
            11,
        )
        kind = some({"call_back": 40, "document_to_get": 30, "other": 30}, rng)
        due = weekday(made.date() + timedelta(days=rng.randint(2, 18)))
        done = due < date(2019, 12, 30) and rng.random() < (0.9 if due < date(2019, 12, 20) else 0.5)
        plan.tasks.append(Task(made, kind, due, who, who, words[kind], person=i, done_on=due if done else None))
    silent = [i for i in still if plan.people[i].contacts[-1].at.date() < LAST_DAY - timedelta(days=60)]
    for i in silent[:4]:
        who = plan.people[i].periods[0].in_charge
        made = datetime.combine(date(2019, 12, 18), time(9, 30))
        words_of = "Prendre des nouvelles : rien depuis plus de deux mois."
        plan.tasks.append(Task(made, "no_contact_60_days", date(2019, 12, 31), who, who, words_of, person=i))
    for i, alert in enumerate(plan.alerts):
        _next_step(plan, i, alert)


NEXT_STEPS = {
    "received": ("call_back", "Premier appel à faire.", date(2019, 12, 31), "reception"),
    "studied": ("interview_to_plan", "Fixer l’entretien avec un interprète.", date(2020, 1, 2), ""),
    "interviewed": ("decision_to_take", "Inscrire à la réunion de décision.", date(2020, 1, 3), "coordinator"),
    "adjourned": ("decision_to_take", "Reprendre en réunion avec la traduction.", date(2019, 12, 30), "coordinator"),
}  # fmt: skip


def _next_step(plan: Plan, i: int, alert: Alert) -> None:
    if alert.end in NEXT_STEPS:
        kind, what, due, who = NEXT_STEPS[alert.end]
        who = who or alert.in_charge or "reception"
        made = max(datetime.combine(date(2019, 12, 20), time(17, 5)), alert.received_at + timedelta(minutes=10))
        plan.tasks.append(Task(made, kind, due, who, who, what, alert=i))


def last_alerts(plan: Plan) -> None:
    """Two of the alerts that wait are urgent: one for a minor, one for someone still with the exploiter."""
    waiting = [alert for alert in plan.alerts if alert.end == "received"]
    for alert, urgency in zip(waiting, ("none", "still_with_exploiter", "unknown", "minor"), strict=True):
        alert.urgency = urgency


def former_beneficiaries(plan: Plan, rng: Random) -> None:
    """People followed before who call again (R12): the alert says which file is theirs."""
    for alert in plan.alerts:
        if alert.source_kind == "former_beneficiary":
            before = [
                i for i, p in enumerate(plan.people)
                if p.closed_on is not None and p.closed_on < alert.received_at.date() and p.cohort in "FG"
            ]  # fmt: skip
            alert.former = rng.choice(before)
            person = plan.people[alert.former]
            alert.gender, alert.person_name, alert.person_contact = person.gender, person.names, person.phones
