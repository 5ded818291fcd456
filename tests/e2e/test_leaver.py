"""A psychologist leaves: nothing they wrote is lost, and nothing opens for them any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import confirm_paper, enter, leave, make_paper, open_sealed, open_to, speak_english, type_back
from tests.e2e.test_newcomer import PASSPHRASE, invite

pytestmark = pytest.mark.browser
NOTE = "She sleeps again since the hearing."


def _member(page: Page, guide: Guide, name: str) -> None:
    guide.press(page, "Settings")
    guide.press(page, "Members and access")
    page.locator("main td").get_by_role("link", name=name).click()
    page.wait_for_load_state("networkidle")


def test_a_psychologist_leaves_and_nothing_is_lost(
    page: Page, browser: Browser, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    leaving, invitation = Guide("member-leaves"), Guide("invite-a-member")
    gone = site.account("psychologist")
    sign_in(page, "psychologist")
    speak_english(page)
    name = page.locator(".rail .who bdi").inner_text()
    page.goto(site.url + "/files/?state=")
    page.locator("main td a[href*='/files/P-']").first.click()
    page.wait_for_url("**/files/P-*/")
    file = page.url
    page.goto(file + "note/?part=psychology")
    page.locator("main textarea").first.fill(NOTE)
    page.locator("main form button.primary").last.click()
    page.wait_for_load_state("networkidle")
    leave(page, site)

    # The officer: refused, since nobody else holds psychology.
    coordinator = site.account("coordinator", "havre")
    sign_in(page, "coordinator", "havre")
    speak_english(page)
    _member(page, leaving, name)
    leaving.press(page, "This member leaves")
    leaving.picture(page, "leave-refused")
    leaving.fill(page, "Passphrase", coordinator.passphrase)
    leaving.press(page, "Close their account", inside=page.locator("main form"))
    leaving.see(page, "open it to a colleague first")
    invite(invitation, page, "Paule Psychologist", "paule", "Psychologist")
    invitation.press(page, "What is open to them")
    open_to(invitation, page, "Identity")
    leave(page, site)

    # The one who leaves opens psychology to the one who comes: nobody else could.
    sign_in(page, "psychologist")
    _member(page, leaving, "Paule Psychologist")
    open_to(invitation, page, "Psychology")
    old = page.context.cookies()
    leave(page, site)

    # She will be alone with it: a paper of her own first, since the leaver knows the former one.
    paper = Guide("paper-keys")
    enter(Guide("first-day"), page, "paule", PASSPHRASE)
    code, fingerprint = make_paper(paper, page, "Psychology")
    leave(page, site)
    sign_in(page, "coordinator", "havre")
    _member(page, leaving, name)
    leaving.press(page, "This member leaves")
    leaving.see(page, "without a paper key")
    confirm_paper(paper, page, fingerprint)
    leave(page, site)
    enter(Guide("first-day"), page, "paule", PASSPHRASE)
    type_back(paper, page, code)
    leave(page, site)

    sign_in(page, "coordinator", "havre")
    _member(page, leaving, name)
    leaving.press(page, "This member leaves")
    leaving.fill(page, "Passphrase", coordinator.passphrase)
    leaving.picture(page, "leave")
    leaving.press(page, "Close their account", inside=page.locator("main form"))
    leaving.see(page, "nothing opens for them any more")
    leave(page, site)

    # Neither their passphrase nor their old browser opens anything.
    page.locator("input[name=login]").fill(gone.username)
    page.locator("input[name=password]").fill(gone.passphrase)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("do not go together")
    with browser.new_context() as stolen:
        stolen.add_cookies(old)
        tab = stolen.new_page()
        tab.goto(file)
        assert "/sign-in/" in tab.url

    # The colleague who stays reads what was written, under the new key.
    enter(Guide("first-day"), page, "paule", PASSPHRASE)
    page.goto(file + "notes/")
    open_sealed(page, "#notes-psychology")
    expect(page.locator("#notes-psychology")).to_contain_text(NOTE)
    leave(page, site)
    sign_in(page, "coordinator", "havre")
    page.goto(site.url + "/settings/members/")
    expect(page.locator("main")).not_to_contain_text("still to be put under the new key")
    assert "Nothing is wrong" in site.manage("vault", "check")
