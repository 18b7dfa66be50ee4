"""Papers for the hall: badges with the pass's QR, name cards, lists of names."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import force_locale, gettext

from eventapp.alliance.rules import Ordering
from eventapp.badges.queries import Holder, holders
from eventapp.badges.rules import COLOUR, ORDER_WORDS, Options
from eventapp.core import installation
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.registration.queries import pass_token
from eventapp.registration.rules import CATEGORY_LABEL, format_code
from eventapp.web.filters import long_time
from eventapp.web.language import html_lang
from eventapp.web.qr import qr_svg
from eventapp.web.sheets import csv_file, workbook
from eventapp.web.typeset import breakable, name_pieces, typeset

CHINESE = "zh_Hans_CN"
LIST_WIDTHS = (8, 14, 40, 30, 12, 16)
Step = Callable[[int], None]


def _common(meeting: Meeting, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "meeting": breakable(meeting.title),
        "demo": gettext("演示数据") if installation.is_demo() else "",
    }


def one_badge(meeting: Meeting, registration_id: int, options: Options) -> tuple[str, bytes]:
    """Print the badge of one person alone; tell the file's name as well."""
    people = holders(meeting, registration_id=registration_id)
    if not people:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    pdf = badges_pdf(meeting, people, {registration_id: pass_token(registration_id)}, options)
    return f"{gettext('胸卡')}-{people[0].name}.pdf", pdf


def badges_pdf(
    meeting: Meeting,
    people: Sequence[Holder],
    tokens: dict[int, str],
    options: Options,
    step: Step | None = None,
) -> bytes:
    """Print badges; `tokens` are the texts of the passes, `step` hears of each code drawn.

    In Chinese, with the category in English beside it: a badge is read by everybody.
    """
    width, height = options.size.millimetres
    columns, rows = options.on_a4
    pictures: dict[str, str] = {}
    drawn: list[dict[str, Any]] = []
    with force_locale("en"):
        english = {category: gettext(label) for category, label in CATEGORY_LABEL.items()}
    with force_locale(CHINESE):
        for count, one in enumerate(people, start=1):
            picture = f"{one.registration_id}.svg"
            pictures[picture] = qr_svg(tokens[one.registration_id], title=one.code)
            drawn.append(
                {
                    "qr": picture,
                    "name": name_pieces(one.name),
                    "unit": breakable(one.unit),
                    "titles": breakable(one.titles),
                    "word": gettext(CATEGORY_LABEL[one.category]),
                    "word_en": english[one.category],
                    "colour": COLOUR[one.category],
                    "place": one.place,
                    "code": format_code(one.code),
                }
            )
            if step:
                step(count)
        data = {
            **_common(meeting, gettext("%(meeting)s胸卡", meeting=meeting.title)),
            "width": width,
            "height": height,
            "columns": columns,
            "rows": rows,
            "back": options.back,
            "when": breakable(long_time(meeting.starts_at, meeting.zone)),
            "venue": breakable(meeting.venue),
            "rule": breakable(gettext("本卡限本人使用，遗失请到签到处补办。")),
            "people": drawn,
        }
    return typeset("badges/pdf/badges.typ", data, pictures=pictures)


def cards_pdf(meeting: Meeting, people: Sequence[Holder], *, with_units: bool = True) -> bytes:
    """Print name cards for tables, one to an A4 sheet that is folded in the middle."""
    with force_locale(CHINESE):
        data = {
            **_common(meeting, gettext("%(meeting)s桌签", meeting=meeting.title)),
            "people": [
                {
                    "name": name_pieces(one.name),
                    "unit": breakable(one.unit if with_units else ""),
                }
                for one in people
            ],
        }
    return typeset("badges/pdf/cards.typ", data)


HEADS = (N_("序号"), N_("姓名"), N_("单位"), N_("职务"), N_("身份"), N_("座位"))


def _cells(number: int, one: Holder) -> tuple[int, str, str, str, str, str]:
    category = gettext(CATEGORY_LABEL[one.category])
    return (number, one.name, one.unit, one.titles, category, one.place)


def names_pdf(meeting: Meeting, people: Sequence[Holder], ordering: Ordering) -> bytes:
    """Print the list of names in the language of whoever asks."""
    rows = []
    for number, one in enumerate(people, start=1):
        _number, _name, unit, titles, category, place = _cells(number, one)
        texts = (unit, titles, category, place)
        rows.append([[str(number)], name_pieces(one.name), *(breakable(text) for text in texts)])
    data = {
        **_common(meeting, gettext("参会人员名单")),
        "lang": html_lang().split("-")[0],
        "order": gettext(ORDER_WORDS[ordering]),
        "heads": [gettext(head) for head in HEADS],
        "rows": rows,
        "count": gettext("共 %(count)s 人。", count=len(people)),
    }
    return typeset("badges/pdf/names.typ", data)


SIGN_HEADS = (N_("序号"), N_("单位"), N_("姓名"), N_("职务"), N_("身份"), N_("签名"))
LARGEST_GROUP = 15
"""Rows of a unit that stay together on a page; a larger unit goes on under its name again."""
BLANK_ROWS = 8
"""Empty rows at the end, for whoever comes without having registered."""


def sign_pdf(meeting: Meeting, people: Sequence[Holder]) -> bytes:
    """Print a sheet to be signed by hand; the people come unit by unit.

    In the language of whoever asks, with empty rows at the end.
    """
    numbered = enumerate(people, start=1)
    groups: list[dict[str, Any]] = []
    for unit, members in groupby(numbered, key=lambda one: one[1].unit):
        rows = [
            [[str(number)], name_pieces(one.name), breakable(one.titles),
             [gettext(CATEGORY_LABEL[one.category])]]
            for number, one in members
        ]  # fmt: skip
        groups += [
            {"unit": breakable(unit), "rows": rows[at : at + LARGEST_GROUP]}
            for at in range(0, len(rows), LARGEST_GROUP)
        ]
    facts = (
        gettext("时间：%(time)s", time=long_time(meeting.starts_at, meeting.zone)),
        gettext("地点：%(venue)s", venue=meeting.venue) if meeting.venue else "",
    )
    data = {
        **_common(meeting, gettext("签到表")),
        "lang": html_lang().split("-")[0],
        "facts": [breakable(fact) for fact in facts if fact],
        "heads": [gettext(head) for head in SIGN_HEADS],
        "groups": groups,
        "blank": BLANK_ROWS,
        "count": gettext("共 %(count)s 人。", count=len(people)),
        "blank_words": gettext("现场补签"),
        "signer": gettext("%(label)s：", label=gettext("签到负责人")),
    }
    return typeset("badges/pdf/sign.typ", data)


def names_xlsx(meeting: Meeting, people: Sequence[Holder], ordering: Ordering) -> bytes:
    """Write the list of names as a workbook."""
    above = [meeting.title, gettext(ORDER_WORDS[ordering])]
    if installation.is_demo():
        above.append(gettext("演示数据"))
    rows = (_cells(number, one) for number, one in enumerate(people, start=1))
    heads = [gettext(head) for head in HEADS]
    return workbook(gettext("名单"), heads, rows, widths=LIST_WIDTHS, above=above)


def names_csv(people: Sequence[Holder]) -> bytes:
    """Write the list of names as CSV, for other programs."""
    rows = (_cells(number, one) for number, one in enumerate(people, start=1))
    return csv_file([gettext(head) for head in HEADS], rows)
