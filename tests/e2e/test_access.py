"""A file given to a volunteer, a file restricted, one opened by two officers: following the how-to pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Account, Site
from tests.e2e.guide import Guide
from tests.e2e.people import leave, open_sealed, speak_english

pytestmark = pytest.mark.browser

NOTE = "The hearing is moved to the spring."


def _nothing_wrong(page: Page) -> None:
    response = Axe().run(page).response
    assert not response["violations"], [(v["id"], [n["html"] for n in v["nodes"]]) for v in response["violations"]]


def _sit(page: Page, site: Site, sign_in: Callable[..., Account], role: str) -> Account:
    """Someone else sits down, in English."""
    leave(page, site)
    account = sign_in(page, role, "havre") if role == "coordinator" else sign_in(page, role)
    if page.locator("html").get_attribute("lang") != "en":
        speak_english(page)
    return account


def _a_file(page: Page, site: Site, number: int = 0) -> str:
    """The code of an active file."""
    page.goto(f"{site.url}/files/")
    return page.locator("main td a[href*='/files/P-']").nth(number).inner_text().strip()


def _choose(page: Page, words: str, *, inside: str = "main form") -> None:
    """Press a chip."""
    page.locator(inside).locator("label", has_text=re.compile(rf"^\s*{re.escape(words)}\s*$")).first.click()


def test_a_file_is_given_to_a_volunteer_and_ended(
    page: Page, site: Site, sign_in: Callable[..., Account], console_errors: list[str]
) -> None:
    guide = Guide("give-a-file")
    _sit(page, site, sign_in, "social_worker")
    code = _a_file(page, site)
    page.goto(f"{site.url}/files/{code}/")
    guide.press(page, "Access", inside=page.locator("main .tabs"))
    _nothing_wrong(page)
    guide.press(page, "Give this file to someone")
    guide.fill(page, "To whom", "Teresa Navarro (interprète) · Volunteer or interpreter")
    for words in ("Identity", "Social", "Interprets for this person"):
        _choose(page, words)
    _nothing_wrong(page)
    guide.picture(page, "give-form")
    guide.press(page, "Give the file")
    guide.see(page, "Teresa Navarro")
    guide.picture(page, "give-access")

    _sit(page, site, sign_in, "volunteer")
    guide.see(page, "Files given to me")
    _nothing_wrong(page)
    guide.picture(page, "give-volunteer")
    guide.press(page, "Files", inside=page.locator(".rail"))
    expect(page.locator("main a[href*='/files/P-']")).to_have_count(3)  # with the two of the demonstration
    page.locator(f"main a[href*='/files/{code}/']").first.click()
    page.locator("header button.sealed").click()
    expect(page.locator("header .sealed-text")).not_to_be_empty()
    guide.press(page, "Note a contact")
    page.locator("main textarea").fill("She came with her brother.")
    page.locator("main form button.primary").click()
    expect(page.locator("#messages")).to_contain_text("Contact noted")
    expect(page.locator(".tabs")).not_to_contain_text("Exploitation")

    _sit(page, site, sign_in, "social_worker")
    page.goto(f"{site.url}/files/{code}/")
    guide.press(page, "Access", inside=page.locator("main .tabs"))
    guide.see(page, "Interprets for this person")
    guide.press(page, "End now", inside=page.locator("#given"))
    guide.press(page, "End now", inside=page.locator("main form"))
    expect(page.locator("#given")).to_contain_text("To nobody now")

    _sit(page, site, sign_in, "volunteer")
    expect(page.locator("main")).not_to_contain_text(code)
    assert page.goto(f"{site.url}/files/{code}/").status == 404  # type: ignore[union-attr]


def test_a_file_is_restricted_and_the_restriction_lifted(
    page: Page, site: Site, sign_in: Callable[..., Account], console_errors: list[str]
) -> None:
    guide = Guide("restrict-a-file")
    _sit(page, site, sign_in, "coordinator")
    code = _a_file(page, site, 3)
    page.goto(f"{site.url}/files/{code}/")
    guide.press(page, "Access", inside=page.locator("main .tabs"))
    guide.press(page, "Restrict this file")
    _nothing_wrong(page)
    psychologist = page.locator("main form .field", has_text="Leïla Bensalem")
    if not psychologist.get_by_label("Psychology").is_checked():
        psychologist.locator("label", has_text="Psychology").click()
    guide.picture(page, "restrict-form")
    guide.press(page, "Restrict the file")
    guide.see(page, "Named for this file")
    _nothing_wrong(page)
    guide.picture(page, "restrict-access")

    _sit(page, site, sign_in, "reception")
    assert page.goto(f"{site.url}/files/{code}/").status == 404  # type: ignore[union-attr]
    page.goto(f"{site.url}/search/")
    page.locator("main input[name=q]").fill(code)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("Nobody found")

    _sit(page, site, sign_in, "coordinator")
    page.goto(f"{site.url}/files/{code}/access/")
    guide.press(page, "Lift the restriction")
    guide.press(page, "Lift it")
    expect(page.locator("main h1").locator("..")).not_to_contain_text("Restricted")
    _sit(page, site, sign_in, "reception")
    assert page.goto(f"{site.url}/files/{code}/").status == 200  # type: ignore[union-attr]
    assert "Nothing is wrong" in site.manage("vault", "check")


def test_two_officers_open_a_part_of_a_file(
    page: Page, site: Site, sign_in: Callable[..., Account], console_errors: list[str]
) -> None:
    guide = Guide("emergency-access")
    # The boxes are filled at the sign-in of whoever holds the compartment.
    _sit(page, site, sign_in, "lawyer")
    code = _a_file(page, site)
    page.goto(f"{site.url}/files/{code}/note/?part=legal")
    page.locator("main textarea").first.fill(NOTE)
    page.locator("main form button.primary").last.click()
    page.wait_for_load_state("networkidle")

    _sit(page, site, sign_in, "social_worker")
    guide.press(page, "Settings", inside=page.locator(".rail"))
    guide.press(page, "Emergency access")
    guide.press(page, "Ask for emergency access")
    guide.fill(page, "Code of the file", code)
    for words in ("Legal", "Someone is in danger now"):
        _choose(page, words)
    _nothing_wrong(page)
    guide.picture(page, "emergency-ask")
    guide.press(page, "Ask the other officers")
    guide.see(page, "waits for another officer")

    _sit(page, site, sign_in, "coordinator")
    guide.press(page, "See and answer")
    guide.press(page, "Read and answer")
    _nothing_wrong(page)
    guide.picture(page, "emergency-answer")
    guide.press(page, "Agree")
    guide.see(page, "agreed to by")
    _nothing_wrong(page)

    _sit(page, site, sign_in, "social_worker")
    page.goto(f"{site.url}/files/{code}/notes/")
    open_sealed(page, "#notes-legal")
    expect(page.locator("#notes-legal")).to_contain_text(NOTE)
    guide.see(page, "24 hours left")
    guide.picture(page, "emergency-open")
    guide.press(page, "End the emergency access")
    guide.press(page, "End now", inside=page.locator("main form"))
    page.goto(f"{site.url}/files/{code}/notes/")
    expect(page.locator("main")).not_to_contain_text(NOTE)
    assert page.locator("#notes-legal :is(button.sealed, button[name=reason])").count() == 0
    assert "Nothing is wrong" in site.manage("vault", "check")
