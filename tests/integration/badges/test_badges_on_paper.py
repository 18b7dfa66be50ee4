"""Badges, name cards and lists as printed: every code is read back, every name is whole."""

from datetime import UTC, datetime
from io import BytesIO

import pdfplumber
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream

from eventapp.alliance.rules import Ordering
from eventapp.badges.document import badges_pdf, cards_pdf, names_pdf, sign_pdf
from eventapp.badges.queries import Holder
from eventapp.badges.rules import Options, Size
from eventapp.core import installation
from eventapp.core.db import transaction
from eventapp.core.installation import Installation
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category
from eventapp.web.pdf import missing_glyphs
from eventapp.web.typeset import PAPER_FAMILIES
from tests.conftest import FULL
from tests.printed import codes_in, pictures_of

RARE = ("𠮷野堃", "堃喆祎", "䶮㛃", "赟燊", "王磊")
LONG_NAMES = ("阿卜杜热合曼·买买提吐尔逊", "Maria Fernanda Rodriguez de la Cruz", "欧阳修远")
LONG_UNIT = (
    "中国石油大学（华东）化学化工学院暨国家重点实验室与山东省高端化工产业技术研究院联合培养基地"
)
LONG_TITLES = (
    "东营港经济开发区党工委副书记、管委会副主任，高端化工产教联合体理事长（轮值）、国家级教学名师"
)
MILLIMETRE = 72 / 25.4
MEETING = Meeting(
    title="东营港经济开发区（东营综合保税区）高端化工产教联合体成立大会",
    starts_at=datetime(2024, 1, 19, 1, 0, tzinfo=UTC),
    venue="东营职业学院大学生活动中心",
    zone="Asia/Shanghai",
)

# Paper asks no database, so one is enough.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def paper(house: Flask) -> Flask:
    """The application, which knows the languages and whether all is a demo."""
    return house


def someone(number: int, name: str = "王磊", **more: str) -> Holder:
    category = list(Category)[number % len(Category)]
    unit = more.get("unit", "东营职业学院")
    titles = more.get("titles", "院长")
    return Holder(number, name, unit, titles, category, "A 区 3 排 12 座", "ABCD2345")


def tokens_of(people: list[Holder]) -> dict[int, str]:
    """Give each a code as long as a real one."""
    return {one.registration_id: f"{one.registration_id:0122d}" for one in people}


def empty_boxes(pdf: bytes) -> int:
    """Count the glyphs number 0, which draw an empty box, that the pages show."""
    count = 0
    for page in PdfReader(BytesIO(pdf)).pages:
        content = page.get_contents()
        assert isinstance(content, ContentStream)
        for operands, operator in content.operations:
            if operator not in (b"Tj", b"TJ"):
                continue
            parts = operands[0] if operator == b"TJ" else operands
            for part in parts:
                raw = getattr(part, "original_bytes", b"")
                count += sum(raw[at : at + 2] == b"\0\0" for at in range(0, len(raw), 2))
    return count


@pytest.mark.parametrize("size", Size)
def test_every_code_of_every_size_is_read_back_from_both_sides(paper: Flask, size: Size):
    people = [someone(number) for number in range(6)]
    tokens = tokens_of(people)
    wanted = [tokens[one.registration_id] for one in people]
    single = codes_in(badges_pdf(MEETING, people, tokens, Options(size)))
    assert single == [[token] for token in wanted for _side in ("front", "back")]
    fronts = badges_pdf(MEETING, people, tokens, Options(size, back=False, on_sheets=True))
    assert sorted(text for page in codes_in(fronts) for text in page) == sorted(wanted)


def test_backs_on_a_sheet_lie_behind_their_fronts(paper: Flask):
    people = [someone(number) for number in range(3)]
    tokens = tokens_of(people)
    pdf = badges_pdf(MEETING, people, tokens, Options(Size.MIDDLE, on_sheets=True))
    front, back = pictures_of(pdf)
    assert front.size == back.size

    def half_of(page: Image.Image, token: str) -> tuple[bool, bool]:
        place = next(one for one in zxingcpp.read_barcodes(page) if one.text == token).position
        return place.top_left.x < page.width / 2, place.top_left.y < page.height / 2

    for one in people:
        token = tokens[one.registration_id]
        (left, upper), (mirrored_left, mirrored_upper) = half_of(front, token), half_of(back, token)
        assert (left, upper) == (not mirrored_left, mirrored_upper)


@pytest.mark.skipif(not FULL, reason="500 codes: with MENGHUI_FULL=1")
def test_all_of_five_hundred_codes_are_read_back(paper: Flask):
    people = [someone(number, RARE[number % len(RARE)]) for number in range(500)]
    tokens = tokens_of(people)
    pdf = badges_pdf(MEETING, people, tokens, Options(Size.SMALL, back=False))
    assert codes_in(pdf) == [[token] for token in tokens.values()]
    assert empty_boxes(pdf) == 0


@pytest.mark.parametrize("size", Size)
def test_longest_names_units_and_titles_stay_inside_and_off_the_code(paper: Flask, size: Size):
    people = [
        someone(number, name, unit=LONG_UNIT, titles=LONG_TITLES)
        for number, name in enumerate(LONG_NAMES)
    ]
    tokens = tokens_of(people)
    pdf = badges_pdf(MEETING, people, tokens, Options(size))
    width, height = (side * MILLIMETRE for side in size.millimetres)
    inset = 0.05 * min(width, height)
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 2 * len(people)
        for number, page in enumerate(document.pages):
            chars = page.chars
            assert all(char["x0"] > inset and char["x1"] < width - inset for char in chars)
            assert all(char["top"] > 0 and char["bottom"] < height - inset / 2 for char in chars)
            if number % 2 == 0:
                shown = "".join(char["text"] for char in chars if char["text"] != " ")
                one = people[number // 2]
                for text in (one.name, one.unit, one.titles):
                    assert text.replace(" ", "") in shown
    # A text over a code would keep it from being read.
    assert codes_in(pdf) == [[token] for token in tokens.values() for _side in (1, 2)]


def test_rare_characters_are_drawn_and_none_is_an_empty_box(paper: Flask):
    people = [someone(number, name) for number, name in enumerate(RARE)]
    tokens = tokens_of(people)
    assert missing_glyphs("".join(RARE), PAPER_FAMILIES) == set()
    pdf = badges_pdf(MEETING, people, tokens, Options())
    assert empty_boxes(pdf) == 0
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for name in ("𠮷野堃", "堃喆祎", "王　磊"):
        assert name in text
    # The count of empty boxes can fail: no font draws the last character of the last plane.
    assert empty_boxes(cards_pdf(MEETING, [someone(1, "\U0010fffd")])) > 0


def test_a_category_is_a_word_as_well_as_a_colour(paper: Flask):
    people = [someone(number) for number in range(len(Category))]
    tokens = tokens_of(people)
    pages = PdfReader(BytesIO(badges_pdf(MEETING, people, tokens, Options(back=False)))).pages
    words = ("领导", "嘉宾", "正式代表", "列席", "媒体", "工作人员")
    for page, word in zip(pages, words, strict=True):
        assert word in page.extract_text()


def test_a_name_card_reads_upright_on_both_halves_when_folded(paper: Flask):
    pdf = cards_pdf(MEETING, [someone(1, "欧阳修远"), someone(2, "王磊")])
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 2
        page = document.pages[0]
        assert (round(page.width / MILLIMETRE), round(page.height / MILLIMETRE)) == (210, 297)
        name = [char for char in page.chars if char["text"] in "欧阳修远"]
        upper = [char for char in name if char["bottom"] < page.height / 2]
        lower = [char for char in name if char["top"] > page.height / 2]
        assert [len(upper), len(lower)] == [4, 4]
        # The scale of the matrix is negative where a text stands on its head.
        assert all(char["matrix"][0] < 0 for char in upper)
        assert all(char["matrix"][0] > 0 for char in lower)
        assert [char["text"] for char in sorted(lower, key=lambda c: c["x0"])] == list("欧阳修远")
        assert [char["text"] for char in sorted(upper, key=lambda c: -c["x0"])] == list("欧阳修远")


def call_it_a_demo(*, demo: bool) -> None:
    """Say of the whole installation that it is a demo, or not."""
    with transaction() as session:
        session.get_one(Installation, 1).demo = demo
    installation.refresh(force=True)


def test_every_paper_of_the_demo_is_marked(paper: Flask):
    people, tokens = [someone(1)], {1: "A"}
    for is_demo in (True, False):
        call_it_a_demo(demo=is_demo)
        with paper.test_request_context():
            printed = (
                badges_pdf(MEETING, people, tokens, Options()),
                badges_pdf(MEETING, people, tokens, Options(Size.SMALL, on_sheets=True)),
                cards_pdf(MEETING, people),
                names_pdf(MEETING, people, Ordering.PINYIN),
                sign_pdf(MEETING, people),
            )
        for pdf in printed:
            for page in PdfReader(BytesIO(pdf)).pages:
                assert ("演示数据" in page.extract_text()) is is_demo


def test_a_list_of_names_says_its_order_and_keeps_it(paper: Flask):
    people = [someone(number, name) for number, name in enumerate(("丁一", "王磊", "张三"))]
    with paper.test_request_context():
        pdf = names_pdf(MEETING, people, Ordering.STROKES)
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "按姓氏笔画排列" in text
    assert text.index("丁　一") < text.index("王　磊") < text.index("张　三")


def test_a_sheet_to_sign_holds_units_together_and_leaves_room(paper: Flask):
    units = {"东营职业学院": 3, LONG_UNIT: 33, "": 2}
    people = [
        someone(at, "欧阳修远" if at % 7 == 0 else "王磊", unit=unit, titles=LONG_TITLES[:20])
        for unit, number in units.items()
        for at in range(number)
    ]
    with paper.test_request_context():
        pdf = sign_pdf(MEETING, people)
    pages = PdfReader(BytesIO(pdf)).pages
    texts = [page.extract_text() for page in pages]
    assert len(pages) >= 3
    assert all("签名" in text for text in texts), "each page says what its columns are"
    assert "共 38 人" in texts[-1]
    assert "现场补签" in texts[-1]
    with pdfplumber.open(BytesIO(pdf)) as document:
        for page in document.pages:
            for char in page.chars:
                assert char["x1"] <= page.width - 15 * MILLIMETRE
            (table,) = page.find_tables()
            row = table.rows[2].cells
            last = next(cell for cell in reversed(row) if cell)
            assert last[2] - last[0] >= 39 * MILLIMETRE, "room for a signature"
            assert last[3] - last[1] >= 10 * MILLIMETRE
