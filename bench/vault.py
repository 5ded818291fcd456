"""What the vault costs, beside what others cost, in one run: rivals in turns, medians, the load; goals held or not.

    make bench                                                    # everything; a million people take some minutes
    python bench/vault.py fields signin finding duplicates rewrap # the parts named, all unless said
    python bench/vault.py finding --sizes 10000 100000 --repeats 5

PostgreSQL is started for the run. Each part has a process of its own. Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_UN, flock
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import duplicates, fields, finding, rewrapping, signin
from bench._measure import PRODUCTION, Goal, load, shown

PARTS = ("fields", "signin", "rewrap", "duplicates", "finding")
SIZES = (10_000, 100_000, 1_000_000)
LEAST = 5
FEW_MINUTES = 180


class Turn:
    """The lock of a machine that others use: left to them between two parts once we had it for some minutes."""

    def __init__(self, lock: Path | None) -> None:
        self._file = lock.open("a") if lock else None
        self._since: float | None = None

    def take(self) -> None:
        """Ours from now on. Waits."""
        if self._file is None or (self._since is not None and monotonic() - self._since < FEW_MINUTES):
            return
        flock(self._file, LOCK_UN)
        flock(self._file, LOCK_EX)
        self._since = monotonic()


def main() -> int:
    """Run the parts asked for and print the table of goals."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("parts", nargs="*", help=f"any of: {', '.join(PARTS)}")
    words.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="people to find somebody among")
    words.add_argument("--keys", type=int, default=10_000, help="case keys to wrap again")
    words.add_argument("--repeats", type=int, default=LEAST)
    words.add_argument("--lock", type=Path, help="a file that who shares the machine locks: given back between parts")
    words.add_argument("--choose", action="store_true", help="how the thresholds of duplicates.py were found")
    said = words.parse_args()
    if unknown := set(said.parts) - set(PARTS):
        words.error(f"no such part: {', '.join(sorted(unknown))}")
    if said.repeats < LEAST:
        words.error(f"at least {LEAST} repeats, or nothing is said")
    if said.choose:
        duplicates.choose()
        return 0
    began = datetime.now(UTC)
    shown(f"{began:%Y-%m-%d %H:%M} UTC · {_processor()} · Python {platform.python_version()} · {load()}")
    shown(f"PostgreSQL as in production: {', '.join(PRODUCTION)}; nothing synced to disk, which helps writing only")
    goals: list[Goal] = []
    apart = partial(_apart, Turn(said.lock))
    for part in said.parts or PARTS:
        if part == "fields":
            goals += apart(fields.run, said.repeats)
        elif part == "signin":
            goals += apart(signin.run, said.repeats)
        elif part == "rewrap":
            for database in ("sqlite", "postgres"):
                goals += apart(rewrapping.run, database, said.keys, said.repeats)
        elif part == "duplicates":
            goals += apart(duplicates.run)
        else:
            for size in said.sizes:
                goals += apart(finding.run, size, said.repeats)
    return _told(goals, began)


def _apart(turn: Turn, run: object, *arguments: object) -> list[Goal]:
    """In a process of its own: its databases, its memory, its settings."""
    turn.take()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run, *arguments).result()  # type: ignore[arg-type]


def _told(goals: list[Goal], began: datetime) -> int:
    minutes = (datetime.now(UTC) - began).total_seconds() / 60
    shown(f"\nGoals · {minutes:.0f} minutes · {load()}")
    wide = max((len(goal.what) for goal in goals), default=0)
    for goal in goals:
        verdict = "shown" if goal.goal == finding.SHOWN else "held" if goal.held else "MISSED"
        shown(f"  {goal.what:{wide}}  {goal.goal:12}  {goal.measured:34}  {verdict}")
    missed = sum(not goal.held for goal in goals)
    shown(f"{len(goals) - missed} of {len(goals)} held" if missed else "all held")
    return 1 if missed else 0


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return f"{len(names) or os.cpu_count()} × {names[0] if names else platform.processor()}"


if __name__ == "__main__":
    sys.exit(main())
