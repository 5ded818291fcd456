"""Makes the virtual environment and installs a lock in it; does nothing when that is already done.

`python3 scripts/environment.py --venv .venv base` (or `dev`). Runs before anything is installed, so it uses nothing but
the standard library, and must be quick when there is nothing to do: `make demo` starts with it every time.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
# Installing `dev` also installs `base`, which it contains. `bench` has other versions of what both need (pandas).
LOCKS = {"base": ("base",), "dev": ("base", "dev"), "bench": ("bench",)}


def fingerprint(lock):
    """What the stamp holds: the lock's bytes and the Python it was installed for."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_bytes()
    return f"{hashlib.sha256(text).hexdigest()} python{sys.version_info[0]}.{sys.version_info[1]}\n"


def is_fresh(venv, lock):
    """Whether this lock, byte for byte, is what the environment holds."""
    stamp = venv / f".{lock}.stamp"
    return stamp.exists() and stamp.read_text() == fingerprint(lock) and (venv / "bin" / "python").exists()


def has_ensurepip():
    """Debian ships Python without it, in a package of its own."""
    return subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode == 0


def apt(*words):
    """Run apt-get; what it says is only worth reading when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"apt-get {' '.join(words)} failed:\n{done.stdout.decode(errors='replace')[-2000:]}")


def make_venv(venv):
    """Make the environment, with pip in it; on a bare Debian as root, install what that needs first."""
    if (venv / "bin" / "python").exists() and (venv / "bin" / "pip").exists():
        return
    if not has_ensurepip():
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            sys.exit(f"Python cannot make a virtual environment here. On Debian: sudo apt-get install {package}")
        print(f"Installing {package} ...", flush=True)
        apt("update", "-q")
        apt("install", "-y", "-q", "--no-install-recommends", package)
    print(f"Making {venv} with Python {sys.version.split()[0]} ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)


def install(venv, name):
    """Install one lock; pip refuses any file whose hash the lock does not hold."""
    print(f"Installing requirements/{name}.txt in {venv} (about half a minute) ...", flush=True)
    # fmt: off
    subprocess.run(
        [
            str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--require-hashes", "--root-user-action", "ignore", "-r", str(ROOT / "requirements" / f"{name}.txt"),
        ],
        check=True,
    )
    # fmt: on
    for lock in LOCKS[name]:
        (venv / f".{lock}.stamp").write_text(fingerprint(lock))


def main():
    """Read the command line and do what is missing."""
    if sys.version_info < OLDEST:
        sys.exit("Havre needs Python 3.11 or later. Say which one with: make demo PYTHON=python3.12")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", choices=LOCKS)
    parser.add_argument("--venv", type=Path, default=Path(".venv"))
    arguments = parser.parse_args()
    venv = ROOT / arguments.venv
    if is_fresh(venv, arguments.lock):
        return
    try:
        make_venv(venv)
        install(venv, arguments.lock)
    except subprocess.CalledProcessError as failure:
        sys.exit(f"This command failed: {' '.join(map(str, failure.cmd))}")


if __name__ == "__main__":
    main()
