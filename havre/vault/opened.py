"""A vault opened for one request: the only thing that seals and opens. Explicit, never reached through a thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _

from havre.audit.models import Event
from havre.audit.services import record
from havre.core.errors import RuleBroken
from havre.vault import crypto, signatures, streams
from havre.vault.casekeys import CaseKeys
from havre.vault.errors import NotGranted, Tampered, VaultLocked
from havre.vault.fields import SealedRow
from havre.vault.finding import Signer
from havre.vault.models import CaseGrant, CompartmentKey, Draft, Grant, InboxItem


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
        self.may_have_cases = True
        self.cases = CaseKeys(self)
        # Events written in a transaction that may still be undone, with what proves they were not.
        self._told: dict[tuple[str, str], str] = {}
        # Of the directory (directory.py): what a bulk load gathers, and what signs names, by compartment key.
        self.gathered: list[bytes] | None = None
        self.signers: dict[UUID, Signer] = {}

    # --- compartments ------------------------------------------------------------------------------------------

    def _held(self) -> dict[str, tuple[CompartmentKey, bytes]]:
        if self._compartments is None:
            held: dict[str, tuple[CompartmentKey, bytes]] = {}
            grants = Grant.objects.filter(user=self.user, compartment__organisation_id=self._organisation)
            # Whether any single case was granted comes along: most members have none, and need not ask again.
            grants = grants.annotate(also_cases=Exists(CaseGrant.objects.live().filter(user=self.user)))
            self.may_have_cases = True
            for grant in grants.select_related("compartment__officer"):
                self.may_have_cases = grant.also_cases
                key = crypto.unbox(self._private, bytes(grant.sealed_key))
                compartment = grant.compartment
                # A grant is a box anyone could have made: its key counts only if it is the one an officer signed.
                signatures.check_inbox(compartment, key)
                self._old_epochs[compartment.id] = key
                if compartment.retired_at is None:
                    held[compartment.kind] = (compartment, key)
            self._compartments = held
        return self._compartments

    def can_open(self, compartment: str, case_id: UUID | None = None) -> bool:
        """Does this member hold the compartment? Of one case: do they open it there, by compartment or by grant?"""
        if case_id is None:
            return compartment in self._held()
        return self.cases.opens(case_id, compartment)

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
        self.cases.forget()

    # --- cases ---------------------------------------------------------------------------------------------------

    def load(self, case_ids: Iterable[UUID], *kinds: str) -> None:
        """Fetch the keys of many cases at once: a few queries, however many rows will be opened."""
        self.cases.load(case_ids, *kinds)

    def box_to(self, public: bytes, content: bytes) -> bytes:
        """Seal to a member's public key, as from this member."""
        return crypto.box_from(self._private, public, content)

    def unbox(self, blob: bytes) -> bytes:
        """Open what was sealed to this member. Raises `Tampered`."""
        return crypto.unbox(self._private, blob)

    def unbox_from(self, public: bytes, blob: bytes) -> bytes:
        """Open what the owner of a public key sealed to this member. Raises `Tampered`."""
        return crypto.unbox_from(self._private, public, blob)

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
            if text or getattr(row, name) is not None:
                self._check(row, fields[name].compartment_of(row))
        columns = []
        for name, text in texts.items():
            columns += [name, f"{name}_rev"]
            kind, revision = fields[name].compartment_of(row), getattr(row, f"{name}_rev") + 1
            blob = None
            if text:
                key = self.cases.writing(row.sealed_case_id, kind)
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
        if blob is None:
            self._check(row, kind)
            return ""
        key = self.cases.reading(row.sealed_case_id, kind, crypto.name_in(bytes(blob)))
        place = self._place(row, name, kind, getattr(row, f"{name}_rev"))
        return crypto.unseal(key, bytes(blob), place, block=_block(field)).decode()

    def _check(self, row: SealedRow, kind: str) -> None:
        """Raise `NotGranted` unless this member holds the compartment, or was granted this case."""
        if not self.can_open(kind) and not self.cases.granted(row.sealed_case_id, kind):
            raise NotGranted(f"The compartment {kind} is not open to this member.")

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
        key = crypto.mix(self.cases.writing(row.sealed_case_id, kind), "document", row.pk)
        return streams.seal(key, self._document_place(row, kind), chunks)

    def open_stream(self, row: SealedRow, kind: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """The bytes of a document, chunk by chunk. Leaves no trace: its service tells who read.

        Raises `NotGranted` or `Shredded` now, `Tampered` now or while it is read: nothing read before a `Tampered`
        is the whole document.
        """
        pieces = iter(sealed)
        first = next(pieces, b"")
        key = self.cases.reading(
            row.sealed_case_id, kind, crypto.name_in(first), path=lambda dek: crypto.mix(dek, "document", row.pk)
        )
        return streams.unseal(key, self._document_place(row, kind), chain([first], pieces))

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

    def can_open(self, compartment: str, case_id: UUID | None = None) -> bool:
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
