"""The plan made records: day after day from 1994 to 2019, through the services, under the keys of the invented team."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime

from django.db import transaction

from havre.accounts.models import Organisation
from havre.core import clock
from havre.demo.accounts import Account
from havre.demo.office import ZONE, Office, found_offices
from havre.demo.plan import Plan, make_plan
from havre.demo.plan.team import MAIN_SLUG, PARTNERS
from havre.demo.sharing import share
from havre.demo.steps import Script
from havre.vault.directory import gathering
from havre.vault.services import new_cases

# After the last step of the plan.
LAST_EVENING = datetime(2019, 12, 31, 23, 30, tzinfo=ZONE)

Say = Callable[[str], None]


def is_loaded() -> bool:
    """Is the invented organisation in this database?"""
    return Organisation.objects.filter(slug=MAIN_SLUG).exists()


def tell(line: str) -> None:
    """A line of progress for whoever waits."""
    print(f"  {line}", file=sys.stderr, flush=True)


def load(plan: Plan | None = None, *, say: Say = tell, whole: bool = True) -> list[Account]:
    """Load the caseload into the present databases. Returns the accounts to print.

    `whole`: in one transaction, or not at all. Files that are thrown away when the load fails do without it.
    """
    plan = plan or make_plan()
    was_on = gc.isenabled()
    gc.disable()  # hundreds of thousands of rows live until the end: walking them again and again costs a third
    try:
        with ExitStack() as stack:
            if whole:
                stack.enter_context(transaction.atomic(using="keystore"))
                stack.enter_context(transaction.atomic())
            say("founding the organisations: keys and passphrases")
            main, partner = found_offices()
            # One segment of the directory of names each, in place of thousands.
            stack.enter_context(gathering(main.vault))
            stack.enter_context(gathering(partner.vault))
            _run(_main_script(main, plan), say)
            with clock.travel(LAST_EVENING):
                share(main)
            _run(_partner_script(partner, plan), lambda line: None)
    finally:
        if was_on:
            gc.enable()
    return [*main.accounts, *partner.accounts]


def _main_script(office: Office, plan: Plan) -> Script:
    cases = iter(new_cases(office.organisation, len(plan.alerts) + len(plan.people) + len(plan.exploiters)))
    script = Script(office, plan, cases)
    script.directory(PARTNERS, date(2016, 12, 1))
    for i, person in enumerate(plan.people):
        script.person(i, person)
    for i, alert in enumerate(plan.alerts):
        script.alert(i, alert)
    for task in plan.tasks:
        script.task(task)
    return script


def _partner_script(office: Office, plan: Plan) -> Script:
    office.users = {"coordinator": office.users["partner_coordinator"], "lawyer_1": office.users["partner_lawyer"]}
    script = Script(office, plan, iter(new_cases(office.organisation, len(plan.partner_alerts))))
    for i, alert in enumerate(plan.partner_alerts):
        script.alert(i, alert, taken_by="coordinator")
    return script


def _run(script: Script, say: Say) -> None:
    """Take every step at its time, in the order of time: the audit log reads as the years went."""
    year = 0
    for step in sorted(script.steps):
        if step.at.year != year and step.at.year >= 2017:
            say(f"{step.at.year}: alerts, studies, interviews, decisions, files")
        year = step.at.year
        with clock.travel(step.at):
            step.do()
