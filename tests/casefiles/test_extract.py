"""A person's own extract: everything they may read, nobody else's name, whatever the spelling."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from havre.audit.models import Event
from havre.casefiles import services
from havre.casefiles.masking import LITTLE, MASK, Mask, fold, initials, pieces
from havre.casefiles.models import File
from havre.vault.errors import NotGranted
from havre.vault.uploads import take
from tests.casefiles.pages import text, url
from tests.factories import House, accepted_alert
from tests.factories.casefiles import NAME, add_exploitation, open_file

MAKERS = ("social_worker", "lawyer", "psychologist", "coordinator")

# --- masking --------------------------------------------------------------------------------------------------------------

LETTERS = st.characters(categories=("Lu", "Ll", "Lo"), max_codepoint=0x6FF)
WORD = st.text(LETTERS, min_size=2, max_size=9).filter(lambda w: fold(w) and fold(w) not in {fold(x) for x in LITTLE})
NAMES = st.lists(WORD, min_size=1, max_size=3).map(" ".join)


@st.composite
def spellings(draw: Any, word: str) -> str:
    """The same word in another case, without its accents, or with others."""
    changed = draw(st.sampled_from([str, str.upper, str.lower, str.title, str.swapcase, str.casefold]))(word)
    changed = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKD"])), changed)
    if draw(st.booleans()):
        changed = "".join(c for c in unicodedata.normalize("NFD", changed) if unicodedata.category(c) != "Mn")
    marks = draw(st.lists(st.sampled_from(["", "", "\u0301", "\u0308", "\u0327"]), min_size=1, max_size=3))
    return changed[:1] + "".join(marks) + changed[1:]


@given(st.data(), NAMES, st.text(max_size=40), st.text(max_size=40))
def test_no_known_name_survives(data: st.DataObject, name: str, before: str, after: str) -> None:
    """In any case, with or without accents, composed or not, beside any text."""
    words = name.split()
    written = data.draw(st.sampled_from([" ", ", ", "-", "’", "\n"])).join(data.draw(spellings(w)) for w in words)
    masked = Mask([name])(f"{before} {written} {after}")
    left = {fold(piece) for piece, is_word in pieces(masked) if is_word}
    assert not left & {fold(word) for word in words}


@given(st.text(max_size=200))
def test_nothing_is_lost_when_nobody_is_known(written: str) -> None:
    assert Mask([])(written) == written
    assert "".join(piece for piece, _is_word in pieces(written)) == written


@given(NAMES, st.text(max_size=60))
def test_length_says_nothing(name: str, written: str) -> None:
    """Every masked word leaves the same mark."""
    masked = Mask([name])(f"{written} {name}")
    assert masked.count("█") % len(MASK) == (written.count("█")) % len(MASK)
    assert MASK in masked


@pytest.mark.parametrize(
    ("name", "written"),
    [("Mohamed Traoré", "muhammad"), ("Mohamed Traoré", "TRAORE"), ("Ouattara", "Wattara"), ("François Müller", "francois muller"),
     ("Jean-Pierre Łukasz", "JEAN pierre"), ("محمد", "مُحَمَّد"), ("Lim", "lim"), ("Claire, 06 12 34 56 78", "+33 6.12.34.56.78")],
)  # fmt: skip
def test_spellings_people_use(name: str, written: str) -> None:
    masked = Mask([name])(f"Then {written} came.")
    assert masked.startswith("Then █")
    assert masked.endswith("█ came.")
    assert not {fold(p) for p, w in pieces(written) if w} & {fold(p) for p, w in pieces(masked) if w}


def test_little_words_and_ones_own_name_stay() -> None:
    mask = Mask(["Fatou de la Cruz", "Awa Diallo"], own=["Mariam Diallo"])
    assert mask("Mariam Diallo lives with Awa de la ville.") == f"Mariam Diallo lives with {MASK} de la ville."
    assert "Awa" in Mask(["Awa"], keep=["awa"])("Awa came.")
    assert "Diallo" not in Mask([], own=["Diallo"], more=["diallo"])("Diallo came."), "what a member adds is masked"


def test_colleagues_are_initials() -> None:
    assert initials("Claire Dubois-Martin") == "C. D. M."


# --- the extract ---------------------------------------------------------------------------------------------------------------


SAID = {"social": "She told of rent", "psychology": "She told of dreams", "legal": "She told of wages"}


@pytest.fixture
def file(house: House) -> File:
    """A file in which others are named everywhere."""
    alert = accepted_alert(
        house, person_name=NAME, reporter="Mme Zorica Neighbour, 06 11 22 33 44",
        narrative="ZORICA heard the child Tiago cry. Call 0611223344.",
    )  # fmt: skip
    file = open_file(house, units=("social", "legal", "psychology"), alert=alert)
    by, vault = house.user("social_worker"), house.vault("social_worker")
    situation = add_exploitation(house, file, account="Ürsûla kept her papers; Tiágo saw it.")
    services.link_exploiter(
        situation, services.add_exploiter(name="Ursula Kowalski", by=by, vault=vault), "employer", by=by
    )
    services.add_dependant(file.person, birth_year=2015, name="Tiago Marker-Name", by=by, vault=vault)
    for role, kind in (("social_worker", "social"), ("psychologist", "psychology"), ("lawyer", "legal")):
        words = f"Amina spoke of kowalski. {SAID[kind]}. Her friend Quenby helped."
        services.write_note(file, kind, words, by=house.user(role), vault=house.vault(role))
    services.add_document(
        file, take("ursula.pdf", [b"%PDF-1.7 x"]), compartment="social", category="letter", description="From Zorica",
        by=by, vault=vault,
    )  # fmt: skip
    return file


OTHERS = {"zorica", "neighbour", "ursula", "kowalski", "tiago", "0611223344", "11 22 33"}


def words_of_pdf(content: bytes) -> str:
    """What the PDF says."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.mark.parametrize("role", MAKERS)
def test_an_extract_says_what_one_holds_and_names_nobody_else(house: House, file: File, role: str) -> None:
    found = services.look_at_extract(file, house.vault(role).compartments, by=house.user(role), vault=house.vault(role))
    said = " ".join(
        f"{item.title} {item.text} {item.who}" for section in found.sections for item in section.items
    ) + str([section.rows for section in found.sections])
    assert not [word for word in OTHERS if word in fold(said) or word in said]
    assert "Amina" in said
    assert "heard the child" in said
    assert not [user.display_name for user in house.members.values() if user.display_name in said]
    held = house.vault(role).compartments
    for kind in ("social", "psychology", "legal"):
        assert (SAID[kind] in said) == (kind in held)
        assert kind in held or any(kind.title() in sentence for sentence in found.closed)


def test_not_chosen_is_said_and_not_opened(house: House, file: File) -> None:
    found = services.look_at_extract(file, ["identity"], by=house.user("lawyer"), vault=house.vault("lawyer"))
    assert any("left out" in sentence for sentence in found.closed)
    assert any("psychologist: ask them" in sentence for sentence in found.closed)
    assert "She told of" not in str(found.sections)


def test_from_the_page_to_the_pdf(house: House, file: File) -> None:
    client = house.client("social_worker")
    page = url("extract", file)
    assert "What to take it from" in text(client.get(page))
    chosen = {"kinds": ["identity", "social"], "language": "fr"}
    read = text(client.post(page, {**chosen, "look": "1"}))
    assert "Quenby" in read
    read = text(client.post(page, {**chosen, "look": "1", "more": "quenby"}))
    assert "Her friend █████ helped" in read
    assert "<input" in read
    answer = client.post(page, {**chosen, "make": "1", "more": "quenby"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert file.person.code in answer["Content-Disposition"]
    said = words_of_pdf(answer.content)
    assert "Amina Marker-Name" in said
    assert SAID["social"] in said
    assert SAID["psychology"] not in said
    assert not [word for word in {*OTHERS, "quenby"} if word in fold(said) or word in said.lower()]
    event = Event.objects.get(kind="casefiles.extract.made")
    assert event.detail["compartments"] == ["identity", "social"]
    assert event.detail["items"] > 10
    assert event.target == file.person.code


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_it_prints_in_the_language_of_the_person(house: House, file: File, language: str) -> None:
    chosen = {"kinds": ["identity"], "language": language, "make": "1"}
    answer = house.client("lawyer").post(url("extract", file), chosen)
    assert answer.content.startswith(b"%PDF")
    root: Any = PdfReader(BytesIO(answer.content)).trailer["/Root"]
    assert root["/Lang"] == language


def test_who_may_make_one(house: House, other: House, file: File) -> None:
    for role in house.members:
        assert house.client(role).get(url("extract", file)).status_code == (200 if role in MAKERS else 404)
    assert other.client("coordinator").get(url("extract", file)).status_code == 404
    with pytest.raises(PermissionDenied):
        services.look_at_extract(file, ["identity"], by=house.user("reception"), vault=house.vault("reception"))
    with pytest.raises(NotGranted):
        services.extract.gather(file, ["psychology"], by=house.user("lawyer"), vault=house.vault("lawyer"))
    answer = house.client("lawyer").post(url("extract", file), {"kinds": ["psychology"], "language": "fr", "make": "1"})
    assert answer.status_code == 422


def test_every_opening_is_told(house: House, file: File) -> None:
    before = Event.objects.count()
    services.look_at_extract(
        file, ["identity", "psychology"], by=house.user("psychologist"), vault=house.fresh_vault("psychologist")
    )
    told = {
        (event.target, event.detail.get("compartment"))
        for event in Event.objects.filter(number__gt=before, kind="vault.read")
    }
    assert {
        (file.person.code, "identity"),
        (file.person.code, "psychology"),
        (file.alert.reference, "identity"),
    } <= told
