"""SIGKILL at each write of each ceremony, then the same again by a fresh process: done, nothing lost (T18)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.separate import Installation
from tests.vault.killed import chosen
from tests.vault.killing import CEREMONIES

FURNISH = "from tests.vault.killing import furnish\nfurnish()"
TORTURE = """
import json, os
from pathlib import Path
from tests.separate import Installation
from tests.vault.killed import torture
from tests.vault.killing import BY_NAME
base = Installation(Path({folder!r}), urls={urls!r})
print(json.dumps(torture(BY_NAME[{name!r}], base, Path({work!r}))))
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A house with everything that must not be lost."""
    made = Installation(tmp_path_factory.mktemp("killed") / "base")
    made.run(FURNISH)
    yield made
    made.remove()


@pytest.mark.slow
@pytest.mark.promise("T18")
@pytest.mark.parametrize("name", [ceremony.name for ceremony in CEREMONIES])
def test_killed_anywhere_then_done_again(name: str, base: Installation, tmp_path: Path) -> None:
    code = TORTURE.format(folder=str(base.folder), urls=base.urls, name=name, work=str(tmp_path))
    told = json.loads(base.run(code, within=300).splitlines()[-1])
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
