"""Every template loads, and every setting that an installation may give is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(
    {str(file.relative_to(folder)) for folder in ROOT.glob("havre/**/templates") for file in folder.rglob("*.html")}
)
SETTINGS = re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "config" / "settings.py").read_text())
DOCUMENTED = (ROOT / "docs" / "how-to" / "run-your-own.md").read_text()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_loads(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", sorted({"HAVRE_MODE", *SETTINGS}))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCUMENTED


def test_every_documented_setting_is_read() -> None:
    named = set(re.findall(r"`((?:HAVRE|DATABASE|KEYSTORE)_[A-Z_]+)`", DOCUMENTED))
    assert named <= {"HAVRE_MODE", *SETTINGS}
