"""A record is erased by two people, and a person receives their extract, following the how-to pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import leave, speak_english

pytestmark = pytest.mark.browser


def _confirm_line(page: Page) -> str:
    """What “My day” says: the number depends on the caseload."""
    line = page.locator("main a").filter(has_text=re.compile(r"erasures? for you to confirm"))
    said = line.inner_text()
    line.click()
    page.wait_for_load_state("networkidle")
    return said


def test_two_people_erase_a_file(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    guide = Guide("erase-a-record")
    sign_in(page, "coordinator", "havre")
    speak_english(page)
    guide.press(page, "Files", inside=page.locator(".rail"))
    guide.press(page, "Retention", inside=page.locator("main"))
    guide.see(page, "The rules, and where they come from")
    page.goto(site.url + "/files/?state=closed")
    page.locator("main td a[href*='/files/P-']").first.click()
    page.wait_for_url("**/files/P-*/")
    file, code = page.url, page.locator("h1").inner_text()
    guide.press(page, "Ask for it to be erased")
    guide.see(page, code)
    guide.see(page, "30 days from now at the latest")
    guide.fill(page, "Why they are erased", "Asked by the person")
    guide.picture(page, "erase-ask")
    guide.press(page, "Ask for the erasure", inside=page.locator("main form"))
    guide.see(page, "Nothing is erased before another person confirms")
    # The one who asked cannot confirm.
    expect(page.get_by_role("button", name="Erase those ticked for good")).to_have_count(0)
    leave(page, site)

    sign_in(page, "social_worker", "havre")
    speak_english(page)
    assert re.match(r"\d+ erasures? for you to confirm", _confirm_line(page))
    page.get_by_label(re.compile(code)).check()
    guide.picture(page, "erase-confirm")
    guide.press(page, "Erase those ticked for good")
    guide.see(page, "open to nobody from now on")
    page.goto(file)
    guide.see(page, "Erased on")
    guide.picture(page, "erase-done")
    expect(page.locator("main button.sealed")).to_have_count(0)
    leave(page, site)
    sign_in(page, "psychologist", "havre")
    page.goto(file)
    expect(page.locator("main button.sealed")).to_have_count(0)
    assert "Nothing is wrong" in site.manage("vault", "check")
    assert "0 erasures" in site.manage("vault", "replay")


def test_a_person_receives_their_extract(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    guide = Guide("give-a-person-their-extract")
    sign_in(page, "social_worker", "havre")
    speak_english(page)
    page.goto(site.url + "/files/?state=active")
    page.locator("main td a[href*='/files/P-']").first.click()
    page.wait_for_url("**/files/P-*/")
    code = page.locator("h1").inner_text()
    guide.press(page, "Give the person their extract")
    guide.fill(page, "Language", "English")
    guide.press(page, "Read what would be given")
    guide.see(page, "Who you are")
    guide.see(page, "█████")
    page.locator("main section.card").first.evaluate("card => card.scrollIntoView()")
    guide.picture(page, "extract-read")
    guide.fill(page, "Mask these words too", "Paris")
    guide.press(page, "Look again")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make the PDF").click()
    assert waiting.value.suggested_filename == f"{code}.pdf"
    content = Path(waiting.value.path()).read_bytes()
    said = "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages)
    assert "What is written about you" in said
    assert "Held by the psychologist: ask them" in said or "Psychology" not in said
    assert "Paris" not in said
