"""A security key in a real browser: Chromium's virtual authenticator, the second factor on, as in production."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import Site, serving
from tests.e2e.guide import Guide
from tests.e2e.people import speak_english

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("HAVRE_PICTURES")


@pytest.fixture(scope="module")
def site(caseload: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server reached by its name, where nobody comes in without a second factor."""
    data = tmp_path_factory.mktemp("keys") / "data"
    shutil.copytree(caseload, data)
    with serving(data, name="localhost", HAVRE_SECOND_FACTOR="yes") as made:
        yield made


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """A key in the machine, whose owner touches it at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": False,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    yield session
    session.detach()


def passphrase(page: Page, site: Site, role: str) -> None:
    """The first step of the door."""
    account = site.account(role)
    page.goto(site.url + "/sign-in/")
    page.locator("input[name=login]").fill(account.username)
    page.locator("input[name=password]").fill(account.passphrase)
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")


def sign_out(page: Page, site: Site) -> None:
    """By the page."""
    page.goto(site.url + "/sign-out/")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/sign-in/**")


def looked_at(page: Page, name: str) -> list[str]:
    """What axe finds, wide and on a phone; the pictures when asked."""
    wrong = []
    for size, (width, height) in {"wide": (1280, 900), "phone": (390, 844)}.items():
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{name} {size}: wider than the screen")
        wrong += [f"{name} {size}: {v['id']} {v['nodes'][0]['target']}" for v in Axe().run(page).response["violations"]]
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong


def test_from_the_first_sign_in_to_the_next_with_the_guide(
    page: Page, site: Site, authenticator: CDPSession, console_errors: list[str]
) -> None:
    guide = Guide("second-factor")
    passphrase(page, site, "social_worker")
    expect(page).to_have_url(f"{site.url}/second-factor/")
    speak_english(page)
    page.goto(f"{site.url}/files/")
    expect(page).to_have_url(f"{site.url}/second-factor/")  # nothing else opens before
    guide.picture(page, "factor-page")
    guide.press(page, "Add a security key")
    guide.fill(page, "Name of the key", "Blue, on my key ring")
    guide.picture(page, "factor-add-key")
    guide.press(page, "Add this key", inside=page.locator("main form"))
    page.wait_for_url("**/second-factor/codes/")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    guide.picture(page, "factor-codes")
    guide.press(page, "I have them on paper")
    guide.see(page, "Blue, on my key ring")
    guide.see(page, "10 codes left")
    expect(page.get_by_role("link", name="Take it off")).to_have_count(0)  # it is the last
    page.goto(site.url)
    guide.see(page, "My day")
    sign_out(page, site)

    with page.expect_navigation():
        page.locator("button[value=en]").first.click()  # the door speaks the browser's language
    passphrase(page, site, "social_worker")
    expect(page).to_have_url(f"{site.url}/sign-in/code/")
    page.goto(f"{site.url}/files/")
    page.wait_for_url("**/sign-in/**")  # the passphrase alone opens nothing
    page.goto(f"{site.url}/sign-in/code/")
    guide.picture(page, "factor-sign-in")
    guide.press(page, "Use my security key")
    page.wait_for_url(site.url + "/")
    guide.see(page, "My day")
    sign_out(page, site)

    # The key is lost: a recovery code comes in, once.
    passphrase(page, site, "social_worker")
    page.locator("input[name=code]").fill(codes[3])
    page.locator("main form:has(input[name=code]) button").click()
    page.wait_for_url(site.url + "/")
    guide.press(page, "Settings")
    guide.see(page, "9 recovery codes left")
    assert not console_errors


def test_the_pages_of_a_role_of_keys_are_clean_and_say_what_goes_wrong(
    page: Page, site: Site, authenticator: CDPSession, console_errors: list[str]
) -> None:
    """A coordinator, in French then in Arabic."""
    passphrase(page, site, "coordinator")
    expect(page).to_have_url(f"{site.url}/second-factor/")
    wrong = looked_at(page, "index-first-fr")
    page.goto(f"{site.url}/second-factor/keys/add/")
    wrong += looked_at(page, "add-fr")
    # A key that does not answer: the page says so and stays.
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    page.locator("#key-add").click()
    expect(page.locator("#key-notice.urgent")).to_be_visible()
    wrong += looked_at(page, "add-refused-fr")
    page.reload()
    page.locator("#key-add").click()
    page.wait_for_url("**/second-factor/codes/")
    wrong += looked_at(page, "codes-fr")
    for path, name in (("/second-factor/", "index"), ("/sessions/", "sessions"), ("/settings/", "settings")):
        page.goto(site.url + path)
        wrong += looked_at(page, f"{name}-fr")
    page.goto(site.url + "/settings/")
    page.locator("main select[name=language]").select_option("ar")
    with page.expect_navigation():
        page.locator("main form:has(select[name=language]) button").click()
    for path, name in (("/second-factor/", "index"), ("/second-factor/keys/add/", "add"), ("/sessions/", "sessions")):
        page.goto(site.url + path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        wrong += looked_at(page, f"{name}-ar")
    sign_out(page, site)
    passphrase(page, site, "coordinator")
    expect(page.locator("#key-use")).to_be_visible()
    wrong += looked_at(page, "sign-in-key")
    page.locator("#key-use").click()
    page.wait_for_url(site.url + "/")
    assert not wrong, "\n".join(wrong)
    assert not console_errors


def test_an_address_made_of_numbers_is_said_on_the_page(page: Page, site: Site) -> None:
    numbers = site.url.replace("localhost", "127.0.0.1")
    passphrase(page, Site(numbers, site.data, site.accounts), "lawyer")
    page.goto(f"{numbers}/second-factor/keys/add/")
    expect(page.locator("main")).to_contain_text("http://localhost")
    # The browser refuses such an address by itself: said on the page, and nothing breaks.
    page.locator("#key-add").click()
    expect(page.locator("#key-notice.urgent")).to_be_visible()
