"""The formats are frozen: each vector of docs/reference/vault-format.md, which is their description (T13)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from uuid import UUID

import nacl.public
import numpy as np
import pytest
from django.conf import LazySettings

from havre.audit.chain import GENESIS, canonical, link
from havre.vault import crypto, granting, printed, signatures, slices, streams
from havre.vault.casekeys import half_place
from havre.vault.directory import ENTRY, _entry, _place
from havre.vault.finding import Signer
from havre.vault.keystore.models import DirectorySegment
from havre.vault.models import CaseGrant
from havre.vault.opened import place_of

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "vault-format.md"
VECTORS = dict(
    line.split(" = ", 1)
    for block in re.findall(r"```vectors\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for line in block.splitlines()
)


def run(start: int, end: int) -> bytes:
    """The bytes from `start` to `end - 1`."""
    return bytes(range(start, end))


KEY, PEPPER, SEED, PRIVATE, COMPARTMENT = run(0, 32), run(32, 64), run(64, 96), run(128, 160), run(160, 192)
ORGANISATION, USER, CASE, ROW = (UUID(int=n) for n in (1, 2, 3, 4))
HERE = crypto.pack("havre-1", "here")
PUBLIC = crypto.public_of(PRIVATE)
EVENT = {
    "number": 1, "at": "2019-06-01T08:00:00+00:00", "kind": "intake.alert.taken", "actor": None,
    "organisation": str(ORGANISATION), "target": "A-2019-0001", "detail": {"é": 1},
}  # fmt: skip
THREE = b"".join(
    _entry(kind, UUID(int=n), run(64 * n - 64, 64 * n)) for n, kind in enumerate(("person", "exploiter", "alert"), 1)
)

GIVEN = CaseGrant(case_id=CASE, kind="identity", user_id=USER)

WRITTEN = {
    "pack": lambda: crypto.pack("a", "bc", b"\x00", 7),
    "mix": lambda: crypto.mix(KEY, "dek", "x", 2),
    "key_id": lambda: crypto.key_id(KEY),
    "wrap": lambda: crypto.mix(COMPARTMENT, "wrap"),
    "dek": lambda: crypto.mix(run(192, 224), "dek", run(224, 256), CASE, "identity", 1),
    "cookie": lambda: crypto.mix(KEY, "cookie"),
    "session": lambda: crypto.mix(KEY, "session"),
    "pin": lambda: crypto.mix(KEY, "pin"),
    "officer": lambda: crypto.mix(KEY, "officer"),
    "code": lambda: crypto.mix(crypto.mix(PEPPER, "code", bytes(16), "A" * 32), "kek"),
    "server": lambda: crypto.mix(PEPPER, "server", "mfa"),
    "directory": lambda: crypto.mix(COMPARTMENT, "directory"),
    "directory_signature": lambda: crypto.mix(crypto.mix(COMPARTMENT, "directory"), "signature"),
    "directory_place": lambda: _place(
        DirectorySegment(segment=ROW, organisation_id=ORGANISATION, compartment_id=CASE, revision=1)
    ),
    "directory_part_place": lambda: slices.place(
        DirectorySegment(segment=ROW, organisation_id=ORGANISATION, compartment_id=CASE, revision=1), 5
    ),
    "directory_parts_sha": lambda: hashlib.sha256(
        b"".join(crypto.pack(number, content) for number, content in slices._contents(np.frombuffer(THREE, ENTRY)))
    ).digest(),
    "name_signature": lambda: Signer(KEY).sign(["Awa Traoré", "عوا تراوري"]),
    "contact_signature": lambda: Signer(KEY).sign_contacts(["+33 6 12 34 56 78, awa@example.org"]),
    "place": lambda: place_of(ORGANISATION, "identity", CASE, "intake_alert", ROW, "narrative", 3),
    "half_place": lambda: half_place(ORGANISATION, "identity", CASE, 1),
    "granted": lambda: granting._bound(run(192, 224), ORGANISATION, GIVEN, 1),
    "document": lambda: crypto.mix(KEY, "document", ROW),
    "document_place": lambda: streams.place_of(ORGANISATION, "identity", CASE, ROW),
    "public": lambda: PUBLIC,
    "inbox_public": lambda: signatures.inbox_public(COMPARTMENT),
    "inbox_private": lambda: crypto.private_from(crypto.mix(COMPARTMENT, "inbox")),
    "verify_key": lambda: crypto.verify_key_of(SEED),
    "member_statement": lambda: signatures.member_statement(ORGANISATION, USER, PUBLIC),
    "member_sig": lambda: crypto.sign(SEED, signatures.member_statement(ORGANISATION, USER, PUBLIC)),
    "paper": lambda: printed.paper_private(bytes(16), "P" + "A" * 32),
    "officer_statement": lambda: _officer_statement(),
    "fingerprint": lambda: signatures.fingerprint(_officer_statement()).encode(),
    "paper_statement": lambda: signatures.paper_statement(ORGANISATION, "psychology", ROW, PUBLIC),
    "inbox_statement": lambda: _inbox_statement(),
    "inbox_sig": lambda: crypto.sign(SEED, _inbox_statement()),
}
ELSEWHERE = {
    "stream_short_sha",
    "stream_long_sha",
    "verifier",
    "kek",
    "seal_short",
    "seal_long_sha",
    "box",
    "granted_box",
    "canonical",
    "link",
}


def _officer_statement() -> bytes:
    return signatures.officer_statement(ORGANISATION, USER, crypto.verify_key_of(SEED))


def _inbox_statement() -> bytes:
    return signatures.inbox_statement(ORGANISATION, "legal", 1, signatures.inbox_public(COMPARTMENT))


def vector(name: str) -> bytes:
    """A vector of the page."""
    return bytes.fromhex(VECTORS[name])


@pytest.mark.promise("T13")
def test_every_vector_of_the_page_is_checked() -> None:
    assert set(VECTORS) == set(WRITTEN) | ELSEWHERE


@pytest.mark.promise("T13")
@pytest.mark.parametrize("name", WRITTEN)
def test_format(name: str, settings: LazySettings) -> None:
    settings.HAVRE_PEPPER = PEPPER
    assert WRITTEN[name]().hex() == VECTORS[name]


@pytest.mark.promise("T13")
def test_passphrase_with_the_parameters_of_production() -> None:
    stretched = crypto.stretch("Un héron, quatre lunes", run(0, 16), PEPPER, passes=4, memory=128 * 2**20)
    assert (stretched.verifier, stretched.kek) == (vector("verifier"), vector("kek"))


@pytest.mark.promise("T13")
def test_a_passphrase_is_the_same_however_its_accents_are_typed() -> None:
    composed, decomposed = (
        crypto.stretch(text, run(0, 16), PEPPER, passes=1, memory=8192) for text in ("h\u00e9ron", "he\u0301ron")
    )
    assert composed.kek == decomposed.kek


@pytest.mark.promise("T13")
@pytest.mark.parametrize("pepper", [run(33, 65), bytes(32)])
def test_another_pepper_gives_other_keys(pepper: bytes) -> None:
    one, two = (crypto.stretch("x", run(0, 16), p, passes=1, memory=8192) for p in (PEPPER, pepper))
    assert one.verifier != two.verifier
    assert one.kek != two.kek


@pytest.mark.promise("T13")
def test_sealed_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto.os, "urandom", lambda size: run(100, 100 + size))
    assert crypto.seal(KEY, b"Fatou", HERE) == vector("seal_short")
    long = crypto.seal(KEY, b"Fatou", HERE, block=4096)
    assert hashlib.sha256(long).digest() == vector("seal_long_sha")
    assert crypto.unseal(KEY, vector("seal_short"), HERE) == b"Fatou"
    assert crypto.unseal(KEY, long, HERE, block=4096) == b"Fatou"


def test_a_half_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    content = run(192, 224) + vector("granted")
    monkeypatch.setattr(nacl.public, "random", lambda size: run(100, 100 + size))
    assert crypto.box_from(SEED, PUBLIC, content) == vector("granted_box")
    assert crypto.unbox_from(PRIVATE, crypto.public_of(SEED), vector("granted_box")) == content


@pytest.mark.promise("T13")
def test_a_sealed_value_is_what_the_page_says() -> None:
    blob = vector("seal_short")
    assert blob[0] == 1
    assert blob[1:9] == vector("key_id")
    assert blob[9:33] == run(100, 124)
    assert len(blob) == 1 + 8 + 24 + 64 + 16


@pytest.mark.promise("T13")
def test_the_nonce_is_drawn_anew_each_time() -> None:
    nonces = {crypto.seal(KEY, b"x", HERE)[9:33] for _ in range(100)}
    assert len(nonces) == 100


@pytest.mark.promise("T13")
def test_a_sub_key_is_blake2b_and_nothing_more() -> None:
    parts = b"".join(len(p).to_bytes(8, "big") + p for p in (b"x", b"2"))
    assert hashlib.blake2b(parts, digest_size=32, key=KEY, person=b"dek").digest() == vector("mix")


@pytest.mark.promise("T13")
@pytest.mark.parametrize(("name", "content"), [("stream_short_sha", b"Fatou"), ("stream_long_sha", b"a" * 65_536)])
def test_streams(name: str, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a header of ours: libsodium starts a reading as it starts the writing that made its header."""
    key, place = crypto.mix(KEY, "document", ROW), streams.place_of(ORGANISATION, "identity", CASE, ROW)
    start = crypto.StreamSealer.__init__

    def pinned(self: crypto.StreamSealer, key: bytes, place: bytes) -> None:
        start(self, key, place)
        self.header = run(100, 124)
        self._state = crypto.StreamOpener(key, place, self.header)._state

    monkeypatch.setattr(crypto.StreamSealer, "__init__", pinned)
    blob = b"".join(streams.seal(key, place, [content]))
    assert blob[:33] == b"\x01" + crypto.key_id(key) + run(100, 124)
    assert hashlib.sha256(blob).hexdigest() == VECTORS[name]
    assert b"".join(streams.unseal(key, place, [blob])) == content


@pytest.mark.promise("T13")
def test_sealed_box() -> None:
    assert crypto.unbox(PRIVATE, vector("box")) == b"compartment key, thirty-two byte"


@pytest.mark.promise("T13")
def test_signatures_hold_and_only_for_what_was_signed() -> None:
    verify = vector("verify_key")
    assert crypto.signed(verify, vector("member_statement"), vector("member_sig"))
    assert crypto.signed(verify, vector("inbox_statement"), vector("inbox_sig"))
    assert not crypto.signed(verify, vector("inbox_statement"), vector("member_sig"))
    assert not crypto.signed(verify, vector("member_statement"), vector("member_sig")[:-1] + b"\0")
    assert not crypto.signed(verify, vector("member_statement"), b"")
    assert not crypto.signed(vector("public"), vector("member_statement"), vector("member_sig"))


@pytest.mark.promise("T13")
def test_the_link_of_an_event() -> None:
    assert canonical(EVENT).decode() == VECTORS["canonical"]
    assert link(GENESIS, EVENT) == VECTORS["link"]
