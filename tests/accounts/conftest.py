"""One organisation with its roles, and browsers that sign in by the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSPHRASE, House, found_organisation
from tests.founded import founded

SignIn = Callable[..., Any]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Rate limits and used codes stay in the cache."""
    cache.clear()


@pytest.fixture
def house(db: None) -> House:
    """An organisation with three roles."""
    return founded(found_organisation, roles=("lawyer", "reception", "administrator"))


@pytest.fixture
def sign_in() -> SignIn:
    """Signs a browser in by the page."""

    def by_the_page(client: Client, username: str = "havre.lawyer", passphrase: str = PASSPHRASE, **more: str) -> Any:
        return client.post(reverse("account_login"), {"login": username, "password": passphrase, **more})

    return by_the_page
