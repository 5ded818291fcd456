"""Tries are counted for every process together, under no name; who is refused is told how long to wait (T17)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from allauth.core.internal.ratelimit import get_rates
from django.conf import LazySettings
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import settings as real
from havre.accounts import limits
from havre.accounts.models import Tries, User
from havre.audit.models import Event
from havre.vault import crypto, keys
from tests.factories import PASSPHRASE, House
from tests.factories.security_key import SecurityKey
from tests.separate import Installation

FIVE = "5/5m/key"
RECOVER = "/settings/lost/"
NEW = "nine patient otters downstream"


class _Clock:
    """The real clock, which stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Moves the time of the limits."""
    clock = _Clock()
    monkeypatch.setattr(limits, "_now", clock)
    return clock


@pytest.fixture(autouse=True)
def _as_in_production(settings: LazySettings) -> None:
    """The tests have no limit; these have those of production."""
    settings.ACCOUNT_RATE_LIMITS = {**real.HAVRE_LIMITS, "login": None, "login_failed": None, "reauthenticate": None}


def _try(action: str = "sign_in", key: str = "awa", address: str = "203.0.113.7") -> limits.Counted:
    return limits.consume(RequestFactory(REMOTE_ADDR=address).post("/"), action, key)


def _refused(action: str = "sign_in", key: str = "awa", address: str = "203.0.113.7") -> int:
    with pytest.raises(limits.TooManyTries) as refused:
        _try(action, key, address)
    return refused.value.seconds


def test_five_tries_then_the_wait_is_said_and_ends(db: None, clock: _Clock) -> None:
    for _ in range(5):
        _try()
    assert _refused() == 300
    clock.at += timedelta(seconds=200)
    assert _refused() == 100
    clock.at += timedelta(seconds=101)
    _try()


def test_another_name_is_another_count_and_another_address_is_not(db: None, clock: _Clock) -> None:
    for number in range(5):
        _try(address=f"203.0.113.{number}")
    _refused(address="198.51.100.1")
    _try(key="noor")


def test_one_address_tries_many_names_in_vain(db: None, clock: _Clock) -> None:
    for number in range(60):
        _try(key=f"name{number}")
    assert _refused(key="name60") == 60
    _try(key="name60", address="198.51.100.1")


def test_an_address_said_by_the_browser_is_not_believed(db: None, clock: _Clock, settings: LazySettings) -> None:
    def attempt(number: int) -> None:
        request = RequestFactory().post("/", headers={"X-Forwarded-For": f"203.0.113.{number}"})
        limits.consume(request, "sign_in", f"name{number}")

    for number in range(60):
        attempt(number)
    with pytest.raises(limits.TooManyTries):
        attempt(61)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # a proxy of ours wrote the last address of the list
    attempt(62)


def test_a_success_gives_back_its_own_try_only(db: None, clock: _Clock) -> None:
    for _ in range(3):
        _try()
    for _ in range(4):
        _try().give_back()
    for _ in range(2):
        _try()
    _refused()


def test_no_name_and_no_address_is_kept(db: None, clock: _Clock, settings: LazySettings) -> None:
    for _ in range(5):
        _try()
    _refused()
    kept = str(list(Tries.objects.values())) + str(list(Event.objects.values("target", "detail")))
    assert "awa" not in kept
    assert "203.0.113" not in kept
    marks = set(Tries.objects.values_list("whom", flat=True))
    settings.HAVRE_PEPPER = bytes(32)
    _try()
    assert marks.isdisjoint(set(Tries.objects.values_list("whom", flat=True)) - marks)
    assert Tries.objects.count() == 4, "without the pepper the mark of a name cannot be made again"


def test_the_first_refusal_is_told_once(db: None, clock: _Clock) -> None:
    for _ in range(5):
        _try()
    for _ in range(3):
        _refused()
    event = Event.objects.get(kind="accounts.limit.reached")
    assert (event.actor_id, event.target, event.detail) == (None, "", {"action": "sign_in", "per": "key"})


def test_what_is_over_is_forgotten(db: None, clock: _Clock) -> None:
    _try(key="awa")
    clock.at += timedelta(minutes=6)
    _try(key="noor", address="198.51.100.1")
    assert Tries.objects.count() == 2


def test_every_secret_has_its_limit_and_allauth_counts_nothing() -> None:
    assert set(real.HAVRE_LIMITS) == {"sign_in", "factor", "recover", "passphrase", "code", "paper", "found"}
    for action in real.HAVRE_LIMITS:
        rates = get_rates(app="allauth.account", action=action)
        assert {rate.per for rate in rates} >= {"key"}, action
        assert all(rate.amount <= 5 and rate.duration >= 300 for rate in rates if rate.per == "key"), action
    for action in ("login", "login_failed", "reauthenticate"):
        assert not get_rates(app="allauth.account", action=action)


# --- each door --------------------------------------------------------------------------------------------------------------


def _statuses(attempt: Any, count: int = 6) -> list[int]:
    return [attempt().status_code for _ in range(count)]


@pytest.mark.parametrize("name", ["havre.lawyer", "nobody.at.all"])
def test_the_door_of_the_passphrase_waits_for_any_name(house: House, sign_in: Any, name: str) -> None:
    assert _statuses(lambda: sign_in(Client(), name, "wrong")) == [200] * 5 + [429]
    right = sign_in(Client(), name)
    assert right.status_code == 429
    assert "Wait 5 minutes" in right.content.decode()
    assert sign_in(Client(), "havre.reception").status_code == 302


def test_the_door_of_a_lost_passphrase(house: House, client: Client) -> None:
    form = {"username": "havre.lawyer", "printed_code": "AAAA", "new": NEW, "again": NEW}
    assert _statuses(lambda: client.post(RECOVER, form)) == [422] * 5 + [429]
    right = {**form, "printed_code": keys.new_code(PASSPHRASE, by=house.user("lawyer"))}
    assert client.post(RECOVER, right).status_code == 429


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("accounts:unlock", {"passphrase": "wrong"}),
        ("accounts:passphrase", {"present": "wrong one", "new": NEW, "again": NEW}),
        ("accounts:code", {"passphrase": "wrong"}),
        ("accounts:code-check", {"printed_code": "AAAA"}),
    ],
)
def test_the_doors_inside(house: House, name: str, form: dict[str, str]) -> None:
    client = house.client("lawyer")
    answers = [client.post(reverse(name), form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Wait 5 minutes" in answers[-1].content.decode()


def test_a_passphrase_is_one_count_whichever_page_asks_it(house: House) -> None:
    client = house.client("lawyer")
    for _ in range(5):
        client.post(reverse("accounts:unlock"), {"passphrase": "wrong"})
    assert client.post(reverse("accounts:code"), {"passphrase": PASSPHRASE}).status_code == 429
    by_script = client.post(reverse("accounts:unlock"), {"passphrase": PASSPHRASE}, headers={"X-Havre": "fetch"})
    assert by_script.status_code == 429


def test_the_door_of_the_second_factor(house: House, client: Client, sign_in: Any, settings: LazySettings) -> None:
    settings.HAVRE_SECOND_FACTOR = True
    sign_in(client)
    key = SecurityKey()
    options = client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]
    client.post(reverse("mfa_add_webauthn"), {"name": "k", "credential": key.register(options)})
    thief = Client()
    sign_in(thief)
    authenticate = reverse("mfa_authenticate")
    assert _statuses(lambda: thief.post(authenticate, {"code": "00000000"}), 3) == [200] * 3
    assert _statuses(lambda: thief.post(authenticate, {"credential": '{"id": "a"}'}), 3) == [200, 200, 429]
    again = Client()
    sign_in(again)
    options = again.get(authenticate).context["js_data"]["request_options"]
    assert again.post(authenticate, {"credential": key.answer(options)}).status_code == 429


# --- who exists is not to be guessed (T17) --------------------------------------------------------------------------------


@pytest.fixture
def gone(house: House) -> User:
    """A member who left."""
    user = house.user("reception")
    user.is_active = False
    user.save()
    return user


def _spied(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    true = getattr(module, name)

    def spy(*args: Any, **kwargs: Any) -> Any:
        calls.append((kwargs.get("passes"), kwargs.get("memory")))
        return true(*args, **kwargs)

    monkeypatch.setattr(module, name, spy)
    return calls


def test_signing_in_costs_the_same_whoever_is_named(
    gone: User, client: Client, monkeypatch: pytest.MonkeyPatch, sign_in: Any
) -> None:
    """Wrong passphrase, unknown name, right passphrase of a member who left: the same work, queries and page."""
    calls = _spied(monkeypatch, crypto, "stretch")
    attempts = (("havre.lawyer", "wrong"), ("someone.unknown", "wrong"), (gone.username, PASSPHRASE))
    for name, passphrase in attempts:  # the first try of a name makes its count, known or not
        sign_in(Client(), name, passphrase)
    work, queries, pages = [], [], []
    for name, passphrase in attempts:
        calls.clear()
        with CaptureQueriesContext(connection) as asked:
            answer = sign_in(Client(), name, passphrase)
        work.append(list(calls))
        queries.append([q["sql"].split()[0] for q in asked.captured_queries])
        pages.append((answer.status_code, _without(answer, name)))
    assert work[0] == work[1] == work[2]
    assert len(work[0]) == 1
    assert queries[0] == queries[1] == queries[2]
    assert pages[0] == pages[1] == pages[2]


def test_a_lost_passphrase_costs_the_same_whoever_is_named(
    gone: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _spied(monkeypatch, keys, "code_key")
    work, pages = [], []
    for name in ("havre.lawyer", "nobody", gone.username):
        calls.clear()
        answer = client.post(RECOVER, {"username": name, "printed_code": "AAAA", "new": NEW, "again": NEW})
        work.append(len(calls))
        pages.append((answer.status_code, _without(answer, name)))
    assert work == [1, 1, 1]
    assert pages[0] == pages[1] == pages[2]


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_of_the_second_factor_says_nothing_to_a_stranger(
    gone: User, client: Client, sign_in: Any, method: str
) -> None:
    """It opens after the right passphrase only: for whoever did not type it, it leads back to the door."""
    answers = []
    for name in ("havre.lawyer", "nobody", gone.username):
        browser = Client()
        sign_in(browser, name, "wrong")
        answer = getattr(browser, method)(reverse("mfa_authenticate"))
        answers.append((answer.status_code, answer["Location"]))
    assert set(answers) == {(302, reverse("account_login"))}


def _without(answer: Any, name: str) -> str:
    page = answer.content.decode().replace(name, "")
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}", "", page)


# --- several processes ---------------------------------------------------------------------------------------------------


TRY_FORTY_TIMES = """
from django.conf import settings
from django.test import RequestFactory
from havre.accounts import limits
settings.ACCOUNT_RATE_LIMITS = {"sign_in": "5/5m/key,7/5m/ip"}
request, passed = RequestFactory().post("/"), 0
"""
ACT = """
for _ in range(10):
    try:
        limits.consume(request, "sign_in", "awa")
        passed += 1
    except limits.TooManyTries:
        pass
print(passed, limits.first_time("totp", "one/123456", within=120))
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite files")
def test_four_processes_count_together(tmp_path: Path) -> None:
    said = [line.split() for line in Installation(tmp_path).at_once(TRY_FORTY_TIMES, ACT, count=4)]
    assert sum(int(passed) for passed, _once in said) == 5
    assert [once for _passed, once in said].count("True") == 1, "a code that two processes see is good once"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_threads_count_together(settings: LazySettings) -> None:
    start = Barrier(4)

    def tries(_who: int) -> int:
        start.wait()
        passed = 0
        try:
            for _ in range(10):
                try:
                    _try()
                except limits.TooManyTries:
                    continue
                passed += 1
            return passed
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tries, range(4))) == 5
    assert Event.objects.filter(kind="accounts.limit.reached").count() == 1
