"""Papers of items at the desk: put beside an item, for whom and from when, taken away, read."""

from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda import service
from eventapp.agenda.forms import ItemPaperForm, ReadersForm
from eventapp.agenda.queries import items_of
from eventapp.agenda.queries.papers import Paper, paper_for, papers_of
from eventapp.agenda.routes.blueprint import bp, heading
from eventapp.agenda.rules import READERS_LABEL, Readers
from eventapp.core import clock, files
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say, to_local, to_utc
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/agenda/papers"
ONE = f"{HERE}/<int:paper_id>"
Page = BaseResponse | tuple[str, int]


@bp.get(HERE)
@requires(Permission.SEE_DESK)
def show_papers(meeting: str) -> str:
    """List the papers of a meeting; whoever plans the agenda may add to them."""
    found = meeting_by_slug(meeting)
    return _list(found, _form(found, formdata=None))


def _form(found: Meeting, **more: Any) -> ItemPaperForm:
    form = ItemPaperForm(**more)
    form.item_id.choices = [
        SelectChoice(str(item.id), f"{item.number}. {item.title}") for item in items_of(found.id)
    ]
    return form


def _list(
    found: Meeting, form: ItemPaperForm, opened: int = 0, changing: ReadersForm | None = None
) -> str:
    return render_template(
        "agenda/show_papers.html",
        **heading(found),
        papers=[
            (one, changing if changing and one.id == opened else _readers(found, one))
            for one in papers_of(found.id)
        ],
        opened=opened,
        form=form,
        readers=READERS_LABEL,
    )


def _readers(found: Meeting, one: Paper) -> ReadersForm:
    form = ReadersForm(formdata=None, prefix=f"paper-{one.id}-")
    form.readers.data = one.readers.value
    if one.readable_from:
        form.readable_from.data = to_local(one.readable_from, found.zone)
    return form


@bp.post(HERE)
@requires(Permission.MANAGE_AGENDA)
def add_paper(meeting: str) -> Page:
    """Put a paper beside an item."""
    found = meeting_by_slug(meeting)
    form = _form(found)

    def add() -> None:
        sent: Any = form.paper.data
        service.add_paper(
            actor(),
            found.id,
            form.item_id.data,
            sent.filename,
            sent.read(),
            **_values(found, form),
        )

    if not attempt(form, add):
        return _list(found, form), 422
    say(N_("文件已添加。"))
    return _back(meeting)


def _values(found: Meeting, form: ItemPaperForm | ReadersForm) -> dict[str, Any]:
    at = form.readable_from.data
    return {
        "readers": Readers(form.readers.data),
        "readable_from": to_utc(at, found.zone) if at else None,
    }


@bp.post(ONE)
@requires(Permission.MANAGE_AGENDA)
def change_paper(meeting: str, paper_id: int) -> Page:
    """Say anew who may read a paper, and from when."""
    found, form = meeting_by_slug(meeting), ReadersForm(prefix=f"paper-{paper_id}-")
    paper_for(found.id, paper_id, Readers.STAFF, clock.now())

    def change() -> None:
        service.change_paper(actor(), found.id, paper_id, **_values(found, form))

    if not attempt(form, change):
        return _list(found, _form(found, formdata=None), paper_id, form), 422
    say(N_("已保存。"))
    return _back(meeting)


@bp.post(f"{ONE}/remove")
@requires(Permission.MANAGE_AGENDA)
def remove_paper(meeting: str, paper_id: int) -> BaseResponse:
    """Take a paper away."""
    service.remove_paper(actor(), meeting_by_slug(meeting).id, paper_id)
    say(N_("文件已删除。"))
    return _back(meeting)


@bp.post(f"{ONE}/file")
@requires(Permission.SEE_DESK)
def download_paper(meeting: str, paper_id: int) -> Response:
    """Give a paper to the staff and note it; it is a POST because it writes that note."""
    found = meeting_by_slug(meeting)
    paper = paper_for(found.id, paper_id, Readers.STAFF, clock.now())
    service.note_reading(actor(), found.id, paper.id)
    return download(files.read(paper.digest), name=paper.name, media_type=paper.media_type)


def _back(meeting: str) -> BaseResponse:
    return redirect(url_for("agenda.show_papers", meeting=meeting), 303)
