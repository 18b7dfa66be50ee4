"""Doors of letters: how one would read, sending it to many, and what was sent to whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import link_of
from eventapp.core.access import Role
from eventapp.core.errors import N_, Conflict
from eventapp.core.names import name_key
from eventapp.core.outbox import FATE_LABEL, Fate, fate_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.document import Letter, letter_to_person, letter_to_unit
from eventapp.notices.forms import WriteForm
from eventapp.notices.models import Notice
from eventapp.notices.queries import (
    LetterRow,
    changes_of,
    latest_notice,
    letters_of,
    recipients_of,
)
from eventapp.notices.routes.blueprint import MANAGE, bp
from eventapp.notices.rules import KIND_LABEL, TO_MANY, TO_PEOPLE, TO_UNITS, Kind
from eventapp.notices.service import note_letters_taken, resend_letter, write_to_all
from eventapp.registration.document import CHINESE
from eventapp.registration.queries import (
    Row,
    delegation_in,
    delegations_of,
    registration_in,
    registrations_of,
)
from eventapp.web.download import download
from eventapp.web.errors import text_of
from eventapp.web.filters import local, masked
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor
from eventapp.web.sheets import CSV, XLSX, csv_file, workbook

HERE = "/m/<meeting>/desk/mails"
A_PAGE = 50
MOST_MATCHES = 20
SHOWN = 200


def hidden(recipient: str) -> str:
    """Hide most of an address or a number, as lists show them."""
    name, at, domain = recipient.partition("@")
    return f"{name[:2]}***@{domain}" if at else masked(recipient)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The filter that stands in the address."""

    text: str
    kind: str
    state: str

    @property
    def values(self) -> dict[str, Any]:
        """Give what an address needs to show the same again."""
        named = {"text": self.text, "kind": self.kind, "state": self.state}
        return {name: value for name, value in named.items() if value}


def _chosen() -> _Chosen:
    text = request.args.get("text", "").replace("\x00", "").strip()[:60]
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    return _Chosen(text, kind if kind in set(Kind) else "", state if state in set(Fate) else "")


def _rows(
    found: Meeting, chosen: _Chosen, first: int = 0, most: int | None = None
) -> tuple[list[LetterRow], int]:
    about = None
    if chosen.text:
        people = registrations_of(found.id, text=chosen.text)[:SHOWN]
        about = [f"registration:{row.id}" for row in people]
    return letters_of(
        found.scope_id, kind=chosen.kind, fate=chosen.state, about=about, first=first, most=most
    )


@bp.get(HERE)
@MANAGE
def show_letters(meeting: str) -> str:
    """List what was sent to whom, the newest first, filtered by the address."""
    return _letters(meeting_by_slug(meeting))


def _letters(found: Meeting, problem: str = "") -> str:
    chosen, slug = _chosen(), found.slug
    page = max(request.args.get("page", 1, type=int), 1)
    rows, total = _rows(found, chosen, (page - 1) * A_PAGE, A_PAGE)
    kept = chosen.values
    return render_template(
        "notices/show_letters.html",
        rows=[(row, fate_of(row.message), hidden(row.message.recipient)) for row in rows],
        total=total,
        page=page,
        pages=max(1, -(-total // A_PAGE)),
        first=(page - 1) * A_PAGE + 1 if rows else 0,
        page_url=lambda number: url_for("notices.show_letters", meeting=slug, page=number, **kept),
        chosen=chosen,
        kept=kept,
        kinds=[(kind.value, gettext(KIND_LABEL[kind])) for kind in Kind],
        states=[(fate.value, gettext(FATE_LABEL[fate])) for fate in Fate],
        kind_label={kind.value: label for kind, label in KIND_LABEL.items()},
        fate_label=FATE_LABEL,
        problem=problem,
        meeting=found,
    )


@bp.post(f"{HERE}/<int:message_id>/resend")
@MANAGE
def send_again(meeting: str, message_id: int) -> BaseResponse | tuple[str, int]:
    """Send a message once more."""
    found = meeting_by_slug(meeting)
    try:
        resend_letter(actor(), found.id, message_id)
    except Conflict as error:
        return _letters(meeting_by_slug(meeting), text_of(error)), 422
    say(N_("已安排重发。"))
    return redirect(url_for("notices.show_letters", meeting=meeting, **_chosen().values), 303)


@bp.post(f"{HERE}/export")
@MANAGE
def export_letters(meeting: str) -> Response:
    """Send the filtered list as a table, recipients half hidden; who took it is recorded."""
    as_csv = request.form.get("as") == "csv"
    found = meeting_by_slug(meeting)
    rows, total = _rows(found, _chosen())
    heads = [
        gettext(word)
        for word in (
            N_("时间"),
            N_("事由"),
            N_("收件人"),
            N_("地址"),
            N_("标题"),
            N_("状态"),
            N_("对方答复"),
        )
    ]
    cells = [_cells(found, row) for row in rows]
    table = csv_file(heads, cells) if as_csv else workbook(gettext("已发信函"), heads, cells)
    name = f"{gettext('已发信函-%(meeting)s', meeting=found.title)}.{'csv' if as_csv else 'xlsx'}"
    note_letters_taken(actor(), found.id, rows=total)
    return download(table, name=name, media_type=CSV if as_csv else XLSX)


def _cells(found: Meeting, row: LetterRow) -> list[str]:
    one = row.message
    return [
        local(one.created_at, found.zone).strftime("%Y-%m-%d %H:%M"),
        gettext(KIND_LABEL[Kind(one.kind)]) if one.kind in set(Kind) else "",
        row.name,
        hidden(one.recipient),
        one.subject,
        gettext(FATE_LABEL[fate_of(one)]),
        gettext(one.refusal) if one.refusal else "",
    ]


@bp.get(f"{HERE}/preview")
@MANAGE
def preview_letter(meeting: str) -> str:
    """Show how a letter reads to a chosen person, in both languages, before anything is sent."""
    return _preview(meeting_by_slug(meeting), WriteForm(formdata=None))


@dataclass(frozen=True, slots=True)
class _Readers:
    """Whose letter may be looked at: numbers with names, whose is shown, and in which language."""

    others: Sequence[tuple[int, str]]
    number: int | None = None
    name: str = ""
    reads: str = CHINESE
    letters: Sequence[tuple[str, str, Letter]] = ()


def _preview(found: Meeting, form: WriteForm) -> str:
    kind = request.args.get("kind", "")
    kind = Kind(kind) if kind in (*TO_PEOPLE, *TO_UNITS) else Kind.APPROVAL
    text = request.args.get("text", "").replace("\x00", "").strip()[:60]
    people = recipients_of(found, kind) if kind in TO_MANY else []
    number = request.args.get("reader", 0, type=int)
    notice = latest_notice(found.id, sent=kind is Kind.NOTICE_REMINDER)
    readers = (
        _units(found, kind, notice, text, number)
        if kind in TO_UNITS
        else _people(found, kind, people, text, number)
    )
    form.seen.data = sum(bool(one.email) for one in people)
    return render_template(
        "notices/preview_letter.html",
        kind=kind,
        kinds=[(one.value, gettext(KIND_LABEL[one])) for one in (*TO_PEOPLE, *TO_UNITS)],
        text=text,
        readers=readers,
        notice=notice,
        to_units=kind in TO_UNITS,
        to_many=kind in TO_MANY,
        people=[(one, hidden(one.email or one.phone)) for one in people[:SHOWN]],
        total=len(people),
        with_address=sum(bool(one.email) for one in people),
        form=form,
        meeting=found,
    )


def _people(found: Meeting, kind: Kind, people: list[Row], text: str, number: int) -> _Readers:
    """List people to choose from: by what was typed, else those whom the letter would reach."""
    matches = registrations_of(found.id, text=text) if text else people
    matches = (matches or ([] if text else registrations_of(found.id)))[:MOST_MATCHES]
    row = registration_in(found.id, number) if number else (matches[0] if matches else None)
    others = [(one.id, one.name) for one in matches]
    if row is None:
        return _Readers(others)
    link, changes = link_of(found.scope_id, Role.DELEGATE, row.id), changes_of(found).items
    letters = _both(
        lambda to: letter_to_person(kind, found, row, link, changes=changes, language=to)
    )
    return _Readers(others, row.id, row.name, row.language or CHINESE, letters)


def _units(found: Meeting, kind: Kind, notice: Notice | None, text: str, number: int) -> _Readers:
    """List units to choose from: by what was typed, else those whose liaison has an address."""
    rows = delegations_of(found.id)
    rows = [one for one in rows if not text or name_key(text) in name_key(one.organisation)]
    rows = sorted(rows, key=lambda one: not one.email)
    others = [(one.id, one.organisation) for one in rows[:MOST_MATCHES]]
    unit = delegation_in(found.id, number) if number else (rows[0] if rows else None)
    link = link_of(found.scope_id, Role.LIAISON, unit.id) if unit else None
    if unit is None or link is None or (notice is None and kind is not Kind.LIAISON_LINK):
        return _Readers(others)
    letters = _both(lambda to: letter_to_unit(kind, found, unit, link, notice, language=to))
    return _Readers(others, unit.id, unit.organisation, CHINESE, letters)


def _both(write: Callable[[str], Letter]) -> list[tuple[str, str, Letter]]:
    return [
        (lang, gettext(word), write(locale))
        for locale, lang, word in ((CHINESE, "zh-CN", N_("中文")), ("en", "en", N_("英文")))
    ]


@bp.post(HERE)
@MANAGE
def write_letters(meeting: str) -> BaseResponse | tuple[str, int]:
    """Send a reminder, or what has changed, to everybody whom it concerns."""
    found, form = meeting_by_slug(meeting), WriteForm()
    meeting_id = found.id
    kind = request.args.get("kind", "")
    kind = Kind(kind) if kind in set(TO_MANY) else Kind.REMINDER
    written: list[int] = []

    def write() -> None:
        texts = bool(form.texts.data)
        seen = None if texts else form.seen.data
        written.append(write_to_all(actor(), meeting_id, kind, texts=texts, seen=seen))

    if not attempt(form, write):
        return _preview(meeting_by_slug(meeting), form), 422
    say(N_("正在发给 %(count)s 人。"), count=written[0])
    return redirect(url_for("notices.show_letters", meeting=meeting, kind=kind.value), 303)
