"""`manage.py vault drill`: try on a copy what a thief, a leaver and an insider would, and count what opens (nothing)."""

from __future__ import annotations

from havre.vault.drill import insiders, thieves, writer
from havre.vault.drill.copies import copied
from havre.vault.drill.trials import EXAMPLES, Member, Trial, values

THIEVES = (thieves.DISK, thieves.BACKUP, thieves.LEAVER, insiders.ADMINISTRATOR, insiders.DIRECTOR, writer.WRITER)
# Tried too, when there is such a person: not every organisation has files given to volunteers.
ALSO = (insiders.OFFICER, insiders.VOLUNTEER)

__all__ = ["ALSO", "THIEVES", "Member", "Trial", "control", "copied", "run"]


def run(members: list[Member]) -> list[Trial]:
    """Every trial, on the databases that are connected. What a trial changes is rolled back.

    `members` are the accounts whose passphrases are known to this run; what needs one that is not among them is
    reported as not tried, never as resisted.
    """
    merged: dict[tuple[str, str], Trial] = {}
    for each in [*thieves.trials(members), *insiders.trials(members), *writer.trials(members)]:
        whole = merged.setdefault((each.thief, each.tried), Trial(each.thief, each.tried))
        whole.attempts, whole.opened = whole.attempts + each.attempts, whole.opened + each.opened
        whole.where = [*whole.where, *each.where][:EXAMPLES]
    return list(merged.values())


def control(members: list[Member]) -> tuple[int, int]:
    """The same values, by those who may: how many were tried and opened. Zero would mean that the drill shows nothing."""
    trial = Trial("member", "what they may open")
    for member in members:
        vault = member.vault()
        held = vault.compartments
        for value in values(member.user.organisation_id):
            if value.compartment in held:
                trial.attempt(value.where, lambda v=vault, x=value: v.open(x.row, x.name))  # type: ignore[misc]
    return trial.attempts, trial.opened
