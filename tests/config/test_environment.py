"""The settings: read from the environment, and refused in production when a thief would thank us for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE: dict[str, Any] = {
    "SECRET_KEY": "k" * 50,
    "HAVRE_PEPPER": bytes(32),
    "DEBUG": False,
    "ALLOWED_HOSTS": ["havre.example.org"],
    "HAVRE_SECOND_FACTOR": True,
    "HAVRE_HTTPS": True,
    "HAVRE_IDLE_SECONDS": 900,
    "HAVRE_TODAY": None,
    "HAVRE_KDF": (4, 128 * 2**20),
}
UNSAFE = [
    ("SECRET_KEY", "short"),
    ("HAVRE_PEPPER", bytes(31)),
    ("DEBUG", True),
    ("ALLOWED_HOSTS", []),
    ("ALLOWED_HOSTS", ["*"]),
    ("HAVRE_SECOND_FACTOR", False),
    ("HAVRE_HTTPS", False),
    ("HAVRE_IDLE_SECONDS", 901),
    ("HAVRE_IDLE_SECONDS", 0),
    ("HAVRE_TODAY", "2019-12-31"),
    ("HAVRE_KDF", (1, 8 * 2**20)),
]


def start(data: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with a sound production environment and what is changed in it."""
    sound = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HAVRE_DATA": str(data),
        "HAVRE_SECRET_KEY": "k" * 64,
        "HAVRE_PEPPER": "ab" * 32,
        "HAVRE_HOSTS": "havre.example.org",
    }
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.MODE)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **sound, **changed},
        capture_output=True,
        text=True,
    )


def test_production_is_what_happens_when_nothing_is_said(tmp_path: Path) -> None:
    assert start(tmp_path).stdout.strip() == "production"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"HAVRE_SECRET_KEY": "short"}, "secret key"),
        ({"HAVRE_SECRET_KEY": ""}, "HAVRE_SECRET_KEY is missing"),
        ({"HAVRE_PEPPER": ""}, "HAVRE_PEPPER is missing"),
        ({"HAVRE_PEPPER": "abcd"}, "pepper"),
        ({"HAVRE_HOSTS": ""}, "HAVRE_HOSTS"),
        ({"HAVRE_HOSTS": "*"}, "HAVRE_HOSTS"),
        ({"HAVRE_SECOND_FACTOR": "no"}, "second factor"),
        ({"HAVRE_HTTPS": "no"}, "HTTPS"),
        ({"HAVRE_TODAY": "2019-12-31"}, "calendar"),
        ({"HAVRE_MODE": "prodution"}, "HAVRE_MODE"),
        ({"HAVRE_HTTPS": "perhaps"}, "write yes or no"),
        ({"DATABASE_URL": "mysql://somewhere/havre"}, "DATABASE_URL"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else None,
)
def test_production_does_not_start_unsafe(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    done = start(tmp_path, **changed)
    assert done.returncode != 0
    assert words in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_each_unsafe_value_is_refused_alone(name: str, value: object) -> None:
    env.refuse_unsafe(dict(SAFE))
    with pytest.raises(ImproperlyConfigured):
        env.refuse_unsafe({**SAFE, name: value})


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse_unsafe({**SAFE, **dict(UNSAFE)})
    assert str(refusal.value).count(";") == len(dict(UNSAFE)) - 1


def test_a_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "pepper"
    made = env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True)
    assert len(bytes.fromhex(made)) == 32
    assert env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True) == made
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="read by others"):
        env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True)


def test_processes_that_start_together_have_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secrets" / "pepper"
    others: list[str] = []
    random = env.os.urandom

    def slow(count: int) -> bytes:
        """While this one draws, another process draws, and is done first."""
        monkeypatch.setattr(env.os, "urandom", random)
        others.append(env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True))
        return random(count)

    monkeypatch.setattr(env.os, "urandom", slow)
    assert env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True) == others[0] != ""
    assert list(file.parent.iterdir()) == [file]


def test_a_secret_that_was_emptied_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    file.touch(mode=0o400)
    with pytest.raises(ImproperlyConfigured, match="empty"):
        env.secret("HAVRE_NOBODY_SETS_THIS", file, make=True)


def test_a_secret_is_not_invented_where_it_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="missing"):
        env.secret("HAVRE_NOBODY_SETS_THIS", tmp_path / "pepper", make=False)
    assert not (tmp_path / "pepper").exists()


def test_database_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://anna:p%40ss@db.example.org:5433/havre")
    server = env.database("DATABASE_URL", tmp_path / "x")
    parts = [server[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["anna", "p@ss", "db.example.org", "5433", "havre"]
    monkeypatch.setenv("DATABASE_URL", "postgres://havre@/havre?host=/tmp/somewhere")
    socket = env.database("DATABASE_URL", tmp_path / "x")
    assert (socket["HOST"], socket["NAME"], socket["PASSWORD"]) == ("/tmp/somewhere", "havre", "")
    monkeypatch.delenv("DATABASE_URL")
    assert env.database("DATABASE_URL", tmp_path / "x")["NAME"] == tmp_path / "x"
