"""What a trial is, and what it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from havre.vault import sealed
from havre.vault.errors import VaultError
from havre.vault.fields import SealedField
from havre.vault.opened import OpenVault

EXAMPLES = 5


@dataclass
class Trial:
    """One thing a thief tried: how often, and how often it opened. `where` has ids and columns, never a text."""

    thief: str
    tried: str
    attempts: int = 0
    opened: int = 0
    where: list[str] = field(default_factory=list)

    def attempt(self, where: str, act: Callable[[], Any]) -> None:
        """Count one attempt: it opened unless the vault refuses, or it gives None or False."""
        self.attempts += 1
        try:
            got = act()
        except VaultError:
            return
        if got is not None and got is not False:
            self.opened += 1
            if len(self.where) < EXAMPLES:
                self.where.append(where)


@dataclass(frozen=True)
class Member:
    """An account whose passphrase this run knows: the thief may be this person, or have seen them type."""

    user: Any
    passphrase: str = field(repr=False)
    private: bytes = field(repr=False)

    def vault(self) -> OpenVault:
        """Just opened: nothing cached."""
        return OpenVault(type(self.user)._default_manager.get(pk=self.user.pk), self.private)


@dataclass(frozen=True)
class Value:
    """One sealed value."""

    row: Any
    name: str
    column: SealedField

    @property
    def blob(self) -> bytes:
        """As it lies in the database."""
        return bytes(getattr(self.row, self.name))

    @property
    def compartment(self) -> str:
        """Its compartment."""
        return self.column.compartment_of(self.row)

    @property
    def where(self) -> str:
        """In codes."""
        return sealed.where(self.row, self.name)


def values(organisation: Any = None) -> list[Value]:
    """Every sealed value, of one organisation or of all."""
    found = []
    for model in sealed.models():
        rows = sealed.rows_of(model, organisation) if organisation else _all_rows(model)
        found += [Value(row, name, column) for row in rows for name, column in sealed.values_of(row)]
    return found


def _all_rows(model: Any) -> Any:
    return model._default_manager.select_related(*sealed.case_lookups(model)).order_by("pk")


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, in both databases."""
    with transaction.atomic(using="default"), transaction.atomic(using="keystore"):
        yield
        transaction.set_rollback(True, using="default")
        transaction.set_rollback(True, using="keystore")
