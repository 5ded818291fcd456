"""What one member derives of the keys of cases: by the compartments they hold, or by the cases they were granted.

The key of a case in a compartment comes from a half and a shred salt of the same version. Reading takes the version that
sealed the value; writing takes the newest, and begins it when nobody has: after a grant ended or a key was renewed, the
case has a new version, and what is written from then on is closed to whoever kept an older half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from havre.vault import crypto, granting, versions
from havre.vault.errors import NotGranted, Shredded, Tampered
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CaseGrant, CaseKey, CompartmentKey, GrantedHalf, Tombstone

if TYPE_CHECKING:
    from havre.vault.opened import OpenVault

Kept = tuple[UUID, str]


@dataclass
class Versions:
    """The keys of one case in one compartment, by version; None for one whose salt is gone."""

    case_version: int
    keys: dict[int, bytes | None] = field(default_factory=dict)
    # The newest half is wrapped by a key that is no longer the compartment's: a leaver may have it.
    stale: bool = False
    # Comes from a grant of this case that is not one to write with.
    reads_only: bool = False
    # The newest version whose half is under a key this member never had: a compartment that was lost and begun again.
    lost: int = 0

    @property
    def newest(self) -> int:
        """The newest version there is a half of; 0 for none."""
        return max(self.keys, default=0)


def half_place(organisation: Any, kind: str, case: Any, version: int) -> bytes:
    """The associated data of a wrapped case half: the same whatever the epoch that wraps it."""
    return crypto.pack(crypto.PROTOCOL, "half", organisation, kind, case, version)


def unwrap(row: CaseKey, compartment_key: bytes, organisation: Any) -> bytes:
    """A half from under the key of its compartment. Raises `Tampered`."""
    place = half_place(organisation, row.kind, row.case_id, row.version)
    return crypto.unseal(crypto.mix(compartment_key, "wrap"), bytes(row.wrapped), place)


def derive(half: bytes, salt: bytes, case: Any, kind: str, version: int) -> bytes:
    """DEK = BLAKE2b(key = half, salt, case, compartment, version)."""
    return crypto.mix(half, "dek", salt, case, kind, version)


class CaseKeys:
    """The case keys of one open vault, for the time of one request."""

    def __init__(self, vault: OpenVault) -> None:
        self._vault = vault
        self._organisation = vault.user.organisation_id
        self._kept: dict[Kept, Versions] = {}
        # Halves written in a transaction that may still be undone, with what proves they were not.
        self._fresh: dict[Kept, tuple[type[Any], dict[str, Any]]] = {}
        self._granted: set[Kept] | None = None
        self._restricted: dict[UUID, bool] = {}

    # --- what opens ----------------------------------------------------------------------------------------------

    def granted(self, case_id: UUID, kind: str) -> bool:
        """Was this case granted to this member, in this compartment?"""
        if self._granted is None:
            self._vault.can_open(kind)  # reads what is held, and whether any case was granted
            if not self._vault.may_have_cases:
                self._granted = set()
        if self._granted is None:
            live = CaseGrant.objects.live().filter(user=self._vault.user)
            self._granted = set(live.values_list("case_id", "kind"))
        return (case_id, kind) in self._granted

    def opens(self, case_id: UUID, kind: str) -> bool:
        """Does this member open this compartment of this case? A restricted case opens by its own grants alone."""
        kept = self._kept.get((case_id, kind))
        if kept is not None and kept.keys:
            return True
        if self.granted(case_id, kind):
            return True
        if not self._vault.can_open(kind):
            return False
        if case_id not in self._restricted:
            self._restricted[case_id] = Case.objects.filter(pk=case_id).exclude(restricted_at=None).exists()
        return not self._restricted[case_id]

    def forget(self) -> None:
        """Grants or versions changed: everything is read again when next needed."""
        self._kept, self._granted, self._restricted = {}, None, {}
        self._vault.may_have_cases = True  # a case may just have been granted

    # --- fetching ------------------------------------------------------------------------------------------------

    def load(self, case_ids: Iterable[UUID], *kinds: str) -> None:
        """Fetch the keys of many cases at once: as many queries for one row as for a thousand."""
        wanted = {(case, kind) for case in case_ids for kind in kinds} - set(self._kept)
        if not wanted:
            return
        ids = {case for case, _kind in wanted}
        held = [kind for kind in kinds if self._vault.can_open(kind)]
        if not held and not any(self.granted(case, kind) for case, kind in wanted):
            return
        salts = {(s.case_id, s.version): bytes(s.salt) for s in ShredSalt.objects.filter(case_id__in=ids)}
        if held:
            rows = CaseKey.objects.filter(case_id__in=ids, kind__in=held).select_related("case").order_by("version")
            for row in rows:
                self._wrapped(row, salts.get((row.case_id, row.version)))
        if any(self.granted(case, kind) for case, kind in wanted):
            self._boxed(ids, kinds, salts)

    def _wrapped(self, row: CaseKey, salt: bytes | None) -> None:
        kept = self._of(row.case, row.kind)
        try:
            kept.keys[row.version] = None if salt is None else self.dek(row, salt)
        except NotGranted:
            kept.lost = row.version
            return
        kept.stale = row.compartment_id != self._vault.compartment_key(row.kind)[0].id

    def _boxed(self, ids: set[UUID], kinds: tuple[str, ...], salts: dict[tuple[UUID, int], bytes]) -> None:
        live = CaseGrant.objects.live().filter(user=self._vault.user, case_id__in=ids, kind__in=kinds)
        halves = GrantedHalf.objects.filter(grant__in=live)
        for each in halves.select_related("grant__case", "officer").order_by("version"):
            grant, salt = each.grant, salts.get((each.grant.case_id, each.version))
            kept = self._of(grant.case, grant.kind)
            kept.reads_only = grant.why == CaseGrant.Why.EMERGENCY
            half = granting.open_half(each, self._vault)
            kept.keys[each.version] = (
                None if salt is None else derive(half, salt, grant.case_id, grant.kind, each.version)
            )

    def _of(self, case: Case, kind: str) -> Versions:
        return self._kept.setdefault((case.pk, kind), Versions(case_version=case.version))

    def dek(self, row: CaseKey, salt: bytes) -> bytes:
        """The key that one wrapped half and a salt give."""
        return derive(self.half(row), salt, row.case_id, row.kind, row.version)

    def half(self, row: CaseKey) -> bytes:
        """A wrapped half, opened by the compartment's key. Raises `NotGranted`, `Tampered`."""
        return unwrap(row, self._vault.epoch_key(row.compartment_id), self._organisation)

    def wrap(self, case: Case, kind: str, version: int, half: bytes) -> CaseKey:
        """Put a half back under the compartment's key."""
        compartment, wrapped = self._wrapping(case, kind, version, half)
        row, _made = CaseKey.objects.get_or_create(
            case=case, kind=kind, version=version, defaults={"compartment": compartment, "wrapped": wrapped}
        )
        return row

    def _wrapping(self, case: Case, kind: str, version: int, half: bytes) -> tuple[CompartmentKey, bytes]:
        compartment, key = self._vault.compartment_key(kind)
        place = half_place(self._organisation, kind, case.pk, version)
        return compartment, crypto.seal(crypto.mix(key, "wrap"), half, place)

    # --- using ---------------------------------------------------------------------------------------------------

    def reading(self, case_id: UUID, kind: str, name: bytes, *, path: Callable[[bytes], bytes] | None = None) -> bytes:
        """The key whose name (8 bytes) stands in the header of a sealed value. `path` leads from a case's key to it.

        Raises `NotGranted`, `Shredded`, `Tampered`.
        """
        kept = self._known(case_id, kind)
        for version in sorted(kept.keys, reverse=True):
            key = kept.keys[version]
            if key is not None:
                key = path(key) if path else key
                if crypto.same(crypto.key_id(key), name):
                    return key
        if None in kept.keys.values():
            raise Shredded("This record was erased: its key is gone.")
        if kept.lost:
            raise NotGranted("This was sealed under a key of the compartment that this member never had.")
        raise Tampered("A sealed value belongs to none of the keys of its case.")

    def writing(self, case_id: UUID, kind: str) -> bytes:
        """The newest key of a case, begun when nobody has. Raises `NotGranted`, `Shredded`."""
        if self._was_undone(case_id, kind):
            del self._kept[case_id, kind]
        self.load([case_id], kind)
        kept = self._kept.get((case_id, kind))
        if kept is None:
            self._refuse_writing(case_id, kind)
        if self._behind(kept):
            self._begin(case_id, kind)
        kept = self._known(case_id, kind)
        if kept.reads_only:
            raise NotGranted("Emergency access reads, it does not write.")
        key = kept.keys[kept.newest]
        if key is None:
            raise Shredded("This record was erased: its key is gone.")
        return key

    def _behind(self, kept: Versions | None) -> bool:
        """Must a new half be drawn before writing?"""
        if kept is None:
            return True
        return None not in kept.keys.values() and (kept.stale or kept.newest < max(kept.case_version, kept.lost))

    def _known(self, case_id: UUID, kind: str) -> Versions:
        self.load([case_id], kind)
        kept = self._kept.get((case_id, kind))
        if kept is not None:
            return kept
        self._refuse(case_id, kind)
        raise Tampered("A sealed value has no case key.")

    def _refuse(self, case_id: UUID, kind: str) -> None:
        """There is no key: say whether it is closed to this member, or erased."""
        self._refuse_writing(case_id, kind)
        if GrantedHalf.objects.filter(grant__case_id=case_id, grant__kind=kind).exists():
            raise NotGranted("This case was restricted: someone named for it has to sign in before it opens again.")

    def _refuse_writing(self, case_id: UUID, kind: str) -> None:
        """There is no key yet: may one be drawn?"""
        if not self.opens(case_id, kind):
            raise NotGranted(f"The compartment {kind} of this case is not open to this member.")
        if Tombstone.objects.filter(case_id=case_id).exists():
            raise Shredded("This record was erased: nothing is written there any more.")

    def _was_undone(self, case_id: UUID, kind: str) -> bool:
        """Was a half of ours written in a transaction that was rolled back? Sealing with it would be a loss."""
        if (case_id, kind) not in self._fresh:
            return False
        model, proof = self._fresh[case_id, kind]
        if model.objects.filter(**proof).exists():
            return False
        del self._fresh[case_id, kind]
        return (case_id, kind) in self._kept

    def _begin(self, case_id: UUID, kind: str) -> None:
        """Draw a half of the case's present version, for whoever opens it.

        Who was only granted the case writes on with what they have: a holder of the compartment begins the next.
        """
        case = Case.objects.filter(pk=case_id, organisation_id=self._organisation).first()
        if case is None:
            raise NotGranted("This case is not of this member's organisation.")
        restricted = case.restricted_at is not None
        if not (self.granted(case_id, kind) if restricted else self._vault.can_open(kind)):
            return
        kept = self._kept.get((case_id, kind))
        if kept is not None and max(kept.newest if kept.stale else 0, kept.lost) >= case.version:
            versions.begin([case_id])
            case.refresh_from_db(fields=["version"])
        half = crypto.random_key()
        row = None if restricted else self._wrap(case, kind, half)
        written = None
        with suppress(IntegrityError), transaction.atomic():
            written = self._share(case, kind, half) if row is None else self._keep(row, half)
        if written is not None:  # else a colleague made it at the same moment: theirs is the key
            self._fresh[case_id, kind] = written
            transaction.on_commit(lambda: self._fresh.pop((case_id, kind), None))
        self._kept.pop((case_id, kind), None)
        self.load([case_id], kind)

    def _wrap(self, case: Case, kind: str, half: bytes) -> CaseKey:
        compartment, wrapped = self._wrapping(case, kind, case.version, half)
        return CaseKey(case=case, compartment=compartment, kind=kind, version=case.version, wrapped=wrapped)

    def _keep(self, row: CaseKey, half: bytes) -> tuple[type[Any], dict[str, Any]]:
        row.save(force_insert=True)
        granting.share_half(row.case, row.kind, row.version, half, by=self._vault)
        return CaseKey, {"pk": row.pk, "wrapped": row.wrapped}

    def _share(self, case: Case, kind: str, half: bytes) -> tuple[type[Any], dict[str, Any]] | None:
        """A half of a restricted case: boxed to each of those named for it, and to each pair of officers.

        None when a colleague's was already there.
        """
        made = granting.share_half(case, kind, case.version, half, by=self._vault)
        mine = next((each for each in made if each.grant.user_id == self._vault.user.pk), None)
        if mine is None:
            grants = CaseGrant.objects.live().filter(case=case, kind=kind, user=self._vault.user)
            if not made and GrantedHalf.objects.filter(grant__in=grants, version=case.version).exists():
                return None
            raise NotGranted("This case is not open to this member.")
        granting.escrow_half(case, kind, case.version, half)
        return GrantedHalf, {"pk": mine.pk, "sealed": mine.sealed}
