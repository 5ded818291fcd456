"""Sign-in: the passphrase opens the private key, or nothing does. One Argon2id, known user or not."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from havre.accounts.models import User
from havre.vault import sessions


class PassphraseBackend(BaseBackend):
    """Checks the passphrase by opening the vault with it; the open vault goes to the browser's own cookie."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user, with a vault session begun on the request; None for a wrong name or passphrase alike."""
        user = User.objects.filter(username=(username or "").strip().lower(), is_active=True).first()
        private = sessions.unlock(user, password or "")
        if user is None or private is None:
            return None
        if request is not None:
            # The second factor may still be asked: the cookie alone opens nothing without the signed-in session.
            request.vault_cookie = sessions.start(user, private)  # type: ignore[attr-defined]
        return user

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, unless they left."""
        return User.objects.select_related("organisation").filter(pk=user_id, is_active=True).first()
