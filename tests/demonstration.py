"""The demonstration in a folder of its own; and its data, made once for a whole run: killed half-way, then made."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DAY = "2019-12-31"


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of the demonstration on SQLite, and nothing of the tests'."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HAVRE_", "DJANGO_", "DATABASE_", "KEYSTORE_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HAVRE_MODE": "demo",
        "HAVRE_TODAY": DAY,
        "HAVRE_DATA": str(data),
        "HAVRE_BUILD": str(data / "build"),
        "SERVE": "0",
        **more,
    }


def manage(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` there; `more` is added to its environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment(data, **more), capture_output=True, text=True
    )


def output(data: Path, *words: str) -> str:
    """What `manage.py` prints there. Fails with its errors."""
    done = manage(data, *words)
    assert done.returncode == 0, f"manage.py {' '.join(words)} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def left_by_the_kill(data: Path) -> list[str]:
    """The names of what the killed load had left."""
    return list(json.loads(_killed(data).read_text()))


def _killed(data: Path) -> Path:
    return data.parent / "killed.json"


def _kill_a_load(data: Path) -> None:
    words = [sys.executable, "manage.py", "load_demo"]
    first = subprocess.Popen(words, cwd=ROOT, env=environment(data), stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    for line in first.stderr:
        if "2017" in line:
            first.send_signal(signal.SIGKILL)
            break
    assert first.wait() == -signal.SIGKILL
    _killed(data).write_text(json.dumps(sorted(path.name for path in data.iterdir())))


@pytest.fixture(scope="session")
def caseload(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The data of a demonstration killed while it was loaded, then made; every worker's: copy it, never write in it."""
    base = tmp_path_factory.getbasetemp()
    data = (base if worker_id == "master" else base.parent) / "demonstration" / "data"
    data.parent.mkdir(exist_ok=True)
    with (data.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (data.parent / "complete").exists():
            shutil.rmtree(data, ignore_errors=True)
            data.mkdir(mode=0o700)
            _kill_a_load(data)
            assert "was loaded" in output(data, "load_demo")
            output(data, "demo")
            (data.parent / "complete").touch()
    return data
