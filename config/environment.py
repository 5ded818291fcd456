"""Reading the environment: the only place that turns its text into values, and that refuses what is unsafe."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("production", "demo", "test")


def text(name: str, default: str = "") -> str:
    """One variable, stripped."""
    return os.environ.get(name, default).strip()


def mode() -> str:
    """`production` unless said otherwise: forgetting to say it must never weaken an installation."""
    value = text("HAVRE_MODE", "production")
    if value not in MODES:
        raise ImproperlyConfigured(f"HAVRE_MODE is {value!r}; it is one of {', '.join(MODES)}.")
    return value


def flag(name: str, default: bool) -> bool:
    """`1`, `yes`, `true`, `on` or `0`, `no`, `false`, `off`."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write yes or no.")


def count(name: str, default: int) -> int:
    """A whole number, one at least."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number, 1 at least.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    """`one:this,other:that`. Raises `ImproperlyConfigured`."""
    found = {}
    for word in words(name):
        key, colon, value = word.partition(":")
        if not (key and colon and value):
            raise ImproperlyConfigured(f"{name} has {word!r}; write it as one:this,other:that.")
        found[key.strip()] = value.strip()
    return found


def database(name: str, fallback: Path, *, flush: bool = False) -> dict[str, Any]:
    """A database of `DATABASE_URL` form (`postgres://user:pass@host:port/name`), else SQLite at `fallback`.

    `flush`: what is committed survives a power cut at once (SQLite otherwise waits for its next checkpoint).
    """
    url = text(name)
    safe = "FULL" if flush else "NORMAL"
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": fallback,
            "OPTIONS": {
                # IMMEDIATE: a writer waits its turn at BEGIN, instead of failing in the middle of its work.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={safe}; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must start with postgres://, or be empty for SQLite.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 60,
    }


def secret(name: str, file: Path, *, make: bool) -> str:
    """A secret from the environment, or from a file that only its owner reads; made on first use if `make`."""
    value = text(name)
    if value:
        return value
    if not file.exists():
        if not make:
            raise ImproperlyConfigured(
                f"{name} is missing: set it, or write it to {file} (readable by its owner only)."
            )
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _draw(file)
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ImproperlyConfigured(f"{file} can be read by others: run chmod 0400 on it.")
    value = file.read_text().strip()
    if not value:
        raise ImproperlyConfigured(f"{file} is empty: put back the copy you kept of it.")
    return value


def _draw(file: Path) -> None:
    """Write a secret whole or not at all. Processes that start at the same moment end with one: the first one's."""
    handle, draft = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(os.urandom(32).hex())
            out.flush()
            os.fchmod(handle, 0o400)
            os.fsync(handle)
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        os.unlink(draft)


def refuse_unsafe(values: dict[str, Any]) -> None:
    """Stop a production start that a thief would thank us for.

    Raises `ImproperlyConfigured`, listing every unsafe value at once.
    """
    wrong = []
    if len(values["SECRET_KEY"]) < 50:
        wrong.append("the secret key is shorter than 50 characters")
    if len(values["HAVRE_PEPPER"]) != 32:
        wrong.append("the pepper is not 32 bytes in hexadecimal")
    if values["DEBUG"]:
        wrong.append("debugging pages are on")
    if not values["ALLOWED_HOSTS"] or "*" in values["ALLOWED_HOSTS"]:
        wrong.append("HAVRE_HOSTS does not name the hosts that may answer")
    if not values["HAVRE_SECOND_FACTOR"]:
        wrong.append("the second factor is off")
    if not values["HAVRE_HTTPS"]:
        wrong.append("HTTPS is off")
    if not 0 < values["HAVRE_IDLE_SECONDS"] <= 900:
        wrong.append("a session left alone stays open for more than 15 minutes")
    if values["HAVRE_TODAY"]:
        wrong.append("HAVRE_TODAY moves the calendar, which only the demonstration may do")
    if values["HAVRE_KDF"] != (4, 128 * 2**20):
        wrong.append("the passphrase derivation is weakened")
    if wrong:
        raise ImproperlyConfigured("Havre does not start in production: " + "; ".join(wrong) + ".")
