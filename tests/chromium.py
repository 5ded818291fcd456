"""Where Chromium is; `python -m tests.chromium` installs it when it is missing and we may.

A browser of the machine, never one that a test tool downloads: `CHROMIUM=/path/to/it` chooses another.
"""

from __future__ import annotations

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
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
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


def main() -> None:
    """Find it, else install it as root on Debian, else say in one line how."""
    if find():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("The browser tests need Chromium: sudo apt-get install chromium (or CHROMIUM=/path/to/it make test).")
    print("Installing Chromium ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update -q", "install -y -q --no-install-recommends chromium"):
        command = ["apt-get", *words.split()]
        done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            sys.exit(f"apt-get {words} failed:\n{done.stdout.decode(errors='replace')[-2000:]}")
    if not find():
        sys.exit("Chromium was installed but is not on the PATH: CHROMIUM=/path/to/it make test.")


if __name__ == "__main__":
    main()
