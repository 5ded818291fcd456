"""Documents: sealed with their own key, checked by their first bytes, told each time they are added, read or taken out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.audit.services import record
from havre.casefiles.models import Document, File
from havre.casefiles.services.shared import allowed, for_anyone_who_reads, locked
from havre.core import clock, grids
from havre.core.errors import RuleBroken
from havre.vault import shelf
from havre.vault.fields import Compartment
from havre.vault.opened import OpenVault
from havre.vault.uploads import SealedUpload

DESCRIPTION_LENGTH = 1000


@transaction.atomic
def add_document(
    file: File,
    upload: SealedUpload,
    *,
    compartment: str,
    category: str,
    by: User,
    vault: OpenVault,
    description: str = "",
    element: str = "",
) -> Document:
    """Add a document to a file, for the holders of one compartment. Raises `RuleBroken` for a kind, size or
    compartment that is not taken. `element`: a question of the identification grid that it helps to answer."""
    allowed(by, P.FILE_EDIT, file.person.organisation_id)
    if compartment not in Compartment.values or not vault.can_open(compartment, file.person.case_id):
        raise RuleBroken(_("Choose a unit that you belong to: you could not open this again."), field="compartment")
    if element and element not in grids.latest().by_code:
        raise RuleBroken(_("There is no such question in the grid."), field="element")
    locked(file)  # numbers are given one at a time
    last: int | None = Document.objects.filter(file=file).order_by("-number").values_list("number", flat=True).first()
    document = Document(file=file, number=(last or 0) + 1, compartment=compartment, category=category, element=element)
    return _keep(document, upload, description, "casefiles.document.added", by=by, vault=vault)


@transaction.atomic
def add_version(
    before: Document, upload: SealedUpload, *, by: User, vault: OpenVault, description: str = ""
) -> Document:
    """A new version of a document: same number, compartment and category; the one before stays. Raises `RuleBroken`."""
    before = locked(before)
    file = before.file
    allowed(by, P.FILE_EDIT, file.person.organisation_id)
    if before.withdrawn_at is not None:
        raise RuleBroken(_("This document was taken out of the file."))
    if Document.objects.filter(replaces=before).exists():
        raise RuleBroken(_("Someone added a version meanwhile. Look at it, then add yours to it."))
    document = Document(
        file=file, number=before.number, version=before.version + 1, replaces=before, compartment=before.compartment,
        category=before.category, element=before.element,
    )  # fmt: skip
    return _keep(document, upload, description, "casefiles.document.version_added", by=by, vault=vault)


@transaction.atomic
def withdraw_document(document: Document, *, by: User, vault: OpenVault) -> Document:
    """Take one version out of the file: it no longer opens, its line stays. Its bytes go with the file's erasure.

    Doing it twice changes nothing. Raises `PermissionDenied`.
    """
    fresh = locked(document)
    allowed(by, P.FILE_EDIT, fresh.file.person.organisation_id)
    if not vault.can_open(fresh.compartment, fresh.sealed_case_id):
        raise PermissionDenied("The document is sealed for another profession.")
    if fresh.withdrawn_at is None:
        fresh.withdrawn_at, fresh.withdrawn_by = clock.now(), by
        fresh.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record("casefiles.document.withdrawn", by=by, target=fresh.audit_target, **_which(fresh))
    return fresh


def read_document(
    document: Document, *, by: User, vault: OpenVault, why: str = ""
) -> tuple[dict[str, Any], Iterator[bytes]]:
    """What a document is (`name`, `type`, `size`, `description`), and its bytes, chunk by chunk; told before either.

    The vault says who opens it: by compartment, or because this one file was given.

    Raises `RuleBroken` when it was taken out or is harmful, `NotGranted`, `Shredded`, `Tampered` (now, or in the
    middle: what came before is then not the document).
    """
    for_anyone_who_reads(by, document.file.person.organisation_id)
    if not document.can_be_read:
        raise RuleBroken(_("This document was taken out of the file, or is harmful: it does not open."))
    details = described(vault.open(document, "details"))
    sealed = shelf.get(document.file.person.organisation_id, document.pk)
    chunks = vault.open_stream(document, document.compartment, sealed)
    record(
        "casefiles.document.read", by=by, target=document.audit_target, compartment=document.compartment, why=why,
        **_which(document),
    )  # fmt: skip
    return details, chunks


def described(text: str) -> dict[str, Any]:
    """The sealed details of a document, once opened."""
    details: dict[str, Any] = json.loads(text)
    return details


def check_upload(upload: SealedUpload) -> None:
    """Refuse, in words, what is empty, too large or of a kind that is not taken. Raises `RuleBroken`."""
    if upload.too_large:
        most = filesizeformat(settings.HAVRE_DOCUMENT_BYTES)
        raise RuleBroken(_("This file is too large: %(size)s at most.") % {"size": most}, field="upload")
    if not upload.size:
        raise RuleBroken(_("This file is empty."), field="upload")
    if upload.kind is None:
        message = _(
            "This kind of file is not taken. Send a PDF, an image (PNG, JPEG, WebP, HEIC), a text (Word, OpenDocument, plain), a sound (MP3, M4A, Ogg) or a film (MP4)."
        )
        raise RuleBroken(message, field="upload")


def _keep(
    document: Document, upload: SealedUpload, description: str, kind: str, *, by: User, vault: OpenVault
) -> Document:
    check_upload(upload)
    if upload.kind is None:
        raise ValueError("An upload that was checked has a kind.")
    if len(description) > DESCRIPTION_LENGTH:
        raise RuleBroken(_("%(count)s characters at most.") % {"count": DESCRIPTION_LENGTH}, field="description")
    document.scan, document.at, document.by = upload.scan, clock.now(), by
    details = {"name": upload.name, "type": upload.kind.media, "size": upload.size, "description": description.strip()}
    vault.seal(document, details=json.dumps(details, ensure_ascii=False, sort_keys=True))
    document.save(force_insert=True)
    record(kind, by=by, target=document.audit_target, compartment=document.compartment, **_which(document))
    # Last: when anything above fails, no file was written; when this fails, nothing above is kept.
    organisation_id = document.file.person.organisation_id
    shelf.put(organisation_id, document.pk, vault.seal_stream(document, document.compartment, upload.chunks()))
    return document


def _which(document: Document) -> dict[str, Any]:
    return {"document": document.number, "version": document.version, "scan": document.scan}
