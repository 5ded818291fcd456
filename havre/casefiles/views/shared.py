"""What every page of a file does first: find it, or not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from havre.accounts.asking import member_of
from havre.casefiles import queries
from havre.casefiles.models import File
from havre.casefiles.standing import NOT_IN_CHARGE, stand
from havre.core import codelists
from havre.core.forms import HavreForm
from havre.core.http import inside
from havre.vault import erasure
from havre.vault.errors import Shredded


def find_file(request: HttpRequest, code: str, *, erased: bool = False, reading: bool = False) -> File:
    """The file of this code, with its periods and how the member stands to it; 404 for who does not see it.

    Emergency access reads: for what changes a file, it is not enough. Raises `Shredded` for one that was erased, unless
    the page shows that (`erased`): nothing is written there any more.
    """
    files = queries.with_periods(queries.files_visible_to(member_of(request)))
    file: Any = get_object_or_404(files.annotate(erased=erasure.gone("person__case")), person__code=code)
    file.standing = stand(file, member_of(request))
    if file.standing.reads_only and not reading:
        raise Http404
    if file.erased and not erased:
        raise Shredded
    return file


def why_of(request: HttpRequest, file: File) -> str:
    """Why this reader opens something of this file, for its log: how they stand to it, or what they say now."""
    said = request.POST.get("reason", "")
    known: str = file.standing.why  # type: ignore[attr-defined]
    return known or (said if said in codelists.get("open_reason").active() else NOT_IN_CHARGE)


def crumbs(file: File, here: Any) -> list[tuple[Any, str]]:
    """The way back from a form of a file."""
    return [(_("Files"), reverse("casefiles:files")), (file.person.code, file.get_absolute_url()), (here, "")]


def go_back(request: HttpRequest, otherwise: str) -> str:
    """Where the button was, inside this site only."""
    return inside(request.POST.get("next", ""), otherwise)


class Theirs:
    """A value somebody else saved: compared as it is kept, shown as the form would show it."""

    def __init__(self, value: Any, shown: str) -> None:
        self.value, self.shown = value, shown

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return _same(self.value) == _same(other)

    def __str__(self) -> str:
        return self.shown or "—"


def _same(value: Any) -> Any:
    if isinstance(value, list | set):
        return sorted(value)
    if isinstance(value, tuple):
        return sorted(value) if all(isinstance(each, str) for each in value) else value
    return "" if value is None else value


def theirs_of(form: HavreForm) -> dict[str, Any]:
    """What a fresh form shows, field by field: codes become labels."""
    values = {}
    for name, field in form.fields.items():
        if name in {"submission", "revision"} or name not in form.initial:
            continue
        value = form.initial[name]
        values[name] = Theirs(value, _shown(field, value))
    return values


def _shown(field: Any, value: Any) -> str:
    labels = _labels(field)
    if labels and isinstance(value, list | tuple | set):
        return ", ".join(str(labels.get(str(each), each)) for each in value)
    if labels:
        return str(labels.get(str(value), value))
    return str(field.prepare_value(value) if value is not None else "")


def _labels(field: Any) -> dict[str, Any]:
    choices = getattr(field, "choices", None)
    if choices is None and isinstance(field, forms.MultiValueField):
        choices = field.fields[0].choices  # type: ignore[attr-defined]
    flat: dict[str, Any] = {}
    for value, label in choices or ():
        if isinstance(label, list | tuple):
            flat |= {str(each): words for each, words in label}
        else:
            flat[str(value)] = label
    return flat
