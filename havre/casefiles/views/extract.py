"""A person's own extract: choose, read what would be given, mask more, then make it. Nothing of it stays here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.casefiles import services
from havre.casefiles.forms.extract import ExtractForm
from havre.casefiles.printing import to_pdf
from havre.casefiles.views.shared import crumbs, find_file


@needs(P.EXTRACT_MAKE)
@recently
@require_http_methods(["GET", "POST"])
def extract(request: HttpRequest, code: str) -> HttpResponse:
    """Three steps on one page. The words to mask travel in the form only: they are names."""
    file, user, vault = find_file(request, code), member_of(request), vault_of(request)
    form = ExtractForm(request.POST or None, held=vault.compartments, initial={"language": user.language})
    context: dict[str, Any] = {"file": file, "form": form, "crumbs": crumbs(file, _("Their own extract"))}
    if not form.is_bound:
        return render(request, "casefiles/extract.html", context)
    if not form.is_valid():
        return render(request, "casefiles/extract.html", context, status=422)
    facts = form.facts()
    language = facts.pop("language")
    make = "make" in request.POST
    work = services.make_extract if make else services.look_at_extract
    with translation.override(language):
        found = work(file, **facts, by=user, vault=vault)
        if make:
            answer = HttpResponse(
                to_pdf(found, organisation=user.organisation.name, language=language), content_type="application/pdf"
            )
            answer["Content-Disposition"] = f'attachment; filename="{code}.pdf"'
            answer["Cache-Control"] = "no-store"
            return answer
    return render(request, "casefiles/extract.html", {**context, "extract": found, "words_in": language})
