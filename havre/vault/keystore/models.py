"""What must disappear for a record to be erased everywhere. Lives in the key store database and nowhere else."""

from __future__ import annotations

from django.db import models


class ShredSalt(models.Model):
    """Half of what opens a case. Destroyed here, the case is unreadable in every backup of the main database."""

    case_id = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    salt = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        plain = {"id", "case_id", "version", "salt", "made_at"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_id", "version"], name="shred_salt_once_per_version")]

    def __str__(self) -> str:
        return f"salt of {self.case_id} v{self.version}"
