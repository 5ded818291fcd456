"""Third parties masked in what a person receives about themselves: word by word, whatever the case, accents or spelling.

Masking too much is corrected by a person who reads; masking too little reaches somebody else. So every word of a known
name is masked where it stands alone, except the words of the person's own name and little words of language. What a member
adds is masked whatever it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from havre.vault.finding import words as heard

MASK = "█████"
# Little words that stand in names and in every sentence: alone, they name nobody.
LITTLE = frozenset(
    [
        "a",
        "à",
        "al",
        "au",
        "aux",
        "avec",
        "ben",
        "bin",
        "by",
        "chez",
        "d",
        "da",
        "dans",
        "de",
        "del",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "elle",
        "en",
        "et",
        "for",
        "from",
        "he",
        "her",
        "his",
        "ibn",
        "il",
        "in",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "m",
        "ma",
        "mes",
        "mlle",
        "mme",
        "mon",
        "mr",
        "mrs",
        "ms",
        "nee",
        "née",
        "of",
        "on",
        "or",
        "ou",
        "par",
        "pour",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "ses",
        "she",
        "son",
        "sur",
        "the",
        "to",
        "un",
        "une",
        "van",
        "von",
        "with",
        "y",
    ]
)
_NUMBER = re.compile(r"\+?\d(?:[\s.\-/()]*\d){6,}")
# A spelling that only sounds the same counts when it is long enough to mean something.
SOUND_LENGTH = 4


def fold(word: str) -> str:
    """A word without case, accents or marks: what two spellings of it have in common."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN" and c != "ـ")


def sounds(word: str) -> set[str]:
    """How a word sounds, and its consonants, whatever its spelling or its alphabet; nothing for what is too short."""
    found = heard(word)
    if len(found) != 1:
        return set()
    return {each for each in (found[0].sound, f"{found[0].bones}*") if len(each.rstrip("*")) >= SOUND_LENGTH}


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut in words (True) and what stands between them (False): together, the text."""
    start, inside = 0, False
    for position, character in enumerate(text):
        category = unicodedata.category(character)
        # Marks and joiners belong to the word they stand in.
        is_word = category[0] in "LN" or (inside and (category[0] == "M" or category == "Cf"))
        if is_word != inside:
            if position > start:
                yield text[start:position], inside
            start, inside = position, is_word
    if start < len(text):
        yield text[start:], inside


def words_of(names: Iterable[str]) -> set[str]:
    """The words of names, folded, little words left out."""
    little = {fold(word) for word in LITTLE}
    found = {fold(word) for name in names for word, is_word in pieces(name) if is_word}
    return {word for word in found - little if word and not word.isdigit()}


class Mask:
    """Masks the words of other people's names, and their telephone numbers, in any text."""

    def __init__(
        self, others: Iterable[str], *, own: Iterable[str] = (), keep: Iterable[str] = (), more: Iterable[str] = ()
    ) -> None:
        others, more = list(others), list(more)
        self._left = left = words_of(own) | words_of(keep)
        self.words = (words_of(others) - left) | words_of(more)
        self._sounds = {sound for word in self.words for sound in sounds(word)}
        self._sounds -= {sound for word in left for sound in sounds(word)}
        self.numbers = {_digits(found) for name in (*others, *more) for found in _NUMBER.findall(name)}

    def __call__(self, text: str) -> str:
        """The text with what must not be read replaced; always as many marks, so that length says nothing."""
        text = _NUMBER.sub(lambda found: MASK if _digits(found[0]) in self.numbers else found[0], text)
        return "".join(MASK if is_word and self.hides(piece) else piece for piece, is_word in pieces(text))

    def hides(self, word: str) -> bool:
        """Is this word of somebody else's name?"""
        folded = fold(word)
        if folded in self.words:
            return True
        return folded not in self._left and not self._sounds.isdisjoint(sounds(word))


def _digits(number: str) -> str:
    """The last digits of a telephone number: with or without the code of the country."""
    return "".join(c for c in number if c.isdigit())[-8:]


def initials(name: str) -> str:
    """How a colleague is shown: “A. B.”."""
    return " ".join(f"{word[0].upper()}." for word, is_word in pieces(name) if is_word)
