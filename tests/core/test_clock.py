"""Domain time can stand elsewhere; what it says is what a wall clock in Paris would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from django.conf import LazySettings
from django.utils import timezone

from havre.core import clock

THEN = datetime(2019, 12, 31, 22, 59, tzinfo=UTC)


def test_without_anything_said_it_is_now(settings: LazySettings) -> None:
    settings.HAVRE_TODAY = None
    assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)
    assert clock.today() == timezone.localdate()


def test_travelling_and_coming_back() -> None:
    with clock.travel(THEN):
        assert clock.now() == THEN
        with clock.travel(THEN + timedelta(days=400)):
            assert clock.today().year == 2021
        assert clock.now() == THEN
    assert clock.now() != THEN


def test_an_error_on_the_way_brings_the_clock_back() -> None:
    with pytest.raises(RuntimeError), clock.travel(THEN):
        raise RuntimeError
    assert clock.now() != THEN


def test_the_day_is_that_of_paris() -> None:
    with clock.travel(THEN):
        assert clock.today() == date(2019, 12, 31)
    with clock.travel(THEN + timedelta(minutes=1)):
        assert clock.today() == date(2020, 1, 1)


def test_an_instant_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.travel(datetime(2019, 1, 1)):
        pass


def test_travel_is_for_one_thread_only() -> None:
    seen: list[datetime] = []
    with clock.travel(THEN):
        other = Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0] != THEN


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2020, 2, 29), date(2019, 3, 31), date(2019, 7, 14)])
def test_the_demonstration_stands_on_its_day(settings: LazySettings, day: date) -> None:
    settings.HAVRE_TODAY = day
    real = timezone.localtime()
    now = clock.now()
    assert clock.today() == now.date() == day
    assert timezone.is_aware(now)
    assert (now.hour, now.minute) in {(real.hour, real.minute), ((m := real + timedelta(minutes=1)).hour, m.minute)}
    with clock.travel(THEN):
        assert clock.now() == THEN
