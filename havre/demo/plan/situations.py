"""What was done to each person, and how they came: categories in the published numbers, laid on people who fit them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random

from havre.demo.plan.chance import day_in, exactly, pick, shift_to_sum, some
from havre.demo.plan.shapes import Arrival, Exploitation, Person

BUSINESS = {
    "catering_food": 15, "construction": 13, "agriculture": 8, "car_repair": 3, "cleaning": 3, "grocery": 2,
    "scrap_metal": 2, "vineyard": 2, "hairdressing": 2, "chimney_sweeping": 1, "cabaret": 1, "textile": 1, "retail": 1,
}  # fmt: skip
SETTINGS = {
    "woman": {"domestic": 113, "domestic_and_business": 20, "business": 14, "begging_or_crime": 1},
    "man": {"domestic": 5, "domestic_and_business": 6, "business": 40, "begging_or_crime": 1},
}
WOMENS_TRADES = {"catering_food": 6, "cleaning": 3, "hairdressing": 2, "textile": 1, "retail": 1, "cabaret": 1}
BESIDE_HOME = ("grocery", "retail", "cleaning", "hairdressing", "other_trade", "textile", "delivery")
# Minutes a day: band → (low, high); people by cohort and band. `None`: not known.
SHORT, LONG, LONGEST = (480, 690), (720, 870), (900, 1140)
HOURS: Mapping[str, Mapping[tuple[int, int], int]] = {
    "A": {SHORT: 5, LONG: 9, LONGEST: 22},
    "B": {SHORT: 2, LONG: 15, LONGEST: 13},
    "C": {SHORT: 2, LONG: 11, LONGEST: 14},
    "DE": {SHORT: 12, LONG: 26, LONGEST: 39},
}
CLOSED_HOURS = {2018: {LONG: 1, LONGEST: 1}, 2017: {SHORT: 1, LONG: 3, LONGEST: 4}}
HOURS_KNOWN, MINUTES = 170, 149_940
DAYS = {7: 155, 6: 13, 5: 2}
# Cents a month: band → people, of the 45 and of the others.
NOTHING, LITTLE, SOME, MORE = (0, 0), (2000, 14000), (16000, 48000), (52000, 69000)
PAY = {"A": {NOTHING: 23, LITTLE: 3, SOME: 12, MORE: 5}, "BCDE": {NOTHING: 82, LITTLE: 19, SOME: 28, MORE: 3}}
MOST_PAID = 75_000
NEAR_PARIS = {"93": 30, "92": 27, "94": 19, "78": 11, "95": 8, "91": 7, "77": 3}
ELSEWHERE = (
    "06", "13", "14", "17", "21", "26", "30", "31", "33", "34", "35", "37", "38", "42", "44", "45", "51", "54", "57",
    "59", "63", "64", "67", "69", "76", "83", "84",
)  # fmt: skip
PARIS = 67
ABUSES = {"psychological": 176, "physical": 52, "deprivation_of_food": 58, "deprivation_of_care": 44}
SEXUAL, SEXUAL_EXPLOITATION = 30, 4
CONTROLS = {
    "threats_denunciation": 30, "documents_confiscated": 28, "isolation": 26, "deception": 20, "threats_person": 18,
    "surveillance": 14, "confinement": 12, "threats_family": 10, "violence": 10, "debt": 10, "affective": 8,
    "religious_or_ritual": 2,
}  # fmt: skip


def make_situations(people: list[Person], rng: Random) -> None:
    """Give every person their exploitation."""
    for person in people:
        person.exploitations = [Exploitation()]
    active = [person for person in people if person.cohort not in "FG"]
    _settings(active, rng)
    _places(active, rng)
    _hours(people, rng)
    _pay(active, rng)
    _abuses(active, rng)
    for person in people:
        if person.cohort in "FG":
            _closed(person, rng)
        _dates(person, rng)
        _colour(person, rng)


def _settings(active: list[Person], rng: Random) -> None:
    trades = exactly(WOMENS_TRADES, rng), exactly({t: n - WOMENS_TRADES.get(t, 0) for t, n in BUSINESS.items()}, rng)
    for gender, waiting in (("woman", trades[0]), ("man", trades[1])):
        mine = [person for person in active if person.gender == gender]
        adults = sorted(mine, key=lambda p: (p.began_year is None or p.began_year - p.birth_year >= 18, rng.random()))
        settings = exactly(SETTINGS[gender], rng)
        for person, setting in zip(adults, settings, strict=True):
            person.main.setting = setting
            if setting == "business":
                person.main.sectors = (waiting.pop(),)
            elif setting == "begging_or_crime":
                person.main.sectors = ("begging" if gender == "woman" else "crime",)
            else:
                person.main.sectors = _at_home(rng)
                if setting == "domestic_and_business":
                    person.main.sectors += (rng.choice(BESIDE_HOME),)


def _at_home(rng: Random) -> tuple[str, ...]:
    first = some({"housework": 50, "childcare": 34, "elderly_care": 10, "disabled_care": 6}, rng)
    more = [s for s in ("housework", "childcare", "cooking") if s != first and rng.random() < 0.6]
    return (first, *more)


def _places(active: list[Person], rng: Random) -> None:
    near = exactly(NEAR_PARIS, rng)
    departments = exactly({"75": PARIS, "": 1} | dict.fromkeys(ELSEWHERE, 1), rng) + near
    rng.shuffle(departments)
    # Farms and vineyards are not in Paris: they take the departments elsewhere first.
    away = [d for d in departments if d in ELSEWHERE]
    inside = [d for d in departments if d not in ELSEWHERE and d]
    fields = [p for p in active if set(p.main.sectors) & {"agriculture", "vineyard"}]
    others = [p for p in active if p not in fields]
    abroad = rng.choice(
        [p for p in others if p.began_year is None and p.main.setting == "domestic" and p.country != "FR"]
    )
    others.remove(abroad)
    rng.shuffle(others)
    for person, department in zip(fields + others, away + inside, strict=True):
        person.main.department = department
    abroad.main.country, abroad.main.department = "LU", ""


def _hours(people: list[Person], rng: Random) -> None:
    chosen: list[tuple[Person, tuple[int, int]]] = []
    for names, counts in HOURS.items():
        mine = [p for p in people if p.cohort in names]
        bands = exactly(counts, rng)
        chosen += zip(pick(rng, mine, len(bands)), bands, strict=True)
    minutes = [rng.randrange(low, high + 1, 30) for _, (low, high) in chosen]
    shift_to_sum(minutes, [band for _, band in chosen], MINUTES, 30, rng)
    for (person, _), value, days in zip(chosen, minutes, exactly(DAYS, rng), strict=True):
        person.main.minutes_per_day, person.main.days_per_week = value, days
    for year, counts in CLOSED_HOURS.items():
        mine = [p for p in people if p.cohort in "FG" and p.opened_on.year == year]
        for person, (low, high) in zip(pick(rng, mine, len(mine)), exactly(counts, rng), strict=True):
            person.main.minutes_per_day, person.main.days_per_week = (
                rng.randrange(low, high + 1, 30),
                rng.choice((6, 7, 7)),
            )


def _pay(active: list[Person], rng: Random) -> None:
    for names, counts in PAY.items():
        mine = [p for p in active if p.cohort in names]
        bands = exactly(counts, rng)
        for person, (low, high) in zip(pick(rng, mine, len(bands)), bands, strict=True):
            person.main.pay_cents = rng.randrange(low, high + 1, 1000)
    best = [p for p in active if (p.main.pay_cents or 0) >= MORE[0]]
    rng.choice(best).main.pay_cents = MOST_PAID


def _abuses(active: list[Person], rng: Random) -> None:
    suffered: dict[int, list[str]] = {id(p): [] for p in active}
    for kind, n in ABUSES.items():
        for person in pick(rng, active, n):
            suffered[id(person)].append(kind)
    women = [p for p in active if p.gender == "woman"]
    sexual = pick(rng, women, SEXUAL)
    for person in sexual:
        suffered[id(person)].append("sexual")
    used = {id(p) for p in pick(rng, sexual, SEXUAL_EXPLOITATION)}
    for person in active:
        person.main.abuse_asked = "yes"
        person.main.abuses = tuple(suffered[id(person)])
        person.main.sexual_exploitation = "yes" if id(person) in used else "no"


def _closed(person: Person, rng: Random) -> None:
    main = person.main
    main.setting = some(SETTINGS[person.gender], rng)
    trade = some(WOMENS_TRADES if person.gender == "woman" else BUSINESS, rng)
    main.sectors = {"business": (trade,), "begging_or_crime": ("begging",)}.get(main.setting, _at_home(rng))
    main.department = some({"75": PARIS} | NEAR_PARIS | dict.fromkeys(ELSEWHERE, 1), rng)
    if main.minutes_per_day is None and person.opened_on.year < 2017 and rng.random() < 0.8:
        main.minutes_per_day, main.days_per_week = rng.randrange(600, 1080, 30), rng.choice((6, 7))
    if rng.random() < 0.85:
        main.pay_cents = rng.choice((0, 0, 0, 8000, 20000, 30000))
    main.abuse_asked = "yes"
    main.abuses = ("psychological",) if rng.random() < 0.85 else ()


def _dates(person: Person, rng: Random) -> None:
    main = person.main
    last = person.opened_on - timedelta(days=rng.randint(20, 80))
    if person.began_year is not None:
        # The file may open in the first days of the year after: the beginning leaves room for some months.
        month = rng.randint(1, 8 if person.began_year == person.opened_on.year - 1 else 12)
        main.began_on = date(person.began_year, month, 1)
        if rng.random() < 0.25:
            main.began_on, main.began_precision = date(person.began_year, month, rng.randint(1, 28)), "day"
        main.ended_on = day_in(
            rng, min(max(main.began_on + timedelta(days=120), last - timedelta(days=500)), last), last
        )
    else:
        main.ended_on = day_in(rng, last - timedelta(days=900), last) if rng.random() < 0.7 else None
    if main.ended_on is not None and main.began_on is not None and main.ended_on < main.began_on:
        main.ended_on = last
    if main.ended_on is not None:
        main.ended_precision = "day" if rng.random() < 0.5 else "month"
        first = main.ended_on.replace(day=1)
        if main.ended_precision == "month" and (main.began_on is None or first >= main.began_on):
            main.ended_on = first
        else:
            main.ended_precision = "day"


def _colour(person: Person, rng: Random) -> None:
    main, home = person.main, person.main.setting.startswith("domestic")
    main.night_work = some({"yes": 45, "no": 25, "unknown": 30}, rng)
    main.rest_days = "no" if main.days_per_week == 7 else some({"yes": 50, "unknown": 50}, rng)
    main.lodging = some(
        {"shared_room": 24, "common_space": 26, "own_room": 12, "insalubrious": 8, "correct": 8, "unknown": 22}
        if home
        else {"workplace": 26, "shared_room": 20, "insalubrious": 18, "truck": 6, "correct": 8, "unknown": 22},
        rng,
    )
    if "deprivation_of_food" in main.abuses:
        main.food = rng.choice(("insufficient", "leftovers", "deprived"))
    else:
        main.food = some({"sufficient": 30, "insufficient": 25, "leftovers": 15, "unknown": 30}, rng)
    main.documents_confiscated = some({"yes": 52, "no": 28, "unknown": 20}, rng)
    main.recruitment = some(
        {"family_circle": 30, "acquaintance": 24, "in_person_abroad": 14, "agency": 8, "internet": 6,
         "in_person_france": 12, "unknown": 6}, rng,
    )  # fmt: skip
    promises = {"salary": 30, "papers": 20, "good_conditions": 16, "none": 14, "unknown": 14, "marriage": 4}
    minor = person.began_year is not None and person.began_year - person.birth_year < 18
    main.promise = "schooling" if minor and rng.random() < 0.7 else some(promises, rng)
    drawn = {some(CONTROLS, rng) for _ in range(rng.randint(1, 4))}
    if main.documents_confiscated == "yes":
        drawn.add("documents_confiscated")
    else:
        drawn.discard("documents_confiscated")
    if "physical" in main.abuses:
        drawn.add("violence")
    main.controls = tuple(sorted(drawn))
    main.ending = some(
        {"escaped": 44, "helped_by_third_party": 26, "freed_by_police": 8, "dismissed": 12, "labour_inspection": 6,
         "unknown": 4}, rng,
    )  # fmt: skip


# --- how they came ----------------------------------------------------------------------------------------------------

# (gender, transport known?) → organiser → people. Transport and visa are known of the same 119 people.
PLANE_WOMEN = {"exploiter": 60, "self": 2, "family": 3, "recruiter": 1}
PLANE_MEN = {"exploiter": 2, "self": 4, "recruiter": 2, "smuggler": 1, "family": 1}
PLANE_UNKNOWN = 28
OTHER_TRANSPORT = {"boat": 5, "bus": 4, "car": 3, "train": 1, "several": 2}
OTHER_ORGANISERS = {"in_laws": 2, "exploiter": 1, "smuggler": 4, "self": 3, "family": 2}
UNKNOWN_TRANSPORT_ORGANISERS = {"in_laws": 7, "exploiter": 4, "family": 8, "self": 7, "recruiter": 4, "smuggler": 2}
WELCOME_VISAS = {"tourist": 71, "family_reunification": 23}
PLANE_OTHER_VISAS = {"work": 4, "student": 3, "diplomatic_staff": 2, "none": 1}
OTHER_VISAS = {"none": 10, "tourist": 4, "other": 1}
ABROAD = {"yes": 30, "no": 90}
SAME_EXPLOITER = {"yes": 24, "no": 4, "unknown": 2}
SECOND_EXPLOITATIONS = 8


def make_arrivals(people: list[Person], rng: Random) -> None:
    """Give everyone but the French their arrival, in the published numbers for the 200."""
    for person in people:
        if person.country != "FR":
            person.arrival = _when(person, rng)
    came = [p for p in people if p.cohort not in "FG" and p.arrival is not None]
    women = [p for p in came if p.gender == "woman"]
    men = [p for p in came if p.gender == "man"]
    by_plane = _take(women, sum(PLANE_WOMEN.values()), rng) + _take(men, sum(PLANE_MEN.values()), rng)
    organisers = exactly(PLANE_WOMEN, rng) + exactly(PLANE_MEN, rng)
    for person, organiser in zip(by_plane, organisers, strict=True):
        person.came.organised_by = organiser
    rest = women + men
    by_plane += _take(rest, PLANE_UNKNOWN, rng)
    for person, visa in zip(by_plane, exactly(WELCOME_VISAS | PLANE_OTHER_VISAS, rng), strict=True):
        person.came.transport, person.came.visa = "plane", visa
    rest.sort(
        key=lambda p: (
            p.country not in {"MA", "DZ", "TN", "RO", "BG", "MD", "AL", "UA", "PT", "ML", "GN"},
            rng.random(),
        )
    )
    otherwise, rest = rest[:15], rest[15:]
    organisers = [*exactly(OTHER_ORGANISERS, rng), "unknown", "unknown", "unknown"]
    _wives(otherwise, organisers)
    for person, transport, visa, organiser in zip(
        otherwise, exactly(OTHER_TRANSPORT, rng), exactly(OTHER_VISAS, rng), organisers, strict=True
    ):
        person.came.transport, person.came.visa, person.came.organised_by = transport, visa, organiser
    known = _take(rest, sum(UNKNOWN_TRANSPORT_ORGANISERS.values()), rng)
    organisers = exactly(UNKNOWN_TRANSPORT_ORGANISERS, rng)
    _wives(known, organisers)
    for person, organiser in zip(known, organisers, strict=True):
        person.came.organised_by = organiser
    _abroad(came, rng)
    for person in came:
        _paid(person, rng)


def _take(people: list[Person], n: int, rng: Random) -> list[Person]:
    taken = pick(rng, people, n)
    for person in taken:
        people.remove(person)
    return taken


def _wives(people: list[Person], organisers: list[str]) -> None:
    """In-laws organise the journey of a bride: these people come first in line for that answer."""
    people.sort(key=lambda p: (p.gender != "woman", p.main.setting != "domestic"))
    organisers.sort(key=lambda o: o != "in_laws")


def _when(person: Person, rng: Random) -> Arrival:
    began = person.main.began_on
    if began is not None and person.main.recruitment != "in_person_france":
        day = began - timedelta(days=rng.randint(0, 20))
        return Arrival(day.replace(day=1), "month")
    if began is not None:
        return Arrival(date(began.year - rng.randint(1, 3), 1, 1), "year")
    if rng.random() < 0.5:
        return Arrival(None, "day")
    return Arrival(date(person.opened_on.year - rng.randint(1, 6), 1, 1), "year")


def _abroad(came: Iterable[Person], rng: Random) -> None:
    answers = exactly(ABROAD, rng)
    known = pick(rng, list(came), len(answers))
    before = []
    for person, answer in zip(known, answers, strict=True):
        person.came.abroad_before = answer
        person.came.same_exploiter = "no" if answer == "no" else "unknown"
        if answer == "yes":
            before.append(person)
    for person, same in zip(before, exactly(SAME_EXPLOITER, rng), strict=True):
        person.came.same_exploiter = same
    for person in before[:SECOND_EXPLOITATIONS]:
        ended = person.main.began_on or (person.came.arrived_on)
        person.exploitations.append(
            Exploitation(
                country=rng.choice(("SA", "LB", "AE", "KW", "QA", "MA")),
                began_on=date(ended.year - 2, 1, 1) if ended else None, began_precision="year",
                ended_on=date(ended.year - 1, 1, 1) if ended else None, ended_precision="year",
                setting="domestic", sectors=("housework", "childcare"), controls=("documents_confiscated",),
                documents_confiscated="yes", recruitment="agency", abuse_asked="no", ending="other",
            )
        )  # fmt: skip


def _paid(person: Person, rng: Random) -> None:
    arrival = person.came
    known = arrival.organised_by not in ("unknown", "refused")
    arrival.paid_by = arrival.organised_by if known and rng.random() < 0.8 else "unknown"
    if arrival.organised_by in ("smuggler", "recruiter", "exploiter") and rng.random() < 0.25:
        arrival.debt_cents = rng.randrange(200_000, 1_500_000, 50_000)
    elif known and rng.random() < 0.4:
        arrival.debt_cents = 0
