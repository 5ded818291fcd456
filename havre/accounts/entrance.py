"""The page that founds an organisation, for a new installation: it exists only while its one-time code lives."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from havre.accounts.forms import FoundingForm, InviteForm
from havre.accounts.founding import Founded, NewMember, found_by_code, living_codes
from havre.accounts.keys import refuse, within_rate
from havre.accounts.models import Organisation
from havre.accounts.permissions import Role, for_everyone
from havre.core.errors import RuleBroken
from havre.vault.keys import check_strength

# Who they are on the form, and the role proposed to each.
OFFICERS = {"first": Role.COORDINATOR, "second": Role.SOCIAL_WORKER}
SECRETS = ("code", *(f"{who}-{name}" for who in OFFICERS for name in ("new", "again")))


@for_everyone
@sensitive_post_parameters(*SECRETS)
@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """The code, the organisation and its two officers; then their printed codes, once."""
    if not living_codes().exists():
        raise Http404
    data = request.POST or None
    form = FoundingForm(data)
    people = [InviteForm(data, prefix=who, initial={"role": role}) for who, role in OFFICERS.items()]
    status = 200
    if request.method == "POST":
        status = 422
        # Each form says what it has to say: no `and`, which would stop at the first.
        if all([form.is_valid(), *(_sound(person) for person in people)]):
            within_rate(request, "found", "found")
            try:
                founded = _found(form.cleaned_data, [person.cleaned_data for person in people])
            except RuleBroken as refusal:
                refuse(form, refusal)
            else:
                return render(request, "accounts/founded.html", _shown(founded))
    return render(request, "accounts/found.html", {"form": form, "people": people}, status=status)


@transaction.atomic
def _found(data: dict[str, Any], people: list[dict[str, Any]]) -> Founded:
    organisation = Organisation(
        name=data["name"], slug=slugify(data["name"])[:40] or "organisation", founded_year=data["founded_year"]
    )
    members = [
        NewMember(
            each["username"].strip().lower(), each["display_name"], each["role"], each["new"], get_language() or "fr"
        )
        for each in people
    ]
    return found_by_code(data["code"], organisation, members)


def _sound(person: InviteForm) -> bool:
    """Valid, and the passphrase strong enough: said beside the one who typed it."""
    if person.is_valid():
        try:
            check_strength(person.cleaned_data["new"], field="new")
        except RuleBroken as refusal:
            refuse(person, refusal)
    return not person.errors


def _shown(founded: Founded) -> dict[str, Any]:
    sheets = [(founded.users[username], code) for username, code in founded.codes.items()]
    return {"organisation": founded.organisation, "sheets": sheets, "papers": founded.papers}
