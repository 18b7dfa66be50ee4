"""Papers of the day: cues and who sees to them, the run sheet, the host's script."""

from contextlib import closing
from typing import Any

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.queries import items_of
from eventapp.agenda.rules import KIND_LABEL
from eventapp.agenda.service import set_cue
from eventapp.core import files
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.core.papers import WORD
from eventapp.hall.document import (
    Size,
    read_template,
    run_sheet_pdf,
    run_sheet_xlsx,
    script_docx,
    standard_template,
)
from eventapp.hall.forms import CueForm, TemplateForm
from eventapp.hall.queries import acts_by_item, script_template_of
from eventapp.hall.routes.blueprint import bp
from eventapp.hall.service import drop_script_template, set_script_template
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/run/papers"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = BaseResponse | str | tuple[str, int]
RUN = requires(Permission.RUN_AGENDA)
MANAGE = requires(Permission.MANAGE_AGENDA)


@bp.get(HERE)
@RUN
def show_run_sheet(meeting: str) -> str:
    """Show the day's cues to be written, and the papers to be taken."""
    return _page(meeting_by_slug(meeting))


def _page(
    meeting: Meeting,
    cue: CueForm | None = None,
    asked: int = 0,
    template: TemplateForm | None = None,
) -> str:
    return render_template(
        "hall/show_run_sheet.html",
        meeting=meeting,
        items=items_of(meeting.id),
        item_kinds=KIND_LABEL,
        form=cue or BaseForm(formdata=None),
        asked=asked,
        template_form=template or TemplateForm(formdata=None),
        own=script_template_of(meeting.id),
    )


@bp.post(f"{HERE}/<int:item_id>")
@RUN
def save_cue(meeting: str, item_id: int) -> Page:
    """Keep what the crew brings and does at an item, unless somebody else was quicker."""
    found, form = meeting_by_slug(meeting), CueForm()
    typed = form.version.data or ""
    values: dict[str, Any] = {
        "version": int(typed) if typed.isdecimal() else 0,
        "cue": form.cue.data or "",
        "responsible": form.responsible.data or "",
    }
    if not attempt(form, lambda: set_cue(actor(), found.id, item_id, **values)):
        return _page(meeting_by_slug(meeting), form, item_id), 422
    say(N_("已保存。"))
    return redirect(f"{url_for('hall.show_run_sheet', meeting=meeting)}#item-{item_id}", 303)


@bp.get(f"{HERE}/run-sheet-<size>.pdf")
@RUN
def download_run_sheet(meeting: str, size: str) -> Response:
    """Give the run sheet as PDF on A4 or A3."""
    if size not in set(Size):
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    found = meeting_by_slug(meeting)
    data = run_sheet_pdf(found, items_of(found.id), acts_by_item(found.id), Size(size))
    name = f"{found.title}{gettext('流程单')}-{size.upper()}.pdf"
    return download(data, name=name, media_type="application/pdf", inline=True)


@bp.get(f"{HERE}/run-sheet.xlsx")
@RUN
def download_run_sheet_table(meeting: str) -> Response:
    """Give the run sheet as a workbook."""
    found = meeting_by_slug(meeting)
    data = run_sheet_xlsx(found, items_of(found.id), acts_by_item(found.id))
    return download(data, name=f"{found.title}{gettext('流程单')}.xlsx", media_type=XLSX)


@bp.get(f"{HERE}/script.docx")
@RUN
def download_script(meeting: str) -> Page | Response:
    """Give the host's script, from the organiser's template where there is one."""
    found = meeting_by_slug(meeting)
    own = script_template_of(found.id)
    template = files.read(own.digest) if own else None
    form = TemplateForm(formdata=None)
    try:
        data = script_docx(found, items_of(found.id), acts_by_item(found.id), template)
    except Invalid as error:  # it was tried when it came, on another programme
        form.refuse(error)
        return _page(found, template=form), 422
    return download(data, name=f"{found.title}{gettext('主持词')}.docx", media_type=WORD)


@bp.get(f"{HERE}/template.docx")
@RUN
def download_template(meeting: str) -> Response:
    """Give the template in use, to be edited in Word."""
    own = script_template_of(meeting_by_slug(meeting).id)
    data = files.read(own.digest) if own else standard_template()
    return download(data, name=f"{gettext('主持词模板')}.docx", media_type=WORD)


@bp.post(f"{HERE}/template")
@MANAGE
def save_template(meeting: str) -> Page:
    """Take the organiser's template, once it has been tried."""
    found, form = meeting_by_slug(meeting), TemplateForm()

    def take() -> None:
        sent: Any = form.template.data
        with closing(sent):
            data = read_template(sent.read())
        set_script_template(actor(), found.id, data, sent.filename or "template.docx")

    if not attempt(form, take):
        return _page(meeting_by_slug(meeting), template=form), 422
    say(N_("模板已启用。"))
    return redirect(url_for("hall.show_run_sheet", meeting=meeting), 303)


@bp.post(f"{HERE}/template/drop")
@MANAGE
def drop_template(meeting: str) -> Page:
    """Go back to the standard template."""
    drop_script_template(actor(), meeting_by_slug(meeting).id)
    say(N_("已恢复标准模板。"))
    return redirect(url_for("hall.show_run_sheet", meeting=meeting), 303)
