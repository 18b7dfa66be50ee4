"""Telling whoever a new edition of the agenda concerns, and nobody else, once."""

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.notices.models import EditionNotice
from eventapp.notices.queries.editions import news_of


def tell_concerned(actor: Actor, meeting_id: int, *, seen: str) -> int:
    """Write to those whose items the last edition changed, and to their units; tell how many.

    `seen` names what was looked at. Raises Conflict where that is not so any more, where they
    were told already, and where nobody can be written to.
    """
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        news = news_of(meeting)
        if news is None:
            raise Conflict("agenda_unpublished", N_("议程还没有发布，没有可以通知的更改。"))
        if news.told_at is not None:
            raise Conflict("edition_told", N_("这一版的更改已经通知过，不会再发一次。"))
        if news.seen != seen:
            raise Conflict("news_moved_on", N_("收信人或议程刚刚有变，还没有发送。请再看一遍。"))
        if not news.letters:
            raise Conflict("nobody_concerned", N_("没有可以写信的人：有关人员都没有邮箱。"))
        edition_id, before = news.edition.id, news.before
        session.add(EditionNotice(edition_id=edition_id, letters=news.letters, sent_at=clock.now()))
        flush_or(Conflict("edition_told", N_("这一版的更改已经通知过，不会再发一次。")))
        common = {"edition": edition_id, "before": before.id if before else None}
        each = [{**common, "person": one.person_id} for one in news.people if one.has_address]
        each += [{**common, "unit": one.delegation_id} for one in news.units if one.has_address]
        enqueue_all("tell_concerned", meeting.scope_id, actor, each)
        audit(
            actor,
            meeting.scope_id,
            "letters.agenda",
            f"agenda_edition:{edition_id}",
            number=news.edition.number,
            letters=len(each),
        )
    return len(each)
