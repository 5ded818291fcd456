"""A security key in software: what a browser and a key would answer, true or forged."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN, HOST = "https://testserver", "testserver"
_PRESENT, _WITH_KEY = 0x01, 0x40


class SecurityKey:
    """One key, that touches whatever it is asked."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)

    def register(self, options: Any, *, origin: str = ORIGIN, host: str = HOST, challenge: str = "") -> str:
        """What the browser posts after making a key."""
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self._private.public_key())
        )
        data = AuthenticatorData.create(_hash(host), _PRESENT | _WITH_KEY, 0, bytes(credential))
        client = _client("webauthn.create", options, origin, challenge)
        response = {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        }
        return self._posted(response)

    def answer(self, options: Any, *, origin: str = ORIGIN, host: str = HOST, challenge: str = "") -> str:
        """What the browser posts at sign-in."""
        data = bytes(AuthenticatorData.create(_hash(host), _PRESENT, 1))
        client = _client("webauthn.get", options, origin, challenge)
        signature = self._private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
        }
        return self._posted(response)

    def _posted(self, response: dict[str, str]) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )


def _hash(host: str) -> bytes:
    return sha256(host.encode()).digest()


def _client(kind: str, options: Any, origin: str, challenge: str) -> bytes:
    asked = challenge or json.loads(json.dumps(options))["publicKey"]["challenge"]
    return json.dumps({"type": kind, "challenge": asked, "origin": origin, "crossOrigin": False}).encode()
