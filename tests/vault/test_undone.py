"""A transaction rolled back must not leave the open vault believing what the database no longer says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.intake.models import Contact
from havre.vault.models import CaseKey
from tests.vault.house import House, again, alert, note, person


class Undo(Exception):
    """A service that failed after its work."""


def _undone(work: Callable[[], Any]) -> None:
    with contextlib.suppress(Undo), transaction.atomic():
        work()
        raise Undo


def test_a_case_key_that_was_rolled_back_is_made_again(house: House) -> None:
    about, vault = person(house), house.vault(Role.LAWYER)
    _undone(lambda: note(about, "legal", "first try", vault))
    assert not CaseKey.objects.filter(case=about.case).exists()
    row = note(about, "legal", "second try", vault)
    assert house.vault(Role.COORDINATOR).open(again(row), "text") == "second try"


def test_the_key_a_colleague_made_meanwhile_is_the_one_used(house: House) -> None:
    about, vault = person(house), house.vault(Role.LAWYER)
    _undone(lambda: note(about, "legal", "first try", vault))
    note(about, "legal", "a colleague's", house.vault(Role.COORDINATOR))
    row = note(about, "legal", "second try", vault)
    assert house.vault(Role.COORDINATOR).open(again(row), "text") == "second try"


def test_a_colleague_faster_by_an_instant_gives_the_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our look and our writing, theirs was written."""
    about, vault = person(house), house.vault(Role.LAWYER)
    asked = vault.compartment_key

    def after_a_colleague(kind: str) -> Any:
        note(about, kind, "a colleague's", house.vault(Role.COORDINATOR))
        return asked(kind)

    monkeypatch.setattr(vault, "compartment_key", after_a_colleague)
    row = note(about, "legal", "ours", vault)
    assert CaseKey.objects.filter(case=about.case, kind="legal").count() == 1
    assert house.vault(Role.COORDINATOR).open(again(row), "text") == "ours"


def test_a_reading_whose_trace_was_rolled_back_is_told_again(house: House) -> None:
    row, vault = alert(house, person_name="Awa"), house.vault(Role.LAWYER)
    _undone(lambda: vault.read(row, "person_name"))
    before = Event.objects.filter(kind="vault.read").count()
    assert vault.read(row, "person_name") == {"person_name": "Awa"}
    assert Event.objects.filter(kind="vault.read").count() == before + 1


def test_the_same_reading_is_told_once_a_request(house: House) -> None:
    row, vault = alert(house, person_name="Awa", narrative="…"), house.vault(Role.LAWYER)
    for _ in range(3):
        vault.read(row, "person_name", "narrative")
    assert [e.target for e in Event.objects.filter(kind="vault.read")] == [row.reference]
    house.vault(Role.LAWYER).read(row, "person_name")
    assert Event.objects.filter(kind="vault.read").count() == 2


def test_reading_what_is_empty_or_closed_leaves_no_trace_of_a_reading(house: House) -> None:
    row = alert(house)
    assert house.vault(Role.LAWYER).read(row, "person_name") == {"person_name": ""}
    assert not Event.objects.filter(kind="vault.read").exists()


def test_a_reading_names_the_record_by_its_code_and_says_nothing_of_it(house: House) -> None:
    row, vault = alert(house, person_name="Awa"), house.vault(Role.LAWYER)
    contact = Contact(alert=row, at=row.received_at, kind="phone", with_whom="person", by=vault.user)
    vault.seal(contact, note="called at noon")
    contact.save()
    vault.read(contact, "note")
    event = Event.objects.get(kind="vault.read")
    assert (event.target, event.detail, event.actor_id) == (row.reference, {"compartment": "identity"}, vault.user.pk)
