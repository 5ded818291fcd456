"""What every test gets: both databases, data of its own, and the calendar back in place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the key store to each test that has the database, and skip what this database cannot show."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        names = set(getattr(item, "fixturenames", ()))
        if mark is not None or names & {"db", "transactional_db", "client", "admin_user"}:
            wanted = dict(mark.kwargs) if mark is not None else {}
            wanted.setdefault("databases", "__all__")
            item.add_marker(pytest.mark.django_db(**wanted), append=False)
        if item.get_closest_marker("postgres") and "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
            item.add_marker(pytest.mark.skip(reason="PostgreSQL only"))


def pytest_unconfigure() -> None:
    """Remove what tests/settings.py made."""
    if settings.configured and "havre-test-" in str(settings.DATA):
        shutil.rmtree(settings.DATA, ignore_errors=True)


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
