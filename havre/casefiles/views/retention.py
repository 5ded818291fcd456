"""What is due, held and done; the archive; legal holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import attempt, handle
from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.casefiles import due, services
from havre.casefiles.forms.retention import BackForm, HoldForm, NoFieldForm
from havre.casefiles.models import File
from havre.casefiles.queries import files_visible_to
from havre.casefiles.retention import COARSER, RULES
from havre.casefiles.views.shared import find_file
from havre.intake.models import Alert
from havre.intake.queries import alerts_visible_to
from havre.vault import archive, erasure
from havre.vault.keystore.models import Reason
from havre.vault.models import LegalHold

A_PAGE = 50
TABS = (
    ("archive", gettext_lazy("To archive"), "casefiles:retention"),
    ("end", gettext_lazy("To erase"), "casefiles:retention-end"),
    ("asked", gettext_lazy("Asked"), "casefiles:erasures"),
    ("held", gettext_lazy("Held"), "casefiles:retention-held"),
    ("done", gettext_lazy("Erased"), "casefiles:retention-done"),
)


def frame(user: User, section: str) -> dict[str, Any]:
    """The tabs this member may open, with what stands in each."""
    found, counts = None, {"asked": len(due.waiting(user))}
    shown: tuple[tuple[str, Any, str], ...] = TABS[2:3]
    if user.can(P.RETENTION_MANAGE):
        found, shown = due.due(user.organisation_id), TABS
        counts |= {"archive": len(found.to_archive), "end": len(found.to_end), "held": len(due.holds(user))}
    tabs = [
        {"label": label, "url": reverse(name), "current": key == section, "count": counts.get(key, 0)}
        for key, label, name in shown
    ]
    way = [(_("Files"), reverse("casefiles:files")), (_("Retention"), "")]
    return {"tabs": tabs, "section": section, "due": found, "crumbs": way}


@needs(P.RETENTION_MANAGE)
@require_GET
def retention(request: HttpRequest, section: str = "archive") -> HttpResponse:
    """One list: what is due to be archived, due to end, held, done."""
    return _list(request, section)


def _list(request: HttpRequest, section: str, *, status: int = 200, **more: Any) -> HttpResponse:
    user = member_of(request)
    context = frame(user, section)
    if section in {"archive", "end"}:
        lines = context["due"].to_archive if section == "archive" else context["due"].to_end
        context["page"] = Paginator(lines, A_PAGE).get_page(request.GET.get("page"))
    elif section == "held":
        context["holds"] = [{"hold": held, "code": due.code_of(held.case)} for held in due.holds(user)]
        context["officer"] = hasattr(user, "officer_key")
    else:
        labels = dict(Reason.choices)
        context["months"] = [{**row, "label": labels[row["reason"]]} for row in due.done(user)]
        context["unfinished"] = due.unfinished(user)
    context |= {"rules": list(RULES.values()), "coarser": COARSER, "form": NoFieldForm(), **more}
    return render(request, f"casefiles/retention_{section}.html", context, status=status)


@needs(P.RETENTION_MANAGE)
@require_POST
def archive_many(request: HttpRequest) -> HttpResponse:
    """Put the files ticked in the archive. It can be undone: no question is asked."""
    form = NoFieldForm(request.POST)
    form.is_valid()
    counted: list[int] = []

    def do(_valid: NoFieldForm) -> str:
        counted.append(services.archive_files(request.POST.getlist("record"), by=member_of(request)))
        return reverse("casefiles:retention")

    led_to, status = attempt(request, form, do)
    if led_to is None:
        return _list(request, "archive", status=status, form=form)
    if counted:
        words = ngettext("%(count)s file archived.", "%(count)s files archived.", counted[0]) % {"count": counted[0]}
        messages.success(request, words)
    return redirect(led_to)


@needs(P.FILE_ARCHIVE_VIEW)
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Take a file out of the archive, for a reason."""
    file = find_file(request, code)

    def do(form: BackForm) -> str:
        services.bring_file_back(file, form.cleaned_data["why"], by=member_of(request))
        return file.get_absolute_url()

    explain = _("It returns to the lists, with its alerts, and the team that holds its keys sees it again.")
    context = _form(code, file.get_absolute_url(), _("Bring back from the archive"), explain, _("Bring it back"))
    return handle(
        request, BackForm, do, template="casefiles/retention_form.html", context=context,
        saved=_("The file is back among the others."),
    )  # fmt: skip


@needs(P.HOLD_PLACE)
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, record: str) -> HttpResponse:
    """Keep a record while a proceeding runs."""
    found = record_of(member_of(request), record)

    def do(form: HoldForm) -> Any:
        services.hold(_case(found), form.cleaned_data["why"], by=member_of(request), vault=vault_of(request))
        return found

    explain = _(
        "Both clocks stop. Nobody archives or erases it until an officer lifts the hold; then what was left of the clocks runs on."
    )
    context = _form(record, found.get_absolute_url(), _("Place under legal hold"), explain, _("Place the hold"))
    return handle(
        request, HoldForm, do, template="casefiles/retention_form.html", context=context,
        saved=_("The record is under legal hold."),
    )  # fmt: skip


@needs(P.RETENTION_MANAGE)
@recently
@require_POST
def lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An officer lifts a hold."""
    user = member_of(request)
    held = get_object_or_404(LegalHold, pk=pk, case__organisation_id=user.organisation_id)
    if not hasattr(user, "officer_key"):
        raise Http404
    services.lift(held, by=user, vault=vault_of(request))
    messages.success(request, _("The hold is lifted: the clocks run on."))
    return redirect("casefiles:retention-held")


def record_of(user: User, code: str) -> Any:
    """The file or the alert of this code, if this member may see it; 404 otherwise."""
    if due.is_file(code):
        return get_object_or_404(files_visible_to(user), person__code=code)
    return get_object_or_404(alerts_visible_to(user).select_related("case"), reference=code)


def _case(found: File | Alert) -> Any:
    return found.person.case if isinstance(found, File) else found.case


def _form(code: str, back_to: str, title: str, explain: str, button: str) -> dict[str, Any]:
    way = [(_("Files"), reverse("casefiles:files")), (code, back_to), (title, "")]
    return {"code": code, "title": title, "explain": explain, "button": button, "back_to": back_to, "crumbs": way}


def retention_line(user: User) -> list[dict[str, Any]]:
    """For “My day”: what is due, and what waits for this member as the second person. Empty when nothing is."""
    lines = []
    if user.can(P.RETENTION_MANAGE):
        found = due.due(user.organisation_id)
        for count, name, say in (
            (len(found.to_archive), "casefiles:retention", lambda n: ngettext("%(count)s file to archive", "%(count)s files to archive", n)),
            (len(found.to_end), "casefiles:retention-end", lambda n: ngettext("%(count)s record to erase", "%(count)s records to erase", n)),
        ):  # fmt: skip
            lines.append((count, name, say))
    if user.can(P.ERASURE_CONFIRM):
        others = due.waiting_for(user)
        lines.append((
            others, "casefiles:erasures",
            lambda n: ngettext("%(count)s erasure for you to confirm", "%(count)s erasures for you to confirm", n),
        ))  # fmt: skip
    return [{"text": say(count) % {"count": count}, "url": reverse(name)} for count, name, say in lines if count]


def keeping(user: User, file: File) -> dict[str, Any]:
    """On the page of a file: where it stands in its retention, and what this member may do about it."""
    case_id, code = file.person.case_id, file.person.code
    followed = any(period.closed_on is None for period in file.periods.all())
    held = LegalHold.objects.filter(case_id=case_id, lifted_at=None).select_related("placed_by").first()
    archived = archive.is_archived(case_id)
    acts = [
        (user.can(P.EXTRACT_MAKE), _("Give the person their extract"), reverse("casefiles:extract", args=[code])),
        (archived and user.can(P.FILE_ARCHIVE_VIEW), _("Bring back from the archive"), reverse("casefiles:back", args=[code])),
        (held is None and user.can(P.HOLD_PLACE), _("Place under legal hold"), reverse("casefiles:hold", args=[code])),
        (
            held is None and not followed and user.can(P.RETENTION_MANAGE),
            _("Ask for it to be erased"),
            f"{reverse('casefiles:erase')}?record={code}",
        ),
    ]  # fmt: skip
    return {
        "held": held,
        "archived": archived,
        "asked": erasure.is_asked(case_id),
        "acts": [{"label": label, "url": url} for shown, label, url in acts if shown],
    }
