"""Alerts at each level, by the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from havre.core import clock
from havre.intake import services
from havre.intake.facts import AlertFacts
from havre.intake.known import UNASKED, Known
from havre.intake.models import Alert
from tests.factories.accounts import House

FACTS: dict[str, Any] = {
    "channel": "phone",
    "source_kind": "neighbour",
    "urgency": "none",
    "agreement": "yes",
    "asks": ("protection",),
    "narrative": "A neighbour heard her work at night.",
}


def take_alert(
    house: House, *, role: str = "reception", received_at: Any = None, known: Known | None = UNASKED, **facts: Any
) -> Alert:
    """An alert just received; facts as in `AlertFacts`. Nobody is asked who may be known, unless `known` is given."""
    return services.take_alert(
        AlertFacts(**{**FACTS, **facts}),
        received_at=received_at,
        known=known,
        by=house.user(role),
        vault=house.vault(role),
    )


def studied_alert(house: House, **facts: Any) -> Alert:
    """An alert whose level 1 is finished, without an answer."""
    alert = take_alert(house, **facts)
    services.move_alert(alert, "start_study", by=house.user("reception"))
    return services.move_alert(alert, "finish_study", by=house.user("reception"))


def interviewed_alert(house: House, *, held_on: date | None = None, **facts: Any) -> Alert:
    """An alert with one interview, a lawyer and a social worker present."""
    alert = studied_alert(house, **facts)
    interview = services.record_interview(
        alert,
        held_on=held_on or clock.today(),
        lawyer=house.user("lawyer"),
        social_worker=house.user("social_worker"),
        interpreter="none_needed",
        language="fr",
        account="She tells it in order.",
        by=house.user("lawyer"),
        vault=house.vault("lawyer"),
    )
    return interview.alert


def accepted_alert(house: House, *, outcome: str = "accompany_both", **facts: Any) -> Alert:
    """An alert decided together: to accompany, unless said otherwise."""
    alert = interviewed_alert(house, **facts)
    decision = services.decide(
        alert,
        decided_on=clock.today(),
        outcome=outcome,
        participants=[house.user(r) for r in ("lawyer", "social_worker", "coordinator")],
        reasons="The elements are there.",
        by=house.user("coordinator"),
        vault=house.vault("coordinator"),
    )
    return decision.alert
