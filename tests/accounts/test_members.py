"""Inviting in person, opening and closing a compartment, leaving: by the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from havre.accounts.models import User
from havre.vault import rotation, sessions
from havre.vault.models import Grant
from tests.factories import PASSPHRASE, House, found_organisation
from tests.factories.accounts import add_member, sign_in

NEW = "nine patient otters downstream"
NEWCOMER = {"username": "Nour", "display_name": "Nour B.", "role": "psychologist", "new": NEW, "again": NEW}


@pytest.fixture
def whole(db: None) -> House:
    """An organisation with every role."""
    return found_organisation()


def _held(user: User) -> set[str]:
    grants = Grant.objects.filter(user=user, compartment__retired_at=None)
    return set(grants.values_list("compartment__kind", flat=True))


def test_from_the_invitation_to_an_open_compartment(whole: House) -> None:
    page = whole.client("coordinator").post(reverse("accounts:invite"), NEWCOMER)
    code = re.search(r"(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}", page.content.decode())
    assert code
    user = User.objects.get(username="nour")
    assert sessions.unlock(user, NEW)
    assert not _held(user)
    give = reverse("accounts:member-give", kwargs={"pk": user.pk})
    holder = whole.client("psychologist")
    assert b"Open to them" in holder.get(reverse("accounts:member", kwargs={"pk": user.pk})).content
    for kind in ("identity", "psychology"):
        assert holder.post(give, {"kind": kind}).status_code == 302
    assert _held(user) == {"identity", "psychology"}
    assert holder.post(give, {"kind": "identity"}).status_code == 422, "a second time"
    assert holder.post(give, {"kind": "legal"}).status_code == 422, "not of this role"


@pytest.mark.promise("T5")
def test_the_director_does_not_open_psychology(whole: House) -> None:
    user = add_member(whole, "psychologist", "second")
    Grant.objects.filter(user=user, compartment__kind="psychology").delete()
    give = reverse("accounts:member-give", kwargs={"pk": user.pk})
    assert whole.client("coordinator").post(give, {"kind": "psychology"}).status_code == 404
    assert _held(user) == {"identity"}


@pytest.mark.parametrize(
    "change", [{"username": "havre.lawyer"}, {"username": "é t"}, {"new": "x", "again": "x"}, {"again": "other"}]
)
def test_a_refused_invitation_makes_nobody(whole: House, change: dict[str, str]) -> None:
    before = User.objects.count()
    assert whole.client("coordinator").post(reverse("accounts:invite"), {**NEWCOMER, **change}).status_code == 422
    assert User.objects.count() == before


def test_a_withdrawn_compartment(whole: House) -> None:
    user = add_member(whole, "psychologist", "second")
    browser = sign_in(user)
    browser.get("/settings/")
    officer = whole.client("coordinator")
    url = reverse("accounts:member-withdraw", kwargs={"pk": user.pk})
    assert officer.post(url, {"kind": "psychology"}).status_code == 302
    assert _held(user) == {"identity"}
    assert browser.get("/settings/").status_code == 302
    only = reverse("accounts:member-withdraw", kwargs={"pk": whole.user("psychologist").pk})
    assert officer.post(only, {"kind": "psychology"}).status_code == 422
    assert _held(whole.user("psychologist")) == {"identity", "psychology"}


def _leave(officer: Client, user: User, passphrase: str = PASSPHRASE) -> Any:
    return officer.post(reverse("accounts:member-leave", kwargs={"pk": user.pk}), {"passphrase": passphrase})


@pytest.mark.promise("T7")
def test_a_member_leaves(whole: House, sign_in_page: Any) -> None:
    user = add_member(whole, "psychologist", "second")
    browser, officer = sign_in(user), whole.client("coordinator")
    browser.get("/settings/")
    assert _leave(officer, user, "wrong").status_code == 422
    assert User.objects.get(pk=user.pk).is_active
    assert _leave(officer, user).status_code == 302
    assert browser.get("/settings/").status_code == 302
    assert not _held(user)
    assert sign_in_page("second").status_code == 200, "the sign-in page again"
    assert _leave(officer, whole.user("psychologist")).status_code == 422, "nobody else holds psychology"


def test_a_sign_in_of_those_who_stay_does_its_part(whole: House, sign_in_page: Any) -> None:
    user = add_member(whole, "social_worker", "second")
    from tests.factories.casefiles import open_file

    open_file(whole)
    rotation.leave(user, by=whole.fresh_vault("coordinator"))
    assert rotation.remaining(whole.organisation)
    assert sign_in_page("havre.coordinator").status_code == 302
    assert not rotation.remaining(whole.organisation)


@pytest.fixture
def sign_in_page() -> Any:
    """Sign in by the page, in a browser of its own."""
    return lambda name: Client().post(reverse("account_login"), {"login": name, "password": PASSPHRASE})
