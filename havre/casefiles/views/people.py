"""Forms about the person: details, arrival, dependants."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.casefiles import services
from havre.casefiles.forms.person import SEALED, ArrivalForm, DependantForm, PersonForm
from havre.casefiles.models import Arrival, Person
from havre.casefiles.views.shared import crumbs, find_file, theirs_of, why_of
from havre.vault.fields import Compartment as C


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Who the person is: coded facts, and the sealed ones, opened to be corrected."""
    file = find_file(request, code)
    vault = vault_of(request)
    opens = vault.can_open(C.IDENTITY, file.person.case_id)

    def fresh(data: Any, person: Person) -> PersonForm:
        # Sent back or kept, the texts are in the data: the sealed ones are not opened again.
        texts = vault.read(person, *SEALED, why=why_of(request, file)) if data is None and opens else {}
        form = PersonForm(data, person=person, texts=texts, revision=person.revision)
        if not opens:
            for name in SEALED:
                del form.fields[name]
        return form

    def do(form: PersonForm) -> str:
        services.change_person(
            file.person, form.person_facts, revision=form.cleaned_data["revision"], by=member_of(request), vault=vault
        )
        return reverse("casefiles:file-person", args=[code])

    return handle(
        request,
        lambda data: fresh(data, file.person),
        do,
        template="casefiles/person_form.html",
        context=lambda: {"file": file, "crumbs": crumbs(file, _("Identity"))},
        saved=_("Saved."),
        theirs=lambda: theirs_of(fresh(None, Person.objects.get(pk=file.person_id))),
    )


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def arrival_edit(request: HttpRequest, code: str) -> HttpResponse:
    """How the person came."""
    file = find_file(request, code)

    def fresh(data: Any) -> ArrivalForm:
        arrival = Arrival.objects.filter(person=file.person).first()
        return ArrivalForm(data, arrival=arrival, revision=arrival.revision if arrival else 0)

    def do(form: ArrivalForm) -> str:
        services.record_arrival(
            file.person, form.arrival_facts, revision=form.cleaned_data["revision"] or None, by=member_of(request)
        )
        return reverse("casefiles:file-exploitation", args=[code])

    return handle(
        request,
        fresh,
        do,
        template="casefiles/arrival_form.html",
        context=lambda: {"file": file, "crumbs": crumbs(file, _("Arrival"))},
        saved=_("Saved."),
        theirs=lambda: theirs_of(fresh(None)),
    )


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def dependant_add(request: HttpRequest, code: str) -> HttpResponse:
    """A child or another dependant."""
    file = find_file(request, code)

    def do(form: DependantForm) -> str:
        services.add_dependant(file.person, **form.facts(), by=member_of(request), vault=vault_of(request))
        return reverse("casefiles:file-person", args=[code])

    return handle(
        request,
        DependantForm,
        do,
        template="casefiles/dependant_form.html",
        context=lambda: {"file": file, "crumbs": crumbs(file, _("A dependant"))},
        saved=_("Added."),
    )
