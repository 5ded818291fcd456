"""One alert: taking it, reading it, opening what is sealed, correcting it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.intake import hooks, presenting, queries, services
from havre.intake.facts import SEALED
from havre.intake.forms import AgreementForm, AlertEditForm, AlertForm, AssignForm, ContactForm
from havre.intake.models import Alert
from havre.intake.workflow import ALERT, CLOSED, OPEN, AlertStatus
from havre.vault import erasure
from havre.vault.errors import Shredded
from havre.vault.fields import Compartment

C = Compartment


def found(request: HttpRequest, reference: str, *, erased: bool = False) -> Alert:
    """The alert of this reference with all its page shows, or 404. Raises `Shredded` once erased, unless asked for so."""
    alerts = queries.whole_alert(member_of(request)).annotate(erased=erasure.gone("case"))
    alert: Any = get_object_or_404(alerts, reference=reference)
    if alert.erased and not erased:
        raise Shredded
    return alert


@needs(P.ALERT_TAKE)
@require_http_methods(["GET", "POST"])
def alert_new(request: HttpRequest) -> HttpResponse:
    """Take an alert; when the person may be known, the same page asks before it is saved."""
    user: Any = member_of(request)
    vault = vault_of(request)

    def do(form: Any) -> Alert:
        return services.take_alert(
            form.alert_facts(), received_at=form.cleaned_data["received_at"], known=form.known, by=user, vault=vault
        )

    def make(data: Any) -> AlertForm:
        return AlertForm(data, look=lambda form: services.possibly_known(form.alert_facts(), by=user, vault=vault))

    return handle(request, make, do, template="intake/alert_form.html", saved=_("The alert is in the register."))


@needs(P.ALERT_TAKE)
@require_http_methods(["GET", "POST"])
def alert_edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Correct what was noted: opens the sealed texts, which the log tells."""
    alert = found(request, reference)
    user: Any = member_of(request)
    vault = vault_of(request)
    if not vault.can_open(C.IDENTITY):
        raise Http404

    def shown() -> dict[str, Any]:
        return AlertEditForm.initial_of(alert, vault.read(alert, *SEALED, why="edit"))

    def known(form: Any) -> Any:
        return services.possibly_known(form.alert_facts(), by=user, vault=vault, about=alert)

    def make(data: Any) -> AlertEditForm:
        initial = None if data is not None else shown()
        return AlertEditForm(data, initial=initial, revision=alert.revision, look=known)

    def do(form: Any) -> Alert:
        revision = form.cleaned_data["revision"] or 0
        return services.change_alert(
            alert, form.alert_facts(), revision=revision, known=form.known, by=user, vault=vault
        )

    return handle(
        request, make, do, template="intake/alert_form.html", context={"alert": alert}, saved=_("Saved."), theirs=shown
    )


@needs(P.ALERT_VIEW)
@require_GET
def alert_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One alert, read from top to bottom."""
    alert = found(request, reference, erased=True)
    if alert.erased:  # type: ignore[attr-defined]
        stone = erasure.tombstone(alert.case_id)
        return render(request, "intake/alert_erased.html", {"alert": alert, "stone": stone})
    return render(request, "intake/alert.html", page_of(request, alert))


@needs(P.ALERT_VIEW)
@require_POST
def alert_open(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """Open one sealed block: `story`, `contacts`, `interviews`, `decisions`, or the texts of a level. The log tells it."""
    alert = found(request, reference)
    if what not in BLOCKS:
        raise Http404
    context = page_of(request, alert, opened=(what,))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, f"intake/_{BLOCKS[what]}.html", context)
    return render(request, "intake/alert.html", context)


BLOCKS = {
    "story": "story", "contacts": "contacts", "interviews": "interviews", "decisions": "decisions", "level-1": "level",
    "level-2": "level",
}  # fmt: skip


def page_of(request: HttpRequest, alert: Alert, *, opened: tuple[str, ...] = (), typed: Any = None) -> dict[str, Any]:
    """Everything the page of an alert shows to this reader; `opened` blocks are opened, and told to the log."""
    user: Any = member_of(request)
    vault = vault_of(request)
    all_levels = presenting.levels(
        alert, vault=vault, opened=[n for n in (1, 2) if f"level-{n}" in opened], typed=typed
    )
    can_identity, can_legal = vault.can_open(C.IDENTITY), vault.can_open(C.LEGAL)
    study = next((level.answered for level in all_levels if level.level == 1), (0, 0))
    steps = ALERT.next_steps(alert.status, user)
    permissions = {
        name: user.can(getattr(P, f"ALERT_{name.upper()}")) for name in ("take", "study", "interview", "redirect")
    }
    wanted = next((level for level in all_levels if f"level-{level.level}" in opened), None)
    contacts, interviews, decisions = (
        list(alert.contacts.all()),
        list(alert.interviews.all()),
        list(alert.decisions.all()),
    )
    return {
        "alert": alert,
        "tone": presenting.status_tone(alert),
        "came": presenting.came(alert),
        "urgent": alert.urgency in presenting.URGENT,
        "steps": presenting.steps(alert, study),
        "facts": presenting.fact_rows(alert),
        "levels": all_levels,
        "level": wanted or next((level for level in all_levels if level.open), None),
        "current": next((level for level in all_levels if level.open), None),
        "hint": presenting.hint_of(all_levels),
        "next_steps": [step for step in steps if step.button and step.target in OPEN],
        "ending_steps": [step for step in steps if step.button and step.target in CLOSED],
        "form_steps": {step.name for step in steps if not step.button},
        "can": permissions,
        "can_open_file": alert.status == AlertStatus.ACCEPTED and user.can(P.FILE_OPEN),
        "can_hold": user.can(P.HOLD_PLACE) and alert.status in CLOSED,
        "can_erase": user.can(P.RETENTION_MANAGE) and alert.status in CLOSED,
        "is_closed": alert.status in (*CLOSED, AlertStatus.OPENED),
        "can_identity": can_identity,
        "can_legal": can_legal,
        "story": _story(alert, vault) if "story" in opened and can_identity else None,
        "has_story": any(getattr(alert, name) is not None for name, _label, _long in presenting.STORY),
        "contacts": contacts,
        "contact_notes": _texts(contacts, "note", alert, vault) if "contacts" in opened and can_identity else {},
        "contacts_open": "contacts" in opened,
        "has_notes": any(contact.note is not None for contact in contacts),
        "interviews": interviews,
        "accounts": _texts(interviews, "account", alert, vault) if "interviews" in opened and can_identity else {},
        "interviews_open": "interviews" in opened,
        "decisions": decisions,
        "reasons": _texts(decisions, "reasons", alert, vault) if "decisions" in opened and can_legal else {},
        "decisions_open": "decisions" in opened,
        "redirections": _redirections(alert, vault),
        "linked": [row for rows in hooks.LINKED for row in rows(alert, by=user)],
        **(_small_forms(alert, user) if permissions["study"] else {}),
    }


def _redirections(alert: Alert, vault: Any) -> list[dict[str, Any]]:
    """Where the person was directed, with the names of partners for those who open them."""
    made = list(alert.redirections.all())
    names = {entry.pk: entry.name for entry in queries.entries([r.partner for r in made if r.partner], vault)}
    return [
        {"category": r.category, "on": r.on, "main": r.main, "partner": r.partner_id and names.get(r.partner_id)}
        for r in made
    ]


def _small_forms(alert: Alert, user: Any) -> dict[str, Any]:
    """Three forms on one page: each has its own ids."""
    return {
        "contact_form": ContactForm(auto_id="contact_%s") if alert.status != AlertStatus.OPENED else None,
        "agreement_form": AgreementForm(initial={"agreement": alert.agreement}, auto_id="agreement_%s"),
        "assign_form": AssignForm(initial={"in_charge": alert.in_charge_id}, auto_id="charge_%s", by=user),
    }


def _story(alert: Alert, vault: Any) -> list[tuple[Any, str, bool]]:
    texts = vault.read(alert, *(name for name, _label, _long in presenting.STORY))
    return [(label, texts[name], long) for name, label, long in presenting.STORY if texts[name]]


def _texts(rows: list[Any], name: str, alert: Alert, vault: Any) -> dict[Any, str]:
    """The opened text of each row, by its id."""
    for row in rows:
        row.alert = alert
    return {row.pk: vault.read(row, name)[name] for row in rows}
