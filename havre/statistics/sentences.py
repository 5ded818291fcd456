"""What the audit log says of each event of this app."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "statistics.snapshot.taken": _("took a snapshot of coded facts"),
    "statistics.report.made": _("made the annual report"),
    "statistics.rows.seen": _("looked at the rows behind a figure"),
    "statistics.table.exported": _("exported a table"),
}
