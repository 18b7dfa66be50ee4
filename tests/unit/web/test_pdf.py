"""Paper is made of our own assets only, the same each time, with a glyph for every name."""

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pypdf import PdfReader

from eventapp.web import pdf, qr

NAMES = "堃昇喆犇垚璟祎翀頔赟燊龑玥珺旻彧烜暐叡昉𠮷䶮㛃"
ALLIANCE = "东营港经济开发区（东营综合保税区）高端化工产教联合体"
MILLIMETRE = 72 / 25.4


def page(body: str, css: str = "") -> str:
    return f'<html lang="zh-CN"><head><style>{css}</style></head><body>{body}</body></html>'


def rendered(html: str, **more: Any) -> bytes:
    return pdf.render_pdf(html, title="试", lang="zh-CN", **more)


def text_of(document: bytes) -> str:
    return "".join(p.extract_text() for p in PdfReader(BytesIO(document)).pages)


def template(name: str, context: dict[str, Any], css: str) -> bytes:
    # The marker of translation, as Flask-Babel gives it to templates; here every id is its text.
    env = Environment(
        loader=FileSystemLoader(pdf.STATIC.parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
    )
    env.globals["_"] = lambda text, **values: text % values if values else text
    env.filters["named"] = lambda name: name
    html = env.get_template(name).render(**context)
    return pdf.render_pdf(html, title=context["title"], lang="zh-CN", stylesheets=[css])


# What may be loaded -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page('<img src="http://127.0.0.1:9/a.png">'), id="http"),
        pytest.param(page('<img src="https://example.org/a.png">'), id="https"),
        pytest.param(page('<img src="file:///etc/hostname">'), id="file"),
        pytest.param(page('<img src="ftp://127.0.0.1/a.png">'), id="ftp"),
        pytest.param(page('<img src="data:image/svg+xml,<svg/>">'), id="svg data"),
        pytest.param(page('<img src="data:image/png;base64,AAAA">'), id="not a PNG"),
        pytest.param(page('<img src="data:image/png;base64,*">'), id="not Base64"),
        pytest.param(page('<img src="asset:../wsgi.py">'), id="outside static"),
        pytest.param(page('<img src="asset:../LICENSE.png">'), id="outside static, known kind"),
        pytest.param(page('<img src="asset:nothing.png">'), id="absent"),
        pytest.param(page('<img src="asset:fonts/README.md">'), id="unknown kind"),
        pytest.param(page("", '@import "http://127.0.0.1:9/a.css";'), id="import"),
        pytest.param(
            page("a", '@font-face{font-family:x;src:url("http://127.0.0.1:9/f.woff2")}'),
            id="font-face",
        ),
        pytest.param(page("a", 'body{background:url("file:///etc/hostname")}'), id="background"),
        pytest.param('<link rel="stylesheet" href="file:///etc/hostname"><p>a', id="link"),
    ],
)
def test_foreign_asset_stops_the_document(html: str) -> None:
    with pytest.raises(pdf.ForeignAsset):
        rendered(html)


def test_a_picture_of_ours_that_points_abroad_stops_the_document() -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        b' width="9" height="9"><image xlink:href="file:///etc/hostname" width="9" height="9"/>'
        b"</svg>"
    )
    with pytest.raises(pdf.ForeignAsset):
        rendered(page('<img src="asset:seal.svg">'), assets={"seal.svg": svg})


def test_assets_in_memory_and_png_data_are_drawn() -> None:
    html = page(f'<img src="asset:code.png"><img src="{qr.qr_data_uri("B")}">')
    document = rendered(html, assets={"code.png": qr.qr_png("A")})
    assert len(PdfReader(BytesIO(document)).pages[0].images) == 2


def test_stylesheet_outside_static_is_refused() -> None:
    with pytest.raises(pdf.ForeignAsset):
        rendered(page("a"), stylesheets=["../pyproject.toml"])


# What comes out ---------------------------------------------------------------------------------


def test_same_html_gives_the_same_bytes() -> None:
    html = page(f'<p>{NAMES}</p><img src="{qr.qr_data_uri("A")}">')
    created = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
    assert rendered(html, created=created) == rendered(html, created=created)
    assert rendered(html) == rendered(html)


def test_document_is_tagged_and_names_its_title_language_author_and_date() -> None:
    document = pdf.render_pdf(
        page("<h1>章程</h1><p>正文"),
        title="联合体章程",
        lang="zh-CN",
        author="秘书处",
        created=datetime(2024, 1, 19, 1, 0, tzinfo=UTC),
    )
    reader = PdfReader(BytesIO(document))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("联合体章程", "秘书处")
    assert reader.metadata.creation_date == datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "zh-CN"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()


def test_importing_the_door_does_not_load_weasyprint() -> None:
    code = "import sys, eventapp.web.pdf; sys.exit('weasyprint' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=pdf.STATIC.parent, check=True)


def test_lines_of_chinese_end_flush_at_the_edge() -> None:
    words = "二〇二四年会议2024年1月19日（星期五）9:00在<b>东营</b>职业学院学术报告厅召开，" * 6
    css = "@page{size:120mm 200mm;margin:10mm}p{font:14pt/2 var(--song);text-align:justify}"
    weasyprint = pdf._weasyprint()
    document = weasyprint.HTML(string=page(f"<p>{words}", css)).render(
        stylesheets=[pdf._stylesheet(pdf.BASE_STYLESHEETS[0])]
    )
    boxes = document.pages[0]._page_box.descendants()
    lines = [box for box in boxes if type(box).__name__ == "LineBox"]
    ends = [line.children[-1].position_x + line.children[-1].width for line in lines]
    assert len(ends) > 4
    assert ends[:-1] == pytest.approx([110 * 96 / 25.4] * (len(ends) - 1), abs=1)
    assert ends[-1] < 105 * 96 / 25.4


# Glyphs -----------------------------------------------------------------------------------------


def test_every_family_in_print_is_installed() -> None:
    assert pdf.missing_families() == []


def test_no_character_of_gb2312_is_missing() -> None:
    rows = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    every = "".join(pair.decode("gb2312", "ignore") for pair in rows)
    assert len(every) == 6763
    assert pdf.missing_glyphs(every) == set()


def test_no_rare_name_and_no_emoji_is_missing() -> None:
    assert pdf.missing_glyphs(NAMES + "〇〔〕《》—…·“”😀✓①㎡") == set()


def test_what_no_font_can_draw_is_told() -> None:
    assert pdf.missing_glyphs("东\U000f1234营 \n") == {"\U000f1234"}
    assert "堃" in pdf.missing_glyphs("堃", ["FandolFang"])


def test_rare_names_reach_the_page_in_an_embedded_font() -> None:
    css = "p{font-family:var(--fang)}"
    document = rendered(page(f"<p>{NAMES}", css))
    assert text_of(document).strip() == NAMES
    first: Any = PdfReader(BytesIO(document)).pages[0]
    fonts = first["/Resources"]["/Font"].values()
    names = {str(font.get_object()["/BaseFont"]).split("+")[1] for font in fonts}
    assert names == {"LXGW-WenKai-Light"}


# Titles -----------------------------------------------------------------------------------------


def test_title_breaks_at_its_joints_only() -> None:
    assert pdf.title_lines(f"{ALLIANCE}成立大会会议纪要", 20) == [
        "东营港经济开发区（东营综合保税区）",
        "高端化工产教联合体成立大会会议纪要",
    ]
    assert pdf.title_lines("表决结果", 20) == ["表决结果"]
    assert pdf.title_lines("Minutes of the Founding Meeting", 12) == [
        "Minutes of the ",
        "Founding Meeting",
    ]


def test_title_lines_lose_nothing_and_fit() -> None:
    title = f"{ALLIANCE}第一届理事会第二次全体会议暨2025年年会《章程》修正案说明"
    for width in (12, 17, 20, 24):
        lines = pdf.title_lines(title, width)
        assert "".join(lines) == title
        assert all(len(line) <= width + 2 for line in lines)


def test_a_title_of_many_joints_is_set_at_once() -> None:
    title = "、".join(["东营职业学院"] * 40)
    lines = pdf.title_lines(title, 20)
    assert "".join(lines) == title
    assert {len(line) for line in lines[:-1]} == {14}


# The templates ----------------------------------------------------------------------------------


def minutes(**more: Any) -> dict[str, Any]:
    title = f"{ALLIANCE}成立大会会议纪要"
    columns = [{"label": "单位", "kind": "text"}, {"label": "赞成", "kind": "num"}]
    table = {"caption": "表一", "columns": columns, "rows": [["万达石化集团", "71"]]}
    table |= {"total": ["合计", "71"], "note": "依据：表决办法第五条。"}
    runs = [{"text": "应到80家，", "face": None}, {"text": "通过", "face": "hei"}]
    sections = [
        {"heading": None, "paragraphs": [{"text": "会" * 28 * 50}], "tables": []},
        {"heading": "一、议定事项", "paragraphs": [{"runs": runs}], "tables": []},
        {"heading": None, "paragraphs": [{"text": "（一）章程", "heading": True}], "tables": []},
    ]
    groups = [{"unit": "东营职业学院", "names": ["杜振波", "王堃"]}]
    annex = {"title": "表决结果", "title_lines": ["表决结果"], "paragraphs": [], "tables": [table]}
    context = {
        "lang": "zh-CN",
        "title": title,
        "title_lines": pdf.title_lines(title, 20),
        "mark_lines": ["东营港高端化工产教联合体会议纪要"],
        "number": "〔2024〕1号",
        "issuer": "联合体秘书处",
        "date_text": "2024年1月19日",
        "sections": sections,
        "attendance": {"present": groups, "leave": [], "observers": groups},
        "annexes": [annex],
        "colophon": {"copies": "各成员单位。", "printer": "秘书处", "printed_text": "今日印发"},
        "verify": {"code": "7K2M-9QXD", "url": "example.org/v", "qr": qr.qr_data_uri("V")},
        "demo": True,
    }
    return context | more


def minutes_pages(**more: Any) -> list[Any]:
    document = template("minutes/pdf/minutes.html", minutes(**more), "css/print/gongwen.css")
    return list(PdfReader(BytesIO(document)).pages)


def baselines(sheet: Any) -> dict[str, list[float]]:
    """Map each run of text to its distance from the left and the top of the page, in points."""
    found: dict[str, list[float]] = {}

    def note(text: str, cm: list[float], tm: list[float], *_rest: Any) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.setdefault(text.strip(), [x, float(sheet.mediabox.height) - y])

    sheet.extract_text(visitor_text=note)
    return found


def test_a_full_page_of_minutes_has_22_lines_of_28_characters() -> None:
    lines = [line for line in minutes_pages()[1].extract_text().splitlines() if "会" in line]
    assert [line.strip() for line in lines] == ["会" * 28] * 22


def test_the_red_mark_begins_35_mm_below_the_top_of_the_text_area() -> None:
    places = baselines(minutes_pages()[0])
    left, baseline = places["东营港高端化工产教联合体会议纪要"]
    # Type of 27 pt, whose em square reaches 0.88 em above the base line.
    assert baseline - 0.88 * 27 == pytest.approx((37 + 35) * MILLIMETRE, abs=3)
    assert left > 28 * MILLIMETRE


def test_minutes_say_who_came_and_leave_out_empty_lists() -> None:
    text = "".join(sheet.extract_text() for sheet in minutes_pages())
    assert "王堃" in text
    assert "出席：" in text
    assert "列席：" in text
    assert "请假：" not in text


def test_every_page_of_demo_minutes_is_marked_and_of_real_ones_none() -> None:
    assert all("演示数据" in sheet.extract_text() for sheet in minutes_pages())
    assert not any("演示数据" in sheet.extract_text() for sheet in minutes_pages(demo=False))


def test_an_annex_begins_a_page_and_the_colophon_ends_the_last() -> None:
    pages = minutes_pages()
    last = pages[-1].extract_text()
    assert last.split("附件")[0].strip() in ("", "演示数据")
    printed = baselines(pages[-1])["今日印发"]
    assert printed[1] == pytest.approx((297 - 35) * MILLIMETRE, abs=12)
    assert all("印发" not in sheet.extract_text() for sheet in pages[:-1])


def test_slips_stand_six_to_a_sheet() -> None:
    code = "aaaa bjor tjtq 2w2r cc5i gs6y qdza alqs"
    slip = {"name": "王堃", "unit": "东营职业学院", "qr": qr.qr_data_uri("A"), "code": code}
    slip |= {
        "lang": "zh-CN",
        "mark": "",
        "qr_words": "二维码",
        "how": ["扫码打开"],
        "warning": "请不要转交",
    }
    context = {
        "lang": "zh-CN",
        "title": "邀请",
        "meeting_lines": ["成立大会"],
        "slips": [slip] * 7,
        "address": "example.org/m",
        "demo": False,
    }
    document = template("registration/pdf/slips.html", context, "css/print/slips.css")
    pages = PdfReader(BytesIO(document)).pages
    read = [sheet.extract_text() for sheet in pages]
    assert [text.count("aaaa bjor") for text in read] == [6, 1]
    # Eight groups are wider than a slip: they take two lines, and none of them is cut off.
    assert next(line for line in read[1].splitlines() if "alqs" in line) != code
    assert all(group in read[1] for group in code.split())


def test_sign_in_sheet_repeats_its_head_and_keeps_a_unit_together() -> None:
    person = {"name": "王堃", "post": "院长", "role": "列席", "at": "08:30:00", "how": "人工"}
    groups = [
        {"unit": f"第{n}单位", "rows": [person | {"number": str(3 * n + k)} for k in range(3)]}
        for n in range(20)
    ]
    context = {
        "lang": "zh-CN",
        "title": "签到表",
        "title_lines": ["成立大会"],
        "facts": ["地点：礼堂"],
        "groups": groups,
        "summary": "应到60人，实到60人。",
        "signed": False,
        "signers": ["核对人"],
        "demo": False,
    }
    document = template("checkin/pdf/attendance.html", context, "css/print/attendance.css")
    texts = [sheet.extract_text() for sheet in PdfReader(BytesIO(document)).pages]
    assert len(texts) > 1
    assert all("签到时间" in text for text in texts)
    assert all(text.count("院长") % 3 == 0 for text in texts)
    assert "核对人：" in texts[-1]
