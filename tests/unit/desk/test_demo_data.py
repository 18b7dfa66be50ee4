"""The demo's data fits together, and nothing invented passes for reported."""

import re
from collections import Counter
from importlib.resources import files

import phonenumbers
import pytest
import yaml

from eventapp.agenda.rules import Kind
from eventapp.alliance.rules import DEFAULT_SEATS
from eventapp.desk.rules import Programme, load_programme
from eventapp.desk.rules.programme import chinese_numeral
from eventapp.registration.rules import Category
from eventapp.voting.rules.kinds import Mode, MotionKind
from eventapp.voting.rules.threshold import Rule, needed_votes, quorum_needed

REPORTED_UNITS = {
    "中国石油和化学工业联合会",
    "东营港经济开发区",
    "东营职业学院",
    "万达石化集团",
    "万达石化有限公司",
    "中国万达集团",
    "中国化工经济技术发展中心",
    "山东产研中科高端化工技术研究院",
    "东营联合石化有限责任公司",
    "东营市亚通石化有限公司",
}


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme()


def test_every_file_but_the_facts_says_that_it_is_invented():
    for source in files("eventapp.desk.demo_data").iterdir():
        if not source.name.endswith(".yaml") or source.name == "founding-2024.yaml":
            continue
        text = source.read_text(encoding="utf-8")
        assert text.startswith("# 演示数据"), source.name
        assert yaml.safe_load(text)["invented"] is True, source.name


def test_84_units_of_which_80_are_on_the_list_in_unbroken_order(programme: Programme):
    assert [unit.order for unit in programme.units] == list(range(1, 85))
    assert len({unit.name for unit in programme.units}) == 84
    assert len(programme.listed_units) == 80
    seats = {seat.key: seat for seat in DEFAULT_SEATS}
    assert all(seats[unit.seat].votes_in_council == unit.on_list for unit in programme.units)
    rank = [seat.key for seat in DEFAULT_SEATS]
    ranks = [rank.index(unit.seat) for unit in programme.units]
    assert ranks == sorted(ranks)


def test_only_what_the_report_states_is_marked_as_reported(programme: Programme):
    assert {u.name for u in programme.units if u.source == "report"} == REPORTED_UNITS
    seated = [(u.name, u.seat) for u in programme.units if u.seat_source == "report"]
    assert seated == [("东营职业学院", "chair")]


def test_163_delegates_besides_the_six_named_guests(programme: Programme):
    assert len(programme.delegates) == 163
    assert [guest.name for guest in programme.guests] == [
        "王志安",
        "马从越",
        "杜振波",
        "解涛",
        "郭学峰",
        "尚建立",
    ]
    named = {guest.name for guest in programme.guests}
    assert not named & {delegate.name for delegate in programme.delegates}


def test_phones_are_unique_valid_and_of_the_demo_range(programme: Programme):
    phones = [delegate.phone for delegate in programme.delegates]
    assert len(set(phones)) == 163
    for phone in phones:
        assert re.fullmatch(r"1990000\d{4}", phone)
        number = phonenumbers.parse(phone, "CN")
        assert phonenumbers.is_valid_number(number)
    emails = [delegate.email for delegate in programme.delegates if delegate.email]
    assert emails
    assert len(set(emails)) == len(emails)
    assert all(re.fullmatch(r"[a-z]+\d+@demo\.example", email) for email in emails)


def test_names_keep_their_hard_cases(programme: Programme):
    names = [delegate.name for delegate in programme.delegates]
    assert [name for name, n in Counter(names).items() if n > 1] == ["张磊"]
    assert len({d.unit for d in programme.delegates if d.name == "张磊"}) == 2
    together = "".join(names)
    assert all(rare in together for rare in "堃喆祎赟頔犇垚䶮㛃")
    assert any(ord(character) > 0xFFFF for character in together)
    assert all(any(n.startswith(surname) for n in names) for surname in ("欧阳", "司马"))
    assert any("·" in name for name in names)


def test_every_delegate_belongs_to_a_unit_of_the_demo(programme: Programme):
    members = {unit.name for unit in programme.units}
    outside = {unit.name for unit in programme.outside_units}
    assert not members & outside
    for delegate in programme.delegates:
        assert delegate.category in set(Category)
        expected = outside if delegate.category in {"press", "staff"} else members
        assert delegate.unit in expected, delegate
    assert all(guest.unit is None or guest.unit in members for guest in programme.guests)


def test_invented_people_hold_no_post_at_a_reported_unit(programme: Programme):
    titles = {d.title for d in programme.delegates if d.unit in REPORTED_UNITS}
    assert titles == {"代表"}


def test_every_listed_unit_has_exactly_one_mandate_and_no_other_unit_has(programme: Programme):
    mandates = Counter(d.unit for d in programme.delegates if d.mandate)
    assert mandates == Counter(unit.name for unit in programme.listed_units)
    assert all(d.category == "delegate" for d in programme.delegates if d.mandate)


def test_72_of_80_units_are_at_the_preparatory_meeting_and_3_of_8_sent_leave(programme: Programme):
    present = {d.unit for d in programme.delegates if d.preparatory_at}
    absent = {absence.unit for absence in programme.absences}
    assert len(present) == 72
    assert present | absent == {unit.name for unit in programme.listed_units}
    assert not present & absent
    on_leave = {absence.unit for absence in programme.absences if absence.leave}
    assert (len(absent), len(on_leave)) == (8, 3)
    assert not absent & REPORTED_UNITS
    assert not any(d.founding_at for d in programme.delegates if d.unit in on_leave)


def test_the_stages_find_the_halls_as_they_say(programme: Programme):
    counts = [
        (
            stage.name,
            len(programme.preparatory_arrivals(stage.clock_at)),
            len(programme.founding_arrivals(stage.clock_at)),
        )
        for stage in programme.stages
    ]
    assert counts == [
        ("invited", 0, 0),
        ("arrived", 72, 15),
        ("voted", 72, 141),
        ("released", 72, 163),
    ]


def test_nobody_enters_before_the_doors_open(programme: Programme):
    before = programme.preparatory
    for delegate in programme.delegates:
        if delegate.preparatory_at:
            assert before.doors_open_at <= delegate.preparatory_at < before.starts_at
            assert delegate.founding_at
            assert delegate.founding_at > before.ended_at
        if delegate.founding_at:
            assert delegate.founding_at >= programme.founding.doors_open_at


def test_items_follow_each_other_within_their_meeting(programme: Programme):
    for meeting in (programme.preparatory, programme.founding):
        assert meeting.items[0].began_at == meeting.began_at
        assert meeting.items[-1].ended_at == meeting.ended_at
        planned = (meeting.ends_at - meeting.starts_at).total_seconds() / 60
        assert sum(item.minutes for item in meeting.items) == planned
        for item, following in zip(meeting.items, meeting.items[1:], strict=False):
            assert item.began_at < item.ended_at <= following.began_at
        assert all(item.kind in set(Kind) and item.title for item in meeting.items)
        assert meeting.room in {room.name for room in programme.venue.rooms}


def test_the_reported_items_are_all_there_in_the_reported_order(programme: Programme):
    kinds = [i.kind for i in programme.founding.items if i.source == "report"]
    assert kinds == ["address"] * 5 + ["launch", "plaque", "signing", "unveiling"]
    speakers = [i.speaker for i in programme.founding.items if i.speaker]
    assert speakers == ["王志安", "马从越", "杜振波", "郭学峰", "尚建立"]
    reported = [i.kind for i in programme.preparatory.items if i.source == "report"]
    assert reported == ["report", "deliberation", "deliberation"]


def test_ballots_count_72_units_and_pass_under_their_own_rule(programme: Programme):
    counted = {
        b.motion: (b.mode, b.count.yes, b.count.no, b.count.abstain) for b in programme.ballots
    }
    assert counted == {
        "procedure": ("show_of_hands", 72, 0, 0),
        "charter": ("named", 71, 0, 1),
        "list": ("paper", 70, 0, 2),
    }
    for ballot in programme.ballots:
        assert ballot.mode in set(Mode)
        assert ballot.motion in set(MotionKind)
        rule, count = Rule.from_record(ballot.rule), ballot.count
        assert count.present == count.yes + count.no + count.abstain == 72
        assert count.present >= quorum_needed(rule, 80)
        base = {"present": count.present, "all": 80}[rule.base]
        needed = needed_votes(rule.threshold, base)
        assert needed == {"procedure": 37, "charter": 54, "list": 54}[ballot.motion]
        assert count.yes >= needed


def test_ballots_fall_within_their_items_and_follow_a_deliberation(programme: Programme):
    items = programme.preparatory.items
    for ballot in programme.ballots:
        item = programme.preparatory.item(ballot.item)
        assert item.kind == "ballot"
        assert items[items.index(item) - 1].kind == "deliberation"
        assert item.began_at <= ballot.opened_at < ballot.closed_at < ballot.declared_at
        assert ballot.declared_at <= item.ended_at


def test_a_named_ballot_says_who_abstained_and_others_do_not(programme: Programme):
    present = {d.unit for d in programme.delegates if d.preparatory_at}
    for ballot in programme.ballots:
        if ballot.mode == "named":
            assert len(ballot.abstaining) == ballot.count.abstain
            assert set(ballot.abstaining) <= present - REPORTED_UNITS
        else:
            assert ballot.abstaining == ()
        if ballot.papers:
            assert ballot.papers.issued == ballot.papers.returned == 72


def test_parties_holders_and_lead_units_are_units_and_signatories_their_people(
    programme: Programme,
):
    members = {unit.name for unit in programme.units}
    assert set(programme.alliance.lead_units) <= members
    assert [len(a.parties) for a in programme.agreements] == [4, 2, 2, 2, 2]
    for agreement in programme.agreements:
        assert set(agreement.parties) <= members
        assert [s.unit for s in agreement.signatories] == list(agreement.parties)
        for signatory in agreement.signatories:
            assert programme.representative(signatory.unit).name == signatory.name
    assert [a.batch for a in programme.agreements] == [1, 2, 3, 4, 5]
    assert all("东营职业学院" in a.parties for a in programme.agreements)
    assert len(programme.plaque_units) == 8
    assert programme.plates == (
        "高端化工产业联合学院",
        "东营港经济开发区（东营综合保税区）培训基地",
    )


def test_everyone_with_a_task_is_in_the_hall_and_named_once(programme: Programme):
    by_name = Counter(d.name for d in programme.delegates)
    before, day = programme.preparatory, programme.founding
    people = {d.name: d for d in programme.delegates}
    officers = (*programme.scrutineers, *programme.tellers, before.chair)
    assert len(set(officers)) == 5
    for name in officers:
        assert name
        assert by_name[name] == 1
        assert people[name].preparatory_at
        assert people[name].unit not in REPORTED_UNITS
    assert day.host
    assert by_name[day.host] == 1
    assert people[day.host].category == "staff"
    arrived = {person.name for person in programme.founding_arrivals(day.starts_at)}
    signers = {s.name for a in programme.agreements for s in a.signatories}
    presented = {programme.representative(u.name).name for u in programme.plaque_units}
    assert {*signers, *presented, *programme.on_stage, day.host} <= arrived
    assert all(by_name[name] == 1 for name in signers)
    assert set(programme.on_stage) == {guest.name for guest in programme.guests}


def test_the_charter_has_6_chapters_and_31_articles_numbered_in_order(programme: Programme):
    chapters = programme.charter.chapters
    assert [chapter.number for chapter in chapters] == [1, 2, 3, 4, 5, 6]
    articles = [article for chapter in chapters for article in chapter.articles]
    assert [article.number for article in articles] == list(range(1, 32))
    assert all(article.paragraphs and all(article.paragraphs) for article in articles)


def test_items_of_an_article_are_numbered_in_order_after_an_opening(programme: Programme):
    for chapter in programme.charter.chapters:
        for article in chapter.articles:
            marks = [re.match("（(.)）", text) for text in article.paragraphs]
            numbers = [mark[1] for mark in marks if mark]
            assert marks[0] is None
            assert numbers == [chinese_numeral(n) for n in range(1, len(numbers) + 1)]


def test_the_charter_agrees_with_the_report_and_with_the_rules_of_voting(programme: Programme):
    text = programme.charter.as_text()
    assert programme.alliance.name in programme.charter.title
    assert "，".join(programme.alliance.aims) in text
    assert "、".join(programme.alliance.lead_units) in text
    assert "修改本章程，须经全体理事会成员单位三分之二以上同意" in text
    assert "第三十一条\u3000本章程自" in text
    assert text.startswith("第一章\u3000总则\n第一条\u3000")


def test_the_procedure_states_the_numbers_that_its_rule_needs(programme: Programme):
    assert 8 <= len(programme.procedure.clauses) <= 10
    text = programme.procedure.as_text()
    assert text.startswith("一、")
    assert "80家单位" in text
    charter = next(b for b in programme.ballots if b.motion == "charter")
    needed = needed_votes(Rule.from_record(charter.rule).threshold, 80)
    assert f"不少于{needed}票" in text
    assert f"不少于{needed}家" in text


def test_the_byline_is_the_reports_own(programme: Programme):
    byline = programme.byline
    assert (byline.outlet, byline.reporter) == ("大众网", "黄天阳")
    assert (byline.editor, byline.approver) == ("赵静", "马宝涛")


@pytest.mark.parametrize(
    ("number", "written"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (31, "三十一")]
)
def test_numbers_are_written_as_articles_are_numbered(number: int, written: str):
    assert chinese_numeral(number) == written


def test_numbers_outside_the_range_are_refused():
    for number in (0, 100):
        with pytest.raises(ValueError, match=str(number)):
            chinese_numeral(number)
