"""Pages of the help desk for who was not expected: walking in, or coming in another's stead."""

from collections.abc import Sequence

from flask import render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.queries import Known, members_of
from eventapp.alliance.rules import LIKENESS_LABEL, Likeness
from eventapp.alliance.service.duplicates import LikelySame
from eventapp.checkin import queries, service
from eventapp.checkin.forms import SubstituteAtDoorForm, WalkInForm
from eventapp.checkin.models import Gate
from eventapp.checkin.queries.finding import Found, person_at_door
from eventapp.checkin.queries.search import find_people
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.routes.help_desk import (
    PERSON,
    SUPERVISE,
    choose_gate,
    gate_asked,
    to_person,
)
from eventapp.core.errors import N_, Conflict
from eventapp.meetings.queries import MeetingHere, meeting_here, meeting_of
from eventapp.registration.forms import category_choices
from eventapp.registration.queries import mandates_of, registration_in, shown_consent
from eventapp.registration.queries.places import look_at_places
from eventapp.registration.rules import CATEGORY_LABEL, STATE_LABEL, Category
from eventapp.registration.service.groups import Entry
from eventapp.web.forms import LARGEST, attempt, say
from eventapp.web.session import actor

WALK_IN = "/m/<meeting>/door/walk-in"
SUBSTITUTE = f"{PERSON}/substitute"


@bp.get(WALK_IN)
@SUPERVISE
def new_walk_in(meeting: str) -> str | BaseResponse:
    """Ask about somebody who was not expected; a name that was looked for is filled in."""
    here = meeting_here(meeting)
    gate = gate_asked(here)
    if gate is None:
        return choose_gate(meeting)
    name = request.args.get("name", "")
    return _walk_in_page(here, gate, _walk_in_form(gate=gate.id, name=name))


def _walk_in_form(**values: object) -> WalkInForm:
    form = WalkInForm(formdata=None, **values) if values else WalkInForm()
    form.category.choices = category_choices(Category)
    return form


def _walk_in_page(
    here: MeetingHere,
    gate: Gate,
    form: WalkInForm,
    alike: Sequence[tuple[Known, Likeness]] = (),
    registered: Sequence[Found] = (),
) -> str:
    rules = look_at_places(here.id, ()).rules
    by_rule = {one for one, rule in rules.items() if rule.public and rule.auto_approve}
    return render_template(
        "checkin/new_walk_in.html",
        here=here,
        gate=gate,
        form=form,
        notes={one.value: gettext("自动通过") for one in by_rule},
        units=[member.name for member in members_of(meeting_of(here.id).alliance_id)],
        alike=alike,
        registered=registered,
        consent_text=shown_consent(here.id)[1],
        likeness_label=LIKENESS_LABEL,
        categories=CATEGORY_LABEL,
        states=STATE_LABEL,
    )


@bp.post(WALK_IN)
@SUPERVISE
def admit_walk_in(meeting: str) -> BaseResponse | tuple[str, int]:
    """Register somebody who was not expected, and let them in."""
    here, form = meeting_here(meeting), _walk_in_form()
    gate = queries.gate_in(here.id, form.gate.data or 0)
    made = list[service.Arrival]()
    alike, registered = list[tuple[Known, Likeness]](), list[Found]()

    def act() -> None:
        try:
            made.append(_admit_walk_in(here.id, form))
        except LikelySame as error:
            alike.extend(error.people)
            raise
        except Conflict as error:
            if error.code == "already_registered":
                text = form.phone.data or form.name.data or ""
                registered.extend(find_people(here.id, text)[0])
            raise

    if not attempt(form, act):
        return _walk_in_page(here, gate, form, alike, registered), 422
    if made[0].scan_id is None:
        say(N_("名额已满，已列入候补，还没有入场。请会务组调整名额并通过报名，再点“登记入场”。"))
    return to_person(meeting, made[0].registration_id, gate.id, made[0].scan_id)


def _admit_walk_in(meeting_id: int, form: WalkInForm) -> service.Arrival:
    same = request.form.get("same", -1, type=int)  # whom of those shown it is, 0 for nobody
    seen = [one for one in request.form.getlist("seen", type=int) if 0 < one <= LARGEST]
    return service.admit_walk_in(
        actor(),
        meeting_id,
        gate_id=form.gate.data or 0,
        key=form.key.data or "",
        name=form.name.data or "",
        category=Category(form.category.data),
        phone=form.phone.data or "",
        titles=form.titles.data or "",
        unit=form.unit.data or "",
        word=form.word.data or "",
        same_as=same if same in seen else None,
        told_apart=seen if same == 0 else (),
    )


@bp.get(SUBSTITUTE)
@SUPERVISE
def new_substitute(meeting: str, registration_id: int) -> str | BaseResponse:
    """Ask who comes instead of somebody."""
    here = meeting_here(meeting)
    gate = gate_asked(here)
    if gate is None:
        return choose_gate(meeting)
    form = SubstituteAtDoorForm(formdata=None, gate=gate.id)
    return _substitute_page(here, gate, registration_id, form)


def _substitute_page(
    here: MeetingHere, gate: Gate, registration_id: int, form: SubstituteAtDoorForm
) -> str:
    return render_template(
        "checkin/new_substitute.html",
        here=here,
        gate=gate,
        one=person_at_door(here.id, registration_id),
        form=form,
        speaks=_speaks(here.id, registration_id),
        consent_text=shown_consent(here.id)[1],
        categories=CATEGORY_LABEL,
    )


def _speaks(meeting_id: int, registration_id: int) -> bool:
    person_id = registration_in(meeting_id, registration_id).person_id
    return any(one.person_id == person_id for one in mandates_of(meeting_id))


@bp.post(SUBSTITUTE)
@SUPERVISE
def admit_substitute(meeting: str, registration_id: int) -> BaseResponse | tuple[str, int]:
    """Let somebody in instead of a person who is registered."""
    here, form = meeting_here(meeting), SubstituteAtDoorForm()
    gate = queries.gate_in(here.id, form.gate.data or 0)
    person_at_door(here.id, registration_id)
    made = list[service.Arrival]()
    if not attempt(form, lambda: made.append(_admit_substitute(here.id, registration_id, form))):
        return _substitute_page(here, gate, registration_id, form), 422
    say(N_("已换人，原代表的凭证即时作废。"))
    return to_person(meeting, made[0].registration_id, gate.id, made[0].scan_id)


def _admit_substitute(
    meeting_id: int, registration_id: int, form: SubstituteAtDoorForm
) -> service.Arrival:
    entry = Entry(form.name.data or "", form.phone.data or "", titles=form.titles.data or "")
    return service.admit_substitute(
        actor(),
        meeting_id,
        registration_id,
        entry,
        gate_id=form.gate.data or 0,
        key=form.key.data or "",
        reason=form.reason.data or "",
    )
