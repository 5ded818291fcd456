"""The directory of partners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
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
    partners = queries.partners_visible_to(member_of(request))
    labels = codelists.get("partner_category")
    category = request.GET.get("category", "")
    if category in labels:
        partners = partners.filter(category=category)
    rows = queries.entries(partners, vault_of(request))
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
            "can_edit": member_of(request).can(P.DIRECTORY_EDIT),
        },
    )


@needs(P.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def partner_new(request: HttpRequest) -> HttpResponse:
    """Add a partner."""

    def do(form: Any) -> str:
        services.add_partner(form.partner_facts(), by=member_of(request), vault=vault_of(request))
        return reverse("intake:directory")

    return handle(request, PartnerForm, do, template="intake/partner_form.html", saved=_("Added to the directory."))


@needs(P.DIRECTORY_EDIT)
@require_http_methods(["GET", "POST"])
def partner_edit(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Correct a partner."""
    partner: Partner = get_object_or_404(queries.partners_visible_to(member_of(request)), pk=partner_id)

    entry = _entry(request, partner)

    def make(data: Any) -> PartnerForm:
        return PartnerForm(data, initial=PartnerForm.initial_of(entry), revision=entry.revision)

    def do(form: Any) -> str:
        revision = form.cleaned_data["revision"] or 0
        by, vault = _who(request)
        services.change_partner(partner, form.partner_facts(), revision=revision, by=by, vault=vault)
        return reverse("intake:directory")

    return handle(
        request, make, do, template="intake/partner_form.html", context={"partner": entry}, saved=_("Saved."),
        theirs=lambda: PartnerForm.initial_of(_entry(request, partner)),
    )  # fmt: skip


@needs(P.DIRECTORY_EDIT)
@require_POST
def partner_retire(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Take a partner out of the choices, or bring it back."""
    partner: Partner = get_object_or_404(queries.partners_visible_to(member_of(request)), pk=partner_id)
    if "back" in request.POST:
        services.return_partner(partner, by=member_of(request))
        messages.success(request, _("The partner is in the choices again."))
    else:
        services.retire_partner(partner, by=member_of(request))
        messages.success(request, _("The partner left the choices; old redirections keep naming it."))
    return redirect("intake:directory")


def _who(request: HttpRequest) -> tuple[Any, Any]:
    """The member and their vault."""
    return member_of(request), vault_of(request)


def _entry(request: HttpRequest, partner: Partner) -> queries.Entry:
    """A partner as it is now, opened. Who may not open it does not find it."""
    partner.refresh_from_db()
    found = queries.entries([partner], vault_of(request))
    if not found:
        raise Http404
    return found[0]
