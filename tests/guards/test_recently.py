"""What opens to somebody, takes out, erases, or changes a factor asks for a passphrase typed just now.

A new page of that kind: one more line here. A page that loses its `@recently` fails.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.guards.test_architecture import ADDRESSES

PATTERNS: dict[str, Any] = dict(ADDRESSES)

ASKS: dict[str, str] = {
    "accounts:member-give": "opens a compartment to somebody",
    "accounts:member-withdraw": "closes a compartment to somebody, and renews its key",
    "accounts:compartment-new": "opens a compartment to somebody",
    "accounts:member-key": "gives somebody a new key pair",
    "accounts:member-officer": "makes or unmakes an officer",
    "accounts:member-role": "changes what somebody opens",
    "accounts:officer-accept": "draws a signing key",
    "accounts:paper-new": "draws a code that opens a compartment",
    "accounts:paper-recover": "opens a compartment to somebody",
    "accounts:paper-retire": "ends what would open a compartment",
    "accounts:paper-sign": "vouches for a code that opens a compartment",
    "casefiles:document-download": "takes a sealed document out",
    "casefiles:emergency-answer": "opens a file to somebody",
    "casefiles:emergency-ask": "asks for a file to be opened",
    "casefiles:erasure-confirm": "erases",
    "casefiles:extract": "takes what is held about a person out",
    "casefiles:file-access-end": "closes a file to somebody",
    "casefiles:file-give": "opens a file to somebody",
    "casefiles:file-lift": "opens a restricted file again",
    "casefiles:file-name": "opens a restricted file to somebody",
    "casefiles:file-restrict": "closes a file to almost everybody",
    "casefiles:hold-lift": "lets a record be erased",
    "usersessions_list": "ends sessions",
    "mfa_activate_totp": "changes a factor",
    "mfa_deactivate_totp": "changes a factor",
    "mfa_add_webauthn": "changes a factor",
    "mfa_edit_webauthn": "changes a factor",
    "mfa_remove_webauthn": "changes a factor",
    "mfa_view_recovery_codes": "shows what replaces a factor",
    "mfa_generate_recovery_codes": "changes what replaces a factor",
}
# The passphrase, or the printed code, is a field of the form itself: it is typed for this very act.
TYPED_IN_THE_FORM = {
    "accounts:member-leave",
    "accounts:passphrase",
    "accounts:code",
    "accounts:recover",
    "accounts:code-check",
}
# Words of an address that say it is such a page; those that say so and are not, with the reason.
TELLING = (
    "give",
    "withdraw",
    "download",
    "export",
    "erase",
    "erasure",
    "grant",
    "extract",
    "mfa_",
    ".csv",
    ".xlsx",
    ".pdf",
)
NOT_ONE: dict[str, str] = {
    "casefiles:document-withdraw": "puts a version aside; nothing is destroyed, nothing goes out",
    "casefiles:erase": "asks for it only: nothing goes before the second person, who is asked",
    "casefiles:erasure-withdraw": "gives such a request up: nothing is destroyed",
    "casefiles:erasures": "lists the requests, by codes",
    "casefiles:retention-done": "counts, by month and reason",
    "casefiles:retention-end": "lists what is due, by codes",
    "mfa_index": "shows which factors there are",
    "mfa_list_webauthn": "leads to the page before",
    "mfa_authenticate": "is the sign-in itself",
    "statistics:csv": "counts, of nobody: no row of anybody, nothing sealed",
    "statistics:report-xlsx": "the same",
    "statistics:report-pdf": "the same",
}


@pytest.mark.parametrize("name", sorted(ASKS))
def test_it_asks_for_a_passphrase_typed_just_now(name: str) -> None:
    assert name in PATTERNS, "an address that is no more"
    assert getattr(PATTERNS[name].callback, "recently", False), f"{ASKS[name]}: decorate it with @recently"


def test_what_looks_like_one_is_in_one_list() -> None:
    looks = {n for n, p in PATTERNS.items() if any(word in f"{n} {p.pattern}" for word in TELLING)}
    decorated = {n for n, p in PATTERNS.items() if getattr(p.callback, "recently", False)}
    assert looks - set(ASKS) - TYPED_IN_THE_FORM == set(NOT_ONE), "say in this file whether it asks, and why not"
    assert decorated == set(ASKS), "a page that asks: write it down"
