"""Each promise of the vault is proved by tests that run, on the database of this run: T1 to T20, by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.promises import PROMISES, main, page

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every test that proves a promise, as pytest finds them on this database."""
    file = tmp_path_factory.mktemp("collected") / "tests.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVRE_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "promise",
        "tests",
    ]
    done = subprocess.run(command, cwd=ROOT, env={**kept, "HAVRE_COLLECTED": str(file)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_the_table_is_whole() -> None:
    assert list(PROMISES) == [f"T{n}" for n in range(1, 21)]


@pytest.mark.promise("T19")
@pytest.mark.parametrize("name", PROMISES)
def test_each_promise_is_proved_by_a_test_that_runs_here(collected: dict[str, Any], name: str) -> None:
    run = [test for test, each in collected.items() if name in each["names"] and not each["skipped"]]
    assert run, f"no test proves {name} on this database"


@pytest.mark.promise("T19")
def test_no_proof_is_skipped_everywhere(collected: dict[str, Any], postgres: bool) -> None:
    """Here, only what the other database shows."""
    skipped = [test for test, each in collected.items() if each["skipped"] and (postgres or not each["postgres"])]
    assert all(postgres for _test in skipped), skipped
    assert len(skipped) <= 4, "on PostgreSQL: what only SQLite's files show"


def test_the_page_says_what_was_counted_and_fails_when_something_was_not(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.promises.PAGE", tmp_path / "page.md")
    good = {name: {"passed": 3, "failed": 0, "skipped": 1} for name in PROMISES}
    run = {"engine": "SQLite", "at": "2026-01-01 00:00 UTC", "counts": good}
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert main([str(tmp_path / "run.json")]) == 0
    assert "3 passed, 1 skipped" in page([run], {"killed": 40, "total": 40, "at": "today"})
    good["T6"] = {"passed": 3, "failed": 1, "skipped": 0}
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert main([str(tmp_path / "run.json")]) == 1
    assert main([]) == 1
