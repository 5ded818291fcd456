"""Two names that are open, compared letter by letter."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from havre.vault.finding.spelling import Word, words

# A word of the record that nothing asked for: a third name, an alias.
_UNASKED = 0.015
# Less alike than this, two words are not two writings of one.
_MET = 0.65


def likeness(query: str, names: Iterable[str]) -> float:
    """How much the names of a person look like what is looked for: 0 to 1. The order of words does not count."""
    asked, sounds = _asked(query)
    known = tuple(dict.fromkeys(word for name in names for word in words(name)))
    if not asked or not known:
        return 0.0
    left = list(known)
    total = weight = 0.0
    for word in asked:
        best, which = max(((_alike(word, other), i) for i, other in enumerate(left)), default=(0.0, -1))
        if which >= 0 and best > 0.5:
            left.pop(which)
        total += best * len(word.sound)
        weight += len(word.sound)
    score = total / weight - _UNASKED * min(len(left), 4)
    whole = fuzz.ratio(sounds, "".join(w.sound for w in known)) / 100
    return max(score, 0.97 * whole, 0.0)


def met(query: str, names: Iterable[str]) -> int:
    """How many words of the query have their own in the names: a first name in common is one, however long it is."""
    left = [word for name in names for word in words(name)]
    count = 0
    for word in sorted(words(query), key=lambda w: -len(w.sound)):
        best, which = max(((_alike(word, other), i) for i, other in enumerate(left)), default=(0.0, -1))
        if best >= _MET:
            left.pop(which)
            count += 1
    return count


# One query is compared with 200 names: it is read once. The last one alone stays.
@lru_cache(maxsize=1)
def _asked(query: str) -> tuple[tuple[Word, ...], str]:
    """The words of a query, the longest first, and all its sounds in the order they come."""
    found = words(query)
    return tuple(sorted(found, key=lambda word: -len(word.sound))), "".join(word.sound for word in found)


@lru_cache(maxsize=65_536)
def _alike(one: Word, other: Word) -> float:
    bones = Levenshtein.normalized_similarity(one.bones, other.bones)
    class_ = Levenshtein.normalized_similarity(one.class_, other.class_)
    if one.bare != other.bare:
        # Vowels that are written in one only tell nothing; the long ones, in their order, a little.
        sound = fuzz.ratio(one.sound, other.sound) / 100
        return 0.65 * bones + 0.1 * class_ + 0.25 * sound
    sound = Levenshtein.normalized_similarity(one.sound, other.sound)
    shorter, longer = sorted((one.sound, other.sound), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):  # Fatou, Fatoumata
        sound = max(sound, 0.9)
        bones = max(bones, 0.9)
    score = 0.6 * sound + 0.3 * bones + 0.1 * class_
    if one.class_ == other.class_ and len(one.class_) > 1 and sound >= 0.4:  # Diallo, Jallow
        score = max(score, 0.8)
    return score
