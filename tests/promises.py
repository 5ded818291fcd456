"""T1 to T20: what the vault promises, and the tests that prove each (`@pytest.mark.promise("T4")`).

`python -m pytest -m promise` runs them all and counts them; `-m T4` runs one promise. With HAVRE_PROMISES=FILE the counts
are kept, and `python -m tests.promises FILE ...` writes docs/reference/promises.md from them. `make promises` does both.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

PROMISES = {
    "T1": "A marker typed in every text, document, search and error lies in clear nowhere: databases, write-ahead log, "
    "key store, shelf, logs, mail, cache, backups, whatever the writing (UTF-8, UTF-16, base64, hexadecimal).",
    "T2": "A stolen copy of everything the server keeps, without a passphrase, opens nothing.",
    "T3": "Every column is declared sealed, identifying or plain.",
    "T4": "A value moved to another row, column, table, case, organisation, compartment or revision, or changed by one "
    "bit, does not open.",
    "T5": "Each role reaches the pages and compartments of its table, in its organisation; the rest is not found, by "
    "pages and by keys alone.",
    "T6": "Erased, then an older backup restored, with every passphrase: it does not open.",
    "T7": "A member who left opens nothing with an old session, old grants or an old backup.",
    "T8": "A session opens for one browser and one member, locks when idle, ends when told.",
    "T9": "What takes two people takes two: not one officer, not the same twice, not after it lapsed, not a second time.",
    "T10": "A log that was edited, cut, reordered or rewritten is noticed; four writers at once make one chain.",
    "T11": "A document that was cut, reordered, exchanged or extended does not open.",
    "T12": "Nothing is sealed to a public key that was replaced or that no pinned officer signed.",
    "T13": "The formats are frozen by known vectors.",
    "T14": "A one-letter name and a twenty-letter name have the same size.",
    "T15": "One module imports the cryptography.",
    "T16": "No log, exception, mail or page of errors repeats what was typed.",
    "T17": "Signing in takes the same work and says the same, whoever is unknown; twenty at once are not refused.",
    "T18": "Killed at any write of a ceremony, done again: it is done, and nothing is lost.",
    "T19": "All of this holds on SQLite and on PostgreSQL.",
    "T20": "Without one of its mechanisms, a test fails: the mutants.",
}
PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "promises.md"
OUTCOMES = ("passed", "failed", "skipped")
_counted: Counter[tuple[str, str]] = Counter()


def names_of(item: pytest.Item) -> set[str]:
    """The promises that a test proves. Raises `UsageError` for one that is not in the table."""
    names = {str(name) for mark in item.iter_markers("promise") for name in mark.args}
    if names - PROMISES.keys():
        raise pytest.UsageError(f"{item.nodeid} proves {sorted(names - PROMISES.keys())}: no such promise.")
    return names


def tell(items: list[pytest.Item]) -> None:
    """Write on each test what it proves, where its report carries it (through pytest-xdist too)."""
    for item in items:
        names = names_of(item)
        for name in names:
            item.add_marker(name)  # `-m T4`
        if names:
            item.user_properties.append(("promises", sorted(names)))
            if "T19" not in names and not item.get_closest_marker("browser"):
                item.user_properties.append(("promises", ["T19"]))  # whichever database this run is on


def pytest_configure(config: pytest.Config) -> None:
    """`-m T4` is a name that pytest knows."""
    for name, words in PROMISES.items():
        config.addinivalue_line("markers", f"{name}: {words}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count a test once: when it ran, or when it failed or was skipped before it could."""
    if report.when == "call" or report.outcome != "passed":
        for _key, names in (pair for pair in report.user_properties if pair[0] == "promises"):
            for name in names:
                _counted[name, report.outcome] += 1


def pytest_collection_finish(session: pytest.Session) -> None:
    """For the guard: which tests prove what, and which of them this database skips."""
    if file := os.environ.get("HAVRE_COLLECTED"):
        found = {
            item.nodeid: {
                "names": sorted(names_of(item)),
                "skipped": any(item.iter_markers("skip"))
                or any(m.args[0] is True for m in item.iter_markers("skipif")),
                "postgres": any(item.iter_markers("postgres")),
            }
            for item in session.items
            if names_of(item)
        }
        Path(file).write_text(json.dumps(found))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """T1 12 passed ... T20; only when promises were asked for."""
    if not re.search(r"\b(promise|T\d+)\b", str(config.option.markexpr)) and not os.environ.get("HAVRE_PROMISES"):
        return
    from django.db import connection

    counts = {name: {outcome: _counted[name, outcome] for outcome in OUTCOMES} for name in PROMISES}
    terminalreporter.section(f"promises of the vault, on {connection.vendor}")
    asked = [name for name in PROMISES if re.search(rf"\b(promise|{name})\b", config.option.markexpr or "promise")]
    for name, each in ((name, counts[name]) for name in asked):
        said = ", ".join(f"{each[outcome]} {outcome}" for outcome in OUTCOMES if each[outcome]) or "NOT RUN"
        terminalreporter.write_line(f"{name:<4}{said}")
    if file := os.environ.get("HAVRE_PROMISES"):
        made = {"engine": connection.display_name, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "counts": counts}
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(json.dumps(made, indent=1))


# --- the page -----------------------------------------------------------------------------------------------------------


def page(runs: list[dict[str, Any]], mutants: dict[str, Any] | None) -> str:
    """The last result, as a page."""
    engines = [run["engine"] for run in runs]
    lines = [
        "# What the vault promises, and the last proof of it",
        "",
        "Written by `make promises`; each line is proved by the tests that `pytest -m T1` runs.",
        "",
        *(f"- {run['engine']}: {run['at']}." for run in runs),
    ]
    if mutants:
        lines += [f"- Mutants: {mutants['killed']} killed of {mutants['total']}, {mutants['at']}."]
    lines += ["", "| | promise | " + " | ".join(engines) + " |", "|---|---|" + "---|" * len(engines)]
    for name, words in PROMISES.items():
        cells = []
        for run in runs:
            each = run["counts"][name]
            cells.append(", ".join(f"{each[outcome]} {outcome}" for outcome in OUTCOMES if each[outcome]) or "not run")
        lines.append(f"| {name} | {words} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Skipped: a test for the other database. T19 counts every test on the database it ran on; T20 counts the tests",
        "of the table of mutants, and the mutants themselves are run by `make mutants`.",
        "",
    ]
    return "\n".join(lines)


def main(files: list[str]) -> int:
    """Write the page from the kept counts; exit code 1 when a promise was not proved."""
    kept = [json.loads(Path(file).read_text()) for file in files if Path(file).exists()]
    runs = [each for each in kept if "counts" in each]
    mutants = next((each for each in kept if "killed" in each), None)
    PAGE.write_text(page(runs, mutants))
    unproved = [
        f"{name} on {run['engine']}"
        for run in runs
        for name, each in run["counts"].items()
        if each["failed"] or not each["passed"]
    ]
    print(f"{PAGE.name} written; " + (f"NOT PROVED: {', '.join(unproved)}" if unproved else "every promise is proved."))
    return 1 if unproved or not runs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
