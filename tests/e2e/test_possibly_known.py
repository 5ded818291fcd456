"""Someone accompanied before comes back under another spelling: reception is asked, answers, and the same file opens again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser

# Of the demonstration: Khadija Amrani (خديجة العمراني), 01 99 00 86 73, accompanied since 2016.
ARABIC = "خديجة العمراني"
NUMBER = "+33 1 99 00 86 73"
SizeOf = {"wide": (1280, 900), "phone": (390, 844)}


def picture(page: Page, name: str) -> None:
    """Kept when somebody asks for pictures, in both sizes."""
    pictures = os.environ.get("HAVRE_PICTURES")
    for size, (width, height) in SizeOf.items() if pictures else ():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=f"{pictures}/known-{name}-{size}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def send(page: Page) -> None:
    """Press the main button and wait for the answer."""
    with page.expect_navigation():
        page.locator("main form button.primary").last.click()


def take(page: Page, site: Site, **typed: str) -> None:
    """Fill the alert, and send it a first time."""
    page.goto(site.url + "/alerts/new/")
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=source_kind]", "neighbour")
    page.locator("[name=agreement][value=yes]").check(force=True)
    send(page)


def speak(page: Page, site: Site, language: str) -> None:
    """Change the language of the pages."""
    page.goto(site.url)
    page.locator("details.menu > summary").click()
    with page.expect_navigation():
        page.locator(f".menu button[value={language}]").click()


def test_a_name_in_another_script_is_asked_about_and_leads_to_the_same_file(
    page: Page, site: Site, sign_in: Callable[..., object]
) -> None:
    sign_in(page, "reception")
    take(page, site, narrative="Elle dort dans la cuisine.", person_name=ARABIC, person_contact="")
    question = page.locator("#known")
    expect(question).to_contain_text("Khadija Amrani")
    expect(question).to_contain_text("2016")
    expect(page.locator("[name=person_name]")).to_have_value(ARABIC)
    assert not Axe().run(page).response["violations"]
    picture(page, "asked-fr")
    code = re.search(r"P-\d{4}", question.inner_text())
    assert code
    look = question.locator(f"a[href$='/files/{code.group()}/']")
    expect(look).to_have_attribute("target", "_blank")

    # Sent again without an answer: nothing is saved, nothing is lost.
    send(page)
    assert page.url.endswith("/alerts/new/")
    expect(page.locator("[name=narrative]")).to_have_value("Elle dort dans la cuisine.")
    for group in question.locator("fieldset").all():
        group.locator("input[value=different]").check(force=True)
    question.locator("li", has_text=code.group()).locator("input[value=same]").check(force=True)
    send(page)
    assert re.search(r"/alerts/A-2019-\d+/$", page.url), page.url
    expect(page.locator("main")).to_contain_text(code.group())
    expect(page.locator("#linked")).to_contain_text(code.group())
    picture(page, "alert-fr")


def test_a_number_in_another_writing_is_asked_about_and_a_new_person_is_not(
    page: Page, site: Site, sign_in: Callable[..., object]
) -> None:
    sign_in(page, "reception")
    speak(page, site, "ar")
    take(page, site, person_name="K.", person_contact=f"{NUMBER}, le soir")
    expect(page.locator("#known")).to_contain_text("Khadija Amrani")
    picture(page, "asked-ar")
    for group in page.locator("#known fieldset").all():
        group.locator("input[value=to_check]").check(force=True)
    send(page)
    assert re.search(r"/alerts/A-2019-\d+/$", page.url), page.url
    picture(page, "alert-ar")

    # Nobody looks like this one: no question, no extra click.
    take(page, site, person_name="Wilhelmina Vanderbeek", person_contact="06 39 98 00 01")
    assert re.search(r"/alerts/A-2019-\d+/$", page.url), page.url


def test_a_link_is_taken_away_after_the_page_said_what_that_does(
    page: Page, site: Site, sign_in: Callable[..., object]
) -> None:
    sign_in(page, "coordinator")
    page.goto(site.url + "/files/")
    codes = [str(link.inner_text()) for link in page.locator("main td a[href*='/files/P-']").all()[:2]]
    one, other = (re.search(r"P-\d{4}", code).group() for code in codes)  # type: ignore[union-attr]
    page.goto(f"{site.url}/files/{one}/person/")
    page.locator("#linked a[href$='/linked/add/']").click()
    page.fill("[name=code]", other.lower())
    picture(page, "link-fr")
    send(page)
    expect(page.locator("#linked")).to_contain_text(other)
    picture(page, "linked-fr")
    page.goto(f"{site.url}/files/{other}/person/")
    expect(page.locator("#linked")).to_contain_text(one)
    page.locator("#linked a[href$='/undo/']").click()
    expect(page.locator("main")).to_contain_text(one)
    expect(page.locator("main")).to_contain_text(other)
    assert not Axe().run(page).response["violations"]
    picture(page, "unlink-fr")
    send(page)
    page.goto(f"{site.url}/files/{one}/person/")
    expect(page.locator("#linked")).not_to_contain_text(other)
