"""Those who hold a copy: of the disk, of a backup, or of a backup from the time they worked here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from havre.vault import crypto, sessions
from havre.vault.drill.copies import cells, files, keys_in
from havre.vault.drill.trials import Member, Trial, Value, undone, values
from havre.vault.errors import VaultError
from havre.vault.models import CaseGrant, CaseKey, Grant, MemberKey, OfficerKey, VaultSession

DISK, BACKUP, LEAVER = "thief of disk", "thief of backup", "leaver with an old backup"
DERIVED = ("wrap", "inbox", "kek", "session", "officer", "pin", "auth", "server")


def trials(members: list[Member]) -> list[Trial]:
    """The three of them."""
    every = values()
    return [*_disk(every), *_backup(every, members), *_leaver(every, members)]


def _disk(every: list[Value]) -> list[Trial]:
    lying = {settings.HAVRE_PEPPER, settings.SECRET_KEY.encode()[:32], *keys_in(files())}
    lying |= keys_in(cells("default")) | keys_in(cells("keystore"))
    return [_clear(DISK, every), _keys(DISK, "each 32 bytes of both databases and of the files, as a key", lying, every),
            _guesses(), _cookies()]  # fmt: skip


def _backup(every: list[Value], members: list[Member]) -> list[Trial]:
    return [
        _clear(BACKUP, every),
        _keys(BACKUP, "each 32 bytes of the main database, as a key", keys_in(cells("default")), every),
        _keys(BACKUP, "each 32 bytes of the key store, as a key", keys_in(cells("keystore")), every),
        _without_pepper(BACKUP, members),
        _without_salt(BACKUP, "a main backup and every member’s keys, without the key store", members, every),
    ]


def _clear(thief: str, every: list[Value]) -> Trial:
    """Is a value text once its header and padding are taken away? Random bytes of this length never are."""
    trial = Trial(thief, "each sealed value, read as it lies")
    for value in every:
        trial.attempt(value.where, lambda value=value: _is_text(value.blob) or _is_text(value.blob[crypto.HEADER :]))  # type: ignore[misc]
    return trial


def _is_text(blob: bytes) -> bool:
    stripped = blob.rstrip(b"\0").removesuffix(b"\x80")
    try:
        return bool(stripped) and bool(stripped.decode())
    except UnicodeDecodeError:
        return False


def _names(every: list[Value]) -> set[bytes]:
    """The names of the keys that open something: values, case halves, private keys, sessions, signing seeds."""
    blobs = [value.blob for value in every]
    blobs += [bytes(blob) for blob in CaseKey.objects.values_list("wrapped", flat=True)]
    for one, other in MemberKey.objects.values_list("sealed_private", "sealed_private_by_code"):
        blobs += [bytes(one), bytes(other)]
    blobs += [bytes(blob) for blob in OfficerKey.objects.values_list("sealed_signing", flat=True)]
    opened = VaultSession.objects.exclude(sealed_private=None)
    blobs += [bytes(blob or b"") for blob in opened.values_list("sealed_private", flat=True)]
    return {blob[1:9] for blob in blobs}


def _keys(thief: str, tried: str, keys: set[bytes], every: list[Value]) -> Trial:
    """Each key and what follows from it, against the name of the key of each sealed value (8 bytes in its header)."""
    trial, names = Trial(thief, tried), _names(every)
    for key in keys:
        for candidate in (key, *(crypto.mix(key, person) for person in DERIVED)):
            trial.attempt("a key lies in clear", lambda c=candidate: crypto.key_id(c) in names)  # type: ignore[misc]
    return trial


def _guesses() -> Trial:
    """Pepper in hand: each guess costs one Argon2id."""
    trial = Trial(DISK, "the usual passphrases of each member, pepper in hand")
    for user in get_user_model()._default_manager.exclude(member_key=None).order_by("pk"):
        for guess in (user.get_username(), "password", "havre2019"):
            trial.attempt(str(user.pk), lambda u=user, g=guess: sessions.unlock(u, g))  # type: ignore[misc]
    return trial


def _cookies() -> Trial:
    """What the database keeps of a cookie does not open the session."""
    trial = Trial(DISK, "the kept hash of each cookie, as the cookie")
    for session in VaultSession.objects.exclude(sealed_private=None):
        place = crypto.pack(crypto.PROTOCOL, "session", session.pk, session.user_id)
        key = crypto.mix(bytes(session.cookie_hash), "session")
        blob = bytes(session.sealed_private or b"")
        trial.attempt(str(session.pk), lambda k=key, b=blob, p=place: crypto.unseal(k, b, p))  # type: ignore[misc]
    return trial


def _without_pepper(thief: str, members: list[Member]) -> Trial:
    """The right passphrase against a stolen verifier, without the pepper's file."""
    trial = Trial(thief, "the right passphrase of each member, without the pepper")
    for member in members:
        key = MemberKey.objects.get(user=member.user)
        salt, place = bytes(key.salt), sessions.private_place(member.user)
        got = crypto.stretch(member.passphrase, salt, bytes(32), passes=key.passes, memory=key.memory)
        trial.attempt(str(member.user.pk), lambda g=got, k=key: crypto.same(g.verifier, bytes(k.verifier)))  # type: ignore[misc]
        trial.attempt(
            str(member.user.pk),
            lambda g=got, k=key, p=place: crypto.unseal(g.kek, bytes(k.sealed_private), p),  # type: ignore[misc]
        )
    return trial


def _without_salt(thief: str, tried: str, members: list[Member], every: list[Value]) -> Trial:
    """Every case half that the members' keys unwrap, without the salt that was in the key store alone."""
    trial = Trial(thief, tried)
    names = {value.blob[1:9] for value in every}
    for member in members:
        vault = member.vault()
        try:
            held = vault.compartments
        except VaultError:
            continue
        rows = CaseKey.objects.filter(case__organisation_id=member.user.organisation_id, kind__in=held)
        for row in rows:
            for salt in (b"", bytes(32), row.case_id.bytes * 2):
                where = f"case:{row.case_id}"
                trial.attempt(where, lambda v=vault, r=row, s=salt: crypto.key_id(v.cases.dek(r, s)) in names)  # type: ignore[misc]
    return trial


def _leaver(every: list[Value], members: list[Member]) -> list[Trial]:
    leavers = [member for member in members if Grant.objects.filter(user=member.user).exists()]
    old = _without_salt(LEAVER, "an old main backup and the keys they had then, without the key store", leavers, every)
    return [old, _without_pepper(LEAVER, leavers), *(_gone(leavers))]


def _gone(leavers: list[Member]) -> list[Trial]:
    """Their own keys on the running system, once their grants and sessions are gone."""
    keys = Trial(LEAVER, "their own private key, after their grants were withdrawn")
    cookies = Trial(LEAVER, "the cookie of an old session, after they left")
    with undone():
        kept: list[tuple[Any, str]] = [(m, sessions.start(m.user, m.private)) for m in leavers]
        for member in leavers:
            Grant.objects.filter(user=member.user).delete()
            CaseGrant.objects.filter(user=member.user).delete()
            sessions.end_all(member.user)
        for member, cookie in kept:
            vault = member.vault()
            for value in values(member.user.organisation_id):
                keys.attempt(value.where, lambda v=vault, x=value: v.open(x.row, x.name))  # type: ignore[misc]
            cookies.attempt(str(member.user.pk), lambda m=member, c=cookie: sessions.resume(m.user, c))  # type: ignore[misc]
    return [keys, cookies]
