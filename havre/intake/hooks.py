"""What other apps want to know of intake, which does not know them: they register here when they start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Called in the transaction of the answer, as `call(alert, by=user)`, when an urgent question is answered yes.
ON_URGENT: list[Callable[..., Any]] = []

# Called as `call(typed, by=user, vault=vault, about=record or None)` before a record that names someone is written:
# returns the candidates for “possibly known?” (known.py).
LOOK: list[Callable[..., Any]] = []

# Called in the transaction of the record, as `call(known, record, by=user, vault=vault)`, with the answers.
ANSWERED: list[Callable[..., Any]] = []

# Called as `call(alert, by=user)` by the page of an alert: the records it was said to be the same as, or to check.
LINKED: list[Callable[..., Any]] = []
