"""Sealing and opening, one field and a page of 50 names: ours, the same bytes through other ciphers, and in clear.

Ours seals under a case's key, bound to its place, padded. The others do less: AES-GCM and Fernet (of `cryptography`, which
comes with the second factor) have the same key for nobody's case in particular, and Fernet is bound to no place.
"""

from __future__ import annotations

import base64
import os
from statistics import median
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench._invented import people
from bench._measure import Goal, alternated, application, load, shown, table

PAGE = 50
TURNS = 40  # of each repeat


def run(repeats: int) -> list[Goal]:
    """Both, on SQLite: the cryptography does not see the database."""
    with application("sqlite"):
        from havre.accounts.permissions import Role
        from tests.vault.house import build, person

        house = build("bench", (Role.RECEPTION,))
        vault = house.vault(Role.COORDINATOR)
        names = [one.name for one in people(PAGE)]
        rows = [person(house, vault, names=name) for name in names]
        _field(vault, rows[0], names[0], repeats)
        return [_page(house, rows, names, repeats)]


def _field(vault: Any, row: Any, name: str, repeats: int) -> None:
    text, place, key = name.encode(), b"place of the value", os.urandom(32)
    gcm, fernet = AESGCM(key), Fernet(base64.urlsafe_b64encode(key))
    one, other = _gcm_seal(gcm, text, place), fernet.encrypt(text)
    shown(f"\nOne field, a name of {len(text)} bytes · {load()} · {repeats} × {TURNS} turns; case key in memory")
    seal = {
        "sealed: OpenVault.seal": lambda: vault.seal(row, names=name),
        "AES-GCM": lambda: _gcm_seal(gcm, text, place),
        "Fernet": lambda: fernet.encrypt(text),
        "in clear": name.encode,
    }
    taken = alternated(seal, repeats * TURNS)
    shown(" sealing")
    table(_micro(taken), beside="AES-GCM", unit="µs")
    vault.seal(row, names=name)
    opened = {
        "sealed: OpenVault.open": lambda: vault.open(row, "names"),
        "AES-GCM": lambda: gcm.decrypt(one[:12], one[12:], place).decode(),
        "Fernet": lambda: fernet.decrypt(other).decode(),
        "in clear": text.decode,
    }
    shown(" opening")
    table(_micro(alternated(opened, repeats * TURNS)), beside="AES-GCM", unit="µs")


def _gcm_seal(gcm: AESGCM, text: bytes, place: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + gcm.encrypt(nonce, text, place)


def _micro(taken: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [time * 1000 for time in times] for name, times in taken.items()}


def _page(house: Any, rows: list[Any], names: list[str], repeats: int) -> Goal:
    """50 people: each case half unwrapped, each key derived, each name opened. Then the page with its queries."""
    from havre.accounts.permissions import Role
    from havre.casefiles.models import Person
    from havre.vault.casekeys import Versions
    from havre.vault.keystore.models import ShredSalt
    from havre.vault.models import CaseKey
    from havre.vault.opened import OpenVault

    member = house.vault(Role.COORDINATOR)
    rows = list(Person.objects.filter(pk__in=[row.pk for row in rows]).order_by("number"))
    halves = {half.case_id: half for half in CaseKey.objects.filter(kind="identity")}
    salts = {salt.case_id: bytes(salt.salt) for salt in ShredSalt.objects.all()}
    member.compartments  # noqa: B018 - the compartment's key is opened here, once a request

    def cryptography() -> list[str]:
        for row in rows:
            key = member.cases.dek(halves[row.case_id], salts[row.case_id])
            member.cases._kept[row.case_id, "identity"] = Versions(case_version=1, keys={1: key})
        return [member.open(row, "names") for row in rows]

    def whole() -> list[str]:
        vault = OpenVault(member.user, member._private)
        some = list(Person.objects.filter(organisation_id=house.organisation.pk).order_by("number")[:PAGE])
        vault.load([row.case_id for row in some], "identity")
        return [vault.open(row, "names") for row in some]

    def clear() -> list[str]:
        return [row.code for row in Person.objects.filter(organisation_id=house.organisation.pk).order_by("number")]

    place, wrap = b"place of the value", AESGCM(os.urandom(32))
    keys = [os.urandom(32) for _ in names]
    wrapped = [_gcm_seal(wrap, key, place) for key in keys]
    texts = [_gcm_seal(AESGCM(key), name.encode(), place) for key, name in zip(keys, names, strict=True)]
    fernets = [
        Fernet(base64.urlsafe_b64encode(key)).encrypt(name.encode()) for key, name in zip(keys, names, strict=True)
    ]

    def gcm() -> list[str]:
        halves = [wrap.decrypt(half[:12], half[12:], place) for half in wrapped]
        return [AESGCM(k).decrypt(t[:12], t[12:], place).decode() for k, t in zip(halves, texts, strict=True)]

    def fernet() -> list[str]:
        halves = [wrap.decrypt(half[:12], half[12:], place) for half in wrapped]
        opened = zip(halves, fernets, strict=True)
        return [Fernet(base64.urlsafe_b64encode(key)).decrypt(text).decode() for key, text in opened]

    assert cryptography() == whole() == gcm() == fernet() == names
    encoded = [name.encode() for name in names]
    rivals = {
        "sealed: cryptography of the page": cryptography,
        "AES-GCM, a key each": gcm,
        "Fernet, a key each": fernet,
        "in clear: bytes to text": lambda: [text.decode() for text in encoded],
        "sealed: the page, SQLite and keys included": whole,
        "in clear: the same rows read from SQLite": clear,
    }
    taken = alternated(rivals, repeats * 10)
    shown(f" a page of {PAGE} names, {repeats} × 10 turns · {load()}")
    table(taken, beside="AES-GCM, a key each")
    ours = median(taken["sealed: cryptography of the page"])
    return Goal(f"cryptography of a page of {PAGE} names", "< 5 ms", f"{ours:.2f} ms", ours < 5)
