"""A caseworker adds a picture and a large text to a file, looks at one, keeps a copy of the other."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pypdf import PdfWriter

from tests.e2e.conftest import Site
from tests.e2e.people import open_sealed

pytestmark = pytest.mark.browser

# A square of sixteen dots.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEklEQVR4nGP4z8AARwzEcQCukw/x0F8jngAAAABJRU5ErkJggg=="
)
MARK = "Zqx-Ndeye"


def _add(page: Page, path: Path, kind: str) -> None:
    page.locator("main a[href$='/documents/add/']").click()
    page.locator("input[type=file]").set_input_files(path)
    page.locator("select[name=category]").select_option(kind)
    page.locator("textarea[name=description]").fill(f"Words of {MARK}")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/documents/")


def _kept(folder: Path) -> bool:
    """Does the marker lie in clear in a file of the installation?"""
    return any(MARK.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_added_looked_at_and_downloaded(
    page: Page, site: Site, sign_in: Callable[..., object], console_errors: list[str], tmp_path: Path
) -> None:
    picture, large = tmp_path / f"{MARK}.png", tmp_path / f"{MARK}.txt"
    picture.write_bytes(PNG)
    paper = tmp_path / "paper.pdf"
    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    writer.write(paper)
    large.write_bytes(f"{MARK} of many words\n".encode() * 500_000)
    sign_in(page, "social_worker")
    page.goto(f"{site.url}/files/")
    code = str(page.locator("main a[href*='/files/P-']").first.get_attribute("href"))
    page.goto(f"{site.url}{code}documents/")
    _add(page, picture, "message_or_photo")
    _add(page, large, "letter")
    assert MARK not in page.content()
    open_sealed(page, "#documents")
    expect(page.locator("#documents")).to_contain_text(f"{MARK}.png")
    assert not Axe().run(page).response["violations"]

    page.locator("#documents li", has_text=f"{MARK}.png").locator("a").click()
    frame = page.frame_locator("iframe.document-frame")
    expect(frame.locator("img")).to_be_visible()
    assert not Axe().run(page, options={"iframes": False}).response["violations"]
    if pictures := os.environ.get("HAVRE_PICTURES"):
        page.screenshot(path=f"{pictures}/document.png")

    page.goto(f"{site.url}{code}documents/")
    _add(page, paper, "letter")
    page.locator("#documents li a").first.click()  # the newest stands first
    page.locator("iframe.document-frame").wait_for()
    page.wait_for_timeout(1500)
    addresses = [frame.url for frame in page.frames]
    assert any(address.endswith("/show/") for address in addresses), addresses
    assert not any(address.startswith("chrome-error") for address in addresses), "the browser shows no PDF here"

    page.goto(f"{site.url}{code}documents/")
    open_sealed(page, "#documents")
    page.locator("#documents li", has_text=f"{MARK}.txt").locator("a").click()
    with page.expect_download() as waiting:
        page.locator("a[download]").click()
    download = waiting.value
    assert download.suggested_filename.startswith(f"{code.strip('/').split('/')[-1]}-document-")
    assert MARK not in download.suggested_filename
    got = hashlib.sha256(Path(download.path()).read_bytes()).digest()
    assert got == hashlib.sha256(large.read_bytes()).digest()
    assert not _kept(site.data)
    assert not console_errors
