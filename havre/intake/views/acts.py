"""What is done about an alert: contacts, agreement, who is in charge, steps, redirection."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.intake import services
from havre.intake.forms import AgreementForm, AssignForm, ContactForm, MoveForm, RedirectForm
from havre.intake.models import Alert
from havre.intake.views.alert import found
from havre.intake.workflow import ALERT, AlertStatus


@needs(P.ALERT_STUDY)
@require_http_methods(["GET", "POST"])
def alert_contact(request: HttpRequest, reference: str) -> HttpResponse:
    """Note a contact."""
    alert = found(request, reference)

    def do(form: Any) -> Alert:
        contact = services.log_contact(alert, **form.facts(), by=member_of(request), vault=vault_of(request))
        return contact.alert

    return handle(
        request,
        ContactForm,
        do,
        template="intake/contact_form.html",
        context={"alert": alert},
        saved=_("The contact is noted."),
    )


@needs(P.ALERT_STUDY)
@require_POST
def alert_agreement(request: HttpRequest, reference: str) -> HttpResponse:
    """Note whether the person agrees."""
    alert = found(request, reference)

    def do(form: Any) -> Alert:
        return services.set_agreement(alert, form.cleaned_data["agreement"], by=member_of(request))

    return handle(
        request, AgreementForm, do, template="intake/agreement_form.html", context={"alert": alert}, saved=_("Saved.")
    )


@needs(P.ALERT_STUDY)
@require_POST
def alert_assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Say who is in charge."""
    alert = found(request, reference)

    def make(data: Any) -> AssignForm:
        return AssignForm(data, by=member_of(request))

    def do(form: Any) -> Alert:
        return services.assign(alert, form.cleaned_data["in_charge"], by=member_of(request))

    return handle(request, make, do, template="intake/assign_form.html", context={"alert": alert}, saved=_("Saved."))


@needs(P.ALERT_REDIRECT)
@require_http_methods(["GET", "POST"])
def alert_redirect(request: HttpRequest, reference: str) -> HttpResponse:
    """Direct the person elsewhere."""
    alert = found(request, reference)
    if request.method == "GET" and alert.status != AlertStatus.REDIRECTED:
        ALERT.step("redirect", alert.status)
    category = request.GET.get("category", "")

    def make(data: Any) -> RedirectForm:
        by: Any = member_of(request)
        vault: Any = vault_of(request)
        return RedirectForm(data, by=by, vault=vault, category=category, initial={"category": category})

    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        return render(request, "intake/_partner_field.html", {"field": make(None)["partner"]})

    def do(form: Any) -> Alert:
        return services.redirect(alert, **form.facts(), by=member_of(request)).alert

    return handle(
        request,
        make,
        do,
        template="intake/redirect_form.html",
        context={"alert": alert},
        saved=_("The redirection is noted."),
    )


@needs(P.ALERT_STUDY, P.ALERT_REDIRECT)
@require_http_methods(["GET", "POST"])
def alert_move(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """Take a step: asked first, with what will happen; then done."""
    alert = found(request, reference)
    if step not in ALERT.steps or not ALERT.steps[step].button or not member_of(request).can(ALERT.steps[step].needs):
        raise Http404
    taken = ALERT.steps[step]
    if request.method == "GET":
        ALERT.step(step, alert.status)

    def make(data: Any) -> MoveForm:
        return MoveForm(data, asks_reason=taken.asks_reason)

    def do(form: Any) -> Alert:
        reason = form.cleaned_data.get("reason", "")
        return services.move_alert(alert, step, by=member_of(request), reason=reason, vault=vault_of(request))

    return handle(
        request, make, do, template="intake/move_form.html", context={"alert": alert, "step": taken},
        saved=_("Done: %(step)s.") % {"step": taken.label},
    )  # fmt: skip
