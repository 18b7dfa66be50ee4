"""Doors of a unit's list: paste or upload, put right cell by cell, send whole."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core.errors import N_, DomainError, Invalid
from eventapp.delegation.forms import AddRowsForm, cell_name, typed_rows
from eventapp.delegation.queries import people_of, unit_places
from eventapp.delegation.routes.blueprint import HERE, LIAISON, bp, own
from eventapp.delegation.routes.unit import unit_page
from eventapp.meetings.models import Meeting
from eventapp.registration.forms import category_choices
from eventapp.registration.queries import DelegationRow, fields_of, shown_consent
from eventapp.registration.rules import (
    PUBLIC_CATEGORIES,
    YES_NO_LABEL,
    Category,
    FieldRow,
    field_name,
    label_of,
)
from eventapp.roster.queries.drafts import draft_rows_of, judged_draft, open_draft_of
from eventapp.roster.rules import COLUMN_LABEL, Column, sentence_of
from eventapp.roster.rules.answers import asked_in_lists
from eventapp.roster.rules.drafts import DRAFT_COLUMNS
from eventapp.roster.service.drafts import (
    Added,
    add_blank,
    add_sheet,
    discard_draft,
    save_draft,
    submit_draft,
)
from eventapp.roster.service.sheets import read_pasted, read_sheet
from eventapp.web.errors import text_of
from eventapp.web.filters import worded
from eventapp.web.flood import is_within
from eventapp.web.forms import attempt, say
from eventapp.web.language import html_lang
from eventapp.web.session import actor

LARGEST_FILE = 2 * 2**20
"""A unit's list is short; it is read while the liaison waits."""
FILES = "10 per minute"
"""Each file is opened by a process of its own."""


@bp.post(f"{HERE}/rows")
@LIAISON
def add_rows(meeting: str) -> BaseResponse | tuple[str, int]:
    """Read rows that were pasted or uploaded into the unit's list."""
    found, delegation = own(meeting)
    if "blank" in request.form:
        add_blank(actor(), found.id, delegation.id)
        return redirect(url_for("delegation.show_list", meeting=meeting), 303)
    form, added = AddRowsForm(), list[Added]()
    if not attempt(form, lambda: added.append(_read(found.id, delegation.id, form))):
        return unit_page(found, delegation, rows=form), 422
    _tell(added[0])
    return redirect(url_for("delegation.show_list", meeting=meeting), 303)


def _read(meeting_id: int, delegation_id: int, form: AddRowsForm) -> Added:
    sent = form.file.data
    try:
        if getattr(sent, "filename", ""):
            if not is_within(FILES, "delegation rows", str(delegation_id)):
                raise Invalid("files_often", N_("上传得太频繁了，请过几分钟再传。"), field="file")
            data = sent.read(LARGEST_FILE + 1)
            if len(data) > LARGEST_FILE:
                raise Invalid("sheet_size", N_("文件超过 2 MB，请只保留名单再上传。"), field="file")
            sheet = read_sheet(data, sent.filename)
        else:
            if not (form.text.data or "").strip():
                raise Invalid("rows_missing", N_("请先粘贴名单，或选择文件。"), field="text")
            sheet = read_pasted(form.text.data or "")
        return add_sheet(actor(), meeting_id, delegation_id, sheet)
    except Invalid as error:
        is_file = bool(getattr(sent, "filename", ""))
        error.field = "file" if is_file else "text"
        raise


def _tell(added: Added) -> None:
    say(N_("读到 %(people)s 人，已保存在名单里，还没有提交。"), people=added.people)
    if added.passed_over:
        say(N_("标题、合计、说明等 %(rows)s 行不是人员，没有列入。"), rows=added.passed_over)
    if added.left_out:
        heads = gettext("、").join(added.left_out)
        say(N_("这些列用不上，没有采用：%(heads)s。"), heads=heads)


@bp.get(f"{HERE}/list")
@LIAISON
def show_list(meeting: str) -> str | BaseResponse:
    """Show the unit's list, with what is wrong at each cell."""
    found, delegation = own(meeting)
    if open_draft_of(delegation.id) is None:
        return redirect(url_for("delegation.show_delegation", meeting=meeting), 303)
    return _page(found, delegation)


def _page(meeting: Meeting, delegation: DelegationRow, refusal: DomainError | None = None) -> str:
    roster = open_draft_of(delegation.id)
    rows = draft_rows_of(roster.id) if roster else []
    fields = asked_in_lists(fields_of(meeting.id))
    judged = judged_draft(meeting, delegation.id, rows, fields)
    places = unit_places(meeting, delegation.id, people_of(meeting.id, delegation))
    others = any(row.text(Column.UNIT) for row in rows)
    return render_template(
        "delegation/show_list.html",
        meeting=meeting,
        delegation=delegation,
        rows=judged,
        places=places,
        new=sum(one.is_new or bool(one.errors) for one in judged),
        wrong=[(one, note) for one in judged if not one.row.is_blank for note in one.errors],
        refusal=text_of(refusal) if refusal else "",
        refused_row=refusal.row if refusal else None,
        columns=[column for column in DRAFT_COLUMNS if others or column is not Column.UNIT],
        column_label=COLUMN_LABEL,
        fields=fields,
        label_of_field=_label,
        categories=category_choices(one for one in Category if one in PUBLIC_CATEGORIES),
        yes_no=YES_NO_LABEL,
        say_note=lambda note: worded(sentence_of(note), dict(note.params)),
        cell_name=cell_name,
        field_name=field_name,
        consent_text=shown_consent(meeting.id)[1],
    )


def _label(field: FieldRow) -> str:
    return gettext(label_of(field, html_lang()))


@bp.post(f"{HERE}/list")
@LIAISON
def save_list(meeting: str) -> BaseResponse | tuple[str, int] | str:
    """Keep the list as it is typed; then add a row, take one out, or send the whole."""
    found, delegation = own(meeting)
    act = request.form.get("act", "save")
    _save(found, delegation, act)
    if act == "keep":  # a script keeps what is typed and asks what is wrong with it
        return _page(found, delegation)
    if act == "add":
        add_blank(actor(), found.id, delegation.id)
    if act == "submit":
        return _submit(meeting, found, delegation)
    anchor = "list-end" if act == "add" else "list"
    return redirect(url_for("delegation.show_list", meeting=meeting, _anchor=anchor), 303)


def _save(meeting: Meeting, delegation: DelegationRow, act: str) -> None:
    roster = open_draft_of(delegation.id)
    numbers = [row.number for row in draft_rows_of(roster.id)] if roster else []
    fields = asked_in_lists(fields_of(meeting.id))
    verb, _colon, number = act.partition(":")
    removed = {int(number)} if verb == "remove" and number.isdecimal() else set[int]()
    save_draft(meeting.id, delegation.id, typed_rows(request.form, numbers, fields), removed)


def _submit(
    slug: str, meeting: Meeting, delegation: DelegationRow
) -> BaseResponse | tuple[str, int]:
    try:
        if "consent" not in request.form:
            raise Invalid("consent_missing", N_("请先把个人信息说明告知本人，同意后勾选再提交。"))
        enrolled = submit_draft(actor(), meeting.id, delegation.id)
    except DomainError as error:
        return _page(meeting, delegation, error), 422
    waiting = sum(one.state != "approved" for one in enrolled)
    say(N_("已提交 %(people)s 人。请把个人链接发给各人。"), people=len(enrolled))
    if waiting:
        say(N_("其中 %(people)s 人要等会务组审核。"), people=waiting)
    return redirect(url_for("delegation.show_delegation", meeting=slug), 303)


@bp.post(f"{HERE}/list/discard")
@LIAISON
def discard_list(meeting: str) -> BaseResponse:
    """Drop the unit's list."""
    found, delegation = own(meeting)
    discard_draft(actor(), found.id, delegation.id)
    say(N_("名单已清空，已报名的人不受影响。"))
    return redirect(url_for("delegation.show_delegation", meeting=meeting), 303)
