"""Papers that people send in: told by their content, never by their name."""

import secrets
import zipfile
from io import BytesIO

from eventapp.core.errors import N_, Invalid

LARGEST = 10 * 2**20
"""The most bytes that a paper may have."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    WORD: ".docx",
}
"""What is taken, and how such a file's name ends."""


def media_type_of(data: bytes) -> str:
    """Tell what a paper is; raises Invalid where it is too large or nothing that is taken."""
    if len(data) > LARGEST:
        raise Invalid("paper_large", N_("文件不能超过 10 MB。"), field="paper")
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"PK\x03\x04") and _is_word(data):
        return WORD
    raise Invalid(
        "paper_kind", N_("只收 PDF、JPG、PNG 和 DOCX 文件，请换一种格式再传。"), field="paper"
    )


def _is_word(data: bytes) -> bool:
    """Look into the list of an archive's files, without unpacking any; macros are not taken."""
    try:
        names = set(zipfile.ZipFile(BytesIO(data)).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    return "word/document.xml" in names and "word/vbaProject.bin" not in names


def paper_name(name: str, media_type: str) -> str:
    """Return the name under which a paper is kept: no folders, and the ending that it deserves."""
    plain = "".join(one for one in name.replace("\\", "/").rsplit("/", 1)[-1] if one.isprintable())
    ending = MEDIA_TYPES[media_type]
    stem = plain.strip(". ").rsplit(".", 1)[0] if "." in plain.strip(". ") else plain.strip(". ")
    return (stem[:120] or "paper") + ending


SALT_BYTES = 16


def own_copy(data: bytes) -> bytes:
    """Return a content that holds a person's paper and equals no other.

    Contents are kept once under their digest, so deleting a paper as it came could take the same
    paper from somebody else.
    """
    return secrets.token_bytes(SALT_BYTES) + data


def paper_in(copy: bytes) -> bytes:
    """Return the paper that a copy of its own holds."""
    return copy[SALT_BYTES:]
