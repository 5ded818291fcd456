"""What the vault says when it does not open. No message carries what was sealed."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from havre.core.errors import Refusal


class VaultError(Exception):
    """Something is wrong with a key or a sealed value."""


class Tampered(VaultError):
    """A sealed value does not open with its key, in its place: it was changed, moved or cut. Never shown as empty."""


class Unsigned(VaultError):
    """A public key without a valid signature of a pinned officer: nothing is sealed to it."""


class Shredded(VaultError, Refusal):
    """The salt of this case is gone: it was erased. A page that asks anyway says so."""

    status = 410

    def __init__(self, detail: str = "") -> None:
        Exception.__init__(self, detail)
        self.message = _("This record was erased: nothing of it opens any more, for anybody.")


class NotGranted(VaultError, PermissionDenied):
    """This person does not hold the compartment. A page that asks anyway is refused, without more."""


class VaultLocked(Refusal):
    """The session is locked: the passphrase opens it again."""

    status = 423

    def __init__(self) -> None:
        super().__init__(_("Your session is locked. Type your passphrase to go on; what you typed is kept."))
