"""A second alliance does all by hand, from nothing to released minutes, and the first sees none.

Every step is a page, a filled form and a pressed button; nothing of the demo is used.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask

from eventapp.core import clock
from eventapp.core.access import Permission
from eventapp.web.doors import door_of
from eventapp.web.queue import run_due
from tests.by_hand import Browser, Value

ADMIN, PASSWORD = "root@yunlan.example", "一句足够长的好记的话"
NAME = "青石港经济区（综合保税区）现代物流产教联合体"
SLUG, MEETING = "qingshi-wuliu", "qingshi-2030"
FIRST = "海棠职教集团"
TYPING = timedelta(seconds=20)
STAFF = {
    "chair": ("主持乙", "会议主持人"),
    "checker": ("核稿丙", "核稿人"),
    "signer": ("签发丁", "签发人"),
    "door": ("门岗戊", "门岗"),
    "teller": ("计票己", "计票人"),
    "press": ("媒体庚", "媒体"),
}
UNITS = {
    "青石港务集团": "轮值理事长单位",
    "云岚物流职业学院": "理事长单位",
    "北溪冷链股份公司": "理事单位",
    "石桥中等专业学校": "会员单位",
}
PEOPLE = {
    "青石港务集团": ("欧阳望", "13900139001"),
    "云岚物流职业学院": ("司马清", "13900139002"),
    "北溪冷链股份公司": ("李青禾", "13900139003"),
}
CHARTER = """第一章 总则
第一条 本联合体名称为青石港现代物流产教联合体。
第二条 本联合体的宗旨是产教融合、协同育人。
第二章 组织
第三条 理事会由理事会成员单位组成，实行一单位一票。
"""
PROCEDURE = "章程须经全体有表决权单位三分之二以上赞成方为通过。"


@dataclass
class Team:
    """Everybody of the second alliance who signs in, each in a browser of their own."""

    app: Flask
    staff: dict[str, Browser] = field(default_factory=dict)

    def invite(self, host: Browser, place: str, word: str, name: str, role: str) -> Browser:
        """Let somebody with the right invite a person, who sets a password by the link."""
        email = f"{word}@yunlan.example"
        host.open(place).press("邀请", {"姓名": name, "邮箱": email, "身份": role})
        host.press("查看邀请链接", about=email)
        link = host.value("链接")
        browser = Browser(self.app).open(link)
        browser.press("保存密码", {"新密码": PASSWORD, "再输入一次": PASSWORD})
        self.staff[word] = sign_in(self.app, email)
        return self.staff[word]


def sign_in(app: Flask, email: str) -> Browser:
    browser = Browser(app).open("/account/login")
    browser.press("登录", {"邮箱": email, "密码": PASSWORD})
    assert browser.status("/desk") == 200
    return browser


def found(app: Flask) -> Browser:
    """Make the first administrator as an operator does."""
    words = ["accounts", "create-admin", "--email", ADMIN, "--name", "管理员"]
    result = app.test_cli_runner().invoke(args=[*words, "--password", PASSWORD])
    assert result.exit_code == 0, result.output
    return sign_in(app, ADMIN)


def register(app: Flask, unit: str) -> str:
    """Register a person by the public form; gives the address of the own page."""
    name, phone = PEOPLE[unit]
    browser = Browser(app).open(f"/m/{MEETING}/register")
    with clock.fixed(clock.now() + TYPING):
        browser.press(
            "提交报名",
            {
                "姓名": name,
                "手机号": phone,
                "单位": unit,
                "参会身份": "正式代表",
                "我已阅读并同意上面的个人信息说明": True,
            },
        )
    return name


def send_representative(organiser: Browser, app: Flask, unit: str) -> tuple[str, Browser]:
    """Let a registered person speak for the unit; gives the door code and an open booth."""
    name, _phone = PEOPLE[unit]
    organiser.open(f"/m/{MEETING}/desk/registrations").follow(name)
    door_code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", organiser.text)
    assert door_code is not None
    organiser.press("授权", {"代表哪个单位": unit})
    links = re.findall(r"http://localhost(/l/[a-z2-7]+)", organiser.text)
    code = re.search(r"登录码 ?([2-9A-Z]{6})", organiser.text)
    assert code is not None
    booth = Browser(app).open(links[-1])
    booth.press("打开", {"登录码": code[1]})
    return door_code[0], booth


def admit(door: Browser, code: str) -> None:
    door.press("提交", {"签到码": code})
    assert "请进" in door.text


def furnish(organiser: Browser) -> None:
    """Paste the units and a person, fill the council's list, and table both texts."""
    rows = "\n".join(f"{unit}\t{seat}" for unit, seat in UNITS.items())
    organiser.open(f"/a/{SLUG}/units/paste").press("导入", {"表格内容": rows})
    people = "赵一川\t总经理\t13900139009\t\t北溪冷链股份公司"
    organiser.open(f"/a/{SLUG}/people/paste").press("导入", {"表格内容": people})
    organiser.open(f"/a/{SLUG}/lists").press("新建名单", {"名单名称": "第一届理事会单位名单"})
    seated: dict[str, Value] = {unit: seat for unit, seat in UNITS.items() if seat != "会员单位"}
    organiser.press("保存名单", seated)
    organiser.press("提交审议")
    title: dict[str, Value] = {"章程名称": "青石港现代物流产教联合体章程"}
    organiser.open(f"/a/{SLUG}/charter").press("新建章程", title)
    organiser.press("保存草案", {"章程全文": CHARTER})
    organiser.follow("第 1 稿").press("提交审议")


def call_meeting(organiser: Browser) -> None:
    """Call the meeting with a gate, an open category and two items, and publish it."""
    organiser.open(f"/a/{SLUG}/meetings/new").press(
        "新建会议",
        {
            "会议名称": "青石港现代物流产教联合体成立大会",
            "类型": "成立大会",
            "网址名": MEETING,
            "开始时间": "2030-05-18T09:00",
            "结束时间": "2030-05-18T11:00",
            "会场": "一号厅",
        },
    )
    organiser.open(f"/m/{MEETING}/desk/gates").press("添加", {"入口名称": "南门"})
    categories = f"/m/{MEETING}/desk/categories"
    organiser.open(categories).press("保存", {"可以自行报名": True}, about="正式代表")
    set_agenda(organiser)
    organiser.open(f"/m/{MEETING}/desk/settings").press("发布会议")
    organiser.press("开放报名")


def set_agenda(organiser: Browser) -> None:
    """Plan a deliberation and a signing, and publish the agenda."""
    place = f"/m/{MEETING}/desk/agenda"
    for title, kind in (("审议章程和表决办法", "审议"), ("成立启动", "启动")):
        organiser.open(place).follow("添加一项")
        organiser.press("添加", {"标题": title, "类型": kind, "时长（分钟）": "20"})
    organiser.open(place).follow("发布第 1 版").press("发布第 1 版")


def run_item(organiser: Browser, title: str, *buttons: str) -> None:
    """Move an item on, on the page from which the day is run."""
    for button in buttons:
        organiser.open(f"/m/{MEETING}/desk/run").press(button, about=title)


def put_to_the_vote(organiser: Browser, title: str, fields: dict[str, str]) -> str:
    """Prepare a ballot for the proposed list's units; gives its page."""
    organiser.open(f"/m/{MEETING}/desk/ballots/new").press(
        "准备表决",
        {
            "表决事项": title,
            "在哪个议程项审议": "审议",
            "谁有表决权": "拟任名单",
            "拟任名单": "第一届理事会单位名单",
            **fields,
        },
    )
    return organiser.path


def vote(booth: Browser, choice: str) -> None:
    booth.open(f"/m/{MEETING}/vote").press("核对并提交", {"您的选择": choice})
    booth.press(f"确认投{choice}")
    assert choice in booth.text


def close_and_declare(chair: Browser, page: str) -> None:
    chair.open(page).press("结束表决")
    chair.press("宣布结果")
    assert "通过" in chair.text


def hold_ballots(team: Team, booths: list[Browser]) -> None:
    """Adopt the procedure by hands and the charter by name."""
    organiser, chair = team.staff["organiser"], team.staff["chair"]
    page = put_to_the_vote(
        organiser,
        "关于通过表决办法的决定",
        {
            "事项种类": "表决办法",
            "表决的文字": PROCEDURE,
            "表决方式": "举手",
            "通过规则": "另定规则",
            "到会要求": "到会多少不限",
            "赞成比例": "1/2",
            "是否含本数": "超过",
            "以什么为基数": "到会",
        },
    )
    chair.open(page).press("开始表决")
    team.staff["teller"].open(page).press("录入", {"赞成": "3", "反对": "0", "弃权": "0"})
    organiser.open(page).press("核对无误，确认")
    close_and_declare(chair, page)
    page = put_to_the_vote(
        organiser,
        "关于通过章程的决定",
        {"事项种类": "章程", "章程的一稿": "第 1 稿", "表决方式": "记名", "通过规则": "章程"},
    )
    chair.open(page).press("开始表决")
    for booth, choice in zip(booths, ("赞成", "赞成", "弃权"), strict=True):
        vote(booth, choice)
    close_and_declare(chair, page)


def write_minutes(team: Team) -> None:
    """Draft, check, sign and release, each by another person."""
    place, staff = f"/m/{MEETING}/desk/minutes", team.staff
    staff["organiser"].open(place).press("开始起草")
    staff["organiser"].press("保存草稿", {"会议概况补充": "会议在青石港召开。"})
    staff["organiser"].press("提交核稿")
    staff["checker"].open(place).press(
        "核稿通过，直接送签", {"不征求意见的原因": "内容简单，各方已口头确认。"}
    )
    staff["signer"].open(place).press("签发")
    staff["signer"].press("发布")
    with team.app.app_context():
        run_due(team.app)


def take_pdf(press: Browser) -> bytes:
    press.open(f"/m/{MEETING}/press")
    answer = press.press("下载 PDF")
    assert answer.mimetype == "application/pdf"
    return answer.data


def inner_pages(app: Flask) -> list[str]:
    """List every page that asks who one is, as it would stand for the second alliance."""
    pages = []
    for rule in app.url_map.iter_rules():
        door = door_of(app, rule.endpoint)
        slugs = {"alliance": SLUG, "meeting": MEETING}
        if "GET" not in (rule.methods or set()) or not ({"alliance", "meeting"} & rule.arguments):
            continue
        if door is None or not isinstance(door.permission, Permission):
            continue
        values = {name: slugs.get(name, 1) for name in rule.arguments}
        pages.append(app.url_map.bind("").build(rule.endpoint, values))
    return sorted(pages)


def test_a_second_alliance_goes_from_nothing_to_released_minutes_by_hand_and_unseen(app: Flask):
    admin = found(app)
    admin.open("/alliances/new").press("新建联合体", {"名称": FIRST, "网址名": "haitang"})
    first = Team(app).invite(admin, "/a/haitang/staff", "first", "会务辛", "会务秘书")
    admin.open("/alliances/new").press("新建联合体", {"名称": NAME, "网址名": SLUG})
    team, staff = Team(app), f"/a/{SLUG}/staff"
    organiser = team.invite(admin, staff, "organiser", "会务甲", "会务秘书")
    for word, (name, role) in STAFF.items():
        team.invite(organiser, staff, word, name, role)

    furnish(organiser)
    call_meeting(organiser)
    for unit in PEOPLE:
        register(app, unit)
    sent = [send_representative(organiser, app, unit) for unit in PEOPLE]
    organiser.open(f"/m/{MEETING}/desk/settings").press("截止报名")
    organiser.press("宣布开会")
    door = team.staff["door"].open(f"/m/{MEETING}/door")
    door.press("南门")
    for code, _booth in sent:
        admit(door, code)
    run_item(organiser, "审议章程和表决办法", "开始")
    hold_ballots(team, [booth for _code, booth in sent])
    run_item(organiser, "审议章程和表决办法", "完成")
    organiser.open(f"/m/{MEETING}/desk/settings").press("宣布闭会")
    write_minutes(team)
    assert take_pdf(team.staff["press"]).startswith(b"%PDF-")

    pages = inner_pages(app)
    assert len(pages) > 30
    assert {page: first.status(page) for page in pages} == dict.fromkeys(pages, 404)
    for page in ("/desk", "/a/haitang", "/a/haitang/units", "/a/haitang/people"):
        seen = first.open(page).text
        assert FIRST in seen or page == "/desk"
        assert not [word for word in (NAME, SLUG, MEETING, *UNITS) if word in seen], page
