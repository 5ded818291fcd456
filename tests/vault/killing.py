"""The ceremonies that are killed, one line each at the end: to add one, add a line to `CEREMONIES`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command

from havre.accounts import services as accounts
from havre.accounts.founding import NewMember, found_organisation
from havre.accounts.models import Organisation, User
from havre.casefiles import services as casefiles
from havre.casefiles.models import Document, Note, Person
from havre.core.once import once
from havre.intake.models import Alert
from havre.vault import backups, ceremonies, checking, erasure, keys, rotation, services, sessions, shelf
from havre.vault.errors import Shredded
from havre.vault.keystore.models import ShredSalt
from havre.vault.models import CaseKey, Erasure, Grant, InboxItem
from havre.vault.uploads import take
from tests.vault import house as h
from tests.vault.killed import Ceremony

NEW = "five patient oars upstream"
CASES = 5
SUBMISSION = UUID("6c1c1f1e-0000-4000-8000-000000000001")


def furnish() -> None:
    """Six members, five people with a note of each profession and a message: what must not be lost."""
    home = h.build()
    officer = home.vault("coordinator")
    for name, role in (("second", "psychologist"), ("newcomer", "lawyer")):
        user = home.members[name] = User.objects.create(
            username=f"havre.{name}", display_name=name, organisation=home.organisation, role=role, language="en"
        )
        ceremonies.enrol(user, home.passphrase(name), officer=officer)
    for kind in ("identity", "psychology"):
        ceremonies.grant(kind, home.members["second"], by=home.vault("psychologist"))
    for number in range(CASES):
        about = h.person(home, officer, names=f"Name {number}")
        h.note(about, "psychology", f"Confided {number}", home.vault("second"))
        h.note(about, "legal", f"Filed {number}", officer)
        services.send_to_inbox("psychology", f"Sent {number}", by=officer.user, subject=about.code)
    h.alert(home, officer, person_name="Name of an alert")


def home_of() -> h.House:
    """The house as the database has it."""
    organisation = Organisation.objects.get(slug="havre")
    members = {user.username.removeprefix("havre."): user for user in organisation.members.all()}
    return h.House(organisation, members)


def passphrase(home: h.House, who: str) -> str:
    """Theirs, or the one that a ceremony gave them."""
    private = sessions.unlock(home.members[who], home.passphrase(who))
    return home.passphrase(who) if private is not None else NEW


def vault(home: h.House, who: str) -> Any:
    """A vault just opened, with either passphrase."""
    user = User.objects.get(pk=home.members[who].pk)
    private = sessions.unlock(user, passphrase(home, who))
    assert private is not None, f"{who} does not sign in any more"
    return h.OpenVault(user, private)


def intact(home: h.House, *, but_erased: bool) -> None:
    """Every text opens, for those who hold it; nothing is wrong for any member; the rotation finishes."""
    for who in ("coordinator", "psychologist"):
        rotation.resume(vault(home, who))
    assert rotation.remaining(home.organisation) == {}
    erased = 1 if but_erased else 0
    director, psychologist = vault(home, "coordinator"), vault(home, "psychologist")
    people = list(Person.objects.filter(organisation=home.organisation).order_by("number"))
    for number, about in enumerate(people):
        wanted: list[tuple[Any, Any, str, str]] = [(director, about, "names", f"Name {number}")]
        notes = {note.compartment: note for note in Note.objects.filter(file__person=about)}
        wanted += [(psychologist, notes["psychology"], "text", f"Confided {number}")]
        wanted += [(director, notes["legal"], "text", f"Filed {number}")]
        for reader, row, name, text in wanted:
            if number < erased:
                _refused(reader, row, name)
            else:
                assert reader.open(row, name) == text
    assert len(people) == CASES
    assert director.open(Alert.objects.get(), "person_name") == "Name of an alert"
    messages = sorted(psychologist.open_inbox(item) for item in InboxItem.objects.all())
    assert messages == [f"Sent {number}" for number in range(erased, CASES)]
    active = User.objects.filter(is_active=True, organisation=home.organisation).exclude(member_key=None)
    vaults = [vault(home, user.username.removeprefix("havre.")) for user in active]
    report = checking.check(vaults)
    assert report.sound, report.findings
    assert len(vaults) >= 6


def _refused(reader: Any, row: Any, name: str) -> None:
    try:
        reader.open(row, name)
    except Shredded:
        return
    raise AssertionError("an erased text opens")


# --- what is done, and what must be true after ----------------------------------------------------------------------------


def _found(home: Any) -> None:
    organisation = Organisation(name="Second", slug="second")
    people = [
        NewMember("second.director", "D", "coordinator", NEW, "en"),
        NewMember("second.psychologist", "P", "psychologist", NEW, "en"),
    ]
    found_organisation(organisation, people)


def _is_founded(home: Any, result: Any) -> None:
    director, psychologist = (User.objects.get(username=f"second.{name}") for name in ("director", "psychologist"))
    kinds = {}
    for user in (director, psychologist):
        private = sessions.unlock(user, NEW)
        assert private is not None
        kinds[user.role] = h.OpenVault(user, private).compartments
    assert kinds["psychologist"] >= {"identity", "psychology"}
    assert kinds["coordinator"] >= {"identity", "legal", "governance"}
    h.OpenVault(director, sessions.unlock(director, NEW) or b"").signing_seed()


def _invite(home: Any) -> Any:
    by = vault(home, "coordinator")
    _user, code = accounts.invite(
        username="havre.guest", display_name="G", role="lawyer", passphrase=home.passphrase("guest"),
        by=by.user, vault=by,
    )  # fmt: skip
    return code


def _is_invited(home: Any, result: Any) -> None:
    home.members["guest"] = User.objects.get(username="havre.guest")
    assert vault(home, "guest").compartments == frozenset()
    if result:
        keys.check_code(result, by=vault(home, "guest"))


def _grant(home: Any) -> None:
    by = vault(home, "lawyer")
    accounts.give_access(home.members["newcomer"], "legal", by=by.user, vault=by)


def _is_granted(home: Any, result: Any) -> None:
    reader = vault(home, "newcomer")
    assert sorted(reader.open(note, "text") for note in Note.objects.filter(compartment="legal")) == [
        f"Filed {n}" for n in range(CASES)
    ]


def _withdraw(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.withdraw_access(home.members["second"], "psychology", by=by.user, vault=by)


def _is_withdrawn(home: Any, result: Any) -> None:
    reader = vault(home, "second")
    assert "psychology" not in reader.compartments
    assert not Grant.objects.filter(user=reader.user, compartment__kind="psychology").exists()


def _leave(home: Any) -> None:
    by = vault(home, "coordinator")
    accounts.let_go(home.members["second"], by=by.user, vault=by)


def _has_left(home: Any, result: Any) -> None:
    user = User.objects.get(username="havre.second")
    assert not user.is_active
    assert not Grant.objects.filter(user=user).exists()


def _resume(home: Any) -> None:
    rotation.BATCH = 2
    for who in ("psychologist", "coordinator"):
        rotation.resume(vault(home, who))


def _is_wrapped(home: Any, result: Any) -> None:
    assert rotation.remaining(home.organisation) == {}
    assert not CaseKey.objects.exclude(compartment__retired_at=None).exists()


def _change(home: Any) -> None:
    keys.change_passphrase(home.passphrase("lawyer"), NEW, by=home.members["lawyer"])


def _is_changed(home: Any, result: Any) -> None:
    assert sessions.unlock(home.members["lawyer"], NEW) is not None
    assert sessions.unlock(home.members["lawyer"], home.passphrase("lawyer")) is None


def _paper() -> Path:
    return Path(settings.DATA) / "code-on-paper"


def _print_code(home: Any) -> None:
    _paper().write_text(keys.new_code(home.passphrase("lawyer"), by=home.members["lawyer"]))


def _recover(home: Any) -> Any:
    return keys.recover(home.members["lawyer"], _paper().read_text(), NEW)


def _new_code(home: Any) -> Any:
    return keys.new_code(home.passphrase("lawyer"), by=home.members["lawyer"])


def _is_new_code(home: Any, result: Any) -> None:
    keys.check_code(result, by=vault(home, "lawyer"))


def _about(home: Any) -> Any:
    return Person.objects.order_by("number").first()


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


CEREMONIES = (
    Ceremony("found", _found, _is_founded),
    Ceremony("invite", _invite, _is_invited),
    Ceremony("grant", _grant, _is_granted),
    Ceremony("withdraw", _withdraw, _is_withdrawn),
    Ceremony("leave", _leave, _has_left),
    Ceremony("wrap_again", _resume, _is_wrapped, prepare=_leave),
    Ceremony("change_passphrase", _change, _is_changed),
    Ceremony("recover", _recover, _is_changed, prepare=_print_code),
    Ceremony("new_code", _new_code, _is_new_code),
    Ceremony("ask_erasure", _ask, _is_asked),
    Ceremony("confirm_erasure", _confirm, _is_erased, prepare=_ask, erases=True),
    Ceremony("back_up_main", _back_up("main"), _is_backed_up("main")),
    Ceremony("back_up_keystore", _back_up("keystore"), _is_backed_up("keystore")),
    Ceremony("restore_main", _restore("main"), _is_restored, prepare=_back_up_then_erase("main"), erases=True),
    Ceremony(
        "restore_keystore", _restore("keystore"), _is_restored, prepare=_back_up_then_erase("keystore"), erases=True
    ),
    Ceremony("add_document", _add_document, _is_added),
)
BY_NAME = {ceremony.name: ceremony for ceremony in CEREMONIES}
