"""Every sealed value of the installation, whatever the app: for what checks, tries and erases them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from havre.vault.fields import SealedField, SealedRow


def models() -> list[type[SealedRow]]:
    """The models with sealed columns, in the order of their tables' names."""
    found = [m for m in apps.get_models() if issubclass(m, SealedRow) and m.sealed_fields()]
    return sorted(found, key=lambda model: model._meta.db_table)


def case_lookups(model: type[SealedRow]) -> list[str]:
    """The paths of the case in a query: `alert__case`. Several for a row about one record or another."""
    return [path.removesuffix("_id").replace(".", "__") for path in (model.case_path, *model.other_case_paths)]


def rows_of(model: type[SealedRow], organisation: Any) -> QuerySet[Any]:
    """The rows of one organisation, with what leads to their case."""
    mine = Q()
    for path in case_lookups(model):
        mine |= Q(**{f"{path}__organisation_id": organisation})
    return model._default_manager.filter(mine).select_related(*case_lookups(model)).order_by("pk")


def values_of(row: SealedRow) -> Iterator[tuple[str, SealedField]]:
    """The sealed columns of a row that hold something."""
    for name, field in row.sealed_fields().items():
        if getattr(row, name) is not None:
            yield name, field


def where(row: SealedRow, name: str) -> str:
    """Where a value stands, in codes: `table.column:row`."""
    return f"{row._meta.db_table}.{name}:{row.pk}"
