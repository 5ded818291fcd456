"""Which kind of file is this, by its first bytes and never by its name. A closed list: the rest is refused."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

# How many first bytes `sniff` wants: the names inside an office document stand near its beginning.
WANTED = 64 * 2**10


@dataclass(frozen=True)
class FileType:
    """A kind of file that is taken: its MIME type, the end of its name, and whether a page may show it."""

    media: str
    extension: str
    label: object
    shown: bool = False


_ALL = (
    FileType("application/pdf", "pdf", "PDF", shown=True),
    FileType("image/png", "png", _("image (PNG)"), shown=True),
    FileType("image/jpeg", "jpg", _("image (JPEG)"), shown=True),
    FileType("image/webp", "webp", _("image (WebP)"), shown=True),
    FileType("image/heic", "heic", _("image (HEIC)")),
    FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", _("text (Word)")),
    FileType("application/vnd.oasis.opendocument.text", "odt", _("text (OpenDocument)")),
    FileType("text/plain", "txt", _("plain text")),
    FileType("audio/mpeg", "mp3", _("sound (MP3)")),
    FileType("audio/mp4", "m4a", _("sound (M4A)")),
    FileType("audio/ogg", "ogg", _("sound (Ogg)")),
    FileType("video/mp4", "mp4", _("film (MP4)")),
)
TYPES = {each.extension: each for each in _ALL}
BY_MEDIA = {each.media: each for each in _ALL}

_STARTS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"OggS", "ogg"),
)
# The brand of an ISO media file (ISO/IEC 14496-12), at its bytes 8 to 12.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"mif1"), "heic"),
    **dict.fromkeys((b"M4A ", b"M4B "), "m4a"),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"), "mp4"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6"), "mp4"),
}


def sniff(head: bytes) -> FileType | None:
    """The kind of a file from its first bytes (`WANTED` of them, or all), or None: not on the list."""
    found = next((extension for start, extension in _STARTS if head.startswith(start)), "")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = "webp"
    elif head[4:8] == b"ftyp":
        found = _BRANDS.get(head[8:12], "")
    elif head.startswith(b"PK\x03\x04"):
        found = _archive(head)
    elif not found and _is_text(head):
        found = "txt"
    return TYPES.get(found)


def _archive(head: bytes) -> str:
    """A Word or an OpenDocument text; any other archive is refused."""
    if head[30:77] == b"mimetypeapplication/vnd.oasis.opendocument.text":
        return "odt"
    # Names of entries stand in clear in their local headers; macros have a name of their own.
    if b"[Content_Types].xml" in head and b"word/" in head and b"vbaProject" not in head:
        return "docx"
    return ""


def _is_text(head: bytes) -> bool:
    if not head or any((byte < 32 and byte not in (9, 10, 12, 13)) or byte == 127 for byte in set(head)):
        return False
    # Markup that a browser could take for a page, and scripts, are not plain text.
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!", b"%!")):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character cut in two at the end of what was read is not a fault.
        return len(head) >= WANTED and error.start > len(head) - 4
    return True
