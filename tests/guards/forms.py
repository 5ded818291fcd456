"""Fills the forms of a page the way a person would: a marker in every text, something plausible elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from havre.core import clock


@dataclass
class Typed:
    """One form of a page: where it goes, what it holds, and which of it is text someone types."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    # Files to join, read anew at each sending.
    files: set[str] = field(default_factory=set)
    # What to say when the first answer is refused: the first choice that is one, or every box ticked.
    more: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """The POST forms of a page, with `mark` in every text; a browser's first answer elsewhere."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark
        self.forms: list[Typed] = []
        self._form: Typed | None = None
        self._select: tuple[str, bool] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Typed(a.get("action", "")) if a.get("method", "").lower() == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
        name = a.get("name", "")
        if self._form is None or "disabled" in dict(attrs):
            return
        if tag == "select" and name:
            self._select = (name, "multiple" in dict(attrs))
        elif tag == "option" and self._select is not None:
            self._option(a, "selected" in dict(attrs))
        elif tag == "textarea" and name:
            self._text(name)
        elif tag == "input" and name:
            self._input(name, a, "checked" in dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def _text(self, name: str) -> None:
        assert self._form is not None
        self._form.values[name] = [self.mark]
        self._form.texts.add(name)

    def _option(self, a: dict[str, str], selected: bool) -> None:
        assert self._form is not None
        assert self._select is not None
        name, value = self._select[0], a.get("value", "")
        if selected or (name not in self._form.values and not self._select[1]):
            self._form.values[name] = [value]
        if value:
            self._form.more.setdefault(name, [value])

    def _input(self, name: str, a: dict[str, str], checked: bool) -> None:
        assert self._form is not None
        kind, value, values = a.get("type", "text"), a.get("value", ""), self._form.values
        if kind in {"text", "search", "tel", "url"}:
            self._text(name)
        elif kind == "email":
            values[name] = [f"{self.mark}@example.org"]
            self._form.texts.add(name)
        elif kind in {"radio", "checkbox"}:
            if kind == "checkbox":
                value = value or "on"
                self._form.more.setdefault(name, []).append(value)
            if value and (checked or name not in values):
                values[name] = [value]
        elif kind == "file":
            self._form.files.add(name)
        elif kind == "date":
            values[name] = [value or clock.today().isoformat()]
        elif kind == "datetime-local":
            values[name] = [value or clock.now().strftime("%Y-%m-%dT00:00")]
        elif kind == "number":
            values[name] = [value or a.get("min", "") or "1"]
        elif kind not in {"submit", "button", "password"}:
            values[name] = [value]


def joined(form: Typed, mark: str) -> dict[str, SimpleUploadedFile]:
    """A small file for each that a form asks, the marker in its name and in its words."""
    return {name: SimpleUploadedFile(f"{mark}.txt", f"{mark} inside".encode()) for name in form.files}


def forms_in(page: str, mark: str) -> list[Typed]:
    """The filled forms of a page."""
    parser = Forms(mark)
    parser.feed(page)
    return parser.forms


def refused(response: Any) -> set[str]:
    """The names of the fields a page complains about."""
    names: set[str] = set()
    for context in response.context or ():
        for value in context.dicts:
            for each in value.values():
                errors = getattr(each, "errors", None)
                if errors and hasattr(each, "fields"):
                    names |= {each.add_prefix(name) if hasattr(each, "add_prefix") else name for name in errors}
    return names


def questions(response: Any) -> set[str]:
    """The names of the questions a page adds to a form that was sent: who may be known, not answered yet."""
    return {
        name
        for context in response.context or ()
        for value in context.dicts
        for each in value.values()
        if hasattr(each, "questions")
        for candidate, field in each.questions
        if not each.known.answer(candidate)
        for name in [field.html_name]
    }
