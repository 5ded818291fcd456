"""Erasing, on screen: one person asks and reads what it will destroy, another confirms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import attempt
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.casefiles import due, services
from havre.casefiles.forms.retention import EraseForm, NoFieldForm
from havre.casefiles.views.retention import frame
from havre.core.errors import RuleBroken
from havre.vault import erasure
from havre.vault.backups import KEPT
from havre.vault.models import Erasure


@needs(P.RETENTION_MANAGE)
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Say exactly what will be destroyed and what stays, then ask the second person."""
    user = member_of(request)
    codes = request.POST.getlist("record") or request.GET.getlist("record")
    found = due.together(user.organisation_id, codes)
    form = EraseForm(request.POST if "confirm" in request.POST else None, initial={"reason": "retention"})
    if request.GET.getlist("record"):
        form.initial["reason"] = ""
    status = 200
    if form.is_bound and form.is_valid():
        asked: list[int] = []

        def do(valid: EraseForm) -> str:
            made = services.ask_erasure(codes, valid.cleaned_data["reason"], by=user, vault=vault_of(request))
            asked.append(len(made))
            return reverse("casefiles:erasures")

        led_to, status = attempt(request, form, do)
        if led_to is not None:
            messages.success(request, _("Asked. Nothing is erased before another person confirms."))
            return redirect(led_to)
    elif form.is_bound:
        status = 422
    context = {
        "form": form,
        "codes": [code for code in codes if code in found.codes.values()],
        "with_them": [code for code in found.codes.values() if code not in codes],
        "contents": _in_words(due.contents(found)),
        "refused": _refusal(found),
        "days": KEPT.days,
        "crumbs": [
            (_("Files"), reverse("casefiles:files")),
            (_("Retention"), reverse("casefiles:retention")),
            (_("Ask for an erasure"), ""),
        ],
    }
    return render(request, "casefiles/erase.html", context, status=status)


def _refusal(found: due.Together) -> str:
    """Why it cannot be asked now, before anybody fills anything in."""
    try:
        services.refuse_if_worked_on(found)
    except RuleBroken as refusal:
        return refusal.message
    held = [code for case_id, code in found.codes.items() if erasure.on_hold(case_id)]
    if held:
        return _("%(code)s is under legal hold: it is kept until the hold is lifted.") % {"code": ", ".join(held)}
    return ""


def _in_words(counts: dict[str, int]) -> list[str]:
    """“12 notes”, and so on, without what there is none of."""
    words = {
        "people": lambda n: ngettext("the identity of %(count)s person", "the identities of %(count)s people", n),
        "dependants": lambda n: ngettext("the name of %(count)s dependant", "the names of %(count)s dependants", n),
        "alerts": lambda n: ngettext("the words of %(count)s alert", "the words of %(count)s alerts", n),
        "exploiters": lambda n: ngettext("the name of %(count)s exploiter", "the names of %(count)s exploiters", n),
        "notes": lambda n: ngettext("%(count)s note", "%(count)s notes", n),
        "contacts": lambda n: ngettext("the words of %(count)s contact", "the words of %(count)s contacts", n),
        "interviews": lambda n: ngettext(
            "%(count)s interview or decision", "%(count)s interviews and decisions", n
        ),
        "documents": lambda n: ngettext("%(count)s document", "%(count)s documents", n),
        "messages": lambda n: ngettext("%(count)s message between units", "%(count)s messages between units", n),
    }  # fmt: skip
    return [say(counts[name]) % {"count": counts[name]} for name, say in words.items() if counts[name]]


@needs(P.ERASURE_CONFIRM, P.RETENTION_MANAGE)
@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """What waits for the second person."""
    return _asked(request)


def _asked(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    user = member_of(request)
    officer = hasattr(user, "officer_key")
    waiting = due.waiting(user)
    codes = {one.case_id: due.code_of(one.case) for one in waiting}
    # What goes with a file is confirmed with it, never alone.
    files = [code for code in codes.values() if due.is_file(code)]
    with_files = {case for case, code in due.together(user.organisation_id, files).codes.items() if code not in files}
    lines = [_line(one, codes[one.case_id], user, officer, one.case_id in with_files) for one in waiting]
    context = {
        **frame(user, "asked"),
        "lines": lines,
        "can_confirm": user.can(P.ERASURE_CONFIRM) and any(not line["why_not"] for line in lines),
        "can_withdraw": user.can(P.RETENTION_MANAGE) and bool(lines),
        "form": NoFieldForm(),
        "days": KEPT.days,
        **more,
    }
    return render(request, "casefiles/retention_asked.html", context, status=status)


def _line(one: Erasure, code: str, user: Any, officer: bool, follows: bool) -> dict[str, Any]:
    why_not = ""
    if follows:
        why_not = _("Goes with its file.")
    elif one.requested_by_id == user.pk:
        why_not = _("You asked: another person confirms.")
    elif not officer and not hasattr(one.requested_by, "officer_key"):
        why_not = _("An officer confirms this one.")
    return {"erasure": one, "code": code, "why_not": why_not, "follows": follows}


def _chosen(request: HttpRequest) -> list[Erasure]:
    wanted = set(request.POST.getlist("erasure"))
    return [one for one in due.waiting(member_of(request)) if str(one.pk) in wanted]


@needs(P.ERASURE_CONFIRM)
@recently
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The second person: erased, now and for good. What could not be is said, line by line."""
    chosen = _chosen(request)
    if not chosen:
        return _asked(request, status=422, refused=_("Tick at least one record."))
    outcome = services.confirm_erasure(chosen, by=member_of(request), vault=vault_of(request))
    for code, why in outcome.left:
        messages.warning(request, f"{code}: {why}")
    if not outcome.erased:
        return redirect("casefiles:erasures")
    return render(
        request,
        "casefiles/erased.html",
        {**frame(member_of(request), "asked"), "codes": outcome.erased, "days": KEPT.days},
    )


@needs(P.RETENTION_MANAGE)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Give up what was asked and that nobody confirmed."""
    chosen = _chosen(request)
    if not chosen:
        return _asked(request, status=422, refused=_("Tick at least one record."))
    count = services.withdraw_erasure(chosen, by=member_of(request), vault=vault_of(request))
    words = ngettext("%(count)s request withdrawn.", "%(count)s requests withdrawn.", count) % {"count": count}
    messages.success(request, words)
    return redirect("casefiles:erasures")
