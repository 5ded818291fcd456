"""Passphrases are stretched a few at a time: each takes 128 MiB while it lasts, and twenty people come in at nine o'clock.

The others wait their turn, for a second or two; nobody is refused, and the memory of the server stays bounded.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from django.conf import settings

from havre.vault import crypto

_turn = BoundedSemaphore(settings.HAVRE_KDF_AT_ONCE)


def stretch(passphrase: str, salt: bytes, *, passes: int, memory: int) -> crypto.Stretched:
    """`crypto.stretch` with the installation's pepper, when its turn comes. The only way to it, but for the drill."""
    with _turn:
        return crypto.stretch(passphrase, salt, settings.HAVRE_PEPPER, passes=passes, memory=memory)
