"""A booklet for Word: real headings and tables on A5, to be changed by hand."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from eventapp.booklet.document.sections import Drawing, Lines, Paragraph, Section, Table

TEXT_WIDTH = 116
"""Millimetres between the margins of a page."""
SONG, HEI = "宋体", "黑体"


def word_file(cover: Mapping[str, Any], sections: Sequence[Section]) -> bytes:
    """Write a cover and the sections, each on a page of its own."""
    document = Document()
    _set_up(document, cover)
    _cover(document, cover)
    for section in sections:
        document.add_page_break()
        document.add_heading(section.title, level=1)
        for place, block in enumerate(section.blocks):
            _block(document, block, again=place > 0)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: Any, cover: Mapping[str, Any]) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(148), Mm(210)
    page.left_margin = page.right_margin = Mm(16)
    page.top_margin, page.bottom_margin = Mm(18), Mm(16)
    page.different_first_page_header_footer = True
    mark = "　演示数据" if cover["demo"] else ""
    page.header.paragraphs[0].text = f"{cover['title']}{mark}"
    page.header.paragraphs[0].runs[0].font.size = Pt(8.5)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _number(foot)
    for name, face, size in (("Normal", SONG, 10), ("Heading 1", HEI, 16), ("Heading 2", HEI, 11)):
        style = document.styles[name]
        style.font.name, style.font.size = face, Pt(size)
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia"):
            fonts.set(qn(f"w:{script}"), face)
    document.core_properties.title = f"{cover['title']}会议手册"
    document.core_properties.author = cover["alliance"]
    document.core_properties.language = "zh-CN"


def _number(paragraph: Any) -> None:
    """Put the field of the page's number, which Word fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _cover(document: Any, cover: Mapping[str, Any]) -> None:
    lines = [
        *(("", 10) for _ in range(6)),
        *((line, 22) for line in cover["title_lines"]),
        ("", 10),
        ("会　议　手　册", 16),
        *(("", 10) for _ in range(8)),
        (cover["time"], 11),
        (cover["venue"], 11),
        (cover["alliance"], 11),
        ("演示数据" if cover["demo"] else "", 9),
    ]
    for text, size in lines:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(text).font.size = Pt(size)


def _block(document: Any, block: Paragraph | Table | Drawing | Lines, *, again: bool) -> None:
    if isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Drawing):
        _table(document, block.rows)  # Word of older offices shows no SVG
    elif isinstance(block, Lines):
        if again:
            document.add_page_break()
        _lines(document, block)
    elif block.kind == "heading":
        document.add_heading(block.text, level=2)
    else:
        line = document.add_paragraph()
        if block.label:
            line.add_run(f"{block.label}　").bold = True
        line.add_run(block.text)
        if block.kind == "article":
            line.paragraph_format.first_line_indent = Pt(20)
        if block.kind == "remark":
            line.runs[-1].font.size = Pt(8.5)


def _table(document: Any, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.heads), style="Table Grid")
    table.autofit = False
    _row(table.rows[0], block.heads, bold=True)
    _repeat(table.rows[0])
    for cells in block.rows:
        _row(table.add_row(), cells)
    for column, share in zip(table.columns, block.shares, strict=True):
        for cell in column.cells:
            cell.width = Mm(TEXT_WIDTH * share / 100)
    document.add_paragraph()


def _row(row: Any, cells: Sequence[str], *, bold: bool = False) -> None:
    for cell, text in zip(row.cells, cells, strict=True):
        run = cell.paragraphs[0].add_run(text)
        run.font.size, run.bold = Pt(9), bold


def _repeat(row: Any) -> None:
    """Let the head stand on every page that the table runs over."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _lines(document: Any, block: Lines) -> None:
    for _ in range(block.count):
        line = document.add_paragraph()
        line.paragraph_format.space_after = Pt(12)
        border = OxmlElement("w:pBdr")
        under = OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "999999")):
            under.set(qn(f"w:{name}"), value)
        border.append(under)
        line._p.get_or_add_pPr().append(border)
