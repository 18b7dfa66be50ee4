"""The pages of seating: both views, each step, refusals that keep what was typed, papers."""

from io import BytesIO

import pdfplumber
import pytest
from flask import Flask
from openpyxl import load_workbook

from eventapp.alliance.service import add_unit
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of
from eventapp.privacy.queries.own import more_own_data
from eventapp.registration.models import Registration
from eventapp.registration.rules import Category
from eventapp.seating.queries import Plan, left_to_right, plan_in, plans_of
from eventapp.seating.rules import Kind, Preset
from eventapp.seating.service import create_plan
from tests.conftest import Client
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_registration

LEADERS = ("赵明一", "钱明二", "孙明三", "李明四")


class Desk:
    """A meeting with a podium, and the browser of its organiser."""

    def __init__(self, app: Flask, client: Client) -> None:
        self.app, self.client = app, client
        with app.app_context():
            meeting = make_meeting()
            self.meeting_id, self.slug = meeting.id, meeting.slug
            self.ids = [
                make_registration(
                    meeting, name, category=Category.LEADER, titles=f"{name}的职务"
                ).id
                for name in LEADERS
            ]
            sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
            self.plan_id = create_plan(SYSTEM, meeting.id, kind=Kind.PODIUM, title="主席台甲")

    @property
    def here(self) -> str:
        return f"/m/{self.slug}/desk/seating/{self.plan_id}"

    def step(self, verb: str, **data: object) -> int:
        path = f"{self.here}/{verb}" if verb else self.here
        return self.client.post(path, data=data).status_code

    def plan(self) -> Plan:
        with self.app.app_context():
            return plan_in(meeting_of(self.meeting_id), self.plan_id)

    def across(self) -> str:
        with self.app.app_context():
            rows = left_to_right(meeting_of(self.meeting_id), self.plan_id)
            return "".join(one.name[-1] for one in rows[0].people)


@pytest.fixture
def desk(app: Flask, client: Client) -> Desk:
    """A meeting whose organiser sits at the client."""
    return Desk(app, client)


def test_a_plan_is_made_and_shown_from_both_sides(desk: Desk):
    new = f"/m/{desk.slug}/desk/seating/new"
    assert "合影站位" in desk.client.get(new).text
    answer = desk.client.post(new, data={"kind": "photo", "title": ""})
    assert answer.status_code == 303
    page = desk.client.get(answer.location).text
    for words in ("从台下看", "从台上看", "镜头", "从左到右：孙明三、赵明一、钱明二、李明四。"):
        assert words in page
    assert "从左到右：李明四、钱明二、赵明一、孙明三。" in page
    listed = desk.client.get(f"/m/{desk.slug}/desk/seating").text
    assert "主席台甲" in listed
    assert "合影站位" in listed
    assert desk.client.post(new, data={"kind": "circle"}).status_code == 422


def test_people_are_swapped_ranked_added_taken_out_and_all_is_undone(desk: Desk):
    one, two, three, four = (f"r{number}" for number in desk.ids)
    assert desk.across() == "三一二四"
    assert desk.step("place", version=1, key=one, place=4) == 303
    assert desk.across() == "三四二一"
    assert desk.step("release", version=2, key=one) == 303
    assert desk.step("release", version=3) == 303
    assert desk.across() == "三一二四"
    assert desk.step("rank", version=4, key=four, position=1) == 303
    assert desk.across() == "二四一三"
    assert desk.step("take-out", version=5, key=two) == 303
    assert desk.across() == "三四一"
    assert desk.step("add", version=6, keys=[two]) == 303
    assert desk.across() == "三四一二"
    assert desk.step("renew", version=7) == 303
    assert desk.across() == "三一二四"
    for version in range(8, 15):
        assert desk.step("undo", version=version) == 303
    assert desk.across() == "三一二四"
    assert desk.step("undo", version=15) == 422
    assert three in desk.client.get(desk.here).text


def test_a_step_on_an_older_version_shows_the_newest_and_says_so(desk: Desk):
    key = f"r{desk.ids[0]}"
    assert desk.step("place", version=1, key=key, place=2) == 303
    answer = desk.client.post(f"{desk.here}/place", data={"version": 1, "key": key, "place": 3})
    assert answer.status_code == 422
    assert "别人刚刚改动了这份座次" in answer.text
    assert desk.across() == "三二一四"


def test_what_is_typed_wrong_is_said_and_kept(desk: Desk):
    data = {"version": 1, "title": "新的名称", "preset": "domestic", "columns": "0"}
    answer = desk.client.post(desk.here, data=data)
    assert answer.status_code == 422
    assert "新的名称" in answer.text
    assert "请填 1 到 60 之间的数。" in answer.text
    assert desk.step("", version=1, title="x", preset="signing", columns=3) == 422
    assert desk.step("place", version=1, key=f"r{desk.ids[0]}", place=99) == 422
    assert desk.step("place", version=1, key="", place="") == 422
    assert desk.step("add", version=1, keys=["r999999"]) == 422
    assert desk.step("", version=1, title="主席台", preset="domestic_first_left", columns=2) == 303
    plan = desk.plan()
    assert (plan.preset, plan.shape.columns) == (Preset.DOMESTIC_FIRST_LEFT, 2)
    assert [place.row for place in plan.places] == [1, 1, 2, 2]


def test_newcomers_and_whoever_does_not_come_are_told(app: Flask, desk: Desk):
    with app.app_context():
        meeting = meeting_of(desk.meeting_id)
        make_registration(meeting, "新来", category=Category.GUEST)
    assert "参会而不在名单中：新来。" in desk.client.get(desk.here).text
    desk.step("renew", version=1)
    assert "参会而不在名单中" not in desk.client.get(desk.here).text


def test_a_plan_of_another_meeting_does_not_exist_here(app: Flask, desk: Desk):
    with app.app_context():
        other_id = make_meeting().id
        theirs = create_plan(SYSTEM, other_id, kind=Kind.PHOTO, title="别处的合影")
        sign_in(desk.client, make_user(Role.ORGANISER, meeting_of(desk.meeting_id).scope_id))
    place = f"/m/{desk.slug}/desk/seating/{theirs}"
    for path in ("", "/plan.pdf", "/list.csv", "/picture.svg"):
        assert desk.client.get(place + path).status_code == 404
    assert desk.client.post(f"{place}/undo", data={"version": 1}).status_code == 404
    with app.app_context():
        assert [row.title for row in plans_of(other_id)] == ["别处的合影"]


def test_a_plan_is_printed_with_both_views_on_a4_and_a3(desk: Desk):
    for sheet, size in (("a4", (842, 595)), ("a3", (1191, 842))):
        answer = desk.client.get(f"{desk.here}/plan.pdf?sheet={sheet}")
        with pdfplumber.open(BytesIO(answer.data)) as document:
            (page,) = document.pages
            assert (round(page.width), round(page.height)) == size
            words = [word for word in page.extract_words() if word["text"] in LEADERS]
            seen = [word["text"] for word in words]
            assert seen == [
                *["孙明三", "赵明一", "钱明二", "李明四"],
                *["李明四", "钱明二", "赵明一", "孙明三"],
            ]
            text = page.extract_text()
            assert "从台下看" in text
            assert "从台上看" in text
            assert "赵明一的职务" in text


def test_name_cards_come_in_the_order_in_which_they_are_set_out(desk: Desk):
    answer = desk.client.get(f"{desk.here}/cards.pdf")
    with pdfplumber.open(BytesIO(answer.data)) as document:
        texts = [page.extract_text().replace("\u3000", "") for page in document.pages]
    assert len(texts) == 4
    for name, text in zip(("孙", "赵", "钱", "李"), texts, strict=True):
        assert text.count(name) == 2


def test_the_list_leaves_as_a_table_in_which_nothing_is_a_formula(app: Flask, desk: Desk):
    with app.app_context():
        row = db.session.get(Registration, desk.ids[0])
        assert row is not None
        meeting = meeting_of(desk.meeting_id)
        make_registration(meeting, "周五", category=Category.GUEST, titles="=1+1")
    desk.step("renew", version=1)
    sheet = load_workbook(BytesIO(desk.client.get(f"{desk.here}/list.xlsx").data)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    table = rows[[row[0] for row in rows].index("排") :]
    assert [row[3] for row in table[1:]] == ["周五", "孙明三", "赵明一", "钱明二", "李明四"]
    assert table[1][5] == "=1+1"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    csv = desk.client.get(f"{desk.here}/list.csv").data.decode("utf-8-sig").splitlines()
    assert csv[0].startswith('"排","左起","名次"')
    assert "=1+1" in csv[1]
    assert '"=1+1"' not in csv[1]


def test_the_picture_is_a_file_of_its_own(desk: Desk):
    answer = desk.client.get(f"{desk.here}/picture.svg?view=podium")
    assert answer.mimetype == "image/svg+xml"
    assert 'xmlns="http://www.w3.org/2000/svg"' in answer.text
    assert "href" not in answer.text
    names = [name for name in LEADERS if name in answer.text]
    assert names == list(LEADERS)
    assert answer.text.index("李明四</text>") < answer.text.index("孙明三</text>")


def test_an_audience_has_no_name_cards_and_shows_its_blocks(app: Flask, desk: Desk):
    with app.app_context():
        meeting = meeting_of(desk.meeting_id)
        name = "山东省高端化工产业技术研究院联合培养基地"
        unit = add_unit(SYSTEM, meeting.alliance_id, name=name).organisation_id
        make_registration(meeting, "王磊", organisation_id=unit)
        desk.plan_id = create_plan(SYSTEM, meeting.id, kind=Kind.AUDIENCE, title="会场")
        sign_in(desk.client, make_user(Role.ORGANISER, meeting.scope_id))
    page = desk.client.get(desk.here).text
    assert name in page
    assert "第 1 排左起第 3 区" in page
    assert desk.client.get(f"{desk.here}/cards.pdf").status_code == 404
    pdf = desk.client.get(f"{desk.here}/plan.pdf").data
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 2
    data = {"version": 1, "title": "会场", "preset": "columns_left", "columns": 2, "rows": 2}
    assert desk.step("", **data, capacity=0) == 422
    assert desk.step("", **data, capacity=3) == 303
    assert len(desk.plan().places) == 4


def test_a_plan_can_be_deleted(desk: Desk):
    assert desk.step("delete") == 303
    assert desk.client.get(desk.here).status_code == 404


def test_ones_own_data_name_the_plans_in_which_one_has_a_rank(app: Flask, desk: Desk):
    with app.app_context():
        row = db.session.get(Registration, desk.ids[1])
        assert row is not None
        kept = more_own_data(desk.meeting_id, row.person_id)["plans"]
    assert [(one["subject"], one["role"], one["name"]) for one in kept] == [
        ("主席台甲", "主席台座次", "钱明二")
    ]
