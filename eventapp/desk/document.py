"""What the demo tells whoever tries it: who can sign in, with what, and where to look."""

import unicodedata
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from eventapp.accounts.queries import links_of, staff_of
from eventapp.accounts.service import link_token
from eventapp.alliance.queries import all_alliances
from eventapp.checkin.queries import inside_now
from eventapp.core import clock
from eventapp.core.access import ROLE_LABEL, Role
from eventapp.core.scope import ROOT
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meetings_of
from eventapp.meetings.rules import State
from eventapp.registration.queries import delegations_of, mandates_of, registrations_of

UrlOf = Callable[..., str]
Line = tuple[str, ...]
OVER = frozenset({State.ADJOURNED, State.ARCHIVED})
REPRESENTATIVES = 2


def demo_guide(url_of: UrlOf, password: str) -> str:
    """Write the guide to the demo, aligned for a terminal that draws Chinese two cells wide.

    `url_of` makes an address from an endpoint and its values. Reads only: the links were made
    when the demo was loaded.
    """
    _slug, alliance = all_alliances()[0]
    meetings = sorted(meetings_of(alliance.id), key=lambda one: one.starts_at)
    here = next((one for one in meetings if one.state not in OVER), meetings[-1])
    at = clock.now().astimezone(ZoneInfo(here.zone))
    blocks = [
        ("盟会演示 · demo", [("演示时钟 clock", f"{at:%Y-%m-%d %H:%M} {here.zone}")]),
        ("登录 · sign in", list(_accounts(url_of, password, alliance.scope_id))),
        (f"个人链接 · personal links · {here.title}", list(_links(url_of, here))),
        ("页面 · pages", list(_pages(url_of, here, meetings))),
    ]
    return "\n".join(line for title, rows in blocks for line in (f"\n{title}", *_aligned(rows)))


def _accounts(url_of: UrlOf, password: str, scope_id: int) -> Iterator[Line]:
    yield ("地址 address", url_of("security.login"))
    yield ("密码 password", password)
    for row in staff_of((ROOT, scope_id)):
        yield (f"{ROLE_LABEL[row.role]} {row.role}", row.email, row.name)


def _links(url_of: UrlOf, meeting: Meeting) -> Iterator[Line]:
    inside = inside_now(meeting.id)
    links = {role: links_of(meeting.scope_id, role) for role in Role if role in _WORDS}
    spoken = [row for row in mandates_of(meeting.id) if row.id in links[Role.REPRESENTATIVE]]
    spoken.sort(key=lambda row: row.registration_id not in inside)
    for row in spoken[:REPRESENTATIVES]:
        link = links[Role.REPRESENTATIVE][row.id]
        who = f"{row.organisation} {row.name}"
        address = url_of("accounts.show_link", token=link_token(link))
        yield (_WORDS[Role.REPRESENTATIVE], who, f"{address} 登录码 code {link.code}")
    for unit in delegations_of(meeting.id):
        link = links[Role.LIAISON].get(unit.id)
        if link is not None:
            address = url_of("accounts.show_link", token=link_token(link))
            yield (_WORDS[Role.LIAISON], f"{unit.organisation} {unit.liaison}", address)
            break
    for row in registrations_of(meeting.id):
        link = links[Role.DELEGATE].get(row.id)
        if link is not None and row.code and row.id not in inside:
            address = url_of("accounts.show_link", token=link_token(link))
            who = f"{row.organisation} {row.name}"
            yield (_WORDS[Role.DELEGATE], who, f"{address} 签到码 code {row.code}")
            break


_WORDS = {
    Role.REPRESENTATIVE: "授权代表 votes",
    Role.LIAISON: "单位联络员 liaison",
    Role.DELEGATE: "参会凭证 pass",
}


def _pages(url_of: UrlOf, here: Meeting, meetings: list[Meeting]) -> Iterator[Line]:
    yield ("首页 home", url_of("hall.home"))
    yield ("会议 meeting", url_of("hall.show_meeting", meeting=here.slug))
    yield ("会务 desk", url_of("desk.show_today", meeting=here.slug))
    yield ("门岗 door", url_of("checkin.show_door", meeting=here.slug))
    yield ("大屏 projector", url_of("hall.show_projector", meeting=here.slug))
    for meeting in meetings:
        yield ("新闻 press room", url_of("minutes.show_press_room", meeting=meeting.slug))


def _aligned(rows: list[Line]) -> Iterator[str]:
    widths = [
        max(map(_cells, column)) for column in zip(*(_padded(row) for row in rows), strict=True)
    ]
    for row in rows:
        cells = (
            text + " " * (width - _cells(text))
            for text, width in zip(_padded(row), widths, strict=True)
        )
        yield ("  " + "  ".join(cells)).rstrip()


def _padded(row: Line) -> Line:
    return (*row, "", "")[:3]


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
