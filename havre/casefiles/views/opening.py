"""From an accepted alert to a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import queries, services
from havre.casefiles.facts import PersonFacts
from havre.casefiles.forms.file import OpenFileForm, ReopenFileForm
from havre.casefiles.models import File
from havre.intake.known import look
from havre.intake.models import Alert
from havre.vault.fields import Compartment as C


@needs(P.FILE_OPEN)
@require_http_methods(["GET", "POST"])
def open_from_alert(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the file of the person an alert is about; someone who comes back finds the file they had (R12)."""
    user, vault = member_of(request), vault_of(request)
    alert = get_object_or_404(queries.alerts_to_open(user), reference=reference)
    former = (
        queries.files_visible_to(user).filter(person__code=alert.former_code).first() if alert.former_code else None
    )
    if request.method == "GET" and not queries.can_open_from(alert):
        messages.info(request, _("A file is opened once the decision to accompany is written."))
        return redirect(alert)

    def known(form: Any) -> Any:
        return look(services.possible(form.person_facts), by=user, vault=vault, about=alert)

    def make(data: Any) -> OpenFileForm | ReopenFileForm:
        if former is not None:
            return ReopenFileForm(data, user=user)
        return OpenFileForm(data, user=user, look=known, initial=_known(alert, vault) if data is None else {})

    def do(form: Any) -> File:
        values = form.cleaned_data
        return services.open_file(
            PersonFacts() if former is not None else form.person_facts,
            units=tuple(values["units"]),
            in_charge=form.in_charge(),
            opened_on=values["opened_on"],
            alert=alert,
            known=None if former is not None else form.known,
            by=user,
            vault=vault,
        )

    context = {
        "alert": alert,
        "former": former,
        "crumbs": [
            (_("Alerts"), reverse("intake:alerts")),
            (reference, alert.get_absolute_url()),
            (_("Open the file"), ""),
        ],
    }
    return handle(
        request,
        make,
        do,
        template="casefiles/open_file.html",
        context=context,
        saved=_("The file is open again.") if former is not None else _("The file is open."),
    )


def _known(alert: Alert, vault: Any) -> dict[str, Any]:
    """What the alert already says: coded facts, and the name and contact when this reader opens them."""
    known: dict[str, Any] = {"gender": alert.person_gender, "units": _units(alert)}
    if vault.can_open(C.IDENTITY, alert.case_id):
        texts = vault.read(alert, "person_name", "person_contact")
        known |= {"names": texts["person_name"], "safe_contact": texts["person_contact"]}
    return known


def _units(alert: Alert) -> list[str]:
    """The units the decision speaks of."""
    outcomes = [d.outcome for d in alert.decisions.all()]
    units = {"accompany_social": ["social"], "accompany_legal": ["legal"], "accompany_both": ["social", "legal"]}
    return next((units[o] for o in reversed(outcomes) if o in units), [])
