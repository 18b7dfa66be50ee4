"""Doors of inviting: who is asked to come, who has answered, who is reminded."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.rules import split_rows
from eventapp.core.errors import N_, DomainError, Invalid
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.forms import InvitePeopleForm, category_choices
from eventapp.registration.queries.lists import Choice, ids_of, invitations_of
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import MANAGE
from eventapp.registration.rules import Category, State
from eventapp.registration.service.invitations import Invitee, invite_people, remind_invited
from eventapp.web.errors import text_of
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

INVITATIONS = "/m/<meeting>/desk/invitations"
WIDTH = 5
"""Columns of a pasted row, the same as where people of an alliance are pasted."""


def _form() -> InvitePeopleForm:
    form = InvitePeopleForm()
    form.category.choices = category_choices(Category)
    form.language.choices = [("", "中文"), ("en", "English")]
    if not form.is_submitted():
        form.category.data = Category.GUEST.value
    return form


def _page(meeting: Meeting, form: InvitePeopleForm) -> str:
    return render_template(
        "registration/show_invitations.html",
        form=form,
        counts=invitations_of(meeting.id),
        meeting=meeting,
    )


@bp.get(INVITATIONS)
@MANAGE
def show_invitations(meeting: str) -> str:
    """Show how many were invited and what they answered, and ask whom to invite."""
    return _page(meeting_by_slug(meeting), _form())


@bp.post(INVITATIONS)
@MANAGE
def invite(meeting: str) -> BaseResponse | tuple[str, int]:
    """Invite pasted people, all or none."""
    found, form = meeting_by_slug(meeting), _form()
    meeting_id, invited = found.id, list[int]()
    if not attempt(form, lambda: invited.append(_invite(meeting_id, form))):
        return _page(meeting_by_slug(meeting), form), 422
    say(
        N_("已邀请 %(count)s 人。有邮箱的会收到邮件，其他人请把个人链接发给本人。"),
        count=invited[0],
    )
    target = url_for("registration.show_registrations", meeting=meeting, waiting="person")
    return redirect(target, 303)


def _invite(meeting_id: int, form: InvitePeopleForm) -> int:
    rows = [(row + [""] * WIDTH)[:WIDTH] for row in split_rows(form.rows.data or "")]
    invitees = [Invitee(*cells) for cells in rows]
    try:
        category = Category(form.category.data)
        invite_people(actor(), meeting_id, category, invitees, language=form.language.data or "")
    except DomainError as error:
        raise at_row(error, [one.name for one in invitees]) from error
    return len(invitees)


def at_row(error: DomainError, names: list[str]) -> DomainError:
    """Say in which pasted row an error is; one that is in none stays as it is."""
    if error.row is None:
        return error
    return Invalid(
        "row_refused",
        N_("第 %(row)s 行（%(name)s）：%(problem)s"),
        field="rows",
        row=error.row + 1,
        name=names[error.row],
        problem=text_of(error),
    )


@bp.post(f"{INVITATIONS}/remind")
@MANAGE
def remind(meeting: str) -> BaseResponse:
    """Remind everybody who has not answered."""
    meeting_id = meeting_by_slug(meeting).id
    ids = ids_of(meeting_id, Choice(state=State.INVITED))
    say_reminded(remind_invited(actor(), meeting_id, ids), len(ids))
    return redirect(url_for("registration.show_invitations", meeting=meeting), 303)


def say_reminded(reminded: int, asked: int) -> None:
    """Tell how many were reminded, and why not the others."""
    if reminded:
        say(N_("已向 %(count)s 人发出提醒。"), count=reminded)
    if reminded < asked:
        say(
            N_(
                "有 %(count)s 人没有再提醒：没有邮箱，已经答复，或者一天内刚联系过。"
                "没有邮箱的，请把个人链接发给本人。"
            ),
            count=asked - reminded,
        )
