"""A workflow is a table: steps start where it says, for whom it says, and refuse in words elsewhere."""

from __future__ import annotations

import pytest
from django.db.models import TextChoices
from django.utils import translation

from havre.core.errors import Refusal
from havre.core.workflow import REGISTRY, Step, StepNotAllowed, Workflow


class State(TextChoices):
    """Three states and one nobody reaches."""

    OPEN = "open", "Open"
    DONE = "done", "Done <today>"
    LOST = "lost", "Lost"
    APART = "apart", "Apart"


FINISH = Step("finish", "Finish it", (State.OPEN,), State.DONE, needs="finish_it")
LOSE = Step("lose", "Lose it", (State.OPEN, State.DONE), State.LOST, needs="lose_it")
TABLE = Workflow("thing", State, FINISH, LOSE, Step("find", "Find it", (State.LOST,), State.OPEN, needs="finish_it"))


class Holder:
    """Someone with one permission."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def can(self, permission: str) -> bool:
        """Do they hold it?"""
        return permission in self.permissions


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("name", TABLE.steps)
def test_a_step_starts_from_its_sources_only(state: str, name: str) -> None:
    if state in TABLE.steps[name].sources:
        assert TABLE.step(name, state) is TABLE.steps[name]
    else:
        with pytest.raises(StepNotAllowed):
            TABLE.step(name, state)


def test_a_refusal_says_what_was_asked_and_where_the_record_stands() -> None:
    with pytest.raises(StepNotAllowed) as refusal:
        TABLE.step("finish", State.LOST)
    assert isinstance(refusal.value, Refusal)
    assert refusal.value.status == 409
    assert "Finish it" in refusal.value.message
    assert "Lost" in refusal.value.message


@pytest.mark.parametrize(("state", "names"), [("open", ["finish", "lose"]), ("done", ["lose"]), ("apart", [])])
def test_the_next_steps_are_those_of_the_table(state: str, names: list[str]) -> None:
    assert [s.name for s in TABLE.next_steps(state)] == names


def test_the_next_steps_of_someone_are_those_they_may_take() -> None:
    assert [s.name for s in TABLE.next_steps("open", Holder("lose_it"))] == ["lose"]
    assert TABLE.next_steps("open", Holder()) == []


def test_what_can_be_reached() -> None:
    assert TABLE.reachable(State.OPEN) == {"open", "done", "lost"}
    assert TABLE.reachable(State.APART) == {"apart"}


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Workflow("thing", State, FINISH, FINISH)


@pytest.mark.parametrize(
    "step",
    [Step("x", "X", ("nowhere",), State.DONE, needs="n"), Step("x", "X", (State.OPEN,), "nowhere", needs="n")],
)
def test_a_state_that_does_not_exist_is_refused(step: Step) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        Workflow("thing", State, step)


def test_the_diagram_has_every_arrow() -> None:
    lines = TABLE.mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert {line.strip() for line in lines} >= {"open --> done: finish", "done --> lost: lose", "lost --> open: find"}


@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_every_step_and_state_has_words(name: str, language: str) -> None:
    with translation.override(language):
        for step in REGISTRY[name].steps.values():
            assert str(step.label).strip()
        assert all(str(label).strip() for _, label in REGISTRY[name].states.choices)  # type: ignore[attr-defined]
