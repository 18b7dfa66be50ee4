"""A liaison is a stranger to other units' people: a phone that is theirs reads like any other."""

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.alliance.models import Person
from eventapp.alliance.queries import alliance_of, duplicates_of, member_names, phones_in_doubt
from eventapp.alliance.rules import Likeness
from eventapp.alliance.service.duplicates import correct_person, tell_apart
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.delegation.service import Proxy, answer_notice
from eventapp.desk.service.merging import merge_people
from eventapp.meetings.models import Meeting
from eventapp.notices.rules import ReplyAnswer
from eventapp.privacy.queries.own import more_own_data
from eventapp.registration.queries import mandates_of, registrations_of
from eventapp.registration.service import cancel_registration, set_liaison
from eventapp.registration.service.groups import Entry, register_group
from eventapp.roster.service.drafts import add_sheet
from eventapp.roster.service.sheets import read_pasted
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

KNOWN, UNKNOWN = "13800138009", "13811118009"
"""Two phones that look alike where they are masked."""
NAME = "王磊"
PDF = b"%PDF-1.7\nsigned"


def _know(meeting: Meeting, how: str) -> int:
    """Let somebody else have the phone, in one of the ways in which somebody may; tell the id."""
    unit = None if how == "nobody's" else make_unit(meeting.alliance_id, "淄博职业学院")
    name = NAME if "same" in how else "欧阳锋"
    if "registered" not in how:
        return make_person(meeting.alliance_id, name, unit, phone=KNOWN).id
    made = make_registration(meeting, name, phone=KNOWN, organisation_id=unit)
    if "once" in how:
        cancel_registration(SYSTEM, meeting.id, made.id)
    return made.person_id


HOW = (
    "other name",
    "same name",
    "nobody's",
    "same registered",
    "other registered",
    "once same registered",
)


@pytest.fixture(params=HOW)
def browsers(request: pytest.FixtureRequest, app: Flask) -> list[tuple[FlaskClient, str, str]]:
    """Two liaisons of twin units, one about to type an unknown phone, one somebody else's."""
    with app.app_context():
        meeting = make_meeting()
        _know(meeting, request.param)
        return [
            (*_liaison(app, meeting, unit), phone)
            for unit, phone in (("东营职业学院", UNKNOWN), ("东明职业学院", KNOWN))
        ]


def _liaison(app: Flask, meeting: Meeting, unit: str) -> tuple[FlaskClient, str]:
    client = app.test_client()
    delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id, unit), quota=9)
    link = link_of(meeting.scope_id, Role.LIAISON, delegation.id)
    assert link is not None
    put_token(client, f"{Role.LIAISON}:{link.id}", open_link(link_token(link)))
    return client, f"/m/{meeting.slug}/delegation"


def _seen(answer: Any) -> tuple[int, str, str]:
    """Give what somebody sees: without secrets, numbers and codes, which always differ."""
    page = re.sub(r"<svg.*?</svg>", "", answer.text, flags=re.DOTALL)
    page = re.sub(r"/l/\w+|csrf[^>]*>|value=\"[\w.-]{40,}\"", "", page)
    return answer.status_code, answer.location or "", re.sub(r"\d+|东营|东明", "0", page)


def _same(seen: list[list[tuple[int, str, str]]]) -> None:
    one, other = seen
    assert one == other
    assert "欧阳锋" not in "".join(page for _status, _to, page in other)


def test_a_list_with_somebody_elses_phone_reads_like_any_other_before_and_after_it_is_sent(
    app: Flask, browsers: list[tuple[FlaskClient, str, str]]
):
    seen: list[list[tuple[int, str, str]]] = []
    for client, here, phone in browsers:
        found: list[tuple[int, str, str]] = []
        for _again in range(2):  # the second time the unit is told that its own person is there
            found.append(
                _seen(client.post(f"{here}/rows", data={"text": f"姓名\t手机\n{NAME}\t{phone}"}))
            )
            found.append(_seen(client.get(f"{here}/list")))
            cells = {"name.1": NAME, "phone.1": phone}
            sent = {**cells, "act": "submit", "consent": "y"}
            found += [_seen(client.post(f"{here}/list", data=sent)), _seen(client.get(here))]
        seen.append(found)
    _same(seen)
    assert "已经报名" in seen[1][5][2]


def test_a_substitute_with_somebody_elses_phone_is_answered_like_any_other(
    app: Flask, browsers: list[tuple[FlaskClient, str, str]]
):
    seen: list[list[tuple[int, str, str]]] = []
    for client, here, phone in browsers:
        client.post(f"{here}/rows", data={"text": "姓名\n李娜"})
        client.post(f"{here}/list", data={"name.1": "李娜", "act": "submit", "consent": "y"})
        at = re.search(r"/people/(\d+)/substitute", client.get(here).text)
        assert at
        form = f"instead-{at[1]}-"
        sent = {f"{form}name": NAME, f"{form}phone": phone, f"{form}consent": "y"}
        answer = client.post(f"{here}/people/{at[1]}/substitute", data=sent)
        seen.append([_seen(answer), _seen(client.get(here))])
    _same(seen)
    assert seen[0][0][0] == 303


def test_a_proxy_with_somebody_elses_phone_is_answered_like_any_other(
    app: Flask, browsers: list[tuple[FlaskClient, str, str]]
):
    seen: list[list[tuple[int, str, str]]] = []
    with app.app_context():
        meeting = db.session.scalars(sa.select(Meeting)).one()
        make_unit(meeting.alliance_id, "乙公司")
    for client, here, phone in browsers:
        answer = client.post(
            f"{here}/reply",
            data={
                "reply-answer": "proxy",
                "reply-proxy_name": NAME,
                "reply-proxy_unit": "乙公司",
                "reply-proxy_phone": phone,
                "reply-paper": (io.BytesIO(PDF), "委托书.pdf"),
            },
        )
        seen.append([_seen(answer), _seen(client.get(here))])
    _same(seen)
    assert seen[0][0][0] == 303


def _typed(meeting: Meeting, unit: str, phone: str = KNOWN) -> int:
    """Register somebody with this phone by the liaison of a unit; tell the person's id."""
    members = {name: one for one, name in member_names(meeting.alliance_id).items()}
    unit_id = members.get(unit) or make_unit(meeting.alliance_id, unit)
    delegation = set_liaison(SYSTEM, meeting.id, unit_id).id
    (made,) = register_group(SYSTEM, meeting.id, delegation, [Entry(NAME, phone)])
    return made.person_id


def test_nobody_is_merged_and_the_organiser_sees_the_pair_until_it_is_decided(house: Flask):
    meeting = make_meeting()
    known = _know(meeting, "other registered")
    typed = _typed(meeting, "东营职业学院")
    assert typed != known
    assert {row.name for row in registrations_of(meeting.id)} == {"欧阳锋", NAME}
    found = duplicates_of(meeting.alliance_id)
    ((first, second, likeness),) = [(p.first.id, p.second.id, p.likeness) for p in found.pairs]
    assert (first, second, likeness, found.total) == (known, typed, Likeness.PHONE, 1)
    for one in (None, known, typed):
        assert phones_in_doubt(meeting.alliance_id, one) == 1
    correct_person(SYSTEM, meeting.alliance_id, typed, name=NAME, phone=KNOWN, titles="处长")
    tell_apart(SYSTEM, meeting.alliance_id, known, typed)
    assert duplicates_of(meeting.alliance_id).total == 0
    assert phones_in_doubt(meeting.alliance_id) == 0


def test_the_desk_flags_both_registrations_and_only_who_may_decide_is_led_to_the_pair(app: Flask):
    with app.app_context():
        meeting = make_meeting()
        _know(meeting, "other registered")
        _typed(meeting, "东营职业学院")
        at = f"/m/{meeting.slug}/desk/registrations"
        pages = [at, *(f"{at}/{row.id}" for row in registrations_of(meeting.id))]
        whole, part = app.test_client(), app.test_client()
        sign_in(whole, make_user(Role.ORGANISER, alliance_of(meeting.alliance_id).scope_id))
        sign_in(part, make_user(Role.ORGANISER, meeting.scope_id))
    for page in pages:
        assert "去处理" in whole.get(page).text
        assert "填报的人并不知道" in part.get(page).text
        assert "去处理" not in part.get(page).text


def test_merging_leaves_one_person_whose_phone_tells_them_apart_again(house: Flask):
    meeting = make_meeting()
    known = _know(meeting, "same registered")
    typed = _typed(meeting, "东营职业学院")
    merge_people(SYSTEM, meeting.alliance_id, typed, known)
    kept = db.session.get_one(Person, typed)
    assert (kept.phone, kept.phone_in_doubt) == (KNOWN, False)
    assert duplicates_of(meeting.alliance_id).total == 0
    other = _typed(make_meeting_beside(meeting), "东营职业学院")
    assert other == typed


def make_meeting_beside(meeting: Meeting) -> Meeting:
    """Make a further meeting of the same alliance."""
    return make_meeting(alliance_id=meeting.alliance_id)


def test_a_unit_finds_its_own_person_again_though_the_phone_is_in_doubt(house: Flask):
    meeting = make_meeting()
    _know(meeting, "same name")
    typed = _typed(meeting, "东营职业学院")
    assert _typed(make_meeting_beside(meeting), "东营职业学院") == typed


def test_a_phone_in_doubt_opens_nothing_that_is_kept_of_its_owner(house: Flask):
    meeting = make_meeting()
    _know(meeting, "same registered")
    typed = _typed(meeting, "东营职业学院")
    delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id, "丙公司")).id
    add_sheet(SYSTEM, meeting.id, delegation, read_pasted(f"姓名\t手机\t职务\n{NAME}\t{KNOWN}\t"))
    assert more_own_data(meeting.id, typed)["list_rows"] == []


def test_a_proxy_is_the_one_who_was_named_only_by_name_unit_and_phone(house: Flask):
    meeting = make_meeting()
    known = _know(meeting, "same name")
    delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id, "丙公司")).id
    make_unit(meeting.alliance_id, "乙公司")
    for unit, is_known in (("淄博职业学院", True), ("乙公司", False)):
        proxy = Proxy(NAME, unit, KNOWN, ("委托书.pdf", PDF))
        answer_notice(SYSTEM, meeting.id, delegation, ReplyAnswer.PROXY, proxy=proxy)
        (mandate,) = mandates_of(meeting.id)
        assert (mandate.person_id == known) is is_known
