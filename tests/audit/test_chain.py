"""The log: written with the change it tells, in one chain; whatever is done to it afterwards is seen (T10)."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from havre.audit import queries
from havre.audit.chain import GENESIS, canonical, link
from havre.audit.models import Event, Head
from havre.audit.queries import check_chain, events_about, events_of, holds
from havre.audit.services import content_of, record, record_many
from havre.core import clock

pytestmark = pytest.mark.django_db


class Somebody:
    """Whoever acts."""

    pk = uuid.UUID(int=1)
    organisation_id = uuid.UUID(int=2)


ME = Somebody()


@pytest.fixture
def ten() -> list[Event]:
    """Ten honest events."""
    return [record("intake.alert.taken", by=ME, target=f"A-2019-{n:04}", channel="phone", rank=n) for n in range(10)]


@pytest.fixture
def unprotected() -> None:
    """What someone who owns the database does first. The test's transaction puts the triggers back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("no_update", "no_delete", "no_replace"):
                cursor.execute(f"DROP TRIGGER audit_event_{name}")
        else:
            cursor.execute("DROP TRIGGER audit_event_append_only ON audit_event")


def test_an_empty_log_is_sound() -> None:
    assert check_chain() == queries.Check(0, True)


@pytest.mark.promise("T10")
def test_events_follow_each_other(ten: list[Event]) -> None:
    assert check_chain() == queries.Check(10, True)
    events = list(Event.objects.order_by("number"))
    assert [e.number for e in events] == list(range(1, 11))
    assert events[0].previous == GENESIS
    assert all(after.previous == before.hash for before, after in itertools.pairwise(events))
    assert Head.objects.get().hash == events[-1].hash


def test_an_event_says_who_what_and_about_which_record(ten: list[Event]) -> None:
    event = Event.objects.get(number=3)
    assert (event.kind, event.actor_id, event.organisation_id) == ("intake.alert.taken", ME.pk, ME.organisation_id)
    assert (event.target, event.detail) == ("A-2019-0002", {"channel": "phone", "rank": 2})


@pytest.mark.promise("T10")
def test_the_hash_covers_everything(ten: list[Event]) -> None:
    covered = content_of(ten[4])
    assert {f.name.removesuffix("_id") for f in Event._meta.fields} == set(covered) | {"previous", "hash"}
    for name, value in covered.items():
        assert link(ten[4].previous, {**covered, name: "something else"}) != ten[4].hash, (name, value)


def test_the_chain_does_not_depend_on_the_time_zone_it_was_written_in() -> None:
    with clock.travel(datetime(2019, 7, 1, 10, 0, tzinfo=UTC)):
        record("intake.alert.taken", by=ME)
    assert check_chain().sound
    assert Event.objects.get().at == datetime(2019, 7, 1, 10, 0, tzinfo=UTC)


def test_several_events_at_once_keep_their_order() -> None:
    made = record_many([("a.b", f"T{n}", {"n": n}) for n in range(5)], by=ME)
    assert (
        [e.target for e in Event.objects.order_by("number")] == [e.target for e in made] == [f"T{n}" for n in range(5)]
    )
    assert record_many([], by=ME) == []
    assert check_chain() == queries.Check(5, True)


# --- whatever is done to it -------------------------------------------------------------------------------------------

CHANGES: dict[str, Any] = {
    "kind": "intake.alert.opened", "at": datetime(2018, 1, 1, tzinfo=UTC), "actor_id": uuid.UUID(int=9),
    "organisation_id": uuid.UUID(int=9), "target": "A-2019-9999", "detail": {"channel": "email"}, "actor": None, "previous": "f" * 64,
}  # fmt: skip


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("name", CHANGES)
def test_an_edited_event_is_seen(ten: list[Event], name: str) -> None:
    column = "actor_id" if name == "actor" else name
    Event.objects.filter(number=4).update(**{column: CHANGES[name]})
    result = check_chain()
    assert (result.sound, result.broken_at) == (False, 4)


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
def test_an_edited_event_with_its_hash_done_again_is_seen(ten: list[Event]) -> None:
    event = Event.objects.get(number=4)
    event.target, event.at = "A-2019-9999", event.at.astimezone(UTC)
    event.hash = link(event.previous, content_of(event))
    event.save()
    assert check_chain().broken_at == 5


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_removed_event_is_seen(ten: list[Event], number: int) -> None:
    Event.objects.filter(number=number).delete()
    result = check_chain()
    assert (result.sound, result.broken_at) == (False, number)
    assert result.why == ("the end of the log was cut off" if number == 10 else "an event is missing")


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
def test_a_removed_event_with_numbers_closed_up_is_seen(ten: list[Event]) -> None:
    Event.objects.filter(number=4).delete()
    for number in range(5, 11):
        Event.objects.filter(number=number).update(number=F("number") - 1)
    assert check_chain().broken_at == 4


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
def test_two_events_exchanged_are_seen(ten: list[Event]) -> None:
    for now, then in ((4, 99), (5, 4), (99, 5)):
        Event.objects.filter(number=now).update(number=then)
    assert check_chain().broken_at == 4


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("and_the_head", [False, True])
def test_an_end_cut_off_is_seen(ten: list[Event], and_the_head: bool) -> None:
    Event.objects.filter(number__gt=7).delete()
    if and_the_head:
        Head.objects.all().delete()
    assert not check_chain().sound


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
def test_an_event_slipped_in_is_seen(ten: list[Event]) -> None:
    Event.objects.create(number=11, at=clock.now(), kind="a.b", previous=ten[-1].hash, hash="0" * 64)
    assert check_chain().broken_at == 11


@pytest.mark.promise("T10")
@pytest.mark.usefixtures("unprotected")
def test_an_end_cut_off_and_written_again_is_seen_by_who_saw_the_first(ten: list[Event]) -> None:
    """The chain alone cannot see it: that is what pins are for (tests/vault/test_letters.py)."""
    pin = {"number": 9, "hash": ten[8].hash}
    assert holds(pin)
    Event.objects.filter(number__gt=5).delete()
    Head.objects.update(number=5, hash=ten[4].hash)
    for _ in range(5):
        record("a.b", by=ME)
    assert check_chain().sound
    assert not holds(pin)


@pytest.mark.promise("T10")
def test_without_its_head_the_log_takes_no_more_event(ten: list[Event]) -> None:
    Head.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        record("a.b", by=ME)


# --- the database refuses -----------------------------------------------------------------------------------------------


def _replace() -> None:
    """SQLite's way of changing a row without an UPDATE; PostgreSQL's."""
    event = Event.objects.get(number=1)
    event.kind = "x.y"
    if connection.vendor != "sqlite":
        Event.objects.bulk_create([event], update_conflicts=True, unique_fields=["number"], update_fields=["kind"])
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO audit_event (number, at, kind, target, detail, previous, hash) "
            "VALUES (1, '2019-01-01', 'x.y', '', '{}', '', 'other')"
        )


@pytest.mark.promise("T10")
@pytest.mark.parametrize(
    "act",
    [
        lambda: Event.objects.filter(number=1).update(kind="x.y"),
        lambda: Event.objects.filter(number=1).delete(),
        lambda: Event.objects.get(number=1).save(),
        lambda: Event.objects.all().delete(),
        _replace,
    ],
    ids=["update", "delete", "save", "delete all", "replace"],
)
def test_the_database_refuses_to_change_the_log(ten: list[Event], act: Any) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert check_chain() == queries.Check(10, True)


@pytest.mark.promise("T10")
@pytest.mark.postgres
def test_the_database_refuses_to_empty_the_log(ten: list[Event]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event")


# --- with the change, or not at all -------------------------------------------------------------------------------------


class Undo(Exception):
    """A service that fails."""


def test_a_change_rolled_back_leaves_no_event(ten: list[Event]) -> None:
    def service() -> None:
        with transaction.atomic():
            record("a.b", by=ME)
            raise Undo

    with pytest.raises(Undo):
        service()
    assert check_chain() == queries.Check(10, True)
    record("c.d", by=ME)
    assert check_chain() == queries.Check(11, True)


# --- ids and verbs only -------------------------------------------------------------------------------------------------


@pytest.mark.promise("T16")
@pytest.mark.parametrize(
    "text",
    [
        "Fatou Diallo",
        "a\nb",
        "x" * 61,
        "she slept in the kitchen",
        "a\tb",
        "نامت في المطبخ",
        ["fine", "not fine"],
        ("a b",),
    ],
)
def test_a_detail_is_not_a_text(text: Any) -> None:
    with pytest.raises(ValueError, match="not texts") as refusal:
        record("a.b", by=ME, reason=text)
    assert str(text) not in str(refusal.value)
    assert not Event.objects.exists()


@pytest.mark.promise("T16")
@pytest.mark.parametrize("target", ["Fatou Diallo", "x" * 81])
def test_a_target_is_not_a_text(target: str) -> None:
    with pytest.raises(ValueError, match="not texts"):
        record("a.b", by=ME, target=target)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3, 3), (True, True), (0, 0), ("phone", "phone"), (date(2019, 1, 2), "2019-01-02"), (("a", "b"), ["a", "b"]),
        (datetime(2019, 1, 2, 3, 4, tzinfo=UTC), "2019-01-02T03:04:00+00:00"), (uuid.UUID(int=1), str(uuid.UUID(int=1))),
    ],
)  # fmt: skip
def test_codes_numbers_dates_and_ids_are_kept(given: Any, kept: Any) -> None:
    record("a.b", by=ME, what=given)
    assert Event.objects.get().detail == {"what": kept}
    assert check_chain().sound


def test_what_is_empty_is_left_out() -> None:
    record("a.b", by=ME, reason="", other=None)
    assert Event.objects.get().detail == {}


# --- reading ------------------------------------------------------------------------------------------------------------


def test_one_organisation_reads_its_own_events(ten: list[Event]) -> None:
    record("a.b", by=None, organisation=uuid.UUID(int=7), target="A-2019-0003")
    assert events_of(ME.organisation_id).count() == 10
    assert [e.number for e in events_about("A-2019-0003", ME.organisation_id)] == [4]
    assert [e.kind for e in events_of(uuid.UUID(int=7))] == ["a.b"]


def test_an_event_is_written_in_one_way_only() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
