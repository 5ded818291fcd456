"""A vault opened for one request: the only thing that seals and opens. Explicit, never reached through a thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from havre.audit.models import Event
from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.vault import crypto, signatures, streams
from havre.vault.errors import NotGranted, Shredded, Tampered, VaultLocked
from havre.vault.fields import SealedRow
from havre.vault.finding import Signer
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Case, CaseKey, CompartmentKey, Draft, Grant, InboxItem, Tombstone


def place_of(organisation: Any, compartment: str, case: Any, table: str, row: Any, column: str, revision: int) -> bytes:
    """The associated data of a sealed value: where it stands. Moved anywhere else, it does not open."""
    return crypto.pack(crypto.PROTOCOL, organisation, compartment, case, table, row, column, revision)


class OpenVault:
    """What one member can open, for the time of one request."""

    is_open = True

    def __init__(self, user: Any, private_key: bytes) -> None:
        self.user = user
        self._private = private_key
        # When the passphrase was typed, for what must be recent; None outside a browser's session.
        self.typed_at: datetime | None = None
        self._organisation = user.organisation_id
        self._compartments: dict[str, tuple[CompartmentKey, bytes]] | None = None
        self._old_epochs: dict[UUID, bytes] = {}
        self._deks: dict[tuple[UUID, str], bytes | None] = {}
        # Case keys and events written in a transaction that may still be undone, with what proves they were not.
        self._fresh: dict[tuple[UUID, str], bytes] = {}
        self._told: dict[tuple[str, str], str] = {}
        # Of the directory (directory.py): what a bulk load gathers, and what signs names, by compartment key.
        self.gathered: list[bytes] | None = None
        self.signers: dict[UUID, Signer] = {}

    # --- compartments ------------------------------------------------------------------------------------------

    def _held(self) -> dict[str, tuple[CompartmentKey, bytes]]:
        if self._compartments is None:
            held: dict[str, tuple[CompartmentKey, bytes]] = {}
            grants = Grant.objects.filter(user=self.user, compartment__organisation_id=self._organisation)
            for grant in grants.select_related("compartment__officer"):
                key = crypto.unbox(self._private, bytes(grant.sealed_key))
                compartment = grant.compartment
                # A grant is a box anyone could have made: its key counts only if it is the one an officer signed.
                signatures.check_inbox(compartment, key)
                self._old_epochs[compartment.id] = key
                if compartment.retired_at is None:
                    held[compartment.kind] = (compartment, key)
            self._compartments = held
        return self._compartments

    def can_open(self, compartment: str) -> bool:
        """Does this member hold the compartment?"""
        return compartment in self._held()

    @property
    def compartments(self) -> frozenset[str]:
        """The compartments this member holds."""
        return frozenset(self._held())

    def compartment_key(self, kind: str) -> tuple[CompartmentKey, bytes]:
        """The current key of a compartment. Raises `NotGranted`."""
        try:
            return self._held()[kind]
        except KeyError:
            raise NotGranted(f"The compartment {kind} is not open to this member.") from None

    def epoch_key(self, compartment_id: UUID) -> bytes:
        """The key of an epoch, retired or not, that this member holds. Raises `NotGranted`."""
        self._held()
        try:
            return self._old_epochs[compartment_id]
        except KeyError:
            raise NotGranted("This epoch is not open to this member.") from None

    def forget(self) -> None:
        """Grants changed: they are read again when next needed."""
        self._compartments = None
        self._old_epochs = {}

    # --- cases ---------------------------------------------------------------------------------------------------

    def load(self, case_ids: Iterable[UUID], *kinds: str) -> None:
        """Fetch the keys of many cases at once: two queries, however many rows will be opened."""
        wanted = {c for c in case_ids for k in kinds if (c, k) not in self._deks}
        held = [k for k in kinds if self.can_open(k)]
        if not wanted or not held:
            return
        salts = {(s.case_id, s.version): bytes(s.salt) for s in ShredSalt.objects.filter(case_id__in=wanted)}
        for row in CaseKey.objects.filter(case_id__in=wanted, kind__in=held).order_by("version"):
            salt = salts.get((row.case_id, row.version))
            self._deks[row.case_id, row.kind] = None if salt is None else self._dek(row, salt)

    def _dek(self, row: CaseKey, salt: bytes) -> bytes:
        compartment_key = self.epoch_key(row.compartment_id)
        half = crypto.unseal(
            crypto.mix(compartment_key, "wrap"),
            bytes(row.wrapped),
            half_place(self._organisation, row.kind, row.case_id, row.version),
        )
        return crypto.mix(half, "dek", salt, row.case_id, row.kind, row.version)

    def _key(self, case_id: UUID, kind: str, *, make: bool) -> bytes:
        if not self.can_open(kind):
            raise NotGranted(f"The compartment {kind} is not open to this member.")
        if make and self._was_undone(case_id, kind):
            del self._deks[case_id, kind]
        if (case_id, kind) not in self._deks:
            self.load([case_id], kind)
        if (case_id, kind) not in self._deks and Tombstone.objects.filter(case_id=case_id).exists():
            raise Shredded("This record was erased: nothing is written there any more.")
        if (case_id, kind) not in self._deks and make:
            self._make_case_key(case_id, kind)
        if (case_id, kind) not in self._deks:
            raise Tampered("A sealed value has no case key.")
        key = self._deks[case_id, kind]
        if key is None:
            raise Shredded("This record was erased: its key is gone.")
        return key

    def _was_undone(self, case_id: UUID, kind: str) -> bool:
        """Was a case key of ours written in a transaction that was rolled back? Sealing with it would be a loss."""
        wrapped = self._fresh.get((case_id, kind))
        if wrapped is None or CaseKey.objects.filter(case_id=case_id, kind=kind, wrapped=wrapped).exists():
            return False
        del self._fresh[case_id, kind]
        return True

    def _make_case_key(self, case_id: UUID, kind: str) -> None:
        compartment, key = self.compartment_key(kind)
        case = Case.objects.filter(pk=case_id, organisation_id=self._organisation).first()
        if case is None:
            raise NotGranted("This case is not of this member's organisation.")
        place = half_place(self._organisation, kind, case_id, case.version)
        wrapped = crypto.seal(crypto.mix(key, "wrap"), crypto.random_key(), place)
        try:
            with transaction.atomic():
                CaseKey.objects.create(
                    case_id=case_id, compartment=compartment, kind=kind, version=case.version, wrapped=wrapped
                )
            self._fresh[case_id, kind] = wrapped
            transaction.on_commit(lambda: self._fresh.pop((case_id, kind), None))
        except IntegrityError:
            pass  # a colleague made it at the same moment: theirs is the key
        self.load([case_id], kind)

    # --- sealed fields -------------------------------------------------------------------------------------------

    def seal(self, row: SealedRow, **texts: str | None) -> list[str]:
        """Put the ciphertext of each text in its column of `row` (not saved). Returns the columns to save.

        An empty text empties the column. Raises `RuleBroken` when a text is too long, `NotGranted` when the
        compartment is not the member's, and then leaves `row` as it was. Leaving empty what was never written asks
        for no compartment; emptying what a colleague wrote does.
        """
        fields = row.sealed_fields()
        for name, text in texts.items():
            if text and len(text) > fields[name].text_length:
                count = fields[name].text_length
                raise RuleBroken(_("%(count)s characters at most.") % {"count": count}, field=name)
            if (text or getattr(row, name) is not None) and not self.can_open(fields[name].compartment_of(row)):
                raise NotGranted(f"The compartment {fields[name].compartment_of(row)} is not open to this member.")
        columns = []
        for name, text in texts.items():
            columns += [name, f"{name}_rev"]
            kind, revision = fields[name].compartment_of(row), getattr(row, f"{name}_rev") + 1
            blob = None
            if text:
                key = self._key(row.sealed_case_id, kind, make=True)
                place = self._place(row, name, kind, revision)
                blob = crypto.seal(key, text.encode(), place, block=_block(fields[name]))
            setattr(row, name, blob)
            setattr(row, f"{name}_rev", revision)
        return columns

    def open(self, row: SealedRow, name: str) -> str:
        """The text of one sealed column; "" when nothing was written. Leaves no trace: prefer `read`.

        Raises `NotGranted`, `Shredded` or `Tampered`; never returns anything else than what was sealed there.
        """
        field = row.sealed_fields()[name]
        blob = getattr(row, name)
        kind = field.compartment_of(row)
        if not self.can_open(kind):
            raise NotGranted(f"The compartment {kind} is not open to this member.")
        if blob is None:
            return ""
        key = self._key(row.sealed_case_id, kind, make=False)
        place = self._place(row, name, kind, getattr(row, f"{name}_rev"))
        return crypto.unseal(key, bytes(blob), place, block=_block(field)).decode()

    def read(self, row: SealedRow, *names: str, why: str = "") -> dict[str, str]:
        """Open columns for a person to read, and write in the audit log that they did (once per request and row)."""
        texts = {name: self.open(row, name) for name in names}
        for kind in sorted({row.sealed_fields()[n].compartment_of(row) for n in names if texts[n]}):
            self.tell("vault.read", row.audit_target, compartment=kind, why=why)
        return texts

    def tell(self, verb: str, target: str, **coded: Any) -> None:
        """One audit event per request for the same verb, target and compartment.

        Told again when the transaction it was told in was undone: what was shown stays shown.
        """
        key = (f"{verb}/{coded.get('compartment', '')}", target)
        if key in self._told and (not self._told[key] or Event.objects.filter(hash=self._told[key]).exists()):
            return
        self._told[key] = record(verb, by=self.user, target=target, **coded).hash
        transaction.on_commit(lambda: self._told.update({key: ""}))

    def _place(self, row: SealedRow, name: str, kind: str, revision: int) -> bytes:
        return place_of(self._organisation, kind, row.sealed_case_id, row._meta.db_table, row.pk, name, revision)

    # --- documents -----------------------------------------------------------------------------------------------

    def seal_stream(self, row: SealedRow, kind: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The sealed bytes of a document, one row a document (a version is another row). Raises `NotGranted`."""
        key = crypto.mix(self._key(row.sealed_case_id, kind, make=True), "document", row.pk)
        return streams.seal(key, self._document_place(row, kind), chunks)

    def open_stream(self, row: SealedRow, kind: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes of a document, chunk by chunk. Leaves no trace: its service tells who read.

        Raises `NotGranted` or `Shredded` now, `Tampered` now or while it is read: nothing read before a `Tampered`
        is the whole document.
        """
        key = crypto.mix(self._key(row.sealed_case_id, kind, make=False), "document", row.pk)
        return streams.unseal(key, self._document_place(row, kind), sealed)

    def _document_place(self, row: SealedRow, kind: str) -> bytes:
        return streams.place_of(self._organisation, kind, row.sealed_case_id, row.pk)

    # --- inbox, drafts, pin --------------------------------------------------------------------------------------

    def open_inbox(self, item: InboxItem) -> str:
        """The message of an inbox item, for a holder of its compartment."""
        self._held()
        if item.compartment_id not in self._old_epochs:
            raise NotGranted("This inbox is not open to this member.")
        private = crypto.private_from(crypto.mix(self._old_epochs[item.compartment_id], "inbox"))
        content = json.loads(crypto.unbox(private, bytes(item.sealed)).rstrip(b"\0"))
        if content["id"] != str(item.id) or content["subject"] != item.subject:
            raise Tampered("An inbox message was moved.")
        return str(content["text"])

    def open_draft(self, draft: Draft) -> str:
        """What was typed on one page (a URL-encoded form)."""
        content = json.loads(crypto.unbox(self._private, bytes(draft.sealed)).rstrip(b"\0"))
        if content["path"] != draft.path:
            raise Tampered("A draft was moved.")
        return str(content["body"])

    def seal_pin(self, head: dict[str, Any]) -> bytes:
        """The end of the audit log as seen now, for this member's next sign-in."""
        return crypto.seal(crypto.mix(self._private, "pin"), json.dumps(head).encode(), self._pin_place())

    def open_pin(self, sealed: bytes) -> dict[str, Any]:
        """The end of the audit log as this member saw it last."""
        content: dict[str, Any] = json.loads(crypto.unseal(crypto.mix(self._private, "pin"), sealed, self._pin_place()))
        return content

    def _pin_place(self) -> bytes:
        return crypto.pack(crypto.PROTOCOL, "pin", self.user.pk)

    def signing_seed(self) -> bytes:
        """The officer's signing key. Raises `NotGranted` for who is not an officer."""
        officer = getattr(self.user, "officer_key", None)
        if officer is None:
            raise NotGranted("This member is not an officer.")
        place = crypto.pack(crypto.PROTOCOL, "officer", self.user.pk)
        return crypto.unseal(crypto.mix(self._private, "officer"), bytes(officer.sealed_signing), place)

    def __repr__(self) -> str:
        return f"<OpenVault of {self.user.pk}>"


class ClosedVault:
    """No key: everything that would need one answers that the session is locked."""

    is_open = False
    typed_at = None
    compartments: frozenset[str] = frozenset()

    def can_open(self, compartment: str) -> bool:
        """Nothing opens."""
        return False

    def load(self, case_ids: Iterable[UUID], *kinds: str) -> None:
        """Nothing to fetch."""

    def _locked(self, *args: Any, **kwargs: Any) -> Any:
        raise VaultLocked

    seal = open = read = tell = open_inbox = open_draft = seal_stream = open_stream = _locked


Vault = OpenVault | ClosedVault


def _block(field: Any) -> int:
    return crypto.LONG if field.long else crypto.SHORT


def half_place(organisation: Any, kind: str, case: Any, version: int) -> bytes:
    """The associated data of a wrapped case half: the same whatever the epoch that wraps it."""
    return crypto.pack(crypto.PROTOCOL, "half", organisation, kind, case, version)
