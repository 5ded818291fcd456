"""Refusals become pages that help, with their status; other errors are left alone."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.urls import urlpatterns as real
from havre.core.errors import Conflict, Refusal, RuleBroken
from havre.vault.errors import NotGranted, VaultLocked
from tests.factories import found_organisation

REFUSALS = {
    "step": Refusal("Someone was faster."),
    "rule": RuleBroken("An interview needs a lawyer & a social worker.", field="lawyer"),
    "conflict": Conflict("Saved meanwhile.", current=4),
    "locked": VaultLocked(),
    "denied": PermissionDenied("The role lawyer does not hold x."),
    "closed": NotGranted("The compartment psychology does not hold x."),
}


def refuse(request: HttpRequest, name: str) -> HttpResponse:
    """A page that refuses."""
    raise REFUSALS[name]


urlpatterns = [*real, path("refuse/<str:name>/", refuse, name="refuse")]


@pytest.fixture
def lawyer(db: None, settings: LazySettings) -> Client:
    """A lawyer's browser, on addresses that refuse."""
    client = found_organisation(roles=("lawyer",)).client("lawyer")
    settings.ROOT_URLCONF = __name__
    return client


@pytest.mark.parametrize(("name", "status"), [("step", 409), ("rule", 422), ("conflict", 409), ("locked", 423)])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_refusal_is_a_page_with_its_status_and_its_words(lawyer: Client, name: str, status: int, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    response = lawyer.post(f"/refuse/{name}/", headers=headers)
    assert response.status_code == status
    page = response.content.decode()
    if name != "locked":
        refusal = REFUSALS[name]
        assert isinstance(refusal, Refusal)
        assert refusal.message.replace("&", "&amp;") in page
    else:
        assert 'type="password"' in page or htmx
    assert ("<html" in page) is not htmx


@pytest.mark.parametrize("name", ["denied", "closed"])
def test_a_refusal_of_a_permission_or_a_compartment_says_no_more(lawyer: Client, name: str) -> None:
    response = lawyer.get(f"/refuse/{name}/")
    assert response.status_code in {403, 404}
    assert "does not hold" not in response.content.decode()
