"""Keys at rest: all of them sealed or public. Nothing here opens anything without a member's passphrase."""

from havre.vault.models.cases import Case, CaseKey
from havre.vault.models.desk import Draft, InboxItem, VaultSession
from havre.vault.models.endings import Archive, Erasure, LegalHold, Tombstone
from havre.vault.models.keys import CompartmentKey, Grant, MemberKey, OfficerKey, OfficerNaming
from havre.vault.models.papers import PaperBox, PaperKey
from havre.vault.models.sharing import CaseGrant, Emergency, EmergencyPart, Escrow, GrantedHalf

__all__ = [
    "Archive",
    "Case",
    "CaseGrant",
    "CaseKey",
    "CompartmentKey",
    "Draft",
    "Emergency",
    "EmergencyPart",
    "Erasure",
    "Escrow",
    "Grant",
    "GrantedHalf",
    "InboxItem",
    "LegalHold",
    "MemberKey",
    "OfficerKey",
    "OfficerNaming",
    "PaperBox",
    "PaperKey",
    "Tombstone",
    "VaultSession",
]
