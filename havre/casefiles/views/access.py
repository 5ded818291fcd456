"""Who opens a file and why: its page, giving, restricting, naming, lifting, ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.audit.models import Event
from havre.audit.queries import events_about
from havre.audit.sentences import sentence
from havre.casefiles import services, standing
from havre.casefiles.forms.access import ConfirmForm, GiveForm, NameForm, RestrictForm
from havre.casefiles.models import File
from havre.casefiles.queries import alerts_of
from havre.casefiles.views.shared import find_file
from havre.vault.fields import Compartment as C
from havre.vault.models import CaseGrant
from havre.vault.queries import grants_of, holders
from havre.vault.sharing import pending

Why = CaseGrant.Why
A_PAGE = 50


def named(kind: str) -> str:
    """A compartment where it is said who opens it: “Identity”, which the notes call “For the whole team”."""
    return str(C(kind).label)


# --- the page -----------------------------------------------------------------------------------------------------------


def access_section(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    """Who opens this file, to whom it was given, who looked."""
    user, grants = member_of(request), list(grants_of(file.person.case_id))
    here = file.standing  # type: ignore[attr-defined]
    writes = here.writes(vault_of(request), file)
    can_give = user.can(P.FILE_GIVE) and bool(writes)
    return {
        "restricted": here.restricted,
        "restricted_at": file.person.case.restricted_at,
        "opens": _opens(file, grants),
        "given": _people(request, file, [g for g in grants if g.why != Why.RESTRICTED]),
        "named": _people(request, file, [g for g in grants if g.why == Why.RESTRICTED]),
        "can_give": can_give,
        "can_name": can_give and here.restricted,
        "can_restrict": user.can(P.FILE_RESTRICT) and C.IDENTITY in writes and not here.restricted,
        "can_lift": user.can(P.FILE_RESTRICT) and here.restricted and not here.reads_only,
        "officer": user.can(P.EMERGENCY) and hasattr(user, "officer_key"),
        **_looked(request, file),
    }


def _opens(file: File, grants: list[CaseGrant]) -> list[dict[str, Any]]:
    """Each compartment: how many open it here, by profession or because they are named."""
    restricted = file.person.case.restricted_at is not None
    held = {} if restricted else holders(file.person.organisation_id)
    waiting = set(pending(file.person.case_id)) if restricted else set()
    rows = []
    for kind in C.values:
        chosen = {grant.user_id for grant in grants if grant.kind == kind and grant.why == Why.RESTRICTED}
        others = {grant.user_id for grant in grants if grant.kind == kind} - chosen
        count = len(chosen) if restricted else held.get(kind, 0)
        words = (
            ngettext("%(count)s person named", "%(count)s people named", count)
            if restricted
            else ngettext("%(count)s member by profession", "%(count)s members by profession", count)
        ) % {"count": count}
        more = ngettext("%(count)s for a time", "%(count)s for a time", len(others)) % {"count": len(others)}
        label = named(kind)
        rows.append({"label": label, "count": words, "more": more if others else "", "pending": kind in waiting})
    return rows


def _people(request: HttpRequest, file: File, grants: list[CaseGrant]) -> list[dict[str, Any]]:
    """One line a person and reason, with what they open and the button that ends it."""
    lines: dict[tuple[Any, str], dict[str, Any]] = {}
    for grant in grants:
        line = lines.setdefault(
            (grant.user_id, grant.why),
            {
                "grant": grant,
                "who": grant.user,
                "by": grant.granted_by,
                "why": grant.get_why_display(),
                "until": grant.expires_at,
                "kinds": [],
                "can_end": _may_end(request, file, grant),
            },
        )
        line["kinds"].append(named(grant.kind))
        if line["until"] and grant.expires_at:
            line["until"] = max(line["until"], grant.expires_at)
    return list(lines.values())


def _may_end(request: HttpRequest, file: File, grant: CaseGrant) -> bool:
    user = member_of(request)
    if grant.user_id == user.pk:
        return True
    return user.can(P.FILE_RESTRICT if grant.why == Why.RESTRICTED else P.FILE_GIVE) and not file.standing.reads_only  # type: ignore[attr-defined]


# --- the log ------------------------------------------------------------------------------------------------------------


def _looked(request: HttpRequest, file: File) -> dict[str, Any]:
    """Who looked and why, newest first; of one person when asked."""
    user = member_of(request)
    events = events_about(file.person.code, user.organisation_id)
    actors = events.order_by().values_list("actor_id", flat=True).distinct()
    everyone = {c.pk: c for c in User.objects.filter(organisation_id=user.organisation_id)}
    names = {pk: colleague.display_name for pk, colleague in everyone.items()}
    usernames = {colleague.username: colleague.display_name for colleague in everyone.values()}
    people = sorted(((str(pk), names[pk]) for pk in actors if pk in names), key=lambda choice: choice[1])
    who = request.GET.get("who", "")
    if who in dict(people):
        events = events.filter(actor_id=who)
    page = Paginator(events, A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "events": [_line(event, names, usernames) for event in page],
        "people": people,
        "who": who,
        "query": f"who={who}" if who in dict(people) else "",
    }


def _line(event: Event, names: dict[Any, str], usernames: dict[str, str]) -> dict[str, Any]:
    code = str(event.detail.get("why", ""))
    return {
        "at": event.at,
        "who": names.get(event.actor_id, _("The system")),
        "what": sentence(event.kind),
        "of": of_what(str(event.detail.get("compartment", ""))),
        "to": usernames.get(str(event.detail.get("to", "")), ""),
        "why": standing.in_words(code),
        "outside": standing.is_outside(code),
    }


def of_what(compartment: str) -> str:
    """Which secret a line of the log is about."""
    if compartment not in C.values:
        return ""
    return _("identity and contacts") if compartment == C.IDENTITY else named(compartment)


# --- acts ---------------------------------------------------------------------------------------------------------------


def _page(file: File) -> str:
    return reverse("casefiles:file-access", args=[file.person.code])


def _act(
    request: HttpRequest, file: File, make: Any, do: Any, *, title: Any, saved: Any, button: Any, **more: Any
) -> HttpResponse:
    """A form about the access of a file: what will happen, then a button."""
    code = file.person.code
    crumbs = [(_("Files"), reverse("casefiles:files")), (code, file.get_absolute_url()), (_("Access"), _page(file)), (title, "")]  # fmt: skip
    context = {"file": file, "title": title, "button": button, "crumbs": crumbs, "back": _page(file), **more}
    return handle(request, make, do, template="casefiles/access_form.html", context=context, saved=saved)


@needs(P.FILE_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Give a file to someone, for a time."""
    file, user, vault = find_file(request, code), member_of(request), vault_of(request)
    kinds = file.standing.writes(vault, file)  # type: ignore[attr-defined]

    def do(form: GiveForm) -> str:
        facts = form.facts()
        services.give_file(
            file, facts["kinds"], facts["user"], why=facts["why"], until=facts["until"], by=user, vault=vault
        )
        return _page(file)

    return _act(
        request, file, lambda data: GiveForm(data, by=user, kinds=kinds), do, title=_("Give this file to someone"),
        saved=_("The file is open to them, from now on."), button=_("Give the file"),
        happens=[
            _("At once: they see this file and open what you choose, with their own passphrase. They see no other."),
            _("They note contacts and write in what was given. They change nothing else, and give it to nobody."),
            _("When the day is over it closes by itself. What is written afterwards is closed to them for good."),
            _("The access log of the file says that you gave it, and each time they look."),
        ],
    )  # fmt: skip


@needs(P.FILE_GIVE, P.FILE_RESTRICT, P.FILE_GIVEN, P.EMERGENCY)
@recently
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """End what was given, or an emergency access, before its day."""
    file = find_file(request, code, reading=True)
    user, vault = member_of(request), vault_of(request)
    # One that was ended meanwhile leads back to the page: twice is once.
    grant = get_object_or_404(CaseGrant.objects.select_related("user"), pk=pk, case=file.person.case_id)
    if not _may_end(request, file, grant):
        raise Http404
    mine = grant.user_id == user.pk

    def do(form: ConfirmForm) -> str:
        if grant.ended_at is None:
            services.end_access(grant, file=file, by=user, vault=vault)
        return reverse("casefiles:my-day") if mine else _page(file)

    who = grant.user.display_name
    happens = [
        _("At once: the file closes to %(name)s, in every browser.") % {"name": who},
        _("What is written from now on is closed to them, even with what they may have kept."),
        _("What they wrote stays. The access log says who ended it."),
    ]
    if grant.why == Why.RESTRICTED:
        happens.append(_("They are no longer named: the file and its alerts no longer exist for them."))
    return _act(
        request, file, ConfirmForm, do, title=_("End the access of %(name)s") % {"name": who}, happens=happens,
        saved=_("Closed to them."), button=_("End now"), danger=True,
    )  # fmt: skip


@needs(P.FILE_RESTRICT)
@recently
@require_http_methods(["GET", "POST"])
def restrict(request: HttpRequest, code: str) -> HttpResponse:
    """Restrict a file to those named for it."""
    file, user, vault = find_file(request, code), member_of(request), vault_of(request)

    def do(form: RestrictForm) -> str:
        services.restrict_file(file, form.named(), by=user, vault=vault)
        return _page(file)

    alerts = len(alerts_of(file))
    held = ", ".join(named(kind) for kind in C.values if vault.can_open(kind))
    later = ", ".join(named(kind) for kind in C.values if not vault.can_open(kind))
    happens = [
        _("For who is not named, this file no longer exists: not in the lists, the search, the tasks or the day of anybody. Figures still count it."),
        _("At once, what you open yourself closes: %(kinds)s.") % {"kinds": held},
        _("At the next sign-in of someone named who opens it: %(kinds)s. Until then the page of access says so.") % {"kinds": later},
        ngettext(
            "The alert it comes from is restricted with it.", "The %(count)s alerts it comes from are restricted with it.", alerts
        ) % {"count": alerts} if alerts else _("No alert leads to it."),
        _("Messages to units about it are refused meanwhile: the whole unit would read them. Those sent before stay where they are."),
        _("What was given to volunteers or colleagues ends. Give it again to those who still need it."),
        _("Tasks of people who are not named leave their day: add them again for someone named."),
    ]  # fmt: skip
    return _act(
        request, file, lambda data: RestrictForm(data, by=user, file=file), do, title=_("Restrict this file"),
        saved=_("The file is restricted to those named for it."), button=_("Restrict the file"), danger=True,
        happens=happens, heading=_("Who is named"),
        note=_("You are named, with what you open. Choose, for each colleague, what they open of this file; nobody else sees it."),
    )  # fmt: skip


@needs(P.FILE_GIVE)
@recently
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, code: str) -> HttpResponse:
    """Name one more person for a restricted file."""
    file, user, vault = find_file(request, code), member_of(request), vault_of(request)
    if not file.standing.restricted:  # type: ignore[attr-defined]
        raise Http404
    kinds = file.standing.writes(vault, file)  # type: ignore[attr-defined]

    def do(form: NameForm) -> str:
        services.name_for_file(file, form.cleaned_data["user"], form.cleaned_data["kinds"], by=user, vault=vault)
        return _page(file)

    return _act(
        request, file, lambda data: NameForm(data, by=user, kinds=kinds), do, title=_("Name one more person"),
        saved=_("They are named for this file."), button=_("Name them"),
        happens=[_("At once: they see the file and its alerts, identity included, until someone ends it.")],
    )  # fmt: skip


@needs(P.FILE_RESTRICT)
@recently
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, code: str) -> HttpResponse:
    """Lift the restriction of a file."""
    file, user, vault = find_file(request, code), member_of(request), vault_of(request)

    def do(form: ConfirmForm) -> str:
        if file.person.case.restricted_at is not None:
            services.lift_file(file, by=user, vault=vault)
        return _page(file)

    return _act(
        request, file, ConfirmForm, do, title=_("Lift the restriction"), saved=_("The file is no longer restricted."),
        button=_("Lift it"), danger=True,
        happens=[
            _("At once: the file and its alerts exist again for the team, and are found by name."),
            _("What you open yourself opens again to its profession; the rest at the next sign-in of someone named."),
        ],
    )  # fmt: skip
