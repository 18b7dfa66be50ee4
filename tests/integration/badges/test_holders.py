"""Who is printed, in which order, and with which pass."""

from flask import Flask

from eventapp.alliance.rules import Ordering
from eventapp.alliance.service import add_unit
from eventapp.badges.document import badges_pdf
from eventapp.badges.queries import holders
from eventapp.badges.rules import Options, Size
from eventapp.core.access import SYSTEM
from eventapp.registration.queries import pass_tokens
from eventapp.registration.rules import Category
from eventapp.registration.service import cancel_registration, register_by_desk, reissue_pass
from tests.factories_registration import make_meeting, make_registration
from tests.printed import codes_in


def test_people_come_by_protocol_strokes_and_pinyin(house: Flask):
    meeting = make_meeting()
    seated = [
        add_unit(SYSTEM, meeting.alliance_id, name=name).organisation_id
        for name in ("乙学院", "甲学院")
    ]
    make_registration(meeting, "张三", organisation_id=seated[0])
    make_registration(meeting, "丁一", organisation_id=seated[0])
    make_registration(meeting, "王磊", organisation_id=seated[1])
    make_registration(meeting, "陈晨", category=Category.STAFF)
    make_registration(meeting, "赵敏", category=Category.LEADER)

    def names(ordering: Ordering) -> list[str]:
        return [one.name for one in holders(meeting, ordering=ordering)]

    assert names(Ordering.PROTOCOL) == ["赵敏", "王磊", "张三", "丁一", "陈晨"]
    assert names(Ordering.STROKES) == ["丁一", "王磊", "张三", "陈晨", "赵敏"]
    assert names(Ordering.PINYIN) == ["陈晨", "丁一", "王磊", "张三", "赵敏"]


def test_only_living_passes_of_this_meeting_are_printed(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    here = make_registration(meeting, "王磊").id
    gone = make_registration(meeting, "李娜").id
    make_registration(elsewhere, "赵敏")
    cancel_registration(SYSTEM, meeting.id, gone, reason="")
    old = pass_tokens(meeting.id)[here]
    reissue_pass(SYSTEM, meeting.id, here)
    tokens = pass_tokens(meeting.id)
    assert [one.registration_id for one in holders(meeting)] == [here] == list(tokens)
    pdf = badges_pdf(meeting, holders(meeting), tokens, Options(Size.SMALL))
    assert codes_in(pdf) == [[tokens[here]], [tokens[here]]]
    assert tokens[here] != old


def test_a_sheet_to_sign_goes_unit_by_unit_and_names_who_has_none_last(house: Flask):
    meeting = make_meeting()
    seated = [
        add_unit(SYSTEM, meeting.alliance_id, name=name).organisation_id
        for name in ("乙学院", "甲学院")
    ]
    make_registration(meeting, "陈晨", category=Category.STAFF)
    make_registration(meeting, "张三", organisation_id=seated[0])
    make_registration(meeting, "王磊", organisation_id=seated[1])
    make_registration(meeting, "赵敏", category=Category.LEADER, organisation_id=seated[0])
    register_by_desk(SYSTEM, meeting.id, name="孙悦", category=Category.PRESS, unit="齐鲁晚报")
    names = [one.name for one in holders(meeting, ordering=None)]
    assert names == ["王磊", "赵敏", "张三", "孙悦", "陈晨"]
