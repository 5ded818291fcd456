"""A founding put back is the founding: the same rows, the same keys, a chain that goes on; and nothing shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections, transaction

from havre.accounts.models import Organisation, User
from havre.audit.models import Event
from havre.audit.queries import check_chain
from havre.vault import checking, signatures
from tests import founded as module
from tests.factories import found_organisation, take_alert
from tests.founded import _tables, founded


@pytest.fixture(autouse=True)
def _own_pins(
    settings: LazySettings, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HAVRE_OFFICER_KEYS_FILE = tmp_path_factory.mktemp("pins") / "officer_keys"
    monkeypatch.setattr(module, "_kept", {})


def undone(act: Callable[[], Any]) -> Any:
    """What it returns; what it wrote is taken back, as after a test."""
    with transaction.atomic(), transaction.atomic(using="keystore"):
        got = act()
        for alias in connections:
            transaction.set_rollback(True, using=alias)
    return got


def everything() -> dict[str, Any]:
    return {table.name: table.rows() for table in _tables()}


def both() -> tuple[Any, Any, dict[str, Any]]:
    return founded(found_organisation), founded(found_organisation, slug="other"), everything()


@pytest.mark.django_db
def test_the_second_time_has_the_rows_of_the_first(settings: LazySettings) -> None:
    first = undone(both)
    settings.HAVRE_OFFICER_KEYS_FILE.unlink()
    second = undone(both)
    assert first[2] == second[2]
    assert len(second[2]["audit_event"]) > 40
    assert first[0].organisation == second[0].organisation
    assert first[0].user("lawyer") is not second[0].user("lawyer"), "a test changes its own"
    assert len(signatures.pinned()) == 2


@pytest.mark.django_db
def test_put_back_it_works_and_what_comes_after_is_new() -> None:
    undone(both)
    house, other, _rows = both()
    alert = take_alert(house, narrative="They keep the papers.")
    assert house.fresh_vault("reception").open(alert, "narrative") == "They keep the papers."
    assert other.fresh_vault("lawyer").can_open("identity")
    assert check_chain().sound
    assert not checking.check([]).findings
    assert Event.objects.count() > 40


@pytest.mark.django_db
def test_it_is_done_for_real_where_something_was_before() -> None:
    kept = {made.organisation.pk for made in undone(both)[:2]}
    organisation = Organisation.objects.create(name="Before", slug="before")
    User.objects.create(username="before", display_name="B", organisation=organisation, role="lawyer", language="en")
    assert founded(found_organisation).organisation.pk not in kept
    assert founded(found_organisation, slug="other").organisation.pk not in kept
    assert check_chain().sound
