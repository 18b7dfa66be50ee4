"""What one button does to the plan: move, mend, take back, copy, remove."""

from eventapp.agenda import queries, service
from eventapp.agenda.forms import MendFindingForm, MoveItemForm, UndoChangeForm
from eventapp.agenda.routes.blueprint import bp
from eventapp.agenda.routes.planning import HERE, ONE, Page, back, copy_form, done, show_list
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor


@bp.post(f"{ONE}/move")
@requires(Permission.MANAGE_AGENDA)
def move_item(meeting: str, item_id: int) -> Page:
    """Move an item to a position, or behind another."""
    form, found = MoveItemForm(), meeting_by_slug(meeting)

    def move() -> None:
        if form.after.data is not None:
            service.move_item_after(actor(), found.id, item_id, form.after.data)
        else:
            service.move_item(actor(), found.id, item_id, form.position.data or 1)

    return done(found, form, move, N_("已移动，后面的时间已经顺延。"))


@bp.post(f"{ONE}/remove")
@requires(Permission.MANAGE_AGENDA)
def remove_item(meeting: str, item_id: int) -> Page:
    """Take a planned item out."""
    found = meeting_by_slug(meeting)
    return done(found, BaseForm(), lambda: service.remove_item(actor(), found.id, item_id))


@bp.post(f"{HERE}/mend")
@requires(Permission.MANAGE_AGENDA)
def mend_finding(meeting: str) -> Page:
    """Do the repair that a finding suggests."""
    form, found = MendFindingForm(), meeting_by_slug(meeting)
    number, _, key = (form.repair.data or "").partition(":")
    chosen = int(number) if number.isdecimal() and len(number) < 3 else -1
    return done(
        found,
        form,
        lambda: service.mend_finding(actor(), found.id, key, chosen),
        N_("已修正，议程已重新检查。"),
    )


@bp.post(f"{HERE}/undo")
@requires(Permission.MANAGE_AGENDA)
def undo_change(meeting: str) -> Page:
    """Take the newest change back."""
    form, found = UndoChangeForm(), meeting_by_slug(meeting)
    change_id = form.change.data or 0
    return done(
        found, form, lambda: service.undo_change(actor(), found.id, change_id), N_("已撤销。")
    )


@bp.post(f"{HERE}/copy")
@requires(Permission.MANAGE_AGENDA)
def copy_agenda(meeting: str) -> Page:
    """Put the items of an earlier meeting behind those of this one."""
    found = meeting_by_slug(meeting)
    form = copy_form(found)
    from_id, people = form.from_id.data or 0, bool(form.people.data)
    copy = service.copy_agenda
    if not attempt(form, lambda: copy(actor(), found.id, from_id, people=people)):
        again = meeting_by_slug(meeting)
        return show_list(again, BaseForm(formdata=None), form), 422
    say(N_("已复制，共 %(count)s 项。"), count=len(queries.items_of(found.id)))
    return back(meeting)
