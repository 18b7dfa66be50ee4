"""Doors by which whoever an edition of the agenda concerns is told, looked at first."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.document.programme import letters_of_news
from eventapp.notices.forms import SeenForm
from eventapp.notices.queries.editions import news_of
from eventapp.notices.routes.blueprint import MANAGE, bp
from eventapp.notices.routes.letters import hidden
from eventapp.notices.rules import Kind
from eventapp.notices.service import tell_concerned
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/agenda-news"


@bp.get(HERE)
@MANAGE
def show_news(meeting: str) -> str:
    """Show each letter about the last edition as it would be sent, and who has no address."""
    return _news(meeting_by_slug(meeting), SeenForm(formdata=None))


def _news(found: Meeting, form: SeenForm) -> str:
    news = news_of(found)
    form.seen.data = news.seen if news else ""
    letters = letters_of_news(found, news) if news else []
    return render_template(
        "notices/show_news.html",
        news=news,
        letters=[(one, hidden(one.email)) for one in letters if one.email],
        silent=[one.name for one in letters if not one.email],
        form=form,
        meeting=found,
    )


@bp.post(HERE)
@MANAGE
def send_news(meeting: str) -> Response | tuple[str, int]:
    """Send the letters that were looked at."""
    found, form = meeting_by_slug(meeting), SeenForm()
    meeting_id, seen = found.id, form.seen.data or ""
    sent: list[int] = []
    if not attempt(form, lambda: sent.append(tell_concerned(actor(), meeting_id, seen=seen))):
        return _news(meeting_by_slug(meeting), form), 422
    say(N_("正在寄出 %(count)s 封信。"), count=sent[0])
    return redirect(url_for("notices.show_letters", meeting=meeting, kind=Kind.AGENDA.value), 303)
