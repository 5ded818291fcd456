"""Archiving, and bringing back: by hand, or because the person is there again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import check
from havre.casefiles import due
from havre.casefiles.models import File
from havre.casefiles.services.erasing import refuse_if_worked_on
from havre.casefiles.services.shared import allowed
from havre.core.errors import RuleBroken
from havre.vault import archive
from havre.vault.models import Archive


@transaction.atomic
def archive_files(codes: Iterable[str], *, by: User) -> int:
    """Put closed files in the archive, each with the alerts and exploiters that are kept only for it. How many files.

    Held ones are left. Raises `RuleBroken` for a file still followed, or when nothing could be archived.
    """
    check(by, P.RETENTION_MANAGE)
    found = due.together(by.organisation_id, codes)
    refuse_if_worked_on(found)
    before = archive.among(file.person.case_id for file in found.files)
    archive.archive(found.codes, by=by)
    after = archive.among(file.person.case_id for file in found.files)
    if not after - before:
        raise RuleBroken(_("Nothing was archived: choose closed files that no legal hold keeps."))
    return len(after - before)


@transaction.atomic
def bring_file_back(file: File, why: str, *, by: User) -> None:
    """Take a file out of the archive, with what went there with it. Raises `RuleBroken`."""
    allowed(by, P.FILE_ARCHIVE_VIEW, file.person.organisation_id)
    _bring_back(file, why, by=by)


@transaction.atomic
def came_back(file: File, *, by: User) -> None:
    """There is contact again: a file in the archive comes out of it. Nothing happens to another."""
    if archive.is_archived(file.person.case_id):
        _bring_back(file, Archive.Why.CONTACT, by=by)


def _bring_back(file: File, why: str, *, by: User) -> None:
    archive.bring_back(file.person.case_id, file.person.code, why, by=by)
    codes = due.together(file.person.organisation_id, [file.person.code]).codes
    for case_id in sorted(archive.among(codes)):
        archive.bring_back(case_id, codes[case_id], why, by=by)
