"""The mutants: a mechanism, the exact text that keeps it, what stands there instead, the tests that must then fail.

A text is found exactly once in its file (a test checks it). To add one, add a line; `changes` has several when a
mechanism is kept in two places of the same file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One mechanism taken out."""

    proves: str
    without: str
    file: str
    changes: tuple[tuple[str, str], ...]
    tests: str

    @property
    def name(self) -> str:
        """How it is called in lists."""
        return f"{self.proves} without {self.without}"


V, T = "havre/vault/", "tests/vault/"


def m(proves: str, without: str, file: str, text: str, instead: str, tests: str, *more: tuple[str, str]) -> Mutant:
    """One line of the table."""
    return Mutant(proves, without, file, ((text, instead), *more), tests)


_PLACE = "return crypto.pack(crypto.PROTOCOL, organisation, compartment, case, table, row, column, revision)"
_PARTS = ("organisation", "compartment", "case", "table", "row", "column", "revision")

SEALING = (
    m("T1", "sealing texts", V + "opened.py",
      "blob = crypto.seal(key, text.encode(), place, block=_block(fields[name]))", "blob = text.encode()",
      T + "test_stolen.py"),
    m("T1", "sealing drafts", V + "services.py",
      'sealed = crypto.box(public, _padded(json.dumps({"path": path, "body": body}).encode()))',
      'sealed = _padded(json.dumps({"path": path, "body": body}).encode())', T + "test_stolen.py"),
    m("T1", "sealing messages", V + "services.py",
      "item.sealed = crypto.box(signatures.check_inbox(compartment), _padded(content))", "item.sealed = _padded(content)",
      T + "test_stolen.py"),
    m("T1", "sealing uploads as they come", V + "uploads.py",
      "self._kept.write(self._sealer.add(piece))", "self._kept.write(piece)", T + "test_uploads.py"),
    m("T1", "the signature of names in the place of names", V + "directory.py",
      "return bytes([KINDS[kind]]) + row.bytes + signature", "return bytes([KINDS[kind]]) + row.bytes + bytes(64)",
      T + "test_directory.py"),
    m("T2", "the pepper", V + "crypto.py",
      "hashlib.blake2b(stretched, digest_size=KEY, key=pepper)", "hashlib.blake2b(stretched, digest_size=KEY)",
      T + "test_sessions.py"),
    m("T2", "the owner's id on a private key", V + "sessions.py",
      'return crypto.pack(crypto.PROTOCOL, "private", user.pk)', 'return crypto.pack(crypto.PROTOCOL, "private")',
      T + "test_sessions.py"),
    m("T2", "the hash of the cookie", V + "sessions.py",
      'return crypto.mix(cookie, "cookie")', "return cookie", T + "test_sessions.py"),
    m("T2", "a passphrase that counts", V + "crypto.py",
      "stretched = argon2id.kdf(KEY, raw, salt, opslimit=passes, memlimit=memory)",
      'stretched = argon2id.kdf(KEY, b"", salt, opslimit=passes, memlimit=memory)', "tests/accounts/test_sign_in.py"),
    m("T3", "a declared column", V + "models/desk.py",
      'plain = {"id", "user", "cookie_hash", "sealed_private", "started_at", "seen_at"}',
      'plain = {"id", "user", "cookie_hash", "sealed_private", "started_at"}',
      "tests/guards/test_architecture.py -k every_field"),
    m("T3", "the seal of a column said sealed", V + "models/desk.py",
      'plain = {"id", "compartment", "sent_by", "sent_at", "read_at"}',
      'plain = {"id", "compartment", "sent_by", "sent_at", "read_at", "sealed"}',
      "tests/guards/test_architecture.py -k every_field"),
    *(m("T4", f"the {part} in the place of a value", V + "opened.py", _PLACE,
        _PLACE.replace(f", {part}", "", 1), T + "test_sealing.py -k each_part") for part in _PARTS),
    m("T4", "associated data", V + "crypto.py",
      "crypto_aead_xchacha20poly1305_ietf_encrypt(padded, header[:9] + place, nonce, key)",
      'crypto_aead_xchacha20poly1305_ietf_encrypt(padded, b"", nonce, key)', T + "test_sealing.py",
      ("blob[HEADER:], blob[:9] + place, blob[9:HEADER], key", 'blob[HEADER:], b"", blob[9:HEADER], key')),
    m("T4", "lengths between the parts of a place", V + "crypto.py",
      'out += len(raw).to_bytes(8, "big") + raw', "out += raw", T + "test_sealing.py -k parts_of"),
    m("T4", "the case of a wrapped half", V + "casekeys.py",
      'crypto.pack(crypto.PROTOCOL, "half", organisation, kind, case, version)',
      'crypto.pack(crypto.PROTOCOL, "half", organisation, kind, version)', T + "test_promises_said.py -k wrapped_half"),
    m("T4", "the organisation of a case one writes in", V + "casekeys.py",
      "Case.objects.filter(pk=case_id, organisation_id=self._organisation)", "Case.objects.filter(pk=case_id)",
      T + "test_sealing.py"),
    m("T4", "the id and the subject of a message", V + "opened.py",
      'if content["id"] != str(item.id) or content["subject"] != item.subject:', "if False:", T + "test_letters.py"),
    m("T4", "the page of a draft", V + "opened.py", 'if content["path"] != draft.path:', "if False:",
      T + "test_letters.py"),
    m("T4", "the name of a segment of the directory", V + "directory.py",
      "segment.compartment_id, segment.segment, segment.revision", "segment.compartment_id, segment.revision",
      T + "test_directory.py"),
    m("T13", "the frozen version", V + "crypto.py", "VERSION = 1", "VERSION = 2", T + "test_vectors.py"),
    m("T13", "the frozen block", V + "crypto.py", "SHORT, LONG = 64, 4096", "SHORT, LONG = 128, 4096", T + "test_vectors.py"),
    m("T14", "padding", V + "crypto.py", "padded = bindings.sodium_pad(text, block)", "padded = bindings.sodium_pad(text, 1)",
      T + "test_sealing.py", ("bytes(bindings.sodium_unpad(padded, block))\n    except (CryptoError, ValueError):\n        # The",
                              "bytes(bindings.sodium_unpad(padded, 1))\n    except (CryptoError, ValueError):\n        # The")),
    m("T14", "padding of messages", V + "services.py",
      'return content + b"\\0" * (-len(content) % crypto.LONG)', "return content", T + "test_letters.py"),
    m("T14", "padding of documents", V + "streams.py",
      'self._held += b"\\x80" + b"\\0" * (-(self._count + 1) % PAD)', 'self._held += b"\\x80"', T + "test_streams.py"),
    m("T15", "one importer of the cryptography", V + "server.py",
      "from base64 import urlsafe_b64decode, urlsafe_b64encode",
      "from base64 import urlsafe_b64decode, urlsafe_b64encode\nimport nacl.utils", T + "test_stolen.py -k nacl"),
)  # fmt: skip

STREAMS = (
    m("T11", "the place of each chunk", V + "crypto.py",
      "crypto_secretstream_xchacha20poly1305_push(self._state, chunk, self._place, tag)",
      'crypto_secretstream_xchacha20poly1305_push(self._state, chunk, b"", tag)', T + "test_streams.py",
      ("crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, self._place)",
       'crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, b"")')),
    m("T11", "the final tag", V + "streams.py",
      'raise Tampered("A sealed stream has no end.")', "yield held", T + "test_streams.py"),
    m("T11", "an end after which nothing comes", V + "streams.py",
      "if next(pieces, None) is not None:", "if False:", T + "test_streams.py"),
    m("T11", "the id of the key", V + "streams.py",
      "if len(start) < length or not crypto.same(start[:9], names):", "if len(start) < length:", T + "test_streams.py"),
    m("T11", "the document's id in its place", V + "streams.py",
      'crypto.pack(crypto.PROTOCOL, "document", organisation, compartment, case, document)',
      'crypto.pack(crypto.PROTOCOL, "document", organisation, compartment, case)', T + "test_streams.py"),
    m("T11", "a chunk kept back until the next one opens", V + "streams.py",
      "            if held:\n                yield held\n            held = chunk\n", "            yield chunk\n",
      T + "test_streams.py"),
    m("T11", "a file that is never written over", V + "shelf.py",
      "os.link(part, path)  # a rename would write over", "os.replace(part, path)", T + "test_uploads.py"),
)  # fmt: skip

KEYS = (
    m("T5", "the roles of a compartment", V + "ceremonies.py",
      "if compartment.kind not in member.rights.compartments:", "if False:", T + "test_grants.py"),
    m("T5", "permissions of pages", "havre/accounts/permissions.py",
      "if not any(request.user.can(p) for p in permissions):", "if False:",
      "tests/guards/test_access.py -k 'test_a_role_reaches and accounts and members'"),
    m("T5", "the door", "havre/accounts/middleware.py",
      "if request.user.is_authenticated or self.name(request) in PUBLIC:", "if True:",
      "tests/guards/test_access.py -k 'signed_out and audit'"),
    m("T5", "the organisation of a log", "havre/audit/queries.py",
      "return Event.objects.filter(organisation_id=organisation)", "return Event.objects.all()", "tests/audit/test_chain.py"),
    m("T7", "the end of a leaver's account", V + "rotation.py",
      "    user.is_active = False\n", "    user.is_active = True\n", T + "test_promises_said.py -k left"),
    m("T7", "the end of a leaver's grants", V + "rotation.py",
      "    Grant.objects.filter(user=user).delete()\n", "", T + "test_rotation.py"),
    m("T7", "the end of a leaver's sessions", V + "rotation.py",
      '    sessions.end_all(user)\n    record("vault.member.left"', '    record("vault.member.left"', T + "test_rotation.py"),
    m("T7", "a new key for those who stay", V + "rotation.py",
      "    renewed = [_renew(compartment, user, seed, by) for compartment in compartments]\n", "    renewed = []\n",
      T + "test_rotation.py"),
    m("T7", "a new key after a withdrawal that leaves the member out", V + "rotation.py",
      "user__is_active=True).exclude(user=user)", "user__is_active=True)", T + "test_rotation.py"),
    m("T7", "the end of a withdrawn grant", V + "rotation.py",
      "    Grant.objects.filter(user=user, compartment__kind=kind).delete()\n", "",
      T + "test_promises_said.py -k withdrawn"),
    m("T7", "the refusal to lose a compartment", V + "rotation.py",
      "return [c.kind for c in held_by(user) if not staying(c, user)]", "return []", T + "test_rotation.py"),
    m("T12", "signatures", V + "crypto.py",
      "    except (BadSignatureError, ValueError):\n        return False\n",
      "    except (BadSignatureError, ValueError):\n        return True\n", T + "test_grants.py"),
    m("T12", "the pin of officers", V + "signatures.py",
      "        if verify.hex() in pins:\n", "        if True:\n", T + "test_grants.py"),
    m("T12", "the check of a granted key", V + "opened.py",
      "                signatures.check_inbox(compartment, key)\n", "", T + "test_grants.py"),
    m("T12", "the key behind a signed inbox", V + "signatures.py",
      "if compartment_key is not None and inbox_public(compartment_key) != public:", "if False:", T + "test_grants.py"),
    m("T12", "the check of who is granted", V + "ceremonies.py",
      "public = signatures.check_member(member.member_key, compartment.organisation_id)",
      "public = bytes(member.member_key.public_key)", T + "test_grants.py"),
    m("T12", "the check of an inbox one writes to", V + "services.py",
      "crypto.box(signatures.check_inbox(compartment), _padded(content))",
      "crypto.box(bytes(compartment.inbox_public), _padded(content))", T + "test_grants.py"),
    m("T12", "the check of whom a draft is sealed to", V + "services.py",
      "public = signatures.check_member(user.member_key, user.organisation_id)",
      "public = bytes(user.member_key.public_key)", T + "test_grants.py"),
    m("T12", "the epoch in a signature", V + "signatures.py",
      'crypto.pack(crypto.PROTOCOL, "inbox", organisation, kind, epoch, public)',
      'crypto.pack(crypto.PROTOCOL, "inbox", organisation, kind, public)', T + "test_grants.py"),
    m("T12", "the compartment in a signature", V + "signatures.py",
      'crypto.pack(crypto.PROTOCOL, "inbox", organisation, kind, epoch, public)',
      'crypto.pack(crypto.PROTOCOL, "inbox", organisation, epoch, public)', T + "test_grants.py"),
)  # fmt: skip
