"""Records that look like what was typed, opened and compared: behind the search box, and “possibly known?”."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from havre.accounts.models import User
from havre.accounts.permissions import Permission as P
from havre.casefiles.finding import COLUMNS, texts_of
from havre.casefiles.linking import Record
from havre.casefiles.models import Exploiter, ExploiterLink, File, Person
from havre.intake.known import WHY
from havre.intake.models import Alert
from havre.vault import directory
from havre.vault.fields import Compartment
from havre.vault.finding import CLEAR, FIRST, contacts, likeness, meeting, met, words
from havre.vault.opened import OpenVault
from havre.vault.queries import hidden_from

# A number met by its last digits only may be another's.
BY_ITS_END = 0.9
# What a record is, whatever it was found by.
KIND_OF = {kind: kind.removesuffix("_contact") for kind in COLUMNS}
# Share of what is asked that a signature must have for its record to be opened: less, and it meets nothing.
_WORTH_OPENING = 0.4


@dataclass(frozen=True)
class Asked:
    """One thing typed, and the kinds it is looked for among: names, or numbers and addresses, never both."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """A record that looks like what was typed: how much (0 to 1), by what, and the words it is known by alone."""

    kind: str
    row: Any
    score: float
    why: tuple[str, ...]
    # One word only in common, where there are several: a first name, perhaps.
    vague: bool
    # How much of what was asked its signature has: between two that look as alike.
    scanned: float = 0.0

    @property
    def record(self) -> Record:
        """What `linking` calls it."""
        return self.kind, self.row.pk


def kinds_for(by: User, *kinds: str) -> tuple[str, ...]:
    """The kinds among these that a member may find: alerts are for who sees alerts."""
    hidden = set() if by.can(P.ALERT_VIEW) else {"alert", "alert_contact", "employer"}
    return tuple(kind for kind in kinds if kind not in hidden)


def alike(asked: Iterable[Asked], *, by: User, vault: OpenVault) -> list[Alike]:
    """The records found by what was typed, the likest first; one scan of the directory for each thing typed.

    Leaves no trace: the caller tells. Raises `NotGranted`.
    """
    asked = [each for each in asked if each.text.strip() and each.kinds]
    if not asked:
        return []
    if directory.is_empty(vault):
        directory.rebuild(vault)
    best: dict[Record, Alike] = {}
    found = [(each.text, _hits(vault, each)) for each in asked]
    liked = _judge([(text, hit) for text, hits in found for hit in hits[:FIRST]], best, by=by, vault=vault)
    # Nobody looks much like it: whoever is meant may be further down.
    further = [(text, hit) for text, hits in found if liked.get(text, 0.0) < CLEAR for hit in hits[FIRST:]]
    if further:
        _judge(further, best, by=by, vault=vault)
    return sorted(best.values(), key=lambda each: (-each.score, -each.scanned, each.kind, each.row.pk.bytes))


def _judge(
    hits: list[tuple[str, directory.Hit]], best: dict[Record, Alike], *, by: User, vault: OpenVault
) -> dict[str, float]:
    """Open the records of these hits, put those that look like what was typed in `best`. The best score of each text."""
    rows = _rows(by, {(KIND_OF[hit.kind], hit.row) for _text, hit in hits})
    vault.load([row.case_id for row in rows.values()], Compartment.IDENTITY)
    liked: dict[str, float] = {}
    for text, hit in hits:
        record = KIND_OF[hit.kind], hit.row
        if record not in rows:  # never saved, or gone
            continue
        known = texts_of(vault, hit.kind, rows[record])
        judge = _by_contact if hit.kind in directory.CONTACTS else _by_name
        score, why, vague = judge(text, known)
        if not score:
            continue
        liked[text] = max(score, liked.get(text, 0.0))
        found = Alike(record[0], rows[record], score, (why,), vague, hit.score)
        best[record] = _together(best[record], found) if record in best else found
    return liked


def _hits(vault: OpenVault, asked: Asked) -> list[directory.Hit]:
    """What the directory gives. For numbers, the records that may share one: others are not worth opening."""
    if not directory.CONTACTS & set(asked.kinds):
        return directory.search(vault, asked.text, kinds=asked.kinds)
    count = len(contacts(asked.text))
    if not count:
        return []
    hits = directory.search(vault, asked.text, kinds=asked.kinds)
    return [hit for hit in hits if hit.score >= _WORTH_OPENING / count]


def _together(one: Alike, other: Alike) -> Alike:
    """A record found twice: by the better of the two, for both reasons."""
    better, worse = (one, other) if one.score >= other.score else (other, one)
    why = sorted({*better.why, *worse.why}, key=list(WHY).index)
    return Alike(better.kind, better.row, better.score, tuple(why), better.vague and worse.vague, better.scanned)


def _by_contact(text: str, known: list[str]) -> tuple[float, str, bool]:
    theirs = contacts("\n".join(known))
    met = meeting(contacts(text), theirs)
    if met is None:
        return 0.0, "", False
    if not any(met.whole == each.whole for each in theirs):
        return BY_ITS_END, "phone_end", False
    return 1.0, "phone" if met.tail else "email", False


def _by_name(text: str, known: list[str]) -> tuple[float, str, bool]:
    asked = words(text)
    theirs = [word for name in known for word in words(name)]
    score = likeness(text, known)
    if _letters(text) <= _letters(" ".join(known)):
        why = "name"
    elif all(any(a.bones == t.bones or a.class_ == t.class_ for t in theirs) for a in asked):
        why = "sound"
    else:
        why = "spelling"
    return score, why, _vague(text, known)


def _vague(text: str, known: list[str]) -> bool:
    """One word typed meets a name of one word; of several, two at least have their own in the record."""
    if len(words(text)) == 1:
        return not any(len(words(name)) == 1 for name in _one_by_one(known))
    return met(text, known) < 2


def _letters(text: str) -> set[str]:
    """The words of a name as they are written, capitals and accents left out."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return set(re.findall(r"\w+", plain))


def _one_by_one(known: list[str]) -> list[str]:
    """Each name of a record, where several stand in one text."""
    separate = str.maketrans(";/·،\n", ",,,,,")
    return [name for text in known for name in text.translate(separate).split(",")]


# --- the rows, a query for each kind ---------------------------------------------------------------------------------


def _people(by: User, ids: list[UUID]) -> Any:
    return Person.objects.filter(organisation_id=by.organisation_id, pk__in=ids).select_related("file")


def _exploiters(by: User, ids: list[UUID]) -> Any:
    # What is restricted does not exist for who is not named: neither itself, nor as the victim of an exploiter.
    links = ExploiterLink.objects.select_related("exploitation__person__file").order_by("exploitation__person__number")
    links = links.exclude(exploitation__person__case__in=hidden_from(by))
    return Exploiter.objects.filter(organisation_id=by.organisation_id, pk__in=ids).prefetch_related(
        Prefetch("links", links)
    )


def _alerts(by: User, ids: list[UUID]) -> Any:
    files = File.objects.select_related("person")
    return Alert.objects.filter(organisation_id=by.organisation_id, pk__in=ids).prefetch_related(
        Prefetch("files", files)
    )


_ROWS: dict[str, Callable[[User, list[UUID]], Any]] = {
    "person": _people,
    "exploiter": _exploiters,
    "alert": _alerts,
    "employer": _alerts,
}


def _rows(by: User, records: set[Record]) -> dict[Record, Any]:
    rows: dict[Record, Any] = {}
    for kinds in (("person",), ("exploiter",), ("alert", "employer")):
        ids = {pk for kind, pk in records if kind in kinds}
        found = {row.pk: row for row in _ROWS[kinds[0]](by, list(ids))} if ids else {}
        rows |= {(kind, pk): found[pk] for kind, pk in records if kind in kinds and pk in found}
    hidden = set(hidden_from(by).values_list("pk", flat=True)) if rows else set()
    return {record: row for record, row in rows.items() if row.case_id not in hidden}
