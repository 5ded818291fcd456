"""Finding a person among many, the record included: our sealed directory beside searches over names in clear.

Everybody is in one PostgreSQL, tuned as in production. Ours is what a request does, with a vault just opened: the parts
of the directory are read from the key store and unsealed, 64 records (200 when none of them looks much like it) fetched
with their case keys and salts, unsealed, compared letter by letter. Rivals read names that lie in clear, in the same
database, with the code of each person.
recall@10: the person looked for is among the first ten.
"""

from __future__ import annotations

import gc
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from rapidfuzz import fuzz, process, utils

from bench._invented import KINDS, Invented, people, queries
from bench._measure import Goal, alternated, application, load, p95, shown

Find = Callable[[str], list[int]]

SEALED, FUZZ = "sealed", "rapidfuzz, clear"
GIN, GIST = "trigram GIN %", "trigram GiST <->"
RECALL = 60  # queries of a kind
TIMED = {10_000: 6, 100_000: 6, 1_000_000: 3}  # queries of a kind in a round
# At a million one search of rapidfuzz takes a second: one query of a kind, in all rounds.
SLOW = 1_000_000
SHOWN = "(no goal)"


def furnish(of: list[Invented]) -> tuple[Any, bytes]:
    """An organisation that has these people, each with their sealed names. The coordinator, and what opens their vault."""
    from havre.accounts.permissions import Role
    from havre.casefiles.models import Person
    from havre.core import clock
    from havre.vault import crypto, directory, sessions
    from havre.vault.casekeys import half_place
    from havre.vault.keystore.models import ShredSalt
    from havre.vault.models import Case, CaseKey
    from havre.vault.opened import OpenVault, place_of
    from tests.vault.house import build

    house = build("bench", (Role.RECEPTION,))
    user = house.members[Role.COORDINATOR]
    private = sessions.unlock(user, house.passphrase(Role.COORDINATOR))
    assert private is not None
    vault, organisation, now = OpenVault(user, private), house.organisation.pk, clock.now()
    compartment, key = vault.compartment_key("identity")
    wrap, table = crypto.mix(key, "wrap"), Person._meta.db_table
    cases: list[UUID] = [uuid4() for _ in of]
    salts = [crypto.random_key() for _ in of]
    halves = [crypto.random_key() for _ in of]

    def persons() -> Iterable[dict[str, Any]]:
        with directory.gathering(vault):
            for number, (one, case, half, salt) in enumerate(zip(of, cases, halves, salts, strict=True)):
                row = uuid4()
                dek = crypto.mix(half, "dek", salt, case, "identity", 1)
                place = place_of(organisation, "identity", case, table, row, "names", 1)
                directory.index(vault, "person", row, [one.name])
                yield {
                    "id": row, "organisation_id": organisation, "case_id": case, "number": number,
                    "code": f"P-{number:07}", "names": crypto.seal(dek, one.name.encode(), place), "names_rev": 1,
                }  # fmt: skip

    _copy(ShredSalt, ({"case_id": c, "salt": s, "made_at": now} for c, s in zip(cases, salts, strict=True)))
    _copy(Case, ({"id": c, "organisation_id": organisation, "made_at": now} for c in cases))
    wrapped = (
        {
            "case_id": case, "compartment_id": compartment.id, "kind": "identity",
            "wrapped": crypto.seal(wrap, half, half_place(organisation, "identity", case, 1)),
        }
        for case, half in zip(cases, halves, strict=True)
    )  # fmt: skip
    _copy(CaseKey, wrapped)
    _copy(Person, persons())
    return user, private


def _copy(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """COPY of many rows; columns that are not given have the model's own defaults."""
    from django.db import connections, router

    connection = connections[router.db_for_write(model)]
    fields = [field for field in model._meta.concrete_fields if field.get_internal_type() != "BigAutoField"]
    usual = {field.column: field.get_default() if field.has_default() else None for field in fields}
    empty = {field.column: str(usual[field.column]) for field in fields if isinstance(usual[field.column], str)}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        # The rows are whole: foreign keys are not looked at one by one.
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                full = {**usual, **empty, **row}
                copy.write_row([full[field.column] for field in fields])
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(f'VACUUM ANALYZE "{model._meta.db_table}"')


def sealed(user: Any, private: bytes) -> Find:
    """What `casefiles.services.find` does for people, without its audit events."""
    from havre.casefiles.finding import texts_of
    from havre.casefiles.models import Person
    from havre.vault import directory
    from havre.vault.finding import CLEAR, FIRST, likeness
    from havre.vault.opened import OpenVault

    def find(query: str) -> list[int]:
        vault = OpenVault(user, private)
        hits = directory.search(vault, query, kinds=["person"])
        rows: dict[UUID, Any] = {}
        scored: list[tuple[float, float, UUID]] = []
        for some in (hits[:FIRST], hits[FIRST:]):
            found = Person.objects.filter(organisation_id=user.organisation_id, pk__in=[hit.row for hit in some])
            rows |= {row.pk: row for row in found}
            vault.load([row.case_id for row in rows.values()], "identity")
            scored += [(likeness(query, texts_of(vault, "person", rows[hit.row])), hit.score, hit.row) for hit in some]
            if max(scored, default=(0.0,))[0] >= CLEAR:
                break
        scored.sort(key=lambda each: (-each[0], -each[1], each[2].bytes))
        return [rows[row].number for _likeness, _score, row in scored[:10]]

    return find


def trigrams(names: list[str], words: list[str], table: str, index: str, read: Callable[[str], str]) -> Find:
    """PostgreSQL's trigram search over names in clear, `words` being what `read` makes of them, with an index of this kind."""
    from django.db import connection

    classes = {GIN: "gin (words gin_trgm_ops)", GIST: "gist (words gist_trgm_ops(siglen=64))"}
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY, code text, name text, words text NOT NULL)")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for number, (name, each) in enumerate(zip(names, words, strict=True)):
                copy.write_row((number, f"P-{number:07}", name, each))
        cursor.execute(f"CREATE INDEX ON {table} USING {classes[index]}")
        cursor.execute(f"VACUUM ANALYZE {table}")
    near = "WHERE words %% %s " if index == GIN else ""

    def find(query: str) -> list[int]:
        asked = read(query)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, code, name FROM {table} {near}ORDER BY words <-> %s LIMIT 10",
                [asked, asked] if near else [asked],
            )
            return [row[0] for row in cursor.fetchall()]

    return find


def fuzzy(names: list[str], table: str) -> Find:
    """rapidfuzz's usual search over every name, kept in clear in memory; the ten records are fetched."""
    from django.db import connection

    ready = [utils.default_process(name) for name in names]

    def find(query: str) -> list[int]:
        found = process.extract(utils.default_process(query), ready, scorer=fuzz.WRatio, processor=None, limit=10)
        ids = [index for _name, _score, index in found]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, code, name FROM {table} WHERE id = ANY(%s)", [ids])
            cursor.fetchall()
        return ids

    return find


def plain(name: str) -> str:
    """Lower case, without accents: what a careful search in clear does first."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def sounded(name: str) -> str:
    """Our normaliser, its sounds as text: for the same trigram search."""
    from havre.vault.finding import words

    return " ".join(word.sound for word in words(name))


def run(size: int, repeats: int) -> list[Goal]:
    """One size: furnish, recall of each kind, then times in turns."""
    with application("postgres"):
        begin = perf_counter()
        of = people(size)
        names = [person.name for person in of]
        user, private = furnish(of)
        furnished = perf_counter() - begin
        rivals: dict[str, Find] = {SEALED: sealed(user, private)}
        for read, column, said in ((plain, "clear", "clear"), (sounded, "sound", "our normaliser")):
            words = [read(name) for name in names]
            for index, letter in ((GIN, "gin"), (GIST, "gist")):
                rivals[f"{index}, {said}"] = trigrams(names, words, f"bench_{column}_{letter}", index, read)
        rivals[FUZZ] = fuzzy(names, "bench_clear_gin")
        shown(
            f"\nFinding among {size:,} people · {load()} · furnished in {furnished:.0f} s, "
            f"rivals in {perf_counter() - begin - furnished:.0f} s"
        )
        gc.collect()
        gc.freeze()  # a server does not carry the benchmark's million invented people
        asked = queries(of, RECALL)
        recall = {name: _recall(find, asked, name == FUZZ and size >= SLOW) for name, find in rivals.items()}
        some = _some(asked, next(each for most, each in TIMED.items() if size <= most or most == SLOW))
        taken: dict[str, list[float]] = defaultdict(list)
        for place, (_kind, _who, text) in enumerate(some):
            turn: dict[str, Callable[[], Any]] = {name: partial(find, text) for name, find in rivals.items()}
            if size >= SLOW and place % (len(some) // len(KINDS)):
                del turn[FUZZ]
            for name, times in alternated(turn, repeats).items():
                taken[name] += times
        _tell(recall, taken, len(some), repeats)
        return _goals(size, recall, taken)


def _recall(find: Find, asked: list[tuple[str, int, str]], few: bool) -> dict[str, float]:
    hits: dict[str, list[bool]] = defaultdict(list)
    for kind, who, text in _some(asked, 4) if few else asked:
        hits[kind].append(who in find(text))
    every = [hit for group in hits.values() for hit in group]
    return {"all": sum(every) / len(every), **{kind: sum(group) / len(group) for kind, group in hits.items()}}


def _some(asked: list[tuple[str, int, str]], each: int) -> list[tuple[str, int, str]]:
    """The first queries of each kind."""
    return [query for kind in KINDS for query in [one for one in asked if one[0] == kind][:each]]


def _tell(recall: dict[str, dict[str, float]], taken: dict[str, list[float]], queries: int, repeats: int) -> None:
    for name, values in recall.items():
        shown(f"  recall@10  {name:34} " + "  ".join(f"{kind} {value:.3f}" for kind, value in values.items()))
    shown(f"  times over {queries} queries × {repeats} repeats, in turns · {load()}")
    for name, times in taken.items():
        shown(f"  time       {name:34} median {median(times):8.1f} ms   p95 {p95(times):8.1f} ms   ({len(times)} runs)")


def _goals(size: int, recall: dict[str, dict[str, float]], taken: dict[str, list[float]]) -> list[Goal]:
    ours = recall[SEALED]
    least = min((value, kind) for kind, value in ours.items() if kind != "all")
    promised = size <= 100_000  # beyond, the issue promises time only
    goals = [
        Goal(
            f"recall@10 among {size:,}",
            "≥ 0.95" if promised else SHOWN,
            f"{ours['all']:.3f}",
            ours["all"] >= 0.95 or not promised,
        ),
        Goal(
            f"recall@10 of each kind among {size:,}",
            "≥ 0.90" if promised else SHOWN,
            f"{least[0]:.3f} ({least[1]})",
            least[0] >= 0.90 or not promised,
        ),
    ]
    if size >= SLOW:
        # The best rival in clear: the quicker index of those that find as much, within one in a hundred (docs/adr/0012).
        clear = [f"{index}, clear" for index in (GIN, GIST)]
        most = max(recall[name]["all"] for name in clear)
        best = min((p95(taken[name]), name) for name in clear if recall[name]["all"] >= most - 0.01)
        for name in clear:
            ratio = p95(taken[SEALED]) / p95(taken[name])
            which = "finds the most" if name == best[1] else "the other index"
            goals.append(
                Goal(
                    f"p95 among {size:,}, beside {name} ({which})",
                    "≤ 0.33" if name == best[1] else SHOWN,
                    f"{ratio:.2f} ({p95(taken[SEALED]):.0f} / {p95(taken[name]):.0f} ms)",
                    ratio <= 1 / 3 or name != best[1],
                )
            )
    return goals
