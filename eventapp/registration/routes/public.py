"""Doors for everybody: the form, what follows it, and the code of a printed slip."""

from typing import cast

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from eventapp.accounts.rules import read_link
from eventapp.alliance.queries import members_of
from eventapp.core.access import Role
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.phones import clean_phone
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import MeetingHere
from eventapp.registration.forms import EnterLinkForm, RegisterForm, category_choices
from eventapp.registration.forms.questions import with_questions
from eventapp.registration.queries import consent_of, shown_consent
from eventapp.registration.queries.arrival import FormHere, form_here
from eventapp.registration.queries.places import terms_of
from eventapp.registration.routes.blueprint import bp, browser, public_meeting
from eventapp.registration.routes.passes import holders
from eventapp.registration.rules import CONTACT_MONTHS, Category
from eventapp.registration.service import Reception, register_publicly
from eventapp.registration.service.public import ensure_open
from eventapp.web.doors import public
from eventapp.web.flood import draw_seal, is_within, read_seal
from eventapp.web.forms import attempt
from eventapp.web.language import locale
from eventapp.web.session import remember

FORM = "register"
PER_BROWSER = "10 per minute"
PER_FORM = "10 per hour"
PER_PHONE = "8 per 10 minutes"
PER_ADDRESS = "400 per 5 minutes"
"""A hall shares one address: 160 people, each of whom errs once, are well below."""
CROWD = "200 per hour"
"""More from one address for one meeting are taken as well, but somebody looks at them first."""


def _register_form(here: FormHere) -> RegisterForm:
    made = with_questions(RegisterForm, here.fields, locale())
    form = cast("RegisterForm", made())
    form.category.choices = category_choices(here.categories)
    if not form.is_submitted() and form.category.choices:
        form.category.data = form.category.choices[0][0]
    return form


def _page(meeting: Meeting, form: RegisterForm) -> str:
    version, text = shown_consent(meeting.id)
    form.consent_version.data = str(version)
    form.memo.data = ""
    if read_seal(FORM, form.seal.data or "") is None:
        form.seal.data = draw_seal(FORM)
    newest = consent_of(meeting.id)
    return render_template(
        "registration/register.html",
        meeting=meeting,
        form=form,
        consent_text=text,
        consent_version=version,
        short_days=terms_of(meeting.id).short_days,
        contact_months=newest.contact_months if newest else CONTACT_MONTHS,
        units=[member.name for member in members_of(meeting.alliance_id)],
    )


def _stop(form: RegisterForm) -> tuple[str, int] | None:
    """Say why a form is not taken as it came, and with which status; None where it is."""
    seal = read_seal(FORM, form.seal.data or "")
    phone = _phone_typed(form)
    limits = [
        (PER_ADDRESS, "address", request.remote_addr or ""),
        (PER_BROWSER, "browser", browser()),
        (PER_FORM, "form", seal.number if seal else ""),
        (PER_PHONE, "phone", phone),
    ]
    for limit, kind, key in limits:
        if key and not is_within(limit, FORM, kind, key):
            return N_("提交得太频繁了，请过几分钟再提交一次；填写的内容都在。"), 429
    if seal is None:
        return N_("页面打开得太久了，已为您更新；填写的内容都在，请再提交一次。"), 422
    if form.memo.data or seal.is_too_quick():
        return N_("为防止程序自动填报，请核对一遍，再提交一次；填写的内容都在。"), 422
    return None


def _phone_typed(form: RegisterForm) -> str:
    try:
        return clean_phone((form.phone.data or "").replace("\x00", ""))
    except Invalid:
        return ""


def _is_closed(meeting: Meeting | MeetingHere, form: RegisterForm) -> bool:
    try:
        ensure_open(meeting)
    except Conflict:
        return True
    return not form.category.choices


@bp.get("/m/<meeting>/register")
@public
def register(meeting: str) -> str | tuple[str, int]:
    """Show the form while registration is open, else say that it is not."""
    found = public_meeting(meeting)
    form = _register_form(form_here(meeting))
    if _is_closed(found, form):
        return render_template("registration/closed.html", meeting=found)
    return _page(found, form)


@bp.post("/m/<meeting>/register")
@public
def submit_registration(meeting: str) -> Response | tuple[str, int]:
    """Register whoever filled in the form; an approved one comes straight to the pass."""
    asked = form_here(meeting)  # a page needs the whole meeting, a registration does not
    here, form = asked.meeting, _register_form(asked)
    if _is_closed(here, form):
        page = render_template("registration/closed.html", meeting=public_meeting(meeting))
        return page, 409
    stopped = _stop(form)
    if stopped is not None:
        form.form_errors = [gettext(stopped[0])]
        return _page(public_meeting(meeting), form), stopped[1]
    receptions: list[Reception] = []
    if not attempt(form, lambda: receptions.append(_receive(here.id, form))):
        return _page(public_meeting(meeting), form), 422
    reception = receptions[0]
    if reception.registration_id is None:
        return redirect(url_for("registration.show_received", meeting=meeting), 303)
    if reception.token:
        remember(f"{Role.DELEGATE}:{reception.link_id}", reception.token)
    target = url_for("registration.show_pass", meeting=meeting, who=reception.registration_id)
    return redirect(target, 303)


def _receive(meeting_id: int, form: RegisterForm) -> Reception:
    return register_publicly(
        meeting_id,
        name=form.name.data or "",
        phone=form.phone.data or "",
        unit=form.unit.data or "",
        titles=form.titles.data or "",
        email=form.email.data or "",
        category=Category(form.category.data),
        consent_version=form.version,
        language=locale(),
        browser=request.user_agent.string,
        answers=form.answers,
        papers=form.papers,
        own=[one.subject_id for one in holders()],
        is_crowd=not is_within(CROWD, FORM, "crowd", str(meeting_id), request.remote_addr or ""),
    )


@bp.get("/m/<meeting>/register/received")
@public
def show_received(meeting: str) -> str:
    """Say that a registration was received: the same words to everybody."""
    return render_template("registration/show_received.html", meeting=public_meeting(meeting))


@bp.get("/m/<meeting>/link")
@public
def enter_link(meeting: str) -> str:
    """Ask for the code of a printed slip."""
    found = public_meeting(meeting)
    return render_template("registration/enter_link.html", meeting=found, form=EnterLinkForm())


@bp.post("/m/<meeting>/link")
@public
def follow_link(meeting: str) -> Response | tuple[str, int]:
    """Lead a typed code to its personal link, which has a button of its own."""
    found, form = public_meeting(meeting), EnterLinkForm()
    if not attempt(form, lambda: _typed_token(form)):
        page = render_template("registration/enter_link.html", meeting=found, form=form)
        return page, 422
    return redirect(url_for("accounts.show_link", token=_typed_token(form)), 303)


def _typed_token(form: EnterLinkForm) -> str:
    token = "".join((form.code.data or "").split()).lower()
    if not token.isascii() or read_link(token) is None:
        raise Invalid("code_unreadable", N_("编码不对，请对照纸条再输一遍。"), field="code")
    return token
