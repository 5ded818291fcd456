"""What journeys of several people share: sit down, stand up, open a compartment."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide


def speak_english(page: Page) -> None:
    """The how-to pages name the English buttons."""
    page.locator("details.menu > summary").click()
    with page.expect_navigation():
        page.locator(".menu button[value=en]").click()


def leave(page: Page, site: Site) -> None:
    """Stand up: the next person sits down at a clean browser, in English."""
    page.context.clear_cookies()
    page.goto(site.url + "/sign-in/")
    switch = page.locator("button[value=en]")
    if page.locator("html").get_attribute("lang") != "en" and switch.count():
        with page.expect_navigation():
            switch.first.click()


def enter(guide: Guide, page: Page, username: str, passphrase: str) -> None:
    """Sign in by the page, as the guide says."""
    if guide.named >= {"User name", "Passphrase"}:
        guide.fill(page, "User name", username)
        guide.fill(page, "Passphrase", passphrase)
    else:
        page.locator("input[name=login]").fill(username)
        page.locator("input[name=password]").fill(passphrase)
    guide.press(page, "Sign in", inside=page.locator("main"))


def open_to(guide: Guide, page: Page, compartment: str) -> None:
    """On a colleague's page: open one compartment to them."""
    line = page.locator("main li").filter(has_text=re.compile(compartment, re.IGNORECASE))
    guide.press(page, "Open to them", inside=line)


def open_sealed(page: Page, where: str) -> None:
    """Open what is sealed there, in one click: the button, or the first reason for who is not in charge."""
    page.locator(f"{where} :is(button.sealed, button[name=reason])").first.click()


def _papers(guide: Guide, page: Page) -> None:
    guide.press(page, "Settings")
    guide.press(page, "Paper keys", inside=page.locator("main .list"))


def make_paper(guide: Guide, page: Page, compartment: str) -> tuple[str, str]:
    """A holder makes a paper key; gives its code and its fingerprint."""
    _papers(guide, page)
    guide.press(page, "Make a paper key")
    guide.fill(page, "Compartment", compartment)
    guide.press(page, "Make the paper key", inside=page.locator("main form"))
    code = page.locator(".printed-code code").inner_text()
    return code, page.locator("main li code").inner_text()


def confirm_paper(guide: Guide, page: Page, fingerprint: str) -> None:
    """An officer types what they hear."""
    _papers(guide, page)
    guide.press(page, "Confirm it")
    guide.fill(page, "Fingerprint read aloud", fingerprint.lower())
    guide.picture(page, "paper-sign")
    guide.press(page, "Confirm the paper", inside=page.locator("main form"))


def type_back(guide: Guide, page: Page, code: str) -> None:
    """The holder types the code back from the paper."""
    _papers(guide, page)
    guide.press(page, "Type a paper key back")
    guide.fill(page, "Code of the paper key", code)
    guide.press(page, "Check the paper", inside=page.locator("main form"))
    guide.see(page, "Put it where your profession finds it")
