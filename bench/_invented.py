"""People who do not exist, by the hundred thousand, and the ways their names reach the telephone.

Names are put together from the demonstration's own lists and from syllables and Arabic roots of our own; no list of real
people is read. Two people never have both the same given and family name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from havre.demo.plan.names import CULTURES

KINDS = ("misspelt", "transliterated", "arabic", "swapped", "shortened")
# Consonants: Arabic letter, the usual French writing, another writing.
_ARABIC = (
    ("ب", "b", "b"), ("ت", "t", "t"), ("ج", "j", "dj"), ("ح", "h", "h"), ("خ", "kh", "h"), ("د", "d", "d"), ("ر", "r", "r"),
    ("ز", "z", "z"), ("س", "s", "s"), ("ش", "ch", "sh"), ("ص", "s", "ss"), ("ط", "t", "t"), ("غ", "gh", "g"), ("ف", "f", "ph"),
    ("ق", "k", "q"), ("ك", "k", "c"), ("ل", "l", "ll"), ("م", "m", "mm"), ("ن", "n", "nn"), ("ه", "h", "h"),
)  # fmt: skip
# 1 2 3 4 are consonants; Arabic writing, French, other.
_PATTERNS = (
    ("12ي3", "1a2i3", "1a2ee3"), ("1ا23", "1a2e3", "1aa2i3"), ("12ا3", "1a22a3", "1a2a3"), ("م12و3", "ma12ou3", "ma12u3"),
    ("12ي3ة", "1a2i3a", "1e2i3ah"), ("1ا2ي3ي", "1a2i3i", "1aa2i3y"), ("12و3ي", "1e22ou3i", "1a2u3y"),
    ("1ي23ا4", "1i23a4", "1ee23a4"), ("ب12ا3ي", "be12a3i", "bi12a3y"), ("12ا34ي", "1e2a34i", "1a2a34y"),
)  # fmt: skip
_SYLLABLES = {
    "west_africa": "ba ma fa tou kou dia nia sa ka mi dou ra bin ni cou ly sou ndi aye ko na ga ré gué bi la mou ssa lé wa ya",
    "gulf_of_guinea": "kwa me efu a dos sou men sah oka for aba yo mi ola tun de ezi nwa chi ne du ike na fe lix ama gba jo",
    "central_africa": "mbar ga mu ke ndi ka bon go ilu nga mou ko tchi mba nda ye zi o bam fo tso ngo no ya bi ta bu",
    "philippines": "ma ri cel ba u tis ta vil la nue va pa ngi li nan ca ta pang lo ren zo fe li pe bel da do te re si",
    "south_asia": "su ni ta lak shmi ra je sh ku mar pri ya an ja li ho ssa in fer nan do pe re ra gu na se ka",
    "eastern_europe": "ok sa na po pes cu di mi tar iv an o va mun tea nu stoy ko shev chen ko vic tor lu dmi la ga li",
    "latin": "ma ri a ro dri go fer nan da sil va mon tei ro quis pe ta va res lou ren ço al mei da cos ta jo",
    "french": "le fè vre mar chand gar nier rous seau per rin vas seur bon net mo reau chau vin du ran tel lier",
}  # fmt: skip
_CYRILLIC = (
    ("shch", "щ"), ("sh", "ш"), ("ch", "ч"), ("a", "а"), ("b", "б"), ("v", "в"), ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"),
    ("i", "и"), ("y", "й"), ("k", "к"), ("c", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("r", "р"),
    ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х"), ("w", "в"), ("j", "ж"),
)  # fmt: skip
_RESPELT = (
    ("ou", "u"), ("ch", "sh"), ("ph", "f"), ("dj", "j"), ("kh", "h"), ("k", "c"), ("i", "y"), ("c", "k"), ("tt", "t"), ("ss", "s"),
    ("l", "ll"), ("u", "oo"), ("é", "e"), ("v", "b"), ("n", "nn"), ("e", "i"),
)  # fmt: skip


@dataclass(frozen=True)
class Invented:
    """A person: given and family name, as the file has them; in Arabic letters and in other letters where it applies."""

    given: str
    family: str
    arabic: str
    other: str

    @property
    def name(self) -> str:
        """As the file writes it."""
        return f"{self.given} {self.family}"


def people(count: int, seed: int = 1) -> list[Invented]:
    """`count` people, always the same for a seed; three in ten have an Arabic name."""
    rng = Random(seed)
    found: dict[tuple[str, str], Invented] = {}
    while len(found) < count:
        person = _arabic(rng) if rng.random() < 0.3 else _latin(rng)
        found.setdefault((person.given.casefold(), person.family.casefold()), person)
    return list(found.values())


def _arabic(rng: Random) -> Invented:
    parts = [_root(rng), _root(rng)]
    article = rng.random() < 0.2
    arabic = f"{parts[0][0]} {'ال' if article else ''}{parts[1][0]}"
    other = f"{parts[0][2]} {'Al-' if article else ''}{parts[1][2]}"
    return Invented(parts[0][1].title(), ("El " if article else "") + parts[1][1].title(), arabic, other.title())


def _root(rng: Random) -> tuple[str, str, str]:
    letters = rng.sample(_ARABIC, 4)
    written = list(rng.choice(_PATTERNS))
    for number, letter in enumerate(letters, 1):
        written = [text.replace(str(number), letter[i]) for i, text in enumerate(written)]
    return written[0], written[1], written[2]


def _latin(rng: Random) -> Invented:
    culture = rng.choice(list(_SYLLABLES))
    lists, syllables = CULTURES[culture], _SYLLABLES[culture].split()

    def made() -> str:
        return "".join(rng.choice(syllables) for _ in range(rng.choice((2, 3, 3)))).title()

    given = rng.choice(lists["woman"] + lists["man"]) if rng.random() < 0.5 else made()
    family = rng.choice(lists["family"]) if rng.random() < 0.3 else made()
    name = f"{given} {family}"
    if culture != "eastern_europe":
        return Invented(given, family, "", _respelt(name, rng))
    other = name.lower()
    for latin, cyrillic in _CYRILLIC:
        other = other.replace(latin, cyrillic)
    return Invented(given, family, "", other)


def _respelt(name: str, rng: Random) -> str:
    """Two or three of the habits of another language."""
    name = name.lower()
    for one, other in rng.sample(_RESPELT, len(_RESPELT)):
        if one in name and rng.random() < 0.45:
            name = name.replace(one, other, 1)
    return name


def _misspelt(person: Invented, rng: Random) -> str:
    """One or two slips: a letter left out, doubled, exchanged, replaced."""
    name = list(person.name.lower())
    for _ in range(rng.choice((1, 2))):
        at = rng.randrange(1, len(name) - 1)
        slip = rng.randrange(4)
        if slip == 0:
            del name[at]
        elif slip == 1:
            name.insert(at, name[at])
        elif slip == 2:
            name[at], name[at - 1] = name[at - 1], name[at]
        else:
            name[at] = rng.choice("aeioubdfklmnrst")
    return "".join(name)


def _shortened(person: Invented, rng: Random) -> str:
    """A given name cut (Fatou for Fatoumata), or two letters missing at the end of the family name."""
    if len(person.given) > 5 and rng.random() < 0.6:
        return f"{person.given[: max(4, len(person.given) - 3)]} {person.family}"
    return f"{person.given} {person.family[:-2] if len(person.family) > 5 else person.family[:-1]}"


_WAYS: dict[str, Callable[[Invented, Random], str]] = {
    "misspelt": _misspelt,
    "transliterated": lambda person, rng: person.other,
    "arabic": lambda person, rng: person.arabic,
    "swapped": lambda person, rng: f"{person.family} {person.given}".upper(),
    "shortened": _shortened,
}


def queries(of: list[Invented], each: int, seed: int = 2) -> list[tuple[str, int, str]]:
    """`each` queries of each kind: (kind, index of who is looked for, what is typed)."""
    rng = Random(seed)
    asked = []
    for kind in KINDS:
        can = [i for i in rng.sample(range(len(of)), min(len(of), each * 8)) if kind != "arabic" or of[i].arabic]
        asked += [(kind, i, _WAYS[kind](of[i], rng)) for i in can[:each]]
    return asked
