"""Pages of the members: inviting in person, opening and closing a compartment, leaving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts import queries, services
from havre.accounts.asking import member_of, vault_of
from havre.accounts.forms import CompartmentForm, InviteForm, NewCodeForm
from havre.accounts.keys import refuse, within_rate
from havre.accounts.models import User
from havre.accounts.permissions import Permission, needs
from havre.accounts.queries import is_officer
from havre.accounts.recent import recently
from havre.core.errors import RuleBroken
from havre.vault import papers, rotation, sessions
from havre.vault.fields import Compartment

P = Permission


def _colleague(request: HttpRequest, pk: UUID) -> User:
    return get_object_or_404(queries.members_of(member_of(request)), pk=pk)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """Who works here, with which role, and what they can open."""
    user = member_of(request)
    labels = dict(Compartment.choices)
    left = [(labels[kind], count) for kind, count in rotation.remaining(user.organisation).items()]
    officer = is_officer(user)
    context = {
        "members": queries.members_of(user),
        "officers": queries.officer_ids(user),
        "officer": officer,
        "left": left,
        "to_create": [labels[kind] for kind, who in queries.compartments_to_create(user) if who] if officer else [],
        "papers_waiting": papers.living_papers(user.organisation).filter(signature=None).count() if officer else 0,
    }
    return render(request, "accounts/members.html", context)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@require_GET
def member(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One colleague: what is open to them, who opened it, and what one may change."""
    return render(request, "accounts/member.html", _shown(request, _colleague(request, pk)))


def _shown(request: HttpRequest, colleague: User, **more: Any) -> dict[str, Any]:
    held = {grant.compartment.kind for grant in colleague.grants.all()}
    rows = [
        {
            "kind": kind,
            "label": label,
            "held": kind in held,
            "of_role": kind in colleague.rights.compartments,
            "can_give": kind not in held
            and colleague.is_active
            and kind in colleague.rights.compartments
            and vault_of(request).can_open(kind),
        }
        for kind, label in Compartment.choices
    ]
    return {
        "colleague": colleague,
        "rows": rows,
        "officer": is_officer(member_of(request)),
        "is_officer": is_officer(colleague),
        **more,
    }


def _one_act(request: HttpRequest, pk: UUID, act: Any, said: str) -> HttpResponse:
    colleague, form = _colleague(request, pk), CompartmentForm(request.POST)
    if not form.is_valid():
        more = {"refused": _("Choose a compartment.")}
        return render(request, "accounts/member.html", _shown(request, colleague, **more), status=422)
    try:
        act(colleague, form.cleaned_data["kind"], by=member_of(request), vault=vault_of(request))
    except RuleBroken as refusal:
        more = {"refused": refusal.message}
        return render(request, "accounts/member.html", _shown(request, colleague, **more), status=422)
    messages.success(request, said)
    return redirect("accounts:member", pk=pk)


@needs(P.ACCESS_GIVE)
@recently
@require_POST
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A holder opens a compartment to a colleague."""
    return _one_act(request, pk, services.give_access, _("The compartment is open to them."))


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An officer closes a compartment to a colleague."""
    if not is_officer(member_of(request)):
        raise Http404
    return _one_act(request, pk, services.withdraw_access, _("Closed to them; those who stay have a new key."))


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@sensitive_post_parameters("passphrase")
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A colleague leaves: what will happen, then the officer's passphrase, then it is done."""
    if not is_officer(member_of(request)):
        raise Http404
    colleague, form = _colleague(request, pk), NewCodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            within_rate(request, "passphrase", str(member_of(request).pk))
        if form.is_valid() and sessions.unlock(member_of(request), form.cleaned_data["passphrase"]) is None:
            form.add_error("passphrase", _("This passphrase does not open. Try again."))
        elif form.is_valid():
            try:
                services.let_go(colleague, by=member_of(request), vault=vault_of(request))
            except RuleBroken as refusal:
                refuse(form, refusal)
            else:
                rotation.resume(vault_of(request), batches=1)
                messages.success(request, _("Done: nothing opens for them any more."))
                return redirect("accounts:members")
    labels = dict(Compartment.choices)
    context = {
        "colleague": colleague,
        "form": form,
        "held": [labels[c.kind] for c in rotation.held_by(colleague)],
        "alone": [labels[kind] for kind in rotation.alone_in(colleague)],
        "no_paper": [labels[kind] for kind in rotation.without_paper(colleague)],
        "is_officer": is_officer(colleague),
    }
    return render(request, "accounts/leave.html", context, status=status)


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """An account made in person: the newcomer types their passphrase, and leaves with a printed code."""
    if not is_officer(member_of(request)):
        raise Http404
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            newcomer, code = services.invite(
                username=data["username"],
                display_name=data["display_name"],
                role=data["role"],
                passphrase=data["new"],
                by=member_of(request),
                vault=vault_of(request),
            )
        except RuleBroken as refusal:
            refuse(form, refusal)
        else:
            return render(request, "accounts/invited.html", {"code": code, "owner": newcomer})
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)
