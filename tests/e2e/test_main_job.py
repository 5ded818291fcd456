"""The main job, in a browser, on the caseload of 2019: an alert, a study, an interview, a decision, a file, the figures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser
SignIn = Callable[..., object]


def leave(page: Page, site: Site) -> None:
    """Sign out: the next person sits down."""
    page.context.clear_cookies()
    page.goto(site.url + "/sign-in/")


def send(page: Page, inside: str) -> None:
    """Press the main button of a form and wait for where it leads."""
    with page.expect_navigation():
        page.locator(f"{inside} button.primary").last.click()


def figure(page: Page, site: Site, code: str) -> int:
    """The number an indicator's page shows for 2019."""
    page.goto(f"{site.url}/figures/2019/{code}/")
    number = page.locator(".fig-number").first.inner_text()
    return int(re.sub(r"\D", "", number))


def test_from_an_alert_to_the_figures(page: Page, site: Site, sign_in: SignIn) -> None:
    sign_in(page, "coordinator")
    before = {code: figure(page, site, code) for code in ("INT-01", "INT-02", "INT-03", "INT-04", "ACT-01", "NEW-01")}
    assert [before[c] for c in ("INT-01", "INT-02", "INT-03", "INT-04", "ACT-01", "NEW-01")] == [
        380,
        226,
        106,
        45,
        200,
        45,
    ]

    # Reception takes the alert while the telephone rings, and studies it.
    leave(page, site)
    sign_in(page, "reception")
    page.goto(site.url + "/alerts/new/")
    page.fill("[name=narrative]", "Elle travaille chez eux depuis deux ans, sans papiers et sans salaire.")
    page.fill("[name=person_name]", "Mariam Journey")
    page.select_option("[name=channel]", "phone")
    page.select_option("[name=source_kind]", "neighbour")
    page.locator("[name=agreement][value=yes]").check(force=True)
    page.locator("[name=person_gender][value=woman]").check(force=True)
    send(page, "main form")
    assert "A-2019-0381" in page.url
    page.get_by_role("button", name=re.compile("étude|study", re.IGNORECASE)).first.click()
    page.wait_for_load_state()
    if "/move/" in page.url:
        send(page, "main form")
    for code in ("L1-01", "L1-02", "L1-03", "L1-05", "L1-06"):
        page.locator(f"#q-{code} label:has(input[value=yes])").first.click()
    expect(page.locator("#q-L1-06 input[value=yes]")).to_be_checked()
    page.wait_for_load_state("networkidle")
    page.goto(site.url + "/alerts/A-2019-0381/move/finish_study/")
    send(page, "main form")

    # Level 2: refused without a lawyer, with words; nothing typed is lost.
    leave(page, site)
    sign_in(page, "social_worker")
    page.goto(site.url + "/alerts/A-2019-0381/interview/")
    page.fill("[name=account]", "Récit donné avec l'interprète.")
    page.select_option("[name=lawyer]", "")
    page.locator("[name=interpreter][value=volunteer]").check(force=True)
    send(page, "main form")
    expect(page.locator("main")).to_contain_text(re.compile("avocat", re.IGNORECASE))
    expect(page.locator("[name=account]")).to_have_value("Récit donné avec l'interprète.")
    page.select_option("[name=lawyer]", index=1)
    send(page, "main form")
    assert page.url.endswith("/alerts/A-2019-0381/")

    # Level 3: refused with nobody around the table, then decided together; the file is opened.
    leave(page, site)
    sign_in(page, "coordinator")
    page.goto(site.url + "/alerts/A-2019-0381/decide/")
    page.locator("[name=outcome][value=accompany_both]").check(force=True)
    page.fill("[name=reasons]", "Les trois éléments sont réunis.")
    send(page, "main form")
    expect(page.locator("[name=reasons]")).to_have_value("Les trois éléments sont réunis.")
    for role in ("lawyer|avocat", "social"):
        page.locator("label:has(input[name=participants])").filter(
            has_text=re.compile(role, re.IGNORECASE)
        ).first.click()
    send(page, "main form")
    page.goto(site.url + "/files/open/A-2019-0381/")
    page.fill("[name=names]", "Mariam Journey")
    page.locator("[name=consent]").check(force=True)
    send(page, "main form")
    assert re.search(r"/files/P-\d{4}/$", page.url), page.url

    after = {code: figure(page, site, code) for code in before}
    assert after == {code: n + 1 for code, n in before.items()}
    # What is sealed stays out of the page until it is asked for.
    page.goto(site.url + "/alerts/A-2019-0381/")
    assert "Mariam Journey" not in page.content()
    page.locator("button.sealed").first.click()
    expect(page.locator("main")).to_contain_text("Mariam Journey")
