"""Renderings of registrations: mails, slips, passes and the list as a sheet."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, gettext

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.service import link_token
from eventapp.core import installation
from eventapp.meetings.models import Meeting
from eventapp.registration.queries import Row, pass_token
from eventapp.registration.rules import CATEGORY_LABEL, STATE_LABEL, format_code
from eventapp.web.filters import clock_time, local, long_time
from eventapp.web.language import html_lang
from eventapp.web.pdf import render_pdf, title_lines
from eventapp.web.qr import qr_data_uri
from eventapp.web.sheets import csv_file, workbook

CHINESE = "zh_Hans_CN"
"""What a person is written in who registered in no language that we know of."""


def base_url() -> str:
    """Tell the address of this installation, without a slash at its end."""
    return current_app.extensions["config"].base_url


def link_address(link: PersonalLink) -> str:
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


def pass_pdf(meeting: Meeting, row: Row, gates: Sequence[str]) -> bytes:
    """Print one pass on A6, in the language of whoever looks at it."""
    title = gettext("%(meeting)s参会凭证", meeting=meeting.title)
    facts = [
        (gettext("时间"), long_time(meeting.starts_at, meeting.zone)),
        (gettext("地点"), meeting.venue),
        (gettext("座位"), row.place),
        (gettext("入口"), gettext("、").join(gates)),
    ]
    html = render_template(
        "registration/pdf/pass.html",
        lang=html_lang(),
        demo=installation.is_demo(),
        title=title,
        meeting_lines=title_lines(meeting.title, 20),
        passes=[
            {
                "name": row.name,
                "unit_lines": title_lines(row.organisation, 22),
                "category": gettext(CATEGORY_LABEL[row.category]),
                "qr": qr_data_uri(pass_token(row.id), scale=8),
                "code": format_code(row.code),
                "facts": [{"label": label, "value": value} for label, value in facts if value],
            }
        ],
    )
    return render_pdf(html, title=title, lang=html_lang(), stylesheets=("css/print/pass.css",))


def registrations_sheet(meeting: Meeting, rows: Sequence[Row], *, as_csv: bool = False) -> bytes:
    """Write registrations as .xlsx or as CSV."""
    heads = [head for head, _width in _heads()]
    cells = (_cells(meeting, row) for row in rows)
    if as_csv:
        return csv_file(heads, cells)
    return workbook(gettext("报名"), heads, cells, widths=[width for _head, width in _heads()])


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


def _cells(meeting: Meeting, row: Row) -> list[str]:
    zone = meeting.zone
    day = local(row.submitted_at, zone).strftime("%Y-%m-%d")
    return [
        row.name,
        row.organisation,
        row.titles,
        gettext(CATEGORY_LABEL[row.category]),
        gettext(STATE_LABEL[row.state]),
        row.phone,
        row.email,
        row.place,
        format_code(row.code) if row.code else "",
        f"{day} {clock_time(row.submitted_at, zone)}",
    ]
