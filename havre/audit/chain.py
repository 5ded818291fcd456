"""The chain itself: pure functions, so that a checker needs nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way to write an event: JSON, sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: str, content: Mapping[str, Any]) -> str:
    """`BLAKE2b(previous | canonical JSON)`, in hexadecimal (64 digits)."""
    return hashlib.blake2b(previous.encode() + b"|" + canonical(content), digest_size=32).hexdigest()
