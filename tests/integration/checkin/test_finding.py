"""Whoever was found in the list is admitted by the same road as whoever was scanned."""

import json
import secrets
import threading
from collections import Counter
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.queries import inside_now, presence_of
from eventapp.checkin.queries.finding import unit_at_door
from eventapp.checkin.queries.search import MOST, find_people
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import Answer, admit_by_hand, admit_found, admit_unit
from eventapp.core.access import Actor, Role
from eventapp.core.db import db
from eventapp.core.errors import Busy, Conflict, Invalid, NotFound
from eventapp.core.ledger import verify
from eventapp.registration.rules import State
from tests import factories_registration
from tests.factories_checkin import (
    Door,
    make_door,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
    staff,
)


def find(door: Door, registration_id: int, actor: Actor | None = None, scan_id: str = "") -> Answer:
    return admit_found(
        actor or door.supervisor,
        door.meeting_id,
        gate_id=door.gate_id,
        scan_id=scan_id or str(uuid4()),
        registration_id=registration_id,
    )


def registered(door: Door, name: str, phone: str) -> int:
    person = factories_registration.make_person(door.alliance_id, name, phone=phone)
    return make_registration(door, person_id=person.id)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "text", ["欧阳", "歐陽建國", "ouyangjian", "ou yang", "oyjg", "8642", "建国"]
)
def test_name_pinyin_initials_and_last_four_digits_find_people(text: str) -> None:
    door, other = make_door(), make_door()
    here = registered(door, "欧阳建国", "13800138642")
    registered(door, "刘雪梅", "13900139753")
    registered(other, "欧阳建国", "13800138642")
    found, more = find_people(door.meeting_id, text)
    assert [one.registration_id for one in found] == [here]
    assert not more


@pytest.mark.usefixtures("house")
def test_name_of_a_unit_finds_its_people_and_an_empty_text_finds_nobody() -> None:
    door = make_door()
    unit = make_unit("黄蓝环保装备有限公司")
    here = make_registration(door, "张堃", organisation_id=unit)
    make_registration(door, "王磊")
    assert [one.registration_id for one in find_people(door.meeting_id, "环保装备")[0]] == [here]
    assert find_people(door.meeting_id, "  ") == ([], False)
    assert find_people(door.meeting_id, "没有这个人") == ([], False)


@pytest.mark.usefixtures("house")
def test_long_answers_are_cut_and_say_so_and_those_who_do_not_come_stand_last() -> None:
    door = make_door()
    ended = make_registration(door, "王一", state=State.CANCELLED)
    come = [make_registration(door, "王一") for _ in range(MOST - 1)]
    found, more = find_people(door.meeting_id, "王")
    assert [one.registration_id for one in found] == [*come, ended]
    assert not more
    make_registration(door, "王二")
    found, more = find_people(door.meeting_id, "王")
    assert len(found) == MOST
    assert more


@pytest.mark.usefixtures("house")
def test_found_person_is_admitted_as_by_a_scan_and_the_record_says_how() -> None:
    door = make_door()
    unit = make_unit()
    registration_id = make_registration(door, organisation_id=unit)
    answer = find(door, registration_id)
    assert answer["verdict"] == Verdict.ADMITTED
    assert answer["person"]["name"] == "欧阳建国"
    assert (answer["unit_arrived"], answer["unit_total"]) == (1, 1)
    record = db.session.scalars(sa.select(Scan)).one()
    assert (record.method, record.registration_id) == (Method.SEARCH, registration_id)
    assert presence_of(door.meeting_id).inside == {registration_id}
    again = scan(door, pass_text(registration_id), door.west)
    assert again["verdict"] == Verdict.ALREADY_INSIDE
    assert find(door, registration_id)["verdict"] == Verdict.SAME_SCAN_REPEAT
    assert list(verify(Scan)) == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("state", [State.SUBMITTED, State.WAITLISTED, State.CANCELLED])
def test_found_person_whose_registration_does_not_stand_is_refused(state: State) -> None:
    door = make_door()
    answer = find(door, make_registration(door, state=state))
    wanted = Verdict.CANCELLED if state is State.CANCELLED else Verdict.NOT_APPROVED
    assert answer["verdict"] == wanted
    assert inside_now(door.meeting_id) == frozenset()


@pytest.mark.usefixtures("house")
def test_second_press_gets_the_stored_answer_and_another_person_is_refused() -> None:
    door = make_door()
    one, two = make_registration(door, "张堃"), make_registration(door, "王磊")
    first = find(door, one, scan_id="0190-found-one")
    assert find(door, one, scan_id="0190-found-one") == first
    with pytest.raises(Conflict):
        find(door, two, scan_id="0190-found-one")
    assert inside_now(door.meeting_id) == {one}


@pytest.mark.usefixtures("house")
def test_registration_of_another_meeting_cannot_be_admitted_even_for_somebody_expected_here() -> (
    None
):
    there = make_door()
    here = make_door(there.alliance_id)
    person_id = make_person(there.alliance_id)
    make_registration(here, person_id=person_id)
    with pytest.raises(NotFound):
        find(here, make_registration(there, person_id=person_id))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 0


@pytest.mark.usefixtures("house")
def test_person_without_a_pass_is_admitted_by_hand_and_the_reason_is_kept() -> None:
    door = make_door()
    registration_id = make_registration(door, with_pass=False)

    def by_hand(reason: str) -> Answer:
        return admit_by_hand(
            door.supervisor,
            door.meeting_id,
            gate_id=door.gate_id,
            scan_id=str(uuid4()),
            registration_id=registration_id,
            reason=reason,
        )

    for reason in (" ", "x" * 201):
        with pytest.raises(Invalid):
            by_hand(reason)
    assert by_hand(" 证件已核对，凭证未发 ")["verdict"] == Verdict.ADMITTED
    record = db.session.scalars(sa.select(Scan)).one()
    assert record.method is Method.MANUAL
    assert json.loads(record.answer)["manual"] == "证件已核对，凭证未发"
    assert "凭证" not in record.body
    assert list(verify(Scan)) == []


@pytest.mark.usefixtures("house")
def test_unit_is_admitted_at_once_each_with_an_answer_of_its_own() -> None:
    door = make_door()
    unit = make_unit("甲公司")
    first, second, third = (
        make_registration(door, name, organisation_id=unit) for name in ("张堃", "王磊", "孙丽")
    )
    make_registration(door, "候补", organisation_id=unit, state=State.WAITLISTED)
    make_registration(door, "别人", organisation_id=make_unit("乙公司"))
    scan(door, pass_text(first), scan_id="0190-scan-one")
    found = unit_at_door(door.meeting_id, str(door_device(door)), "0190-scan-one")
    inside = {one.registration_id: one.gate for one in found.members}
    assert inside == {first: "东门", second: None, third: None}
    scan(door, pass_text(third), door.west)
    key = secrets.token_hex(8)
    verdicts = [answer["verdict"] for answer in admit(door, "0190-scan-one", key, [second, third])]
    assert verdicts == [Verdict.ADMITTED, Verdict.ALREADY_INSIDE]
    again = admit(door, "0190-scan-one", key, [second, third])
    assert [answer["verdict"] for answer in again] == verdicts
    assert inside_now(door.meeting_id) == {first, second, third}
    assert Counter(db.session.scalars(sa.select(Scan.method))) == {Method.QR: 2, Method.SEARCH: 2}


def door_device(door: Door) -> str:
    return f"signin:{door.east.sign_in_id}"


def admit(door: Door, scan_id: str, key: str, people: list[int]) -> list[Answer]:
    return admit_unit(door.east, door.meeting_id, scan_id=scan_id, key=key, registration_ids=people)


@pytest.mark.usefixtures("house")
def test_unit_is_opened_only_by_a_scan_of_this_device_that_named_somebody_of_it() -> None:
    door = make_door()
    unit = make_unit("甲公司")
    one = make_registration(door, "张堃", organisation_id=unit)
    alone = make_registration(door, "无单位")
    stranger = make_registration(door, "别人", organisation_id=make_unit("乙公司"))
    scan(door, pass_text(one), door.west, scan_id="0190-of-west")
    scan(door, pass_text(alone), scan_id="0190-no-unit")
    scan(door, "nonsense", scan_id="0190-nobody")
    for scan_id in ("0190-of-west", "0190-no-unit", "0190-nobody", "0190-never"):
        with pytest.raises(NotFound):
            unit_at_door(door.meeting_id, door_device(door), scan_id)
    scan(door, pass_text(one), scan_id="0190-of-east")
    with pytest.raises(NotFound):
        admit(door, "0190-of-east", "0123456789abcdef", [one, stranger])
    with pytest.raises(Invalid):
        admit(door, "0190-of-east", "0123456789abcdef", [])
    assert inside_now(door.meeting_id) == {one, alone}


@pytest.mark.races
def test_two_help_desks_and_a_gate_admit_the_same_person_at_once_and_only_one_does(
    app: Flask,
) -> None:
    with app.app_context():
        door = make_door()
        people = [make_registration(door, f"张{number}") for number in range(8)]
        texts = [pass_text(one) for one in people]
        db.session.remove()
    start = threading.Barrier(3)
    verdicts: list[tuple[int, str]] = []

    def knock(number: int) -> None:
        actor = staff(100 + number, Role.DOOR_SUPERVISOR, door.scope_id)
        for one, text in zip(people, texts, strict=True):
            scan_id = str(uuid4())
            start.wait(30)
            with app.app_context():
                for _ in range(20):  # whoever stands there presses again while the door is busy
                    try:
                        answer = (
                            find(door, one, actor, scan_id)
                            if number
                            else scan(door, text, actor, scan_id=scan_id)
                        )
                        verdicts.append((one, answer["verdict"]))
                        break
                    except Busy:
                        continue
                db.session.remove()

    threads = [threading.Thread(target=knock, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(verdicts) == Counter(
        {(one, Verdict.ADMITTED): 1 for one in people}
        | {(one, Verdict.ALREADY_INSIDE): 2 for one in people}
    )
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == len(people)
        assert list(verify(Scan)) == []
