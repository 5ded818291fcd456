"""Two organisations, each with its keys."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from tests.founded import founded
from tests.vault.house import House, build


@pytest.fixture(autouse=True)
def _own_pins(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test pins its own officers."""
    settings.HAVRE_OFFICER_KEYS_FILE = tmp_path_factory.mktemp("pins") / "officer_keys"


@pytest.fixture
def house(db: None) -> House:
    """An organisation with a member of each profession."""
    return founded(build)


@pytest.fixture
def other(db: None) -> House:
    """Another one, which must never open anything of the first."""
    return founded(build, slug="other")
