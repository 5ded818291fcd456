"""An installation of its own, with processes that start at the same instant: for what threads cannot show.

Its two databases are SQLite files in its folder or, in a run on PostgreSQL (tests/postgres.py), two of their own there.
Each process of pytest migrates once; every new installation is a copy of that.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent
SET_UP = "import os, sys, django; django.setup()\n"
READY = "print('ready', flush=True); sys.stdin.readline()\n"
VARIABLES = ("DATABASE_URL", "KEYSTORE_URL")


def _own(url: str, template: str = "") -> str:
    """The address of a new database on the server of another; a copy of `template`, which nobody may be using."""
    name = f"havre_own_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"{f" TEMPLATE {template!s}" if template else ""}'.encode())
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class Installation:
    """Two databases, migrated; every process is a new Python. `HAVRE_...` variables are given as `mode="demo"`."""

    def __init__(
        self, folder: Path, *, urls: dict[str, str] | None = None, source: Installation | None = None, **given: str
    ) -> None:
        """A new one; or a copy of `source`; or, with its `urls`, one that another process made."""
        if source is None and urls is None:
            source = _migrated()
        kept = {k: v for k, v in os.environ.items() if k not in VARIABLES and not k.startswith("HAVRE_")}
        self.folder = folder
        self.urls = dict(urls or {})
        self._given = {f"HAVRE_{name.upper()}": value for name, value in given.items()}
        if urls is None and os.environ.get("DATABASE_URL"):
            for name in VARIABLES:
                template = urlsplit(source.urls[name]).path[1:] if source else ""
                self.urls[name] = _own(os.environ[name], template)
        self.environment = {
            **kept,
            **self.urls,
            "HAVRE_MODE": "test",
            "HAVRE_DATA": str(folder),
            **self._given,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        if source is not None:
            shutil.copytree(source.folder, folder, dirs_exist_ok=True)

    def copy(self, folder: Path) -> Installation:
        """The same, elsewhere. Nobody may be working in this one."""
        given = {name.removeprefix("HAVRE_").lower(): value for name, value in self._given.items()}
        return Installation(folder, source=self, **given)

    def remove(self) -> None:
        """It is gone, whoever still looks at it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, url in self.urls.items():
            with psycopg.connect(os.environ[name], autocommit=True) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)'.encode())

    def start(self, code: str) -> subprocess.Popen[str]:
        """A process that runs this code, with Django set up."""
        return subprocess.Popen(
            [sys.executable, "-c", SET_UP + code],
            env=self.environment, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @staticmethod
    def _end(process: subprocess.Popen[str], *, within: float) -> str:
        out, errors = process.communicate(timeout=within)
        assert process.returncode == 0, errors
        return out.strip()

    def run(self, code: str, *, within: float = 120) -> str:
        """What one process prints. Fails with its errors."""
        return self._end(self.start(code), within=within)

    def at_once(self, prepare: str, act: str, *, count: int, within: float = 120) -> list[str]:
        """`count` processes do `prepare`, wait for each other, then do `act`; what each prints."""
        processes = [self.start(f"who = {n}\n" + prepare + "\n" + READY + act) for n in range(count)]
        for process in processes:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == "ready\n", process.communicate()[1]
        for process in processes:  # all of them, before any is waited for
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [self._end(process, within=within) for process in processes]


@cache
def _migrated() -> Installation:
    """Two migrated databases and nothing in them, made once by this process and taken away when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="havre-migrated-"))
    urls = {name: _own(os.environ[name]) for name in VARIABLES if os.environ.get("DATABASE_URL")}
    made = Installation(folder, urls=urls)
    atexit.register(made.remove)
    migrate = "from django.core.management import call_command\n"
    for alias in ("default", "keystore"):
        migrate += f"call_command('migrate', verbosity=0, database={alias!r})\n"
    made.run(migrate)
    return made
