"""A paper key made, confirmed, typed back, and used the day nobody of the profession is there: by the how-to page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.guide import Guide
from tests.e2e.people import confirm_paper, enter, leave, make_paper, open_to, speak_english, type_back
from tests.e2e.test_newcomer import PASSPHRASE, invite

pytestmark = pytest.mark.browser


def test_a_paper_key_opens_psychology_to_the_next_psychologist(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    guide, invitation = Guide("paper-keys"), Guide("invite-a-member")
    sign_in(page, "psychologist")
    speak_english(page)
    code, fingerprint = make_paper(guide, page, "Psychology")
    assert code.startswith("P-")
    guide.picture(page, "paper-code")
    leave(page, site)

    sign_in(page, "coordinator", "havre")
    speak_english(page)
    confirm_paper(guide, page, fingerprint)
    leave(page, site)

    sign_in(page, "psychologist")
    type_back(guide, page, code)
    guide.picture(page, "papers")
    leave(page, site)

    # The next psychologist: nobody opens psychology to them, the paper does.
    sign_in(page, "coordinator", "havre")
    invite(invitation, page, "Paule Psychologist", "paule", "Psychologist")
    invitation.press(page, "What is open to them")
    open_to(invitation, page, "Identity")
    leave(page, site)
    enter(Guide("first-day"), page, "paule", PASSPHRASE)
    guide.press(page, "Settings")
    guide.press(page, "Paper keys")
    guide.press(page, "Open with a paper key")
    guide.fill(page, "Code of the paper key", "P-" + "AAAA-" * 7 + "AAAA")
    guide.press(page, "Open the compartment", inside=page.locator("main form"))
    guide.see(page, "opens no paper key")
    guide.fill(page, "Code of the paper key", code.lower().replace("-", " "))
    guide.press(page, "Open the compartment", inside=page.locator("main form"))
    guide.see(page, "open to you")
    expect(page.locator("main .list")).not_to_contain_text("number 2")
    assert "Nothing is wrong" in site.manage("vault", "check")
