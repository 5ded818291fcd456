"""`manage.py vault check`: is what should open still there to be opened, and is nothing there that nobody signed?

Findings name tables, columns and ids; never what was sealed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from havre.audit.queries import check_chain, holds
from havre.audit.services import record
from havre.vault import sealed, signatures
from havre.vault.errors import NotGranted, Shredded, VaultError
from havre.vault.fields import Compartment
from havre.vault.keystore.models import ShredSalt
from havre.vault.keystore.models import Tombstone as KeyStoreTombstone
from havre.vault.models import (
    Case,
    CaseKey,
    CompartmentKey,
    Draft,
    Erasure,
    Grant,
    GrantedHalf,
    InboxItem,
    MemberKey,
    OfficerKey,
    PaperKey,
    Tombstone,
)
from havre.vault.opened import OpenVault

# A salt is committed before its case: one younger than this may be waiting for it.
SETTLED = timedelta(days=1)
BATCH = 500


@dataclass(frozen=True)
class Finding:
    """Something wrong: what, and where."""

    kind: str
    where: str


@dataclass
class Report:
    """What was looked at (a count a subject), and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    orphans: list[UUID] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing wrong. Orphan salts are harmless: they open nothing."""
        return not self.findings

    def wrong(self, kind: str, where: Any) -> None:
        """Write a finding down."""
        self.findings.append(Finding(kind, str(where)))


def check(vaults: list[OpenVault]) -> Report:
    """Everything that needs no key, then every value that these members may open."""
    report = Report()
    _check_log(report)
    _check_signatures(report)
    _check_salts(report)
    readers = [vault for vault in vaults if _grants_open(report, vault)]
    for organisation in dict.fromkeys(vault.user.organisation_id for vault in readers):
        _check_rows(report, organisation, [each for each in readers if each.user.organisation_id == organisation])
    for vault in readers:
        _check_letters(report, vault)
    return report


def _check_log(report: Report) -> None:
    walked = check_chain()
    report.counts["audit events"] = walked.length
    if not walked.sound:
        report.wrong(f"audit log: {walked.why}", walked.broken_at)


def _check_signatures(report: Report) -> None:
    for officer in OfficerKey.objects.filter(withdrawn_at=None):
        report.counts["officers"] += 1
        try:
            signatures.check_officer(officer, officer.organisation_id)
        except VaultError:
            report.wrong("officer not pinned, nor signed by one who counts", officer.user_id)
    for paper in PaperKey.objects.filter(retired_at=None).exclude(boxes=None).select_related("officer"):
        report.counts["paper keys"] += 1
        try:
            signatures.check_paper(paper)
        except VaultError:
            report.wrong("paper key not signed", paper.pk)
    for member in MemberKey.objects.select_related("officer", "user"):
        report.counts["member keys"] += 1
        try:
            signatures.check_member(member, member.user.organisation_id)
        except VaultError:
            report.wrong("member key not signed", member.user_id)
    for compartment in CompartmentKey.objects.select_related("officer"):
        report.counts["inbox keys"] += 1
        try:
            signatures.check_inbox(compartment)
        except VaultError:
            report.wrong("inbox key not signed", compartment.pk)
    for user in get_user_model()._default_manager.filter(is_active=True, member_key=None):
        report.counts["members without keys"] += 1
        if Grant.objects.filter(user=user).exists():
            report.wrong("grant to a member without keys", user.pk)


def _check_salts(report: Report) -> None:
    salts: set[tuple[UUID, int]] = set()
    for case_id, version, salt in ShredSalt.objects.values_list("case_id", "version", "salt").iterator(BATCH):
        report.counts["salts"] += 1
        salts.add((case_id, version))
        if len(bytes(salt)) != 32:
            report.wrong("salt cut", case_id)
    for case_id, version in CaseKey.objects.values_list("case_id", "version").distinct().iterator(BATCH):
        report.counts["case keys"] += 1
        if (case_id, version) not in salts:
            report.wrong("case key without its salt", case_id)
    for case_id, version in GrantedHalf.objects.values_list("grant__case_id", "version").distinct().iterator(BATCH):
        report.counts["granted halves"] += 1
        if (case_id, version) not in salts:
            report.wrong("granted half without its salt", case_id)
    salted = {case_id for case_id, _version in salts}
    for tombstones in (KeyStoreTombstone.objects, Tombstone.objects):
        for case_id in tombstones.values_list("case_id", flat=True):
            report.counts["tombstones"] += 1
            if case_id in salted:
                report.wrong("erased case whose salt came back: replay the tombstones", case_id)
    for erasure in Erasure.objects.exclude(confirmed_at=None).filter(done_at=None):
        report.wrong("erasure confirmed and not finished: replay the tombstones", erasure.case_id)
    report.orphans = sorted(_orphans(salted))


def _orphans(salted: set[UUID]) -> set[UUID]:
    cases = set(Case.objects.values_list("pk", flat=True))
    settled = timezone.now() - SETTLED
    old = set(ShredSalt.objects.filter(made_at__lt=settled).values_list("case_id", flat=True))
    return (salted & old) - cases


def _grants_open(report: Report, vault: OpenVault) -> bool:
    try:
        vault.can_open(Compartment.IDENTITY)
    except VaultError:
        report.wrong("grant that does not open, or was not signed", vault.user.pk)
        return False
    return True


def _check_rows(report: Report, organisation: UUID, readers: list[OpenVault]) -> None:
    """Every row of an organisation, read once for all these members."""
    for model in sealed.models():
        rows = sealed.rows_of(model, organisation).iterator(BATCH)
        while batch := list(islice(rows, BATCH)):
            for vault in readers:
                _open_rows(report, vault, batch)


def _open_rows(report: Report, vault: OpenVault, rows: list[Any]) -> None:
    vault.load({row.sealed_case_id for row in rows}, *Compartment.values)
    for row in rows:
        for name, _column in sealed.values_of(row):
            try:
                vault.open(row, name)
                report.counts["values opened"] += 1
            except NotGranted:
                report.counts["values closed to this member"] += 1
            except Shredded:
                report.counts["values erased"] += 1
            except VaultError:
                report.wrong("value that does not open", sealed.where(row, name))


def _check_letters(report: Report, vault: OpenVault) -> None:
    granted = Grant.objects.filter(user=vault.user).values("compartment_id")
    for item in InboxItem.objects.filter(compartment_id__in=granted).iterator(BATCH):
        try:
            vault.open_inbox(item)
            report.counts["inbox messages opened"] += 1
        except (VaultError, ValueError):
            report.wrong("inbox message that does not open", item.pk)
    for draft in Draft.objects.filter(user=vault.user):
        try:
            vault.open_draft(draft)
            report.counts["drafts opened"] += 1
        except (VaultError, ValueError):
            report.wrong("draft that does not open", draft.pk)
    pin = MemberKey.objects.get(user=vault.user).pinned_head
    try:
        if pin is None or not holds(vault.open_pin(bytes(pin))):
            report.wrong("audit log rewritten since this member’s last sign-in", vault.user.pk)
    except VaultError:
        report.wrong("pin that does not open", vault.user.pk)


@transaction.atomic
def tell(report: Report, *, by: Any) -> None:
    """The check is an act: it opened everything its author may open."""
    record("vault.checked", by=by, opened=report.counts["values opened"], wrong=len(report.findings))


@transaction.atomic
def sweep(report: Report, *, by: Any) -> int:
    """Remove the salts that belong to no case. Returns how many. A salt younger than a day is left alone."""
    gone, _each = ShredSalt.objects.filter(case_id__in=report.orphans, made_at__lt=timezone.now() - SETTLED).delete()
    record("vault.salts.swept", by=by, count=gone)
    return gone
