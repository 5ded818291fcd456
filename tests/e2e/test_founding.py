"""A new installation, from the code on the terminal to the first psychologist, by the how-to page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import leave
from tests.e2e.test_newcomer import invite

pytestmark = pytest.mark.browser
FIRST, SECOND = "copper meadow whistle harbour", "amber pocket thistle ferry"


def _enter(page: Page, username: str, passphrase: str) -> None:
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(passphrase)
    with page.expect_navigation():
        page.locator("input[name=password]").press("Enter")


def test_an_organisation_is_founded_on_screen(page: Page, empty_site: Site, console_errors: list[str]) -> None:
    site, guide = empty_site, Guide("found-an-organisation")
    answer = page.goto(site.url + "/found/")
    assert answer is not None
    assert answer.status == 404, "no code was drawn"
    said = site.manage("found", "--screen")
    code = re.search(r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}", said)
    assert code
    page.goto(site.url + "/found/")
    with page.expect_navigation():
        page.locator("button[value=en]").click()
    guide.fill(page, "One-time code", code.group())
    guide.fill(page, "Name of the organisation", "Refuge des Tilleuls")
    guide.fill(page, "Name shown to colleagues", "Nadia Bensaïd")
    guide.fill(page, "User name", "nadia")
    guide.fill(page, "Role", "Coordinator")
    guide.fill(page, "New passphrase", FIRST)
    guide.fill(page, "New passphrase, again", FIRST)
    second = {"display_name": "Sol Martin", "username": "sol", "new": SECOND, "again": SECOND}
    for name, value in second.items():
        page.locator(f"[name=second-{name}]").fill(value)
    page.locator("[name=second-role]").select_option(label="Social worker")
    page.evaluate("scrollTo(0, 0)")
    guide.picture(page, "found-form")
    guide.press(page, "Found the organisation", inside=page.locator("main form"))
    codes = page.locator(".printed-code code").all_inner_texts()
    assert [each[:2] for each in codes[2:]] == ["L-", "G-"], "identity and social are held by both"
    guide.picture(page, "found-codes")
    guide.press(page, "Sign in", inside=page.locator("main"))

    _enter(page, "nadia", FIRST)
    guide.press(page, "Settings")
    expect(page.locator("main")).to_contain_text("no paper key opens")
    guide.press(page, "Check")
    page.locator("main input[name=printed_code]").fill(codes[0])
    page.locator("main form button.primary").click()
    for paper in codes[2:]:
        guide.press(page, "Settings")
        guide.press(page, "Paper keys", inside=page.locator("main .list"))
        guide.press(page, "Type a paper key back")
        page.locator("main input[name=printed_code]").fill(paper)
        page.locator("main form button.primary").click()
        page.wait_for_load_state("networkidle")
    guide.press(page, "Settings")
    expect(page.locator("main")).not_to_contain_text("no paper key opens")
    invite(Guide("invite-a-member"), page, "Leïla Saidi", "leila", "Psychologist")
    guide.press(page, "Settings")
    guide.press(page, "Members and access")
    guide.press(page, "Create a compartment")
    guide.press(page, "Create it")
    assert page.locator(".printed-code code").inner_text().startswith("P-")

    # A third officer: the psychologist, named by the second one.
    leave(page, site)
    _enter(page, "sol", SECOND)
    guide.press(page, "Settings")
    guide.press(page, "Members and access")
    page.locator("main td").get_by_role("link", name="Leïla Saidi").click()
    guide.press(page, "Name or confirm")
    member = page.url
    guide.press(page, "Name as an officer")
    leave(page, site)
    _enter(page, "leila", "lantern orchard velvet ridge")
    guide.press(page, "Settings")
    guide.press(page, "Accept, or read the fingerprint")
    guide.press(page, "Accept", inside=page.locator("main form"))
    fingerprint = page.locator(".printed-code code").inner_text()
    leave(page, site)
    _enter(page, "sol", SECOND)
    page.goto(member)
    guide.fill(page, "Fingerprint read aloud", fingerprint)
    guide.press(page, "Confirm the officer", inside=page.locator("main form"))
    guide.see(page, "They are an officer.")
    assert "Nothing is wrong" in site.manage("vault", "check")
