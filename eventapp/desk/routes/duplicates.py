"""Doors of people who may be one: looked at side by side, told apart, made one."""

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import alliance_by_slug, duplicates_of
from eventapp.alliance.rules import LIKENESS_LABEL
from eventapp.alliance.service.duplicates import tell_apart
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Conflict
from eventapp.desk.queries import merger_of
from eventapp.desk.routes.home import bp
from eventapp.desk.service.merging import merge_people
from eventapp.registration.rules import STATE_LABEL
from eventapp.web.doors import requires
from eventapp.web.errors import text_of
from eventapp.web.forms import say
from eventapp.web.session import actor

MANAGE = requires(Permission.MANAGE_ALLIANCE)
HERE = "/a/<alliance>/people"
TWO = f"{HERE}/<int:keep_id>/merge/<int:gone_id>"
AT_ONCE = 50


def _crumbs(alliance: Alliance, slug: str) -> list[tuple[str, str]]:
    return [
        (
            url_for("alliance.show_alliance", alliance=slug),
            alliance.short_name or alliance.name,
        ),
        (url_for("alliance.show_people", alliance=slug), gettext("人员")),
    ]


@bp.get(f"{HERE}/duplicates")
@MANAGE
def show_duplicates(alliance: str) -> str:
    """List people who may be one, with what speaks for it; phones are masked."""
    row = alliance_by_slug(alliance)
    return render_template(
        "desk/show_duplicates.html",
        slug=alliance,
        found=duplicates_of(row.id, AT_ONCE),
        likeness_label=LIKENESS_LABEL,
        crumbs=_crumbs(row, alliance),
    )


@bp.post(f"{HERE}/<int:keep_id>/apart/<int:gone_id>")
@MANAGE
def tell_people_apart(alliance: str, keep_id: int, gone_id: int) -> BaseResponse:
    """Note that two people are two; they are not shown together again."""
    tell_apart(actor(), alliance_by_slug(alliance).id, keep_id, gone_id)
    say(N_("已记为两个人，不再提示。"))
    return redirect(url_for("desk.show_duplicates", alliance=alliance), 303)


@bp.get(TWO)
@MANAGE
def review_merger(alliance: str, keep_id: int, gone_id: int) -> str:
    """Show what making one person of two would move, end and drop, before it is done."""
    return _review(alliance, keep_id, gone_id)


def _review(slug: str, keep_id: int, gone_id: int, problem: str = "") -> str:
    row = alliance_by_slug(slug)
    return render_template(
        "desk/review_merger.html",
        slug=slug,
        merger=merger_of(row.id, keep_id, gone_id),
        state_label=STATE_LABEL,
        problem=problem,
        crumbs=[
            *_crumbs(row, slug),
            (url_for("desk.show_duplicates", alliance=slug), gettext("疑似重复")),
        ],
    )


@bp.post(TWO, endpoint="merge_people")
@MANAGE
def merge(alliance: str, keep_id: int, gone_id: int) -> BaseResponse | tuple[str, int]:
    """Make one person of two, or say why that cannot be."""
    alliance_id = alliance_by_slug(alliance).id
    try:
        merge_people(actor(), alliance_id, keep_id, gone_id)
    except Conflict as error:
        if error.code == "person_gone":
            raise
        return _review(alliance, keep_id, gone_id, text_of(error)), 409
    say(N_("已合并为一个人。"))
    return redirect(url_for("desk.show_duplicates", alliance=alliance), 303)
