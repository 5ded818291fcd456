"""What every test gets: both databases, data of its own, and the calendar back in place."""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker

from tests import engines, promises
from tests.promises import pytest_collection_finish, pytest_configure, pytest_runtest_logreport, pytest_terminal_summary  # noqa: F401  # hooks

# No timed assertion, not even the library's: a busy machine is slow for a moment.
hypothesis.register_profile("havre", deadline=None)
hypothesis.load_profile("havre")

# The log refuses to be emptied, even by a test that must commit: its triggers leave while Django empties the tables.
_LOG = importlib.import_module("havre.audit.migrations.0002_append_only")
_empty_the_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _empty_the_tables_and_the_log(self: TransactionTestCase) -> None:
    with connection.schema_editor() as editor:
        _LOG.unprotect(None, editor)
    try:
        _empty_the_tables(self)
    finally:
        with connection.schema_editor() as editor:
            _LOG.protect(None, editor)


TransactionTestCase._fixture_teardown = _empty_the_tables_and_the_log  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the key store to each test that has the database, and skip what this database cannot show."""
    promises.tell(items)
    for item in items:
        mark = item.get_closest_marker("django_db")
        names = set(getattr(item, "fixturenames", ()))
        if mark is not None or names & {"db", "transactional_db", "client", "admin_user"}:
            wanted = dict(mark.kwargs) if mark is not None else {}
            wanted.setdefault("databases", "__all__")
            item.add_marker(pytest.mark.django_db(**wanted), append=False)
        if item.get_closest_marker("postgres") and "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
            item.add_marker(pytest.mark.skip(reason="PostgreSQL only"))
    if "postgresql" in settings.DATABASES["default"]["ENGINE"]:
        engines.leave_out(config, items)
    if hasattr(config, "workerinput"):
        engines.longest_first(items)


def pytest_unconfigure() -> None:
    """Remove what tests/settings.py made."""
    if settings.configured and "havre-test-" in str(settings.DATA):
        shutil.rmtree(settings.DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Both databases, always: pytest-django makes only those that a marker names, and a shared fixture has none.

    HAVRE_READY, a folder: migrated SQLite databases are kept there and taken from there (the mutants run pytest often).
    """
    if ready := os.environ.get("HAVRE_READY"):
        with django_db_blocker.unblock():
            _take_ready(Path(ready))
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb, aliases=set(connections))
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


def _take_ready(folder: Path) -> None:
    """Both databases in memory, from files that the first caller makes."""
    if not folder.exists():
        draft = Path(tempfile.mkdtemp(dir=folder.parent))
        setup_databases(verbosity=0, interactive=False, aliases=set(connections))
        for alias in connections:
            with closing(sqlite3.connect(draft / alias)) as file:
                connections[alias].connection.backup(file)
        draft.rename(folder)
        return
    for each in connections.all():
        each.close()
        each.settings_dict["NAME"] = each.creation._get_test_db_name()
        each.ensure_connection()
        with closing(sqlite3.connect(folder / each.alias)) as file:
            file.backup(each.connection)


@pytest.fixture
def postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def _language_back() -> Iterator[None]:
    """A test that switches the language does not switch it for the next one."""
    from django.utils import translation

    yield
    translation.activate(settings.LANGUAGE_CODE)
