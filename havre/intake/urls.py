"""Addresses of the app, under /alerts/. References and codes only, never a name."""

from django.urls import path

from havre.intake.views import acts, alert, directory, levels, lists

app_name = "intake"
urlpatterns = [
    path("", lists.alerts, name="alerts"),
    path("board/", lists.board, name="board"),
    path("new/", alert.alert_new, name="new"),
    path("directory/", directory.directory, name="directory"),
    path("directory/new/", directory.partner_new, name="partner-new"),
    path("directory/<uuid:partner_id>/", directory.partner_edit, name="partner-edit"),
    path("directory/<uuid:partner_id>/retire/", directory.partner_retire, name="partner-retire"),
    path("<slug:reference>/", alert.alert_page, name="alert"),
    path("<slug:reference>/open/<slug:what>/", alert.alert_open, name="alert-open"),
    path("<slug:reference>/edit/", alert.alert_edit, name="alert-edit"),
    path("<slug:reference>/answers/<int:level>/", levels.alert_answers, name="alert-answers"),
    path("<slug:reference>/answers/<int:level>/<slug:question>/", levels.alert_answer, name="alert-answer"),
    path("<slug:reference>/contact/", acts.alert_contact, name="alert-contact"),
    path("<slug:reference>/agreement/", acts.alert_agreement, name="alert-agreement"),
    path("<slug:reference>/in-charge/", acts.alert_assign, name="alert-assign"),
    path("<slug:reference>/interview/", levels.alert_interview, name="alert-interview"),
    path("<slug:reference>/decide/", levels.alert_decide, name="alert-decide"),
    path("<slug:reference>/redirect/", acts.alert_redirect, name="alert-redirect"),
    path("<slug:reference>/move/<slug:step>/", acts.alert_move, name="alert-move"),
]
