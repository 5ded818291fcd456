"""Signing in with the real passphrase derivation (Argon2id, 128 MiB, four passes), beside the derivation alone."""

from __future__ import annotations

import os
from statistics import median

from bench._measure import Goal, alternated, application, load, shown, table

REAL = (4, 128 * 2**20)


def run(repeats: int) -> list[Goal]:
    """The page posted to, the vault unlocked without a page, the derivation alone; and for nobody's name."""
    with application("sqlite"):
        from django.conf import settings
        from django.core.cache import cache
        from django.test import Client

        from havre.accounts.permissions import Role
        from havre.vault import crypto, sessions
        from havre.vault.models import MemberKey
        from tests.vault.house import build

        settings.HAVRE_KDF = REAL
        settings.ALLOWED_HOSTS = ["*"]
        house = build("bench", (Role.RECEPTION,))
        user = house.members[Role.RECEPTION]
        key = MemberKey.objects.get(user=user)
        assert (key.passes, key.memory) == REAL, "the tests' parameters would measure nothing"
        passphrase, salt = house.passphrase(Role.RECEPTION), os.urandom(16)

        def page(login: str) -> int:
            cache.clear()  # the limit on tries is not what is measured
            return Client().post("/sign-in/", {"login": login, "password": passphrase}).status_code

        assert (page(user.username), page("nobody")) == (302, 200)
        rivals = {
            "the derivation alone": lambda: crypto.stretch(
                passphrase, salt, settings.HAVRE_PEPPER, passes=REAL[0], memory=REAL[1]
            ),
            "unlocked, session begun": lambda: sessions.start(user, sessions.unlock(user, passphrase) or b""),
            "the sign-in page": lambda: page(user.username),
            "the sign-in page, a name of nobody": lambda: page("nobody"),
        }
        taken = alternated(rivals, max(repeats, 5) * 2)
        shown(f"\nSigning in, Argon2id {REAL[1] >> 20} MiB, {REAL[0]} passes · {load()}")
        table(taken, beside="the derivation alone")
        alone, whole = median(taken["the derivation alone"]), median(taken["the sign-in page"])
        shown(f"  the page adds {whole - alone:.0f} ms to the {alone:.0f} ms of the derivation")
        return []
