"""The check list of an agreement: what was ticked, when and by whom."""

from eventapp.ceremony.models import Agreement, PaperCheck
from eventapp.ceremony.rules import AgreementState, Check
from eventapp.ceremony.service.held import held, note, user_of
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.meetings.models import Meeting


def set_check(
    actor: Actor, meeting_id: int, agreement_id: int, line: Check, *, done: bool = True
) -> None:
    """Tick a line of an agreement's check list, or take the tick back; twice is once.

    Of a ready agreement the line that says that its texts were compared stays.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        if agreement.state in {AgreementState.SIGNED, AgreementState.WITHDRAWN}:
            raise Conflict("agreement_over", N_("这份协议已经签署或撤回，核对单不再改动。"))
        if done:
            tick(actor, agreement, line)
        else:
            _untick(agreement, line)
        note(actor, meeting, "agreement.checked", agreement, line=line, done=done)


def tick(actor: Actor, agreement: Agreement, line: Check) -> None:
    """Write a tick, where there is none yet."""
    if db.session.get(PaperCheck, (agreement.id, line)) is None:
        db.session.add(
            PaperCheck(
                agreement_id=agreement.id,
                line=line,
                ticked_at=clock.now(),
                ticked_by=user_of(actor),
            )
        )
        db.session.flush()


def _untick(agreement: Agreement, line: Check) -> None:
    if line is Check.TEXTS and agreement.state is AgreementState.READY:
        raise Conflict("papers_checked", N_("协议已经就绪，请先退回准备中，再取消核对。"))
    found = db.session.get(PaperCheck, (agreement.id, line))
    if found is not None:
        db.session.delete(found)
