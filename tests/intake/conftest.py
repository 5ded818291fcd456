"""One organisation with its keys, and another beside it."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from tests.factories import House, found_organisation
from tests.founded import founded


@pytest.fixture(autouse=True)
def _own_pins(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test pins its own officers."""
    settings.HAVRE_OFFICER_KEYS_FILE = tmp_path_factory.mktemp("pins") / "officer_keys"


@pytest.fixture
def house(db: None) -> House:
    """An organisation with one member of each role."""
    return founded(found_organisation)


@pytest.fixture
def other(db: None) -> House:
    """Another organisation."""
    return founded(found_organisation, slug="other")
