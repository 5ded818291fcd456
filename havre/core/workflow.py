"""Workflows as tables: who may take which step, from where to where.

Buttons, permission checks, audit entries, the diagrams of `docs/reference/workflows.md` and the tests all read the
same table, so that a rule is written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from havre.core.errors import Refusal

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Holder(Protocol):
    """Someone who may hold a permission."""

    def can(self, permission: str) -> bool: ...


class StepNotAllowed(Refusal):
    """The step does not start from where the record stands."""


@dataclass(frozen=True)
class Step:
    """One arrow: `sources` → `target`, for those who hold `needs`."""

    name: str
    label: str | _StrPromise
    sources: tuple[str, ...]
    target: str
    needs: str
    # Asked on the confirmation, in words: what will happen.
    explain: str | _StrPromise = ""
    # True where a button on the record's page is enough; other steps are taken by a form of their own.
    button: bool = True
    asks_reason: bool = False


class Workflow:
    """The steps of one kind of record; step names are unique."""

    def __init__(self, name: str, states: type, *steps: Step) -> None:
        self.name = name
        self.states = states
        self.steps: dict[str, Step] = {step.name: step for step in steps}
        if len(self.steps) != len(steps):
            raise ValueError(f"Two steps of {name} have the same name.")
        known = set(states.values)  # type: ignore[attr-defined]
        for step in steps:
            if not {*step.sources, step.target} <= known:
                raise ValueError(f"Step {step.name} of {name} names a state that does not exist.")

    def step(self, name: str, state: str) -> Step:
        """The step `name`, if it may start from `state`; raises `StepNotAllowed` with words for the reader."""
        step = self.steps[name]
        if state not in step.sources:
            label = dict(self.states.choices)[state]  # type: ignore[attr-defined]
            raise StepNotAllowed(
                _(
                    "“%(step)s” cannot be done now: this is already “%(state)s”. Someone may have been faster; reload to see."
                )
                % {"step": step.label, "state": label}
            )
        return step

    def next_steps(self, state: str, user: Holder | None = None) -> list[Step]:
        """The steps that may be taken from `state`, by `user` when given."""
        return [s for s in self.steps.values() if state in s.sources and (user is None or user.can(s.needs))]

    def reachable(self, start: str) -> set[str]:
        """Every state one can come to from `start`."""
        seen, todo = {start}, [start]
        while todo:
            state = todo.pop()
            for step in self.steps.values():
                if state in step.sources and step.target not in seen:
                    seen.add(step.target)
                    todo.append(step.target)
        return seen

    def mermaid(self) -> str:
        """The diagram of the generated reference page."""
        lines = ["stateDiagram-v2"]
        for step in self.steps.values():
            lines += [f"    {source} --> {step.target}: {step.name}" for source in step.sources]
        return "\n".join(lines)


REGISTRY: dict[str, Workflow] = {}


def register(workflow: Workflow) -> Workflow:
    """Make a workflow known to the generated pages and to the guards."""
    REGISTRY[workflow.name] = workflow
    return workflow
