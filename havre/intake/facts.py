"""What is handed to the services: plain values and codes, named as the models' own fields.

Several answers are tuples of codes. Sealed texts: None leaves what is there, "" empties it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from havre.core import codelists
from havre.core.fields import YesNo

if TYPE_CHECKING:
    from havre.intake.models import Partner

SEALED = ("person_name", "person_contact", "employer_name", "reporter", "narrative")
CODED = (
    "channel", "persons_concerned", "complaint_filed", "urgency", "agreement", "department", "person_gender",
    "former_code",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AlertFacts:
    """What is known when an alert is received (R3-R12). The family of the source follows from its kind."""

    channel: str = "phone"
    source_family: str = ""
    source_kind: str = ""
    persons_concerned: int = 1
    complaint_filed: str = YesNo.UNKNOWN
    urgency: str = "unknown"
    agreement: str = YesNo.UNKNOWN
    department: str = ""
    person_gender: str = "unknown"
    # The code of the file of a person accompanied before who comes back (R12).
    former_code: str = ""
    asks: tuple[str, ...] = ()
    person_name: str | None = None
    person_contact: str | None = None
    employer_name: str | None = None
    reporter: str | None = None
    narrative: str | None = None

    def source(self) -> tuple[str, str]:
        """(family, kind): a kind gives its family; a family alone, or “unknown”, has no kind."""
        if not self.source_kind:
            return self.source_family or "unknown", ""
        family = codelists.get("source").parent(self.source_kind)
        return (family, self.source_kind) if family else (self.source_kind, "")


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """One question of the grid answered (R18-R26). `options` for a question that has several.

    `revision`, when given, is the one that was on the screen (0: not answered yet).
    """

    question: str
    value: str
    options: tuple[str, ...] = ()
    fact: str | None = None
    evidence: str | None = None
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class RedirectionFacts:
    """Where a person is directed (R30): a category, and a partner of the directory when there is one."""

    category: str
    partner: Partner | None = None
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PartnerFacts:
    """An organisation of the directory (R31): public facts only."""

    name: str
    category: str
    department: str = ""
    phone: str = ""
    website: str = ""
