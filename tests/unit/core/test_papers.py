"""Papers are told by their content."""

import zipfile
from io import BytesIO

import pytest

from eventapp.core.errors import Invalid
from eventapp.core.papers import LARGEST, WORD, media_type_of, paper_name


def _archive(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (_archive("[Content_Types].xml", "word/document.xml"), WORD),
    ],
)
def test_what_offices_send_is_taken(data: bytes, kind: str):
    assert media_type_of(data) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" %PDF-1.7",
        _archive("xl/workbook.xml"),
        _archive("word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04 cut off",
    ],
)
def test_anything_else_is_refused_whatever_its_name(data: bytes):
    with pytest.raises(Invalid) as refusal:
        media_type_of(data)
    assert refusal.value.code == "paper_kind"


def test_a_paper_that_is_too_large_is_refused():
    assert media_type_of(b"%PDF-" + b"0" * (LARGEST - 5)) == "application/pdf"
    with pytest.raises(Invalid) as refusal:
        media_type_of(b"%PDF-" + b"0" * (LARGEST - 4))
    assert refusal.value.code == "paper_large"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("委托书.pdf", "委托书.pdf"),
        ("C:\\文件\\委托书.JPG", "委托书.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("委托书.pdf.exe", "委托书.pdf.pdf"),
        ("", "paper.pdf"),
        ("坏\n名.pdf", "坏名.pdf"),
    ],
)
def test_a_paper_keeps_its_name_without_folders_and_with_its_own_ending(name: str, kept: str):
    assert paper_name(name, "application/pdf") == kept
