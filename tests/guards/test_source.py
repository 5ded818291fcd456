"""The habits of the house, asserted on the text of the sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HAVRE = ROOT / "havre"
PYTHON = sorted(p for top in (HAVRE, ROOT / "config", ROOT / "tests", ROOT / "scripts") for p in top.rglob("*.py"))
OURS = [path for path in PYTHON if "migrations" not in path.parts]
DOMAIN = [p for p in OURS if p.is_relative_to(HAVRE) and p.relative_to(HAVRE).parts[0] not in {"core", "vault"}]
TEMPLATES = sorted(HAVRE.rglob("*.html"))
STYLES = sorted((HAVRE / "static").rglob("*.css"))
LONGEST = 400
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)


def name(path: Path) -> str:
    """The path as people write it, for the test's id."""
    return str(path.relative_to(ROOT))


def lines_with(path: Path, pattern: str, *, without: re.Pattern[str] | None = None) -> list[str]:
    """`file:line` of each match, comments left out if `without` says what they look like."""
    text = path.read_text()
    if without:
        text = without.sub(lambda match: "\n" * match.group().count("\n"), text)
    return [f"{name(path)}:{text.count(chr(10), 0, m.start()) + 1}: {m.group()}" for m in re.finditer(pattern, text)]


def test_there_is_something_to_guard() -> None:
    assert len(OURS) > 50
    assert len(TEMPLATES) > 20
    assert STYLES


@pytest.mark.parametrize("path", OURS, ids=name)
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST, "make it a package of the same name"


@pytest.mark.parametrize("path", OURS, ids=name)
def test_a_name_says_what_is_inside(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "misc", "common"}


@pytest.mark.parametrize("path", [p for p in OURS if p.is_relative_to(HAVRE)], ids=name)
def test_no_hidden_step(path: Path) -> None:
    """No `save()` override and no signal: what happens to a record is written in its service."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            models = [base for base in node.bases if ast.unparse(base).endswith("Model")]
            methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            assert not (models and methods & {"save", "delete"}), f"{node.name} overrides save() or delete()"
        if isinstance(node, ast.ImportFrom):
            assert node.module != "django.db.models.signals", f"line {node.lineno} imports signals"


@pytest.mark.parametrize("path", DOMAIN, ids=name)
def test_domain_time_comes_from_the_clock(path: Path) -> None:
    found = lines_with(
        path, r"\b(?:timezone\.now\(|timezone\.local(?:date|time)\(\)|date\.today\(|datetime\.(?:now|today|utcnow)\()"
    )
    assert not found, "use havre.core.clock"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_no_style_nor_script(path: Path) -> None:
    """The content security policy would refuse them; handlers and assets from elsewhere too."""
    inline = r"(?i)\sstyle\s*=|<style\b|<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:"
    outside = r"(?i)(?:src|href)\s*=\s*[\"']\s*(?:https?:)?//"
    assert not lines_with(path, inline, without=COMMENT)
    assert not lines_with(path, outside, without=COMMENT)


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_a_style_sheet_knows_no_left_nor_right(path: Path) -> None:
    """Logical sides mirror themselves in Arabic."""
    comment = re.compile(r"/\*.*?\*/", re.DOTALL)
    sides = r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?(?:left|right)(?:-[\w-]+)?\s*:"
    values = r"(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    assert not lines_with(path, sides, without=comment)
    assert not lines_with(path, values, without=comment)
    assert not lines_with(path, r"url\(\s*[\"']?(?:https?:)?//|@import", without=comment)
