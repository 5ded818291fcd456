"""A newcomer with a how-to page in hand: they press and fill only what the page names.

A button that is renamed, or a step that is missing from the page, fails the journey. With HAVRE_SCREENSHOTS=<folder>
(`make screenshots`) the same journey takes the pictures that the page shows.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

HOW_TO = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to"
PICTURES = os.environ.get("HAVRE_SCREENSHOTS")


class Guide:
    """One page of docs/how-to, followed in a browser."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = (HOW_TO / f"{name}.md").read_text(encoding="utf-8")
        # `**Settings → Members and access**` names two things to press.
        bold = re.findall(r"\*\*(.+?)\*\*", self.text, flags=re.DOTALL)
        self.named = {" ".join(part.split()) for words in bold for part in words.split("→")}
        self.pictures = re.findall(r"\((\.\./screenshots/[\w.-]+)\)", self.text)

    def _check(self, label: str) -> None:
        assert label in self.named, f"docs/how-to/{self.name}.md does not name “{label}”"

    def press(self, page: Page, label: str, *, inside: Locator | None = None) -> None:
        """Press the link or the button of that name, once, and wait for the page it leads to."""
        self._check(label)
        where: Page | Locator = inside if inside is not None else page
        pattern = re.compile(rf"^\s*{re.escape(label)}(?!\w)", re.IGNORECASE)
        found = where.get_by_role("button", name=pattern).or_(where.get_by_role("link", name=pattern))
        found.locator("visible=true").first.click()
        page.wait_for_load_state("networkidle")

    def fill(self, page: Page, label: str, value: str) -> None:
        """Type in the field of that name, or choose in it."""
        self._check(label)
        named = re.compile(rf"^\s*{re.escape(label)}(\s+required)?\s*$")
        field = page.locator("main").get_by_label(named).first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)

    def see(self, page: Page, words: str) -> None:
        """The page says so."""
        expect(page.locator("body")).to_contain_text(words)

    def picture(self, page: Page, name: str) -> None:
        """The picture the page shows at this step; taken when asked."""
        assert f"../screenshots/{name}.png" in self.pictures, f"docs/how-to/{self.name}.md shows no picture {name}"
        if PICTURES:
            page.set_viewport_size({"width": 1180, "height": 820})
            page.screenshot(path=Path(PICTURES) / f"{name}.png")
