"""Four processes append to the audit log for a minute: one chain, no failure. On SQLite, then on PostgreSQL.

    python bench/audit.py [seconds] [writers]

Exit code 1 when a writer was refused, or when the chain is not one.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.audit.writers import write_at_once
from tests.postgres import cluster
from tests.separate import Installation


def measure(engine: str, seconds: float, writers: int) -> bool:
    """One engine. Whether all went well."""
    with tempfile.TemporaryDirectory(prefix="havre-bench-") as folder:
        installation = Installation(Path(folder) / "data")
        got = write_at_once(installation, seconds=seconds, writers=writers)
        installation.remove()
    well = got.sound and not got.failed and got.length == got.different == sum(got.written)
    print(
        f"{engine:<11} {writers} processes, {seconds:g} s: {got.length} events ({got.length / seconds:.0f} a second; "
        f"each {min(got.written)} to {max(got.written)}), {got.undone} undone on purpose, {got.failed} failed, "
        f"{'one chain' if well else 'NOT ONE CHAIN'}; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return well


def main(words: list[str]) -> int:
    """Both engines."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster goes too
    seconds, writers = float(words[0]) if words else 60.0, int(words[1]) if words[1:] else 4
    for name in ("DATABASE_URL", "KEYSTORE_URL"):
        os.environ.pop(name, None)
    well = measure("SQLite", seconds, writers)
    with cluster() as variables:
        os.environ.update(variables)
        well = measure("PostgreSQL", seconds, writers) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
