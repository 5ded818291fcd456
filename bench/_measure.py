"""What every benchmark shares: rivals in turns, medians, the load of the machine, goals held or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

# Of a server of 8 GiB given to PostgreSQL; the cluster of the tests is smaller.
PRODUCTION = (
    "shared_buffers=2GB", "work_mem=64MB", "maintenance_work_mem=1GB", "effective_cache_size=6GB", "random_page_cost=1.1",
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What was promised, what was measured, and whether the one holds in the other."""

    what: str
    goal: str
    measured: str
    held: bool


def alternated(rivals: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    """Milliseconds each rival took, `repeats` times, in turns: another one begins each round."""
    taken: dict[str, list[float]] = {name: [] for name in rivals}
    names = list(rivals)
    for number in range(repeats):
        at = number % len(names)
        for name in names[at:] + names[:at]:
            begin = perf_counter()
            rivals[name]()
            taken[name].append((perf_counter() - begin) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """Nineteen of twenty took no longer."""
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]


def load() -> str:
    """The load of the machine over the last minute: others may be at work on it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def shown(text: str) -> None:
    """Print at once: some parts take minutes."""
    print(text, flush=True)


def table(taken: dict[str, list[float]], *, beside: str, unit: str = "ms") -> None:
    """Median, p95 and ratio to one of them."""
    reference = median(taken[beside])
    for name, times in taken.items():
        shown(
            f"  {name:44} median {median(times):10.3f} {unit}   p95 {p95(times):10.3f} {unit}"
            f"   × {median(times) / reference:8.2f}   ({len(times)} runs)"
        )


@contextmanager
def application(database: str) -> Iterator[None]:
    """Django on an empty database, `sqlite` (files) or `postgres` (a cluster of its own, tuned as in production)."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with tempfile.TemporaryDirectory(prefix="havre-bench-") as place:
        os.environ["HAVRE_DATA"] = place
        if database == "postgres":
            from tests import postgres

            postgres.SPEED = (*postgres.SPEED, *PRODUCTION)
            with postgres.cluster() as addresses:
                os.environ.update(addresses)
                with _databases(Path(place)):
                    yield
        else:
            os.environ.pop("DATABASE_URL", None)
            os.environ.pop("KEYSTORE_URL", None)
            with _databases(Path(place)):
                yield


@contextmanager
def _databases(place: Path) -> Iterator[None]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    settings.HAVRE_OFFICER_KEYS_FILE = place / "officer_keys"
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    try:
        yield
    finally:
        connections.close_all()
