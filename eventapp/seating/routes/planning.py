"""Planning at the desk: the list of plans, one plan, and each step on it."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.seating import service
from eventapp.seating.document import name_of, picture_of, place_words
from eventapp.seating.forms import (
    AddForm,
    NewPlanForm,
    PlaceForm,
    PlanForm,
    RankForm,
    StepForm,
)
from eventapp.seating.queries import (
    Plan,
    comers_of,
    names_of_groups,
    plan_in,
    plans_of,
    proposed_for,
)
from eventapp.seating.routes.blueprint import HERE, MANAGE, ONE, bp
from eventapp.seating.rules import CUSTOMS, KIND_LABEL, Kind, View, presets_for
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

Page = Response | str | tuple[str, int]


@bp.get(HERE)
@MANAGE
def show_plans(meeting: str) -> str:
    """List the plans of a meeting."""
    found = meeting_by_slug(meeting)
    return render_template(
        "seating/show_plans.html",
        meeting=found,
        plans=plans_of(found.id),
        kinds=KIND_LABEL,
        customs=CUSTOMS,
    )


@bp.get(f"{HERE}/new")
@MANAGE
def new_plan(meeting: str) -> str:
    """Ask what a new plan is of."""
    return _new(meeting_by_slug(meeting), NewPlanForm())


def _new(meeting: Meeting, form: NewPlanForm) -> str:
    return render_template("seating/new_plan.html", meeting=meeting, form=form)


@bp.post(f"{HERE}/new")
@MANAGE
def create_plan(meeting: str) -> Page:
    """Draw a plan with whom protocol proposes."""
    found, form = meeting_by_slug(meeting), NewPlanForm()
    made: list[int] = []

    def act() -> None:
        kind = Kind(form.kind.data)
        title = form.title.data or gettext(KIND_LABEL[kind])
        made.append(service.create_plan(actor(), found.id, kind=kind, title=title))

    if not attempt(form, act):
        return _new(meeting_by_slug(meeting), form), 422
    return redirect(url_for("seating.show_plan", meeting=meeting, plan_id=made[0]), 303)


@bp.get(ONE)
@MANAGE
def show_plan(meeting: str, plan_id: int) -> str:
    """Show a plan from both sides, with everybody's place beside it."""
    return _plan_page(meeting_by_slug(meeting), plan_id)


def _plan_page(
    meeting: Meeting,
    plan_id: int,
    *,
    refused: BaseForm | None = None,
    settings: PlanForm | None = None,
) -> str:
    plan = plan_in(meeting, plan_id)
    chosen = request.values.get("chosen", "")
    return render_template(
        "seating/show_plan.html",
        meeting=meeting,
        plan=plan,
        kind=KIND_LABEL[plan.kind],
        custom=CUSTOMS[plan.preset],
        hall=picture_of(plan, View.HALL),
        podium=picture_of(plan, View.PODIUM),
        name_of=name_of,
        where=lambda place: place_words(plan, place),
        refused=refused or BaseForm(formdata=None),
        settings=settings or _settings(plan),
        notes=[
            (gettext(custom.label), gettext(custom.note))
            for custom in (CUSTOMS[preset] for preset in presets_for(plan.kind))
        ],
        chosen=chosen,
        others=_others(meeting, plan),
    )


def _settings(plan: Plan) -> PlanForm:
    shape = plan.shape
    return PlanForm(
        plan.kind,
        formdata=None,
        version=plan.version,
        title=plan.title,
        preset=plan.preset.value,
        columns=shape.columns,
        rows=shape.rows,
        capacity=shape.capacity,
    )


def _others(meeting: Meeting, plan: Plan) -> list[tuple[str, str, str]]:
    """List who could be added: the word, the name and the unit."""
    here = {line.key for line in plan.lines}
    if plan.kind is Kind.AUDIENCE:
        keys = [key for key in proposed_for(meeting, plan.kind) if key not in here]
        return [(key, name, "") for key, name in names_of_groups(keys).items()]
    return [(one.key, one.name, one.unit) for one in comers_of(meeting) if one.key not in here]


def _done(meeting: str, plan_id: int, form: StepForm, act: Callable[[int, int], Any]) -> Page:
    """Run a verb of one step on the plan as it was seen; show its refusal on the plan."""
    found = meeting_by_slug(meeting)
    version = form.version.data or 0
    if not attempt(form, lambda: act(found.id, version)):
        return _plan_page(meeting_by_slug(meeting), plan_id, refused=form), 422
    return redirect(url_for("seating.show_plan", meeting=meeting, plan_id=plan_id), 303)


@bp.post(ONE)
@MANAGE
def change_plan(meeting: str, plan_id: int) -> Page:
    """Draw a plan by another custom, in another size or under another title."""
    found = meeting_by_slug(meeting)
    form = PlanForm(plan_in(found, plan_id).kind)

    def act() -> None:
        version = form.version.data or 0
        service.change_plan(actor(), found.id, plan_id, version=version, **form.values())

    if not attempt(form, act):
        return _plan_page(meeting_by_slug(meeting), plan_id, settings=form), 422
    say(N_("已保存。"))
    return redirect(url_for("seating.show_plan", meeting=meeting, plan_id=plan_id), 303)


@bp.post(f"{ONE}/place")
@MANAGE
def place_by_hand(meeting: str, plan_id: int) -> Page:
    """Give somebody a place by hand."""
    form = PlaceForm()

    def act(meeting_id: int, version: int) -> None:
        key, place = form.key.data or "", form.place.data or 0
        service.place_by_hand(actor(), meeting_id, plan_id, version=version, key=key, place=place)

    return _done(meeting, plan_id, form, act)


@bp.post(f"{ONE}/release")
@MANAGE
def release(meeting: str, plan_id: int) -> Page:
    """Let protocol place somebody again, or everybody."""
    form = StepForm()

    def act(meeting_id: int, version: int) -> None:
        key = form.key.data or None
        service.release(actor(), meeting_id, plan_id, version=version, key=key)

    return _done(meeting, plan_id, form, act)


@bp.post(f"{ONE}/rank")
@MANAGE
def rank_at(meeting: str, plan_id: int) -> Page:
    """Give somebody another rank."""
    form = RankForm()

    def act(meeting_id: int, version: int) -> None:
        key, position = form.key.data or "", form.position.data or 1
        service.rank_at(actor(), meeting_id, plan_id, version=version, key=key, position=position)

    return _done(meeting, plan_id, form, act)


@bp.post(f"{ONE}/add")
@MANAGE
def add_to_plan(meeting: str, plan_id: int) -> Page:
    """Add people or units at the end."""
    form = AddForm()

    def act(meeting_id: int, version: int) -> None:
        keys = form.keys.data or []
        service.add_to_plan(actor(), meeting_id, plan_id, version=version, keys=keys)

    return _done(meeting, plan_id, form, act)


@bp.post(f"{ONE}/take-out")
@MANAGE
def take_out(meeting: str, plan_id: int) -> Page:
    """Take somebody out."""
    form = StepForm()

    def act(meeting_id: int, version: int) -> None:
        key = form.key.data or ""
        service.take_out(actor(), meeting_id, plan_id, version=version, key=key)

    return _done(meeting, plan_id, form, act)


@bp.post(f"{ONE}/renew")
@MANAGE
def renew_plan(meeting: str, plan_id: int) -> Page:
    """Order a plan by protocol again, newcomers in their rank."""

    def act(meeting_id: int, version: int) -> None:
        service.renew_plan(actor(), meeting_id, plan_id, version=version)

    return _done(meeting, plan_id, StepForm(), act)


@bp.post(f"{ONE}/undo")
@MANAGE
def undo(meeting: str, plan_id: int) -> Page:
    """Take the last change back."""

    def act(meeting_id: int, version: int) -> None:
        service.undo(actor(), meeting_id, plan_id, version=version)

    return _done(meeting, plan_id, StepForm(), act)


@bp.post(f"{ONE}/delete")
@MANAGE
def delete_plan(meeting: str, plan_id: int) -> Page:
    """Delete a plan."""
    found, form = meeting_by_slug(meeting), BaseForm()
    if not attempt(form, lambda: service.delete_plan(actor(), found.id, plan_id)):
        return _plan_page(meeting_by_slug(meeting), plan_id, refused=form), 422
    say(N_("已删除。"))
    return redirect(url_for("seating.show_plans", meeting=meeting), 303)
