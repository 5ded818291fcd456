"""Browser journeys: Chromium against a real server process, on the demonstration caseload.

The caseload is made once for the whole run and copied for each module, so that journeys may change it. Use `site` for
addresses, accounts and commands, `sign_in(page, "reception")` to enter, and `page` from pytest-playwright. A page that
writes an error in its console fails its test.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests import chromium
from tests.demonstration import caseload, environment, output
from tests.server import running

__all__ = ["caseload"]

# The answers that our pages give on purpose; the browser reports each of them in the console as a failed load.
EXPECTED_STATUSES = ("404", "409", "422", "423")


@dataclass(frozen=True)
class Account:
    """One line of what the demonstration prints: who may sign in, and as what."""

    role: str
    username: str
    passphrase: str
    organisation: str


@dataclass(frozen=True)
class Site:
    """A running server and the data behind it."""

    url: str
    data: Path
    accounts: tuple[Account, ...]

    def account(self, role: str, organisation: str | None = None) -> Account:
        """The first account of this role, in this organisation if one is named. Raises `LookupError`."""
        for account in self.accounts:
            if account.role == role and organisation in (None, account.organisation):
                return account
        raise LookupError(f"the demonstration has no {role} in {organisation or 'any organisation'}")

    def manage(self, *words: str) -> str:
        """What `manage.py` prints when it runs on this site's data, beside its server."""
        return output(self.data, *words)


@contextmanager
def serving(data: Path, *, name: str = "127.0.0.1", **more: str) -> Iterator[Site]:
    """A server on this data, reached by `name`, for as long as the block lasts; `more` is added to its environment."""
    with running(environment(data, **more), data.parent / "server.log") as server:
        printed = data / "demo_accounts.json"
        rows = json.loads(printed.read_text()) if printed.exists() else []
        names = Account.__dataclass_fields__
        accounts = tuple(Account(**{name: row[name] for name in names}) for row in rows)
        yield Site(f"http://{name}:{server.port}", data, accounts)


@pytest.fixture(scope="module")
def site(caseload: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of this module alone, on its own copy of the demonstration."""
    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(caseload, data)
    with serving(data) as made:
        yield made


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server just installed: databases without an organisation."""
    data = tmp_path_factory.mktemp("empty") / "data"
    data.mkdir(mode=0o700)
    for alias in ("default", "keystore"):
        output(data, "migrate", "--database", alias)
    with serving(data) as made:
        yield made


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's Chromium, which reaches nothing but this machine."""
    return {**browser_type_launch_args, "executable_path": chromium.find(), "args": chromium.flags()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A French screen of ordinary size; a test asks for another with `@pytest.mark.browser_context_args(...)`."""
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}


@pytest.fixture
def console_errors(page: Page) -> Iterator[list[str]]:
    """What the page complained of so far; empty it to allow what a test provokes."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource") and any(
            f"status of {status} " in message.text for status in EXPECTED_STATUSES
        )
        if message.type == "error" and not refused:
            errors.append(f"{message.text} ({page.url})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(f"{error} ({page.url})"))
    yield errors
    assert not errors, "the page wrote errors in its console:\n" + "\n".join(errors)


@pytest.fixture
def sign_in(site: Site, console_errors: list[str]) -> Callable[..., Account]:
    """`sign_in(page, role, organisation=None)`: enter with a printed passphrase; gives the account used."""

    def enter(page: Page, role: str, organisation: str | None = None) -> Account:
        account = site.account(role, organisation)
        page.goto(site.url)
        page.locator("input[name=login]").fill(account.username)
        page.locator("input[name=password]").fill(account.passphrase)
        with page.expect_navigation():
            page.locator("input[name=password]").press("Enter")
        assert page.locator("input[name=password]").count() == 0, f"{account.username} could not sign in"
        return account

    return enter
