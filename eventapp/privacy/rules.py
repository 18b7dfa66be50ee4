"""What is erased and what is kept on which ground, and how long each kind of data may live.

Sources: Personal Information Protection Law of the PRC (个人信息保护法), articles 19 (no longer
than the purpose needs), 45 (seeing and taking one's data), 47 (erasing) and 50 (answering). The
law says "in time" and no number; GB/T 35273—2020, 8.7, says at most thirty days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.checkin.rules import SIGNATURES_KEPT
from eventapp.core.errors import N_

ANSWER_WITHIN = timedelta(days=15)
"""How long a wish may wait for its answer: half of what the standard allows."""
ANSWER_KEPT = timedelta(days=7)
"""How long the answer, with the address that it goes to, is kept after an erasure."""
MAIL_KEPT = timedelta(days=180)
SIGN_IN_KEPT = timedelta(days=30)
"""How long an ended sign-in is kept: long enough to ask who had the pages open on the day."""


def answer_due_at(asked_at: datetime) -> datetime:
    """Return until when a wish has to be answered."""
    return asked_at + ANSWER_WITHIN


class Kept(StrEnum):
    """A kind of thing that stays when a person is erased."""

    REGISTRATIONS = "registrations"
    CONSENTS = "consents"
    SCANS = "scans"
    VOTES = "votes"
    PAPERS = "papers"
    AGENDAS = "agendas"
    MINUTES = "minutes"
    TRAIL = "trail"
    MENTIONS = "mentions"


KEPT_LABEL: dict[Kept, str] = {
    Kept.REGISTRATIONS: N_("报名的类别、单位和状态，不含姓名"),
    Kept.CONSENTS: N_("同意过哪一版个人信息说明，不含姓名"),
    Kept.SCANS: N_("入场扫码记录，只有编号"),
    Kept.VOTES: N_("代表单位投出的票，记在单位名下，只有授权编号"),
    Kept.PAPERS: N_("表决所依据的委托书"),
    Kept.AGENDAS: N_("已公布的议程"),
    Kept.MINUTES: N_("已发布的会议纪要"),
    Kept.TRAIL: N_("操作记录，只有编号"),
    Kept.MENTIONS: N_("会务人员写下的文字中出现的同名字样"),
}
GROUND: dict[Kept, str] = {
    Kept.REGISTRATIONS: N_("只用来统计人数，已经认不出是谁。"),
    Kept.CONSENTS: N_("证明此前的处理得到过同意。"),
    Kept.SCANS: N_("到会人数和法定人数以此为据，记录环环相扣，不能抽走其中一条。"),
    Kept.VOTES: N_("表决结果以此为据，属于联合体的档案。"),
    Kept.PAPERS: N_("委托投票是否有效以此为据，属于表决档案。"),
    Kept.AGENDAS: N_("已经公开的会议文件，不再改动。"),
    Kept.MINUTES: N_("已经签发的会议文件，属于联合体的档案，不再改动。"),
    Kept.TRAIL: N_("证明系统怎样处理过数据，已经认不出是谁。"),
    Kept.MENTIONS: N_("会务组逐处核对，指的是您的，由人改掉。"),
}
PLACE_LABEL: dict[str, str] = {
    "meeting": N_("会议设置"),
    "item": N_("议程项"),
    "item_person": N_("议程中的人员"),
    "person_change": N_("现场换人的原因"),
    "field": N_("报名问题"),
    "registration": N_("报名"),
    "leave": N_("请假"),
    "notice": N_("会议通知"),
    "reply": N_("回执"),
    "motion": N_("表决事项"),
    "ballot": N_("表决"),
    "mandate": N_("代表授权"),
    "agreement": N_("签约协议"),
    "party": N_("签约方"),
    "act": N_("台上仪式"),
    "stage_person": N_("台上人员"),
    "minutes": N_("纪要草稿"),
    "minutes_step": N_("纪要的意见"),
    "charter_edition": N_("章程"),
    "agenda_edition": N_("议程"),
    "minutes_edition": N_("纪要"),
}
"""What the words of places mean."""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """How much of a kind stays, and where: words of ids, as ledgers name things."""

    kind: Kept
    count: int
    where: tuple[str, ...] = ()

    @property
    def places(self) -> dict[str, list[int]]:
        """Group the numbers by what they are numbers of."""
        grouped: dict[str, list[int]] = {}
        for one in self.where:
            word, _, number = one.partition(":")
            grouped.setdefault(word, []).append(int(number))
        return grouped

    def as_json(self) -> list[object]:
        """Write it as a row keeps it."""
        return [self.kind.value, self.count, list(self.where)]


def kept_from(rows: list[list[object]]) -> list[KeptRow]:
    """Read what a row keeps."""
    return [
        KeptRow(Kept(str(kind)), int(str(count)), tuple(map(str, where)))  # type: ignore[arg-type]
        for kind, count, where in rows
    ]


class Term(StrEnum):
    """A kind of data that is deleted on its day."""

    SHORT_ANSWERS = "short_answers"
    DRAFTS = "drafts"
    PRINTS = "prints"
    DOOR_SIGNATURES = "door_signatures"
    LISTS = "lists"
    SIGN_INS = "sign_ins"
    MAILS = "mails"
    CONTACTS = "contacts"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class TermWords:
    """What is deleted, on which ground it is kept until then, and when its term ends."""

    what: str
    ground: str
    after: str
    days: int | None = None


TERMS: dict[Term, TermWords] = {
    Term.SHORT_ANSWERS: TermWords(
        N_("用餐、住宿、车辆等短期问题的回答"),
        N_("会务接待，会后不再需要。"),
        N_("会议结束后，按各场会议设定的天数"),
    ),
    Term.DRAFTS: TermWords(
        N_("单位没有提交的名单"), N_("等单位提交，会后不再需要。"), N_("会议结束 %(days)s 天后"), 7
    ),
    Term.PRINTS: TermWords(
        N_("打印好的证件、桌签、名单和纸条"),
        N_("供打印，随时可以重做。"),
        N_("做好 %(days)s 天后"),
        7,
    ),
    Term.DOOR_SIGNATURES: TermWords(
        N_("入场时在屏幕上的签名"),
        N_("与纸面签到表同样，供核对谁到了会。"),
        N_("会议结束 %(days)s 天后"),
        SIGNATURES_KEPT.days,
    ),
    Term.LISTS: TermWords(
        N_("上传的名单文件和逐行结果"), N_("供与来文单位核对。"), N_("上传 %(days)s 天后"), 30
    ),
    Term.SIGN_INS: TermWords(
        N_("登录记录和浏览器名称"),
        N_("查明会议当天谁打开过页面。"),
        N_("登录结束 %(days)s 天后"),
        SIGN_IN_KEPT.days,
    ),
    Term.MAILS: TermWords(
        N_("发出的邮件：收件地址、正文和留存的副本"),
        N_("答复“有没有通知到”。"),
        N_("写成 %(days)s 天后；联系方式到期的会议，同时删除"),
        MAIL_KEPT.days,
    ),
    Term.CONTACTS: TermWords(
        N_("手机号、邮箱和其余回答"),
        N_("本人同意的个人信息说明。"),
        N_("会议结束后，按说明承诺的月数"),
    ),
    Term.ANSWERS: TermWords(
        N_("对删除申请的答复及其收件地址"),
        N_("把结果告诉申请人。"),
        N_("办结 %(days)s 天后"),
        ANSWER_KEPT.days,
    ),
}
FOR_GOOD = (
    (N_("姓名、单位、职务和到会情况"), N_("会议档案；本人可以申请删除。")),
    (N_("表决记录、入场记录和操作记录"), N_("只有编号；会议决定以此为据。")),
    (N_("已公布的议程、已发布的纪要和决议"), N_("会议文件，属于联合体的档案。")),
)
"""What has no term, and on which ground."""
EACH = timedelta(hours=23)
"""How long after one look the next is due: once a day, by a chore that comes every hour."""


def is_due(ran_at: datetime | None, now: datetime) -> bool:
    """Tell whether it is time to look for what is to be deleted."""
    return ran_at is None or now - ran_at >= EACH
