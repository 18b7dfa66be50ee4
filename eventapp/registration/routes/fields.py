"""Doors of a meeting's own questions: the list, one question, the presets."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.forms.questions import WriteFieldForm
from eventapp.registration.queries import all_fields_of, consent_of, field_in, fields_of
from eventapp.registration.queries.places import terms_of
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import MANAGE
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    CONTACT_MONTHS,
    FIELD_LABEL,
    PRESET_LABEL,
    YES_NO_LABEL,
    FieldRow,
    Preset,
)
from eventapp.registration.service import (
    add_field,
    add_preset,
    change_field,
    move_field,
    restore_field,
    retire_field,
)
from eventapp.web.errors import text_of
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

FIELDS = "/m/<meeting>/desk/fields"
ONE = f"{FIELDS}/<int:field_id>"


def _list(meeting: Meeting, problem: str = "") -> str:
    fields = all_fields_of(meeting.id)
    newest = consent_of(meeting.id)
    return render_template(
        "registration/show_fields.html",
        fields=[one for one in fields if not one.retired],
        retired=[one for one in fields if one.retired],
        by_id={one.id: one for one in fields},
        problem=problem,
        presets=[(preset.value, label) for preset, label in PRESET_LABEL.items()],
        field_label=FIELD_LABEL,
        category_label=CATEGORY_LABEL,
        yes_no=YES_NO_LABEL,
        short_days=terms_of(meeting.id).short_days,
        contact_months=newest.contact_months if newest else CONTACT_MONTHS,
        meeting=meeting,
    )


@bp.get(FIELDS)
@MANAGE
def show_fields(meeting: str) -> str:
    """List what the registration form asks, in its order."""
    return _list(meeting_by_slug(meeting))


def _back(meeting: str, sentence: str = "") -> Response:
    if sentence:
        say(sentence)
    return redirect(url_for("registration.show_fields", meeting=meeting), 303)


@bp.post(f"{FIELDS}/presets/<preset>")
@MANAGE
def save_preset(meeting: str, preset: str) -> Response | tuple[str, int]:
    """Add what nearly every meeting asks about meals, rooms or cars."""
    found = meeting_by_slug(meeting)
    if preset not in set(Preset):
        raise NotFound("preset_unknown", N_("没有这一组问题。"))
    try:
        add_preset(actor(), found.id, Preset(preset))
    except Conflict as error:
        return _list(meeting_by_slug(meeting), text_of(error)), 409
    return _back(meeting, N_("已添加。可以逐项修改，也可以停用。"))


def _form(meeting: Meeting, field: FieldRow | None = None) -> WriteFieldForm:
    values = {}
    if field is not None:
        values = {
            "kind": field.kind.value,
            "label": field.label,
            "label_en": field.label_en,
            "help": field.help,
            "purpose": field.purpose,
            "options": "\n".join(field.options),
            "categories": list(field.categories),
            "required": field.required,
            "short_lived": field.short_lived,
            "shown_if": f"{field.shown_if_id}:{field.shown_if_value}" if field.shown_if_id else "",
        }
    form = WriteFieldForm(**values)
    form.offer([one for one in fields_of(meeting.id) if field is None or one.id != field.id])
    return form


def _one(meeting: Meeting, form: WriteFieldForm, field: FieldRow | None) -> str:
    return render_template(
        "registration/edit_field.html", form=form, field_row=field, meeting=meeting
    )


@bp.get(f"{FIELDS}/new")
@MANAGE
def new_field(meeting: str) -> str:
    """Ask about a question to be added."""
    found = meeting_by_slug(meeting)
    return _one(found, _form(found), None)


@bp.post(f"{FIELDS}/new")
@MANAGE
def save_new_field(meeting: str) -> Response | tuple[str, int]:
    """Add a question."""
    found = meeting_by_slug(meeting)
    form, meeting_id = _form(found), found.id
    if not attempt(form, lambda: add_field(actor(), meeting_id, form.draft())):
        return _one(meeting_by_slug(meeting), form, None), 422
    return _back(meeting, N_("已添加。"))


@bp.get(ONE)
@MANAGE
def edit_field(meeting: str, field_id: int) -> str:
    """Show a question to be changed."""
    found = meeting_by_slug(meeting)
    field = field_in(found.id, field_id)
    return _one(found, _form(found, field), field)


@bp.post(ONE)
@MANAGE
def save_field(meeting: str, field_id: int) -> Response | tuple[str, int]:
    """Word a question anew."""
    found = meeting_by_slug(meeting)
    field, meeting_id = field_in(found.id, field_id), found.id
    form = _form(found, field)
    form.kind.data = field.kind.value
    if not attempt(form, lambda: change_field(actor(), meeting_id, field_id, form.draft())):
        return _one(meeting_by_slug(meeting), form, field), 422
    return _back(meeting, N_("已保存。"))


@bp.post(f"{ONE}/move")
@MANAGE
def shift_field(meeting: str, field_id: int) -> Response | tuple[str, int]:
    """Ask a question one place earlier or later."""
    found = meeting_by_slug(meeting)
    try:
        move_field(actor(), found.id, field_id, up=request.form.get("way") == "up")
    except Conflict as error:
        return _list(meeting_by_slug(meeting), text_of(error)), 409
    return _back(meeting)


@bp.post(f"{ONE}/retire")
@MANAGE
def stop_field(meeting: str, field_id: int) -> Response | tuple[str, int]:
    """Ask a question no longer."""
    found = meeting_by_slug(meeting)
    try:
        retire_field(actor(), found.id, field_id)
    except Conflict as error:
        return _list(meeting_by_slug(meeting), text_of(error)), 409
    return _back(meeting, N_("已停用，不再问；已有的回答还在。"))


@bp.post(f"{ONE}/restore")
@MANAGE
def resume_field(meeting: str, field_id: int) -> Response:
    """Ask a retired question again."""
    restore_field(actor(), meeting_by_slug(meeting).id, field_id)
    return _back(meeting, N_("已恢复，排在最后。"))
