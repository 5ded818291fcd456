"""Promises that no single feature keeps: sentences for every event, no word in a log, addresses of nobody, three languages."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from havre.audit.sentences import SENTENCES
from havre.core import codelists
from havre.core.workflow import REGISTRY

ROOT = Path(__file__).resolve().parent.parent.parent
HAVRE = ROOT / "havre"
SOURCES = sorted(p for p in HAVRE.rglob("*.py") if "migrations" not in p.parts)
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
# Split, so that this file does not hold them.
HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "un" + "pkg.com", "jsdel" + "ivr.net",
         "cdn" + "js.cloudflare", "google" + "apis.com", "gstatic" + ".com", "boot" + "strapcdn", "docker" + ".io")  # fmt: skip


def name(path: Path) -> str:
    """The path as people write it."""
    return str(path.relative_to(ROOT))


def calls(path: Path) -> list[ast.Call]:
    """Every call of a file."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    """The last name of what is called: `record`, `tell`, `print`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# --- the audit log --------------------------------------------------------------------------------------------------------


def kinds() -> list[str]:
    """Every kind of event that the code writes, workflow steps included."""
    found = set()
    for path in SOURCES:
        for call in calls(path):
            if called(call) in {"record", "tell"} and call.args:
                first = call.args[0]
                found |= {
                    node.value for node in ast.walk(first) if isinstance(node, ast.Constant) and _is_kind(node.value)
                }
    steps = {f"intake.alert.{step}" for step in REGISTRY["alert"].steps}
    return sorted(found | steps)


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", value) is not None


def test_there_are_events() -> None:
    assert len(kinds()) > 30


@pytest.mark.parametrize("kind", kinds())
def test_every_event_has_its_sentence(kind: str) -> None:
    assert str(SENTENCES[kind]).strip()


# --- logs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_printed_nor_logged(path: Path) -> None:
    """What a service holds may be what someone confided: no log, no print, no warning. Commands write to stdout."""
    if path.is_relative_to(HAVRE / "demo") or "commands" in path.parts or path.name == "logs.py":
        pytest.skip("the demonstration, a command, or the log itself")
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & {"logging", "warnings", "structlog"}
    assert not [call.lineno for call in calls(path) if called(call) == "print"]


# --- addresses ------------------------------------------------------------------------------------------------------------


def test_no_tracked_file_names_a_registry_or_a_network_of_assets() -> None:
    if not any(TRACKED):
        pytest.skip("not a clone")
    found = []
    for tracked in filter(None, TRACKED):
        path = ROOT / tracked
        if not path.is_file() or path.suffix in {".png", ".jpg", ".woff2", ".pdf"}:
            continue
        text = path.read_text(errors="ignore")
        found += [f"{tracked}: {host}" for host in HOSTS if host in text]
    assert not found


# --- generated pages ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_reference_pages_say_what_the_code_says() -> None:
    call_command("docs", check=True, verbosity=0)


# --- languages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("list_name", sorted(codelists.names()))
def test_every_code_is_said_in_three_languages(list_name: str) -> None:
    codes = codelists.get(list_name)
    for code in codes.codes:
        assert all(codes.label(code, language).strip() for language in ("en", "fr", "ar")), code
