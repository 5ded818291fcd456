"""What the vault's other tests leave out: two people for what takes two, sizes of every column, the same work for anybody."""

from __future__ import annotations

import ast
import re
import threading
from pathlib import Path
from threading import BoundedSemaphore
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings, settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from havre.accounts.permissions import Role
from havre.core import clock
from havre.core.errors import RuleBroken
from havre.vault import backups, crypto, erasure, keys, papers, rotation, sealed, sessions, stretching
from havre.vault.casekeys import half_place
from havre.vault.errors import NotGranted, Tampered
from havre.vault.keystore.models import ShredSalt
from havre.vault.keystore.models import Tombstone as KeyStoreTombstone
from havre.vault.models import CaseKey, Erasure, Grant, Tombstone, VaultSession
from tests.vault.house import House, again, alert, note, person

HAVRE = Path(__file__).resolve().parent.parent.parent / "havre"


# --- two people (T9) --------------------------------------------------------------------------------------------------


def _asked(house: House) -> tuple[Any, Erasure]:
    about = person(house, names="Fatou")
    return about, erasure.request(about.case_id, "asked", by=house.vault(Role.SOCIAL_WORKER))


def _still_there(house: House, about: Any) -> bool:
    return (
        ShredSalt.objects.filter(case_id=about.case_id).exists() and house.vault(Role.LAWYER).open(about, "names") != ""
    )


@pytest.mark.promise("T9")
def test_an_officer_alone_erases_nothing_in_either_order(house: House) -> None:
    about = person(house, names="Fatou")
    asked = erasure.request(about.case_id, "asked", by=house.vault(Role.COORDINATOR))
    for act in (erasure.confirm, erasure.agree):
        with pytest.raises(RuleBroken):
            act(asked, by=house.vault(Role.COORDINATOR))
    with pytest.raises(RuleBroken):
        erasure.finish(asked)
    assert _still_there(house, about)


@pytest.mark.promise("T9")
def test_the_databases_refuse_the_same_person_twice(house: House) -> None:
    """Whatever the code above them says."""
    about, asked = _asked(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=asked.pk).update(confirmed_by=asked.requested_by, confirmed_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=asked.pk).update(done_at=clock.now())
    who = house.members[Role.LAWYER].pk
    facts = {"case_id": about.case_id, "organisation_id": house.organisation.pk, "reason": "asked"}
    for stones, alias in ((Tombstone, "default"), (KeyStoreTombstone, "keystore")):
        with pytest.raises(IntegrityError), transaction.atomic(using=alias):
            stones._default_manager.create(**facts, requested_by_id=who, confirmed_by_id=who, erased_at=clock.now())
    assert _still_there(house, about)


@pytest.mark.promise("T9")
@pytest.mark.django_db(transaction=True)
def test_a_confirmation_is_good_once_and_by_the_one_who_gave_it(house: House) -> None:
    """Given twice it does nothing more; a third person cannot take it over; what was withdrawn is not confirmed."""
    about, asked = _asked(house)
    erasure.agree(asked, by=house.vault(Role.COORDINATOR))  # killed here: confirmed, not done
    with pytest.raises(RuleBroken):
        erasure.confirm(asked, by=house.vault(Role.LAWYER))
    assert _still_there(house, about)
    assert erasure.confirm(asked, by=house.vault(Role.COORDINATOR)).done_at is not None, "by the same person it goes on"
    with pytest.raises(RuleBroken):
        erasure.confirm(asked, by=house.vault(Role.COORDINATOR))
    other, withdrawn = _asked(house)
    erasure.withdraw(withdrawn, by=house.vault(Role.LAWYER))
    with pytest.raises(RuleBroken):
        erasure.confirm(withdrawn, by=house.vault(Role.COORDINATOR))
    assert _still_there(house, other)


@pytest.mark.promise("T9")
def test_a_request_for_one_case_confirms_no_other(house: House, other: House) -> None:
    """The request of another organisation, or one carried to another case in the database, is asked anew."""
    _about, asked = _asked(house)
    with pytest.raises(NotGranted):
        erasure.confirm(asked, by=other.vault(Role.COORDINATOR))
    with pytest.raises(NotGranted):
        erasure.request(person(other).case_id, "asked", by=house.vault(Role.COORDINATOR))


# --- sizes (T14) ------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T14")
def test_every_sealed_column_has_one_size_for_one_letter_and_for_twenty(house: House) -> None:
    vaults = {role: house.vault(role) for role in (Role.COORDINATOR, Role.PSYCHOLOGIST)}
    rows: list[tuple[Any, Any]] = [(alert(house), vaults[Role.COORDINATOR]), (person(house), vaults[Role.COORDINATOR])]
    rows += [(note(rows[1][0], "psychology", "x", vaults[Role.PSYCHOLOGIST]), vaults[Role.PSYCHOLOGIST])]
    looked = 0
    for row, vault in rows:
        for name, column in row.sealed_fields().items():
            if not vault.can_open(column.compartment_of(row)) or column.text_length < 20:
                continue
            sizes = []
            for text in ("A", "Abdoulaye-Konaté-Sow"[: column.text_length], "ف" * 20):
                vault.seal(row, **{name: text})
                sizes.append(len(getattr(row, name)))
            assert len(set(sizes)) == 1, f"{row._meta.db_table}.{name}: {sizes}"
            looked += 1
    assert looked > 8
    assert {type(row) for row, _vault in rows} <= set(sealed.models())


# --- the same for anybody (T17) ----------------------------------------------------------------------------------------


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each Argon2id of the server."""
    counted: list[int] = []
    real = crypto.stretch

    def counting(*args: Any, **kwargs: Any) -> crypto.Stretched:
        counted.append(kwargs["memory"])
        return real(*args, **kwargs)

    monkeypatch.setattr(crypto, "stretch", counting)
    return counted


def _seen(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Everything of an answer that could tell: status, words, headers; what is drawn anew each time left out."""
    drawn = r"[A-Za-z0-9]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    words = re.sub(drawn, "DRAWN", answer.content.decode())
    anew = {"Content-Security-Policy", "Content-Length", "Expires"}
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in anew)
    return answer.status_code, words, headers


@pytest.mark.promise("T17")
def test_the_whole_answer_is_the_same_for_a_known_and_an_unknown_name(house: House, derivations: list[int]) -> None:
    """Of the same length, so that what is written back is too."""
    seen = []
    for username in ("havre.lawyer", "havre.nobody"):
        derivations.clear()
        answer = Client().post(reverse("account_login"), {"login": username, "password": "wrong"})
        status, words, headers = _seen(answer)
        seen.append((status, words.replace(username, "NAME"), headers, list(derivations), sorted(answer.cookies)))
    assert seen[0] == seen[1]
    assert seen[0][3] == [settings.HAVRE_KDF[1]]


@pytest.mark.promise("T17")
def test_recovering_does_the_same_for_a_known_and_an_unknown_name(house: House, derivations: list[int]) -> None:
    seen = []
    for username in ("havre.lawyer", "havre.nobody"):
        derivations.clear()
        values = {"username": username, "login": username, "printed_code": "ABCD-" * 7 + "ABCD"}
        values |= {"new": "nine slow barges at dawn", "again": "nine slow barges at dawn"}
        answer = Client().post(reverse("accounts:recover"), values)
        status, words, headers = _seen(answer)
        seen.append((status, words.replace(username, "NAME"), headers, list(derivations)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 422


@pytest.mark.promise("T17")
def test_passphrases_take_their_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight at once: two at a time, and each is answered. With the server and the real cost: test_promises_over_http."""
    now, most, lock = [0], [0], threading.Lock()
    real = crypto.stretch

    def slow(*args: Any, **kwargs: Any) -> crypto.Stretched:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        sleep(0.05)
        with lock:
            now[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(crypto, "stretch", slow)
    assert isinstance(stretching._turn, BoundedSemaphore().__class__)
    got: list[Any] = []
    work = {"passes": 1, "memory": 8192}
    threads = [
        threading.Thread(target=lambda: got.append(stretching.stretch("x", bytes(16), **work))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({each.verifier for each in got}) == 1
    assert len(got) == 8
    assert most[0] == settings.HAVRE_KDF_AT_ONCE == 2
    assert sessions.unlock(house.members[Role.LAWYER], house.passphrase(Role.LAWYER)) is not None


@pytest.mark.promise("T17")
def test_one_place_stretches_passphrases() -> None:
    """Anything else would not wait its turn. The drill, a command, tries them its own way."""
    users = {
        str(path.relative_to(HAVRE))
        for path in HAVRE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "stretch" and ast.unparse(node) == "crypto.stretch"
    }
    assert users == {"vault/stretching.py", "vault/drill/thieves.py"}


# --- mail (T16) --------------------------------------------------------------------------------------------------------


@pytest.mark.promise("T16")
def test_nothing_is_ever_mailed(house: House, client: Client, settings: LazySettings) -> None:
    """No module sends mail; the installation has nowhere to send it; signing in, failing and recovering send none."""
    for path in HAVRE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(("django.core.mail", "smtplib", "email"))], path
    text = (HAVRE.parent / "config" / "settings.py").read_text()
    assert 'EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"' in text
    mail.outbox.clear()
    client.post(reverse("account_login"), {"login": "havre.lawyer", "password": "wrong"})
    client.post(reverse("account_login"), {"login": "havre.lawyer", "password": house.passphrase(Role.LAWYER)})
    assert mail.outbox == []


# --- each part of each place (T4) ----------------------------------------------------------------------------------------


@pytest.mark.promise("T4")
@pytest.mark.parametrize("part", ["organisation", "kind", "case", "version"])
def test_a_wrapped_half_opens_in_its_place_only(house: House, part: str) -> None:
    """Even for who holds the key it is wrapped with."""
    about, vault = person(house, names="Fatou"), house.vault(Role.COORDINATOR)
    row = CaseKey.objects.get(case_id=about.case_id, kind="identity")
    wrap = crypto.mix(vault.compartment_key("identity")[1], "wrap")
    place: dict[str, Any] = {
        "organisation": house.organisation.pk, "kind": row.kind, "case": row.case_id, "version": row.version,
    }  # fmt: skip
    assert len(crypto.unseal(wrap, bytes(row.wrapped), half_place(**place))) == crypto.KEY
    place[part] = {"version": 2, "kind": "social"}.get(part, uuid4())
    with pytest.raises(Tampered):
        crypto.unseal(wrap, bytes(row.wrapped), half_place(**place))


# --- closed means closed (T7, T8) ----------------------------------------------------------------------------------------


def with_paper(house: House, kind: str) -> None:
    """The coordinator, who will hold a compartment alone, has a paper key of it."""
    printed = papers.make_paper(kind, by=house.vault(Role.COORDINATOR))
    papers.check_paper_code(printed.code, by=house.vault(Role.COORDINATOR))


@pytest.mark.promise("T7")
def test_who_left_has_no_account_no_grant_and_no_session(house: House) -> None:
    user = house.members[Role.SOCIAL_WORKER]
    cookie = sessions.start(user, house.vault(Role.SOCIAL_WORKER)._private)
    with_paper(house, "social")
    rotation.leave(user, by=house.vault(Role.COORDINATOR))
    user.refresh_from_db()
    assert not user.is_active
    assert not Grant.objects.filter(user=user).exists()
    assert sessions.resume(user, cookie) is None
    answer = Client().post(
        reverse("account_login"), {"login": user.username, "password": house.passphrase(Role.SOCIAL_WORKER)}
    )
    assert answer.status_code == 200, "the door stays closed"


@pytest.mark.promise("T7")
def test_a_withdrawn_compartment_leaves_no_key_of_any_epoch(house: House) -> None:
    user = house.members[Role.LAWYER]
    before = house.vault(Role.LAWYER).compartment_key("legal")[0]
    with_paper(house, "legal")
    rotation.withdraw("legal", user, by=house.vault(Role.COORDINATOR))
    assert not Grant.objects.filter(user=user, compartment__kind="legal").exists()
    with pytest.raises(NotGranted):
        house.vault(Role.LAWYER).epoch_key(before.pk)


@pytest.mark.promise("T8")
def test_a_new_passphrase_closes_every_vault(house: House) -> None:
    user = house.members[Role.LAWYER]
    cookies = [sessions.start(user, house.vault(Role.LAWYER)._private) for _ in range(2)]
    assert all(sessions.resume(user, cookie) for cookie in cookies)
    keys.change_passphrase(house.passphrase(Role.LAWYER), "nine slow barges at dawn", by=user)
    assert not any(sessions.resume(user, cookie) for cookie in cookies)


@pytest.mark.promise("T2", "T8")
def test_a_session_opens_with_its_own_cookie_only(house: House) -> None:
    """By someone who writes the database: the hash of a cookie they have, on the row of another browser."""
    user = house.members[Role.LAWYER]
    private = house.vault(Role.LAWYER)._private
    mine, theirs = sessions.start(user, private), sessions.start(user, private)
    found = sessions.find(user, theirs)
    assert found is not None
    hashed = bytes.fromhex(mine)
    VaultSession.objects.filter(cookie_hash=sessions._cookie_hash(hashed)).delete()
    VaultSession.objects.filter(pk=found[0].pk).update(cookie_hash=sessions._cookie_hash(hashed))
    assert sessions.find(user, mine) is not None
    assert sessions.resume(user, mine) is None


# --- what a kill leaves (T18); the kills themselves: test_promises_killed ------------------------------------------------


@pytest.mark.promise("T18")
@pytest.mark.django_db(transaction=True)
def test_a_batch_of_keys_is_wrapped_again_or_not_at_all(house: House) -> None:
    """Stopped between its two writes: wrapped with the new key, and still said to be under the former."""
    rows = [note(person(house), "legal", f"filed {n}", house.vault(Role.LAWYER)) for n in range(3)]
    with_paper(house, "legal")
    rotation.withdraw("legal", house.members[Role.LAWYER], by=house.vault(Role.COORDINATOR))

    def stops(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and '"vault_casekey"' in sql and "compartment_id" in sql:
            raise KeyboardInterrupt
        return execute(sql, *rest)

    with connection.execute_wrapper(stops), pytest.raises(KeyboardInterrupt):
        rotation.resume(house.vault(Role.COORDINATOR))
    assert rotation.remaining(house.organisation)["legal"] == 3
    for _time in range(2):
        reader = house.vault(Role.COORDINATOR)
        assert [reader.open(again(row), "text") for row in rows] == [f"filed {n}" for n in range(3)]
        rotation.resume(reader)
    assert rotation.remaining(house.organisation) == {}


@pytest.mark.promise("T6", "T18")
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_backup_left_is_removed_by_the_next(house: House, tmp_path: Path) -> None:
    """Without a manifest a copy of the key store would never expire; without its end it is none."""
    if connection.vendor == "postgresql":
        pytest.skip("test_promises_killed does it with PostgreSQL's own programs")
    whole = backups.back_up("keystore", tmp_path)
    left = [tmp_path / name for name in ("havre-keystore-20200101T0Z.sqlite3", ".havre-keystore-2020.sqlite3.part")]
    for path in left:
        path.write_bytes(whole.read_bytes())
    backups.back_up("keystore", tmp_path)
    assert not any(path.exists() for path in left)
    assert whole.exists()
    assert len(backups.manifests(tmp_path)) == 2
