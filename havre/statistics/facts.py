"""The fact tables: which coded columns of which models leave the operational database, and how figures read them.

A column enters a table because its model declares it plain (`class Privacy`); nothing else can. Keys become keyed
hashes of the snapshot, instants become local days, free text and who did what on the screen stay behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from havre.core.fields import CodeField

#: What counts as a plain fact but serves the screens only. A revision moves when a name is corrected: it must not leave.
LEFT_BEHIND = {"revision", "made_at", "year"}


@dataclass(frozen=True)
class Column:
    """One column of a fact table: the path it is read from, and what becomes of the value.

    `key_of` names the fact table a key points to; `local_day` turns an instant into the day in the organisation's
    time zone.
    """

    name: str
    path: str
    type: pa.DataType
    key_of: str = ""
    local_day: bool = False
    codelist: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactTable:
    """One file of a snapshot. `owner` is the path to the organisation; `joined` adds columns of related models."""

    name: str
    model_label: str
    owner: str
    joined: Mapping[str, str] = field(default_factory=dict)

    @property
    def model(self) -> type[models.Model]:
        """The model it is read from."""
        return apps.get_model(self.model_label)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in the order of the model. Raises `ImproperlyConfigured` if one is not declared plain."""
        own = [f for f in self.model._meta.get_fields() if isinstance(f, models.Field) and f.name in plain(self.model)]
        found = [column for f in own if (column := _column(f.name, f.name, f, self.name)) is not None]
        for name, path in self.joined.items():
            column = _column(name, path, _plain_field(self.model, path), self.name)
            if column is None:
                raise ImproperlyConfigured(f"{self.model_label}: {path} cannot be a fact.")
            found.append(column)
        return tuple(found)

    @property
    def person_path(self) -> str:
        """The path to the person a row is about; "" for a row about none."""
        path = self.owner.removesuffix("__organisation")
        return "pk" if self.name == "person" else path if path.endswith("person") else ""

    @property
    def schema(self) -> pa.Schema:
        """Its columns as Arrow types."""
        return pa.schema([(column.name, column.type) for column in self.columns])


TABLES: dict[str, FactTable] = {
    table.name: table
    for table in (
        FactTable("organisation", "accounts.Organisation", "pk"),
        FactTable("alert", "intake.Alert", "organisation"),
        FactTable("ask", "intake.AlertAsk", "alert__organisation"),
        FactTable("study", "intake.Assessment", "alert__organisation"),
        FactTable("interview", "intake.Interview", "alert__organisation"),
        FactTable("decision", "intake.Decision", "alert__organisation"),
        FactTable("redirection", "intake.Redirection", "alert__organisation"),
        FactTable(
            "person", "casefiles.Person", "organisation",
            {"opened_on": "file__opened_on", "last_contact_on": "file__last_contact_on", "alert": "file__alert"},
        ),
        FactTable("nationality", "casefiles.Nationality", "person__organisation"),
        FactTable("language", "casefiles.Language", "person__organisation"),
        FactTable("dependant", "casefiles.Dependant", "person__organisation"),
        FactTable("period", "casefiles.Period", "file__person__organisation", {"person": "file__person"}),
        FactTable("arrival", "casefiles.Arrival", "person__organisation"),
        FactTable("exploitation", "casefiles.Exploitation", "person__organisation"),
        FactTable("abuse", "casefiles.ExploitationAbuse", "exploitation__person__organisation"),
        FactTable("sector", "casefiles.ExploitationSector", "exploitation__person__organisation"),
        FactTable("control", "casefiles.ExploitationControl", "exploitation__person__organisation"),
    )
}  # fmt: skip


def plain(model: type[models.Model]) -> set[str]:
    """The fields a model declares plain, those of its bases included."""
    return {name for c in model.__mro__ if "Privacy" in vars(c) for name in getattr(vars(c)["Privacy"], "plain", ())}


def _plain_field(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The field at the end of a path. Raises `ImproperlyConfigured` unless it is plain in its own model."""
    *steps, last = path.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        if related is None or isinstance(related, str):
            raise ImproperlyConfigured(f"{path} leads nowhere.")
        model = related
    found = model._meta.get_field(last)
    if not isinstance(found, models.Field) or last not in plain(model):
        raise ImproperlyConfigured(f"{model._meta.label}.{last} is not declared plain: it never enters a snapshot.")
    return found


def _column(name: str, path: str, found: models.Field[Any, Any], table: str) -> Column | None:
    """The column of a plain field, or None for what stays behind."""
    if name in LEFT_BEHIND:
        return None
    related = found.related_model
    if related is not None:
        # A key is useful only to join another fact table; members, partners and vault cases are not facts.
        target = getattr(getattr(related, "_meta", None), "label", "")
        to = next((t.name for t in TABLES.values() if t.model_label == target and t.name != "organisation"), "")
        single = found.many_to_one or found.one_to_one
        return Column(name, path, pa.int64(), key_of=to) if to and single else None
    if found.primary_key:
        return Column("id", path, pa.int64(), key_of=table) if isinstance(found, models.UUIDField) else None
    if isinstance(found, CodeField):
        return Column(name, path, pa.string(), codelist=found.codelist)
    if isinstance(found, models.CharField):
        choices = tuple(str(code) for code, _label in found.flatchoices)
        return Column(name, path, pa.string(), choices=choices) if choices else None
    if isinstance(found, models.DateTimeField):
        return Column(name.removesuffix("_at") + "_on", path, pa.date32(), local_day=True)
    if isinstance(found, models.DateField):
        return Column(name, path, pa.date32())
    if isinstance(found, models.BooleanField):
        return Column(name, path, pa.bool_())
    if isinstance(found, models.IntegerField):
        return Column(name, path, pa.int64())
    return None


class Facts:
    """The fact tables of one snapshot, open in an engine. One object serves one computation, in one thread."""

    def __init__(self, engine: Any, tables: Mapping[str, Any], years: Iterable[int]) -> None:
        self.engine = engine
        years = sorted(years)
        engine.create_table("years", ibis.memtable({"year": list(years)}, schema={"year": "int64"}), temp=True)
        #: The years asked for, a row each: every population carries the year it is counted in.
        self.years: Any = engine.table("years")
        self._tables = dict(tables)
        self._kept: dict[str, Any] = {}
        #: The statements that made the tables kept so far, in order.
        self.made: dict[str, str] = {}

    def __getitem__(self, name: str) -> Any:
        """A fact table as an Ibis expression."""
        return self._tables[name]

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """The table of this name: made the first time, kept by the engine for the rest of the run."""
        if name not in self._kept:
            self.keep(name, str(self.engine.compile(make())))
            self._kept[name] = self.engine.table(name)
        return self._kept[name]

    def keep(self, name: str, sql: str) -> None:
        """Have the engine make a table of the run by a statement, unless it has it."""
        if name not in self.made:
            self.engine.raw_sql(f'CREATE TEMPORARY TABLE "{name}" AS {sql}')
            self.made[name] = sql

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement gives."""
        return list(self.engine.raw_sql(sql).fetchall())

    def close(self) -> None:
        """Let the engine go."""
        self.engine.disconnect()

    @classmethod
    def of_folder(cls, folder: Path, years: Iterable[int]) -> Facts:
        """The facts of a snapshot's folder, read by DuckDB straight from the Parquet files."""
        engine = _duckdb()
        tables = {n: engine.read_parquet(folder / f"{n}.parquet", table_name=f"fact_{n}") for n in TABLES}
        return cls(engine, tables, years)

    @classmethod
    def of_rows(cls, rows: Mapping[str, list[dict[str, Any]]], years: Iterable[int]) -> Facts:
        """The facts of lists of rows, for tests: missing tables are empty, missing columns too."""
        engine = _duckdb()
        tables = {}
        for name, table in TABLES.items():
            arrow = pa.Table.from_pylist(rows.get(name, []), schema=table.schema)
            engine.con.register(f"fact_{name}", arrow)
            tables[name] = engine.table(f"fact_{name}")
        return cls(engine, tables, years)


def _duckdb() -> Any:
    """An engine in memory that fetches nothing from anywhere."""
    return ibis.duckdb.connect(
        threads=2,
        temp_directory=str(Path(settings.DATA) / "snapshots"),
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
