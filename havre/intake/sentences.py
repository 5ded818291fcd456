"""What the audit log says of each event of this app."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "intake.alert.accept": _("wrote down the decision: accompany"),
    "intake.alert.adjourn": _("wrote down that the decision was adjourned"),
    "intake.alert.agreement": _("noted whether the person agrees to be contacted"),
    "intake.alert.assigned": _("changed who is in charge of the alert"),
    "intake.alert.changed": _("corrected the alert"),
    "intake.alert.decide_redirect": _("wrote down the decision: redirect"),
    "intake.alert.decide_refuse": _("wrote down the decision: not taken on"),
    "intake.alert.decline": _("noted that the person does not agree"),
    "intake.alert.finish_study": _("finished the study"),
    "intake.alert.open_file": _("opened a file from the alert"),
    "intake.alert.record_interview": _("recorded an interview"),
    "intake.alert.redirect": _("directed the person elsewhere"),
    "intake.alert.refuse": _("closed the alert without follow-up"),
    "intake.alert.reopen": _("reopened the alert"),
    "intake.alert.start_study": _("started the study"),
    "intake.alert.taken": _("took an alert"),
    "intake.contact.logged": _("noted a contact about an alert"),
    "intake.grid.answered": _("answered questions of the grid"),
    "intake.partner.added": _("added a partner to the directory"),
    "intake.partner.changed": _("corrected a partner of the directory"),
    "intake.partner.retired": _("retired a partner of the directory"),
    "intake.partner.returned": _("brought a partner back to the directory"),
}
