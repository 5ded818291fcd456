"""Addresses of the app. A person's code is the only thing about them that ever stands in one."""

from django.urls import path, register_converter

from havre.casefiles.views import (
    access,
    day,
    documents,
    emergency,
    erasing,
    exploitation,
    extract,
    file,
    finding,
    following,
    linked,
    lists,
    opening,
    people,
    retention,
)


class PersonCode:
    """P-0001 and so on."""

    regex = r"P-\d{4,8}"

    def to_python(self, value: str) -> str:
        """The code itself."""
        return value

    def to_url(self, value: str) -> str:
        """The code itself."""
        return value


register_converter(PersonCode, "code")

app_name = "casefiles"
urlpatterns = [
    path("", day.my_day, name="my-day"),
    path("tasks/open/", day.tasks_open, name="tasks-open"),
    path("tasks/<uuid:pk>/do/", following.task_do, name="task-do"),
    path("tasks/<uuid:pk>/undo/", following.task_undo, name="task-undo"),
    path("inbox/<uuid:pk>/open/", day.inbox_open, name="inbox-open"),
    path("search/", finding.search, name="search"),
    path("files/", lists.files, name="files"),
    path("files/reassign/", lists.reassign, name="reassign"),
    path("retention/", retention.retention, name="retention"),
    path("retention/erase/", erasing.erase, name="erase"),
    path("retention/to-erase/", retention.retention, {"section": "end"}, name="retention-end"),
    path("retention/held/", retention.retention, {"section": "held"}, name="retention-held"),
    path("retention/erased/", retention.retention, {"section": "done"}, name="retention-done"),
    path("retention/archive/", retention.archive_many, name="archive-many"),
    path("retention/asked/", erasing.erasures, name="erasures"),
    path("retention/asked/confirm/", erasing.confirm, name="erasure-confirm"),
    path("retention/asked/withdraw/", erasing.withdraw, name="erasure-withdraw"),
    path("retention/hold/<uuid:pk>/lift/", retention.lift, name="hold-lift"),
    path("retention/hold/<slug:record>/", retention.hold, name="hold"),
    path("files/<code:code>/back/", retention.back, name="back"),
    path("files/<code:code>/extract/", extract.extract, name="extract"),
    path("files/open/<str:reference>/", opening.open_from_alert, name="open-from-alert"),
    path("files/<code:code>/", file.file_page, name="file"),
    path("files/<code:code>/exploitation/", file.file_page, {"section": "exploitation"}, name="file-exploitation"),
    path("files/<code:code>/person/", file.file_page, {"section": "person"}, name="file-person"),
    path("files/<code:code>/notes/", file.file_page, {"section": "notes"}, name="file-notes"),
    path("files/<code:code>/tasks/", file.file_page, {"section": "tasks"}, name="file-tasks"),
    path("files/<code:code>/documents/", file.file_page, {"section": "documents"}, name="file-documents"),
    path("files/<code:code>/documents/add/", documents.document_add, name="document-add"),
    path("files/<code:code>/documents/<uuid:pk>/", documents.document_page, name="document"),
    path("files/<code:code>/documents/<uuid:pk>/show/", documents.document_show, name="document-show"),
    path("files/<code:code>/documents/<uuid:pk>/download/", documents.document_download, name="document-download"),
    path("files/<code:code>/documents/<uuid:pk>/version/", documents.document_version, name="document-version"),
    path("files/<code:code>/documents/<uuid:pk>/withdraw/", documents.document_withdraw, name="document-withdraw"),
    path("files/<code:code>/linked/add/", linked.link_add, name="linked-add"),
    path("linked/<uuid:pk>/check/", linked.check_answer, name="linked-check"),
    path("linked/<uuid:pk>/undo/", linked.unlink, name="linked-undo"),
    path("files/<code:code>/access/", file.file_page, {"section": "access"}, name="file-access"),
    path("files/<code:code>/access/give/", access.give, name="file-give"),
    path("files/<code:code>/access/<uuid:pk>/end/", access.end, name="file-access-end"),
    path("files/<code:code>/access/restrict/", access.restrict, name="file-restrict"),
    path("files/<code:code>/access/more/", access.name, name="file-name"),
    path("files/<code:code>/access/lift/", access.lift, name="file-lift"),
    path("settings/emergency/", emergency.emergencies, name="emergency"),
    path("settings/emergency/ask/", emergency.ask, name="emergency-ask"),
    path("settings/emergency/<uuid:pk>/", emergency.answer, name="emergency-answer"),
    path("files/<code:code>/show/<slug:part>/", file.open_part, name="open-part"),
    path("files/<code:code>/person/edit/", people.person_edit, name="person-edit"),
    path("files/<code:code>/arrival/edit/", people.arrival_edit, name="arrival-edit"),
    path("files/<code:code>/dependant/add/", people.dependant_add, name="dependant-add"),
    path("files/<code:code>/exploitation/add/", exploitation.exploitation_add, name="exploitation-add"),
    path("files/<code:code>/exploitation/<uuid:pk>/edit/", exploitation.exploitation_edit, name="exploitation-edit"),
    path("files/<code:code>/exploiter/add/", exploitation.exploiter_add, name="exploiter-add"),
    path("files/<code:code>/period/open/", following.period_open, name="period-open"),
    path("files/<code:code>/period/<uuid:pk>/close/", following.period_close, name="period-close"),
    path("files/<code:code>/period/<uuid:pk>/assign/", following.period_assign, name="period-assign"),
    path("files/<code:code>/contact/", following.contact, name="contact"),
    path("files/<code:code>/note/", following.note, name="note"),
    path("files/<code:code>/task/add/", following.task_add, name="task-add"),
    path("files/<code:code>/message/<slug:compartment>/", following.message, name="message"),
]
