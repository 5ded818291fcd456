"""Which permission each address asks for, written out: opening a page to more people is a change of this file.

`test_access.py` shows that every address obeys its permission; this one, that it is the right one.
"""

from __future__ import annotations

from tests.guards.test_architecture import OURS

# Several permissions: any of them. None: every signed-in member.
ASKED: dict[tuple[str, ...], list[str]] = {
    (): [
        "accounts:alive",
        "accounts:code",
        "accounts:code-check",
        "accounts:draft",
        "accounts:lock",
        "accounts:officer-accept",
        "accounts:passphrase",
        "accounts:preferences",
        "accounts:recover",
        "accounts:roles",
        "accounts:settings",
        "accounts:unlock",
        "casefiles:my-day",
        "found",
    ],
    ("alert_decide",): ["intake:alert-decide"],
    ("alert_interview",): ["intake:alert-interview"],
    ("alert_interview", "alert_study"): ["intake:alert-answer", "intake:alert-answers"],
    ("alert_redirect",): ["intake:alert-redirect"],
    ("alert_redirect", "alert_study"): ["intake:alert-move"],
    ("alert_study",): ["intake:alert-agreement", "intake:alert-assign", "intake:alert-contact"],
    ("alert_take", "file_edit"): ["casefiles:linked-check", "casefiles:linked-undo"],
    ("alert_take",): ["intake:alert-edit", "intake:new"],
    ("alert_view",): ["intake:alert", "intake:alert-open", "intake:alerts", "intake:board"],
    ("audit_view",): ["audit:check", "audit:log"],
    ("directory_edit",): ["intake:partner-edit", "intake:partner-new", "intake:partner-retire"],
    ("directory_view",): ["intake:directory"],
    ("erasure_confirm",): ["casefiles:erasure-confirm"],
    ("erasure_confirm", "retention_manage"): ["casefiles:erasures"],
    ("extract_make",): ["casefiles:extract"],
    ("figures_rows",): ["statistics:rows"],
    ("figures_snapshot",): ["statistics:snapshot"],
    ("figures_view",): [
        "statistics:all",
        "statistics:csv",
        "statistics:figures",
        "statistics:indicator",
        "statistics:report-pdf",
        "statistics:report-xlsx",
        "statistics:year",
    ],
    ("file_archive_view",): ["casefiles:back"],
    ("file_assign",): ["casefiles:period-assign", "casefiles:reassign"],
    ("file_edit",): [
        "casefiles:arrival-edit",
        "casefiles:dependant-add",
        "casefiles:document-add",
        "casefiles:document-version",
        "casefiles:document-withdraw",
        "casefiles:exploitation-add",
        "casefiles:exploitation-edit",
        "casefiles:exploiter-add",
        "casefiles:linked-add",
        "casefiles:period-close",
        "casefiles:period-open",
        "casefiles:person-edit",
    ],
    ("emergency",): ["casefiles:emergency", "casefiles:emergency-answer", "casefiles:emergency-ask"],
    ("emergency", "file_give", "file_given", "file_restrict"): ["casefiles:file-access-end"],
    ("emergency", "file_given", "file_view"): [
        "casefiles:document",
        "casefiles:document-download",
        "casefiles:document-show",
        "casefiles:file",
        "casefiles:file-access",
        "casefiles:file-documents",
        "casefiles:file-exploitation",
        "casefiles:file-notes",
        "casefiles:file-person",
        "casefiles:file-tasks",
        "casefiles:open-part",
    ],
    ("hold_place",): ["casefiles:hold"],
    ("retention_manage",): [
        "casefiles:archive-many",
        "casefiles:erase",
        "casefiles:erasure-withdraw",
        "casefiles:hold-lift",
        "casefiles:retention",
        "casefiles:retention-done",
        "casefiles:retention-end",
        "casefiles:retention-held",
    ],
    ("file_edit", "file_given"): ["casefiles:contact", "casefiles:note"],
    ("file_give",): ["casefiles:file-give", "casefiles:file-name"],
    ("file_given", "file_view"): ["casefiles:files"],
    ("file_restrict",): ["casefiles:file-lift", "casefiles:file-restrict"],
    ("file_open",): ["casefiles:open-from-alert"],
    ("file_view",): ["casefiles:search"],
    ("inbox_send",): ["casefiles:inbox-open", "casefiles:message"],
    ("access_give",): [
        "accounts:member-give",
        "accounts:paper-check",
        "accounts:paper-new",
        "accounts:paper-recover",
        "accounts:paper-retire",
    ],
    # What officers alone do among these: `ONLY` in world.py.
    ("access_give", "members_view"): [
        "accounts:compartment-new",
        "accounts:invite",
        "accounts:member",
        "accounts:member-key",
        "accounts:member-leave",
        "accounts:member-officer",
        "accounts:member-role",
        "accounts:member-withdraw",
        "accounts:members",
        "accounts:paper-sign",
        "accounts:papers",
    ],
    ("task_do",): ["casefiles:task-add", "casefiles:task-do", "casefiles:task-undo", "casefiles:tasks-open"],
}


def test_each_address_asks_what_is_written_here() -> None:
    found: dict[tuple[str, ...], list[str]] = {}
    for name, pattern in OURS:
        asked = tuple(sorted(str(each) for each in pattern.callback.needs))  # type: ignore[attr-defined]
        found.setdefault(asked, []).append(name)
    assert {asked: sorted(names) for asked, names in found.items()} == ASKED
