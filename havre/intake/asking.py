"""The step of a form that asks “possibly known?”: the same page, nothing typed lost, no script needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from havre.core.forms import HavreForm
from havre.intake.known import Answer, Candidate, Known

# Given the form, once valid: who may be known.
Look = Callable[[Any], Iterable[Candidate]]


class AskingForm(HavreForm):
    """Once what was typed is right, whoever may be known becomes a question of the form; `known` has the answers.

    That each is answered is the service's rule, not the form's: it refuses, and the page shows the questions.
    """

    def __init__(self, *args: Any, look: Look | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._look = look
        self.known = Known()

    def _post_clean(self) -> None:
        """After every field was cleaned, and only then: a search opens names, and is told to the log."""
        super()._post_clean()  # type: ignore[misc]
        if self._look is None or self.errors:
            return
        candidates = tuple(self._look(self))
        for each in candidates:
            self.fields[each.key] = forms.ChoiceField(
                label=_("The same?"), choices=Answer.choices, widget=forms.RadioSelect, required=False
            )
        answers = {each.key: self.data.get(self.add_prefix(each.key), "") for each in candidates}
        self.known = Known(candidates, answers)

    def facts(self) -> dict[str, Any]:
        """What was typed, without the questions."""
        return {name: value for name, value in super().facts().items() if not name.startswith("known-")}

    @property
    def only_asks(self) -> bool:
        """Nothing is wrong: somebody may be known, and that is all."""
        return bool(self.known.candidates) and set(self.errors) <= {NON_FIELD_ERRORS}

    @property
    def questions(self) -> list[tuple[Candidate, Any]]:
        """Each candidate with its field."""
        return [(each, self[each.key]) for each in self.known.candidates]
