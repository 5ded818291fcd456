"""The planned caseload has the margins of the published report, whatever the seed, and does not contradict itself."""

from __future__ import annotations

import copy
import dataclasses
from datetime import date, timedelta

import pytest

from havre.core import codelists, grids
from havre.demo.plan import Plan, check_margins, make_plan
from havre.demo.plan.paths import LEVEL_1, LEVEL_2
from havre.demo.plan.team import PARTNERS, TEAM

UNIT_ROLES = {"social": "social_worker", "legal": "lawyer", "psychology": "psychologist"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan()


@pytest.mark.parametrize("seed", [0, 1, 7, 1994, 2019])
def test_margins_hold_whatever_the_seed(seed: int) -> None:
    check_margins(make_plan(seed))


def test_a_seed_gives_one_caseload(plan: Plan) -> None:
    assert dataclasses.asdict(make_plan()) == dataclasses.asdict(plan)
    assert dataclasses.asdict(make_plan(7)) != dataclasses.asdict(plan)


def test_the_margins_are_really_checked(plan: Plan) -> None:
    """One fact changed in one record is noticed, and named."""

    def moved(change: str) -> str:
        other = copy.deepcopy(plan)
        person = next(p for p in other.people if p.cohort == "A" and p.gender == "man" and p.main.minutes_per_day)
        alert = next(a for a in other.alerts if a.year == 2019 and a.redirections)
        match change:
            case "gender":
                person.gender = "woman"
            case "hours":
                person.main.minutes_per_day = 20 * 60
            case "source":
                alert.source_family = "specialised"
            case "delay":
                assert alert.first_action_on
                alert.first_action_on -= timedelta(days=1)
            case "age":
                person.birth_year -= 1
            case "end":
                person.main.ended_on = person.opened_on
        with pytest.raises(ValueError, match="misses its margins") as caught:
            check_margins(other)
        return str(caught.value)

    assert "men in the active files" in moved("gender")
    assert "minutes a day" in moved("hours")
    assert "sources of 2019" in moved("source")
    assert "days to the first action" in moved("delay")
    assert "sum of the ages" in moved("age")
    assert "ends after the file opens" in moved("end")


def test_every_code_exists(plan: Plan) -> None:
    wanted: dict[str, set[str]] = {}

    def use(name: str, *codes: str) -> None:
        wanted.setdefault(name, set()).update(code for code in codes if code)

    for alert in [*plan.alerts, *plan.partner_alerts]:
        use("channel", alert.channel)
        use("source", alert.source_family, alert.source_kind)
        assert codelists.get("source").parent(alert.source_kind) == alert.source_family
        use("department", alert.department)
        use("gender", alert.gender)
        use("urgency", alert.urgency)
        use("asked_for", *alert.asked)
        use("redirection", *(r.category for r in alert.redirections))
        use("decision_outcome", *(d.outcome for d in alert.decisions))
        use("contact_kind", *(c.kind for c in alert.contacts))
        use("contact_with", *(c.with_whom for c in alert.contacts))
        use("interpreter", *(i.interpreter for i in alert.interviews))
        use("language", *(i.language for i in alert.interviews))
    for person in plan.people:
        use("country", person.country)
        use("language", *person.languages)
        use("unit", *(p.unit for p in person.periods))
        use("close_reason", *(p.reason for p in person.periods))
        if person.arrival is not None:
            use("transport", person.arrival.transport)
            use("visa", person.arrival.visa)
            use("organised_by", person.arrival.organised_by)
            use("paid_by", person.arrival.paid_by)
        for e in person.exploitations:
            use("country", e.country)
            use("department", e.department)
            use("setting", e.setting)
            use("sector", *e.sectors)
            use("lodging", e.lodging)
            use("food", e.food)
            use("recruitment", e.recruitment)
            use("promise", e.promise)
            use("control", *e.controls)
            use("abuse", *e.abuses)
            use("exploitation_end", e.ending)
            use("exploiter_relation", e.relation)
    use("exploiter_status", *(e.status for e in plan.exploiters))
    use("task_kind", *(t.kind for t in plan.tasks))
    use("partner_category", *(p[1] for p in PARTNERS))
    for name, codes in wanted.items():
        assert not codes - set(codelists.get(name).codes), name
    grid = grids.get("2019-1")
    assert {q.code for q in grid.questions(1)} >= set(LEVEL_1)
    assert {q.code for q in grid.questions(2)} >= set(LEVEL_2)


def test_the_team_has_every_role() -> None:
    from havre.accounts.permissions import ROLES

    assert {member.role for member in TEAM} == set(ROLES)


def test_who_acts_is_of_the_right_profession(plan: Plan) -> None:
    roles = {member.key: member.role for member in TEAM}
    for alert in plan.alerts:
        for interview in alert.interviews:
            assert (roles[interview.lawyer], roles[interview.social_worker]) == ("lawyer", "social_worker")
        for decision in alert.decisions:
            assert len({roles[key] for key in decision.participants}) >= 2
    for person in plan.people:
        for period in person.periods:
            assert roles[period.in_charge] == UNIT_ROLES[period.unit]


def test_nobody_is_contacted_without_agreement(plan: Plan) -> None:
    for alert in plan.alerts:
        if any(c.with_whom == "person" for c in alert.contacts) or alert.interviews:
            assert alert.agreement == "yes"


def test_phones_are_of_the_ranges_kept_for_fiction(plan: Plan) -> None:
    numbers = [p.phones for p in plan.people] + [a.person_contact for a in plan.alerts if a.person_contact]
    assert all(number.startswith(("01 99 00 ", "06 39 98 ")) for number in numbers)


def test_the_office_is_at_work_on_the_last_day(plan: Plan) -> None:
    """Alerts wait at every level, tasks are due, some files have been silent for two months."""
    last = date(2019, 12, 31)
    assert {a.end for a in plan.alerts if a.end not in ("opened", "redirected", "declined", "refused")} == {
        "received", "studying", "studied", "interviewed", "adjourned",
    }  # fmt: skip
    assert any(t.done_on is None and t.due_on < last for t in plan.tasks)
    assert any(t.done_on is None and t.due_on >= last for t in plan.tasks)
    followed = [p for p in plan.people if p.cohort not in "FG" and p.closed_on is None]
    silent = [p for p in followed if max(c.at.date() for c in p.contacts) < last - timedelta(days=60)]
    assert 5 <= len(silent) <= 20
    assert any(n.compartment == "psychology" and n.by != "psychologist" for p in followed for n in p.notes)
