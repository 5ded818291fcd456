"""Emergency access: asked by one officer, agreed to by another, for a day. Officers only: for the others, no such page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.casefiles import queries, services
from havre.casefiles.forms.access import AnswerForm, EmergencyForm
from havre.casefiles.views.access import named
from havre.core import clock
from havre.vault.models import Emergency
from havre.vault.queries import emergencies_of, waiting_for

A_PAGE = 30


def _officers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For who holds an officer's key, whatever the role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not hasattr(member_of(request), "officer_key"):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _line(emergency: Emergency, seen: frozenset[str]) -> dict[str, Any]:
    grant, now = emergency.grant, clock.now()
    live = grant is not None and grant.ended_at is None and grant.expires_at is not None and grant.expires_at > now
    if emergency.waits:
        state, tone = _("waits for another officer"), "wait"
    elif emergency.agreed is None:
        state, tone = _("nobody answered in time"), "neutral"
    elif not emergency.agreed:
        state, tone = _("refused"), "neutral"
    elif live:
        state, tone = _("open"), "urgent"
    else:
        state, tone = _("closed again"), "neutral"
    return {
        "emergency": emergency,
        "kind": named(emergency.kind),
        "why": emergency.get_why_display(),
        "state": state,
        "tone": tone,
        "live": live,
        "ended": (grant.ended_at or grant.expires_at) if grant is not None and not live else None,
        "seen": emergency.subject in seen,
    }


def _crumbs(here: str) -> list[tuple[Any, str]]:
    """The way back."""
    return [
        (_("Settings"), reverse("accounts:settings")),
        (_("Emergency access"), reverse("casefiles:emergency")),
        (here, ""),
    ]


@needs(P.EMERGENCY)
@_officers
@require_GET
def emergencies(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I asked, what came of each."""
    user = member_of(request)
    waiting = list(waiting_for(user))
    others = emergencies_of(user).exclude(pk__in=[each.pk for each in waiting])
    page = Paginator(others, A_PAGE).get_page(request.GET.get("page"))
    seen = queries.codes_seen(user, {each.subject for each in (*waiting, *page)})
    context = {
        "waiting": [_line(each, seen) for each in waiting],
        "past": [_line(each, seen) for each in page],
        "page": page,
        "me": user,
    }
    return render(request, "casefiles/emergencies.html", context)


@needs(P.EMERGENCY)
@_officers
@recently
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for one compartment of one file."""

    def make(data: Any) -> EmergencyForm:
        return EmergencyForm(data, initial={"code": request.GET.get("code", "")})

    def do(form: EmergencyForm) -> str:
        values = form.cleaned_data
        services.ask_emergency(
            values["code"], values["kind"], values["why"], by=member_of(request), vault=vault_of(request)
        )
        return reverse("casefiles:emergency")

    title = _("Ask for emergency access")
    happens = [
        _("Nothing opens yet: another officer has to agree, within 24 hours."),
        _("Then one compartment of this one file opens to you, to read only, for 24 hours."),
        _("Everyone whose compartment it is receives a message with both your names and the reason."),
        _("It stays in the log of the file, whatever the answer."),
        _("Psychology is not opened this way: it stays with psychologists, who have a paper key."),
    ]
    context = {
        "title": title,
        "happens": happens,
        "button": _("Ask the other officers"),
        "back": reverse("casefiles:emergency"),
        "crumbs": _crumbs(title),
    }
    saved = _("Asked. Another officer sees it at their next page.")
    return handle(request, make, do, template="casefiles/emergency_form.html", context=context, saved=saved)


@needs(P.EMERGENCY)
@_officers
@recently
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree or refuse, after reading what will happen."""
    user, vault = member_of(request), vault_of(request)
    emergency = get_object_or_404(emergencies_of(user), pk=pk)
    if emergency.asked_by_id == user.pk:
        raise Http404

    def do(form: AnswerForm) -> str:
        services.answer_emergency(emergency, form.cleaned_data["answer"], by=user, vault=vault)
        return reverse("casefiles:emergency")

    title = _("An emergency request")
    name = emergency.asked_by.display_name
    kind = named(emergency.kind)
    context = {
        "title": title,
        "line": _line(emergency, frozenset()),
        "happens": [
            _(
                "If you agree: “%(kind)s” of %(code)s opens to %(name)s, to read only, for 24 hours. You open nothing yourself."
            )
            % {"kind": kind, "code": emergency.subject, "name": name},
            _("Everyone whose compartment it is receives a message with both your names and the reason."),
            _("If you refuse, nothing opens. Both answers stay in the log."),
            _("Speak with %(name)s first, by a way you trust: this page does not prove who is at their keyboard.")
            % {"name": name},
        ],
        "back": reverse("casefiles:emergency"),
        "crumbs": _crumbs(title),
    }
    saved = _("Your answer is written down.")
    return handle(request, AnswerForm, do, template="casefiles/emergency_answer.html", context=context, saved=saved)
