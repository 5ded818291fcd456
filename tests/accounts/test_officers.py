"""Pages of the officers: a later officer, a role changed, a new key in person, a compartment created late."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from havre.accounts.models import User
from havre.accounts.permissions import Role
from havre.audit.models import Event
from havre.vault import papers, sessions
from havre.vault.models import CompartmentKey, Grant, OfficerKey, OfficerNaming
from tests.factories import PASSPHRASE, House, found_organisation
from tests.factories.accounts import add_member, sign_in

NEW = "nine patient otters downstream"
FINGERPRINT = r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}"


@pytest.fixture
def whole(db: None) -> House:
    """An organisation with every role."""
    return found_organisation()


def _url(name: str, user: User) -> str:
    return reverse(f"accounts:member-{name}", kwargs={"pk": user.pk})


def _named(house: House, role: str = "lawyer", by: str = "coordinator") -> Client:
    """The whole ceremony by the pages; the browser of the new officer."""
    officer, newcomer, user = house.client(by), house.client(role), house.user(role)
    assert officer.post(_url("officer", user), {"act": "name"}).status_code == 302
    assert b"named an officer" in newcomer.get("/settings/").content
    accept = reverse("accounts:officer-accept")
    assert newcomer.post(accept).status_code == 302
    read = re.search(FINGERPRINT, newcomer.get(accept).content.decode())
    assert read
    assert read.group() not in officer.get(_url("officer", user)).content.decode(), "it is read aloud, not copied"
    wrong = officer.post(_url("officer", user), {"act": "confirm", "fingerprint": "AAAA"})
    assert wrong.status_code == 422
    done = officer.post(_url("officer", user), {"act": "confirm", "fingerprint": read.group()})
    assert done.status_code == 302
    return newcomer


def test_a_later_officer_by_the_pages(whole: House) -> None:
    lawyer = _named(whole)
    assert re.search(FINGERPRINT, lawyer.get("/settings/").content.decode()), "for the file of pins, one day"
    assert lawyer.get(reverse("accounts:officer-accept")).status_code == 404, "it is done"
    kept = bytes(whole.user("lawyer").officer_key.sealed_signing)
    OfficerKey.objects.filter(user=whole.user("lawyer")).update(sealed_signing=b"damaged")
    assert lawyer.get("/settings/").status_code == 200, "a damaged key keeps nobody out"
    OfficerKey.objects.filter(user=whole.user("lawyer")).update(sealed_signing=kept)
    invited = {"username": "nour", "display_name": "Nour B.", "role": "psychologist", "new": NEW, "again": NEW}
    assert lawyer.post(reverse("accounts:invite"), invited).status_code == 200
    assert User.objects.get(username="nour").member_key.officer.user == whole.user("lawyer")
    assert b"officer" in lawyer.get(reverse("accounts:members")).content


def test_named_again_the_former_key_is_dropped(whole: House) -> None:
    officer, newcomer, user = whole.client("coordinator"), whole.client("lawyer"), whole.user("lawyer")
    read = []
    for _ in range(2):
        assert officer.post(_url("officer", user), {"act": "name"}).status_code == 302
        newcomer.post(reverse("accounts:officer-accept"))
        shown = re.search(FINGERPRINT, newcomer.get(reverse("accounts:officer-accept")).content.decode())
        assert shown
        read.append(shown.group())
    assert b"Name again" in officer.get(_url("officer", user)).content
    assert officer.post(_url("officer", user), {"act": "confirm", "fingerprint": read[0]}).status_code == 422
    assert officer.post(_url("officer", user), {"act": "confirm", "fingerprint": read[1]}).status_code == 302


def test_only_an_officer_whose_role_sees_the_members(whole: House) -> None:
    assert whole.client("lawyer").post(_url("officer", whole.user("reception")), {"act": "name"}).status_code == 404
    refused = whole.client("coordinator").post(_url("officer", whole.user("volunteer")), {"act": "name"})
    assert refused.status_code == 422
    assert OfficerKey.objects.count() == 2
    assert whole.client("coordinator").post(_url("officer", whole.user("lawyer")), {"act": "x"}).status_code == 422


def test_an_officer_is_withdrawn_and_two_stay(whole: House) -> None:
    officer = whole.client("coordinator")
    assert officer.post(_url("officer", whole.user("administrator")), {"act": "withdraw"}).status_code == 422
    _named(whole)
    assert officer.post(_url("officer", whole.user("administrator")), {"act": "withdraw"}).status_code == 302
    assert whole.client("administrator").get(reverse("accounts:invite")).status_code == 404
    leave = _url("leave", whole.user("coordinator"))
    assert whole.client("lawyer").post(leave, {"passphrase": PASSPHRASE}).status_code == 422


def test_an_officer_alone_is_told_to_name_another(whole: House) -> None:
    """An installation from before."""
    OfficerKey.objects.filter(user=whole.user("administrator")).update(withdrawn_at="2019-01-01T00:00Z")
    assert b"only officer" in whole.client("coordinator").get(reverse("accounts:members")).content


def test_another_role_closes_what_it_does_not_open(whole: House) -> None:
    user = add_member(whole, "social_worker", "second")
    browser = sign_in(user)
    assert browser.get("/settings/").status_code == 200
    officer = whole.client("coordinator")
    assert b"What will happen" in officer.get(_url("role", user)).content
    assert officer.post(_url("role", user), {"role": "lawyer"}).status_code == 302
    user.refresh_from_db()
    assert user.role == "lawyer"
    held = Grant.objects.filter(user=user, compartment__retired_at=None).values_list("compartment__kind", flat=True)
    assert set(held) == {"identity"}
    assert CompartmentKey.objects.get(kind="social", retired_at=None).epoch == 2
    assert browser.get("/settings/").status_code == 302
    event = Event.objects.filter(kind="accounts.role.changed").get()
    assert (event.target, event.detail["role"]) == ("second", "lawyer")


def test_a_naming_does_not_outlive_the_role_or_the_key(whole: House) -> None:
    user, officer = whole.user("lawyer"), whole.client("coordinator")
    for act in (lambda: _new_key(officer, user), lambda: officer.post(_url("role", user), {"role": "volunteer"})):
        assert officer.post(_url("officer", user), {"act": "name"}).status_code == 302
        act()
        assert not OfficerNaming.objects.exists()


def test_a_role_that_cannot_change(whole: House) -> None:
    officer = whole.client("coordinator")
    for role, new in (
        ("psychologist", "lawyer"),  # the only one to hold psychology
        ("coordinator", "lawyer"),  # oneself
        ("administrator", "volunteer"),  # an officer sees the members
        ("lawyer", "lawyer"),
        ("lawyer", "king"),
    ):
        assert officer.post(_url("role", whole.user(role)), {"role": new}).status_code == 422, (role, new)
    assert whole.client("lawyer").post(_url("role", whole.user("reception")), {"role": "lawyer"}).status_code == 404
    for role in Role:
        assert User.objects.get(pk=whole.user(role).pk).role == role


def _new_key(browser: Client, user: User, **more: str) -> Any:
    return browser.post(_url("key", user), {"new": NEW, "again": NEW, **more})


def test_a_new_key_in_person(whole: House) -> None:
    user, browser, officer = whole.user("lawyer"), whole.client("lawyer"), whole.client("administrator")
    assert browser.get("/settings/").status_code == 200
    page = officer.get(_url("key", user)).content.decode()
    assert "Legal" in page
    assert "had not sent are lost" in page
    assert _new_key(officer, user, again="other").status_code == 422
    assert sessions.unlock(user, PASSPHRASE)
    made = _new_key(officer, user)
    assert made.status_code == 200
    assert NEW not in made.content.decode()
    assert re.search(r"(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}", made.content.decode())
    assert browser.get("/settings/").status_code == 302
    assert sessions.unlock(user, NEW)
    assert not Grant.objects.filter(user=user).exists()
    give = reverse("accounts:member-give", kwargs={"pk": user.pk})
    assert whole.client("coordinator").post(give, {"kind": "legal"}).status_code == 302


def test_the_page_says_what_is_lost_with_the_last_holder(whole: House) -> None:
    user, officer = whole.user("psychologist"), whole.client("coordinator")
    page = officer.get(_url("key", user)).content.decode()
    assert "accept_loss" not in page
    assert "with its paper key" in page
    papers.retire_paper(papers.living_papers(whole.organisation, ["psychology"]).get(), by=whole.vault("psychologist"))
    page = officer.get(_url("key", user)).content.decode()
    assert "accept_loss" in page
    assert "for ever" in page
    assert _new_key(officer, user).status_code == 422
    assert sessions.unlock(user, PASSPHRASE)
    made = _new_key(officer, user, accept_loss="on")
    assert re.search(r"\bP-(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}\b", made.content.decode())


def test_a_compartment_is_created_for_its_first_member(db: None) -> None:
    house = found_organisation(roles=("social_worker",))
    officer, address = house.client("administrator"), reverse("accounts:compartment-new")
    assert officer.post(address, {"kind": "psychology"}).status_code == 422, "nobody's role opens it"
    assert officer.post(address, {"kind": "social"}).status_code == 422, "it exists"
    assert b"Create a compartment" not in officer.get(reverse("accounts:members")).content
    invited = {"username": "nour", "display_name": "Nour B.", "role": "psychologist", "new": NEW, "again": NEW}
    assert officer.post(reverse("accounts:invite"), invited).status_code == 200
    assert b"Create a compartment" in officer.get(reverse("accounts:members")).content
    made = officer.post(address, {"kind": "psychology"})
    assert re.search(r"\bP-(?:[A-Z2-9]{4}-){7}[A-Z2-9]{4}\b", made.content.decode())
    assert set(Grant.objects.filter(compartment__kind="psychology").values_list("user__username", flat=True)) == {
        "nour"
    }
    assert house.client("social_worker").get(address).status_code == 404
