"""Finding a person: our sealed scan beside searches over names in clear, on the same queries, in turns.

    python bench/find.py [people …]                                # 10000 and 100000 unless said; -v says who was missed
    python -m tests.postgres -- python bench/find.py [people …]    # PostgreSQL's trigrams too

recall@10: the person looked for is among the first ten. Our time counts reading the query, the scan, unsealing the 200
candidates under their own keys, and the comparison. Medians over the repeats; the load of the machine is printed.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psycopg
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


def trigrams(names: list[str], database: psycopg.Connection) -> Find:
    """PostgreSQL's trigram search (pg_trgm) with its index, names in clear, in their letters without accents."""
    with database.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("DROP TABLE IF EXISTS bench_names")
        cursor.execute("CREATE TABLE bench_names (id integer PRIMARY KEY, name text NOT NULL)")
        with cursor.copy("COPY bench_names (id, name) FROM STDIN") as copy:
            for i, name in enumerate(names):
                copy.write_row((i, _plain(name)))
        cursor.execute("CREATE INDEX ON bench_names USING gist (name gist_trgm_ops (siglen=64))")
        cursor.execute("ANALYZE bench_names")

    def find(query: str) -> list[int]:
        with database.cursor() as cursor:
            cursor.execute("SELECT id FROM bench_names ORDER BY name <-> %s LIMIT 10", [_plain(query)])
            return [row[0] for row in cursor.fetchall()]

    return find


def _plain(name: str) -> str:
    """Lower case, without accents: what a careful search in clear does first."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def main(sizes: list[int]) -> None:
    """Print a table for each number of people."""
    for size in sizes:
        of = people(size)
        names = [person.name for person in of]
        asked = queries(of, EACH)
        began = perf_counter()
        rivals = {"sealed": ours(names), "rapidfuzz in clear": in_clear(names)}
        if url := os.environ.get("DATABASE_URL", ""):
            rivals["trigrams in clear"] = trigrams(names, psycopg.connect(url, autocommit=True))
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
