"""Opening many sealed texts for one reader: keys fetched together, one line of the log per record and compartment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from havre.vault.fields import SealedRow
from havre.vault.opened import Vault


def written(row: SealedRow, name: str) -> bool:
    """Was anything ever sealed in this column? Told without reading the ciphertext."""
    return bool(getattr(row, f"{name}_rev"))


def read_rows(vault: Vault, rows: Sequence[SealedRow], *names: str, why: str = "") -> list[dict[str, str]]:
    """The texts of each row, in order; the reads are told before anything is shown, with the code of why.

    Rows a reader may not open must be left out. Raises `VaultLocked`, `NotGranted`, `Tampered`.
    """
    kinds = sorted({row.sealed_fields()[name].compartment_of(row) for row in rows for name in names})
    vault.load({row.sealed_case_id for row in rows}, *kinds)
    texts = [{name: vault.open(row, name) for name in names} for row in rows]
    opened: dict[tuple[str, str], Any] = {}
    for row, values in zip(rows, texts, strict=True):
        for name in names:
            if values[name]:
                opened[row.audit_target, row.sealed_fields()[name].compartment_of(row)] = None
    for target, kind in opened:
        vault.tell("vault.read", target, compartment=kind, why=why)
    return texts
