"""A form sent twice writes once (R-promise: nothing lost, nothing twice)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections

from havre.accounts.models import Organisation, User
from havre.core.models import Submission
from havre.core.once import once
from tests.separate import Installation

MAKE = "from havre.accounts.models import Organisation as O, User as U; O.objects.create(name='O', slug='o'); "
MAKE += "U.objects.create(username='u', display_name='U', organisation=O.objects.get(), role='lawyer')"
PREPARE = "import uuid; from havre.accounts.models import *; from havre.core.once import once; u = User.objects.get()"
ACT = """
def do():
    Organisation.objects.create(name=f"made by {who}", slug=f"w{who}")
    return f"/made/{who}/"
print(once(uuid.UUID(int=5), by=u, do=do))
"""


@pytest.fixture
def me(db: None) -> User:
    """A member."""
    house = Organisation.objects.create(name="O", slug="o")
    return User.objects.create(username="u", display_name="U", organisation=house, role="lawyer")


def _made(name: str) -> str:
    Organisation.objects.create(name=name, slug=name)
    return f"/made/{name}/"


def test_sent_twice_done_once_and_led_to_the_same_place(me: User) -> None:
    key = uuid4()
    assert once(key, by=me, do=lambda: _made("first")) == "/made/first/"
    assert once(key, by=me, do=lambda: _made("second")) == "/made/first/"
    assert not Organisation.objects.filter(name="second").exists()


def test_without_a_key_it_is_done_each_time(me: User) -> None:
    for name in ("first", "second"):
        assert once(None, by=me, do=lambda name=name: _made(name)) == f"/made/{name}/"  # type: ignore[misc]


def test_work_that_fails_leaves_nothing_and_frees_the_key(me: User) -> None:
    key = uuid4()

    def failing() -> str:
        _made("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(key, by=me, do=failing)
    assert not Organisation.objects.filter(name="half").exists()
    assert not Submission.objects.exists()
    assert once(key, by=me, do=lambda: _made("half")) == "/made/half/"


def test_a_rule_of_the_database_broken_by_the_work_is_not_taken_for_a_second_sending(me: User) -> None:
    with pytest.raises(IntegrityError):
        once(uuid4(), by=me, do=lambda: _made("o"))
    assert not Submission.objects.exists()


def test_the_key_of_another_member_gives_nothing_away(me: User) -> None:
    other = User.objects.create(username="v", display_name="V", organisation=me.organisation, role="lawyer")
    key = uuid4()
    once(key, by=me, do=lambda: _made("first"))
    with pytest.raises(IntegrityError):
        once(key, by=other, do=lambda: _made("second"))
    assert not Organisation.objects.filter(name="second").exists()


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite files")
def test_two_processes_at_the_same_instant_write_once(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.run(MAKE)
    said = installation.at_once(PREPARE, ACT, count=3)
    assert len(set(said)) == 1
    count = "from havre.accounts.models import Organisation; print(Organisation.objects.count())"
    assert installation.run(count) == "2"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_threads_at_the_same_instant_write_once() -> None:
    house = Organisation.objects.create(name="O", slug="o")
    me = User.objects.create(username="u", display_name="U", organisation=house, role="lawyer")
    start, key = Barrier(3), uuid4()

    def send(who: int) -> str:
        start.wait()
        try:
            return once(key, by=me, do=lambda: _made(f"w{who}"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(send, range(3)))) == 1
    assert Organisation.objects.count() == 2
