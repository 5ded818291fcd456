"""The directory of partners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.core import codelists
from havre.intake import queries, services
from havre.intake.forms import PartnerForm
from havre.intake.models import Partner


@needs(P.DIRECTORY_VIEW)
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Partners by what they do; the retired ones apart."""
    partners = queries.partners_visible_to(request.user)  # type: ignore[arg-type]
    labels = codelists.get("partner_category")
    category = request.GET.get("category", "")
    if category in labels:
        partners = partners.filter(category=category)
    rows = list(partners.order_by("name"))
    groups = [
        (labels.label(code), [p for p in rows if p.category == code and p.retired_on is None]) for code in labels.codes
    ]
    return render(
        request,
        "intake/directory.html",
        {
            "groups": [(label, members) for label, members in groups if members],
            "retired": [partner for partner in rows if partner.retired_on is not None],
            "categories": [(code, labels.label(code)) for code in labels.codes],
            "category": category,
            "can_edit": request.user.can(P.DIRECTORY_EDIT),  # type: ignore[union-attr]
        },
    )


@needs(P.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def partner_new(request: HttpRequest) -> HttpResponse:
    """Add a partner."""

    def do(form: Any) -> str:
        services.add_partner(form.partner_facts(), by=request.user)  # type: ignore[arg-type]
        return reverse("intake:directory")

    return handle(request, PartnerForm, do, template="intake/partner_form.html", saved=_("Added to the directory."))


@needs(P.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def partner_edit(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Correct a partner."""
    partner: Partner = get_object_or_404(queries.partners_visible_to(request.user), pk=partner_id)  # type: ignore[arg-type]

    def make(data: Any) -> PartnerForm:
        return PartnerForm(data, initial=PartnerForm.initial_of(partner), revision=partner.revision)

    def do(form: Any) -> str:
        revision = form.cleaned_data["revision"] or 0
        services.change_partner(partner, form.partner_facts(), revision=revision, by=request.user)  # type: ignore[arg-type]
        return reverse("intake:directory")

    return handle(
        request, make, do, template="intake/partner_form.html", context={"partner": partner}, saved=_("Saved."),
        theirs=lambda: PartnerForm.initial_of(partner),
    )  # fmt: skip


@needs(P.DIRECTORY_EDIT)
@require_POST
def partner_retire(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Take a partner out of the choices, or bring it back."""
    partner: Partner = get_object_or_404(queries.partners_visible_to(request.user), pk=partner_id)  # type: ignore[arg-type]
    if "back" in request.POST:
        services.return_partner(partner, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("%(name)s is in the choices again.") % {"name": partner.name})
    else:
        services.retire_partner(partner, by=request.user)  # type: ignore[arg-type]
        messages.success(
            request, _("%(name)s left the choices; old redirections keep naming it.") % {"name": partner.name}
        )
    return redirect("intake:directory")
