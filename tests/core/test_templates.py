"""The gallery holds every component: what is true of it is true of the pages made of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from havre.core.gallery import GalleryForm

HAVRE = Path(settings.BASE_DIR) / "havre"
COMPONENTS = sorted((HAVRE / "templates" / "components").glob("*.html"))
SCRIPTS = sorted((HAVRE / "static").glob("*.js"))
MEMBER = SimpleNamespace(
    is_authenticated=True,
    display_name="Nadia B.",
    username="nadia",
    role="social",
    theme="dark",
    language="en",
    can=lambda _p: True,
)


def name(path: Path) -> str:
    return str(path.relative_to(HAVRE))


class Page(HTMLParser):
    """The few things we ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def show(template: str, **context: object) -> str:
    request = RequestFactory().get("/gallery/")
    request.user = MEMBER  # type: ignore[assignment]
    request.htmx = False  # type: ignore[attr-defined]
    return render_to_string(template, {"user": MEMBER, **context}, request=request)


@pytest.fixture(scope="module")
def gallery() -> Page:
    return Page(show("gallery.html"))


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_component_says_how_it_is_used(path: Path) -> None:
    assert re.search(r"{% comment %}\s*\S.*?{% endcomment %}", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_script_keeps_nothing_in_the_browser(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"localStorage|sessionStorage\.setItem|indexedDB|document\.cookie|eval\(|innerHTML\s*=", text)


def test_page_names_its_language_and_direction(gallery: Page) -> None:
    assert gallery.all("html") == [{"lang": "en", "dir": "ltr", "data-theme": "dark"}]


def test_ids_are_unique(gallery: Page) -> None:
    ids = [attrs["id"] for _tag, attrs in gallery.tags if attrs.get("id")]
    repeated = {each for each in ids if ids.count(each) > 1}
    assert not repeated


def test_every_control_has_a_name_for_screen_readers(gallery: Page) -> None:
    labelled = {attrs.get("for") for attrs in gallery.all("label")}
    for attrs in gallery.all("input") + gallery.all("select") + gallery.all("textarea"):
        if attrs.get("type") in {"hidden", "radio", "checkbox"} or attrs.get("aria-hidden"):
            continue
        assert attrs.get("id") in labelled or attrs.get("aria-label"), attrs


def test_changes_are_posted_with_a_token(gallery: Page) -> None:
    forms = [attrs for attrs in gallery.all("form") if attrs.get("method") == "post"]
    tokens = [attrs for attrs in gallery.all("input") if attrs.get("name") == "csrfmiddlewaretoken"]
    assert forms
    assert len(tokens) == len(forms)


def test_error_is_tied_to_its_field_and_summed_up_with_a_link() -> None:
    form = GalleryForm({"reference": ""})
    page = Page(str(form))
    reference = next(attrs for attrs in page.all("input") if attrs.get("name") == "reference")
    assert reference["aria-invalid"] == "true"
    ids = {attrs.get("id") for _tag, attrs in page.tags}
    assert set(reference["aria-describedby"].split()) <= ids
    assert "id_reference_error" in reference["aria-describedby"]
    links = {attrs["href"][1:] for attrs in page.all("a")}
    assert {"id_reference", "id_agrees", "id_channel"} <= links <= ids


def test_a_required_field_says_so_in_words() -> None:
    html = str(GalleryForm()["reference"].as_field_group())
    assert "required</span>" in html


def test_their_version_stands_beside_ours_after_a_conflict() -> None:
    form = GalleryForm({"reference": "MINE"})
    form.theirs = {"reference": "<THEIRS>"}  # type: ignore[attr-defined]
    html = str(form["reference"].as_field_group())
    assert "MINE" in html
    assert "&lt;THEIRS&gt;" in html


def test_sealed_value_is_never_shown_before_it_is_opened() -> None:
    closed = show("components/sealed.html", url="/open/", label="Name")
    opened = show("components/sealed.html", label="Name", value="<Amina>")
    assert "<button" in closed
    assert "sealed-text" not in closed
    assert "&lt;Amina&gt;" in opened
    assert "sealed-text" in opened
    assert "<form" not in opened


@pytest.mark.parametrize(
    ("template", "htmx"), [("409.html", True), ("422.html", True), ("409.html", False), ("422.html", False)]
)
def test_refusal_is_a_sentence_for_htmx_and_a_page_for_a_browser(template: str, htmx: bool) -> None:
    request = RequestFactory().get("/")
    request.user, request.htmx = MEMBER, htmx  # type: ignore[assignment, attr-defined]
    html = render_to_string(template, {"message": "A lawyer must be there.", "user": MEMBER}, request=request)
    assert "A lawyer must be there." in html
    assert "data-refusal" in html
    assert ("<html" in html) is not htmx


def test_error_page_needs_nothing_from_the_request() -> None:
    assert "Something went wrong" in render_to_string("500.html")
