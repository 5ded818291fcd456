"""The caseload as a plan: from a seed, the same people and alerts, with margins equal to the published ones."""

from __future__ import annotations

from random import Random

from havre.demo.plan import alerts, daily, people, situations
from havre.demo.plan.margins import check_margins
from havre.demo.plan.shapes import Plan

__all__ = ["SEED", "Plan", "check_margins", "make_plan"]

SEED = 2019


def make_plan(seed: int = SEED) -> Plan:
    """Draw the whole caseload. Raises `ValueError` when a margin could not be met."""
    rng = Random(seed)
    plan = Plan(seed)
    plan.people = people.make_people(rng)
    situations.make_situations(plan.people, rng)
    situations.make_arrivals(plan.people, rng)
    daily.identities(plan.people, rng)
    plan.alerts = alerts.make_alerts(plan.people, rng)
    plan.partner_alerts = alerts.partner_alerts(rng)
    daily.former_beneficiaries(plan, rng)
    daily.dependants(plan.people, rng)
    daily.exploiters(plan, rng)
    daily.contacts_and_notes(plan, rng)
    daily.last_alerts(plan)
    daily.tasks(plan, rng)
    check_margins(plan)
    return plan
