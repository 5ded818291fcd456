"""Pages of the paper keys: made, confirmed, typed back, used, retired."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from havre.accounts.models import User
from havre.vault.models import Grant, PaperKey
from tests.factories import PASSPHRASE, House, found_organisation
from tests.factories.accounts import add_member, sign_in

CODE = r"\b[A-Z]-(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}\b"
FINGERPRINT = r">((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})<"
PAPERS, NEW, CHECK, RECOVER = (
    reverse(f"accounts:{name}") for name in ("papers", "paper-new", "paper-check", "paper-recover")
)


@pytest.fixture
def whole(db: None) -> House:
    """An organisation with every role."""
    return found_organisation()


def _make(browser: Client, kind: str = "psychology") -> tuple[str, str]:
    page = browser.post(NEW, {"kind": kind}).content.decode()
    code, fingerprint = re.search(CODE, page), re.search(FINGERPRINT, page)
    assert code
    return code.group(), fingerprint.group(1) if fingerprint else ""


def _newcomer(house: House, role: str = "psychologist") -> User:
    user = add_member(house, role, "second")
    Grant.objects.filter(user=user, compartment__kind="psychology").delete()
    return user


def test_from_the_paper_to_the_open_compartment(whole: House) -> None:
    holder, officer = whole.client("psychologist"), whole.client("administrator")
    code, fingerprint = _make(holder)
    assert fingerprint
    assert code not in holder.get(PAPERS).content.decode()
    assert holder.post(CHECK, {"printed_code": code}).status_code == 422, "an officer first"
    waiting = officer.get(PAPERS).content.decode()
    assert fingerprint not in waiting
    sign = reverse("accounts:paper-sign", kwargs={"pk": PaperKey.objects.get(signature=None).pk})
    assert sign in waiting
    assert b"paper key waits" in officer.get(reverse("accounts:members")).content
    assert holder.post(sign, {"fingerprint": fingerprint}).status_code == 404, "not an officer"
    assert officer.post(sign, {"fingerprint": "AAAA-AAAA-AAAA-AAAA"}).status_code == 422
    assert fingerprint not in officer.get(sign).content.decode(), "it is read aloud, not copied"
    assert officer.post(sign, {"fingerprint": fingerprint}).status_code == 302
    assert holder.post(CHECK, {"printed_code": code.lower()}).status_code == 302
    newcomer = sign_in(_newcomer(whole))
    assert b"Open with a paper key" in newcomer.get(PAPERS).content
    assert newcomer.post(RECOVER, {"printed_code": "P-AAAA"}).status_code == 422
    assert newcomer.post(RECOVER, {"printed_code": code}).status_code == 302
    assert Grant.objects.filter(user__username="second", compartment__kind="psychology").exists()
    assert newcomer.post(RECOVER, {"printed_code": code}).status_code == 422


def test_an_officer_who_holds_the_compartment_needs_nobody(whole: House) -> None:
    code, fingerprint = _make(whole.client("coordinator"), "legal")
    assert not fingerprint
    assert whole.client("lawyer").post(CHECK, {"printed_code": code}).status_code == 302


def test_one_makes_papers_of_what_one_holds(whole: House) -> None:
    assert whole.client("lawyer").post(NEW, {"kind": "psychology"}).status_code == 422
    page = whole.client("lawyer").get(NEW).content.decode()
    assert 'value="psychology"' not in page
    assert 'value="legal"' in page


def test_the_paper_of_another_profession(whole: House) -> None:
    refused = whole.client("lawyer").post(RECOVER, {"printed_code": whole.papers["psychology"]})
    assert refused.status_code == 422
    assert b"does not open" in refused.content
    assert PaperKey.objects.get(kind="psychology").retired_at is None


def test_a_lost_paper_is_retired_and_the_holder_warned(whole: House) -> None:
    holder, paper = whole.client("psychologist"), PaperKey.objects.get(kind="psychology")
    retire = reverse("accounts:paper-retire", kwargs={"pk": paper.pk})
    assert b"no paper key opens" not in holder.get("/settings/").content
    assert whole.client("coordinator").post(retire).status_code == 404
    assert holder.post(retire).status_code == 302
    for page in ("/settings/", PAPERS):
        assert b"no paper key opens" in holder.get(page).content
    assert holder.post(CHECK, {"printed_code": whole.papers["psychology"]}).status_code == 422


def test_tries_are_counted(whole: House, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"paper": "2/5m/key"}
    newcomer = sign_in(_newcomer(whole))
    assert [newcomer.post(RECOVER, {"printed_code": "P-AAAA"}).status_code for _ in range(3)] == [422, 422, 429]
    assert newcomer.post(RECOVER, {"printed_code": whole.papers["psychology"]}).status_code == 429


def test_the_queries_of_the_page_do_not_grow_with_its_papers(whole: House) -> None:
    browser = whole.client("coordinator")
    browser.get(PAPERS)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(PAPERS)
    for _ in range(4):
        _make(browser, "legal")
    with CaptureQueriesContext(connection) as many:
        browser.get(PAPERS)
    assert len(many) == len(few)


def test_who_leaves_alone_behind_them_without_a_paper_is_refused(whole: House) -> None:
    add_member(whole, "psychologist", "second")
    leave = reverse("accounts:member-leave", kwargs={"pk": whole.user("psychologist").pk})
    officer = whole.client("coordinator")
    page = officer.get(leave).content.decode()
    assert "without a paper key" in page
    assert officer.post(leave, {"passphrase": PASSPHRASE}).status_code == 422
    assert User.objects.get(pk=whole.user("psychologist").pk).is_active
