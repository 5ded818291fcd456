"""What each kind of event is called on the screen. One line a kind; a guard checks that none is missing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "accounts.signed_in": _("signed in"),
    "accounts.signed_out": _("signed out"),
    "accounts.sign_in.failed": _("a sign-in failed"),
    "accounts.vault.locked": _("locked the screen"),
    "accounts.vault.unlocked": _("unlocked the screen"),
    "accounts.vault.unlock_failed": _("typed a wrong passphrase on a locked screen"),
    "accounts.preferences.changed": _("changed language or theme"),
    "audit.checked": _("checked the audit log"),
    "audit.pin.broken": _("found that the audit log had been changed since the last sign-in"),
    "vault.organisation.founded": _("founded the organisation’s keys"),
    "vault.member.enrolled": _("gave a member their keys"),
    "vault.compartment.created": _("created a compartment"),
    "vault.compartment.granted": _("opened a compartment to a member"),
    "vault.directory.rebuilt": _("made the directory of names anew"),
    "vault.passphrase.changed": _("changed their passphrase"),
    "vault.passphrase.recovered": _("set a new passphrase with the printed code"),
    "vault.passphrase.recovery_failed": _("a printed code was tried and did not open"),
    "vault.code.renewed": _("made a new printed code"),
    "vault.code.checked": _("typed the printed code back"),
    "vault.member.left": _("closed the account of a member who left"),
    "vault.compartment.withdrawn": _("closed a compartment to a member"),
    "vault.compartment.renewed": _("gave a compartment a new key"),
    "vault.compartment.rewrapped": _("put records under the new key of a compartment"),
    "vault.rotation.stopped": _("met a damaged key while putting records under a new key"),
    "vault.compartment.lost": _("began again a compartment whose key was lost"),
    "vault.member.renewed": _("gave a member a new key pair, after a check in person"),
    "vault.officer.named": _("named an officer"),
    "vault.officer.accepted": _("accepted to be an officer"),
    "vault.officer.confirmed": _("confirmed the key of a new officer"),
    "vault.officer.withdrawn": _("withdrew an officer"),
    "vault.officer.pinned": _("pinned an officer’s key on the server"),
    "vault.paper.made": _("made a paper key"),
    "vault.paper.signed": _("confirmed a paper key"),
    "vault.paper.checked": _("typed a paper key back"),
    "vault.paper.used": _("opened a compartment with a paper key"),
    "vault.paper.retired": _("retired a paper key"),
    "accounts.role.changed": _("changed the role of a member"),
    "accounts.founding.opened": _("opened the founding page on the server’s terminal"),
    "vault.read": _("opened sealed text"),
    "vault.inbox.sent": _("wrote to another unit"),
    "vault.inbox.read": _("read a message to the unit"),
    "vault.erasure.requested": _("asked for a record to be erased"),
    "vault.erasure.withdrawn": _("withdrew a request to erase a record"),
    "vault.erasure.confirmed": _("confirmed that a record is erased"),
    "vault.erasure.done": _("erased a record: its keys were destroyed"),
    "vault.erasure.replayed": _("erased again what an older backup had brought back"),
    "vault.case.granted": _("opened one file to a member"),
    "vault.case.grant_ended": _("closed one file to a member again"),
    "vault.case.grant_expired": _("the day came: one file is closed to a member again"),
    "vault.case.restricted": _("restricted a file to those named for it"),
    "vault.case.restriction_lifted": _("lifted the restriction of a file"),
    "vault.emergency.asked": _("asked for emergency access"),
    "vault.emergency.agreed": _("agreed to emergency access"),
    "vault.emergency.refused": _("refused emergency access"),
    "vault.erasure.unlisted": _("took the names of what was erased out of the directory"),
    "vault.archive.made": _("archived a record"),
    "vault.archive.undone": _("brought a record back from the archive"),
    "vault.hold.placed": _("placed a record under legal hold"),
    "vault.hold.lifted": _("lifted the legal hold on a record"),
    "vault.backup.made": _("made a backup"),
    "vault.backup.restored": _("restored a backup"),
    "vault.checked": _("checked the vault, opening what they may open"),
    "vault.salts.swept": _("removed salts that belonged to no record"),
}


def sentence(kind: str) -> str:
    """The words for a kind of event; the kind itself when it has none yet."""
    return str(SENTENCES.get(kind, kind))
