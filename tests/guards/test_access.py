"""Every address × every role × two organisations: what one may not see does not exist.

What is expected comes from the table of permissions (`view.needs`) and from who owns the record; never from the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, reverse
from django.utils import timezone

from havre.accounts.middleware import NEEDS_NO_VAULT, PUBLIC
from havre.accounts.permissions import ROLES, Role
from havre.vault.models import VaultSession
from tests.factories import found_organisation
from tests.guards.test_architecture import ADDRESSES, OURS
from tests.guards.world import ABOUT, ANSWERS, BY_ARGUMENTS, NO_RECORD, ONLY, POST_ONLY, World, furnish

PATTERNS = dict(OURS)


def arguments(pattern: URLPattern) -> tuple[str, ...]:
    """The names of what an address takes."""
    return tuple(sorted(pattern.pattern.converters))


def variants(name: str) -> list[str]:
    """The records an address is tried on."""
    return list(ABOUT.get(name, {"": None}))


CASES = [(name, variant) for name in PATTERNS for variant in variants(name)]
WITHOUT = [name for name in PATTERNS if not arguments(PATTERNS[name]) or NO_RECORD & set(arguments(PATTERNS[name]))]
WITH_RECORD = [(name, variant) for name, variant in CASES if name not in WITHOUT]
# One chain of middleware for every request, as a server has: a new one reads the folder of static files again.
_HANDLER = ClientHandler(enforce_csrf_checks=False)


def address(name: str, variant: str, world: World, **instead: Any) -> str:
    """The address of a record of `world`."""
    known = ABOUT[name][variant] if name in ABOUT else BY_ARGUMENTS[arguments(PATTERNS[name])]
    return reverse(name, kwargs={**known(world), **instead})


def by_permission(name: str) -> set[str]:
    """The roles that hold a permission the address asks for."""
    needs = PATTERNS[name].callback.needs  # type: ignore[attr-defined]
    return {role for role in Role if not needs or set(needs) & ROLES[role].permissions}


def may(name: str, variant: str) -> set[str]:
    """The roles the table lets in."""
    return by_permission(name) & (ONLY[name](variant) if name in ONLY else set(Role))


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    """Two organisations with one of each record; made once, since every request below is undone."""
    with django_db_blocker.unblock(), _undone():
        yield furnish(found_organisation("havre"), before=1), furnish(found_organisation("other"))


@pytest.fixture(scope="module")
def browsers(worlds: tuple[World, World]) -> dict[tuple[str, str], Client]:
    """A browser of each member, vault open."""
    return {(w.house.organisation.slug, role): w.house.client(role) for w in worlds for role in Role}


@contextmanager
def _undone() -> Iterator[None]:
    """Whatever is written inside is taken back, in both databases."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


def again(browser: Client) -> Client:
    """The same browser before it went anywhere; what breaks is an answer, not an exception."""
    client = Client(raise_request_exception=False)
    client.handler = _HANDLER
    client.cookies.update(browser.cookies)
    return client


def ask(browser: Client, method: str, url: str) -> HttpResponse:
    """The answer to one request; nothing is kept of it, in the database or in the browser."""
    client = again(browser)
    with _undone():
        # The passphrase was typed just now: what must be recent is another test's subject.
        VaultSession.objects.update(started_at=timezone.now())
        return getattr(client, method)(url)  # type: ignore[no-any-return]


@pytest.mark.promise("T5")
def test_every_address_of_ours_is_known_here() -> None:
    """A new address with arguments: say in `world.py` which record it is tried on."""
    unknown = {n for n in PATTERNS if n not in ABOUT and arguments(PATTERNS[n]) not in BY_ARGUMENTS}
    assert not unknown
    assert {*ABOUT, *POST_ONLY, *ANSWERS, *ONLY} <= set(PATTERNS), "an address that is no more"
    assert len(CASES) > 40


@pytest.mark.promise("T5")
@pytest.mark.parametrize(("name", "variant"), CASES)
def test_a_role_reaches_what_its_table_says(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str
) -> None:
    url, roles = address(name, variant, worlds[0]), may(name, variant)
    allowed = 405 if name in POST_ONLY else ANSWERS.get(name, 200)
    got = {role.value: ask(browsers["havre", role], "get", url).status_code for role in Role}
    # Before the method is looked at, the role is: a closed address says nothing of itself. A record beyond the
    # permission (a compartment one does not hold) is looked for only when the method is right.
    if name in POST_ONLY:
        roles = by_permission(name)
    assert got == {role.value: allowed if role in roles else 404 for role in Role}


@pytest.mark.promise("T5")
@pytest.mark.parametrize(("name", "variant"), CASES)
def test_a_role_that_may_not_writes_nothing(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str
) -> None:
    url, roles = address(name, variant, worlds[0]), may(name, variant)
    got = {role.value: ask(browsers["havre", role], "post", url).status_code for role in Role if role not in roles}
    # A method that the address never takes is refused before the record is looked for, to whoever may see some record.
    own = ask(browsers["havre", min(roles)], "post", url).status_code if roles else 404
    before = by_permission(name) if own == 405 else set()
    assert not {
        role: status for role, status in got.items() if status != 404 and not (status == 405 and role in before)
    }


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_a_role_that_may_is_answered_in_words(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str
) -> None:
    """An empty form is refused or done, never a breakdown, and never “not found”."""
    url = address(name, variant, worlds[0])
    answers = {role.value: ask(browsers["havre", role], "post", url).status_code for role in may(name, variant)}
    assert set(answers.values()) <= {200, 204, 302, 405, 409, 422}, answers


@pytest.mark.promise("T5")
@pytest.mark.parametrize(("name", "variant"), WITH_RECORD)
def test_the_role_that_may_most_reaches_its_own_and_not_the_others(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str
) -> None:
    """On both databases; its neighbours ask for every role, which is decided above them (tests/engines.py)."""
    url, roles = address(name, variant, worlds[0]), may(name, variant)
    role = max(sorted(roles), key=lambda each: len(ROLES[each].permissions))
    own = ask(browsers["havre", role], "get", url).status_code
    assert own == (405 if name in POST_ONLY else ANSWERS.get(name, 200))
    assert ask(browsers["other", role], "get", url).status_code in ({404, 405} if own == 405 else {404})


@pytest.mark.promise("T5")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "variant"), WITH_RECORD)
def test_the_records_of_another_organisation_do_not_exist(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str, method: str
) -> None:
    url = address(name, variant, worlds[0])
    got = {role.value: ask(browsers["other", role], method, url).status_code for role in Role}
    # A method that the address never takes is refused before the record is looked for.
    own = ask(browsers["havre", min(may(name, variant))], method, url).status_code
    assert set(got.values()) <= ({404, 405} if own == 405 else {404}), got


@pytest.mark.promise("T5")
@pytest.mark.parametrize("name", WITHOUT)
def test_no_page_shows_anything_of_another_organisation(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str
) -> None:
    mine, theirs = worlds
    for role in may(name, ""):
        page = ask(browsers["other", role], "get", address(name, "", theirs)).content.decode(errors="replace")
        assert not {word for word in mine.words if word in page}, role


@pytest.mark.promise("T5")
def test_the_test_above_would_see_it(worlds: tuple[World, World], browsers: dict[tuple[str, str], Client]) -> None:
    """The lists of the first organisation do show its codes and names."""
    page = ask(browsers["havre", Role.COORDINATOR], "get", reverse("casefiles:files")).content.decode()
    assert worlds[0].code in page
    assert worlds[0].code not in worlds[1].words


@pytest.mark.promise("T5")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("name", "variant"), [(n, v) for n, v in WITH_RECORD if {"code", "pk"} <= set(arguments(PATTERNS[n]))]
)
def test_a_record_is_not_reached_through_another_file(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str, method: str
) -> None:
    """The code of a file one may see, the id of a record of another: in one's organisation, and across two."""
    mine, theirs = worlds
    through_a_neighbour = address(name, variant, mine, code="P-0001")
    assert mine.code != "P-0001"
    across = address(name, variant, mine, code=theirs.code)
    for role in may(name, variant):
        assert ask(browsers["havre", role], method, through_a_neighbour).status_code == 404
        assert ask(browsers["other", role], method, across).status_code == 404


@pytest.mark.promise("T5")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "variant"), [(n, v) for n, v in CASES if n not in PUBLIC])
def test_signed_out_everything_leads_to_the_door(
    worlds: tuple[World, World], name: str, variant: str, method: str
) -> None:
    response = ask(Client(), method, address(name, variant, worlds[0]))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse(settings.LOGIN_URL))


@pytest.mark.parametrize(
    "name", [n for n, p in ADDRESSES if n not in PUBLIC and n not in PATTERNS and not arguments(p)]
)
def test_the_pages_of_the_sign_in_library_ask_to_be_signed_in(worlds: tuple[World, World], name: str) -> None:
    response = ask(Client(), "get", reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse(settings.LOGIN_URL))


@pytest.mark.promise("T8")
@pytest.mark.parametrize(("name", "variant"), [(n, v) for n, v in CASES if n not in NEEDS_NO_VAULT])
def test_locked_everything_asks_the_passphrase(
    worlds: tuple[World, World], browsers: dict[tuple[str, str], Client], name: str, variant: str
) -> None:
    locked = Client()
    locked.cookies.update(browsers["havre", Role.COORDINATOR].cookies)
    del locked.cookies["havre_vault"]
    url = address(name, variant, worlds[0])
    assert ask(locked, "get", url)["Location"].startswith(reverse("accounts:unlock"))
    assert ask(locked, "post", url).status_code == 423
