"""What opens, takes out or erases asks for a passphrase typed just now."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from havre.accounts.recent import RECENT
from havre.vault.models import Draft, Grant, VaultSession
from tests.factories import PASSPHRASE, House


def _typed(ago: timedelta) -> None:
    VaultSession.objects.update(started_at=timezone.now() - ago)


@pytest.mark.promise("T8")
@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_a_passphrase_typed_long_ago_opens_nothing_to_anybody(house: House) -> None:
    officer, colleague = house.client("coordinator"), house.user("lawyer")
    held = Grant.objects.filter(user=colleague).count()
    address = reverse("accounts:member-withdraw", args=[colleague.pk])
    _typed(RECENT + timedelta(seconds=5))
    response = officer.post(address, {"kind": "legal", "_page": reverse("accounts:member", args=[colleague.pk])})
    assert response.status_code == 423
    assert "typed just now" in response.content.decode()
    assert Grant.objects.filter(user=colleague).count() == held
    assert not VaultSession.objects.exclude(sealed_private=None).exists()
    assert Draft.objects.filter(path=reverse("accounts:member", args=[colleague.pk])).exists()
    unlock = reverse("accounts:unlock")
    answered = officer.post(unlock, {"passphrase": PASSPHRASE, "next": "/settings/members/"})
    assert answered["Location"] == "/settings/members/"
    assert officer.post(address, {"kind": "legal"}).status_code in {302, 422}


@pytest.mark.promise("T8")
def test_a_page_opened_too_late_says_why(house: House) -> None:
    officer = house.client("coordinator")
    address = reverse("accounts:member-withdraw", args=[house.user("lawyer").pk])
    _typed(RECENT + timedelta(seconds=5))
    response = officer.get(address)
    query = parse_qs(urlsplit(response["Location"]).query)
    assert query == {"next": [address], "why": ["again"]}


@pytest.mark.promise("T8")
def test_a_passphrase_typed_just_now_is_enough(house: House) -> None:
    officer = house.client("coordinator")
    _typed(RECENT - timedelta(seconds=30))
    address = reverse("accounts:member-withdraw", args=[house.user("lawyer").pk])
    assert officer.post(address, {"kind": "identity"}).status_code in {302, 422}
    assert VaultSession.objects.exclude(sealed_private=None).exists()
