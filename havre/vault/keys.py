"""The life of a member's own key: passphrase changed or lost, printed code renewed and checked, a new key pair."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from havre.audit.services import record
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import ceremonies, crypto, rotation, sessions, sharing
from havre.vault.errors import Tampered
from havre.vault.models import MemberKey
from havre.vault.opened import OpenVault
from havre.vault.printed import Printed, code_key, personal_code
from havre.vault.stretching import stretch

LEAST, WORDS, LONGEST = 14, 4, 200
# For an unknown name: the same work, on a value nobody can open.
_NOBODY = bytes(crypto.HEADER + crypto.SHORT + 16)


def check_strength(passphrase: str, *, field: str = "passphrase") -> None:
    """Refuse a passphrase that is soon guessed: under 14 characters and under four different words.

    No rule on capitals, digits or signs: they make phrases that are forgotten, not phrases that hold.
    Raises `RuleBroken`, which never repeats what was typed.
    """
    words = {word.lower() for word in passphrase.split() if len(word) > 1}
    long_enough = len(passphrase.strip()) >= LEAST or len(words) >= WORDS
    if not long_enough or len(set(passphrase)) < 6:
        raise RuleBroken(_("Too easy to guess: at least four different words, or 14 characters."), field=field)
    if len(passphrase) > LONGEST:
        raise RuleBroken(_("%(count)s characters at most.") % {"count": LONGEST}, field=field)


def _reseal(key: MemberKey, private: bytes, passphrase: str) -> None:
    passes, memory = settings.HAVRE_KDF
    key.salt, key.passes, key.memory = secrets.token_bytes(16), passes, memory
    stretched = stretch(passphrase, bytes(key.salt), passes=passes, memory=memory)
    key.verifier = stretched.verifier
    key.sealed_private = crypto.seal(stretched.kek, private, sessions.private_place(key.user))


def _renew_code(key: MemberKey, private: bytes) -> str:
    code = personal_code()
    key.code_salt, key.code_checked_at = secrets.token_bytes(16), None
    key.sealed_private_by_code = crypto.seal(code_key(key.code_salt, code), private, sessions.private_place(key.user))
    return code


def _by_code(key: MemberKey | None, code: str) -> bytes | None:
    """The private key a printed code opens. The same work whether there is a key or not."""
    salt, sealed = (bytes(key.code_salt), bytes(key.sealed_private_by_code)) if key else (_NOBODY[:16], _NOBODY)
    opener = code_key(salt, code)
    try:
        return crypto.unseal(opener, sealed, sessions.private_place(key.user if key else _Nobody))
    except Tampered:
        return None


class _Nobody:
    pk = ""


@transaction.atomic
def change_passphrase(present: str, new: str, *, by: Any) -> bytes:
    """Seal one's private key with a new passphrase; every browser is closed. The printed code stays good.

    Returns the private key, for the session to begin again. Raises `RuleBroken` when the present one is wrong.
    """
    check_strength(new, field="new")
    private = sessions.unlock(by, present)
    if private is None:
        raise RuleBroken(_("This passphrase does not open. Try again."), field="present")
    key = MemberKey.objects.select_for_update().get(user=by)
    _reseal(key, private, new)
    key.save(update_fields=["salt", "passes", "memory", "verifier", "sealed_private"])
    sessions.end_all(by)
    record("vault.passphrase.changed", by=by, target=by.username)
    return private


@transaction.atomic
def recover(user: Any, code: str, new: str, *, by: Any = None) -> str | None:
    """A lost passphrase: the printed code opens the private key, sealed again with a new passphrase.

    Every browser is closed and the code, once used, is replaced: returns the new one. None when the code does not
    open or nobody bears that name (`user` None), told alike. The author is the owner of the code.
    """
    check_strength(new, field="new")
    key = MemberKey.objects.select_for_update().select_related("user").filter(user=user).first() if user else None
    private = _by_code(key, code)
    if key is None or private is None:
        record("vault.passphrase.recovery_failed", by=by)
        return None
    _reseal(key, private, new)
    fresh = _renew_code(key, private)
    key.save()
    sessions.end_all(user)
    record("vault.passphrase.recovered", by=user, target=user.username)
    return fresh


@transaction.atomic
def new_code(passphrase: str, *, by: Any) -> str:
    """A new printed code; the former opens nothing any more. Raises `RuleBroken` on a wrong passphrase."""
    private = sessions.unlock(by, passphrase)
    if private is None:
        raise RuleBroken(_("This passphrase does not open. Try again."), field="passphrase")
    key = MemberKey.objects.select_for_update().select_related("user").get(user=by)
    code = _renew_code(key, private)
    key.save(update_fields=["code_salt", "sealed_private_by_code", "code_checked_at"])
    record("vault.code.renewed", by=by, target=by.username)
    return code


@transaction.atomic
def check_code(code: str, *, by: OpenVault) -> None:
    """The member typed their printed code back: it opens their key. Raises `RuleBroken` when it does not."""
    key = MemberKey.objects.select_related("user").get(user=by.user)
    if _by_code(key, code) is None:
        raise RuleBroken(
            _("This is not your present printed code. Compare each group with the paper."), field="printed_code"
        )
    MemberKey.objects.filter(pk=key.pk).update(code_checked_at=clock.now())
    record("vault.code.checked", by=by.user, target=by.user.username)


@transaction.atomic
def new_pair(user: Any, passphrase: str, *, by: OpenVault, accept_loss: bool = False) -> tuple[str, list[Printed]]:
    """Passphrase and printed code both lost: beside an officer, a member types a new passphrase, and has a new key.

    Grants, sessions and drafts of the former key are dropped; a colleague of each compartment grants again, or a
    paper does. A compartment that nobody else holds and no paper opens is lost: only with `accept_loss` it begins
    again, empty, with a paper. Returns the printed code and those papers. Raises `RuleBroken`.
    """
    seed = by.signing_seed()
    check_strength(passphrase, field="new")
    user = type(user).objects.select_for_update().get(pk=user.pk, organisation_id=by.user.organisation_id)
    if user.pk == by.user.pk:
        raise RuleBroken(_("Another officer has to do this."))
    if not user.is_active:
        raise RuleBroken(_("This member has left."))
    if hasattr(user, "officer_key"):
        raise RuleBroken(_("They are an officer: their signing key is lost too. Withdraw it first."))
    lost = rotation.lost_with(user)
    if lost and not accept_loss:
        raise RuleBroken(
            _("They are the only one to hold a compartment, and no paper opens it. Look for the paper first."),
            field="accept_loss",
        )
    closed = list(rotation.held_by(user).filter(kind__in=lost))
    sharing.end_all(user, by=by.user, accept_loss=accept_loss)
    code = ceremonies.enrol_again(user, passphrase, officer=by)
    sessions.end_all(user)
    return code, [rotation.begin_again(former, user, seed, by=by) for former in closed]
