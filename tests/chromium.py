"""Where Chromium is; `python -m tests.chromium` installs it when it is missing and we may.

A browser of the machine, never one that a test tool downloads: `CHROMIUM=/path/to/it` chooses another.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# fmt: off
FLAGS = [
    "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
    # Pages reach loopback and nothing else, whatever they ask for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# fmt: on


def find() -> str | None:
    """The browser's path, or None. Raises `SystemExit` when CHROMIUM names a file that is not there."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not Path(chosen).exists():
            sys.exit(f"CHROMIUM={chosen} does not exist.")
        return chosen
    return next((path for path in map(shutil.which, NAMES) if path), None)


def flags() -> list[str]:
    """The command line of a browser for tests; root has no sandbox to offer it."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)


def driver_runs() -> bool:
    """Whether Playwright's own program starts: it comes in its wheel, and needs one library a bare Debian lacks."""
    program = Path(importlib.util.find_spec("playwright").origin).parent / "driver" / "node"  # type: ignore[union-attr, arg-type]
    return subprocess.run([program, "--version"], capture_output=True).returncode == 0


def missing() -> list[str]:
    """The Debian packages that the browser tests still need."""
    return ([] if find() else ["chromium"]) + ([] if driver_runs() else ["libatomic1"])


def main() -> None:
    """Install what is missing as root on Debian, else say in one line how."""
    if not (packages := missing()):
        return
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The browser tests need {names}: sudo apt-get install {names} (or CHROMIUM=/path/to/it make test).")
    print(f"Installing {names} ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update -q", f"install -y -q --no-install-recommends {names}"):
        done = subprocess.run(["apt-get", *words.split()], env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(f"apt-get {words} failed:\n{done.stdout.decode(errors='replace')[-2000:]}")
    if missing():
        sys.exit("Chromium was installed but does not run from here: CHROMIUM=/path/to/it make test.")


if __name__ == "__main__":
    main()
