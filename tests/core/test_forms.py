"""The base of every form: sent once, never over somebody else's work, what was typed kept."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from havre.core.forms import HavreForm


class Thing(HavreForm):
    """Two fields."""

    name = forms.CharField()
    size = forms.IntegerField(required=False)


def _post(**data: object) -> QueryDict:
    typed = QueryDict(mutable=True)
    typed.update({k: str(v) for k, v in data.items()})
    typed._mutable = False
    return typed


def test_each_form_shown_has_its_own_key() -> None:
    keys = {UUID(str(Thing()["submission"].value())) for _ in range(3)}
    assert len(keys) == 3


def test_a_form_shown_again_after_a_fault_keeps_its_key() -> None:
    key = uuid4()
    form = Thing(_post(submission=key, size="x"))
    assert not form.is_valid()
    assert str(key) in str(form["submission"])


def test_a_broken_key_is_a_fault_of_the_form_and_not_of_the_server() -> None:
    form = Thing(_post(submission="not-a-key", name="a"))
    assert not form.is_valid()


def test_only_an_edit_carries_a_revision() -> None:
    assert "revision" not in Thing().fields
    assert 'value="7"' in str(Thing(revision=7)["revision"])


def test_facts_are_what_was_typed() -> None:
    form = Thing(_post(submission=uuid4(), revision=3, name="a", size=2), revision=3)
    assert form.is_valid()
    assert form.facts() == {"name": "a", "size": 2}
    assert form.cleaned_data["revision"] == 3


def _conflict(prefix: str | None = None) -> Thing:
    typed = {"name": "mine", "size": 2, "revision": 3, "submission": uuid4()}
    data = {f"{prefix}-{k}" if prefix else k: v for k, v in typed.items()}
    form = Thing(_post(**data), revision=3, prefix=prefix)
    assert form.is_valid()
    form.show_conflict(5, {"name": "theirs", "size": 2, "elsewhere": "x"})
    return form


def test_a_conflict_keeps_what_was_typed_and_shows_what_the_other_wrote() -> None:
    form = _conflict()
    assert form["name"].value() == "mine"
    assert form.theirs == {"name": "theirs"}
    assert set(form.errors) == {"name", "__all__"}
    assert "theirs" not in str(form.errors)


def test_sending_again_after_a_conflict_agrees_to_the_new_revision() -> None:
    assert 'value="5"' in str(_conflict()["revision"])
    assert 'value="5"' in str(_conflict("new")["revision"])
