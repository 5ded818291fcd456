"""A name is found however it is written: the rules one by one, then many people and every kind of query."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench._invented import KINDS, people, queries
from havre.vault.finding import SIGNATURE, Signer, likeness, met, scan, words
from havre.vault.finding.scanning import asked_slices, choose, count, sliced, weigh

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohamed", "Muhammad"), ("Mohamed", "محمد"), ("Mohammed", "مُحَمَّد"), ("Ouattara", "Wattara"), ("Khadija", "خديجة"),
        ("Khadija", "Khadidja"), ("Abdelkader", "Abdul Qadir"), ("Abd el Kader", "عبد القادر"), ("Benali", "بن علي"),
        ("Ben Ali", "Binali"), ("El Idrissi", "الإدريسي"), ("Al-Idrisi", "Idrissi"), ("Cherkaoui", "الشرقاوي"),
        ("Fatoumata", "Fatumata"), ("Diallo", "Jallow"), ("Diop", "Djop"), ("Ndiaye", "Diaye"), ("N’Guessan", "Nguessan"),
        ("Felipe dela Cruz", "Pelipe Delacruz"), ("Philippe", "Filip"), ("Yacine", "Iassine"), ("Youssef", "Yusuf"),
        ("Oksana Shevchenko", "Оксана Шевченко"), ("Cissé", "SISSE"), ("Aïssata", "Aissatta"), ("Zineb", "زينب"),
        ("Şahin", "Chahin"), ("Fatimah", "فاطمة"), ("Hicham", "هشام"), ("Fatou", "Fatoumata"),
    ],
)  # fmt: skip
def test_two_writings_of_a_name_look_alike(one: str, other: str) -> None:
    assert likeness(one, [other]) >= 0.75
    signer = Signer(KEY)
    asked = signer.ask(one)
    stored = np.frombuffer(signer.sign([other]), dtype="<u8")
    assert np.bitwise_count(asked & stored).sum() >= 0.35 * np.bitwise_count(asked).sum()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aminata Sow", "Karim Haddad"), ("Fatoumata", "Mohamed"), ("خديجة", "Youssef"), ("Reyes", "Diallo")],
)
def test_two_names_do_not(one: str, other: str) -> None:
    assert likeness(one, [other]) < 0.6


def test_the_order_of_words_does_not_count_and_the_nearer_name_comes_first() -> None:
    assert likeness("Traoré Awa", ["Awa Traoré"]) == pytest.approx(1)
    assert likeness("Awa Traoré", ["Awa Traoré"]) == pytest.approx(1)
    assert likeness("Awa Traoré", ["Awa Traore"]) > likeness("Awa Traoré", ["Awa Touré"])
    assert likeness("Mohamed Diallo", ["Mohamed Diallo"]) > likeness("Mohamed Diallo", ["Mamadou Diallo"])


def test_a_first_name_in_common_is_one_word_met_however_alike_the_whole() -> None:
    assert likeness("Mariam Journey", ["Mariam Touré"]) > 0.8
    assert met("Mariam Journey", ["Mariam Touré"]) == 1
    assert met("Toure Maryam", ["Mariam Touré"]) == 2
    assert met("خديجة الوزاني", ["Khadija El Ouazzani"]) == 2
    assert met("Awa Awa", ["Awa Traoré"]) == 1
    assert met("", ["Awa"]) == met("Awa", []) == 0


def test_an_alias_finds_as_the_name_does() -> None:
    assert likeness("Joy", ["Esther Osagie", "Joy, Mama Joy"]) > 0.9


@pytest.mark.parametrize("nothing", ["", "   ", "…", "—", "123 456"])
def test_nothing_asked_finds_nobody_by_chance(nothing: str) -> None:
    assert likeness(nothing, ["Awa Traoré"]) < 0.5


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for word in words(text):
        assert word.sound.isascii()
        assert word.sound
        assert word.bones
    assert len(Signer(KEY).sign([text])) == SIGNATURE


def test_a_signature_says_nothing_under_another_key() -> None:
    mine, theirs = Signer(KEY).sign(["Awa Traoré"]), Signer(bytes(32)).sign(["Awa Traoré"])
    assert mine == Signer(KEY).sign(["Awa Traoré"])
    both = np.bitwise_count(np.frombuffer(mine, "<u8") & np.frombuffer(theirs, "<u8")).sum()
    assert both < 0.4 * np.bitwise_count(np.frombuffer(mine, "<u8")).sum()


def test_the_scan_gives_the_best_first_and_no_more_than_asked() -> None:
    signer = Signer(KEY)
    names = ["Awa Traoré", "Karim Haddad", "Awa Touré", "Maricel Reyes", "Traoré Awa Mariam"]
    table = np.frombuffer(b"".join(signer.sign([n]) for n in names), dtype="<u8").reshape(-1, 8)
    rows, scores = scan(table, signer.ask("Awa Traore"), best=3)
    assert rows[0] == 0
    assert set(rows) == {0, 2, 4}
    assert list(scores) == sorted(scores, reverse=True)
    assert len(scan(table[:0], signer.ask("Awa"))[0]) == 0
    assert len(scan(table, signer.ask(""))[0]) == 0


def test_every_kind_of_query_finds_among_two_thousand() -> None:
    of = people(2000, seed=7)
    signer = Signer(KEY)
    table = np.frombuffer(b"".join(signer.sign([p.name]) for p in of), dtype="<u8").reshape(-1, 8)
    hits: dict[str, list[bool]] = defaultdict(list)
    for kind, who, text in queries(of, 20, seed=8):
        rows, _scores = scan(table, signer.ask(text))
        best = sorted(map(int, rows), key=lambda i: -likeness(text, [of[i].name]))[:10]
        hits[kind].append(who in best)
    assert set(hits) == set(KINDS)
    assert {kind: sum(group) / len(group) for kind, group in hits.items() if sum(group) < 0.9 * len(group)} == {}


def _naive(table: np.ndarray, query: np.ndarray, among: np.ndarray) -> dict[int, float]:
    """The score of everybody, one by one, as its definition says."""
    asked = sum(int(lane).bit_count() for lane in query)
    scores = {}
    for row in np.flatnonzero(among):
        shared = sum(int(a & b).bit_count() for a, b in zip(table[row], query, strict=True))
        weight = min(sum(int(lane).bit_count() for lane in table[row]), 255)
        scores[int(row)] = shared / (asked + 0.08 * max(weight - shared, 0))
    return scores


@given(
    rows=st.integers(1, 200), seed=st.integers(0, 2**32 - 1), best=st.integers(1, 60), dense=st.booleans(), some=st.booleans()
)  # fmt: skip
def test_slices_whole_signatures_and_a_count_by_hand_agree(
    rows: int, seed: int, best: int, dense: bool, some: bool
) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 2**64, (rows, 8), dtype=np.uint64)
    query = rng.integers(0, 2**64, 8, dtype=np.uint64)
    if not dense:
        for _ in range(2):
            table &= rng.integers(0, 2**64, (rows, 8), dtype=np.uint64)
            query &= rng.integers(0, 2**64, 8, dtype=np.uint64)
    among = rng.integers(0, 2, rows).astype(bool) if some else np.ones(rows, dtype=bool)
    expected = _naive(table, query, among)
    asked = asked_slices(query)
    lanes = [np.frombuffer(each, dtype="<u8") for each in sliced(table)]
    assert len(lanes) == 512
    shared = count([lanes[number] for number in asked], rows)
    found, scores = choose(shared, weigh(table), len(asked), best=best, among=among)
    assert list(scores) == pytest.approx(sorted(expected.values(), reverse=True)[:best])
    assert [expected[int(row)] for row in found] == pytest.approx(list(scores))
    if not some:
        assert list(scan(table, query, best=best)[1]) == pytest.approx(list(scores))
