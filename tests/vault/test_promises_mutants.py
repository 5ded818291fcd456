"""The mutants (T20): the table fits the sources, covers the promises; and they die: `make mutants`, or here as a slow test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises import PROMISES
from tests.vault.mutants.__main__ import MUTANTS, killed
from tests.vault.mutants.table import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
# Of these the mechanism is not in the code: both databases, and the mutants themselves.
NOT_CODE = {"T19", "T20"}


@pytest.mark.promise("T20")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_text_is_found_once_and_its_tests_are_there(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text()
    for exact, instead in mutant.changes:
        assert text.count(exact) == 1, f"{mutant.file} changed: write the mutant anew"
        assert exact != instead
    for word in mutant.tests.split():
        assert not word.endswith(".py") or (ROOT / word).exists()


@pytest.mark.promise("T20")
def test_each_promise_has_a_mutant() -> None:
    assert {mutant.proves for mutant in MUTANTS} == PROMISES.keys() - NOT_CODE
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 40


@pytest.mark.promise("T20")
@pytest.mark.parametrize(
    ("code", "said", "dead"),
    [
        (1, "F\nFAILED tests/x.py::test_a - assert 1 == 2", True),
        (0, "1 passed", False),
        (1, "E\nERROR tests/x.py::test_a - NameError", False),
        (1, "FAILED tests/x.py::test_a\nERROR tests/x.py::test_b", False),
        (2, "ERROR tests/x.py - ImportError", False),
        (5, "no tests ran", False),
    ],
)
def test_only_a_failed_test_kills(code: int, said: str, dead: bool) -> None:
    assert killed(code, said) is dead


@pytest.mark.slow
@pytest.mark.promise("T20")
def test_two_mutants_die() -> None:
    """The way they are all run, on two of them: all of them take minutes, and are `make mutants`."""
    words = [sys.executable, "-m", "tests.vault.mutants", "T14 without padding of messages", "T10 without the chain"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVRE_")}
    done = subprocess.run(words, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=300)
    assert "Mutants: 2 killed of 2" in done.stdout, done.stdout + done.stderr
