"""Doors of charters: the desk writes, tables and reads them."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import alliance_by_slug
from eventapp.charter.forms import CreateCharterForm, ImportTextForm
from eventapp.charter.queries import (
    EditionRow,
    charter_of,
    clauses_of,
    edition_in,
    editions_of,
    parts_of,
)
from eventapp.charter.rules import (
    EDITION_STATE_LABEL,
    EditionState,
    TextFinding,
    parse_charter,
    plain_text,
)
from eventapp.charter.service import create_charter as create
from eventapp.charter.service import draft_edition as draft
from eventapp.charter.service import import_text
from eventapp.charter.service import table_edition as table
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

bp = Blueprint("charter", __name__)
MANAGE = requires(Permission.MANAGE_CHARTER)
READ = requires(Permission.SEE_DESK)
HERE = "/a/<alliance>/charter"
ONE = f"{HERE}/<int:edition_id>"
Answer = BaseResponse | tuple[str, int]


def _page(name: str, alliance: Alliance, slug: str, **more: object) -> str:
    return render_template(
        f"charter/{name}.html",
        alliance=alliance,
        slug=slug,
        state_label=EDITION_STATE_LABEL,
        **more,
    )


@bp.get(HERE)
@READ
def show_charter(alliance: str) -> str:
    """List the editions of the alliance's charter, or begin one."""
    here = alliance_by_slug(alliance)
    return _page(
        "show_charter",
        here,
        alliance,
        editions=editions_of(here.id),
        charter=charter_of(here.id),
        form=CreateCharterForm(),
    )


@bp.post(HERE)
@MANAGE
def create_charter(alliance: str) -> Answer:
    """Begin a charter and go on to its text."""
    alliance_id, form = alliance_by_slug(alliance).id, CreateCharterForm()
    if not attempt(form, lambda: create(actor(), alliance_id, form.title.data or "")):
        here = alliance_by_slug(alliance)
        page = _page("show_charter", here, alliance, editions=[], charter=None, form=form)
        return page, 422
    say(N_("已建立章程，请粘贴草案全文。"))
    return _to("edit_text", alliance, editions_of(alliance_id)[0].id)


@bp.post(f"{HERE}/draft")
@MANAGE
def draft_edition(alliance: str) -> Answer:
    """Begin the next edition as a copy of the newest."""
    alliance_id = alliance_by_slug(alliance).id
    charter = charter_of(alliance_id)
    if charter is None:
        raise NotFound("charter_unknown", N_("没有找到这份章程。"))
    return _to("edit_text", alliance, draft(actor(), alliance_id, charter.id).id)


@bp.get(ONE)
@READ
def show_edition(alliance: str, edition_id: int) -> str:
    """Show an edition for reading, chapter by chapter."""
    here = alliance_by_slug(alliance)
    return _page(
        "show_edition",
        here,
        alliance,
        edition=edition_in(here.id, edition_id),
        editions=editions_of(here.id),
        clauses=clauses_of(edition_id),
    )


@bp.get(f"{ONE}/text")
@MANAGE
def edit_text(alliance: str, edition_id: int) -> str:
    """Show a draft as one text, with what is doubtful in it line by line."""
    here = alliance_by_slug(alliance)
    edition = edition_in(here.id, edition_id)
    text = plain_text("", parts_of(edition_id))
    form = ImportTextForm(formdata=None, text=text, version=edition.version)
    return _text_page(here, alliance, edition, form, _doubts(text))


@bp.post(f"{ONE}/text")
@MANAGE
def write_text(alliance: str, edition_id: int) -> Answer:
    """Replace a draft by what was pasted; unchanged articles keep their ids."""
    alliance_id, form = alliance_by_slug(alliance).id, ImportTextForm()
    typed = form.version.data or ""
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else None

    def act() -> None:
        import_text(actor(), alliance_id, edition_id, form.text.data or "", version=version)

    if not attempt(form, act):
        here = alliance_by_slug(alliance)
        edition = edition_in(here.id, edition_id)
        return _text_page(here, alliance, edition, form, ()), 422
    say(N_("草案已保存。"))
    return _to("edit_text", alliance, edition_id)


@bp.post(f"{ONE}/table")
@MANAGE
def table_edition(alliance: str, edition_id: int) -> Answer:
    """Freeze a draft and table it."""
    table(actor(), alliance_by_slug(alliance).id, edition_id)
    say(N_("已提交审议，文字从此不再改动。"))
    return _to("show_edition", alliance, edition_id)


def _to(name: str, alliance: str, edition_id: int) -> BaseResponse:
    return redirect(url_for(f"charter.{name}", alliance=alliance, edition_id=edition_id), 303)


def _doubts(text: str) -> tuple[TextFinding, ...]:
    try:
        return parse_charter(text).findings if text else ()
    except Invalid:
        return ()


def _text_page(
    here: Alliance,
    slug: str,
    edition: EditionRow,
    form: ImportTextForm,
    findings: tuple[TextFinding, ...],
) -> str:
    return _page(
        "edit_text",
        here,
        slug,
        edition=edition,
        form=form,
        findings=findings,
        frozen=edition.state is not EditionState.DRAFT,
    )
