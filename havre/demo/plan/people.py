"""The people accompanied: when their file opened and closed, gender, country, year of birth, beginning of exploitation.

Cohorts: A opened 2019; B 2018, C 2017, D 2010–2016, E before 2010, all still followed in 2019; F closed in 2018;
G closed before. The counts of each cohort are chosen so that the published margins come out; see `margins.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from havre.demo.plan.chance import day_in, exactly, pick, shift_to_sum, weekday
from havre.demo.plan.shapes import Period, Person

# Country of origin → people of the 200, and of the 45 among them.
COUNTRIES: Mapping[str, int] = {
    "MA": 36, "CI": 24, "PH": 18, "SN": 9, "DZ": 8, "CM": 7, "ML": 6, "CD": 6, "IN": 6, "TN": 5, "NG": 5, "MG": 5,
    "BD": 5, "GN": 4, "ET": 4, "BJ": 3, "TG": 3, "LK": 3, "CN": 3, "BF": 2, "BI": 2, "KM": 2, "EG": 2, "PK": 2, "VN": 2,
    "ID": 2, "FR": 2, "RO": 2, "RW": 1, "GH": 1, "CV": 1, "CG": 1, "GA": 1, "MR": 1, "DJ": 1, "KE": 1, "NP": 1, "TR": 1,
    "LB": 1, "PT": 1, "UA": 1, "BG": 1, "AL": 1, "MD": 1, "HT": 1, "DO": 1, "BR": 1, "CO": 1, "PE": 1, "FJ": 1,
}  # fmt: skip
NEW_COUNTRIES: Mapping[str, int] = {
    "CI": 9, "MA": 7, "PH": 4, "SN": 3, "DZ": 3, "CM": 2, "ML": 2, "IN": 2, "BD": 2, "NG": 2, "MG": 1, "CD": 1, "TN": 1,
    "ET": 1, "GN": 1, "FR": 1, "RO": 1, "BR": 1, "CN": 1,
}  # fmt: skip
CLOSED_COUNTRIES: Mapping[str, int] = {
    "MA": 14, "CI": 7, "PH": 5, "SN": 4, "MG": 4, "ET": 3, "CM": 3, "DZ": 3, "IN": 2, "LK": 2, "TN": 2, "BJ": 2, "ID": 1,
    "TG": 1, "CN": 1, "ML": 1,
}  # fmt: skip
# Where men among the people accompanied come from, more often than women.
MEN_FROM = {
    "BD": 9,
    "PK": 9,
    "EG": 9,
    "TR": 9,
    "RO": 5,
    "UA": 4,
    "IN": 4,
    "TN": 4,
    "CN": 3,
    "MA": 2,
    "ML": 2,
    "SN": 2,
    "DZ": 2,
}
WOMEN_FROM = {"PH", "ET", "MG", "ID", "LK", "FR", "FJ", "BI"}


@dataclass(frozen=True)
class Cohort:
    """How many people, how many of them men, when their file opened and closed."""

    name: str
    size: int
    men: int
    opened: tuple[tuple[date, date, int], ...]
    closed: tuple[date, date] | None = None


def _year(year: int, n: int) -> tuple[date, date, int]:
    return (date(year, 1, 7), date(year, 12, 18), n)


COHORTS = (
    Cohort("A", 45, 13, (_year(2019, 45),)),
    Cohort("B", 30, 9, (_year(2018, 30),)),
    Cohort("C", 28, 8, (_year(2017, 28),)),
    Cohort("D", 74, 19, ((date(2010, 1, 11), date(2013, 12, 18), 26), (date(2014, 1, 6), date(2016, 12, 16), 48))),
    Cohort("E", 23, 3, ((date(1998, 3, 2), date(2009, 12, 18), 23),)),
    Cohort(
        "F", 26, 4, (_year(2018, 2), _year(2017, 5), (date(1999, 2, 1), date(2009, 12, 18), 3), (date(2010, 2, 1), date(2016, 12, 16), 16)),
        (date(2018, 1, 12), date(2018, 12, 20)),
    ),
    Cohort("G", 29, 5, (_year(2017, 3), (date(1994, 10, 3), date(2015, 6, 30), 26)), None),
)  # fmt: skip

# Of the 200: how many of each band of `2019 - birth year`, cohort by cohort.
BANDS = {"<25": (18, 24), "25-39": (25, 39), "40-59": (40, 59), ">=60": (60, 72)}
AGES: Mapping[str, Mapping[str, int]] = {
    "B": {"<25": 8, "25-39": 14, "40-59": 7, ">=60": 1},
    "C": {"<25": 8, "25-39": 12, "40-59": 7, ">=60": 1},
    "D": {"<25": 8, "25-39": 38, "40-59": 24, ">=60": 4},
    "E": {"<25": 0, "25-39": 6, "40-59": 15, ">=60": 2},
}
# The 45: (age when exploitation began, band in 2019) → people.
NEW_AGES = {
    ((13, 17), (14, 24)): 5,
    ((18, 35), (19, 24)): 7,
    ((18, 35), (25, 39)): 13,
    ((36, 60), (37, 39)): 3,
    ((36, 60), (40, 59)): 15,
    ((36, 60), (60, 64)): 1,
    ((61, 66), (62, 69)): 1,
}
SUM_OF_AGES = 7800
# Of the others: people whose beginning of exploitation is known, and how many of them were minors then.
KNOWN = {"B": (25, 3), "C": (21, 3), "D": (12, 1)}
CLOSE_REASONS = {
    "autonomous": 34, "proceedings_over": 20, "moved": 10, "no_news": 14, "ended_by_person": 8, "transferred": 6,
    "returned_home": 6, "deceased": 1, "other": 1,
}  # fmt: skip


def make_people(rng: Random) -> list[Person]:
    """Everybody, in the order in which files opened."""
    people = [person for cohort in COHORTS for person in _cohort(cohort, rng)]
    _ages(people, rng)
    _countries(people, rng)
    _periods(people, rng)
    people.sort(key=lambda person: person.opened_on)
    return people


def _cohort(cohort: Cohort, rng: Random) -> list[Person]:
    opened = [weekday(day_in(rng, a, b), b) for a, b, n in cohort.opened for _ in range(n)]
    genders = exactly({"man": cohort.men, "woman": cohort.size - cohort.men}, rng)
    people = [Person(cohort.name, g, "unknown", day, 1980) for g, day in zip(genders, opened, strict=True)]
    for person in people:
        if cohort.closed is not None:
            first = max(cohort.closed[0], date(person.opened_on.year, 6, 1), person.opened_on)
            person.closed_on = weekday(day_in(rng, first, cohort.closed[1]), cohort.closed[1])
        elif cohort.name == "G":
            first = date(person.opened_on.year, 12, 19) if person.opened_on.year == 2017 else person.opened_on
            first = first if person.opened_on.year == 2017 else date(person.opened_on.year + 1, 3, 1)
            last = date(2017, 12, 22) if person.opened_on.year > 2008 else date(person.opened_on.year + 9, 12, 20)
            person.closed_on = weekday(day_in(rng, first, last), last)
    return people


def _ages(people: list[Person], rng: Random) -> None:
    bounds: dict[int, tuple[int, int]] = {}
    new = [i for i, p in enumerate(people) if p.cohort == "A"]
    for i, (began, band) in zip(new, exactly(NEW_AGES, rng), strict=True):
        # Years between the beginning and 2019: the beginning is before 2019, so that the file opens after the end.
        years = (
            rng.randint(max(1, band[0] - began[1]), min(6, band[1] - began[0])) if began[0] > 17 else rng.randint(1, 5)
        )
        people[i].began_year = 2019 - years
        bounds[i] = (max(band[0], began[0] + years), min(band[1], began[1] + years))
    for name, counts in AGES.items():
        mine = [i for i, p in enumerate(people) if p.cohort == name]
        # The young cannot have come long ago: the latest files take the lowest bands.
        bands = sorted((BANDS[b] for b, n in counts.items() for _ in range(n)), key=lambda b: (b[0] > 18, rng.random()))
        latest = sorted(mine, key=lambda i: people[i].opened_on, reverse=True)
        for i, (low, high) in zip(latest, bands, strict=True):
            bounds[i] = (max(low, min(high, 2019 - people[i].opened_on.year + 15)), high)
        known, minors = KNOWN.get(name, (0, 0))
        young = pick(rng, [i for i in mine if bounds[i][1] == 24], minors)
        for i in young:
            years = 2019 - people[i].opened_on.year + rng.randint(1, 2)
            people[i].began_year = 2019 - years
            bounds[i] = (max(bounds[i][0], years + 13), min(24, years + 17))
        others = [i for i in mine if i not in young and bounds[i][1] >= 2019 - people[i].opened_on.year + 19]
        for i in pick(rng, others, known - minors):
            longest = min(9, bounds[i][1] - (2019 - people[i].opened_on.year) - 18)
            years = 2019 - people[i].opened_on.year + rng.randint(1, max(1, longest))
            people[i].began_year = 2019 - years
            bounds[i] = (max(bounds[i][0], years + 18), bounds[i][1])
    order = sorted(bounds)
    ages = [rng.randint(*bounds[i]) for i in order]
    shift_to_sum(ages, [bounds[i] for i in order], SUM_OF_AGES, 1, rng)
    for i, age in zip(order, ages, strict=True):
        people[i].birth_year = 2019 - age
    for person in people:
        if person.cohort in "FG":
            person.birth_year = person.opened_on.year - rng.randint(19, 52)


def _countries(people: list[Person], rng: Random) -> None:
    kept = {country: n - NEW_COUNTRIES.get(country, 0) for country, n in COUNTRIES.items()}
    for names, counts in (("A", NEW_COUNTRIES), ("BCDE", kept), ("FG", CLOSED_COUNTRIES)):
        mine = [person for person in people if person.cohort in names]
        slots = exactly(counts, rng)
        men = [person for person in mine if person.gender == "man"]
        for_men = _mens_slots(slots, len(men), rng)
        rest = [k for k in range(len(slots)) if k not in set(for_men)]
        rng.shuffle(for_men)
        for person, k in zip(men, for_men, strict=True):
            person.country = slots[k]
        for person, k in zip((p for p in mine if p.gender == "woman"), rest, strict=True):
            person.country = slots[k]


def _mens_slots(slots: list[str], n: int, rng: Random) -> list[int]:
    """Places of `slots` that go to men: a few countries more than others."""

    def weight(place: int) -> float:
        return 0.01 if slots[place] in WOMEN_FROM else MEN_FROM.get(slots[place], 1)

    return pick(rng, list(range(len(slots))), n, weight=weight)


# Of the 200: women and men by the units that follow them in 2019, and how many of each are new.
UNITS_2019 = {
    ("woman", "social"): 30, ("woman", "legal"): 54, ("woman", "both"): 64,
    ("man", "social"): 6, ("man", "legal"): 22, ("man", "both"): 24,
}  # fmt: skip
UNITS_NEW = {
    ("woman", "social"): 3, ("woman", "legal"): 10, ("woman", "both"): 19,
    ("man", "social"): 0, ("man", "legal"): 7, ("man", "both"): 6,
}  # fmt: skip
SOCIAL, LEGAL = ("social_1", "social_2"), ("lawyer_1", "lawyer_2", "lawyer_3", "lawyer_4")
IN_PSYCHOLOGY = 32
CLOSED_IN_2019 = 21


def _periods(people: list[Person], rng: Random) -> None:
    active = [person for person in people if person.cohort not in "FG"]
    leaving = [p for p in active if p.cohort in "BCD" and p.opened_on.year < 2018]
    for person in pick(rng, leaving, CLOSED_IN_2019):
        person.closed_on = weekday(day_in(rng, date(2019, 2, 1), date(2019, 12, 18)))
    for gender in ("woman", "man"):
        new = {kind: UNITS_NEW[gender, kind] for kind in ("social", "legal", "both")}
        old = {kind: UNITS_2019[gender, kind] - new[kind] for kind in new}
        for cohorts, counts in (("A", new), ("BCDE", old)):
            mine = [p for p in active if p.gender == gender and p.cohort in cohorts]
            for person, kind in zip(mine, exactly(counts, rng), strict=True):
                _open_periods(person, kind, rng)
    for person in people:
        if not person.periods:
            _open_periods(person, rng.choice(("both", "both", "legal", "social")), rng)
    followed = [p for p in active if any(period.unit == "social" for period in p.periods) and p.closed_on is None]
    for person in pick(rng, followed, IN_PSYCHOLOGY):
        # The psychologist came in August 2019.
        first = max(date(2019, 8, 26), person.opened_on)
        person.periods.append(
            Period("psychology", weekday(day_in(rng, first, date(2019, 12, 20)), date(2019, 12, 20)), "psychologist")
        )


def _open_periods(person: Person, kind: str, rng: Random) -> None:
    reason = "" if person.closed_on is None else rng.choices(list(CLOSE_REASONS), list(CLOSE_REASONS.values()))[0]
    units = ("social", "legal") if kind == "both" else (kind,)
    for unit in units:
        who = rng.choice(SOCIAL) if unit == "social" else rng.choice(LEGAL)
        person.periods.append(Period(unit, person.opened_on, who, person.closed_on, reason))
