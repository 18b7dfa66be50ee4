"""Pages of lists: send one, see each row's fate, correct the columns, take it, drop it."""

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from eventapp.core import files
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.errors import NotFound
from eventapp.core.files import StoredFile
from eventapp.core.ledger import AuditEntry
from eventapp.registration.queries import registrations_of
from eventapp.roster.queries import rosters_of
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_unit

LIST = """姓名,单位,手机号
王　磊,东营职业学院,１３８ 0013 8000
李敏,,1380013
赵强,新到公司,13900139000
"""


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> tuple[str, int]:
    """Sign an organiser in; returns the address of importing, and the meeting."""
    with app.app_context():
        meeting = make_meeting()
        meeting_id, slug, alliance_id = meeting.id, meeting.slug, meeting.alliance_id
        make_unit(alliance_id, "东营职业学院")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
    return f"/m/{slug}/desk/registrations/import", meeting_id


def send(client: FlaskClient, address: str, data: bytes, name: str = "名单.csv") -> Any:
    return client.post(address, data={"file": (BytesIO(data), name)})


def test_list_is_checked_then_taken_once(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    address, meeting_id = desk
    sent = send(client, address, LIST.encode("gb18030"))
    assert sent.status_code == 303
    one = sent.headers["Location"]
    assert "正在核对" in client.get(one).get_data(as_text=True)
    with app.app_context():
        run_due(app)
        assert registrations_of(meeting_id) == []
    page = client.get(one).get_data(as_text=True)
    assert "姓名里的空格已去掉。" in page
    assert "手机号应为 11 位，这里是 7 位。" in page
    assert "单位空着，按上一行的单位填写。" in page
    assert "新到公司" in page
    assert "13800138000" not in page
    taken = client.post(f"{one}/take", data={"category": "guest", "units": "name"})
    assert taken.status_code == 303
    assert "正在导入" in client.get(one).get_data(as_text=True)
    with app.app_context():
        run_due(app)
        rows = registrations_of(meeting_id)
        assert {(row.name, row.organisation, row.category) for row in rows} == {
            ("王磊", "东营职业学院", "guest"),
            ("赵强", "新到公司", "guest"),
        }
    page = client.get(one).get_data(as_text=True)
    assert "已导入" in page
    assert "导入 2 人" not in page
    assert (
        client.post(f"{one}/take", data={"category": "guest", "units": "name"}).status_code == 422
    )


def test_list_without_new_units_asks_nothing_about_them(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    one = send(client, desk[0], "姓名,单位\n王磊,东营职业学院\n".encode()).headers["Location"]
    with app.app_context():
        run_due(app)
    page = client.get(one).get_data(as_text=True)
    assert "新增为成员单位" not in page
    assert '<input type="hidden" name="units" value="add">' in page
    sent = {"category": "delegate", "units": "add"}
    assert client.post(f"{one}/take", data=sent).status_code == 303


def test_part_of_the_page_is_asked_for_again_only_when_something_happened(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    one = send(client, desk[0], LIST.encode()).headers["Location"]
    first = client.get(f"{one}?part=1")
    assert (
        client.get(f"{one}?part=1", headers={"If-None-Match": first.headers["ETag"]}).status_code
        == 304
    )
    with app.app_context():
        run_due(app)
    again = client.get(f"{one}?part=1", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "每一行的结果" in again.get_data(as_text=True)


def test_rows_are_filtered_by_fate_and_paged(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    stems, branches = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳"
    many = LIST + "张三4,东营职业学院,13700000000\n"
    for first, stem in enumerate(stems):
        for second, branch in enumerate(branches):
            many += f"钱{stem}{branch},东营职业学院,136000000{first}{second}\n"
    one = send(client, desk[0], many.encode()).headers["Location"]
    with app.app_context():
        run_due(app)
    problems = client.get(f"{one}?fate=problem").get_data(as_text=True)
    assert "这不像姓名，请核对。" in problems
    assert "王　磊" not in problems
    assert "共 65 条" in client.get(f"{one}?page=2").get_data(as_text=True)
    assert "赵　强" in client.get(f"{one}?fate=warned").get_data(as_text=True)
    assert client.get(f"{one}?fate=nonsense&page=99").status_code == 200


def test_columns_are_corrected_by_hand(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    odd = "甲栏,乙栏,丙栏\n王磊,东营职业学院,13800138000\n"
    one = send(client, desk[0], odd.encode()).headers["Location"]
    with app.app_context():
        run_due(app)
    columns = {"header_row": "1", "columns-0": "", "columns-1": "unit", "columns-2": "phone"}
    refused = client.post(f"{one}/columns", data=columns)
    assert refused.status_code == 422
    assert "请指出哪一列是姓名。" in refused.get_data(as_text=True)
    twice = client.post(f"{one}/columns", data=columns | {"columns-0": "unit"})
    assert twice.status_code == 422
    assert client.post(f"{one}/columns", data=columns | {"columns-0": "name"}).status_code == 303
    with app.app_context():
        run_due(app)
    page = client.get(one).get_data(as_text=True)
    assert "王　磊" in page
    assert "导入 1 人" in page


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "文件里没有内容。"),
        (b"x", "a.pdf", "只能读取"),
        (b"not a workbook", "a.xlsx", "内容与后缀 .xlsx 不符"),
    ],
)
def test_what_is_plainly_no_list_is_refused_at_once(
    client: FlaskClient, desk: tuple[str, int], data: bytes, name: str, sentence: str
) -> None:
    refused = send(client, desk[0], data, name)
    assert refused.status_code == 422
    assert sentence in refused.get_data(as_text=True)


def test_file_that_cannot_be_opened_is_told_on_its_page(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    one = send(client, desk[0], b"PK\x03\x04broken", "a.xlsx").headers["Location"]
    with app.app_context():
        run_due(app)
    page = client.get(one).get_data(as_text=True)
    assert "文件已损坏或不完整" in page
    assert "重新上传" in page


def test_marked_copy_says_each_fate_in_its_row_and_is_recorded(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    with_formula = f'{LIST}"=HYPERLINK(""http://a"",""b"")",新到公司,13700137000\n'
    one = send(client, desk[0], with_formula.encode()).headers["Location"]
    with app.app_context():
        run_due(app)
    marked = client.post(f"{one}/marked.xlsx")
    page = load_workbook(BytesIO(marked.data)).active
    assert page is not None
    assert page["D3"].value == "有误，不导入"
    assert "11 位" in page["E3"].value
    assert "11 位" in page["C3"].comment.text
    assert page["A5"].data_type == "s"
    assert page["A5"].value.startswith("=HYPERLINK")
    with app.app_context():
        assert db.session.scalar(
            sa.select(sa.func.count()).where(AuditEntry.action == "registration.export")
        )


def test_template_is_read_back_as_it_was_meant(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    book = load_workbook(BytesIO(client.get(f"{desk[0]}/template.xlsx").data))
    page = book.worksheets[0]
    kinds = [str(rule.type) for rule in page.data_validations.dataValidation]
    assert kinds.count("list") == 2
    page.append(["王磊", "东营职业学院", "院长", "13800138000", "", "嘉宾"])
    out = BytesIO()
    book.save(out)
    one = send(client, desk[0], out.getvalue(), "a.xlsx").headers["Location"]
    with app.app_context():
        run_due(app)
    page = client.get(f"{one}?fate=new").get_data(as_text=True)
    assert "王　磊" in page
    assert "院长" in page


def test_deleted_list_leaves_neither_rows_nor_file(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    address, meeting_id = desk
    one = send(client, address, LIST.encode()).headers["Location"]
    with app.app_context():
        run_due(app)
        digest = rosters_of(meeting_id)[0].file_digest
    assert client.post(f"{one}/discard").status_code == 303
    with app.app_context():
        assert rosters_of(meeting_id) == []
        assert db.session.scalar(sa.select(StoredFile).where(StoredFile.digest == digest)) is None
        with pytest.raises(NotFound):
            files.read(digest)
    assert client.get(one).status_code == 200


def test_list_of_another_meeting_does_not_exist(
    app: Flask, client: FlaskClient, desk: tuple[str, int]
) -> None:
    one = send(client, desk[0], LIST.encode()).headers["Location"]
    with app.app_context():
        other = make_meeting()
        slug = other.slug
        sign_in(client, make_user(Role.ORGANISER, other.scope_id))
    number = one.rpartition("/")[2]
    assert client.get(f"/m/{slug}/desk/registrations/import/{number}").status_code == 404
