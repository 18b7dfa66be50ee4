"""Three people make minutes; each vouches for what stood on their own page."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.ceremony.models import StageAct
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, DomainError, Invalid
from eventapp.core.ledger import AuditEntry, digest, open_ledgers
from eventapp.core.scope import ROOT, Scope, ScopeKind, open_scope
from eventapp.meetings.models import Meeting
from eventapp.minutes import service
from eventapp.minutes.models import Minutes, MinutesEdition
from eventapp.minutes.queries import content_of, edition_content, minutes_in, steps_of
from eventapp.minutes.rules import Byline, Prose, State, Step
from tests.factories_minutes import Held, make_draft, make_held_meeting, seen, sign_off


def make_small(**more: Any) -> Held:
    return make_held_meeting(**{"units": 3, "ballots": 0, "items": 4, **more})


def change_records(meeting_id: int) -> None:
    with transaction() as session:
        session.get_one(Meeting, meeting_id).venue = "后来改的地点"
        for row in session.scalars(sa.select(StageAct)):
            row.title = "后来改的牌子"


def test_a_drafter_neither_checks_nor_signs(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="submit")
    with pytest.raises(Conflict) as refusal:
        service.check_minutes(
            held.drafter, held.meeting_id, minutes_id, seen=seen(held, minutes_id)
        )
    assert refusal.value.code == "same_person"
    service.check_minutes(
        held.checker, held.meeting_id, minutes_id, seen=seen(held, minutes_id), skip="已传阅"
    )
    for same in (held.drafter, held.checker):
        with pytest.raises(Conflict) as refusal:
            service.sign_minutes(same, held.meeting_id, minutes_id, seen=seen(held, minutes_id))
        assert refusal.value.code == "same_person"


def test_who_typed_a_sentence_does_not_check_it(house: Flask) -> None:
    held = make_small()
    minutes = make_draft(held)
    service.save_draft(
        held.checker,
        held.meeting_id,
        minutes.id,
        version=minutes.version,
        title="纪要",
        prose=Prose("核稿人写的一句。"),
        byline=Byline(),
    )
    sign_off(held, minutes.id, until="submit")
    with pytest.raises(Conflict) as refusal:
        service.check_minutes(
            held.checker, held.meeting_id, minutes.id, seen=seen(held, minutes.id)
        )
    assert refusal.value.code == "same_person"


def test_sending_back_needs_a_word_and_thaws_what_was_signed(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="sign")
    with pytest.raises(Invalid) as refusal:
        service.send_back(held.signer, held.meeting_id, minutes_id, word="　")
    assert refusal.value.field == "word"
    service.send_back(held.signer, held.meeting_id, minutes_id, word="请补列席人员")
    minutes = minutes_in(held.meeting_id, minutes_id)
    assert (minutes.state, minutes.frozen, minutes.checker_id) == (State.DRAFTING, "", None)
    assert steps_of(minutes_id)[-1].word == "请补列席人员"
    change_records(held.meeting_id)
    assert content_of(minutes).facts.overview.venue == "后来改的地点"


def test_nobody_signs_while_comments_are_open(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="submit")
    service.check_minutes(held.checker, held.meeting_id, minutes_id, seen=seen(held, minutes_id))
    service.comment_minutes(held.drafter, held.meeting_id, minutes_id, word="同意")
    with pytest.raises(Conflict) as refusal:
        service.sign_minutes(held.signer, held.meeting_id, minutes_id, seen=seen(held, minutes_id))
    assert refusal.value.code == "comments_open"
    service.end_comments(held.checker, held.meeting_id, minutes_id)
    service.sign_minutes(held.signer, held.meeting_id, minutes_id, seen=seen(held, minutes_id))
    assert minutes_in(held.meeting_id, minutes_id).state is State.SIGNED


def test_skipping_comments_needs_a_word(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="submit")
    with pytest.raises(Invalid):
        service.check_minutes(
            held.checker, held.meeting_id, minutes_id, seen=seen(held, minutes_id), skip=" "
        )
    assert minutes_in(held.meeting_id, minutes_id).state is State.CHECKING


def test_nobody_signs_what_they_have_not_seen(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="check")
    old = seen(held, minutes_id)
    change_records(held.meeting_id)
    with pytest.raises(Conflict) as refusal:
        service.sign_minutes(held.signer, held.meeting_id, minutes_id, seen=old)
    assert refusal.value.code == "minutes_changed"


def test_signed_content_stays_whatever_the_records_become(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id, until="sign")
    signed = content_of(minutes_in(held.meeting_id, minutes_id))
    change_records(held.meeting_id)
    edition = service.release_minutes(held.signer, held.meeting_id, minutes_id)
    assert content_of(minutes_in(held.meeting_id, minutes_id)) == signed
    assert edition_content(edition.id) == signed
    assert edition.digest == digest(json.loads(edition.body))
    signature = next(row for row in steps_of(minutes_id) if row.step is Step.SIGN)
    assert signature.digest == digest(signed.record())


def test_every_step_is_in_the_audit_without_names(house: Flask) -> None:
    held = make_small()
    minutes_id = make_draft(held).id
    sign_off(held, minutes_id)
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject == f"minutes:{minutes_id}")
        .order_by(AuditEntry.seq)
    ).all()
    assert [entry.action.removeprefix("minutes.") for entry in entries] == [
        "start",
        "save",
        *(row.step.value for row in steps_of(minutes_id)),
    ]
    assert not [name for name in held.canaries if name in "".join(entry.body for entry in entries)]


def test_a_second_editor_is_told_and_the_kept_text_stands(house: Flask) -> None:
    held = make_small()
    minutes = make_draft(held, "先保存的文字。")
    with pytest.raises(Conflict) as refusal:
        service.save_draft(
            held.drafter,
            held.meeting_id,
            minutes.id,
            version=1,
            title="纪要",
            prose=Prose("后来的文字。"),
            byline=Byline(),
        )
    assert refusal.value.code == "minutes_changed"
    assert minutes_in(held.meeting_id, minutes.id).prose["introduction"] == "先保存的文字。"


def test_a_meeting_has_one_set_of_minutes(house: Flask) -> None:
    held = make_small()
    make_draft(held)
    with pytest.raises(Conflict) as refusal:
        service.start_minutes(held.drafter, held.meeting_id)
    assert refusal.value.code == "minutes_exist"


def copies_of(held: Held, n: int) -> list[tuple[int, int]]:
    """Make n more meetings of the alliance whose minutes are signed, by copying rows."""
    signed = db.session.scalars(sa.select(Minutes)).one()
    first = db.session.get_one(Meeting, held.meeting_id)
    made: list[tuple[int, int]] = []
    values = {c.name: getattr(first, c.name) for c in Meeting.__table__.columns if c.name != "id"}
    kept = {c.name: getattr(signed, c.name) for c in Minutes.__table__.columns if c.name != "id"}
    for number in range(n):
        with transaction() as session:
            scope = open_meeting_scope(f"copy-{number}", held.scope_id)
            meeting = Meeting(**{**values, "scope_id": scope, "slug": f"copy-{number}"})
            session.add(meeting)
            session.flush()
            minutes = Minutes(**{**kept, "meeting_id": meeting.id})
            session.add(minutes)
            session.flush()
            made.append((meeting.id, minutes.id))
    return made


def open_meeting_scope(slug: str, beside: int) -> int:
    parent = db.session.get_one(Scope, beside).parent_id or ROOT
    scope = open_scope(ScopeKind.MEETING, parent, slug)
    open_ledgers(scope.id)
    return scope.id


def test_numbers_have_no_gaps_when_many_release_at_once(app: Flask) -> None:
    with app.app_context():
        held = make_small()
        minutes_id = make_draft(held).id
        sign_off(held, minutes_id, until="sign")
        waiting = [(held.meeting_id, minutes_id), *copies_of(held, 7)]
        db.session.remove()

    def release(key: tuple[int, int]) -> str:
        with app.app_context():
            try:
                service.release_minutes(held.drafter, *key)
            except DomainError as error:
                return error.code
            finally:
                db.session.remove()
            return "released"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(release, [*waiting, waiting[0]]))
    with app.app_context():
        numbers = db.session.scalars(
            sa.select(MinutesEdition.number).order_by(MinutesEdition.number)
        ).all()
    assert numbers == list(range(1, 9))
    assert sorted(answers) == ["minutes_state"] + ["released"] * 8
