"""The many spellings of one name brought together: written, sounded, reduced to its consonants.

The rules come from how the same names are written in French, English, Arabic, West African and Filipino papers:
Mohamed, Muhammad, محمد; Ouattara, Wattara; Diallo, Jallow; Khadija, Khadidja, خديجة; Felipe, Pelipe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from havre.vault.finding.letters import latin

# Between two of these there may be a vowel, where short vowels are not written: only full writings lose them.
_LOST = (
    (re.compile(r"([a-z])\1+"), r"\1"),
    (re.compile(r"(?<=[b-df-gj-np-tv-z])h"), ""),
    (re.compile(r"(?<=[aiu])n(?=[bp])"), "m"),
)

# Words that a paper writes and the next leaves out.
_ARTICLES = {
    "el",
    "al",
    "ul",
    "le",
    "la",
    "les",
    "the",
    "m",
    "mr",
    "mme",
    "mlle",
    "mrs",
    "ms",
    "et",
    "and",
    "y",
    "ep",
    "nee",
    "dit",
}
_SONS = {"ben", "bin", "ibn", "bn"}
_SERVANTS = re.compile(r"^a?bd(?:[aeou]{0,2}l)?$")
_PARTICLES = {"de", "da", "do", "del", "dela", "della", "dos", "das", "di", "du", "van", "von", "des"}
_SPLIT = re.compile(r"[^\w'’ʼ`ʿʾ\u064b-\u0652\u0670]+|_")
_QUOTES = re.compile(r"['’ʼ`ʿʾ]")

# Sounds, in this order. What comes out: a, i, u; consonants, each always the same letter.
_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"ph", "f"), (r"tch|tsh|sch|sh|ch", "x"), (r"kh", "h"), (r"gh", "g"), (r"th", "t"), (r"dh", "d"), (r"rh", "r"),
        (r"dzh|zh|dj", "j"), (r"gn|ny(?=[aeiou])", "n"), (r"gu(?=[eiy])", "g"), (r"qu(?=[eiy])|q|ck", "k"),
        (r"c(?=[eiy])", "s"), (r"c", "k"), (r"g(?=[eiy])", "j"), (r"x(?=x)", ""),
        (r"eau|au|ou|oo|oe|w|o|u", "u"), (r"ai|ay|ei|ey|ee|ie|e|y|i", "i"),
    )
)  # fmt: skip
_VOWELS = re.compile(r"[aiu]")
_DOUBLES = re.compile(r"(.)\1+")
# Sounds that writers of one language hear as those of another: p and f and b and v (Filipino), j and g and di (Wolof,
# Pulaar, Mandinka), s and z, t and d, l and r.
_CLASSES = str.maketrans("vpfbgjkqxszdtlrmn", "bbbbkkkksssttrrmm")
_NASAL = re.compile(r"^[mn](?=[bdgjkpt])")
_DI = re.compile(r"d[iy](?=[aeou])")


@dataclass(frozen=True)
class Word:
    """One word of a name. `sound` has three vowels, `bones` has none, `class_` is the widest; `bare`: no short vowels."""

    sound: str
    bones: str
    class_: str
    bare: bool = False


def words(text: str) -> tuple[Word, ...]:
    """The words of a name, each once, in the order they come."""
    found = dict.fromkeys(_word(plain, bare) for plain, bare in _joined(_plain(text)))
    return tuple(word for word in found if word.sound)


def _plain(text: str) -> list[tuple[str, bool]]:
    pairs = (latin(_QUOTES.sub("", part)) for part in _SPLIT.split(text) if part)
    return [(word, bare) for word, bare in pairs if word]


def _joined(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Put together what belongs together: Abd el Kader, Ben Ali, de la Cruz; leave out articles and titles."""
    out: list[tuple[str, bool]] = []
    prefix = ""
    for word, bare in parts:
        if word in _ARTICLES:
            continue
        if word in _SONS:
            prefix += "bn" if bare else "ben"
        elif _SERVANTS.match(word):
            prefix += "abdl" if bare else "abdel"
        elif word in _PARTICLES:
            continue
        else:
            if word.startswith(("dela", "dell")) and len(word) > 6:  # Delacruz
                word = word[4:]
            out.append((prefix + re.sub(r"^(bin|ibn)(?=[a-z]{3})", "ben", word), bare))
            prefix = ""
    if prefix:
        out.append((prefix, False))
    return out


@lru_cache(maxsize=65_536)
def _word(plain: str, bare: bool) -> Word:
    sound = _sound(plain, bare)
    bones = _VOWELS.sub("", sound)
    wide = _NASAL.sub("", _sound(_DI.sub("j", plain), bare))
    class_ = _DOUBLES.sub(r"\1", _VOWELS.sub("", wide).replace("h", "").translate(_CLASSES))
    return Word(sound, bones or sound, class_ or sound, bare)


def _sound(plain: str, bare: bool) -> str:
    for pattern, by in _SOUNDS if bare else (*_SOUNDS, *_LOST):
        plain = pattern.sub(by, plain)
    return plain.removesuffix("h") if len(plain) > 3 and plain[-2] in "aiu" else plain  # Fatimah
