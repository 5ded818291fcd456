"""Addresses of the pages of a file, and who they are for."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from havre.casefiles.models import File

TEAM = ("reception", "social_worker", "lawyer", "psychologist", "coordinator")
NOT_TEAM = ("data_officer", "administrator", "volunteer")
EDITORS = ("social_worker", "lawyer", "psychologist", "coordinator")
READ = ["file", "file-exploitation", "file-person", "file-notes", "file-documents", "file-tasks", "file-access"]
WRITE = [
    "person-edit", "arrival-edit", "dependant-add", "exploitation-add", "exploiter-add", "period-open", "contact", "note",
]  # fmt: skip
# What someone who is not in charge says as they open something.
WHY = {"reason": "checks_record"}
PARTS = ["name", "story", "identity", "dependants", "situations", "exploiters", "tasks"]


def url(name: str, file: File, *more: Any) -> str:
    """The address of a page of a file."""
    return reverse(f"casefiles:{name}", args=[file.person.code, *more])


def text(answer: Any) -> str:
    """The page."""
    return answer.content.decode()
