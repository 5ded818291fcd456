"""The frame of every page in a real browser: lock, keys, drafts, theme, languages; with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Account, Site

pytestmark = pytest.mark.browser
SignIn = Callable[..., Account]
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def member(page: Page, site: Site, sign_in: SignIn) -> Account:
    """A social worker on the gallery, in English."""
    account = sign_in(page, "social_worker")
    page.goto(f"{site.url}/gallery/")
    _speak(page, "en")
    return account


def _speak(page: Page, language: str) -> None:
    page.locator("details.menu > summary").click()
    with page.expect_navigation():
        page.locator(f".menu button[value={language}]").click()


def _lock(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_be_visible()


def _unlock(page: Page, passphrase: str) -> None:
    page.locator("#lock-passphrase").fill(passphrase)
    page.keyboard.press("Enter")


def _lock_behind(page: Page, site: Site) -> None:
    """Lock the session as another machine or the clock would: this page is not told."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"{site.url}/settings/lock/", headers={"X-CSRFToken": token, "X-Havre": "fetch", "Referer": site.url}
    )
    assert answer.status == 204


def test_escape_twice_covers_the_page_and_the_passphrase_gives_it_back(page: Page, member: Account) -> None:
    fact = page.locator("textarea[name=contact_fact]")
    fact.fill("half a sentence")
    title = page.title()
    _lock(page)
    assert page.locator(".page").evaluate("el => getComputedStyle(el).visibility") == "hidden"
    assert "A-2020" not in page.title()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_be_visible()
    _unlock(page, "not the passphrase")
    expect(page.locator("#lock-error")).to_be_visible()
    _unlock(page, member.passphrase)
    expect(page.locator("#lock")).to_be_hidden()
    expect(fact).to_have_value("half a sentence")
    expect(fact).to_be_focused()
    assert page.title() == title


def test_nothing_opens_on_the_server_while_locked(page: Page, member: Account, site: Site) -> None:
    with page.expect_response("**/settings/lock/") as answer:
        _lock(page)
    assert answer.value.status == 204
    assert page.request.get(f"{site.url}/settings/alive/", max_redirects=0).status == 302


def test_all_tabs_lock_and_open_together(page: Page, member: Account, site: Site) -> None:
    other = page.context.new_page()
    other.goto(f"{site.url}/gallery/")
    with page.expect_response("**/settings/lock/"):
        _lock(page)
    expect(other.locator("#lock")).to_be_visible()
    _unlock(other, member.passphrase)
    expect(page.locator("#lock")).to_be_hidden()


def test_a_draft_refused_by_a_locked_vault_is_kept_after_unlocking(page: Page, member: Account, site: Site) -> None:
    page.clock.install()
    page.goto(f"{site.url}/gallery/")
    _lock_behind(page, site)
    page.locator("textarea[name=contact_fact]").fill("typed while locked")
    page.clock.run_for(2000)
    expect(page.locator("#lock")).to_be_visible()
    _unlock(page, member.passphrase)
    expect(page.locator("#lock")).to_be_hidden()
    page.clock.run_for(2000)
    expect(page.locator("[data-draft-status]")).to_have_text("Saved a moment ago.")
    expect(page.locator("textarea[name=contact_fact]")).to_have_value("typed while locked")


def test_a_lost_connection_is_said_and_the_text_saved_when_it_comes_back(
    page: Page, member: Account, console_errors: list[str]
) -> None:
    status = page.locator("[data-draft-status]")
    page.route("**/settings/draft/", lambda route: route.abort())
    page.locator("textarea[name=contact_fact]").fill("typed in a tunnel")
    expect(status).to_have_text("Connection lost: your text is kept here.")
    console_errors.clear()
    page.unroute("**/settings/draft/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status).to_have_text("Saved a moment ago.")
    expect(page.locator("textarea[name=contact_fact]")).to_have_value("typed in a tunnel")


def test_nobody_there_for_long_locks(page: Page, member: Account, site: Site) -> None:
    page.clock.install()
    page.goto(f"{site.url}/gallery/")
    page.clock.fast_forward("14:00")
    expect(page.locator("#lock")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.locator("#lock")).to_be_visible()


def test_a_grid_is_answered_with_one_key_a_question(page: Page, member: Account) -> None:
    page.locator("input[name=contact][value=yes]").focus()
    for key in ("n", "ArrowDown", "u", "ArrowDown", "ArrowDown", "y"):
        page.keyboard.press(key)
    for name, value in (("contact", "no"), ("pay", "unknown"), ("papers", "unknown"), ("watched", "yes")):
        expect(page.locator(f"input[name={name}][value={value}]")).to_be_checked()
    page.locator("textarea[name=contact_fact]").press_sequentially("yn")
    expect(page.locator("input[name=contact][value=no]")).to_be_checked()


def test_the_theme_is_worn_at_once_and_kept(page: Page, member: Account) -> None:
    page.locator("details.menu > summary").click()
    with page.expect_response("**/settings/preferences/"):
        page.locator("button[value=dark]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_arabic_is_mirrored(page: Page, member: Account) -> None:
    _speak(page, "ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    rail, main = page.locator(".rail").bounding_box(), page.locator("main").bounding_box()
    assert rail
    assert main
    assert rail["x"] > main["x"]


def test_nothing_stays_in_the_browser(page: Page, member: Account) -> None:
    page.locator("textarea[name=contact_fact]").fill("a word that stays nowhere")
    expect(page.locator("[data-draft-status]")).to_have_text("Saved a moment ago.")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.parametrize(
    ("width", "colours", "language"),
    # Every two of them together.
    [(1280, "light", "en"), (390, "dark", "en"), (1280, "dark", "ar"), (390, "light", "ar")],
)
def test_the_gallery_is_accessible_and_never_wider_than_the_screen(
    page: Page, member: Account, site: Site, width: int, colours: str, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    if language != "en":
        _speak(page, language)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The bar that stays at the edge of the screen would cover, for axe, whatever one has not scrolled to yet.
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(844, whole)})
    found = Axe().run(page, options=STANDARDS).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


def test_names_are_never_printed(page: Page, member: Account) -> None:
    expect(page.get_by_text("سميرة ب.")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("سميرة ب.")).to_be_hidden()
    for opened in page.locator(".sealed-text").all():
        expect(opened).to_be_hidden()


def test_without_scripts_one_signs_in_locks_and_opens_again(browser: Browser, site: Site) -> None:
    account = site.account("social_worker")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/settings/")
    page.locator("input[name=login]").fill(account.username)
    page.locator("input[name=password]").fill(account.passphrase)
    page.locator("form button.primary").click()
    assert page.url == f"{site.url}/settings/"
    page.locator(".lock-now").click()
    page.goto(f"{site.url}/settings/")
    assert "/settings/unlock/" in page.url
    page.locator("input[name=passphrase]").fill(account.passphrase)
    page.locator("form button.primary").click()
    assert page.url == f"{site.url}/settings/"
    page.locator("details.menu > summary").click()
    expect(page.locator(".menu button[value=dark]")).to_be_visible()
    context.close()
