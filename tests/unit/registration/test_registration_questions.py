"""What answers a question takes, of whom it is asked, and what the consent text says of it."""

import pytest

from eventapp.core.errors import Invalid
from eventapp.registration.rules import (
    PRESETS,
    FieldDraft,
    FieldKind,
    FieldRow,
    annex_of,
    ensure_draft,
    is_asked,
    read_answer,
    read_answers,
)

DIGEST = "0123456789abcdef" * 4


def make_field(kind: FieldKind = FieldKind.TEXT, number: int = 7, **more) -> FieldRow:
    return FieldRow(kind=kind, label="问题", purpose="用于会务", id=number, **more)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldKind.TEXT, ["  靠窗 \u3000座位 "], ["靠窗 座位"]),
        (FieldKind.TEXT, ["看不见的\x00字"], ["看不见的字"]),
        (FieldKind.LONG_TEXT, ["一、甲 \n二、乙\n"], ["一、甲\n二、乙"]),
        (FieldKind.NUMBER, ["１２"], ["12"]),
        (FieldKind.NUMBER, ["1,200.50"], ["1200.5"]),
        (FieldKind.NUMBER, ["-0"], ["0"]),
        (FieldKind.DATE, ["2024-01-19"], ["2024-01-19"]),
        (FieldKind.DATE, ["2024年1月9日"], ["2024-01-09"]),
        (FieldKind.DATE, ["２０２４/１/１９"], ["2024-01-19"]),
        (FieldKind.PHONE, ["+86 138 0013 8000"], ["13800138000"]),
        (FieldKind.EMAIL, ["a.b@example.org"], ["a.b@example.org"]),
        (FieldKind.YES_NO, ["Y"], ["yes"]),
        (FieldKind.YES_NO, ["不需要"], ["no"]),
        (FieldKind.FILE, [DIGEST, "委托书.pdf"], [DIGEST, "委托书.pdf"]),
    ],
)
def test_an_answer_is_kept_in_its_one_form(kind, typed, kept):
    assert read_answer(make_field(kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldKind.TEXT, ["字" * 201]),
        (FieldKind.TEXT, ["一", "二"]),
        (FieldKind.LONG_TEXT, ["字" * 2001]),
        (FieldKind.NUMBER, ["十二"]),
        (FieldKind.NUMBER, ["1e9"]),
        (FieldKind.DATE, ["2024-02-30"]),
        (FieldKind.DATE, ["明天"]),
        (FieldKind.PHONE, ["12"]),
        (FieldKind.EMAIL, ["a@b"]),
        (FieldKind.YES_NO, ["也许"]),
        (FieldKind.CHOICE, ["三人间"]),
        (FieldKind.CHOICES, ["单人间", "三人间"]),
        (FieldKind.FILE, ["passwd"]),
        (FieldKind.FILE, ["../../etc/passwd", "x"]),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(kind, typed):
    options = ("单人间", "双人间") if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else ()
    with pytest.raises(Invalid) as refusal:
        read_answer(make_field(kind, options=options), typed)
    assert refusal.value.field == "answer-7"


def test_several_choices_are_kept_once_each_in_the_order_of_the_options():
    field = make_field(FieldKind.CHOICES, options=("清真", "素食", "不吃辣"))
    assert read_answer(field, ["不吃辣", "清真", "清真"]) == ["清真", "不吃辣"]


@pytest.mark.parametrize("kind", FieldKind)
def test_nothing_typed_is_no_answer_and_refused_only_where_one_is_required(kind):
    assert read_answer(make_field(kind), [" ", ""]) == []
    with pytest.raises(Invalid):
        read_answer(make_field(kind, required=True), [])


def _rooms() -> list[FieldRow]:
    steering = make_field(FieldKind.YES_NO, 1)
    night = make_field(FieldKind.DATE, 2, required=True, shown_if_id=1, shown_if_value="yes")
    return [night, steering]


def test_a_field_that_hangs_on_another_is_asked_of_whoever_answered_so():
    assert read_answers(_rooms(), "delegate", {1: ["no"]}) == ({1: ["no"]}, {})
    answers, problems = read_answers(_rooms(), "delegate", {1: ["yes"]})
    assert (answers, list(problems)) == ({1: ["yes"]}, [2])
    answers, problems = read_answers(_rooms(), "delegate", {1: ["yes"], 2: ["2024-01-18"]})
    assert (answers, problems) == ({1: ["yes"], 2: ["2024-01-18"]}, {})


def test_what_was_not_asked_is_not_kept_whatever_was_sent():
    assert read_answers(_rooms(), "delegate", {1: ["no"], 2: ["2024-01-18"]})[0] == {1: ["no"]}
    press = make_field(number=3, categories=("press",), required=True)
    assert read_answers([press], "delegate", {3: ["新华社"]}) == ({}, {})
    assert read_answers([press], "press", {3: ["新华社"]}) == ({3: ["新华社"]}, {})


def test_a_field_whose_parent_is_not_asked_is_not_asked():
    parent = make_field(FieldKind.YES_NO, 1, categories=("press",))
    child = make_field(number=2, shown_if_id=1, shown_if_value="yes")
    by_id = {1: parent, 2: child}
    assert is_asked(child, by_id, "press", {1: ["yes"]})
    assert not is_asked(child, by_id, "delegate", {1: ["yes"]})
    assert not is_asked(child, {2: child}, "press", {1: ["yes"]})


def test_fields_cannot_hang_on_each_other_in_a_circle_or_on_what_decides_nothing():
    first = make_field(FieldKind.YES_NO, 1, shown_if_id=2, shown_if_value="yes")
    second = make_field(FieldKind.YES_NO, 2)
    hung = FieldDraft(FieldKind.YES_NO, "二", "用途", shown_if_id=1, shown_if_value="yes")
    for draft, field_id in ((hung, 2), (hung, 1)):
        with pytest.raises(Invalid):
            ensure_draft(draft, [first, second], field_id)
    assert ensure_draft(hung, [first, second]).shown_if_id == 1
    with pytest.raises(Invalid):
        ensure_draft(hung, [make_field(FieldKind.TEXT, 1)])


def test_a_question_states_its_purpose_and_a_choice_its_options():
    with pytest.raises(Invalid) as refusal:
        ensure_draft(FieldDraft(FieldKind.TEXT, "车牌号", " "), [])
    assert refusal.value.field == "purpose"
    with pytest.raises(Invalid) as refusal:
        ensure_draft(FieldDraft(FieldKind.CHOICE, "房型", "订房", options=("单人间",)), [])
    assert refusal.value.field == "options"


def test_the_annex_says_purpose_and_term_of_each_question():
    short = make_field(number=1, short_lived=True)
    assert annex_of([short, make_field(number=2, retired=True)], 7, 6) == (
        "问题：用于会务，闭会后 7 天删除。"
    )
    assert annex_of([make_field()], 7, 3) == "问题：用于会务，与手机号一样，闭会后 3 个月删除。"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_begins_with_the_question_that_steers_the_rest(preset):
    first, *rest = PRESETS[preset]
    assert first.kind is FieldKind.YES_NO
    assert rest
    for draft in PRESETS[preset]:
        assert ensure_draft(draft, []) == draft
