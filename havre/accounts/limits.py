"""How often a secret may be tried. The rates are in the settings; the count is in the database, one for every process.

allauth keeps its own counts in the cache: an address and a hash anybody can make again from a name, under a lock that
refuses whoever waits for it longer than a second, and no way to say how long to wait. They are off (settings), and
every secret goes through here. Who tries is kept as a keyed hash, which a copy of the database does not turn back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import Rate, get_rates, truncate_ip
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import ngettext

from havre.accounts.models import Tries
from havre.audit.services import record
from havre.core.errors import Refusal
from havre.vault import server


class TooManyTries(Refusal):
    """The secret is not even looked at: answered 429, with how long to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = ceil(seconds / 60)
        super().__init__(
            ngettext(
                "Too many tries. Wait %(count)s minute, then try again.",
                "Too many tries. Wait %(count)s minutes, then try again.",
                minutes,
            )
            % {"count": minutes}
        )
        self.seconds = seconds


@dataclass(frozen=True)
class Counted:
    """A try that was counted before it was made."""

    rows: Sequence[int] = ()

    def give_back(self) -> None:
        """It succeeded: it does not count. The others still do, so that a success between them hides nothing."""
        Tries.objects.filter(pk__in=self.rows, count__gt=0).update(count=F("count") - 1)


def consume(request: HttpRequest, action: str, key: str = "") -> Counted:
    """Count a try before it is made, by address and by the name it is made for.

    Raises `TooManyTries`; the first refusal of each stretch of time is written in the audit log.
    """
    rows = []
    for rate in get_rates(app="allauth.account", action=action):
        source = truncate_ip(get_client_ip(request) or "") if rate.per == "ip" else key
        row, wait = _count(action, rate, source)
        if wait:
            raise TooManyTries(wait)
        rows.append(row)
    return Counted(rows)


def first_time(what: str, source: str, *, within: int) -> bool:
    """Was this not seen in the last `within` seconds, by any process? For codes that are good once."""
    return not _count(what, Rate(1, within, "key"), source, tell=False)[1]


@transaction.atomic
def _count(action: str, rate: Rate, source: str, *, tell: bool = True) -> tuple[int, int]:
    """One more try: (its row, 0), or (its row, seconds to wait). The row is locked: two at once are two."""
    now = _now()
    ends_at = now + timedelta(seconds=rate.duration)
    name = f"{action}/{rate.amount}/{int(rate.duration)}/{rate.per}"
    whom = server.keyed_hash(source, f"tries/{name}")
    row, made = Tries.objects.select_for_update().get_or_create(name=name, whom=whom, defaults={"ends_at": ends_at})
    if made:
        _sweep(now)
    if row.ends_at <= now:
        row.count, row.ends_at = 0, ends_at
    if row.count <= rate.amount:
        row.count += 1
        row.save(update_fields=["count", "ends_at"])
        if row.count <= rate.amount:
            return row.pk, 0
        if tell:
            record("accounts.limit.reached", by=None, action=action, per=rate.per)
    return row.pk, max(1, ceil((row.ends_at - now).total_seconds()))


def _now() -> datetime:
    """The real clock, in the demonstration too: this is a timer, not a date somebody reads."""
    return datetime.fromtimestamp(time.time(), UTC)


def _sweep(now: datetime) -> None:
    """What is over is forgotten."""
    Tries.objects.filter(ends_at__lt=now).delete()
