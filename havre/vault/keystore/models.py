"""What must disappear for a record to be erased everywhere. Lives in the key store database and nowhere else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a record is erased."""

    ASKED = "asked", _("Asked by the person")
    RETENTION = "retention", _("Kept for as long as the rules say")
    COURT = "court", _("Ordered by a court or an authority")
    MISTAKE = "mistake", _("Recorded by mistake")


class TombstoneFacts(models.Model):
    """What is kept of an erased case, in both databases: each reminds the other when an older backup comes back.

    No foreign key: the people and the case may be younger than the backup.
    """

    case_id = models.UUIDField(unique=True)
    organisation_id = models.UUIDField()
    reason = models.CharField(max_length=12, choices=Reason)
    requested_by_id = models.UUIDField()
    confirmed_by_id = models.UUIDField()
    erased_at = models.DateTimeField()

    class Privacy:
        identifying = {"requested_by_id", "confirmed_by_id"}
        plain = {"id", "case_id", "organisation_id", "reason", "erased_at"}

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_tombstone_by_two", condition=~models.Q(requested_by_id=models.F("confirmed_by_id"))
            )
        ]


class Tombstone(TombstoneFacts):
    """An erased case, where its salts were."""

    def __str__(self) -> str:
        return f"tombstone of {self.case_id}"


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


class DirectorySegment(models.Model):
    """Signatures of names, sealed under the identity compartment's key: what a search goes through (vault/directory.py).

    Here and not beside the rows: whoever has the main database alone has no signature, and these backups are short.
    """

    # Order of writing; `segment` is the name the seal is bound to, known before the row is written.
    id = models.BigAutoField(primary_key=True)
    segment = models.UUIDField(unique=True)
    organisation_id = models.UUIDField(db_index=True)
    compartment_id = models.UUIDField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        sealed = {"sealed"}
        plain = {"id", "segment", "organisation_id", "compartment_id", "revision", "made_at"}

    def __str__(self) -> str:
        return str(self.segment)


class DirectoryPart(models.Model):
    """A large segment laid out for searching: one bit of everybody's signature, or some of its rows (vault/slices.py).

    Made from the segment and gone with it: without its parts a segment is still searched, whole and slower.
    """

    segment = models.ForeignKey(DirectorySegment, models.CASCADE, related_name="parts", db_index=False)
    # The segment's revision that it was made from: of another, it counts for nothing.
    revision = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Privacy:
        sealed = {"sealed"}
        plain = {"id", "segment", "revision", "number"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "revision", "number"], name="directory_part_once"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of {self.segment_id}"
