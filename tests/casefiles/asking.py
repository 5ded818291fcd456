"""What the tests of “possibly known?” share: who is asked about, and the same answer for everybody."""

from __future__ import annotations

from typing import Any

from havre.intake.known import Candidate, Known, Typed, look
from tests.factories import House

NAME = "Khadija El Ouazzani"
ARABIC = "خديجة الوزاني"


def seen(house: House, role: str = "reception", about: Any = None, **typed: Any) -> tuple[Candidate, ...]:
    """Who is asked about for what was typed."""
    return look(Typed(**typed), by=house.user(role), vault=house.fresh_vault(role), about=about)


def answered(candidates: tuple[Candidate, ...], answer: str) -> Known:
    """The same answer for everybody."""
    return Known(candidates, {each.key: answer for each in candidates})
