"""What is known of a person, an arrival, an exploitation, as handed to the services: plain values and codes.

Names are the models' own. Several answers are tuples of codes. A number that is not known is None, and its `_answer`
says why (unknown, refused, does not apply). Sealed texts: None leaves what is there, "" empties it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from havre.core.fields import Answer, Precision, YesNo

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """R34-R47. `names` and what follows are sealed (identity)."""

    gender: str = "unknown"
    birth_year: int | None = None
    birth_year_answer: str = Answer.UNKNOWN
    country: str = "unknown"
    knows_rights: str = YesNo.UNKNOWN
    speaks_french: str = YesNo.UNKNOWN
    nationalities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    names: str | None = None
    aliases: str | None = None
    birth_date: str | None = None
    phones: str | None = None
    email: str | None = None
    safe_contact: str | None = None
    address: str | None = None
    identity_documents: str | None = None


@dataclass(frozen=True, kw_only=True)
class ArrivalFacts:
    """R39-R42. Amounts in cents."""

    arrived_on: date | None = None
    arrived_precision: str = Precision.DAY
    transport: str = "unknown"
    visa: str = "unknown"
    organised_by: str = "unknown"
    paid_by: str = "unknown"
    debt_cents: int | None = None
    debt_cents_answer: str = Answer.UNKNOWN
    exploited_abroad_before: str = YesNo.UNKNOWN
    same_exploiter_before: str = YesNo.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class ExploitationFacts:
    """R45-R58. `main_sector` is the first sector when not said. `place` and `account` are sealed (identity)."""

    began_on: date | None = None
    began_precision: str = Precision.DAY
    ended_on: date | None = None
    ended_precision: str = Precision.DAY
    country: str = "FR"
    department: str = ""
    setting: str = "unknown"
    sectors: tuple[str, ...] = ()
    main_sector: str = ""
    minutes_per_day: int | None = None
    minutes_per_day_answer: str = Answer.UNKNOWN
    days_per_week: int | None = None
    days_per_week_answer: str = Answer.UNKNOWN
    night_work: str = YesNo.UNKNOWN
    rest_days: str = YesNo.UNKNOWN
    pay_cents: int | None = None
    pay_cents_answer: str = Answer.UNKNOWN
    lodging: str = "unknown"
    food: str = "unknown"
    documents_confiscated: str = YesNo.UNKNOWN
    recruitment: str = "unknown"
    promise: str = "unknown"
    controls: tuple[str, ...] = ()
    abuse_asked: str = YesNo.UNKNOWN
    abuses: tuple[str, ...] = ()
    sexual_exploitation: str = YesNo.UNKNOWN
    ending: str = "unknown"
    place: str | None = None
    account: str | None = None


Facts = PersonFacts | ArrivalFacts | ExploitationFacts


def coded(facts: Facts, model: Any) -> dict[str, Any]:
    """The columns of `model` that these facts fill: sealed texts and several-answer facts are left out.

    A number that is there is known, whatever its answer says; one that is not there is never “known”.
    """
    columns = {f.name for f in model._meta.concrete_fields} - set(model.Privacy.__dict__.get("sealed", ()))
    values = {f.name: getattr(facts, f.name) for f in fields(facts) if f.name in columns}
    for name in [n for n in values if n.endswith("_answer")]:
        if values[name.removesuffix("_answer")] is not None:
            values[name] = Answer.KNOWN
        elif values[name] == Answer.KNOWN:
            values[name] = Answer.UNKNOWN
    return values


def sealed(facts: Facts, model: Any) -> dict[str, str]:
    """The sealed texts these facts say something about."""
    names = model.Privacy.__dict__.get("sealed", ())
    return {n: text for n in sorted(names) if (text := getattr(facts, n, None)) is not None}


def distinct(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes in order, each once, without blanks."""
    return tuple(dict.fromkeys(c for c in codes if c))
