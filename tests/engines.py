"""What runs on PostgreSQL too, and in what order the workers take the files.

On SQLite every test runs. On PostgreSQL those that cannot say anything else there are left out:

- a test without a database: pytest-django refuses it a query on either, so it cannot know which one is there. Not when
  its file starts processes or looks at the connection: these may meet the database all the same;
- a test of the table `ONCE`, with the reason;
- a test of the table `SAID_ABOVE`: what it asks is decided above the database, by the same code, and a neighbour asks the
  database of PostgreSQL. These alone may prove a promise: tests/guards/test_promise_marks.py sees that each of T1 to T20
  is still proved on both (T19).

Never another proof of a promise, nor what is marked `postgres`.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from types import ModuleType

import pytest
from django.db import connection, connections

from tests import separate, server

# Whoever asks for one of these has the database, by the test or by a fixture.
DATABASE = {
    "db",
    "transactional_db",
    "django_db_setup",
    "client",
    "admin_client",
    "admin_user",
    "live_server",
    "postgres",
}
# What a file holds when it may meet the database without them: our own helpers, and what they are made of.
MAY_MEET = (subprocess, connection, connections, separate.Installation, server.running)
ONCE = {
    "tests/config/": "settings read in a process with an environment of its own, without the addresses of this run",
    "tests/demo/test_installing.py": "an installation on SQLite's files, whatever the run; test_load.py loads on both",
    "tests/casefiles/test_two_writers.py::test_two_processes_on_one_sqlite_file": "the next test is PostgreSQL's",
    "tests/intake/test_two_writers.py::test_two_processes_on_one_sqlite_file": "the next test is PostgreSQL's",
    "tests/guards/test_promises.py": "reads sources; its process is `git ls-files`",
    "tests/house/": "scripts of the Makefile; the cluster it starts is its own",
}

_ACCESS, _MOST = "tests/guards/test_access.py::", "every role; the role that may most is asked on both"
SAID_ABOVE = {
    f"{_ACCESS}test_a_role_reaches_what_its_table_says": _MOST,
    f"{_ACCESS}test_the_records_of_another_organisation_do_not_exist": _MOST,
    f"{_ACCESS}test_a_role_that_may_not_writes_nothing": _MOST,
    f"{_ACCESS}test_a_role_that_may_is_answered_in_words": "an empty form; each app's tests send full ones on both",
    "tests/guards/test_marker.py": "a marker typed in every form; test_promises_canary.py looks in PostgreSQL's own files",
}


def has_database(item: pytest.Item) -> bool:
    """Whether pytest-django lets it ask the database."""
    return bool(item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ())))


def _may_meet(module: ModuleType | None) -> bool:
    """Whether a file starts processes or looks at the connection: then it is not for us to say."""
    held = list(vars(module).values()) if module else []
    return any(one is each for one in held for each in MAY_MEET)


def _reason(table: dict[str, str], item: pytest.Item) -> str:
    """What a table says of a test, or of the file or folder it is in."""
    return next((reason for place, reason in table.items() if item.nodeid.startswith(place)), "")


def why_once(item: pytest.Item) -> str:
    """Why SQLite is enough for a test; empty: it runs on both."""
    if above := _reason(SAID_ABOVE, item):
        return above
    if item.get_closest_marker("promise") or item.get_closest_marker("postgres"):
        return ""
    if has_database(item):
        return ""
    if listed := _reason(ONCE, item):
        return listed
    return "" if _may_meet(getattr(item, "module", None)) else "no database"


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out of a run on PostgreSQL what SQLite has shown."""
    left = [item for item in items if why_once(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not why_once(item)]


def longest_first(items: list[pytest.Item]) -> None:
    """Order of the files for several workers: a long one taken last would leave the others without work.

    First those with a slow test, browsers after the others: they wait for one caseload, which the very first of them
    makes meanwhile. Then those with the most tests.
    """
    count = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    browsers = sorted({item.path for item in items if item.get_closest_marker("browser")})

    def turn(item: pytest.Item) -> tuple[int, int, str]:
        path = item.path
        if path in browsers[:1]:
            return 0, 0, ""
        return (1 if path in slow else 2 if path in browsers else 3), -count[path], str(path)

    items.sort(key=turn)
