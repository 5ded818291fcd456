"""Someone who writes in the databases, and waits for a member to read, to grant or to send."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from itertools import pairwise
from typing import Any

from havre.vault import crypto, services, signatures
from havre.vault.drill.trials import Member, Trial, Value, undone, values
from havre.vault.errors import VaultError
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import CaseKey, CompartmentKey, Grant, InboxItem, MemberKey
from havre.vault.opened import OpenVault

WRITER = "writer in the database"
# Trials that change the databases and roll back, one by one.
SOME = 100


def trials(members: list[Member]) -> list[Trial]:
    """What they write, read by each known member who holds something."""
    found = [_public_keys(), _inbox_keys()]
    for member in members:
        vault = member.vault()
        if vault.compartments:
            mine = [v for v in values(member.user.organisation_id) if v.compartment in vault.compartments]
            with suppress(VaultError):  # a case key that does not open is the check's to tell
                vault.load({v.row.sealed_case_id for v in mine}, *sorted(vault.compartments))
            found += [*_moves(vault, mine), *_keys(member, mine), _replay(vault, mine), _letters(vault)]
            found.append(_forged_grant(member))
    return found


def _try(trial: Trial, vault: OpenVault, value: Value, blob: bytes, revision: int) -> None:
    """Put `blob` in the place of a value, as the member's page would find it."""
    row, name = value.row, value.name
    kept, counter = getattr(row, name), getattr(row, f"{name}_rev")
    setattr(row, name, blob)
    setattr(row, f"{name}_rev", revision)
    trial.attempt(value.where, lambda: vault.open(row, name))
    setattr(row, name, kept)
    setattr(row, f"{name}_rev", counter)


def _moves(vault: OpenVault, mine: list[Value]) -> list[Trial]:
    rows = Trial(WRITER, "a value put in another row, with its revision")
    columns = Trial(WRITER, "a value put in another column of its row")
    bits = Trial(WRITER, "one bit changed")
    by_column: dict[tuple[str, str], list[Value]] = defaultdict(list)
    by_row: dict[Any, list[Value]] = defaultdict(list)
    for value in mine:
        by_column[value.row._meta.db_table, value.name].append(value)
        by_row[value.row._meta.db_table, value.row.pk].append(value)
    for group, trial in ((by_column, rows), (by_row, columns)):
        for group_values in group.values():
            for one, other in pairwise(group_values):
                _try(trial, vault, one, other.blob, getattr(other.row, f"{other.name}_rev"))
                _try(trial, vault, other, one.blob, getattr(one.row, f"{one.name}_rev"))
    for at, value in enumerate(mine):
        changed = bytearray(value.blob)
        changed[at % len(changed)] ^= 1 << at % 8
        _try(bits, vault, value, bytes(changed), getattr(value.row, f"{value.name}_rev"))
    return [rows, columns, bits]


def _replay(vault: OpenVault, mine: list[Value]) -> Trial:
    """A value changed by its member, then the older ciphertext put back under the new revision."""
    trial = Trial(WRITER, "an older value put back")
    for value in mine[:: max(1, len(mine) // SOME)]:
        row, older, counter = value.row, value.blob, getattr(value.row, f"{value.name}_rev")
        try:
            vault.seal(row, **{value.name: "x"})
        except VaultError:
            continue
        newer = getattr(row, f"{value.name}_rev")
        _try(trial, vault, value, older, newer)
        setattr(row, value.name, older)
        setattr(row, f"{value.name}_rev", counter)
    return trial


def _keys(member: Member, mine: list[Value]) -> list[Trial]:
    """Case halves and salts exchanged between cases and compartments."""
    halves = Trial(WRITER, "the case key of another case")
    salts = Trial(WRITER, "the shred salt of another case")
    by_case = {(v.row.sealed_case_id, v.compartment): v for v in mine}
    chosen = list(by_case.items())[:SOME]
    for ((case, kind), value), ((other, other_kind), _value) in pairwise(chosen):
        if case == other:
            continue
        with undone():
            theirs = CaseKey.objects.filter(case_id=other, kind=other_kind).values_list("wrapped", flat=True).first()
            CaseKey.objects.filter(case_id=case, kind=kind).update(wrapped=theirs)
            halves.attempt(value.where, lambda v=value: member.vault().open(v.row, v.name))  # type: ignore[misc]
        with undone():
            salt = ShredSalt.objects.filter(case_id=other).values_list("salt", flat=True).first()
            ShredSalt.objects.filter(case_id=case).update(salt=salt)
            salts.attempt(value.where, lambda v=value: member.vault().open(v.row, v.name))  # type: ignore[misc]
    return [halves, salts]


def _letters(vault: OpenVault) -> Trial:
    """A message presented as being about another file."""
    trial = Trial(WRITER, "a message put under another subject")
    granted = Grant.objects.filter(user=vault.user).values("compartment_id")
    for item in InboxItem.objects.filter(compartment_id__in=granted)[:SOME]:
        item.subject = f"{item.subject}0"
        trial.attempt(f"message:{item.pk}", lambda i=item: vault.open_inbox(i))  # type: ignore[misc]
    return trial


def _forged_grant(member: Member) -> Trial:
    """A compartment key of the writer's, boxed for a member: what the member then seals would be open to the writer."""
    trial = Trial(WRITER, "a grant forged for each member")
    public = bytes(MemberKey.objects.get(user=member.user).public_key)
    for grant in Grant.objects.filter(user=member.user):
        with undone():
            Grant.objects.filter(pk=grant.pk).update(sealed_key=crypto.box(public, crypto.random_key()))
            trial.attempt(f"grant:{grant.pk}", lambda: member.vault().compartments)
    return trial


def _public_keys() -> Trial:
    """The writer's public key in the place of a member's: the next grant or draft would be sealed to the writer."""
    trial = Trial(WRITER, "a public key put in the place of each member’s")
    for key in MemberKey.objects.select_related("officer", "user"):
        key.public_key = crypto.public_of(crypto.new_private())
        trial.attempt(str(key.user_id), lambda k=key: signatures.check_member(k, k.user.organisation_id))  # type: ignore[misc]
    return trial


def _inbox_keys() -> Trial:
    """The same with an inbox: what colleagues write there would be sealed to the writer."""
    trial = Trial(WRITER, "a public key put in the place of each inbox’s")
    for compartment in CompartmentKey.objects.filter(retired_at=None).select_related("organisation"):
        sender = compartment.organisation.members.first()
        with undone():
            mine = crypto.public_of(crypto.new_private())
            CompartmentKey.objects.filter(pk=compartment.pk).update(inbox_public=mine)
            trial.attempt(
                str(compartment.pk),
                lambda k=compartment.kind, s=sender: services.send_to_inbox(k, "x", by=s),  # type: ignore[misc]
            )
    return trial
