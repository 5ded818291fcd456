"""Pages of the officers: naming and withdrawing one, a role changed, a new key pair in person, a late compartment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from havre.accounts import queries, services
from havre.accounts.asking import member_of, vault_of
from havre.accounts.forms import ChangeRoleForm, CompartmentForm, FingerprintForm, NewKeyForm
from havre.accounts.keys import refuse, within_rate
from havre.accounts.models import User
from havre.accounts.permissions import ROLES, Permission, Role, for_everyone, needs
from havre.accounts.recent import recently
from havre.core.errors import RuleBroken
from havre.vault import officers, rotation, sharing
from havre.vault.fields import Compartment

P = Permission
LABELS = dict(Compartment.choices)


def _by_officer(request: HttpRequest, pk: UUID) -> User:
    """The colleague an officer looks at; 404 for who is not an officer."""
    if not queries.is_officer(member_of(request)):
        raise Http404
    return get_object_or_404(queries.members_of(member_of(request)), pk=pk)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def officer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name a colleague an officer, confirm the key they drew, or withdraw it: the next step, and what it does."""
    colleague = _by_officer(request, pk)
    naming = officers.naming_of(colleague)
    mine = naming is not None and naming.named_by_id == member_of(request).pk
    form = FingerprintForm(request.POST if request.POST.get("act") == "confirm" else None)
    refused = ""
    if request.method == "POST":
        try:
            said = _officer_act(request, colleague, form)
        except RuleBroken as refusal:
            if form.is_bound:
                refuse(form, refusal)
            else:
                refused = refusal.message
        else:
            if said:
                messages.success(request, said)
                return redirect("accounts:member-officer", pk=pk)
    context = {
        "colleague": colleague,
        "form": form,
        "refused": refused,
        "naming": naming,
        "mine": mine,
        "is_officer": queries.is_officer(colleague),
    }
    return render(request, "accounts/officer.html", context, status=422 if request.method == "POST" else 200)


def _officer_act(request: HttpRequest, colleague: User, form: FingerprintForm) -> str:
    vault, act = vault_of(request), request.POST.get("act")
    if act == "name":
        services.propose_officer(colleague, by=member_of(request), vault=vault)
        return _("Named. They accept in their own settings, then read you a fingerprint.")
    if act == "withdraw":
        officers.withdraw_officer(colleague, by=vault)
        return _("They are not an officer any more. What they had signed, you have signed.")
    if act == "confirm" and form.is_valid():
        within_rate(request, "paper", str(member_of(request).pk))
        officers.confirm_officer(colleague, form.cleaned_data["fingerprint"], by=vault)
        return _("They are an officer.")
    if not form.is_bound:
        raise RuleBroken(_("Choose what to do."))
    return ""


@for_everyone
@recently
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Named an officer: accept in one's own session, then read the fingerprint aloud."""
    naming = officers.naming_of(member_of(request))
    if naming is None:
        raise Http404
    if request.method == "POST":
        officers.accept_office(by=vault_of(request))
        return redirect("accounts:officer-accept")
    fingerprint = officers.own_fingerprint(vault_of(request)) if naming.accepted_at else ""
    context = {"naming": naming, "fingerprint": fingerprint}
    return render(request, "accounts/officer_accept.html", context)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another role for a colleague: what closes, then it is done."""
    colleague = _by_officer(request, pk)
    form = ChangeRoleForm(request.POST or None, initial={"role": colleague.role})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(
                colleague,
                form.cleaned_data["role"],
                by=member_of(request),
                vault=vault_of(request),
            )
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            rotation.resume(vault_of(request), batches=1)
            messages.success(request, _("Role changed. They sign in again."))
            return redirect("accounts:member", pk=pk)
    opens = [(each.label, [LABELS[k] for k in Compartment.values if k in ROLES[each].compartments]) for each in Role]
    held = [LABELS[compartment.kind] for compartment in rotation.held_by(colleague)]
    context = {"colleague": colleague, "form": form, "opens": opens, "held": held}
    return render(request, "accounts/role.html", context, status=422 if request.method == "POST" else 200)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def new_key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Passphrase and printed code both lost: a new key pair, the member sitting beside the officer."""
    colleague = _by_officer(request, pk)
    lost = rotation.lost_with(colleague)
    last_named = sharing.last_named(colleague)
    form = NewKeyForm(request.POST or None, lost=bool(lost or last_named))
    if request.method == "POST" and form.is_valid():
        try:
            code, papers = services.new_key_pair(
                colleague,
                form.cleaned_data["new"],
                by=member_of(request),
                vault=vault_of(request),
                accept_loss=form.cleaned_data.get("accept_loss", False),
            )
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            return render(request, "accounts/new_key_made.html", {"code": code, "owner": colleague, "papers": papers})
    alone = rotation.alone_in(colleague)
    context: dict[str, Any] = {
        "colleague": colleague,
        "form": form,
        "held": [LABELS[compartment.kind] for compartment in rotation.held_by(colleague)],
        "by_paper": [LABELS[kind] for kind in alone if kind not in lost],
        "lost": [LABELS[kind] for kind in lost],
        "last_named": len(last_named),
    }
    return render(request, "accounts/new_key.html", context, status=422 if request.method == "POST" else 200)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def compartment(request: HttpRequest) -> HttpResponse:
    """A compartment whose profession was absent at the founding: created for its first holders."""
    if not queries.is_officer(member_of(request)):
        raise Http404
    refused = ""
    if request.method == "POST":
        form = CompartmentForm(request.POST)
        try:
            if not form.is_valid():
                raise RuleBroken(_("Choose a compartment."))
            kind = form.cleaned_data["kind"]
            paper = services.late_compartment(kind, by=member_of(request), vault=vault_of(request))
        except RuleBroken as refusal:
            refused = refusal.message
        else:
            if paper is not None:
                return render(request, "accounts/paper_made.html", {"printed": paper, "signed": True, "founding": True})
            messages.success(request, _("The compartment is created."))
            return redirect("accounts:members")
    rows = [(kind, LABELS[kind], who) for kind, who in queries.compartments_to_create(member_of(request))]
    context = {"rows": rows, "refused": refused}
    return render(request, "accounts/compartment.html", context, status=422 if refused else 200)
