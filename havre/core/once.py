"""Double clicks, two tabs, a page sent again after a network failure: one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from havre.core.models import Submission


def once(key: UUID | None, *, by: Any, do: Callable[[], str], again: Callable[[], None] | None = None) -> str:
    """Run `do` (which returns the address it leads to) once for `key`; afterwards give the same address again.

    `again` is told when the key had been used: nothing was written this time.

    The key and the work are written in the same transaction: if the work fails, the key stays free.
    """
    if key is None:
        with transaction.atomic():
            return do()
    try:
        with transaction.atomic():
            submission = Submission.objects.create(key=key, user=by)
            submission.led_to = do()
            submission.save(update_fields=["led_to"])
            return submission.led_to
    except IntegrityError:
        # Either the same key was taken before (or by a transaction that just won), or the work broke a constraint.
        earlier = Submission.objects.filter(key=key, user=by).first()
        if earlier is None:
            raise
        if again is not None:
            again()
        return earlier.led_to
