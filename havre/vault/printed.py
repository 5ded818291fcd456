"""Codes on paper: a member's personal code, and the recovery key of a compartment. What they open, and how it is drawn."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db.models import Max

from havre.core import clock
from havre.vault import crypto, signatures
from havre.vault.fields import Compartment
from havre.vault.models import CompartmentKey, PaperBox, PaperKey

if TYPE_CHECKING:
    from havre.vault.opened import OpenVault

# The first letter of a recovery paper says its compartment: two papers in one envelope are not taken for each other.
LETTERS: dict[str, str] = {
    Compartment.IDENTITY: "D",
    Compartment.SOCIAL: "S",
    Compartment.PSYCHOLOGY: "P",
    Compartment.LEGAL: "L",
    Compartment.GOVERNANCE: "G",
}


@dataclass(frozen=True)
class Printed:
    """A recovery paper just drawn. `code` is shown once and kept nowhere."""

    paper: PaperKey
    code: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """What is read aloud to the officer who signs."""
        return paper_fingerprint(self.paper)


def personal_code() -> str:
    """A printed code of 160 bits: eight groups of four letters and digits (32 symbols of 5 bits)."""
    symbols = "".join(secrets.choice(signatures.ALPHABET) for _ in range(32))
    return "-".join(symbols[i : i + 4] for i in range(0, 32, 4))


def code_key(salt: bytes, code: str) -> bytes:
    """What a printed code opens with, typed with or without its dashes, in capitals or not."""
    return crypto.mix(crypto.mix(settings.HAVRE_PEPPER, "code", salt, signatures.typed(code)), "kek")


def paper_private(salt: bytes, code: str) -> bytes:
    """The private key of a recovery paper, from its code and the pepper."""
    seed = crypto.mix(crypto.mix(settings.HAVRE_PEPPER, "paper", salt, signatures.typed(code)), "paper")
    return crypto.private_from(seed)


def paper_fingerprint(paper: PaperKey) -> str:
    """Eighty bits of what an officer signs for a paper."""
    public = bytes(paper.public_key)
    return signatures.fingerprint(signatures.paper_statement(paper.organisation_id, paper.kind, paper.pk, public))


def kind_of(code: str) -> str | None:
    """The compartment that the first letter of a paper's code says."""
    letter = signatures.typed(code)[:1]
    return next((kind for kind, each in LETTERS.items() if each == letter), None)


def draw_paper(kind: str, *, made_by: Any, officer: OpenVault | None) -> Printed:
    """A new paper, signed when an officer draws it or stands by; else it waits for one, and nothing is sealed to it."""
    former = PaperKey.objects.filter(organisation_id=made_by.organisation_id, kind=kind)
    code, salt = f"{LETTERS[kind]}-{personal_code()}", secrets.token_bytes(16)
    paper = PaperKey(
        id=uuid4(),
        organisation_id=made_by.organisation_id,
        kind=kind,
        number=(former.aggregate(last=Max("number"))["last"] or 0) + 1,
        salt=salt,
        public_key=crypto.public_of(paper_private(salt, code)),
        made_by=made_by,
        made_at=clock.now(),
    )
    if officer is not None:
        put_signature(paper, officer)
    paper.save(force_insert=True)
    return Printed(paper, code)


def put_signature(paper: PaperKey, officer: OpenVault) -> None:
    """An officer vouches for the public key of a paper (not saved)."""
    public = bytes(paper.public_key)
    statement = signatures.paper_statement(paper.organisation_id, paper.kind, paper.pk, public)
    paper.officer, paper.signature = officer.user.officer_key, crypto.sign(officer.signing_seed(), statement)


def box_for(paper: PaperKey, epochs: Iterable[tuple[CompartmentKey, bytes]]) -> None:
    """Seal the keys of these epochs to a paper. Raises `Unsigned`: nothing is sealed to a paper nobody signed."""
    public = signatures.check_paper(paper)
    for compartment, key in epochs:
        PaperBox.objects.get_or_create(
            paper=paper, compartment=compartment, defaults={"sealed_key": crypto.box(public, key)}
        )


def end_paper(paper: PaperKey, why: str) -> None:
    """A paper opens nothing any more: what was sealed to it is deleted."""
    PaperBox.objects.filter(paper=paper).delete()
    PaperKey.objects.filter(pk=paper.pk, retired_at=None).update(retired_at=clock.now(), why=why)
