"""What every answer carries in production: headers, and cookies for this host over HTTPS only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from django.test import Client
client = Client(headers={"Host": "havre.example.org"}, raise_request_exception=False)
answer = client.get("/sign-in/", secure=True)
plain = client.get("/sign-in/")
wrong = client.get("/sign-in/", headers={"Host": "evil.example"}, secure=True)
print(json.dumps({
    "headers": dict(answer.headers),
    "cookies": [m.OutputString() for m in answer.cookies.values()],
    "names": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
    "plain": [plain.status_code, plain.get("Location", "")],
    "trace": client.generic("TRACE", "/health/", secure=True).status_code,
    "statuses": [answer.status_code, wrong.status_code],
    "gallery": client.get("/gallery/", secure=True).status_code,
    "cookie": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a production process answers."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HAVRE_DATA": str(tmp_path_factory.mktemp("production")),
        "HAVRE_SECRET_KEY": "k" * 64,
        "HAVRE_PEPPER": "ab" * 32,
        "HAVRE_HOSTS": "havre.example.org",
    }
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_every_answer_carries_its_headers(told: dict[str, Any]) -> None:
    headers = told["headers"]
    assert told["statuses"] == [200, 400], "a host that is not ours is refused"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store" or "no-store" in headers["Cache-Control"]
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Access-Control-Allow-Origin" not in headers
    assert not {"Server", "X-Powered-By"} & set(headers)
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    for directive in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert policy[directive] == ["'none'"], directive
    assert policy["script-src"] == policy["style-src"] == ["'self'"]


def test_cookies_are_for_this_host_over_https_only(told: dict[str, Any]) -> None:
    assert told["cookies"], "the page of signing in has its token"
    for cookie in told["cookies"]:
        assert cookie.startswith("__Host-")
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
        assert len(cookie) < 4096
    assert all(name.startswith("__Host-") for name in told["names"])
    assert told["cookie"] == [True, True, "Strict"]


def test_plain_http_leads_to_https(told: dict[str, Any]) -> None:
    assert told["plain"] == [301, "https://havre.example.org/sign-in/"]


def test_what_is_of_the_workshop_is_not_there(told: dict[str, Any]) -> None:
    assert told["gallery"] == 404
    assert told["trace"] == 405
