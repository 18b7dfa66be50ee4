"""Papers of the day: cues, the run sheet on A4 and A3 and as a workbook, the host's script."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pdfplumber
import pytest
from docx import Document
from openpyxl import load_workbook

from eventapp.agenda.queries import item_in, items_of
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn, set_cue
from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Conflict, Invalid
from eventapp.hall.document import read_template, standard_template
from eventapp.hall.queries import script_template_of
from eventapp.meetings.queries import meeting_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_agreement, make_item, make_published_meeting

PAPERS = "/m/founding/desk/run/papers"


@pytest.fixture
def meeting(app, client):
    """A published meeting with an address and a signing, whose organiser sits at the client."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        speaker = PersonIn("speaker", "王磊", "学院院长")
        make_item(meeting, "开幕致辞", kind=Kind.ADDRESS, people=[speaker])
        signing = make_item(meeting, "签约仪式", kind=Kind.SIGNING, people=[speaker])
        make_agreement(meeting, signing, title="共建实验室协议")
        return meeting.id


def send(client, data, name="模板.docx"):
    return client.post(f"{PAPERS}/template", data={"template": (BytesIO(data), name)})


def template_with(*lines):
    document, buffer = Document(), BytesIO()
    for text in lines:
        document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def words_of(data):
    return [one.text for one in Document(BytesIO(data)).paragraphs]


def test_a_cue_is_written_by_one_at_a_time(app, client, meeting):
    with app.app_context():
        item = items_of(meeting)[0]
    here, said = f"{PAPERS}/{item.id}", {"cue": "话筒两支", "responsible": "音响组"}
    assert client.post(here, data={**said, "version": item.version}).status_code == 303
    late = client.post(here, data={"cue": "鲜花", "version": item.version})
    assert late.status_code == 422
    assert "别人刚刚修改了这一项" in late.text
    assert ">鲜花</textarea>" in late.text
    with app.app_context():
        kept = item_in(meeting, item.id)
        assert (kept.cue, kept.responsible) == ("话筒两支", "音响组")
        with pytest.raises(Conflict):
            set_cue(SYSTEM, meeting, item.id, version=item.version, cue="", responsible="")
    assert "话筒两支" in client.get("/m/founding/desk/run").text


@pytest.mark.parametrize(("size", "across"), [("a4", 842), ("a3", 1191)])
def test_the_run_sheet_names_all_that_the_crew_needs(app, client, meeting, size, across):
    with app.app_context():
        item = items_of(meeting)[0]
        said = {"cue": "话筒两支", "responsible": "音响组"}
        set_cue(SYSTEM, meeting, item.id, version=item.version, **said)
    answer = client.get(f"{PAPERS}/run-sheet-{size}.pdf")
    with pdfplumber.open(BytesIO(answer.data)) as pdf:
        page = pdf.pages[0]
        text = page.extract_text()
        assert round(page.width) == across
        assert page.width > page.height
    for word in ("9:00–9:10", "开幕致辞", "王磊", "话筒两支", "音响组", "共建实验室协议", "代表1"):
        assert word in text
    assert client.get(f"{PAPERS}/run-sheet-a5.pdf").status_code == 404


def test_the_run_sheet_is_a_workbook_too(client, meeting):
    book = load_workbook(BytesIO(client.get(f"{PAPERS}/run-sheet.xlsx").data))
    rows = [[cell for cell in row if cell] for row in book["流程单"].iter_rows(values_only=True)]
    assert rows[4][:4] == [1, "9:00–9:10", "10 分", "致辞 开幕致辞"]
    assert len(rows) == 6


def test_the_script_reads_a_title_where_a_name_comes_first(client, meeting):
    words = words_of(client.get(f"{PAPERS}/script.docx").data)
    assert "下面，请学院院长王磊致辞，大家欢迎！" in words
    assert "下面进行：签约仪式。请各方签署人上台。" in words
    assert not [line for line in words if "{" in line]


def test_the_standard_template_can_be_taken_edited_and_sent_back(app, client, meeting):
    assert send(client, client.get(f"{PAPERS}/template.docx").data).status_code == 303
    own = template_with(
        "{{ meeting }}的词", "{%p for item in items %}", "{{ item.words }}", "{%p endfor %}"
    )
    assert send(client, own).status_code == 303
    with app.app_context():
        kept = script_template_of(meeting)
        assert kept is not None
        assert kept.name == "模板.docx"
        title = meeting_of(meeting).title
    words = words_of(client.get(f"{PAPERS}/script.docx").data)
    assert words[0] == f"{title}的词"
    assert len(words) == 3
    assert client.get(f"{PAPERS}/template.docx").data == own
    assert client.post(f"{PAPERS}/template/drop").status_code == 303
    assert len(words_of(client.get(f"{PAPERS}/script.docx").data)) > 3


def zipped(**parts):
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


BAD = {
    "a sheet": (b"PK\x03\x04not really", "这不是 Word 的 DOCX 文件"),
    "text": ("各位领导".encode(), "这不是 Word 的 DOCX 文件"),
    "a bomb": (
        zipped(word__document_xml=b"", **{"word/document.xml": bytes(31 * 2**20)}),
        "这不是",
    ),
    "broken parts": (zipped(**{"word/document.xml": "<w>"}), "模板打不开或填不进去"),
    "an open mark": (template_with("{{ meeting"), "模板里的标记有误"),
    "an unknown word": (template_with("{{ chairman }}"), "chairman"),
    "an escape": (template_with("{{ ''.__class__.__mro__ }}"), "模板里的标记有误"),
    "an unfinished loop": (template_with("{%p for item in items %}"), "模板里的标记有误"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_template_gets_a_sentence_and_is_not_kept(app, client, meeting, what):
    data, sentence = BAD[what]
    answer = send(client, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert script_template_of(meeting) is None


def test_a_template_that_is_too_large_is_not_even_opened():
    with pytest.raises(Invalid) as refused:
        read_template(bytes(2 * 2**20 + 1))
    assert refused.value.code == "template_large"


def test_names_are_data_and_never_markup(app, client, meeting):
    with app.app_context():
        make_item(meeting_of(meeting), "{{ meeting }} & <w:p/>", kind=Kind.SPEECH)
    assert any(
        "{{ meeting }} & <w:p/>" in line
        for line in words_of(client.get(f"{PAPERS}/script.docx").data)
    )
    assert standard_template()[:2] == b"PK"
