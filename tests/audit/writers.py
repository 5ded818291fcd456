"""Several processes that append to one log as fast as they can: shared by a test of seconds and a bench of a minute."""

from __future__ import annotations

from dataclasses import dataclass

from tests.separate import Installation

PREPARE = """
from time import monotonic
from django.db import connection, transaction
from havre.audit.models import Event
from havre.audit.services import record
connection.ensure_connection()
"""
# As a request does: a change and its event in one transaction, or neither. Every seventh is undone on purpose.
WRITE = """
done = failed = undone = 0
begun = monotonic()
until = begun + {seconds}
while monotonic() < until or (done < {least} and monotonic() < until + 60):  # who waits long still has a turn
    try:
        with transaction.atomic():
            record("intake.alert.taken", by=None, target=f"W{{who}}-{{done + undone}}")
            if (done + undone + 1) % 7 == 0:
                raise InterruptedError
        done += 1
    except InterruptedError:
        undone += 1
    except Exception as fault:
        failed += 1
        print(type(fault).__name__)
print(begun, done, undone, failed)
"""
CHECK = """
from havre.audit.queries import check_chain
from havre.audit.models import Event
walked = check_chain()
print(walked.length, walked.sound, walked.broken_at, len(set(Event.objects.values_list("target", flat=True))))
"""


# What each writes at least, however long it waits for the others.
LEAST = 6


@dataclass(frozen=True)
class Outcome:
    """What the writers say they wrote, and what the log holds."""

    written: list[int]
    undone: int
    failed: int
    length: int
    sound: bool
    different: int


def write_at_once(installation: Installation, *, seconds: float, writers: int = 4) -> Outcome:
    """Let them write together, then walk the log."""
    told = installation.at_once(
        PREPARE, WRITE.format(seconds=seconds, least=LEAST), count=writers, within=seconds + 120
    )
    starts = [float(each.splitlines()[-1].split()[0]) for each in told]
    if max(starts) - min(starts) > seconds / 2:
        raise RuntimeError(
            "The writers did not write together: the machine is too busy, or they waited for each other."
        )
    counts = [[int(word) for word in each.splitlines()[-1].split()[1:]] for each in told]
    length, sound, _where, different = installation.run(CHECK, within=300).split()
    return Outcome(
        written=[done for done, _undone, _failed in counts],
        undone=sum(undone for _done, undone, _failed in counts),
        failed=sum(failed for _done, _undone, failed in counts),
        length=int(length),
        sound=sound == "True",
        different=int(different),
    )
