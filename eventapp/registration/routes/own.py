"""Doors of a person's own data: changing them, asking for a correction, taking them along."""

import json
from datetime import datetime
from typing import Any, cast

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import link_of, open_browsers
from eventapp.core import clock, files
from eventapp.core.access import Actor, Permission, Role
from eventapp.core.errors import N_, Conflict
from eventapp.core.papers import MEDIA_TYPES, media_type_of, paper_in
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import own_data_text
from eventapp.registration.forms import AskCorrectionForm, ChangeOwnForm
from eventapp.registration.forms.questions import with_questions
from eventapp.registration.queries import (
    Row,
    answers_of,
    consent_of,
    fields_of,
    file_answered,
    registration_in,
)
from eventapp.registration.queries.own import agreed_of, may_change_own, own_data
from eventapp.registration.queries.places import terms_of
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import MANAGE, ONE
from eventapp.registration.routes.passes import holder
from eventapp.registration.rules import CONTACT_MONTHS
from eventapp.registration.service.own import (
    OwnChange,
    ask_correction,
    change_own,
    decide_correction,
    note_own_data,
)
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.language import locale
from eventapp.web.session import actor

OWN = requires(Permission.OPEN_OWN_PASS)
HERE = "/m/<meeting>/pass"


def _own(slug: str) -> tuple[Meeting, Row, Actor]:
    meeting, who = meeting_by_slug(slug), holder()
    return meeting, registration_in(meeting.id, who.subject_id), who


def _form(meeting: Meeting, row: Row) -> ChangeOwnForm:
    made = with_questions(
        ChangeOwnForm, fields_of(meeting.id, row.category), locale(), answers_of([row.id])[row.id]
    )
    form = cast("ChangeOwnForm", made(titles=row.titles, email=row.email, unit=row.organisation))
    form.category.data = row.category.value
    return form


def _newer_consent(meeting: Meeting, row: Row) -> Any:
    """Find the consent text where somebody agreed to an older one of it, or to none."""
    newest = consent_of(meeting.id)
    return newest if newest is not None and agreed_of(row.id) != newest.id else None


def _page(
    meeting: Meeting,
    row: Row,
    form: ChangeOwnForm,
    correction: AskCorrectionForm | None = None,
) -> str:
    newer = _newer_consent(meeting, row)
    form.consent_version.data = str(newer.version) if newer else ""
    newest = consent_of(meeting.id)
    return render_template(
        "registration/edit_own.html",
        meeting=meeting,
        row=row,
        form=form,
        correction=correction or AskCorrectionForm(formdata=None, name=row.name, phone=row.phone),
        newer=newer,
        short_days=terms_of(meeting.id).short_days,
        contact_months=newest.contact_months if newest else CONTACT_MONTHS,
    )


def _ensure_changeable(meeting: Meeting, row: Row) -> None:
    if not may_change_own(meeting, row.state):
        raise Conflict("own_closed", N_("现在不能再修改，请联系会务组。"))


@bp.get(f"{HERE}/details")
@OWN
def edit_own(meeting: str) -> str:
    """Show a person the own data, to be changed."""
    found, row, _who = _own(meeting)
    _ensure_changeable(found, row)
    return _page(found, row, _form(found, row))


@bp.post(f"{HERE}/details")
@OWN
def save_own(meeting: str) -> BaseResponse | tuple[str, int]:
    """Keep what a person changed about the own registration."""
    found, row, who = _own(meeting)
    _ensure_changeable(found, row)
    form, newer = _form(found, row), _newer_consent(found, row)
    meeting_id, version = found.id, newer.version if newer else None
    if newer and not form.consent.data and form.is_submitted():
        form.validate()
        form.consent.errors = [gettext("请阅读个人信息说明，同意后勾选。")]
        return _page(found, row, form), 422
    if newer and form.consent_version.data != str(version):
        version = -1  # the service says that it changed meanwhile
    if not attempt(form, lambda: _change(who, meeting_id, row.id, form, version)):
        return _page(meeting_by_slug(meeting), row, form), 422
    return _back(meeting, row.id, N_("已保存。"))


def _change(
    who: Actor, meeting_id: int, registration_id: int, form: ChangeOwnForm, version: int | None
) -> None:
    change = OwnChange(
        titles=form.titles.data or "",
        email=form.email.data or "",
        unit=form.unit.data or "",
        answers=form.answers,
        papers=form.papers,
        consent_version=version,
    )
    change_own(who, meeting_id, registration_id, change)


def _back(meeting: str, registration_id: int, sentence: str) -> BaseResponse:
    say(sentence)
    return redirect(url_for("registration.show_pass", meeting=meeting, who=registration_id), 303)


@bp.post(f"{HERE}/correction")
@OWN
def ask_own_correction(meeting: str) -> BaseResponse | tuple[str, int]:
    """Note that a name or a phone is to be corrected."""
    found, row, who = _own(meeting)
    _ensure_changeable(found, row)
    form, meeting_id = AskCorrectionForm(), found.id
    name, phone = form.name.data or "", form.phone.data or ""
    if not attempt(form, lambda: ask_correction(who, meeting_id, row.id, name=name, phone=phone)):
        found = meeting_by_slug(meeting)
        own = ChangeOwnForm(
            formdata=None, titles=row.titles, email=row.email, unit=row.organisation
        )
        return _page(found, row, own, form), 422
    return _back(meeting, row.id, N_("已转给会务组核对；核对以前，登记的信息不变。"))


@bp.get(f"{HERE}/files/<int:field_id>")
@OWN
def download_own_file(meeting: str, field_id: int) -> Response:
    """Send a person the file that was sent with the own registration."""
    found, row, _who = _own(meeting)
    return answer_file(found.id, row.id, field_id)


def answer_file(meeting_id: int, registration_id: int, field_id: int) -> Response:
    """Give the file that somebody sent for a question, under its name."""
    digest, name = file_answered(meeting_id, registration_id, field_id)
    data = paper_in(files.read(digest))
    media_type = media_type_of(data)
    ending = MEDIA_TYPES[media_type]
    return download(
        data, name=name if name.endswith(ending) else f"{name}{ending}", media_type=media_type
    )


@bp.post(f"{HERE}/data")
@OWN
def download_own_data(meeting: str) -> Response:
    """Send a person all that this meeting keeps about them; that it was taken is recorded."""
    found, row, who = _own(meeting)
    meeting_id = found.id
    note_own_data(who, meeting_id, row.id)
    found = meeting_by_slug(meeting)
    data: dict[str, Any] = own_data(found, row.id) | {"browsers": _browsers(found, row.id)}
    for more in current_app.extensions.get("own_data", ()):
        data |= more(meeting_id, row.person_id)
    kept = {"meeting": found.title, "written_at": clock.now(), **data}
    if request.form.get("as") == "json":
        text = json.dumps(kept, ensure_ascii=False, indent=1, default=_plain)
        return download(text.encode(), name=gettext("我的信息.json"), media_type="application/json")
    page = own_data_text(found, data)
    return download(page.encode(), name=gettext("我的信息.html"), media_type="text/html")


def _browsers(meeting: Meeting, registration_id: int) -> list[dict[str, Any]]:
    """List where the person's own link is open."""
    link = link_of(meeting.scope_id, Role.DELEGATE, registration_id)
    found = open_browsers(link.id) if link is not None else []
    return [{"browser": one.browser, "opened_at": one.created_at} for one in found]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value))


@bp.post(f"{ONE}/correction")
@MANAGE
def settle_correction(meeting: str, registration_id: int) -> BaseResponse:
    """Correct a name or phone as the person asked, or leave it as it is."""
    accept = request.form.get("word") == "accept"
    target = url_for(
        "registration.show_registration", meeting=meeting, registration_id=registration_id
    )
    decide_correction(actor(), meeting_by_slug(meeting).id, registration_id, accept=accept)
    say(N_("已按本人的要求更正。") if accept else N_("没有更正，登记的信息不变。"))
    return redirect(target, 303)
