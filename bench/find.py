"""Finding a person: our sealed scan beside rapidfuzz over names in clear, on the same queries, in turns.

    python bench/find.py [people …]      # 10000 and 100000 unless said

recall@10: the person looked for is among the first ten. Our time counts reading the query, the scan, unsealing the 200
candidates under their own keys, and the comparison. Medians over the repeats; the load of the machine is printed.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from rapidfuzz import fuzz, process, utils

from bench._invented import KINDS, people, queries
from havre.vault import crypto
from havre.vault.finding import SIGNATURE, Signer, likeness, scan

EACH = 60  # queries of a kind, for recall
TIMED = 10  # queries a round, for time
REPEATS = 5

Find = Callable[[str], list[int]]


def ours(names: list[str]) -> Find:
    """Signatures of everybody and their names, each sealed under a key of its own."""
    key = crypto.random_key()
    signer = Signer(crypto.mix(key, "signature"))
    table = np.frombuffer(b"".join(signer.sign([name]) for name in names), dtype="<u8").reshape(-1, SIGNATURE // 8)
    sealed = [crypto.seal(crypto.mix(key, "dek", i), name.encode(), crypto.pack(i)) for i, name in enumerate(names)]

    def find(query: str) -> list[int]:
        rows, scores = scan(table, signer.ask(query))
        first = dict(zip(map(int, rows), scores, strict=True))
        opened = {i: crypto.unseal(crypto.mix(key, "dek", i), sealed[i], crypto.pack(i)).decode() for i in first}
        return sorted(opened, key=lambda i: (-likeness(query, [opened[i]]), -first[i]))[:10]

    return find


def in_clear(names: list[str]) -> Find:
    """rapidfuzz's usual search over every name, in clear."""
    ready = [utils.default_process(name) for name in names]

    def find(query: str) -> list[int]:
        found = process.extract(utils.default_process(query), ready, scorer=fuzz.WRatio, processor=None, limit=10)
        return [index for _name, _score, index in found]

    return find


def main(sizes: list[int]) -> None:
    """Print a table for each number of people."""
    for size in sizes:
        of = people(size)
        names = [person.name for person in of]
        asked = queries(of, EACH)
        began = perf_counter()
        rivals = {"sealed": ours(names), "rapidfuzz in clear": in_clear(names)}
        print(f"\n{size:,} people; load {os.getloadavg()[0]:.1f}; made ready in {perf_counter() - began:.1f} s")
        for who, find in rivals.items():
            hits: dict[str, list[bool]] = defaultdict(list)
            for kind, who_is, text in asked:
                found = who_is in find(text)
                hits[kind].append(found)
                if who == "sealed" and not found and "-v" in sys.argv:
                    print("   missed", kind, repr(text), repr(names[who_is]))
            every = [hit for group in hits.values() for hit in group]
            kinds = "  ".join(f"{kind} {sum(hits[kind]) / len(hits[kind]):.3f}" for kind in KINDS)
            print(f"  recall@10  {who:20} {sum(every) / len(every):.3f}   {kinds}")
        times: dict[str, list[float]] = defaultdict(list)
        some = asked[:: max(1, len(asked) // TIMED)][:TIMED]
        for _ in range(REPEATS):
            for _kind, _who, text in some:
                for who, find in rivals.items():
                    start = perf_counter()
                    find(text)
                    times[who].append((perf_counter() - start) * 1000)
        for who, taken in times.items():
            p95 = quantiles(taken, n=20)[-1]
            print(f"  time       {who:20} median {median(taken):7.1f} ms   p95 {p95:7.1f} ms   ({len(taken)} runs)")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:] if each.isdigit()] or [10_000, 100_000])
