"""Recovery keys on paper, held by the profession concerned: made, confirmed, typed back, used once.

A holder of the compartment makes one; an officer signs its public key, after the fingerprint was read aloud; the
holder types the code back, and only then the compartment's keys are sealed to it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import crypto, signatures
from havre.vault.ceremonies import give
from havre.vault.errors import NotGranted
from havre.vault.models import CompartmentKey, Grant, PaperBox, PaperKey
from havre.vault.opened import OpenVault
from havre.vault.printed import (
    Printed,
    box_for,
    draw_paper,
    end_paper,
    kind_of,
    paper_fingerprint,
    paper_private,
    put_signature,
)
from havre.vault.rotation import sound_papers, staying


def living_papers(organisation: Any, kinds: Any = None) -> QuerySet[PaperKey]:
    """The papers of an organisation that are not retired, of these compartments if some are named."""
    papers = PaperKey.objects.filter(organisation=organisation, retired_at=None)
    papers = papers if kinds is None else papers.filter(kind__in=kinds)
    return papers.select_related("made_by", "checked_by", "officer").order_by("kind", "number")


def in_danger(user: Any) -> list[str]:
    """The compartments this member alone holds, and that no paper typed back would open."""
    held = CompartmentKey.objects.filter(grants__user=user, retired_at=None).order_by("kind")
    return [
        compartment.kind for compartment in held if not staying(compartment, user) and not sound_papers(compartment)
    ]


@transaction.atomic
def make_paper(kind: str, *, by: OpenVault) -> Printed:
    """A holder draws a paper; an officer who holds the compartment signs it at once, otherwise an officer confirms it.

    Nothing is sealed to it yet. Raises `NotGranted`.
    """
    compartment, _key = by.compartment_key(kind)
    CompartmentKey.objects.select_for_update().get(pk=compartment.pk)  # one number each
    printed = draw_paper(kind, made_by=by.user, officer=by if hasattr(by.user, "officer_key") else None)
    record("vault.paper.made", by=by.user, target=str(printed.paper.pk), compartment=kind)
    return printed


@transaction.atomic
def sign_paper(paper: PaperKey, fingerprint: str, *, by: OpenVault) -> PaperKey:
    """An officer types the fingerprint read aloud from the paper, and signs its key. Raises `RuleBroken`."""
    by.signing_seed()
    paper = PaperKey.objects.select_for_update().get(pk=paper.pk, organisation_id=by.user.organisation_id)
    if paper.retired_at is not None:
        raise RuleBroken(_("This paper opens nothing any more."))
    if paper.signature is not None:
        raise RuleBroken(_("An officer has confirmed it already."))
    if not signatures.same_code(fingerprint, paper_fingerprint(paper)):
        raise RuleBroken(
            _("This is not the fingerprint of this paper. Let them read it again; if it still differs, retire it."),
            field="fingerprint",
        )
    put_signature(paper, by)
    paper.save(update_fields=["officer", "signature"])
    record("vault.paper.signed", by=by.user, target=str(paper.pk), compartment=paper.kind)
    return paper


def _found(code: str, organisation: UUID) -> tuple[PaperKey, bytes]:
    """The living paper of a code, and its private key. The same answer for any code that opens none."""
    papers = PaperKey.objects.select_for_update(of=("self",)).select_related("officer")
    for paper in papers.filter(organisation_id=organisation, kind=kind_of(code) or "", retired_at=None):
        private = paper_private(bytes(paper.salt), code)
        if crypto.same(crypto.public_of(private), bytes(paper.public_key)):
            return paper, private
    raise RuleBroken(
        _("This code opens no paper key. Compare each group with the paper; a used or retired one opens nothing."),
        field="printed_code",
    )


@transaction.atomic
def check_paper_code(code: str, *, by: OpenVault) -> PaperKey:
    """A holder types the code back from the paper: its key is the one an officer signed, and it is given the keys.

    Raises `RuleBroken`; `NotGranted` when `by` does not hold the compartment, `Unsigned` when the key was changed.
    """
    paper, _private = _found(code, by.user.organisation_id)
    by.compartment_key(paper.kind)
    if paper.signature is None:
        raise RuleBroken(_("An officer confirms this paper first: nothing is sealed to it before."))
    box_for(paper, _needed(paper.kind, by))
    paper.checked_by, paper.checked_at = by.user, clock.now()
    paper.save(update_fields=["checked_by", "checked_at"])
    record("vault.paper.checked", by=by.user, target=str(paper.pk), compartment=paper.kind)
    return paper


def _needed(kind: str, by: OpenVault) -> list[tuple[CompartmentKey, bytes]]:
    """The current epoch, and the former ones that records or messages are still under."""
    needed = [by.compartment_key(kind)]
    former = CompartmentKey.objects.filter(organisation_id=by.user.organisation_id, kind=kind, grants__user=by.user)
    needed += [
        (epoch, by.epoch_key(epoch.pk))
        for epoch in former.exclude(retired_at=None)
        if epoch.case_keys.exists() or epoch.inbox.exists()
    ]
    return needed


@transaction.atomic
def recover_by_paper(code: str, *, by: OpenVault) -> PaperKey:
    """A member whose role opens the compartment types the paper's code: it is open to them, and the paper is used up.

    Raises `RuleBroken`, or `VaultError` when what is sealed to the paper was changed.
    """
    paper, private = _found(code, by.user.organisation_id)
    if paper.kind not in by.user.rights.compartments:
        raise RuleBroken(_("Your role does not open this compartment."))
    if by.can_open(paper.kind):
        raise RuleBroken(_("It is already open to you. Keep the paper."))
    signatures.check_paper(paper)
    boxes = PaperBox.objects.filter(paper=paper).select_related("compartment__officer")
    opened = 0
    for box in boxes:
        compartment, key = box.compartment, crypto.unbox(private, bytes(box.sealed_key))
        signatures.check_inbox(compartment, key)
        if not Grant.objects.filter(compartment=compartment, user=by.user).exists():
            give(compartment, key, by.user, by=by.user)
        opened += compartment.retired_at is None
    if not opened:
        raise RuleBroken(_("The compartment has a newer key that this paper does not open."))
    end_paper(paper, PaperKey.Why.USED)
    record("vault.paper.used", by=by.user, target=str(paper.pk), compartment=paper.kind)
    by.forget()
    return paper


@transaction.atomic
def retire_paper(paper: PaperKey, *, by: OpenVault) -> None:
    """A holder retires a paper that was lost or seen: it opens nothing from now on, in this database.

    Someone who has the paper and an older copy still opens that copy. Raises `NotGranted`.
    """
    by.compartment_key(paper.kind)
    if paper.organisation_id != by.user.organisation_id:
        raise NotGranted("This paper is not of this member's organisation.")
    end_paper(paper, PaperKey.Why.LOST)
    record("vault.paper.retired", by=by.user, target=str(paper.pk), compartment=paper.kind, why="lost")
