"""Renderings of registrations: mails, slips, passes and the list as a sheet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from flask import current_app, render_template
from flask_babel import force_locale, gettext

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import LinkHere
from eventapp.accounts.service import link_token
from eventapp.core import installation
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.registration.queries import Row, all_fields_of, answers_of, pass_token
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    CHANNEL_LABEL,
    STATE_LABEL,
    STEERING,
    WALK_IN,
    YES_NO_LABEL,
    FieldKind,
    FieldRow,
    format_code,
    label_of,
    standing_of,
)
from eventapp.web.filters import clock_time, local, long_time, masked, named
from eventapp.web.language import html_lang
from eventapp.web.pdf import render_pdf, title_lines
from eventapp.web.qr import qr_data_uri, qr_svg
from eventapp.web.sheets import csv_file, workbook
from eventapp.web.typeset import breakable, name_pieces, typeset

DOTS_PER_INCH = 254
"""Of a pass as a picture: ten pixels a millimetre, sharp on any phone."""
CHINESE = "zh_Hans_CN"
"""What a person is written in who registered in no language that we know of."""


def base_url() -> str:
    """Tell the address of this installation, without a slash at its end."""
    return current_app.extensions["config"].base_url


def link_address(link: PersonalLink | LinkHere) -> str:
    """Write a personal link as it is sent and printed."""
    return f"{base_url()}/l/{link_token(link)}"


def _render(template: str, **values: Any) -> str:
    """Render without a request, in the language that is forced: workers make mails and slips."""
    return current_app.jinja_env.get_template(template).render(
        demo=installation.is_demo(), **values
    )


def slips_pdf(meeting: Meeting, people: Sequence[tuple[Row, PersonalLink]]) -> bytes:
    """Print a slip with the personal link of each person, six to a sheet, each in its language."""
    slips = [_slip(row, link) for row, link in people]
    with force_locale(CHINESE):
        title = gettext("%(meeting)s个人链接", meeting=meeting.title)
        html = _render(
            "registration/pdf/slips.html",
            lang="zh-CN",
            title=title,
            meeting_lines=title_lines(meeting.title, 20),
            slips=slips,
            address=f"{base_url().split('://', 1)[-1]}/m/{meeting.slug}/link",
        )
    return render_pdf(html, title=title, lang="zh-CN", stylesheets=("css/print/slips.css",))


def _slip(row: Row, link: PersonalLink) -> dict[str, Any]:
    with force_locale(row.language or CHINESE):
        return {
            "lang": "en" if row.language == "en" else "zh-CN",
            "mark": gettext("演示数据"),
            "name": row.name,
            "unit": row.organisation,
            "qr": qr_data_uri(link_address(link)),
            "qr_words": gettext("个人链接的二维码"),
            "code": grouped(link_token(link)),
            "how": [gettext("扫码打开您的个人页面，"), gettext("或者打开网址，输入编码：")],
            "warning": gettext("这个链接只属于您本人，请不要转交他人。"),
        }


def grouped(token: str) -> str:
    """Write a link's token in groups of four, for eyes and fingers."""
    return " ".join(token[start : start + 4] for start in range(0, len(token), 4))


def pass_paper(
    meeting: Meeting, row: Row, gates: Sequence[str], *, kind: Literal["pdf", "png"]
) -> bytes:
    """Set one pass on A6, to print or as a picture, in the language of whoever looks at it."""
    facts = [
        (gettext("时间"), long_time(meeting.starts_at, meeting.zone)),
        (gettext("地点"), meeting.venue),
        (gettext("座位"), row.place),
        (gettext("入口"), gettext("、").join(gates)),
    ]
    data = {
        "lang": html_lang().split("-")[0],
        "title": gettext("%(meeting)s参会凭证", meeting=meeting.title),
        "demo": gettext("演示数据") if installation.is_demo() else "",
        "meeting": breakable(meeting.title),
        "name": name_pieces(row.name),
        "unit": breakable(row.organisation),
        "category": gettext(CATEGORY_LABEL[row.category]),
        "code": format_code(row.code),
        "facts": [fact for fact in facts if fact[1]],
    }
    pictures = {"qr.svg": qr_svg(pass_token(row.id), title=row.code)}
    return typeset(
        "registration/pdf/pass.typ",
        data,
        pictures=pictures,
        kind=kind,
        dots_per_inch=DOTS_PER_INCH,
    )


def registrations_sheet(
    meeting: Meeting, rows: Sequence[Row], *, as_csv: bool = False, contacts: bool = False
) -> bytes:
    """Write registrations with their answers as .xlsx or as CSV; whole numbers with `contacts`."""
    given = answers_of([row.id for row in rows])
    answered = {field_id for answers in given.values() for field_id in answers}
    fields = [one for one in all_fields_of(meeting.id) if not one.retired or one.id in answered]
    heads = [*_heads(), *((gettext(label_of(one, html_lang())), 16) for one in fields)]
    cells = (
        [
            *_cells(meeting, row, masked if not contacts else str),
            *_answer_cells(fields, given[row.id], hidden=not contacts),
        ]
        for row in rows
    )
    words = [head for head, _width in heads]
    if as_csv:
        return csv_file(words, cells)
    return workbook(gettext("报名"), words, cells, widths=[width for _head, width in heads])


def _answer_cells(
    fields: Sequence[FieldRow], answers: Mapping[int, Sequence[str]], *, hidden: bool
) -> list[str]:
    return [
        gettext("、").join(answer_texts(one, answers.get(one.id, ()), hidden=hidden))
        for one in fields
    ]


def _heads() -> list[tuple[str, int]]:
    return [
        (gettext("姓名"), 12),
        (gettext("单位"), 36),
        (gettext("职务"), 20),
        (gettext("类别"), 10),
        (gettext("状态"), 10),
        (gettext("手机号"), 16),
        (gettext("邮箱"), 26),
        (gettext("座位"), 12),
        (gettext("签到码"), 12),
        (gettext("报名时间"), 18),
    ]


def _cells(meeting: Meeting, row: Row, shown: Callable[[str], str]) -> list[str]:
    zone = meeting.zone
    day = local(row.submitted_at, zone).strftime("%Y-%m-%d")
    return [
        named(row.name),
        row.organisation,
        row.titles,
        gettext(CATEGORY_LABEL[row.category]),
        gettext(standing_of(row.state, row.channel)),
        shown(row.phone),
        shown(row.email),
        row.place,
        format_code(row.code) if row.code else "",
        f"{day} {clock_time(row.submitted_at, zone)}",
    ]


HIDDEN = (FieldKind.PHONE, FieldKind.EMAIL)


def is_hidden(field: FieldRow) -> bool:
    """Tell whether answers stay masked until somebody asks: contacts, car plates and the like."""
    return field.kind in HIDDEN or (field.kind is FieldKind.TEXT and field.short_lived)


def answer_texts(field: FieldRow, answer: Sequence[str], *, hidden: bool = False) -> list[str]:
    """Write an answer for eyes: words instead of yes and no, a file by its name.

    With `hidden` what `is_hidden` names is masked.
    """
    if hidden and is_hidden(field):
        return [masked(one) for one in answer]
    if field.kind is FieldKind.FILE:
        return list(answer[1:])
    if field.kind is FieldKind.YES_NO:
        return [gettext(YES_NO_LABEL.get(one, one)) for one in answer]
    return [gettext(one) if field.kind in STEERING else one for one in answer]


def worded_answers(
    meeting_id: int, registration_id: int, *, hidden: bool = False
) -> list[tuple[str, list[str], int | None]]:
    """List what somebody answered: the question, the answer's texts, the field of a file."""
    answers = answers_of([registration_id])[registration_id]
    return worded_row(all_fields_of(meeting_id), answers, hidden=hidden)


def has_hidden(meeting_id: int, registration_id: int) -> bool:
    """Tell whether somebody answered anything that stays masked until it is asked for."""
    answers = answers_of([registration_id])[registration_id]
    return any(is_hidden(one) for one in all_fields_of(meeting_id) if one.id in answers)


def worded_row(
    fields: Sequence[FieldRow], answers: Mapping[int, Sequence[str]], *, hidden: bool = False
) -> list[tuple[str, list[str], int | None]]:
    """Word the answers of one person in the order of the questions, as `worded_answers` does."""
    return [
        (
            gettext(label_of(field, html_lang())),
            answer_texts(field, answers[field.id], hidden=hidden),
            field.id if field.kind is FieldKind.FILE else None,
        )
        for field in fields
        if field.id in answers
    ]


def own_data_text(meeting: Meeting, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Write all that is kept about a person as one page that needs nothing else."""
    return render_template(
        "registration/own_data.html",
        meeting=meeting,
        lang=html_lang(),
        sections=[
            (gettext(SECTIONS.get(name, name)), [_said(meeting, row) for row in rows])
            for name, rows in data.items()
        ],
    )


def _said(meeting: Meeting, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(gettext(WORDS.get(key, key)), _value(meeting, value)) for key, value in row.items()]


def _value(meeting: Meeting, value: Any) -> str:
    if isinstance(value, datetime):
        return long_time(value, meeting.zone)
    if isinstance(value, bool):
        word = "yes" if value else "no"
        return gettext(YES_NO_LABEL[word])
    if isinstance(value, list):
        return gettext("、").join(_value(meeting, one) for one in value)
    if value is None or value == "":
        return "—"
    return gettext(VALUES.get(value, value)) if isinstance(value, str) else str(value)


SECTIONS = {
    "person": N_("本人"),
    "registrations": N_("报名"),
    "answers": N_("报名问题的回答"),
    "corrections": N_("等待更正"),
    "consents": N_("同意过的个人信息说明"),
    "passes": N_("参会凭证"),
    "mandates": N_("代表授权"),
    "liaison": N_("担任联络员的单位"),
    "leaves": N_("请假"),
    "mails": N_("发给您的邮件"),
    "scans": N_("入场扫码"),
    "browsers": N_("打开过个人链接的手机和电脑"),
    "votes": N_("代表单位投出的票"),
    "plans": N_("议程中的安排"),
    "signatures": N_("签约安排"),
    "stage": N_("台上的安排"),
    "door_signatures": N_("入场时在屏幕上的签名"),
    "list_rows": N_("名单中的行"),
    "notices": N_("收到的会议通知"),
    "replies": N_("填报的回执"),
    "link_browsers": N_("打开过联络或表决链接的手机和电脑"),
    "documents": N_("写有姓名的已公布议程和已发布纪要"),
    "erasures": N_("删除申请"),
    "other_meetings": N_("报名的其他会议，各有自己的页面"),
}
WORDS = {
    "name": N_("姓名"),
    "pinyin": N_("拼音"),
    "unit": N_("单位"),
    "titles": N_("职务"),
    "phone": N_("手机号"),
    "email": N_("邮箱"),
    "noted_at": N_("登记时间"),
    "registration": N_("报名编号"),
    "category": N_("类别"),
    "state": N_("状态"),
    "reason": N_("原因"),
    "place": N_("座位"),
    "channel": N_("报名方式"),
    "language": N_("语言"),
    "submitted_at": N_("报名时间"),
    "decided_at": N_("审核时间"),
    "question": N_("问题"),
    "answer": N_("回答"),
    "purpose": N_("用途"),
    "short_lived": N_("短期保存"),
    "asked_at": N_("提出时间"),
    "version": N_("版本"),
    "text": N_("内容"),
    "digest": N_("内容摘要"),
    "given_at": N_("给出时间"),
    "code": N_("签到码"),
    "generation": N_("第几次签发"),
    "issued_at": N_("签发时间"),
    "proxy": N_("受委托"),
    "document": N_("委托书"),
    "revoked_at": N_("撤销时间"),
    "withdrawn_at": N_("撤回时间"),
    "recipient": N_("收件地址"),
    "subject": N_("主题"),
    "created_at": N_("写成时间"),
    "sent_at": N_("发出时间"),
    "at": N_("时间"),
    "gate": N_("入口"),
    "verdict": N_("结论"),
    "browser": N_("浏览器"),
    "opened_at": N_("打开时间"),
    "choice": N_("表决"),
    "role": N_("身份"),
    "kind": N_("种类"),
    "number": N_("编号"),
}
VALUES = {
    **{state.value: label for state, label in STATE_LABEL.items()},
    **{category.value: label for category, label in CATEGORY_LABEL.items()},
    **YES_NO_LABEL,
    "public": N_("自行报名"),
    "liaison": N_("单位联络员"),
    "desk": N_("会务组添加"),
    WALK_IN: CHANNEL_LABEL[WALK_IN],
    "own": N_("本人修改"),
    "letter": N_("来信或当面"),
    "agenda": N_("议程"),
    "minutes": N_("纪要"),
}
