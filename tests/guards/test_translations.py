"""Every sentence is translated: French whole, Arabic too; nothing is lost on the way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages import pofile
from django.template.base import Lexer, TokenType

from tests.guards.test_promises import HAVRE, ROOT, SOURCES, called, calls, name

TEMPLATES = sorted(HAVRE.rglob("*.html"))


def sentences_of(path: Path) -> set[str]:
    """The sentences a template or a module marks for translation."""
    text = path.read_text()
    if path.suffix == ".py":
        marked = set()
        for call in calls(path):
            if (
                called(call) in {"_", "gettext", "gettext_lazy"}
                and call.args
                and isinstance(call.args[0], ast.Constant)
            ):
                marked.add(str(call.args[0].value))
        return marked
    marked = set()
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.BLOCK:
            found = re.match(r'(?:translate|trans)\s+(?:"([^"]*)"|\'([^\']*)\')', token.contents)
            if found:
                marked.add(found.group(1) if found.group(1) is not None else found.group(2))
    return marked


def messages(language: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """English and translated forms of what a catalogue translates; fuzzy sentences do not count."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        read = list(pofile.read_po(file, locale=language))
    pairs = []
    for message in read:
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if english[0] and not message.fuzzy and all(said):
            pairs.append((tuple(map(str, english)), tuple(map(str, said))))
    return pairs


def catalogue(language: str) -> set[str]:
    """The sentences that a language translates."""
    return {english[0] for english, _ in messages(language)}


def slots(*forms: str) -> set[str]:
    """What a sentence leaves to fill."""
    return {slot for form in forms for slot in re.findall(r"%\(\w+\)[sd]", form)}


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_fills_the_same_slots(language: str) -> None:
    """Of a plural, a form may leave the number out (“one file”), and none may ask for more."""
    for english, said in messages(language):
        assert slots(*said) == slots(*english), english
        assert len(english) > 1 or all(slots(form) == slots(*english) for form in said), english


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_catalogue_is_whole(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        asked = {m.id if isinstance(m.id, str) else m.id[0] for m in pofile.read_po(file, locale=language) if m.id}
    assert not asked - catalogue(language)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_sentence_of_the_pages_is_translated(language: str) -> None:
    said = catalogue(language)
    missing = {
        sentence: name(path)
        for path in [*TEMPLATES, *SOURCES]
        for sentence in sentences_of(path)
        # The template tag doubles the per cent signs of what it looks up.
        if said.isdisjoint({sentence, sentence.replace("%", "%%")}) and path.name not in {"gallery.html", "gallery.py"}
    }
    assert not missing
