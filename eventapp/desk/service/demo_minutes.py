"""The minutes of the demo's meetings, each written, checked, signed and released by others."""

from collections.abc import Iterator
from functools import partial

from eventapp.core.db import db
from eventapp.desk.service.demo_book import Act, Book, Hall
from eventapp.desk.service.demo_setup import STAFF
from eventapp.minutes.models import Minutes
from eventapp.minutes.queries import content_of
from eventapp.minutes.rules import Byline, Prose
from eventapp.minutes.service import (
    check_minutes,
    comment_minutes,
    content_digest,
    end_comments,
    release_minutes,
    save_draft,
    sign_minutes,
    start_minutes,
    submit_minutes,
)

READ_ALOUD = "要点已在会上当场宣读核对，不再另行征求意见。"
COMMENT = "签约一节请按签署先后列出，其余无意见。"
TAKEN = "意见已核对：签约按签署先后列出。"


def acts(book: Book) -> Iterator[Act]:
    """Release the preparatory minutes before the founding meeting, and its own in the afternoon."""
    hall = book.preparatory
    for at, run in (
        ("08:10", partial(_write, book, hall)),
        ("08:18", partial(_check, book, hall, READ_ALOUD)),
        ("08:24", partial(_sign, book, hall)),
        ("08:27", partial(_release, book, hall)),
    ):
        yield Act(book.on(0, at), run, paperwork=True)
    hall = book.founding
    yield Act(book.on(0, "11:30"), partial(_write, book, hall))
    yield Act(book.on(0, "13:30"), partial(_check, book, hall, None))
    yield Act(book.on(0, "14:00"), partial(_comment, book, hall))
    yield Act(book.on(0, "14:40"), partial(_end_comments, book, hall))
    yield Act(book.on(0, "15:00"), partial(_sign, book, hall))
    yield Act(book.on(0, "15:30"), partial(_release, book, hall))


def _write(book: Book, hall: Hall) -> None:
    organiser = book.staff["organiser"]
    title = f"{hall.plan.title}纪要"
    row = start_minutes(organiser, hall.id, title=title)
    hall.minutes_id = row.id
    saved = save_draft(
        organiser,
        hall.id,
        row.id,
        version=row.version,
        title=title,
        prose=Prose(introduction=_introduction(hall), closing="本纪要所载会议过程为演示数据。"),
        byline=Byline(STAFF["organiser"][1], STAFF["checker"][1], STAFF["signer"][1]),
    )
    submit_minutes(organiser, hall.id, row.id, version=saved.version)


def _introduction(hall: Hall) -> str:
    said = hall.plan
    if said.chair:
        return "会议听取了筹备情况说明，审议并表决了会议文件。"
    return "会议依次进行了致辞、启动、授牌、签约和揭牌。"


def _seen(hall: Hall) -> str:
    """Tell the digest of what stands there now, as the page shows it to checker and signer."""
    return content_digest(content_of(db.session.get_one(Minutes, hall.minutes_id)))


def _check(book: Book, hall: Hall, skip: str | None) -> None:
    seen = _seen(hall)
    check_minutes(book.staff["checker"], hall.id, hall.minutes_id, seen=seen, skip=skip)


def _comment(book: Book, hall: Hall) -> None:
    comment_minutes(book.staff["chair"], hall.id, hall.minutes_id, word=COMMENT)


def _end_comments(book: Book, hall: Hall) -> None:
    end_comments(book.staff["checker"], hall.id, hall.minutes_id, word=TAKEN)


def _sign(book: Book, hall: Hall) -> None:
    sign_minutes(book.staff["signer"], hall.id, hall.minutes_id, seen=_seen(hall))


def _release(book: Book, hall: Hall) -> None:
    release_minutes(book.staff["signer"], hall.id, hall.minutes_id)
