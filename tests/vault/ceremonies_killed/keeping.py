"""What is kept and what is not, killed: documents, archive, erasure, backups and their restoration."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command

from havre.casefiles import services as casefiles
from havre.casefiles.models import Document
from havre.casefiles.queries import files_visible_to
from havre.core.once import once
from havre.vault import backups, erasure, shelf
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import Archive, CaseKey, Erasure
from havre.vault.uploads import take
from tests.vault.killed import Ceremony
from tests.vault.killing import about as _about
from tests.vault.killing import once_in_the_log, vault

SUBMISSION = UUID("6c1c1f1e-0000-4000-8000-000000000001")


def _ask(home: Any) -> None:
    erasure.request(_about(home).case_id, "asked", by=vault(home, "social_worker"))


def _is_asked(home: Any, result: Any) -> None:
    assert Erasure.objects.get().requested_by == home.members["social_worker"]


def _confirm(home: Any) -> None:
    erasure.confirm(Erasure.objects.get(), by=vault(home, "coordinator"))


def _is_erased(home: Any, result: Any) -> None:
    assert Erasure.objects.get().done_at is not None
    case = _about(home).case_id
    assert not ShredSalt.objects.filter(case_id=case).exists()
    assert not CaseKey.objects.filter(case_id=case).exists()
    assert case in erasure.tombstones()


def _backups(part: str) -> Path:
    return Path(settings.DATA) / "backups" / part


def _back_up(part: str) -> Any:
    return lambda home: call_command("backup", part, "--to", str(_backups(part)), verbosity=0) and None


def _is_backed_up(part: str) -> Any:
    def done(home: Any, result: Any) -> None:
        folder = _backups(part)
        made = backups.manifests(folder)
        assert made
        for _beside, manifest in made:
            backups.verify(folder / manifest.file)
        files = {each.name for each in folder.iterdir() if each.name != ".lock"}
        assert files == set(chain(*((beside.name, manifest.file) for beside, manifest in made))), (
            "a copy nobody expires"
        )

    return done


def _back_up_then_erase(part: str) -> Any:
    def prepare(home: Any) -> None:
        _back_up(part)(home)
        _ask(home)
        _confirm(home)

    return prepare


def _restore(part: str) -> Any:
    def act(home: Any) -> None:
        file = _backups(part) / backups.manifests(_backups(part))[-1][1].file
        call_command("restore", part, "--from", str(file), "--replace", verbosity=0)

    return act


def _is_restored(home: Any, result: Any) -> None:
    case = _about(home).case_id
    assert case in erasure.tombstones()
    assert not ShredSalt.objects.filter(case_id=case).exists()


WORDS = b"A paper that was scanned. " * 10_000


def _add_document(home: Any) -> None:
    """As the page does it: the number of the sending, then the service."""
    by = vault(home, "social_worker")
    facts: dict[str, Any] = {"compartment": "identity", "category": "letter", "by": by.user, "vault": by}

    def do() -> str:
        return str(casefiles.add_document(_about(home).file, take("paper.txt", [WORDS]), **facts).pk)

    once(SUBMISSION, by=by.user, do=do)


def _is_added(home: Any, result: Any) -> None:
    document = Document.objects.get()
    reader = vault(home, "coordinator")
    assert reader.open(document, "details")
    content = reader.open_stream(document, "identity", shelf.get(home.organisation.pk, document.pk))
    assert b"".join(content) == WORDS
    others = [p for p in shelf.root().rglob("*") if p.is_file() and p.name != str(document.pk)]
    for path in others:  # what a kill left is sealed with a key that nobody has
        assert b"scanned" not in path.read_bytes()


def _archive(home: Any) -> None:
    casefiles.archive_files([_about(home).code], by=home.members["coordinator"])


def _is_archived(home: Any, result: Any) -> None:
    """Out of the lists but of those who may, in the archive once."""
    file = _about(home).file
    assert Archive.objects.get().case_id == _about(home).case_id
    once_in_the_log("vault.archive.made")
    assert file not in files_visible_to(home.members["lawyer"])
    assert file in files_visible_to(home.members["coordinator"])


def _bring_back(home: Any) -> None:
    casefiles.bring_file_back(_about(home).file, "contact", by=home.members["coordinator"])


def _is_back(home: Any, result: Any) -> None:
    there = Archive.objects.get()
    assert (there.back_by, there.back_why) == (home.members["coordinator"], "contact")
    once_in_the_log("vault.archive.made", "vault.archive.undone")
    assert _about(home).file in files_visible_to(home.members["lawyer"])


CEREMONIES = (
    Ceremony("ask_erasure", _ask, _is_asked),
    Ceremony("confirm_erasure", _confirm, _is_erased, prepare=_ask, erases=True),
    Ceremony("back_up_main", _back_up("main"), _is_backed_up("main")),
    Ceremony("back_up_keystore", _back_up("keystore"), _is_backed_up("keystore")),
    Ceremony("restore_main", _restore("main"), _is_restored, prepare=_back_up_then_erase("main"), erases=True),
    Ceremony(
        "restore_keystore", _restore("keystore"), _is_restored, prepare=_back_up_then_erase("keystore"), erases=True
    ),
    Ceremony("add_document", _add_document, _is_added),
    Ceremony("archive", _archive, _is_archived),
    Ceremony("bring_back", _bring_back, _is_back, prepare=_archive),
)
