"""What the Makefile leans on: the stamps of the environment, and the compilation of translations."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.mofile import read_mo

ROOT = Path(__file__).resolve().parent.parent.parent
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "File"\nmsgstr "{}"\n'


def load(name: str) -> ModuleType:
    """A script as a module of its own."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, in a clone with two small locks and a made environment."""
    module = load("environment")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    for lock in ("base", "dev", "bench"):
        (tmp_path / "requirements" / f"{lock}.txt").write_text(f"{lock}==1\n")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").touch()
    return module


def installed(environment: ModuleType, monkeypatch: pytest.MonkeyPatch, lock: str) -> list[list[str]]:
    """Install, with a pip that only notes what it was asked."""
    asked: list[list[str]] = []
    monkeypatch.setattr(environment.subprocess, "run", lambda command, **_: asked.append(command))
    environment.install(environment.ROOT / "venv", lock)
    return asked


def test_nothing_is_fresh_before_an_installation(environment: ModuleType) -> None:
    assert not environment.is_fresh(environment.ROOT / "venv", "base")


def test_an_installed_lock_is_fresh_until_a_byte_of_it_changes(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = environment.ROOT / "venv"
    asked = installed(environment, monkeypatch, "base")
    assert "--require-hashes" in asked[0]
    assert environment.is_fresh(venv, "base")
    assert not environment.is_fresh(venv, "dev")
    (environment.ROOT / "requirements" / "base.txt").write_text("base==2\n")
    assert not environment.is_fresh(venv, "base")


def test_everything_for_developers_includes_what_runs(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(environment, monkeypatch, "dev")
    assert environment.is_fresh(environment.ROOT / "venv", "base")


def test_what_the_benchmarks_need_is_not_taken_for_what_runs(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = environment.ROOT / "venv"
    installed(environment, monkeypatch, "bench")
    assert environment.is_fresh(venv, "bench")
    assert not environment.is_fresh(venv, "base")


def test_another_python_is_another_installation(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(environment, monkeypatch, "base")
    monkeypatch.setattr(environment.sys, "version_info", (3, 99, 0))
    assert not environment.is_fresh(environment.ROOT / "venv", "base")


def test_an_old_python_is_told_what_to_do(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 0))
    with pytest.raises(SystemExit, match=r"3\.11"):
        environment.main()


@pytest.fixture
def translations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[ModuleType, Path]:
    """The script and one French catalogue."""
    module = load("compile_messages")
    source = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO.format("Dossier"))
    monkeypatch.setattr(module, "LOCALE", tmp_path / "locale")
    return module, source


def test_a_catalogue_is_compiled_again_only_when_it_changes(translations: tuple[ModuleType, Path]) -> None:
    script, source = translations
    compiled = source.with_suffix(".mo")
    assert script.main() == 0
    made = compiled.stat().st_mtime_ns
    with compiled.open("rb") as file:
        assert read_mo(file)["File"].string == "Dossier"
    assert script.main() == 0
    assert compiled.stat().st_mtime_ns == made
    source.write_text(PO.format("Chemise"))
    os.utime(source, ns=(made + 1, made + 1))
    assert script.main() == 0
    with compiled.open("rb") as file:
        assert read_mo(file)["File"].string == "Chemise"


def test_a_broken_catalogue_is_named(translations: tuple[ModuleType, Path], capsys: pytest.CaptureFixture[str]) -> None:
    script, source = translations
    source.write_text('nonsense\nmsgid "File"\nmsgstr "Dossier"\n')
    assert script.main() == 1
    assert "fr/LC_MESSAGES/django.po" in capsys.readouterr().err
    assert not source.with_suffix(".mo").exists()


def test_make_lists_its_targets() -> None:
    done = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {line.split()[1] for line in done.stdout.splitlines()}
    assert names >= {"setup", "run", "demo", "test", "check", "fix", "e2e", "docs", "bench", "messages"}


def test_a_command_gets_two_databases_and_its_exit_code_comes_back() -> None:
    script = "import os, psycopg, sys; [psycopg.connect(os.environ[v]) for v in ('DATABASE_URL', 'KEYSTORE_URL')]; sys.exit(7)"
    done = subprocess.run([sys.executable, "-m", "tests.postgres", "--", sys.executable, "-c", script], cwd=ROOT)
    assert done.returncode == 7
