"""What a run on PostgreSQL leaves out: nothing that has a database, nothing that proves a promise; nothing unsaid."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from tests.engines import ONCE, SAID_ABOVE, has_database, leave_out, longest_first, why_once
from tests.separate import Installation

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = ModuleType("bare")
STARTS = ModuleType("starts")
STARTS.Installation = Installation  # type: ignore[attr-defined]


class Item:
    """What the rule looks at of a test."""

    def __init__(self, *marks: str, fixtures: tuple[str, ...] = (), place: str = "x.py", module: ModuleType = BARE):
        self.marks, self.fixturenames, self.nodeid, self.module = marks, fixtures, f"{place}::test", module
        self.path = Path(place)

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.marks else None


def once(*marks: str, **more: Any) -> str:
    return why_once(cast("pytest.Item", Item(*marks, **more)))


def test_only_a_test_without_database_is_left_out() -> None:
    assert once() == "no database"
    assert once(fixtures=("db", "house")) == once("django_db") == once(fixtures=("worlds", "django_db_setup")) == ""
    assert once("promise") == once("postgres") == once(module=STARTS) == ""


@pytest.mark.parametrize("place", ONCE)
def test_the_table_takes_neither_a_promise_nor_a_database(place: str) -> None:
    assert once(place=place, module=STARTS) == ONCE[place]
    assert once("promise", place=place) == once(place=place, fixtures=("db",)) == ""
    path, _, name = place.partition("::")
    assert (ROOT / path).exists()
    assert not name or f"def {name}(" in (ROOT / path).read_text(), "a test that is no more"


@pytest.mark.parametrize("place", SAID_ABOVE)
def test_what_is_said_above_the_database_is_there_and_is_not_what_postgresql_alone_keeps(place: str) -> None:
    assert once("promise", place=place, fixtures=("db",)) == SAID_ABOVE[place]
    path, _, name = place.partition("::")
    text = (ROOT / path).read_text()
    assert not name or f"def {name}(" in text, "a test that is no more"
    assert "mark.postgres" not in text


def test_what_runs_here_on_postgresql(request: pytest.FixtureRequest, postgres: bool) -> None:
    """In this very run: everything that was collected with a database is still there, and it is told."""
    items = request.session.items
    left = [item for item in items if why_once(item)]
    assert not (postgres and left)
    kept = [item for item in left if not item.nodeid.startswith(tuple(SAID_ABOVE))]
    assert not [item.nodeid for item in kept if has_database(item) or item.get_closest_marker("promise")]


def test_leaving_out_is_told_and_keeps_the_order() -> None:
    told: list[Any] = []

    class Config:
        class hook:  # pytest's name
            @staticmethod
            def pytest_deselected(items: list[Any]) -> None:
                told.extend(items)

    first, bare, last = Item("django_db"), Item(), Item("promise")
    items = cast("list[pytest.Item]", [first, bare, last])
    leave_out(cast("pytest.Config", Config()), items)
    assert list(map(id, items)) == [id(first), id(last)]
    assert told == [bare]


def test_the_long_files_are_taken_first_and_one_browser_before_all() -> None:
    many = [Item(place="many.py") for _ in range(3)]
    one, journey, other, slow = (
        Item(),
        Item("browser", place="a.py"),
        Item("browser", place="b.py"),
        Item("slow", place="s.py"),
    )
    items = cast("list[pytest.Item]", [one, *many, other, slow, journey])
    longest_first(items)
    assert list(map(id, items)) == list(map(id, [journey, slow, other, *many, one]))


def test_every_journey_says_that_it_is_one() -> None:
    """Without its mark it runs on PostgreSQL too, beside a server on SQLite."""
    for file in sorted((ROOT / "tests" / "e2e").glob("test_*.py")):
        assert "pytestmark = pytest.mark.browser\n" in file.read_text(), file.name
