"""Refusals: what the system does not do, said in words that help. They never carry sealed text."""

from __future__ import annotations


class Refusal(Exception):
    """Something that cannot be done now, with the sentence to show. Answered 409 by `RefusalMiddleware`."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RuleBroken(Refusal):
    """A rule of the profession refuses this (an interview without a lawyer...). Shown beside the form: 422."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Conflict(Refusal):
    """Someone saved the same record meanwhile. Nothing was overwritten; `current` is the revision to agree to."""

    def __init__(self, message: str, *, current: int) -> None:
        super().__init__(message)
        self.current = current
