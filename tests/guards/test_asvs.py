"""docs/reference/asvs.md: every line that says “held” names a test that exists (or the document that was asked)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "asvs.md"
STATES = {"held", "not applicable", "not held"}
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$", re.MULTILINE)
TEXT = PAGE.read_text(encoding="utf-8")
LINES = [(number, [cell.strip() for cell in rest.split("|")]) for number, rest in LINE.findall(TEXT)]


def proofs(cell: str) -> list[str]:
    """What a line is shown by: tests, and documents."""
    return [a or b for a, b in re.findall(r"`([^`]+)`|\]\(\.\./\.\./([^)]+)\)", cell)]


def functions(path: Path) -> set[str]:
    """The tests of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")}


def test_there_are_lines_in_order_and_each_once() -> None:
    numbers = [tuple(map(int, number.split("."))) for number, _cells in LINES]
    assert len(numbers) > 200
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("number", "cells"), LINES, ids=[number for number, _ in LINES])
def test_a_line_says_its_state_and_what_shows_it(number: str, cells: list[str]) -> None:
    level, asks, state, here, shown = cells
    assert level in {"1", "2", "3"}
    assert state in STATES
    assert asks
    if state != "held":
        assert here, "say why"
        assert not shown, "what is not held has no proof"
        return
    assert proofs(shown), "name the test"
    for proof in proofs(shown):
        file, _, name = proof.partition("::")
        assert (ROOT / file).is_file(), proof
        if file.endswith(".py") and name:
            assert name in functions(ROOT / file), proof


def test_the_count_at_the_top_is_that_of_the_lines() -> None:
    said = re.search(r"(\d+) lines: (\d+) held, (\d+) not applicable, (\d+) not held", TEXT)
    assert said
    states = [cells[2] for _number, cells in LINES]
    counted = [len(states), *(states.count(state) for state in ("held", "not applicable", "not held"))]
    assert list(map(int, said.groups())) == counted


def test_a_test_that_does_not_exist_would_be_seen() -> None:
    assert "test_nobody_wrote_this" not in functions(Path(__file__))
    assert proofs("`tests/a.py::test_b` [x](../../docs/y.md)") == ["tests/a.py::test_b", "docs/y.md"]
