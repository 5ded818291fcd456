"""One way to handle a form: shown, kept, checked, done once, answered. Every page that writes goes through it.

It stands above `core` because it gives drafts back, which only an open vault can read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from havre.accounts.drafts import forget, page_of, restore
from havre.core.errors import Conflict, Refusal, RuleBroken
from havre.core.forms import HavreForm
from havre.core.once import once

# Given the data of a sending (or None), makes the form.
Make = Callable[[Any], HavreForm]
# Given the validated form, calls one service and returns where to go: a URL, or an object with one.
Do = Callable[[Any], Any]
Context = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


def handle(
    request: HttpRequest,
    make: Make,
    do: Do,
    *,
    template: str,
    context: Context | None = None,
    saved: Any = "",
    theirs: Callable[[], Mapping[str, Any]] | None = None,
    name: str = "form",
) -> HttpResponse:
    """The whole life of a form page.

    GET: the form, or what was typed there before and not sent. POST: 422 with what to correct, 409 when someone was
    faster (`theirs` gives their values), else the work once and a redirection. Nothing typed is ever lost.
    """
    if request.method != "POST":
        form, kept = _shown(request, make)
        return _answer(request, template, context, form, name=name, kept=kept)
    if "_discard" in request.POST:
        forget(request)
        return redirect(page_of(request))
    form = make(request.POST)
    if not form.is_valid():
        return _answer(request, template, context, form, name=name, status=422)
    led_to, status = attempt(request, form, do, theirs=theirs)
    if led_to is None:
        return _answer(request, template, context, form, name=name, status=status)
    forget(request)
    if form.sent_before:
        messages.info(request, _("This had already been sent: nothing was written twice. This is what was saved."))
    elif saved:
        messages.success(request, saved)
    return redirect(led_to)


def attempt(
    request: HttpRequest, form: HavreForm, do: Do, *, theirs: Callable[[], Mapping[str, Any]] | None = None
) -> tuple[str | None, int]:
    """Do the work of a valid form once: (address, 302), or (None, status) with the refusal written on the form."""

    def again() -> None:
        form.sent_before = True

    try:
        return once(form.submission_key, by=request.user, do=lambda: str(resolve_url(do(form))), again=again), 302
    except RuleBroken as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None, refusal.status
    except Conflict as refusal:
        form.show_conflict(refusal.current, dict(theirs() if theirs else {}))
        form.theirs = {field: _in_words(form, field, value) for field, value in form.theirs.items()}
        return None, refusal.status
    except Refusal as refusal:
        if refusal.status == 423:  # the vault closed meanwhile: the middleware keeps the text and asks the passphrase
            raise
        form.add_error(None, refusal.message)
        return None, refusal.status


def _in_words(form: HavreForm, name: str, value: Any) -> Any:
    """A code as its label, several codes as their labels: what someone else chose is read, not decoded."""
    choices = getattr(form.fields[name], "choices", None)
    if choices is None:
        return value
    pairs: list[tuple[Any, Any]] = list(flatten_choices(choices))
    labels = {str(code): str(words) for code, words in pairs}
    if isinstance(value, list | tuple):
        return ", ".join(labels.get(str(each), str(each)) for each in value) or "—"
    return labels.get(str(value), str(value)) or "—"


def _shown(request: HttpRequest, make: Make) -> tuple[HavreForm, bool]:
    """A fresh form, or the one being typed when the session was lost."""
    draft = restore(request)
    if draft is None:
        return make(None), False
    form = make(_sendable(draft))
    # Half a form is not a fault: it is shown without complaints until it is sent.
    form._errors, form.cleaned_data = ErrorDict(), {}  # type: ignore[attr-defined]
    return form, True


def _sendable(draft: QueryDict) -> QueryDict:
    """A draft has no sending key: it gets a new one."""
    data = draft.copy()
    data["submission"] = str(uuid4())
    return data


def _answer(
    request: HttpRequest,
    template: str,
    context: Context | None,
    form: HavreForm,
    *,
    name: str,
    kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    more = context() if callable(context) else context or {}
    return render(request, template, {**more, name: form, "kept": kept}, status=status)
