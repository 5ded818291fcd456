"""What other apps want to know of intake, which does not know them: they register here when they start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Called in the transaction of the answer, as `call(alert, by=user)`, when an urgent question is answered yes.
ON_URGENT: list[Callable[..., Any]] = []
