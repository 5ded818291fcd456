"""The caseload once loaded: the plan's records, sealed, dated, each with its author and its trace."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from havre.accounts.models import Organisation, User
from havre.accounts.permissions import ROLES
from havre.audit.models import Event
from havre.audit.queries import check_chain
from havre.casefiles.models import Exploitation, File, Note, Period, Person, Task
from havre.casefiles.services import write_note
from havre.core import clock
from havre.demo.accounts import Account
from havre.demo.load import LAST_EVENING, load
from havre.demo.plan import Plan, make_plan
from havre.demo.plan.margins import PARIS_REGION
from havre.intake.models import Alert, Contact, Decision, Interview, Redirection
from havre.vault import directory, sessions
from havre.vault.errors import NotGranted
from havre.vault.keystore.models import DirectorySegment
from havre.vault.models import InboxItem
from havre.vault.opened import OpenVault

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Caseload:
    plan: Plan
    accounts: list[Account]

    def vault(self, username: str) -> OpenVault:
        """The vault that this person's passphrase opens."""
        account = next(a for a in self.accounts if a.username == username)
        user = User.objects.get(username=username)
        private = sessions.unlock(user, account.passphrase)
        assert private is not None
        return OpenVault(user, private)


def part_of(plan: Plan) -> Plan:
    """A tenth of a caseload: the last months, whole paths only. PostgreSQL needs no more to show the same rules."""
    part = copy.deepcopy(plan)
    first = date(2019, 8, 20)
    people = {
        i: person
        for i, person in enumerate(part.people)
        if (person.alert is None and i % 12 == 0)
        or (person.alert is not None and part.alerts[person.alert].received_at.date() >= first)
    }
    alerts = {
        i: alert
        for i, alert in enumerate(part.alerts)
        if alert.received_at.date() >= first and (alert.person is None or alert.person in people)
    }
    new_person, new_alert = {old: new for new, old in enumerate(people)}, {old: new for new, old in enumerate(alerts)}
    for alert in alerts.values():
        alert.person = None if alert.person is None else new_person[alert.person]
        alert.former = None if alert.former is None else new_person.get(alert.former)
    for person in people.values():
        person.alert = None if person.alert is None else new_alert[person.alert]
    part.people, part.alerts = list(people.values()), list(alerts.values())
    kept = [t for t in part.tasks if t.person in new_person or (t.alert is not None and t.alert in new_alert)]
    for task in kept:
        task.person = None if task.person is None else new_person[task.person]
        task.alert = None if task.alert is None else new_alert[task.alert]
    part.tasks = kept
    return part


@pytest.fixture(scope="module")
def caseload(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Caseload]:
    """Loaded once for this module, and undone after it."""
    with django_db_blocker.unblock(), transaction.atomic(using="keystore"), transaction.atomic():  # type: ignore[attr-defined]
        plan = make_plan() if connection.vendor == "sqlite" else part_of(make_plan())
        yield Caseload(plan, load(plan, say=lambda line: None))
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="keystore")


@pytest.fixture(autouse=True)
def _loaded(caseload: Caseload) -> None:
    """Every test of this module reads it."""


def main() -> Organisation:
    return Organisation.objects.get(slug="havre")


def test_as_many_records_as_planned(caseload: Caseload) -> None:
    plan = caseload.plan
    alerts = Alert.objects.filter(organisation=main())
    assert Counter(alerts.values_list("year", "status")) == Counter((a.year, a.end) for a in plan.alerts)
    levels = Counter(alerts.filter(level_reached__gte=1).values_list("year", flat=True))
    assert levels == Counter(a.year for a in plan.alerts if a.level >= 1)
    assert Interview.objects.count() == sum(len(a.interviews) for a in plan.alerts)
    assert Decision.objects.count() == sum(len(a.decisions) for a in plan.alerts)
    assert Redirection.objects.count() == sum(len(a.redirections) for a in plan.alerts)
    made = sum(len(a.contacts) for a in [*plan.alerts, *plan.partner_alerts])
    assert Contact.objects.count() == made
    assert Person.objects.count() == File.objects.count() == len(plan.people)
    assert Period.objects.count() == sum(len(p.periods) for p in plan.people)
    assert Exploitation.objects.count() == sum(len(p.exploitations) for p in plan.people)
    notes = [n for p in plan.people for n in p.notes]
    to_inbox = [n for n in notes if n.compartment == "psychology" and n.by != "psychologist"]
    assert (Note.objects.count(), InboxItem.objects.count()) == (len(notes) - len(to_inbox), len(to_inbox))


def test_everybody_is_found_by_name_and_the_directory_is_one_segment(caseload: Caseload) -> None:
    vault = caseload.vault("lawyer2")
    person = Person.objects.filter(organisation=main()).exclude(names=None).earliest("number")
    hits = directory.search(vault, vault.open(person, "names"), kinds=["person"])
    assert person.pk in [hit.row for hit in hits]
    assert DirectorySegment.objects.filter(organisation_id=main().pk).count() == 1


def test_numbers_follow_the_order_of_receipt() -> None:
    alerts = Alert.objects.filter(organisation=main(), year=2019).order_by("number")
    moments = list(alerts.values_list("received_at", flat=True))
    assert moments == sorted(moments)
    assert [a.reference for a in alerts] == [f"A-2019-{n:04d}" for n in range(1, len(moments) + 1)]


def test_published_margins_in_the_records(postgres: bool) -> None:
    """Counted plainly, from the database: the catalogue of figures is tested elsewhere."""
    if postgres:
        pytest.skip("PostgreSQL gets a part of the caseload")
    alerts = Alert.objects.filter(organisation=main(), year=2019)
    accompanied = alerts.filter(decisions__outcome__startswith="accompany").distinct().count()
    assert (alerts.count(), alerts.filter(level_reached__gte=2).count(), accompanied) == (380, 106, 45)
    delays = [(a.first_action_on - timezone.localdate(a.received_at)).days for a in alerts if a.first_action_on]
    assert sum(delays) == 17 * len(delays)
    assert min(delays) >= 0
    redirected = Counter(Redirection.objects.filter(alert__in=alerts, main=True).values_list("category", flat=True))
    assert (sum(redirected.values()), redirected["labour_law"], redirected["police"]) == (325, 104, 4)
    active = Q(periods__opened_on__lte=date(2019, 12, 31)) & (
        Q(periods__closed_on=None) | Q(periods__closed_on__gte=date(2019, 1, 1))
    )
    files = File.objects.filter(active, person__organisation=main()).distinct()
    people = Person.objects.filter(file__in=files)
    assert (people.count(), people.filter(gender="man").count()) == (200, 52)
    assert sum(2019 - year for year in people.values_list("birth_year", flat=True) if year) == 39 * 200
    lived = Exploitation.objects.filter(person__in=people, rank=1)
    assert lived.filter(department__in=PARIS_REGION).count() == 172
    assert lived.filter(abuses__abuse="psychological").count() == 176
    assert lived.filter(sectors__main=True, sectors__sector="catering_food", setting="business").count() == 15
    minutes = [m for m in lived.values_list("minutes_per_day", flat=True) if m is not None]
    assert (len(minutes), sum(minutes)) == (170, 149_940)


def test_everything_has_its_date_and_its_trace() -> None:
    check = check_chain()
    assert check.sound, check.why
    assert check.length == Event.objects.count() > 500
    instants = list(Event.objects.filter(organisation_id=main().pk).order_by("number").values_list("at", flat=True))
    assert instants == sorted(instants)
    assert instants[-1] <= datetime(2019, 12, 31, 23, 59, tzinfo=UTC)
    assert not Event.objects.filter(actor_id=None).exists()


def test_each_role_opens_its_compartments_and_no_other(caseload: Caseload) -> None:
    for account in caseload.accounts:
        vault = caseload.vault(account.username)
        assert vault.compartments == ROLES[account.role].compartments, account.username


def test_what_was_sealed_opens_for_those_who_may(caseload: Caseload) -> None:
    planned = {a.narrative for a in caseload.plan.alerts}
    alert = Alert.objects.filter(organisation=main(), year=2019).order_by("number")[11]
    assert caseload.vault("reception").open(alert, "narrative") in planned
    person = Person.objects.get(code="P-0001")
    assert caseload.vault("lawyer2").open(person, "names") in {p.names for p in caseload.plan.people}
    psychologist = caseload.vault("psychologist")
    note = write_note(File.objects.all()[0], "psychology", "Séance.", by=psychologist.user, vault=psychologist)
    assert isinstance(note, Note)
    assert psychologist.open(note, "text") == "Séance."
    with pytest.raises(NotGranted):
        caseload.vault("coordinator").open(note, "text")
    for item in InboxItem.objects.all():
        assert caseload.vault("psychologist").open_inbox(item).startswith("Dort mal")


def test_the_interpreter_opens_the_files_they_were_given_and_a_restricted_one_opens_to_those_named(
    caseload: Caseload,
) -> None:
    interpreter = caseload.vault("volunteer")
    given = Person.objects.filter(case__grants__user=interpreter.user).distinct()
    assert len(given) == 2
    with clock.travel(LAST_EVENING):  # it was given for a month
        assert all(interpreter.open(person, "names") for person in given)
        interpreter.forget()
    for person in Person.objects.filter(organisation=main()).exclude(pk__in=given).exclude(names=None)[:20]:
        with pytest.raises(NotGranted):
            interpreter.open(person, "names")
    for restricted in Person.objects.filter(organisation=main()).exclude(case__restricted_at=None):
        assert caseload.vault("lawyer").open(restricted, "names")
        with pytest.raises(NotGranted):
            caseload.vault("lawyer2").open(restricted, "names")


def test_the_partner_sees_nothing_of_the_main_organisation(caseload: Caseload) -> None:
    partner = Organisation.objects.get(slug="rivage")
    assert Alert.objects.filter(organisation=partner).count() == 2
    with pytest.raises(NotGranted):
        caseload.vault("rivage").seal(Alert.objects.filter(organisation=main())[0], narrative="x")


def test_urgent_answers_opened_a_task_that_was_done() -> None:
    urgent = Task.objects.filter(kind="urgent_answer")
    assert urgent.exists()
    assert not urgent.filter(done_at=None).exists()
    assert Task.objects.filter(done_at=None).count() >= 5
