"""Who the person is, how they came, who depends on them (R36-R47)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.facts import ArrivalFacts, PersonFacts, coded, distinct, sealed
from havre.casefiles.finding import COLUMNS, index
from havre.casefiles.models import Arrival, Dependant, Person
from havre.casefiles.services.shared import agree, allowed, locked, replace
from havre.core.fields import Answer
from havre.vault.opened import OpenVault


@transaction.atomic
def change_person(person: Person, facts: PersonFacts, *, revision: int, by: User, vault: OpenVault) -> Person:
    """Write what is now known of a person. Raises `Conflict` when somebody saved since `revision`."""
    person = locked(person)
    allowed(by, P.FILE_EDIT, person.organisation_id)
    agree(person, revision)
    changed = _set(person, coded(facts, Person))
    # A text that says the same is not sealed again: the log then names only what changed.
    texts = {name: text for name, text in sealed(facts, Person).items() if vault.open(person, name) != text}
    columns = vault.seal(person, **texts)
    person.revision += 1
    person.save(update_fields=[*changed, *columns, "revision"])
    if {*COLUMNS["person"], *COLUMNS["person_contact"]} & set(texts):
        index(vault, person)
    replace(person.nationalities, "country", distinct(facts.nationalities), person=person)
    replace(person.languages, "language", distinct(facts.languages), person=person)
    record("casefiles.person.changed", by=by, target=person.code, fields=sorted([*changed, *texts]))
    return person


def _set(row: Any, values: dict[str, Any]) -> list[str]:
    """Put values in a row; the names of those that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


@transaction.atomic
def record_arrival(person: Person, facts: ArrivalFacts, *, by: User, revision: int | None = None) -> Arrival:
    """Write how the person came. `revision` is None the first time; raises `Conflict` when it was written meanwhile."""
    allowed(by, P.FILE_EDIT, person.organisation_id)
    locked(person)
    arrival = Arrival.objects.select_for_update().filter(person=person).first()
    values = coded(facts, Arrival)
    if arrival is None:
        arrival = Arrival.objects.create(person=person, **values)
        changed = sorted(values)
    else:
        agree(arrival, revision if revision is not None else 0)
        changed = _set(arrival, values)
        arrival.revision += 1
        arrival.save(update_fields=[*changed, "revision"])
    record("casefiles.arrival.recorded", by=by, target=person.code, fields=changed)
    return arrival


@transaction.atomic
def add_dependant(
    person: Person,
    *,
    by: User,
    vault: OpenVault,
    birth_year: int | None = None,
    birth_year_answer: str = Answer.UNKNOWN,
    directly_affected: str = "unknown",
    name: str = "",
) -> Dependant:
    """A child or another dependant of the person (R43)."""
    allowed(by, P.FILE_EDIT, person.organisation_id)
    if birth_year is not None:
        birth_year_answer = Answer.KNOWN
    elif birth_year_answer == Answer.KNOWN:
        birth_year_answer = Answer.UNKNOWN
    dependant = Dependant(
        person=person, birth_year=birth_year, birth_year_answer=birth_year_answer, directly_affected=directly_affected
    )
    vault.seal(dependant, name=name)
    dependant.save(force_insert=True)
    record("casefiles.dependant.added", by=by, target=person.code)
    return dependant
