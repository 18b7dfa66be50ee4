"""Doors of the desk to what somebody answered: writing it down for them, opening a file."""

from typing import cast

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import is_hidden
from eventapp.registration.forms import AnswerForForm
from eventapp.registration.forms.questions import with_questions
from eventapp.registration.queries import (
    Row,
    answers_of,
    fields_of,
    file_answered,
    registration_in,
)
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import MANAGE, ONE
from eventapp.registration.routes.own import answer_file
from eventapp.registration.rules import not_required
from eventapp.registration.service import change_answers, note_answer_file_opened
from eventapp.web.forms import attempt, say
from eventapp.web.language import locale
from eventapp.web.session import actor


def _form(meeting: Meeting, row: Row) -> AnswerForForm:
    asked = not_required(fields_of(meeting.id, row.category))
    hidden = [one.id for one in asked if is_hidden(one)]
    made = with_questions(
        AnswerForForm, asked, locale(), answers_of([row.id])[row.id], withheld=hidden
    )
    form = cast("AnswerForForm", made())
    form.category.data = row.category.value
    return form


def _page(meeting: Meeting, row: Row, form: AnswerForForm) -> str:
    return render_template("registration/edit_answers.html", row=row, form=form, meeting=meeting)


@bp.get(f"{ONE}/answers")
@MANAGE
def edit_answers(meeting: str, registration_id: int) -> str:
    """Ask the organiser what somebody answered by telephone or on paper."""
    found = meeting_by_slug(meeting)
    row = registration_in(found.id, registration_id)
    return _page(found, row, _form(found, row))


@bp.post(f"{ONE}/answers")
@MANAGE
def save_answers(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Keep what the organiser wrote down for somebody."""
    found = meeting_by_slug(meeting)
    row, meeting_id = registration_in(found.id, registration_id), found.id
    form = _form(found, row)
    if not attempt(
        form,
        lambda: change_answers(actor(), meeting_id, row.id, form.answers, form.papers),
    ):
        return _page(meeting_by_slug(meeting), row, form), 422
    say(N_("已保存。"))
    target = url_for("registration.show_registration", meeting=meeting, registration_id=row.id)
    return redirect(target, 303)


@bp.post(f"{ONE}/files/<int:field_id>")
@MANAGE
def download_answer_file(meeting: str, registration_id: int, field_id: int) -> Response:
    """Send the organiser the file that somebody sent with a registration; it is recorded."""
    meeting_id = meeting_by_slug(meeting).id
    file_answered(meeting_id, registration_id, field_id)
    note_answer_file_opened(actor(), meeting_id, registration_id, field_id)
    return answer_file(meeting_id, registration_id, field_id)
