"""The margins of the 2019 report, asserted on a plan. Every message says the figure, what is wanted and what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise

from havre.demo.plan.shapes import Alert, Person, Plan

PARIS_REGION = frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})


def check_margins(plan: Plan) -> None:
    """Raise `ValueError` listing every margin that does not hold and every record that contradicts itself."""
    faults = [*_alerts(plan), *_new(plan), *_active(plan), *_arrivals(plan), *_exploitation(plan), *_coherence(plan)]
    if faults:
        raise ValueError(f"The caseload of seed {plan.seed} misses its margins: " + "; ".join(faults))


def _same(label: str, found: object, wanted: object) -> Iterable[str]:
    if found != wanted:
        yield f"{label} is {found!r}, not {wanted!r}"


def _count(items: Iterable[object]) -> dict[object, int]:
    return dict(Counter(items))


def _n(items: Iterable[Person], test: Callable[[Person], bool]) -> int:
    return sum(1 for item in items if test(item))


def _alerts(plan: Plan) -> Iterable[str]:
    wanted = {2017: (331, 150, 62, 36), 2018: (356, 174, 71, 32), 2019: (380, 226, 106, 45)}
    for year, counts in wanted.items():
        alerts = plan.received_in(year)
        found = (
            len(alerts), sum(a.level >= 1 for a in alerts), sum(a.level >= 2 for a in alerts), sum(a.accompanied for a in alerts),
        )  # fmt: skip
        yield from _same(f"{year}: received, studied, interviewed, accompanied", found, counts)
    last, before = plan.received_in(2019), plan.received_in(2018)
    yield from _same(
        "sources of 2019", _count(a.source_family for a in last),
        {"self": 124, "third_party": 120, "professional": 120, "authority": 10, "specialised": 6},
    )  # fmt: skip
    yield from _same(
        "sources of 2018", _count(a.source_family for a in before),
        {"self": 117, "third_party": 146, "professional": 85, "authority": 5, "specialised": 3},
    )  # fmt: skip
    yield from _same(
        "main redirections of 2019", _count(a.redirections[0].category for a in last if a.redirections),
        {"labour_law": 104, "none": 55, "other": 52, "social_service": 49, "lawyer": 29, "violence_against_women": 16,
         "immigration_law": 16, "police": 4},
    )  # fmt: skip
    delays = [a.delay for a in last if a.delay is not None]
    yield from _same("alerts of 2019 with a first action", len(delays), 376)
    yield from _same("days to the first action in 2019, in all", sum(delays), 17 * 376)
    helped = [i for a in last for i in a.interviews if i.interpreter in ("volunteer", "professional")]
    yield from _same("interviews of 2019 with an interpreter", len(helped), 35)


def _new(plan: Plan) -> Iterable[str]:
    by_year = {year: plan.new_in(year) for year in (2017, 2018, 2019)}
    yield from _same("new files 2017, 2018, 2019", [len(by_year[y]) for y in by_year], [36, 32, 45])
    hours = {2017: [3, 14, 18], 2018: [2, 16, 14], 2019: [5, 9, 22]}
    for year, bands in hours.items():
        minutes = [p.main.minutes_per_day for p in by_year[year] if p.main.minutes_per_day is not None]
        yield from _same(f"hours a day of the new of {year}", _bands(minutes, (480, 720, 900, 1441)), bands)
    new = by_year[2019]
    sources = [plan.alerts[p.alert] for p in new if p.alert is not None]
    yield from _same(
        "sources of the 45", _count(a.source_family for a in sources),
        {"self": 11, "third_party": 12, "professional": 8, "authority": 9, "specialised": 5},
    )  # fmt: skip
    yield from _same("complaints of the 45", _count(a.complaint_filed for a in sources), {"yes": 15, "no": 30})
    before = [plan.alerts[p.alert] for p in by_year[2018] if p.alert is not None]
    yield from _same("complaints of the 32", _count(a.complaint_filed for a in before), {"yes": 3, "no": 29})
    found = _count(a.source_family for a in before)
    yield from _same(
        "the 32 from third parties and specialised organisations",
        (found.get("third_party"), found.get("specialised")),
        (8, 2),
    )
    ages = [p.began_year - p.birth_year for p in new if p.began_year is not None]
    yield from _same("ages of the 45 at the beginning", _bands(ages, (0, 18, 36, 61, 120)), [5, 20, 19, 1])
    countries = _count(p.country for p in new)
    yield from _same(
        "countries of the 45, from Côte d'Ivoire",
        (len(countries), countries.get("CI"), "FR" in countries),
        (19, 9, True),
    )
    pay = [p.main.pay_cents for p in new if p.main.pay_cents is not None]
    yield from _same("pay of the 45", _bands(pay, (0, 1, 15001, 50000, 10**9)), [23, 3, 12, 5])


def _bands(values: Iterable[int], edges: tuple[int, ...]) -> list[int]:
    values = list(values)
    return [sum(low <= v < high for v in values) for low, high in pairwise(edges)]


def _active(plan: Plan) -> Iterable[str]:
    active, before = plan.active_in(2019), plan.active_in(2018)
    yield from _same("active files 2019, 2018", (len(active), len(before)), (200, 181))
    men = _n(active, lambda p: p.gender == "man"), _n(before, lambda p: p.gender == "man")
    yield from _same("men in the active files 2019, 2018", men, (52, 43))
    yield from _same("ages in 2019", _bands((p.age for p in active), (0, 25, 40, 60, 120)), [36, 86, 68, 10])
    yield from _same("sum of the ages in 2019", sum(p.age for p in active), 39 * 200)
    old = _n(active, lambda p: p.opened_on <= date(2009, 12, 31) and p.closed_on is None)
    yield from _same("followed for over 10 years", old, 23)
    known = [p for p in active if p.main.began_on is not None and p.main.country == "FR"]
    minors = _n(known, lambda p: p.main.began_on is not None and p.main.began_on.year - p.birth_year < 18)
    yield from _same("minors at the beginning, of the known", (minors, len(known)), (12, 103))
    countries = _count(p.country for p in active)
    found = (
        len(countries),
        countries.get("MA"),
        countries.get("CI"),
        countries.get("PH"),
        sorted(countries.values())[-4] < 18,
    )
    yield from _same("countries, MA, CI, PH, others below", found, (50, 36, 24, 18, True))
    for unit, wanted in {"social": (124, 94, 28), "legal": (164, 118, 42), "psychology": (32, None, None)}.items():
        mine = [
            p
            for p in active
            if any(x.unit == unit and (x.closed_on is None or x.closed_on.year >= 2019) for x in p.periods)
        ]
        if wanted[1] is None:
            yield from _same(f"followed by {unit}", len(mine), wanted[0])
        else:
            three = (len(mine), _n(mine, lambda p: p.gender == "woman"), _n(mine, lambda p: p.opened_on.year == 2019))
            yield from _same(f"followed by {unit}, women, new", three, wanted)


def _arrivals(plan: Plan) -> Iterable[str]:
    came = [(p, p.arrival) for p in plan.active_in(2019) if p.arrival is not None]
    known = [a for _, a in came if a.organised_by != "unknown"]
    by_others = sum(a.organised_by in ("exploiter", "in_laws") for a in known)
    yield from _same("journeys organised by exploiter or in-laws, of the known", (by_others, len(known)), (76, 120))
    both = [a for _, a in came if a.transport != "unknown" and a.visa != "unknown"]
    either = [a for _, a in came if a.transport != "unknown" or a.visa != "unknown"]
    welcome = sum(a.transport == "plane" and a.visa in ("tourist", "family_reunification") for a in both)
    yield from _same(
        "plane with tourist or family visa, of the known", (welcome, len(both), len(either)), (94, 119, 119)
    )
    for gender, wanted in (("woman", (60, 66)), ("man", (2, 10))):
        flown = [a for p, a in came if p.gender == gender and a.transport == "plane" and a.organised_by != "unknown"]
        for organisers in ({"exploiter"}, {"exploiter", "in_laws"}):
            found = (sum(a.organised_by in organisers for a in flown), len(flown))
            yield from _same(f"{gender}: came by plane, journey organised by {sorted(organisers)}", found, wanted)
    abroad = [a.abroad_before for _, a in came if a.abroad_before != "unknown"]
    yield from _same("exploited abroad before, of the known", (abroad.count("yes"), len(abroad)), (30, 120))


def _exploitation(plan: Plan) -> Iterable[str]:
    active = plan.active_in(2019)
    main = [p.main for p in active]
    departments = _count(x.department for x in main if x.country == "FR")
    inside = sum(n for d, n in departments.items() if d in PARIS_REGION)
    found = (len(departments), inside, departments.get("75"), [x.country for x in main if x.country != "FR"])
    yield from _same("departments, Île-de-France, Paris, abroad", found, (35, 172, 67, ["LU"]))
    minutes = [x.minutes_per_day for x in main if x.minutes_per_day is not None]
    yield from _same("minutes a day: known, sum", (len(minutes), sum(minutes)), (170, 149_940))
    days = [x.days_per_week for x in main if x.days_per_week is not None]
    yield from _same("days a week: known, sum", (len(days), sum(days)), (170, 1173))
    pay = [x.pay_cents for x in main if x.pay_cents is not None]
    yield from _same(
        "pay: known and bands", (len(pay), _bands(pay, (0, 1, 15000, 50000, 10**9))), (175, [105, 22, 40, 8])
    )
    yield from _same("paid above 700 €", sum(cents > 70000 for cents in pay), 1)
    settings = {"domestic": 118, "business": 54, "domestic_and_business": 26, "begging_or_crime": 2}
    yield from _same("settings", _count(x.setting for x in main), settings)
    sectors = _count(x.sectors[0] for x in main if x.setting == "business")
    three = tuple(sectors.pop(s, 0) for s in ("catering_food", "construction", "agriculture"))
    yield from _same("catering, construction, agriculture", (*three, max(sectors.values()) < 8), (15, 13, 8, True))
    abuses = _count(kind for x in main for kind in x.abuses)
    spoken = (
        sum(x.abuse_asked == "yes" for x in main),
        abuses.get("psychological"),
        abuses.get("physical"),
        abuses.get("sexual"),
    )
    yield from _same("abuse asked, psychological, physical, sexual", spoken, (200, 176, 52, 30))
    yield from _same(
        "men among sexual abuse", _n(active, lambda p: "sexual" in p.main.abuses and p.gender != "woman"), 0
    )
    yield from _same("sexual exploitation", sum(x.sexual_exploitation == "yes" for x in main), 4)


def _coherence(plan: Plan) -> Iterable[str]:
    for i, alert in enumerate(plan.alerts):
        days = _days_of(alert, plan.people[alert.person] if alert.person is not None else None)
        if days != sorted(days):
            yield f"alert {i}: its dates are not in order {days}"
        if days[-1] > date(2019, 12, 31):
            yield f"alert {i}: something happens after 2019"
        if (alert.person is not None) != alert.accompanied:
            yield f"alert {i}: accompanied without a file, or the reverse"
    for i, person in enumerate(plan.people):
        main = person.main
        if main.ended_on is not None and main.ended_on >= person.opened_on:
            yield f"person {i}: the exploitation ends after the file opens"
        if main.began_on is not None and main.ended_on is not None and main.began_on > main.ended_on:
            yield f"person {i}: the exploitation ends before it begins"
        if person.opened_on.year - person.birth_year < 13:
            yield f"person {i}: a file opened before the age of 13"
        if any(p.closed_on is not None and p.closed_on < p.opened_on for p in person.periods):
            yield f"person {i}: a period closes before it opens"
        if (person.alert is None) != (person.opened_on.year < 2017):
            yield f"person {i}: a file of these years comes from an alert"


def _days_of(alert: Alert, person: Person | None) -> list[date]:
    days = [alert.received_at.date()]
    days += [alert.first_action_on] if alert.first_action_on else []
    if alert.study is not None:
        days += [alert.study.started_on] + ([alert.study.finished_on] if alert.study.finished_on else [])
    days += [interview.held_on for interview in alert.interviews]
    days += [decision.decided_on for decision in alert.decisions]
    days += [redirection.on for redirection in alert.redirections]
    days += [alert.closed_on] if alert.closed_on else []
    return [*days, person.opened_on] if person is not None else days
