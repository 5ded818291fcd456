"""What turns words into code is not used: no evaluation, no shell, no pickle, no template made of a string."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.guards.test_promises import HAVRE, SOURCES, name

FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.loads", "pickle.load", "marshal.loads",
    "shelve.open", "yaml.load", "Template", "template.Template", "engines.from_string", "mark_safe", "SafeString",
    "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_output",
}  # fmt: skip
# Where one is used all the same: the place, and why nothing that somebody typed reaches it.
ALLOWED = {
    ("havre/vault/backups.py", "subprocess.run"): "pg_dump and pg_restore, a list of words, no shell",
    (
        "havre/statistics/views.py",
        "mark_safe",
    ): "our own drawings; tests/statistics/test_charts.py shows that text stays text",
    ("havre/core/templatetags/havre.py", "mark_safe"): "icons of a wheel",
}
SCRIPTS = sorted((HAVRE / "static").rglob("*.js"))


def uses(source: str) -> set[str]:
    """The forbidden calls of a source, and every call with a shell."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        found |= {called} & FORBIDDEN
        found |= {f"{called}(shell=True)" for k in node.keywords if k.arg == "shell"}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_dangerous_is_called(path: Path) -> None:
    allowed = {call for (file, call) in ALLOWED if file == name(path)}
    assert uses(path.read_text()) <= allowed


def test_the_test_above_would_see_it() -> None:
    assert uses("eval(x)\nsubprocess.run(x, shell=True)") == {"eval", "subprocess.run", "subprocess.run(shell=True)"}
    for (file, call), _why in ALLOWED.items():
        assert call in uses((HAVRE.parent / file).read_text()), "no longer needed"


def test_sessions_are_json() -> None:
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_put_text_as_text(path: Path) -> None:
    text = path.read_text()
    dangerous = (
        r"\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(\s*[\"']"
    )
    assert not re.findall(dangerous, text)
