"""`python -m tests.vault.mutants [word ...]`: each mutant (whose name has a word) in a copy of the tree, never in place.

Killed: pytest ran, and a test failed by its own assertion. A test that could not be collected or prepared counts for
nothing. Exit code 1 when one survives, or when the tests fail without any mutant.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

from tests.vault.mutants.acts import ERASURE, SAID, SESSIONS
from tests.vault.mutants.people import OFFICERS, SHARING
from tests.vault.mutants.table import KEYS, SEALING, STREAMS, Mutant

ROOT = Path(__file__).resolve().parent.parent.parent.parent
MUTANTS = (*SEALING, *STREAMS, *KEYS, *SESSIONS, *ERASURE, *SAID, *SHARING, *OFFICERS)
PARTS = ("havre", "tests", "config", "codelists", "locale", "docs", "manage.py", "pyproject.toml", "requirements")
KEPT_OUT = ("HAVRE_", "DATABASE_URL", "KEYSTORE_URL", "PYTEST_", "DJANGO_")


def copy_of_the_tree(where: Path) -> Path:
    """What the tests need, elsewhere."""
    where.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, where / part)
        elif source.exists():
            shutil.copy2(source, where / part)
    return where


def run(tree: Path, tests: str) -> tuple[int, str]:
    """pytest in a copy, until the first failure: its exit code and its last words."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_OUT)}
    # Migrated once: see `django_db_setup`. No bytecode: the copy is written over within the same second.
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree), "HAVRE_READY": str(tree.parent / "ready")}
    options = [
        "-x",
        "-q",
        "-rfE",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-m",
        "not slow and not browser",
    ]
    command = [sys.executable, "-m", "pytest", *options, *shlex.split(tests)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def killed(code: int, said: str) -> bool:
    """Did a test fail, rather than not run?"""
    return (
        code == 1
        and re.search(r"^FAILED ", said, re.MULTILINE) is not None
        and not re.search(r"^ERROR ", said, re.MULTILINE)
    )


def try_one(mutant: Mutant, trees: SimpleQueue[Path]) -> tuple[Mutant, bool, str]:
    """Apply it in a copy, run its tests, put the copy back."""
    tree = trees.get()
    file = tree / mutant.file
    text = file.read_text()
    try:
        changed = text
        for exact, instead in mutant.changes:
            if changed.count(exact) != 1:
                return mutant, False, f"its text is found {changed.count(exact)} times in {mutant.file}"
            changed = changed.replace(exact, instead)
        file.write_text(changed)
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()
        code, said = run(tree, mutant.tests)
        words = (re.findall(r"^(?:FAILED|ERROR) .*", said, re.MULTILINE) or said.strip().splitlines() or ["nothing"])[
            -1
        ]
        return mutant, killed(code, said), words
    finally:
        file.write_text(text)
        trees.put(tree)


def main(words: list[str]) -> int:
    """Run them, two at a time. Returns the exit code."""
    chosen = [each for each in MUTANTS if not words or any(word in f"{each.name} {each.file}" for word in words)]
    begun = perf_counter()
    with tempfile.TemporaryDirectory(prefix="havre-mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        first = copy_of_the_tree(Path(folder) / "tree-1")
        files = sorted({word for each in chosen for word in shlex.split(each.tests) if word.endswith(".py")})
        light = [file for file in files if "test_access" not in file]
        code, said = run(first, " ".join(light or files))
        if code:
            print(f"Without any mutant the tests fail:\n{said[-3000:]}")
            return 1
        print(
            f"Without any mutant {len(light or files)} files of tests pass, {perf_counter() - begun:.0f} s.", flush=True
        )
        trees.put(first)
        trees.put(copy_of_the_tree(Path(folder) / "tree-2"))
        survivors = []
        with ThreadPoolExecutor(2) as pool:
            for mutant, dead, why in pool.map(lambda each: try_one(each, trees), chosen):
                print(f"{'killed  ' if dead else 'SURVIVES'}  {mutant.name}" + ("" if dead else f": {why}"), flush=True)
                survivors += [] if dead else [mutant]
    count = len(chosen) - len(survivors)
    print(f"\nMutants: {count} killed of {len(chosen)}, in {perf_counter() - begun:.0f} s.")
    for mutant in survivors:
        print(f"  survives: {mutant.name} ({mutant.file}; {mutant.tests})")
    if not words and (file := os.environ.get("HAVRE_MUTANTS")):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(
            json.dumps({"killed": count, "total": len(chosen), "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"})
        )
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
