"""Alerts of 2017, 2018 and 2019, with the published margins: sources, levels reached, decisions, redirections, delays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from havre.demo.plan import paths
from havre.demo.plan.chance import at, exactly, pick, some, weekday
from havre.demo.plan.shapes import Alert, Person

KINDS: Mapping[str, Mapping[str, int]] = {
    "self": {"self_person": 94, "former_beneficiary": 6},
    "third_party": {"neighbour": 26, "family": 18, "passer_by": 10, "person_met_fleeing": 20, "employer_other": 6, "other_private": 20},
    "professional": {"social_worker": 36, "caseworker": 18, "labour_inspector_alone": 6, "police_officer": 8, "health_worker": 12,
                     "teacher": 4, "lawyer": 8, "volunteer": 8},
    "authority": {"ofii": 40, "labour_inspectorate": 30, "oclti": 30},
    "specialised": {"foreigners_rights_ngo": 50, "anti_trafficking_ngo": 40, "union": 10},
    "unknown": {"": 1},
}  # fmt: skip
CHANNELS: Mapping[str, Mapping[str, int]] = {
    "self": {"phone": 62, "email": 16, "web_form": 14, "visit": 8},
    "third_party": {"phone": 52, "email": 22, "web_form": 24, "letter": 2},
    "professional": {"email": 56, "phone": 40, "letter": 4},
    "authority": {"email": 70, "letter": 20, "phone": 10},
    "specialised": {"partner": 70, "email": 20, "phone": 10},
}


@dataclass(frozen=True)
class Year:
    """What the report says of the alerts of one year, in whole numbers."""

    year: int
    sources: Mapping[str, int]
    accompanied_sources: Mapping[str, int]
    complaints: int
    studied: int
    interviewed: int
    accompanied: int
    interpreters: Mapping[str, int]
    redirections: Mapping[str, int]
    # Where the alerts still open on 31 December stand.
    still_open: Mapping[str, int] = field(default_factory=dict)
    # Mean days to the first action, when it must fall right.
    mean_delay: int | None = None

    @property
    def received(self) -> int:
        """All alerts of the year."""
        return sum(self.sources.values())


YEARS = (
    Year(
        2017, {"self": 104, "third_party": 118, "professional": 96, "authority": 8, "specialised": 5},
        {"self": 9, "third_party": 10, "professional": 10, "authority": 5, "specialised": 2}, 5, 150, 62, 36,
        {"none_needed": 40, "volunteer": 10, "professional": 12},
        {"labour_law": 88, "none": 58, "other": 44, "social_service": 46, "lawyer": 27, "violence_against_women": 14,
         "immigration_law": 14, "police": 4},
    ),
    Year(
        2018, {"self": 117, "third_party": 146, "professional": 85, "authority": 5, "specialised": 3},
        {"self": 9, "third_party": 8, "professional": 9, "authority": 4, "specialised": 2}, 3, 174, 71, 32,
        {"none_needed": 46, "volunteer": 12, "professional": 13},
        {"labour_law": 99, "none": 58, "other": 50, "social_service": 49, "lawyer": 30, "violence_against_women": 17,
         "immigration_law": 16, "police": 5},
    ),
    Year(
        2019, {"self": 124, "third_party": 120, "professional": 120, "authority": 10, "specialised": 6},
        {"self": 11, "third_party": 12, "professional": 8, "authority": 9, "specialised": 5}, 15, 226, 106, 45,
        {"none_needed": 71, "volunteer": 19, "professional": 16},
        {"labour_law": 104, "none": 55, "other": 52, "social_service": 49, "lawyer": 29, "violence_against_women": 16,
         "immigration_law": 16, "police": 4},
        {"received": 4, "studying": 1, "studied": 3, "interviewed": 1, "adjourned": 1}, 17,
    ),
)  # fmt: skip
LAST_DAY = date(2019, 12, 31)
# When the alerts still open came in, so that each waits a reasonable time.
OPEN_SINCE = {
    "received": (1, 4),
    "studying": (6, 10),
    "studied": (14, 26),
    "interviewed": (34, 44),
    "adjourned": (48, 60),
}
LONGEST_DELAY = 75


def make_alerts(people: list[Person], rng: Random) -> list[Alert]:
    """Every alert of the three years, in the order of receipt; those of the people accompanied point to them."""
    alerts = [alert for year in YEARS for alert in _year(year, people, rng)]
    alerts.sort(key=lambda alert: alert.received_at)
    for i, alert in enumerate(alerts):
        if alert.person is not None:
            people[alert.person].alert = i
    return alerts


def _year(year: Year, people: list[Person], rng: Random) -> list[Alert]:
    alerts = _accompanied(year, people, rng) + _others(year, rng)
    _first_actions(year, alerts, rng)
    interviewed = [alert for alert in alerts if alert.end in ("opened", "interviewed", "adjourned", "to_interview")]
    paths.plan_interpreters(interviewed, people, exactly(year.interpreters, rng), rng)
    categories = exactly(year.redirections, rng)
    for alert in alerts:
        paths.follow(alert, people, categories, rng)
    if categories:
        raise ValueError(f"{len(categories)} redirections of {year.year} went to nobody")
    return alerts


def _accompanied(year: Year, people: list[Person], rng: Random) -> list[Alert]:
    new = [i for i, person in enumerate(people) if person.opened_on.year == year.year]
    families = exactly(year.accompanied_sources, rng)
    complaints = exactly({"yes": year.complaints, "no": len(new) - year.complaints}, rng)
    alerts = []
    for i, family, complaint in zip(new, families, complaints, strict=True):
        person = people[i]
        # The file opens some weeks after the alert; in January the alert is of the first days of the year.
        first = date(year.year, 1, 2)
        if (person.opened_on - first).days < 45:
            person.opened_on = weekday(first + timedelta(days=rng.randint(45, 75)))
            for period in person.periods:
                period.opened_on = max(period.opened_on, person.opened_on)
        waited = rng.randint(40, min(150, (person.opened_on - first).days))
        alert = _alert(max(first, person.opened_on - timedelta(days=waited)), family, person.gender, rng)
        alert.end, alert.person, alert.complaint_filed, alert.agreement = "opened", i, complaint, "yes"
        alert.department = person.main.department
        alert.asked = tuple(sorted({"protection", rng.choice(("legal_assistance", "access_to_rights", "housing"))}))
        if alert.source_kind == "former_beneficiary":
            alert.source_kind = "self_person"
        alerts.append(alert)
    return alerts


def _others(year: Year, rng: Random) -> list[Alert]:
    families = exactly({f: n - year.accompanied_sources[f] for f, n in year.sources.items()}, rng)
    waiting = dict(year.still_open)
    levels = {
        "to_interview": year.interviewed
        - year.accompanied
        - waiting.get("interviewed", 0)
        - waiting.get("adjourned", 0),
        "to_study": year.studied - year.interviewed - waiting.get("studied", 0),
    }
    levels["to_direct"] = len(families) - sum(levels.values()) - sum(waiting.values())
    alerts = []
    for family, end in zip(families, exactly(levels | waiting, rng), strict=True):
        if end in OPEN_SINCE:
            day = LAST_DAY - timedelta(days=rng.randint(*OPEN_SINCE[end]))
        else:
            latest = date(year.year, 12, 20) if end == "to_direct" else date(year.year, 11, 29)
            day = date(year.year, 1, 2) + timedelta(days=rng.randint(0, (latest - date(year.year, 1, 2)).days))
        alert = _alert(day, family, some({"woman": 66, "man": 28, "unknown": 6}, rng), rng)
        alert.end = end
        alert.complaint_filed = some({"no": 62, "unknown": 34, "yes": 4}, rng)
        alert.agreement = (
            "yes" if end in ("to_interview", "interviewed", "adjourned") else some({"yes": 50, "unknown": 50}, rng)
        )
        if family == "self":
            alert.agreement = "yes"
        alert.asked = tuple(
            sorted({some({"access_to_rights": 40, "legal_assistance": 40, "protection": 14, "housing": 6}, rng)})
        )
        alert.department = some(
            {"75": 30, "93": 14, "92": 12, "94": 9, "78": 5, "69": 3, "13": 3, "59": 3, "": 21}, rng
        )
        alerts.append(alert)
    for alert in pick(rng, [a for a in alerts if a.end == "to_direct" and a.source_family != "self"], 4):
        alert.persons_concerned = rng.randint(2, 12)
    return alerts


def _alert(day: date, family: str, gender: str, rng: Random) -> Alert:
    channel = some(CHANNELS[family], rng)
    if channel in ("web_form", "email"):
        received = datetime.combine(day, time(rng.randint(7, 20), rng.randint(0, 59)))
    else:
        received = at(weekday(day, LAST_DAY), rng, 9, 16)
    return Alert(received, channel, family, some(KINDS[family], rng), gender)


def _first_actions(year: Year, alerts: list[Alert], rng: Random) -> None:
    """Days to the first action, on working days; their mean is exactly the year's when it is given."""
    acted = [alert for alert in alerts if alert.end != "received"]
    allowed = [_delays(alert) for alert in acted]
    chosen = []
    for alert, days in zip(acted, allowed, strict=True):
        wanted = rng.expovariate(1 / (9 if alert.end == "opened" else 20))
        chosen.append(min(days, key=lambda d, w=wanted: abs(d - w)))  # type: ignore[misc]
    if year.mean_delay is not None:
        _to_mean(chosen, allowed, year.mean_delay * len(acted), rng)
    for alert, delay in zip(acted, chosen, strict=True):
        alert.first_action_on = alert.received_at.date() + timedelta(days=delay)


def _delays(alert: Alert) -> list[int]:
    received = alert.received_at.date()
    longest = LONGEST_DELAY if alert.end in ("to_direct", "to_study") else 30
    if alert.end in OPEN_SINCE:
        longest = OPEN_SINCE[alert.end][0] // 3
    last = date(received.year, 12, 30 if alert.end == "to_direct" else 12)
    longest = max(3, min(longest, (last - received).days))
    return [d for d in range(longest + 1) if _worked(received + timedelta(days=d))]


def _worked(day: date) -> bool:
    """Neither a week-end nor one of the holidays that keep their date."""
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    return day.weekday() < 5 and (day.month, day.day) not in fixed


def _to_mean(chosen: list[int], allowed: list[list[int]], total: int, rng: Random) -> None:
    missing = total - sum(chosen)
    for _ in range(1_000_000):
        if not missing:
            return
        i = rng.randrange(len(chosen))
        days = allowed[i]
        place = days.index(chosen[i]) + (1 if missing > 0 else -1)
        if 0 <= place < len(days) and abs(days[place] - chosen[i]) <= abs(missing):
            missing -= days[place] - chosen[i]
            chosen[i] = days[place]
    raise ValueError(f"the delays cannot be brought to their mean; {missing} days missing")


def partner_alerts(rng: Random) -> list[Alert]:
    """The two alerts of the partner organisation: another office, whose figures are its own."""
    alerts = []
    for day, family in ((date(2019, 10, 14), "self"), (date(2019, 12, 9), "professional")):
        alert = _alert(day, family, "woman", rng)
        alert.end = "received"
        alert.agreement = "yes"
        alert.department, alert.in_charge = "13", "coordinator"
        paths.describe(alert, "MA", "housework", rng)
        alerts.append(alert)
    return alerts
