"""Doors of the desk: wishes with their time, erasing somebody, the terms of what is kept."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from eventapp.alliance.models import Alliance, Person
from eventapp.alliance.queries import alliance_by_slug, person_in
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.privacy.document import answer_letter
from eventapp.privacy.forms import ErasePersonForm
from eventapp.privacy.queries.erasures import code_of, erasures_of, open_erasure
from eventapp.privacy.queries.remains import identity_of, what_stays
from eventapp.privacy.queries.retention import ran_at, reach_of, shelves_of
from eventapp.privacy.routes.blueprint import bp
from eventapp.privacy.rules import FOR_GOOD, GROUND, KEPT_LABEL, PLACE_LABEL, TERMS, answer_due_at
from eventapp.privacy.service import LETTER, ask_erasure, erase_person, withdraw_erasure
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

ERASE = requires(Permission.ERASE_PEOPLE)
HERE = "/a/<alliance>/privacy"
ONE = f"{HERE}/people/<int:person_id>"
CHANNEL_LABEL = {"own": N_("个人页面"), "letter": N_("来信或当面")}


def _crumbs(slug: str, row: Alliance) -> list[tuple[str, str]]:
    return [(url_for("alliance.show_alliance", alliance=slug), row.short_name or row.name)]


@bp.get(HERE)
@ERASE
def show_requests(alliance: str) -> str:
    """List who asked to be erased, those that wait first, with the time of the answer."""
    row = alliance_by_slug(alliance)
    return render_template(
        "privacy/show_requests.html",
        slug=alliance,
        rows=erasures_of(row.id),
        channel_label=CHANNEL_LABEL,
        crumbs=_crumbs(alliance, row),
    )


def _page(slug: str, person_id: int, form: ErasePersonForm) -> str:
    row = alliance_by_slug(slug)
    person: Person = person_in(row.id, person_id)
    wish = open_erasure(person_id)
    way = (url_for("privacy.show_requests", alliance=slug), gettext("个人信息"))
    return render_template(
        "privacy/review_erasure.html",
        slug=slug,
        person=person,
        form=form,
        wish=wish,
        due_at=answer_due_at(wish.asked_at) if wish else None,
        stays=[] if person.erased_at else what_stays(identity_of(person)),
        kept_label=KEPT_LABEL,
        ground=GROUND,
        place_label=PLACE_LABEL,
        channel_label=CHANNEL_LABEL,
        crumbs=[*_crumbs(slug, row), way],
    )


@bp.get(ONE)
@ERASE
def review_erasure(alliance: str, person_id: int) -> str:
    """Say what erasing somebody takes and what it leaves, before it is done."""
    return _page(alliance, person_id, ErasePersonForm(formdata=None))


@bp.post(ONE)
@ERASE
def erase(alliance: str, person_id: int) -> Response | tuple[str, int]:
    """Erase a person, and answer them."""
    form, alliance_id = ErasePersonForm(), alliance_by_slug(alliance).id
    codes: list[str] = []

    def act() -> None:
        wish = erase_person(actor(), alliance_id, person_id, answer_letter)
        codes.append(code_of(wish.id))

    if not attempt(form, act):
        return _page(alliance, person_id, form), 422
    say(N_("已删除。请把答复交给本人：有邮箱的，已经发出；没有的，请打印本页。"))
    return redirect(url_for("privacy.show_reply", code=codes[0]), 303)


@bp.post(f"{ONE}/request")
@ERASE
def note_request(alliance: str, person_id: int) -> Response:
    """Note a wish that came by letter, or take one back that the person gave up."""
    alliance_id = alliance_by_slug(alliance).id
    if request.form.get("word") == "withdraw":
        withdraw_erasure(actor(), alliance_id, person_id)
        say(N_("删除申请已撤回，信息没有改动。"))
    else:
        ask_erasure(actor(), alliance_id, person_id, channel=LETTER)
        say(N_("删除申请已登记。"))
    return redirect(url_for("privacy.show_requests", alliance=alliance), 303)


@bp.get(f"{HERE}/terms")
@ERASE
def show_terms(alliance: str) -> str:
    """Show how long what is kept, when the next deletion comes, and what was deleted last."""
    row = alliance_by_slug(alliance)
    reach = reach_of(row.id)
    return render_template(
        "privacy/show_terms.html",
        slug=alliance,
        rows=shelves_of(reach),
        words=TERMS,
        for_good=FOR_GOOD,
        ran_at=ran_at(reach.scope_id),
        crumbs=_crumbs(alliance, row),
    )
