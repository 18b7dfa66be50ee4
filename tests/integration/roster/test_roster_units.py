"""Units that stand in a list under other names are matched with members by hand."""

from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.queries import members_of
from eventapp.core.access import SYSTEM, Role
from eventapp.registration.queries import registrations_of
from eventapp.roster.queries import roster_in
from eventapp.roster.service import set_columns
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_unit

LIST = """姓名,单位,手机号
王磊,东营职院,13800138000
李敏,,13800138001
赵强,远方贸易,13900139000
"""


def test_a_shortened_name_is_matched_with_its_member(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        meeting = make_meeting()
        meeting_id, alliance_id = meeting.id, meeting.alliance_id
        unit = make_unit(alliance_id, "东营职业学院")
        make_unit(alliance_id, "东营科技职业学院")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        base = f"/m/{meeting.slug}/desk/registrations/import"
    sent = client.post(base, data={"file": (BytesIO(LIST.encode()), "名单.csv")})
    one = sent.headers["Location"]
    roster_id = int(one.rpartition("/")[2])
    with app.app_context():
        run_due(app)
        assert roster_in(meeting_id, roster_id).totals["near"] == {
            "东营职院": ["东营职业学院", "东营科技职业学院"]
        }
    page = client.get(one).text
    assert "1 家可能是成员单位" in page
    assert client.post(f"{one}/units", data={"units-0": "无名公司"}).status_code == 422
    assert client.post(f"{one}/units", data={"units-0": "东营职业学院"}).status_code == 303
    with app.app_context():
        run_due(app)
        columns = roster_in(meeting_id, roster_id).columns
        set_columns(SYSTEM, meeting_id, roster_id, header_row=1, columns=columns)
        run_due(app)  # what was said of the units outlives a look at the columns
    page = client.get(one).text
    assert "“东营职院”按成员单位“东营职业学院”登记" in page
    assert "都已对上" in page
    taken = client.post(f"{one}/take", data={"category": "delegate", "units": "name"})
    assert taken.status_code == 303
    with app.app_context():
        run_due(app)
        rows = registrations_of(meeting_id)
        assert [(row.name, row.organisation_id) for row in rows] == [
            ("王磊", unit),
            ("李敏", unit),
            ("赵强", None),
        ]
        assert len(members_of(alliance_id)) == 2
    late = client.post(f"{one}/units", data={"units-0": ""})
    assert late.status_code == 422
