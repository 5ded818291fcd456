"""Every page in three languages, wide and on a phone, light and dark: axe clean, nothing wider than the screen, no error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser

PAGES = {
    "my-day": "/",
    "alerts": "/alerts/",
    "board": "/alerts/board/",
    "new-alert": "/alerts/new/",
    "files": "/files/",
    "figures": "/figures/2019/",
    "audit": "/audit/",
    "settings": "/settings/",
    "roles": "/settings/roles/",
}
# In which colours and sizes a page of a language is looked at. Axe, which takes a second, sees all four in the language of
# the longest words; elsewhere every two things together: a language and colours, a language and a size.
LOOKS = tuple(product(("light", "dark"), ("wide", "phone")))
CROSSED = {("light", "wide"), ("dark", "phone")}
AXE_SEES = {"fr": set(LOOKS), "ar": CROSSED, "en": set(LOOKS) - CROSSED}
# Pages of the ceremonies: wide and light, on a phone and dark, in French and from right to left; axe sees two of the four.
AXE_SEES_OF_CEREMONIES = {"fr": {("light", "wide")}, "ar": {("dark", "phone")}}
CEREMONIES = {
    "members": "/settings/members/",
    "invite": "/settings/members/new/",
    "passphrase": "/settings/passphrase/",
    "new-code": "/settings/code/",
    "check-code": "/settings/code/check/",
    "search": "/search/",
    "factor": "/second-factor/",
    "sessions": "/sessions/",
    "papers": "/settings/papers/",
    "paper-new": "/settings/papers/new/",
    "emergency": "/settings/emergency/",
    "emergency-ask": "/settings/emergency/ask/",
    "retention": "/retention/",
    "erasures": "/retention/asked/",
    "compartment-new": "/settings/members/compartment/",
}
# The same, of a colleague and of a file.
OF_COLLEAGUE = ("", "leave/", "officer/", "role/", "key/")
OF_FILE = ("access/", "access/give/", "access/restrict/", "extract/", "linked/add/", "documents/")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
# What sticks out of the card it is in, or lies over its neighbour: names of classes.
STICKING_OUT = """[...document.querySelectorAll('.card :is(.yn, .chips, .btn, input, select, textarea)')].filter(e => {
  const own = e.getBoundingClientRect(), card = e.closest('.card').getBoundingClientRect();
  return own.width && (own.right > card.right + 1 || own.left < card.left - 1);
}).concat([...document.querySelectorAll('.yn label')].filter(e => e.scrollWidth > e.clientWidth + 1)).map(e => e.className || e.innerText)"""
# Set to a folder to keep the pictures and look at them.
PICTURES = os.environ.get("HAVRE_PICTURES")


def speak(page: Page, site: Site, language: str) -> None:
    """Choose the member's language, on the settings page."""
    page.goto(f"{site.url}/settings/")
    page.locator("main select[name=language]").select_option(language)
    with page.expect_navigation():
        page.locator("main form:has(select[name=language]) button").click()
    assert page.locator("html").get_attribute("lang") == language


def first_of(page: Page, site: Site, listing: str, pattern: str) -> str:
    """The address of the first record of a list."""
    page.goto(site.url + listing)
    link = page.locator(f"main a[href*='{pattern}']").first
    return str(link.get_attribute("href"))


Look = tuple[str, str]


def faults(page: Page, address: str, name: str, language: str, looks: Iterable[Look], axe_sees: set[Look]) -> list[str]:
    """What is wrong with a page, read once and then looked at in these colours and sizes."""
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        return [f"{name}-{language}: {answer.status if answer else 'no answer'}"]
    wrong = []
    if page.locator("html").get_attribute("dir") != ("rtl" if language == "ar" else "ltr"):
        wrong.append(f"{name}-{language}: written in the other direction")
    for scheme, size in looks:
        where = f"{name}-{language}-{scheme}-{size}"
        width, height = SIZES[size]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{where}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{where}: wider than the screen")
        wrong += [f"{where}: sticks out: {what}" for what in page.evaluate(STICKING_OUT)]
        if (scheme, size) in axe_sees:
            found = Axe().run(page).response["violations"]
            wrong += [f"{where}: {v['id']} — {v['help']}: {v['nodes'][0]['target']}" for v in found]
    return wrong


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_every_page_is_accessible_and_fits(
    language: str, page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str]
) -> None:
    sign_in(page, "coordinator")
    speak(page, site, language)
    pages = PAGES | {
        "alert": first_of(page, site, "/alerts/", "/alerts/A-"),
        "file": first_of(page, site, "/files/", "/files/P-"),
        "indicator": "/figures/2019/INT-05/",
    }
    page.goto(site.url + "/settings/members/")
    colleague = str(page.locator("main td a").first.get_attribute("href"))
    ceremonies = CEREMONIES | {
        f"their-{of}-{last.strip('/').replace('/', '-')}".strip("-"): f"{base}{last}"
        for of, base, ends in (("member", colleague, OF_COLLEAGUE), ("file", pages["file"], OF_FILE))
        for last in ends
    }
    wrong = [
        fault
        for name, path in pages.items()
        for fault in faults(page, site.url + path, name, language, LOOKS, AXE_SEES[language])
    ]
    if language in AXE_SEES_OF_CEREMONIES:
        sees = AXE_SEES_OF_CEREMONIES[language]
        for name, path in ceremonies.items():
            wrong += faults(page, site.url + path, name, language, sorted(CROSSED), sees)
    assert not wrong, "\n".join(wrong)
    assert not console_errors


def test_policy_of_content_is_strict(page: Page, site: Site) -> None:
    answer = page.goto(f"{site.url}/sign-in/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
