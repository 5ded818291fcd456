"""A lost passphrase is recovered with the printed code, following the how-to page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import enter, leave, open_sealed, open_to, speak_english

pytestmark = pytest.mark.browser
NEW = "copper meadow whistle harbour"


def test_a_lost_passphrase_is_recovered(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    guide = Guide("lost-passphrase")
    account = site.account("social_worker")
    sign_in(page, "social_worker")
    speak_english(page)
    # On a quiet day: a code on paper.
    guide.press(page, "Settings")
    guide.press(page, "Make a new code")
    page.locator("main input[name=passphrase]").fill(account.passphrase)
    page.locator("main form button.primary").click()
    code = page.locator(".printed-code code").inner_text()
    leave(page, site)

    # Later, the passphrase is gone.
    guide.press(page, "Passphrase lost?")
    guide.fill(page, "User name", account.username)
    guide.fill(page, "Printed personal code", "AAAA-" * 7 + "AAAA")
    guide.fill(page, "New passphrase", NEW)
    guide.fill(page, "New passphrase, again", NEW)
    guide.press(page, "Set the new passphrase", inside=page.locator("main form"))
    guide.see(page, "do not go together")
    guide.fill(page, "Printed personal code", code)
    guide.fill(page, "New passphrase", NEW)
    guide.fill(page, "New passphrase, again", NEW)
    guide.picture(page, "lost-passphrase")
    guide.press(page, "Set the new passphrase", inside=page.locator("main form"))
    fresh = page.locator(".printed-code code").inner_text()
    assert fresh != code
    guide.picture(page, "lost-new-code")
    guide.press(page, "Sign in", inside=page.locator("main"))

    # The former passphrase opens nothing; the new one opens what was sealed before.
    page.locator("input[name=login]").fill(account.username)
    page.locator("input[name=password]").fill(account.passphrase)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("do not go together")
    enter(guide, page, account.username, NEW)
    guide.press(page, "Settings")
    guide.press(page, "Check")
    guide.fill(page, "Printed personal code", fresh)
    guide.press(page, "Check", inside=page.locator("main form"))
    guide.see(page, "checked on")
    page.goto(site.url + "/files/?state=")
    page.locator("main td a[href*='/files/P-']").first.click()
    page.wait_for_url("**/files/P-*/")
    page.goto(page.url + "person/")
    open_sealed(page, "#identity")
    expect(page.locator("#identity .sealed-text").first).not_to_be_empty()


def test_both_lost_a_new_key_in_person(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    guide, again = Guide("lost-passphrase"), "willow marble canoe drizzle"
    lawyer = site.account("lawyer", "havre")
    sign_in(page, "coordinator", "havre")
    speak_english(page)
    guide.press(page, "Settings")
    guide.press(page, "Members and access")
    row = page.locator("main tr").filter(has=page.locator("span.muted", has_text=lawyer.username).first)
    row.filter(has_text="Clémence Vidal").get_by_role("link").click()
    guide.press(page, "New key, in person")
    guide.fill(page, "New passphrase", again)
    guide.fill(page, "New passphrase, again", again)
    guide.picture(page, "new-key")
    guide.press(page, "Make the new key", inside=page.locator("main form"))
    assert page.locator(".printed-code code").count() == 1
    page.get_by_role("link", name="What is open to them").click()
    for kind in ("Identity", "Legal"):
        open_to(guide, page, kind)
    leave(page, site)
    enter(guide, page, lawyer.username, again)
    speak_english(page)
    guide.press(page, "Settings")
    expect(page.locator("aside, main").filter(has_text="What you can open").first).to_contain_text("open to you")
