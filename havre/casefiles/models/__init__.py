"""The models of the app, a file each subject."""

from havre.casefiles.models.document import Document
from havre.casefiles.models.exploitation import (
    Exploitation,
    ExploitationAbuse,
    ExploitationControl,
    ExploitationSector,
    Exploiter,
    ExploiterLink,
)
from havre.casefiles.models.file import File, FileContact, Note, Period, Task
from havre.casefiles.models.person import Arrival, Dependant, Language, Nationality, Person
from havre.casefiles.models.resemblance import Kind, Resemblance

__all__ = [
    "Arrival",
    "Dependant",
    "Document",
    "Exploitation",
    "ExploitationAbuse",
    "ExploitationControl",
    "ExploitationSector",
    "Exploiter",
    "ExploiterLink",
    "File",
    "FileContact",
    "Kind",
    "Language",
    "Nationality",
    "Note",
    "Period",
    "Person",
    "Resemblance",
    "Task",
]
