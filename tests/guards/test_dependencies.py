"""The dependencies: each has its reason in pyproject.toml, the locks hold exactly them, and no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text()
DECLARED = {
    "base": tomllib.loads(PYPROJECT)["project"]["dependencies"],
    **tomllib.loads(PYPROJECT)["dependency-groups"],
}


def lines_of(path: Path) -> list[str]:
    """The requirements of a file, without comments, options and blank lines."""
    return [line for line in path.read_text().splitlines() if re.match(r"[A-Za-z0-9]", line)]


def plain(requirement: str) -> str:
    """The name alone, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("name", DECLARED)
def test_what_is_declared_is_what_gets_locked(name: str) -> None:
    assert sorted(DECLARED[name]) == sorted(lines_of(ROOT / "requirements" / f"{name}.in"))


@pytest.mark.parametrize("name", DECLARED)
def test_every_dependency_is_in_its_lock(name: str) -> None:
    locked = {plain(line) for line in lines_of(ROOT / "requirements" / f"{name}.txt")}
    assert {plain(line) for line in DECLARED[name]} <= locked


@pytest.mark.parametrize("requirement", [line for lines in DECLARED.values() for line in lines])
def test_every_dependency_says_why(requirement: str) -> None:
    line = next(line for line in PYPROJECT.splitlines() if f'"{requirement}"' in line)
    assert len(line.partition("#")[2].split()) >= 3, f"{requirement} has no reason beside it"


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_no_lock_names_an_address(file: Path) -> None:
    assert not re.search(r"(?m)://|^ *--(extra-)?index-url|^ *--find-links", file.read_text())


@pytest.mark.parametrize("name", DECLARED)
def test_every_locked_line_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pinned = re.findall(r"^[A-Za-z0-9][^\n]*(?:\n    [^\n]+)*", text, re.MULTILINE)
    assert len(pinned) > 40
    assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)
