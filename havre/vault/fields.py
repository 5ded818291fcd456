"""Columns that hold ciphertext. They never open by themselves: only a vault opens them, when asked, on the record."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Compartment(models.TextChoices):
    """Each profession keeps its own secret."""

    IDENTITY = "identity", _("Identity")
    SOCIAL = "social", _("Social")
    PSYCHOLOGY = "psychology", _("Psychology")
    LEGAL = "legal", _("Legal")
    GOVERNANCE = "governance", _("Governance")


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Ciphertext of a text. Comes with `<name>_rev`, counted up at each sealing and bound to the ciphertext.

    `compartment` is a compartment, or `@name` to read it from that column of the same row.
    `max_length` is in characters; `long` pads to 4 KiB (narratives) instead of 64 bytes.
    """

    def __init__(self, compartment: str = "", *, max_length: int = 200, long: bool = False, **kwargs: Any) -> None:
        self.compartment, self.text_length, self.long = compartment, max_length, long
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs["editable"] = False
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return (
            name,
            path,
            args,
            {**kwargs, "compartment": self.compartment, "max_length": self.text_length, "long": self.long},
        )

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        companion = f"{name}_rev"
        if cls.__module__ == "__fake__":
            return  # a model rebuilt by a migration has the companion among its own fields
        if not any(f.name == companion for f in cls._meta.local_fields) and not cls._meta.abstract:
            models.PositiveIntegerField(default=0, editable=False).contribute_to_class(cls, companion)

    def compartment_of(self, row: Any) -> str:
        """The compartment of this field on this row."""
        return str(getattr(row, self.compartment[1:])) if self.compartment.startswith("@") else self.compartment


class SealedRow(models.Model):
    """A row with sealed fields: it says which case its keys belong to."""

    # Where the case stands, as an attribute path: "case_id", "alert.case_id", "person.case_id".
    case_path = "case_id"
    # For a row that is about one record or another, and says which in `sealed_case_id`.
    other_case_paths: tuple[str, ...] = ()
    # Do its bytes lie on the shelf, under its id? They go with the case.
    on_shelf = False

    class Meta:
        abstract = True

    @property
    def sealed_case_id(self) -> Any:
        """The case whose keys seal this row."""
        value: Any = self
        for name in self.case_path.split("."):
            value = getattr(value, name)
        return value

    @property
    def audit_target(self) -> str:
        """How the audit log names this row: a code, never a name."""
        return f"{self._meta.model_name}:{self.pk}"

    @classmethod
    def sealed_fields(cls) -> dict[str, SealedField]:
        """The sealed fields of this model by name."""
        return {f.name: f for f in cls._meta.fields if isinstance(f, SealedField)}
