"""Documents of a file: added, listed, shown in a frame that can do nothing, downloaded, taken out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from csp.constants import SELF
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from havre.accounts.asking import member_of, vault_of
from havre.accounts.handling import handle
from havre.accounts.permissions import Permission as P
from havre.accounts.permissions import needs
from havre.accounts.recent import recently
from havre.casefiles import queries, services
from havre.casefiles.forms.document import DocumentForm, VersionForm, WithdrawForm
from havre.casefiles.models import Document, File
from havre.casefiles.reading import read_rows
from havre.casefiles.services.documents import described
from havre.casefiles.standing import READS, Standing, opened_kinds
from havre.casefiles.story import compartment_label, sealed_for
from havre.casefiles.views.shared import crumbs, find_file, why_of
from havre.core import filetypes, grids
from havre.core.clamd import Scan
from havre.vault.fields import Compartment as C

TONES = {Scan.CLEAN: "good", Scan.INFECTED: "urgent", Scan.NOT_SCANNED: "neutral"}
# Nothing runs, nothing is fetched, nothing is sent: the document alone, in a frame of ours, of no origin (`sandbox`).
FRAME = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def documents_section(request: HttpRequest, file: File, opened: frozenset[str]) -> dict[str, Any]:
    """The list: each document by its number; those of another profession are counted, and closed."""
    vault, show = vault_of(request), "documents" in opened
    here: Standing = file.standing  # type: ignore[attr-defined]
    opens = opened_kinds(vault, file.person.case_id)
    documents = queries.documents_of(file, opened=show)
    mine = [document for document in documents if document.compartment in opens]
    texts = (
        read_rows(vault, mine, "details", why=why_of(request, file))
        if show
        else [{"details": ""} for _document in mine]
    )
    lines = [
        {**_coded(document), **_words(described(text["details"]) if text["details"] else {})}
        for document, text in zip(mine, texts, strict=True)
    ]
    newest = {document.number: document.version for document in reversed(documents)}
    for line in lines:
        line["newest"] = newest[line["document"].number] == line["document"].version
    return {
        "documents": lines,
        "documents_opened": show,
        "closed_documents": [] if here.given_only else [
            _closed(documents, kind, restricted=here.restricted)
            for kind in C.values
            if kind not in opens and any(document.compartment == kind for document in documents)
        ],
    }  # fmt: skip


def _closed(documents: list[Document], kind: str, *, restricted: bool) -> dict[str, str]:
    count = len({d.number for d in documents if d.compartment == kind})
    words = ngettext("%(count)s document.", "%(count)s documents.", count) % {"count": count}
    return {"title": compartment_label(kind), "text": f"{sealed_for(kind, restricted=restricted)} {words}"}


def _coded(document: Document) -> dict[str, Any]:
    """What a line says of a document without opening it."""
    by_code = grids.latest().by_code
    return {
        "document": document,
        "for_whom": compartment_label(document.compartment),
        "element": by_code[document.element].label() if document.element in by_code else document.element,
        "scan": {"text": Scan(document.scan).label, "tone": TONES[Scan(document.scan)]},
    }


def _words(details: dict[str, Any]) -> dict[str, Any]:
    """What a line says once opened."""
    if not details:
        return {}
    kind = filetypes.BY_MEDIA.get(details["type"])
    return {
        "name": details["name"],
        "description": details["description"],
        "kind": kind.label if kind else details["type"],
        "size": filesizeformat(details["size"]),
        "shown": bool(kind and kind.shown),
        # Chromium's reader of PDF refuses a frame with the attribute; the policy of the answer closes it as well.
        "closed_frame": details["type"].startswith("image/"),
    }


def _find(request: HttpRequest, code: str, pk: UUID, *, reading: bool = True) -> Document:
    """A document of a file one sees, in a compartment one opens there; 404 otherwise."""
    file = find_file(request, code, reading=reading)
    document = get_object_or_404(Document.objects.select_related("by", "replaces"), pk=pk, file=file)
    vault, here = vault_of(request), file.standing  # type: ignore[attr-defined]
    if not (
        vault.can_open(document.compartment, file.person.case_id)
        if reading
        else document.compartment in here.writes(vault, file)
    ):
        raise Http404
    document.file = file
    return document


def neutral_name(document: Document, extension: str) -> str:
    """What a downloaded file is called: the person's code and the document's number, never the name it came with."""
    version = f"-v{document.version}" if document.version > 1 else ""
    return f"{document.file.person.code}-document-{document.number}{version}.{extension}"


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def document_add(request: HttpRequest, code: str) -> HttpResponse:
    """Add a document."""
    file, vault = find_file(request, code), vault_of(request)
    held = file.standing.writes(vault, file)  # type: ignore[attr-defined]

    def make(data: Any) -> DocumentForm:
        return DocumentForm(data, request.FILES or None, held=held, initial={"compartment": C.IDENTITY})

    def do(form: DocumentForm) -> str:
        facts = form.facts()
        services.add_document(file, facts.pop("upload"), **facts, by=member_of(request), vault=vault)
        return reverse("casefiles:file-documents", args=[code])

    title = _("A document")
    explain = _("Sealed as it is received: it never lies open on the server. Only the people you choose open it.")
    return _form(request, file, make, do, title=title, explain=explain, saved=_("Document added."))


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def document_version(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Add a version of a document."""
    before = _find(request, code, pk, reading=False)

    def do(form: VersionForm) -> str:
        facts = form.facts()
        upload = facts.pop("upload")
        made = services.add_version(before, upload, **facts, by=member_of(request), vault=vault_of(request))
        return reverse("casefiles:document", args=[code, made.pk])

    title = _("A version of document %(number)s") % {"number": before.number}
    explain = _("The version before stays, and can be opened.")
    return _form(
        request,
        before.file,
        lambda data: VersionForm(data, request.FILES or None),
        do,
        title=title,
        explain=explain,
        saved=_("Version added."),
    )


@needs(P.FILE_EDIT)
@require_http_methods(["GET", "POST"])
def document_withdraw(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Take a document out of the file."""
    document = _find(request, code, pk, reading=False)

    def do(form: WithdrawForm) -> str:
        services.withdraw_document(document, by=member_of(request), vault=vault_of(request))
        return reverse("casefiles:file-documents", args=[code])

    title = _("Take document %(number)s out of the file") % {"number": document.number}
    explain = _(
        "It no longer opens for anybody. Its line stays, with your name. It is destroyed when the file is erased."
    )
    button = _("Take it out")
    return _form(
        request, document.file, WithdrawForm, do, title=title, explain=explain, button=button, saved=_("Taken out.")
    )


def _form(request: HttpRequest, file: File, make: Any, do: Any, *, saved: Any, **context: Any) -> HttpResponse:
    way = crumbs(file, context["title"])
    return handle(
        request, make, do, template="casefiles/short_form.html", context={"file": file, "crumbs": way, **context},
        saved=saved,
    )  # fmt: skip


@needs(*READS)
def document_page(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """One version of a document: what it is, opened, and a look at it when a page may show it."""
    document = _find(request, code, pk)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    file = document.file
    details = vault_of(request).read(document, "details", why=why_of(request, file))["details"]
    words = _words(described(details))
    others = [d for d in queries.documents_of(file) if d.number == document.number and d.pk != document.pk]
    title = _("Document %(number)s") % {"number": document.number}
    context = {
        "file": file,
        "person": file.person,
        "title": title,
        "crumbs": [
            *crumbs(file, "")[:2],
            (_("Documents"), reverse("casefiles:file-documents", args=[code])),
            (title, ""),
        ],
        "can_edit": member_of(request).can(P.FILE_EDIT)
        and document.compartment in file.standing.writes(vault_of(request), file),  # type: ignore[attr-defined]
        "others": others,
        "is_newest": not any(other.version > document.version for other in others),
        **_coded(document),
        **words,
    }
    page: Any = render(request, "casefiles/document.html", context)
    page._csp_update = {"frame-src": [SELF]}  # read by django-csp: this page alone has a frame, of ours
    return page


@needs(*READS)
def document_show(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """The document itself, for the frame of its page: images and PDF only."""
    return _stream(request, _find(request, code, pk), inline=True)


@needs(*READS)
@recently
def document_download(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """The document itself, to keep."""
    return _stream(request, _find(request, code, pk), inline=False)


def _stream(request: HttpRequest, document: Document, *, inline: bool) -> HttpResponse:
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    why = why_of(request, document.file)
    details, chunks = services.read_document(document, by=member_of(request), vault=vault_of(request), why=why)
    kind = filetypes.BY_MEDIA.get(details["type"])
    if kind is None or (inline and not kind.shown):
        raise Http404
    response: Any = StreamingHttpResponse(_begun(chunks), content_type=kind.media)
    response["Content-Length"] = str(details["size"])
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{neutral_name(document, kind.extension)}"'
    response["Content-Security-Policy"] = FRAME if inline else ALONE
    response["X-Frame-Options"] = "SAMEORIGIN" if inline else "DENY"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The first chunk is opened before the answer begins: a wrong key is a refusal, not half a download.

    One changed further on breaks the answer off before its announced length: the browser keeps nothing.
    """
    return chain([next(chunks, b"")], chunks)
