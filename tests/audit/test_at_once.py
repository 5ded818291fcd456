"""Four processes write at once, one chain (T10). For a minute: bench/audit.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.writers import write_at_once
from tests.separate import Installation


@pytest.mark.slow
@pytest.mark.promise("T10")
def test_four_processes_write_one_chain(tmp_path: Path) -> None:
    """On the database of this run. Nobody is refused, nothing is lost, what was undone left no trace."""
    installation = Installation(tmp_path / "data")
    try:
        got = write_at_once(installation, seconds=3)
    finally:
        installation.remove()
    assert got.failed == 0
    assert got.sound
    assert got.length == got.different == sum(got.written)
    assert min(got.written) > 5, "each had its turn"
    assert got.undone > 0
