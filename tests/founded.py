"""An organisation founded by its ceremonies once in each process; for the tests after, its rows are put back as they were.

A founding asks the database three hundred times, and more than a thousand tests begin with one. Only what the founding
left is put back: the rows of both databases and the pinned keys of the officers. It is done again for real when anything
came before it, for other arguments, on another day, and by a test that commits.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connections, router

from havre.accounts.models import User
from havre.audit.models import Head
from havre.core import clock
from havre.vault import signatures

Found = TypeVar("Found")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table of one of the databases."""

    alias: str
    name: str
    columns: tuple[str, ...]
    key: str

    def _quoted(self, *names: str) -> list[str]:
        return [connections[self.alias].ops.quote_name(name) for name in names]

    def rows(self) -> dict[Any, Row]:
        """What is in it, by primary key."""
        place = self.columns.index(self.key)
        with connections[self.alias].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(self._quoted(*self.columns))} FROM {self._quoted(self.name)[0]}")
            return {row[place]: row for row in cursor.fetchall()}

    def put(self, new: list[Row], changed: list[Row]) -> None:
        """Insert and change rows."""
        (name, key), columns = self._quoted(self.name, self.key), self._quoted(*self.columns)
        place = self.columns.index(self.key)
        with connections[self.alias].cursor() as cursor:
            if new:
                cursor.executemany(
                    f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", new
                )
            for row in changed:
                cursor.execute(
                    f"UPDATE {name} SET {', '.join(f'{each} = %s' for each in columns)} WHERE {key} = %s",
                    [*row, row[place]],
                )


@dataclass(frozen=True)
class Kept:
    """What one founding left."""

    made: Any
    rows: list[tuple[Table, list[Row], list[Row]]]
    pins: dict[str, set[str]]


_kept: dict[tuple[Any, ...], Kept] = {}


def founded(found: Callable[..., Found], **arguments: Any) -> Found:
    """What `found` makes, by its ceremonies or put back."""
    head = Head.objects.first()
    # Outside a transaction each row would be checked before those it points to are there.
    commits = not all(connection.in_atomic_block for connection in connections.all())
    if commits or (head is None and User.objects.exists()):
        return found(**arguments)
    here = (found.__module__, found.__qualname__, repr(sorted(arguments.items())), clock.today(), head and head.hash)
    if here not in _kept:
        before, pins = {table: table.rows() for table in _tables()}, signatures.pinned()
        made = found(**arguments)
        _kept[here] = Kept(
            deepcopy(made),
            [each for table, former in before.items() if any((each := _difference(table, former))[1:])],
            {id_: keys for id_, keys in signatures.pinned().items() if id_ not in pins},
        )
        return made
    kept = _kept[here]
    for table, new, changed in kept.rows:
        table.put(new, changed)
    there = signatures.pinned()
    for organisation, keys in kept.pins.items():
        signatures.pin(organisation, *(bytes.fromhex(key) for key in keys - there.get(organisation, set())))
    return deepcopy(kept.made)  # type: ignore[no-any-return]


def _difference(table: Table, before: dict[Any, Row]) -> tuple[Table, list[Row], list[Row]]:
    after = table.rows()
    new = [row for key, row in after.items() if key not in before]
    return table, new, [row for key, row in after.items() if key in before and row != before[key]]


def _tables() -> list[Table]:
    found = []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.pk is not None:
            columns = tuple(field.column for field in meta.local_concrete_fields)
            found.append(Table(router.db_for_write(model), meta.db_table, columns, meta.pk.column))
    return found
