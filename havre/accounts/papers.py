"""Pages of the paper keys: made, confirmed by an officer, typed back, used, retired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts import queries
from havre.accounts.asking import member_of, vault_of
from havre.accounts.forms import FingerprintForm, PaperCodeForm, PaperKindForm
from havre.accounts.keys import refuse, within_rate
from havre.accounts.permissions import Permission, needs
from havre.accounts.recent import recently
from havre.core.errors import RuleBroken
from havre.core.forms import HavreForm
from havre.vault import papers
from havre.vault.fields import Compartment
from havre.vault.models import PaperKey

P = Permission


def _paper(request: HttpRequest, pk: UUID) -> PaperKey:
    user = member_of(request)
    return get_object_or_404(papers.living_papers(user.organisation), pk=pk)


def _typed(
    request: HttpRequest,
    form: HavreForm,
    act: Callable[[dict[str, Any]], Any],
    *,
    said: Any,
    template: str,
    **more: Any,
) -> HttpResponse:
    """A page where a code or a fingerprint is typed: the act done and said, or the page again with why not."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            within_rate(request, "paper", str(member_of(request).pk))
            try:
                act(form.cleaned_data)
            except RuleBroken as refusal:
                refuse(form, refusal)
                status = refusal.status
            else:
                messages.success(request, said)
                return redirect("accounts:papers")
    return render(request, template, {"form": form, **more}, status=status)


@needs(P.ACCESS_GIVE, P.MEMBERS_VIEW)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The papers of the compartments one holds; for an officer, every paper that waits for a signature too."""
    user = member_of(request)
    held = vault_of(request).compartments
    officer, labels = queries.is_officer(user), dict(Compartment.choices)
    living = list(papers.living_papers(user.organisation))
    context = {
        "rows": [paper for paper in living if paper.kind in held],
        "waiting": [paper for paper in living if paper.signature is None] if officer else [],
        "holds": bool(held),
        "closed": [labels[kind] for kind in Compartment.values if kind in user.rights.compartments - held],
        "in_danger": [labels[kind] for kind in papers.in_danger(user)],
    }
    return render(request, "accounts/papers.html", context)


@needs(P.ACCESS_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """A new paper key: what it is, then the code on a page to print, shown once."""
    held = vault_of(request).compartments
    form = PaperKindForm(
        request.POST or None, kinds=[(kind, label) for kind, label in Compartment.choices if kind in held]
    )
    if request.method == "POST" and form.is_valid():
        printed = papers.make_paper(form.cleaned_data["kind"], by=vault_of(request))
        signed = printed.paper.signature is not None
        return render(request, "accounts/paper_made.html", {"printed": printed, "signed": signed})
    context = {"form": form, "officer": queries.is_officer(member_of(request))}
    return render(request, "accounts/paper_new.html", context, status=422 if request.method == "POST" else 200)


@needs(P.ACCESS_GIVE)
@sensitive_post_parameters("printed_code")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The code typed back from the paper: from then on the paper opens the compartment."""
    form, vault = PaperCodeForm(request.POST or None), vault_of(request)
    return _typed(
        request, form, lambda data: papers.check_paper_code(data["printed_code"], by=vault),
        said=_("The paper opens the compartment. Put it where your profession finds it."), template="accounts/paper_check.html",
    )  # fmt: skip


@needs(P.ACCESS_GIVE)
@recently
@sensitive_post_parameters("printed_code")
@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """The compartment is closed to everybody, or nobody is there to open it: the paper does, once."""
    form, vault = PaperCodeForm(request.POST or None), vault_of(request)
    return _typed(
        request, form, lambda data: papers.recover_by_paper(data["printed_code"], by=vault),
        said=_("The compartment is open to you. The paper is used up: make a new one now."), template="accounts/paper_recover.html",
    )  # fmt: skip


@needs(P.MEMBERS_VIEW, P.ACCESS_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An officer confirms a paper: types the fingerprint that its holder reads aloud."""
    if not queries.is_officer(member_of(request)):
        raise Http404
    paper, form, vault = _paper(request, pk), FingerprintForm(request.POST or None), vault_of(request)
    return _typed(
        request, form, lambda data: papers.sign_paper(paper, data["fingerprint"], by=vault),
        said=_("Confirmed. Its holder now types the code back."), template="accounts/paper_sign.html", paper=paper,
    )  # fmt: skip


@needs(P.ACCESS_GIVE)
@recently
@require_POST
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A paper that was lost or seen opens nothing any more."""
    paper = _paper(request, pk)
    if not vault_of(request).can_open(paper.kind):
        raise Http404
    papers.retire_paper(paper, by=vault_of(request))
    messages.success(request, _("The paper opens nothing any more. Make a new one if none is left."))
    return redirect("accounts:papers")
