"""Every change of a file: one function, one transaction, one event of the audit log."""

from havre.casefiles.services.access import (
    answer_emergency,
    ask_emergency,
    end_access,
    give_file,
    lift_file,
    name_for_file,
    restrict_file,
)
from havre.casefiles.services.documents import add_document, add_version, read_document, withdraw_document
from havre.casefiles.services.erasing import (
    ask_erasure,
    coarsen,
    confirm_erasure,
    hold,
    lift,
    refuse_if_worked_on,
    withdraw_erasure,
)
from havre.casefiles.services.exploitations import (
    add_exploitation,
    add_exploiter,
    change_exploitation,
    link_exploiter,
)
from havre.casefiles.services.extract import look_at_extract, make_extract
from havre.casefiles.services.files import assign_period, close_period, open_file, open_period, possible, reassign
from havre.casefiles.services.finding import Found, find
from havre.casefiles.services.following import (
    add_task,
    do_task,
    log_contact,
    message_unit,
    open_urgent_task,
    undo_task,
    write_note,
)
from havre.casefiles.services.known import answer_check, link, unlink
from havre.casefiles.services.people import add_dependant, change_person, record_arrival
from havre.casefiles.services.retention import archive_files, bring_file_back

__all__ = [
    "Found",
    "add_dependant",
    "add_document",
    "add_exploitation",
    "add_exploiter",
    "add_task",
    "add_version",
    "answer_check",
    "answer_emergency",
    "archive_files",
    "ask_emergency",
    "ask_erasure",
    "assign_period",
    "bring_file_back",
    "change_exploitation",
    "change_person",
    "close_period",
    "coarsen",
    "confirm_erasure",
    "do_task",
    "end_access",
    "find",
    "give_file",
    "hold",
    "lift",
    "lift_file",
    "link",
    "link_exploiter",
    "log_contact",
    "look_at_extract",
    "make_extract",
    "message_unit",
    "name_for_file",
    "open_file",
    "open_period",
    "open_urgent_task",
    "possible",
    "read_document",
    "reassign",
    "record_arrival",
    "refuse_if_worked_on",
    "restrict_file",
    "undo_task",
    "unlink",
    "withdraw_document",
    "withdraw_erasure",
    "write_note",
]
