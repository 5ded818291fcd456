"""Documents of a file: sealed, typed, scanned, versioned, shown in a frame, downloaded under a neutral name (T11)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from havre.casefiles import services
from havre.casefiles.models import Document, File
from havre.core.errors import RuleBroken
from havre.vault import shelf
from havre.vault.errors import Tampered
from havre.vault.uploads import take
from tests.casefiles.log import kinds, now_at
from tests.casefiles.pages import text, url
from tests.factories import House
from tests.factories.casefiles import open_file
from tests.vault.clam import EICAR, clamd

MARK = "Zqx-Ndèye"
PDF = b"%PDF-1.7\n" + MARK.encode() * 20_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(autouse=True)
def _own_shelf(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


@pytest.fixture
def file(house: House) -> File:
    """An empty file."""
    return open_file(house)


def add(house: House, file: File, content: bytes = PDF, *, role: str = "social_worker", **facts: Any) -> Document:
    """A document added by a service."""
    known = {"compartment": "identity", "category": "letter", "description": f"Words of {MARK}", **facts}
    upload = take(f"{MARK}.pdf", [content])
    return services.add_document(file, upload, **known, by=house.user(role), vault=house.vault(role))


def send(client: Client, file: File, content: bytes = PDF, name: str = f"{MARK}.pdf", **more: Any) -> Any:
    """A document added by its page."""
    values = {"category": "letter", "compartment": "identity", "description": f"Words of {MARK}", **more}
    return client.post(url("document-add", file), {**values, "upload": SimpleUploadedFile(name, content)})


def body(answer: Any) -> bytes:
    """What was downloaded."""
    return b"".join(answer.streaming_content)


def kept(settings: LazySettings) -> list[Path]:
    """The files of the shelf."""
    return [path for path in Path(settings.DATA).rglob("*") if path.is_file()]


@pytest.mark.promise("T1")
def test_added_by_its_page_then_downloaded_as_it_was(house: House, file: File, settings: LazySettings) -> None:
    client, before = house.client("social_worker"), now_at()
    assert send(client, file, element="L1-01").status_code == 302
    document = Document.objects.get()
    path = shelf.path_of(house.organisation.pk, document.pk)
    assert kept(settings) == [path]
    assert MARK.encode() not in path.read_bytes()
    answer = client.get(url("document-download", file, document.pk))
    assert body(answer) == PDF
    assert int(answer["Content-Length"]) == len(PDF)
    assert answer["Content-Disposition"] == f'attachment; filename="{file.person.code}-document-1.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert kinds(since=before) == ["casefiles.document.added", "casefiles.document.read"]


def test_the_list_opens_on_a_click(house: House, file: File) -> None:
    add(house, file)
    client = house.client("lawyer")
    closed = text(client.get(url("file-documents", file)))
    assert "Document 1" in closed
    assert "Not scanned" in closed
    assert MARK not in closed
    opened = text(client.post(url("open-part", file, "documents")))
    assert f"{MARK}.pdf" in opened
    assert f"Words of {MARK}" in opened


def test_each_profession_keeps_its_own(house: House, file: File) -> None:
    document = add(house, file, role="psychologist", compartment="psychology", category="medical")
    page = text(house.client("coordinator").get(url("file-documents", file)))
    assert "Sealed for psychologists. 1 document." in page
    assert "Document 1" not in page
    assert "Medical" not in page
    for name in ("document", "document-show", "document-download", "document-version", "document-withdraw"):
        assert house.client("coordinator").get(url(name, file, document.pk)).status_code == 404
        assert house.client("psychologist").get(url(name, file, document.pk)).status_code == 200
    with pytest.raises(PermissionDenied):
        services.read_document(document, by=house.user("lawyer"), vault=house.vault("lawyer"))
    with pytest.raises(PermissionDenied):
        services.withdraw_document(document, by=house.user("lawyer"), vault=house.vault("lawyer"))


def test_one_adds_for_a_unit_of_ones_own_only(house: House, file: File) -> None:
    with pytest.raises(RuleBroken):
        add(house, file, compartment="psychology")
    with pytest.raises(RuleBroken):
        add(house, file, compartment="nothing")
    assert send(house.client("lawyer"), file, compartment="social").status_code == 422
    with pytest.raises(PermissionDenied):
        add(house, file, role="reception")


def test_another_organisation_adds_and_reads_nothing(house: House, other: House, file: File) -> None:
    document = add(house, file)
    theirs = {"by": other.user("coordinator"), "vault": other.vault("coordinator")}
    for act in (
        lambda: services.read_document(document, **theirs),
        lambda: services.withdraw_document(document, **theirs),
        lambda: services.add_version(document, take("a.pdf", [PDF]), **theirs),
        lambda: services.add_document(file, take("a", [PDF]), compartment="identity", category="letter", **theirs),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- what is taken --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"MZ\x90\0", b"PK\x03\x04zip"])
def test_a_kind_that_is_not_on_the_list_is_refused_in_words(
    house: House, file: File, content: bytes, settings: LazySettings
) -> None:
    """Whatever its name says."""
    answer = send(house.client("lawyer"), file, content, name="calm.pdf")
    assert answer.status_code == 422
    assert "This kind of file is not taken" in text(answer)
    assert not kept(settings)


def test_the_name_does_not_make_the_kind(house: House, file: File) -> None:
    client = house.client("lawyer")
    send(client, file, PNG, name="page.html")
    answer = client.get(url("document-show", file, Document.objects.get().pk))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].endswith('-document-1.png"')


def test_too_large_or_empty_is_refused_in_words(house: House, file: File, settings: LazySettings) -> None:
    settings.HAVRE_DOCUMENT_BYTES = 1024
    client = house.client("lawyer")
    large = send(client, file)
    assert large.status_code == 422
    assert "too large" in text(large)
    assert "This file is empty" in text(send(client, file, b""))
    assert "required" in text(client.post(url("document-add", file), {"category": "letter"})).lower()
    assert not Document.objects.exists()


def test_an_unknown_question_is_refused(house: House, file: File) -> None:
    with pytest.raises(RuleBroken):
        add(house, file, element="L9-99")


def test_sent_twice_it_is_one(house: House, file: File) -> None:
    client = house.client("lawyer")
    key = "6c1c1f1e-0000-4000-8000-000000000001"
    assert send(client, file, submission=key).status_code == send(client, file, submission=key).status_code == 302
    assert Document.objects.count() == 1


# --- harmful --------------------------------------------------------------------------------------------------------------


def test_eicar_is_locked_away_when_clamd_says_so(
    house: House, file: File, settings: LazySettings, tmp_path: Path
) -> None:
    settings.HAVRE_CLAMD_SOCKET = str(tmp_path / "clamd")
    client = house.client("lawyer")
    with clamd(settings.HAVRE_CLAMD_SOCKET):
        send(client, file, EICAR, name="eicar.txt")
        send(client, file)
    harmful, clean = Document.objects.order_by("number")
    assert (harmful.scan, clean.scan) == ("infected", "clean")
    page = text(client.get(url("file-documents", file)))
    assert "Harmful: locked away" in page
    assert "nothing found" in page
    for name in ("document-download", "document-show"):
        answer = client.get(url(name, file, harmful.pk))
        assert answer.status_code == 422
        assert EICAR not in answer.content
    assert "locked away" in text(client.get(url("document", file, harmful.pk)))
    assert body(client.get(url("document-download", file, clean.pk))) == PDF


def test_without_clamd_eicar_is_shown_as_not_scanned(house: House, file: File) -> None:
    client = house.client("lawyer")
    send(client, file, EICAR, name="eicar.txt")
    assert Document.objects.get().scan == "not_scanned"
    assert "Not scanned" in text(client.get(url("file-documents", file)))


# --- the frame ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "attribute"), [(PDF, ""), (PNG, " sandbox")])
def test_an_image_or_a_pdf_is_shown_in_a_closed_frame(house: House, file: File, content: bytes, attribute: str) -> None:
    """The answer's own policy closes it, whatever the frame says: Chromium shows no PDF in a frame with the attribute."""
    document = add(house, file, content)
    client = house.client("lawyer")
    page = client.get(url("document", file, document.pk))
    assert f'{attribute} src="{url("document-show", file, document.pk)}"' in text(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    shown = client.get(url("document-show", file, document.pk))
    assert body(shown) == content
    policy = [each.strip() for each in shown["Content-Security-Policy"].split(";")]
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert not [each for each in policy if each.startswith("script-src")]
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"


def test_nothing_else_is_shown_in_a_page(house: House, file: File) -> None:
    document = add(house, file, b"plain words")
    client = house.client("lawyer")
    assert "<iframe" not in text(client.get(url("document", file, document.pk)))
    assert client.get(url("document-show", file, document.pk)).status_code == 404
    assert body(client.get(url("document-download", file, document.pk))) == b"plain words"


# --- versions, withdrawal -------------------------------------------------------------------------------------------------


def test_a_version_follows_another(house: House, file: File) -> None:
    first = add(house, file)
    client, before = house.client("lawyer"), now_at()
    sent = {"upload": SimpleUploadedFile("second.png", PNG), "description": "Second"}
    assert client.post(url("document-version", file, first.pk), sent).status_code == 302
    second = Document.objects.get(version=2)
    assert (second.replaces, second.number, second.compartment) == (first, 1, "identity")
    assert kinds(since=before) == ["casefiles.document.version_added"]
    name = client.get(url("document-download", file, second.pk))["Content-Disposition"]
    assert name.endswith('-document-1-v2.png"')
    assert body(client.get(url("document-download", file, first.pk))) == PDF, "the one before stays"
    assert add(house, file).number == 2


def test_two_cannot_replace_the_same(house: House, file: File) -> None:
    first = add(house, file)
    who: dict[str, Any] = {"by": house.user("lawyer"), "vault": house.vault("lawyer")}
    services.add_version(first, take("a.pdf", [PDF]), **who)
    with pytest.raises(RuleBroken):
        services.add_version(first, take("a.pdf", [PDF]), **who)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=add(house, file).pk).update(version=2, replaces=first)


def test_taken_out_it_no_longer_opens_and_its_line_stays(house: House, file: File) -> None:
    document = add(house, file)
    client, before = house.client("lawyer"), now_at()
    assert client.post(url("document-withdraw", file, document.pk)).status_code == 302
    assert client.post(url("document-withdraw", file, document.pk)).status_code == 302
    assert kinds(since=before) == ["casefiles.document.withdrawn"]
    assert "Taken out" in text(client.get(url("file-documents", file)))
    assert client.get(url("document-download", file, document.pk)).status_code == 422
    with pytest.raises(RuleBroken):
        services.add_version(document, take("a", [PDF]), by=house.user("lawyer"), vault=house.vault("lawyer"))


# --- T11, through the pages -----------------------------------------------------------------------------------------------


@pytest.mark.promise("T11")
def test_a_document_changed_on_the_disk_does_not_open(house: House, file: File) -> None:
    one, two = add(house, file), add(house, file)
    paths = [shelf.path_of(house.organisation.pk, each.pk) for each in (one, two)]
    who: dict[str, Any] = {"by": house.user("lawyer"), "vault": house.vault("lawyer")}
    good = paths[0].read_bytes()
    changed = bytearray(good)
    changed[len(good) // 2] ^= 1
    for wrong in (paths[1].read_bytes(), good[:-1], good[: len(good) // 2], good + b"x", bytes(changed), b""):
        paths[0].write_bytes(wrong)
        with pytest.raises(Tampered):
            b"".join(services.read_document(one, **who)[1])
    paths[0].unlink()
    with pytest.raises(Tampered):
        services.read_document(one, **who)
    assert b"".join(services.read_document(two, **who)[1]) == PDF


def test_a_service_that_fails_leaves_no_file(house: House, file: File, settings: LazySettings) -> None:
    with pytest.raises(RuleBroken):
        add(house, file, description="x" * 1001)
    assert not kept(settings)


def test_the_list_asks_as_many_questions_whatever_the_documents(house: House, file: File) -> None:
    client = house.client("coordinator")
    add(house, file)
    add(house, file, compartment="social")
    client.get(url("file-documents", file))
    with CaptureQueriesContext(connection) as few:
        client.get(url("file-documents", file))
    for _ in range(6):
        add(house, file)
    with CaptureQueriesContext(connection) as many:
        client.get(url("file-documents", file))
    assert len(many) == len(few)
