"""What the audit log says of each event of this app."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "casefiles.arrival.recorded": _("wrote down the arrival"),
    "casefiles.contact.logged": _("noted a contact"),
    "casefiles.dependant.added": _("added a dependant"),
    "casefiles.document.added": _("added a document"),
    "casefiles.document.read": _("opened a document"),
    "casefiles.document.version_added": _("added a version of a document"),
    "casefiles.document.withdrawn": _("took a document out of the file"),
    "casefiles.exploitation.added": _("wrote down a situation of exploitation"),
    "casefiles.exploitation.changed": _("changed a situation of exploitation"),
    "casefiles.exploiter.added": _("added an exploiter"),
    "casefiles.exploiter.linked": _("linked an exploiter"),
    "casefiles.file.opened": _("opened the file"),
    "casefiles.file.reopened": _("opened the file again"),
    "casefiles.known.answered": _("said whether two records are the same"),
    "casefiles.known.linked": _("linked two records"),
    "casefiles.known.searched": _("looked whether someone is known already"),
    "casefiles.known.unlinked": _("took a link away"),
    "casefiles.note.written": _("wrote a note"),
    "casefiles.period.assigned": _("changed who is in charge"),
    "casefiles.period.closed": _("ended the work of a unit"),
    "casefiles.period.opened": _("began the work of a unit"),
    "casefiles.person.changed": _("changed the person’s details"),
    "casefiles.record.anonymised": _("made the coded facts of an erased record coarser"),
    "casefiles.extract.made": _("made the person’s own extract"),
    "casefiles.searched": _("searched for a name"),
    "casefiles.task.added": _("added a task"),
    "casefiles.task.done": _("did a task"),
    "casefiles.task.undone": _("put a task back to do"),
}
