"""An installation of its own in SQLite files, with processes that start at the same instant: for what threads cannot show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SET_UP = "import os, sys, django; django.setup()\n"
READY = "print('ready', flush=True); sys.stdin.readline()\n"


class Installation:
    """Two databases in files, migrated; every process is a new Python."""

    def __init__(self, folder: Path) -> None:
        kept = {
            k: v
            for k, v in os.environ.items()
            if k not in {"DATABASE_URL", "KEYSTORE_URL"} and not k.startswith("HAVRE_")
        }
        self.environment = {
            **kept,
            "HAVRE_MODE": "test",
            "HAVRE_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        migrate = "from django.core.management import call_command\n"
        for alias in ("default", "keystore"):
            migrate += f"call_command('migrate', verbosity=0, database={alias!r})\n"
        self.run(migrate)

    def _start(self, code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SET_UP + code],
            env=self.environment, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @staticmethod
    def _end(process: subprocess.Popen[str], typed: str = "") -> str:
        out, errors = process.communicate(typed, timeout=120)
        assert process.returncode == 0, errors
        return out.strip()

    def run(self, code: str) -> str:
        """What one process prints. Fails with its errors."""
        return self._end(self._start(code))

    def at_once(self, prepare: str, act: str, *, count: int) -> list[str]:
        """`count` processes do `prepare`, wait for each other, then do `act`; what each prints."""
        processes = [self._start(f"who = {n}\n" + prepare + "\n" + READY + act) for n in range(count)]
        for process in processes:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == "ready\n", process.communicate()[1]
        return [self._end(process, "go\n") for process in processes]
