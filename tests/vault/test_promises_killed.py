"""SIGKILL at each write of each ceremony, then the same again by a fresh process: done, nothing lost (T18)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.separate import Installation
from tests.vault.ceremonies_killed import CEREMONIES
from tests.vault.killed import ERRORS, chosen

FURNISH = "from tests.vault.killing import furnish\nfurnish()"
SERVE = """
from pathlib import Path
from tests.separate import Installation
from tests.vault.killed import serve
serve(Installation(Path({folder!r}), urls={urls!r}))
"""
Torture = Callable[[str, Path], dict[str, Any]]


@pytest.fixture(scope="module")
def torture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Torture]:
    """A house with everything that must not be lost, and a process that kills its ceremonies, a name at a time."""
    base = Installation(tmp_path_factory.mktemp("killed") / "base")
    base.run(FURNISH)
    server = base.start(SERVE.format(folder=str(base.folder), urls=base.urls))
    asks, tells = server.stdin, server.stdout
    assert asks is not None
    assert tells is not None

    def asked(name: str, folder: Path) -> dict[str, Any]:
        asks.write(json.dumps([name, str(folder)]) + "\n")
        asks.flush()
        while not (line := tells.readline()).startswith("{"):  # what the ceremonies themselves print
            assert line, (base.folder.parent / ERRORS).read_text()
        told: dict[str, Any] = json.loads(line)
        assert "fault" not in told, told["fault"]
        return told

    yield asked
    server.communicate(timeout=60)
    base.remove()


@pytest.mark.slow
@pytest.mark.promise("T18")
@pytest.mark.parametrize("name", [ceremony.name for ceremony in CEREMONIES])
def test_killed_anywhere_then_done_again(name: str, torture: Torture, tmp_path: Path) -> None:
    told = torture(name, tmp_path)
    print(f"{name}: {told['killed']} kills at {told['writes']} writes; again: {told['again']}")
    assert told["killed"] >= 4
    assert sum(told["again"].values()) == told["killed"]


def test_each_commit_is_a_point_and_others_are_sampled() -> None:
    kinds = ["statement"] * 50 + ["before commit", "after commit"] + ["open"] * 40
    points = chosen(kinds)
    assert {50, 51} <= set(points)
    assert len(points) == 14
    assert points[0] == 0
    assert chosen(["before commit", "after commit"]) == [0, 1]
    many = ["statement", "before commit", "after commit"] * 20
    assert {n for n, kind in enumerate(many) if kind != "statement"} <= set(chosen(many))
