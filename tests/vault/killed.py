"""Ceremonies killed by SIGKILL at each of their writes, then done again by a fresh process.

A ceremony is one line of `ceremonies_killed`: what is prepared, what is done, and what must be true once it was done
again. Each attempt is a process of its own (a fork, before any database was opened) on a copy of one installation, two
of them at a time. The same questions are asked after each: the same texts open, `vault check` finds nothing wrong for
any member.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.separate import Installation

# What stands for a write: a statement just executed, a commit before and after, a file about to be opened or moved.
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")
FILES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "subprocess.Popen"}
LONGEST, ERRORS = 300, "errors"  # seconds for one ceremony; the file of what went wrong
TOGETHER = 2  # attempts at the same time
MOST = 14  # points a ceremony is killed at, spread over all of them; more when it has more commits: each is one


@dataclass(frozen=True)
class Ceremony:
    """What is done, to a house that `prepare` made ready. `done` raises when it is not complete."""

    name: str
    act: Callable[[Any], Any]
    done: Callable[[Any, Any], None]
    prepare: Callable[[Any], Any] = lambda home: None
    # What the case of this person is after: erased, its texts are not expected to open.
    erases: bool = False


class Killer:
    """Counts the writes of this process, and kills it at one of them."""

    def __init__(self, at: int | None, folder: Path) -> None:
        self.at, self.folder, self.kinds = at, str(folder), []  # type: ignore[var-annotated]
        self._over = False

    def reached(self, kind: str) -> None:
        """One more write."""
        if self._over:
            return
        if len(self.kinds) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.kinds.append(kind)

    def _wrapper(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip("( ").upper().startswith(WRITES):
            self.reached("statement")
        return result

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in FILES or self._over:
            return
        if event == "open" and not (isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        if event == "subprocess.Popen" or str(args[0]).startswith(self.folder):
            self.reached(event)

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Everything written inside is counted."""
        from django.db import connections
        from django.db.backends.base.base import BaseDatabaseWrapper

        commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]

        def committing(connection: Any) -> Any:
            self.reached("before commit")
            result = commit(connection)
            self.reached("after commit")
            return result

        BaseDatabaseWrapper._commit = committing  # type: ignore[attr-defined]
        for alias in connections:
            connections[alias].execute_wrappers.append(self._wrapper)
        sys.addaudithook(self._audit)
        try:
            yield self.kinds
        finally:
            self._over = True


def chosen(kinds: list[str]) -> list[int]:
    """The points to be killed at: around each commit, and a sample of the others."""
    sure = [n for n, kind in enumerate(kinds) if "commit" in kind]
    others = [n for n in range(len(kinds)) if n not in sure]
    room = min(len(others), max(4, MOST - len(sure)))
    return sorted({*sure, *(others[i * len(others) // room] for i in range(room))})


# --- processes ----------------------------------------------------------------------------------------------------------


def _settle(place: Installation) -> None:
    """In a child: this process works in that installation."""
    from django.conf import settings
    from django.db import connections

    settings.DATA = place.folder
    settings.HAVRE_OFFICER_KEYS_FILE = place.folder / "secrets" / "officer_keys"
    for alias, variable, file in (
        ("default", "DATABASE_URL", "havre.sqlite3"),
        ("keystore", "KEYSTORE_URL", "keystore.sqlite3"),
    ):
        url = place.urls.get(variable)
        connections.settings[alias]["NAME"] = urlsplit(url).path[1:] if url else place.folder / file
        if not url:  # what a dead process wrote is there all the same: to wait for the disk is for power cuts
            connections.settings[alias]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
        # Rows come at once and not by a cursor of the server: three questions less for each that `vault check` asks.
        connections.settings[alias]["DISABLE_SERVER_SIDE_CURSORS"] = True


def _fork(work: Callable[[], Any]) -> tuple[int, int]:
    """Begin it in a fork. Returns the process, and where it says what it returned."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    code = 0
    try:
        said = json.dumps(work())
    except BaseException:
        said, code = traceback.format_exc(), 1
    from django.db import connections

    connections.close_all()
    with os.fdopen(writing, "w") as out:
        out.write(said)
    os._exit(code)


def _ended(child: int, reading: int) -> tuple[int, Any]:
    """The signal it died of (0: none), and what it returned. Raises what it raised, in words."""
    with os.fdopen(reading) as got:
        said = got.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status), None
    if os.WEXITSTATUS(status):
        raise AssertionError(said)
    return 0, json.loads(said)


def in_a_process(place: Installation, work: Callable[[], Any]) -> tuple[int, Any]:
    """Run in a fork, in that installation. Returns the signal it died of (0: none), and what it returned."""

    def there() -> Any:
        _settle(place)
        return work()

    return _ended(*_fork(there))


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Each in a fork of its own, at the same time: what each returned. Raises what the first one raised."""
    begun, told, faults = [_fork(work) for work in works], [], []
    for process in begun:
        try:
            died, said = _ended(*process)
            assert not died, f"died of {died}"
            told.append(said)
        except AssertionError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return told


def attempt(ceremony: Ceremony, place: Installation, at: int | None) -> list[str] | None:
    """The ceremony, killed at one of its writes; returns its writes if it was not."""
    from tests.vault.killing import home_of

    def work() -> list[str]:
        home = home_of()
        with Killer(at, place.folder).watching() as kinds:
            ceremony.act(home)
        return kinds

    died, kinds = in_a_process(place, work)
    assert (died == signal.SIGKILL) is (at is not None), f"died of {died} at {at}"
    return kinds  # type: ignore[no-any-return]


def again(ceremony: Ceremony, place: Installation) -> str:
    """The same by a fresh process, then the questions. Returns how the second time went: "done" or the refusal."""
    from tests.vault.killing import home_of, intact

    def work() -> str:
        from havre.core.errors import Refusal
        from havre.vault.errors import NotGranted

        home = home_of()
        said, result = "done", None
        try:
            result = ceremony.act(home)
        except (Refusal, NotGranted) as refusal:
            said = type(refusal).__name__  # it was done already, or the questions below say that it was not
        ceremony.done(home, result)
        intact(home, but_erased=ceremony.erases)
        return said

    return str(in_a_process(place, work)[1])


def torture(ceremony: Ceremony, base: Installation, folder: Path) -> dict[str, Any]:
    """Kill it everywhere. Returns how often it was, and how the second times went."""
    ready = base.copy(folder / f"{ceremony.name}-ready")
    from tests.vault.killing import home_of

    in_a_process(ready, lambda: ceremony.prepare(home_of()) and None)
    whole = ready.copy(folder / f"{ceremony.name}-whole")
    kinds = attempt(ceremony, whole, None)
    assert kinds, f"{ceremony.name} writes nothing"
    whole.remove()

    def some(points: list[int]) -> dict[str, int]:
        went: dict[str, int] = {}
        for at in points:
            place = ready.copy(folder / f"{ceremony.name}-{at}")
            try:
                attempt(ceremony, place, at)
                said = again(ceremony, place)
            except AssertionError as fault:
                where = f"{ceremony.name}, killed at {at} of {len(kinds)} ({kinds[at]})"
                raise AssertionError(f"{where}: {fault}") from None
            went[said] = went.get(said, 0) + 1
            place.remove()
        return went

    points = chosen(kinds)
    shares = at_once(*(partial(some, points[first::TOGETHER]) for first in range(TOGETHER)))
    ready.remove()
    return {"writes": len(kinds), "killed": len(points), "again": dict(sum(map(Counter, shares), Counter()))}


def serve(base: Installation) -> None:
    """Ceremonies as they are asked for, a line each (JSON: name and folder), and a line for what came of it.

    One Python for all of them: what takes a second is to begin one.
    """
    from tests.vault.ceremonies_killed import BY_NAME

    os.dup2(os.open(base.folder.parent / ERRORS, os.O_WRONLY | os.O_CREAT, 0o600), sys.stderr.fileno())
    for line in sys.stdin:
        name, folder = json.loads(line)
        signal.alarm(LONGEST)  # ends this process, and the test says so
        try:
            told = torture(BY_NAME[name], base, Path(folder))
        except AssertionError as fault:
            told = {"fault": str(fault)}
        print(json.dumps(told), flush=True)
