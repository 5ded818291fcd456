"""The audit log on screen: who did what, when, to which record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from havre.audit.queries import check_chain, events_of
from havre.audit.sentences import SENTENCES, sentence
from havre.audit.services import record

# The layers forbid importing `accounts` from here: the name of the permission is written out.
AUDIT_VIEW = "audit_view"


class LogFilter(forms.Form):
    """Coded filters only; they may stand in the address."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    target = forms.CharField(
        label=gettext_lazy("Record"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A code: A-2019-0380, P-0187"),
    )
    since = forms.DateField(label=gettext_lazy("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


def _only_with_permission(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.can(AUDIT_VIEW):  # type: ignore[union-attr]
            raise Http404
        return view(request)

    guarded.needs = (AUDIT_VIEW,)  # type: ignore[attr-defined]
    return guarded


@_only_with_permission
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The events of one's organisation, newest first, 50 a page."""
    users = apps.get_model(settings.AUTH_USER_MODEL)
    colleagues = dict(
        users.objects.filter(organisation_id=request.user.organisation_id).values_list("id", "display_name")  # type: ignore[union-attr]
    )
    form = LogFilter(request.GET)
    people = sorted(((str(pk), name) for pk, name in colleagues.items()), key=lambda choice: choice[1])
    kinds = sorted(((kind, str(words)) for kind, words in SENTENCES.items()), key=lambda choice: choice[1])
    choices: dict[str, Any] = {"who": [("", _("Anyone")), *people], "kind": [("", _("Anything")), *kinds]}
    for name, values in choices.items():
        form.fields[name].choices = values  # type: ignore[attr-defined]
    events = events_of(request.user.organisation_id)  # type: ignore[union-attr]
    if form.is_valid():
        chosen = form.cleaned_data
        if chosen["who"]:
            events = events.filter(actor_id=chosen["who"])
        if chosen["kind"]:
            events = events.filter(kind=chosen["kind"])
        if chosen["target"]:
            events = events.filter(target=chosen["target"].strip())
        if chosen["since"]:
            events = events.filter(at__date__gte=chosen["since"])
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    rows = [
        {"event": e, "who": colleagues.get(e.actor_id, ""), "did": sentence(e.kind), "detail": sorted(e.detail.items())}
        for e in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    return render(request, "audit/log.html", {"page": page, "rows": rows, "form": form, "query": query.urlencode()})


@_only_with_permission
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds."""
    result = check_chain()
    record("audit.checked", by=request.user, length=result.length, sound=result.sound)  # type: ignore[arg-type]
    if result.sound:
        messages.success(
            request, _("The log holds: %(length)d events, each following the one before.") % {"length": result.length}
        )
    else:
        messages.error(
            request,
            _(
                "The log is broken at event %(number)s. Keep the machine as it is, and restore nothing before it was looked at."
            )
            % {"number": result.broken_at},
        )
    return redirect("audit:log")
