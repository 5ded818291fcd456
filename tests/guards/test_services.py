"""Every change of state: one service, one transaction, `by=`, one event. Asserted on the text of the services."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HAVRE = Path(__file__).resolve().parent.parent.parent / "havre"
FILES = sorted(
    [
        *HAVRE.glob("*/services.py"),
        *HAVRE.glob("*/services/*.py"),
        HAVRE / "vault" / "archive.py",
        HAVRE / "vault" / "ceremonies.py",
        HAVRE / "vault" / "erasure.py",
        HAVRE / "vault" / "keys.py",
        HAVRE / "vault" / "rotation.py",
        HAVRE / "vault" / "sharing.py",
        HAVRE / "vault" / "breakglass.py",
        HAVRE / "vault" / "officers.py",
        HAVRE / "vault" / "papers.py",
    ]
)
TELLS = {"record", "record_many", "tell"}
# Functions that write without an author or an event of their own, each for its reason.
ALONE = {
    "vault.new_case": "a case is empty until the service that asked for it writes there, and tells",
    "vault.new_cases": "the same",
    "vault.save_draft": "one's own half-typed form, sealed to oneself",
    "vault.drop_draft": "the same",
    "vault.check_pin": "one's own pin; tells when it is broken",
    "audit.record": "the log itself",
    "audit.record_many": "the log itself",
    "vault.found": "the first act of an organisation: its author is the officer it makes",
    "vault.enrol_again": "by an officer: `officer=` is their open vault",
    "vault.enrol": "by an officer: `officer=` is their open vault",
    "vault.create_compartment": "by an officer: `officer=` is their open vault",
    "casefiles.replace": "a part of an act, inside its transaction",
    "intake.write_answers": "the same",
    "statistics.ensure_current": "takes a snapshot for whoever looks; told, without an author",
}

Function = ast.FunctionDef


def functions() -> dict[str, Function]:
    """Every public function of the services: `app.name`."""
    found = {}
    for file in FILES:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[f"{file.relative_to(HAVRE).parts[0]}.{node.name}"] = node
    return found


def called(function: Function) -> set[str]:
    """The last names of what a function calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {c.attr if isinstance(c, ast.Attribute) else getattr(c, "id", "") for c in calls}


EVERY = functions()
BODIES = {
    node.name: node for file in FILES for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)
}


def reaches(function: Function, names: set[str], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function calls one of `names`, itself or through the functions of the services."""
    calls = called(function)
    if calls & names:
        return True
    return any(
        reaches(BODIES[name], names, seen | {function.name}) for name in calls & set(BODIES) - seen - {function.name}
    )


def atomic(function: Function) -> bool:
    """Is it one transaction?"""
    return any("atomic" in ast.unparse(each) for each in function.decorator_list)


ACTS = {name: node for name, node in EVERY.items() if atomic(node) and name not in ALONE}


def test_there_are_acts() -> None:
    assert len(ACTS) > 25


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_has_an_author_named_by_keyword(name: str) -> None:
    assert "by" in {arg.arg for arg in ACTS[name].args.kwonlyargs}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_is_told(name: str) -> None:
    assert reaches(ACTS[name], TELLS)


@pytest.mark.parametrize("name", sorted(set(EVERY) - set(ACTS) - set(ALONE)))
def test_what_is_not_an_act_writes_nothing_by_itself(name: str) -> None:
    """A public function that writes is one transaction: decorate it, or say in `ALONE` why not."""
    function = EVERY[name]
    inside = [
        node for node in ast.walk(function) if isinstance(node, ast.With) and "atomic" in ast.unparse(node.items[0])
    ]
    assert inside or not called(function) & {"save", "bulk_create", "bulk_update", "delete"}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_says_what_it_does(name: str) -> None:
    assert ast.get_docstring(ACTS[name])


def test_the_exceptions_still_exist() -> None:
    assert set(ALONE) <= set(EVERY)
