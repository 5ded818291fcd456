"""A newcomer, from the invitation to opening a file, with nothing but the how-to pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import enter, leave, open_to, speak_english

pytestmark = pytest.mark.browser
PASSPHRASE = "lantern orchard velvet ridge"


def invite(guide: Guide, page: Page, name: str, username: str, role: str) -> str:
    """The officer and the newcomer at one table; gives the printed code."""
    guide.press(page, "Settings")
    guide.press(page, "Members and access")
    guide.press(page, "Invite a member")
    guide.fill(page, "Name shown to colleagues", name)
    guide.fill(page, "User name", username)
    guide.fill(page, "Role", role)
    guide.fill(page, "New passphrase", PASSPHRASE)
    guide.fill(page, "New passphrase, again", PASSPHRASE)
    guide.picture(page, "invite-form")
    guide.press(page, "Make the account", inside=page.locator("main form"))
    return page.locator(".printed-code code").inner_text()


def test_from_the_invitation_to_a_file(page: Page, site: Site, sign_in: Callable[..., object]) -> None:
    invitation, first_day = Guide("invite-a-member"), Guide("first-day")
    sign_in(page, "coordinator")
    speak_english(page)
    code = invite(invitation, page, "Noor Newcomer", "noor", "Social worker")
    invitation.picture(page, "invite-code")
    invitation.press(page, "What is open to them")
    # Beside the officer nothing is open yet; the coordinator happens to hold what a social worker opens.
    expect(page.locator("main")).not_to_contain_text("Close to them")
    for kind in ("Identity", "Social"):
        open_to(invitation, page, kind)
    invitation.picture(page, "member-access")
    leave(page, site)

    enter(first_day, page, "noor", PASSPHRASE)
    first_day.see(page, "My day")
    first_day.picture(page, "first-day-my-day")
    first_day.press(page, "Settings")
    first_day.press(page, "Check")
    first_day.fill(page, "Printed personal code", code.lower().replace("-", " "))
    first_day.press(page, "Check", inside=page.locator("main form"))
    first_day.see(page, "checked on")
    first_day.press(page, "Files")
    first_day.press(page, "Show all", inside=page.locator("main"))
    page.locator("main td a[href*='/files/P-']").first.click()
    page.wait_for_url("**/files/P-*/")
    assert "sealed-text" not in page.content()
    page.goto(page.url + "person/")
    first_day.press(page, "Checks the record", inside=page.locator("#identity"))
    expect(page.locator("#identity .sealed-text").first).not_to_be_empty()
    first_day.picture(page, "first-day-file")
    # That they looked is written where the team can read it.
    page.goto(page.url.split("/person/")[0] + "/access/")
    expect(page.locator("main")).to_contain_text("Noor Newcomer")
