"""What is said about a row and its cells: a code, how grave it is, and its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_


class Severity(StrEnum):
    """How grave a remark is: it stops the row, somebody should look, or it only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark at a column of a row (empty: at the whole row); `params` fill its sentence."""

    column: str
    code: str
    severity: Severity
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with its row."""
        return {
            "column": str(self.column),
            "code": self.code,
            "severity": str(self.severity),
            "params": dict(self.params),
        }


def note_of(kept: Mapping[str, Any]) -> Note:
    """Return a remark from how it is kept."""
    return Note(kept["column"], kept["code"], Severity(kept["severity"]), kept["params"])


REFUSED = "refused"

SENTENCES: dict[str, str] = {
    # why a row is nobody
    "above_heading": N_("表头以上的标题或说明，不是人员。"),
    "heading": N_("表头，不是人员。"),
    "totals": N_("合计行，不是人员。"),
    "remark": N_("说明文字，不是人员。"),
    "only_number": N_("只有序号，没有人员。"),
    # what stops a row
    "formula": N_("“%(column)s”这一格是公式，不读取它的结果。请改成文字。"),
    "name_missing": N_("没有填写姓名。"),
    "name_many": N_("一格里写了几个人，请每人一行。"),
    "name_odd": N_("这不像姓名，请核对。"),
    "name_long": N_("姓名最多 %(most)s 个字。"),
    "unit_long": N_("单位名称最多 %(most)s 个字。"),
    "unit_above_formula": N_("单位空着，而上面的单位是公式，读不出是哪个单位。请填写单位。"),
    "titles_long": N_("职务不能超过 %(max)s 个字。"),
    "phone_digits": N_("手机号应为 11 位，这里是 %(digits)s 位。"),
    "phone_many": N_("一格里写了几个号码，请只留一个。"),
    "phone_rounded": N_("表格软件把号码改成了科学计数法，末几位已丢失。请填写原来的号码。"),
    "phone_unreadable": N_("电话号码不对，请核对。"),
    "phone_twice": N_("与第 %(row)s 行的手机号相同，姓名却不同，请核对。"),
    "email_unreadable": N_("邮箱格式不对。"),
    "category_unknown": N_("没有“%(text)s”这个类别。"),
    "phone_other_name": N_("这个手机号登记在另一个姓名名下，请核对。"),
    "person_twice": N_("与另一行指的是同一个人，请只留一行。"),
    "phone_needed": N_("另有同名的人也没有手机号，分不清是谁。请填写手机号。"),
    # what somebody should look at
    "answer_not_asked": N_("“%(column)s”没有问到这个人，没有采用。"),
    "phone_missing": N_("没有手机号。可以报名，但本人无法凭手机号找到报名，凭证要由会务组转交。"),
    "unit_missing": N_("没有填写单位。"),
    "unit_unknown": N_("单位不在成员名单中。"),
    "unit_near": N_("单位不在成员名单中，与成员单位“%(near)s”相近，请核对。"),
    "name_twice": N_("与第 %(row)s 行同单位、同姓名，手机号不同：请确认是两个人。"),
    "name_written": N_("与第 %(row)s 行同单位，姓名只是写法不同：疑似重复，请确认是两个人。"),
    "likely_same": N_("本单位已有同名的人，手机号不同或没有填写：疑似重复，请确认是两个人。"),
    "likely_written": N_(
        "本单位已有“%(known)s”，姓名只是写法不同：疑似与已有人员重复，请确认是两个人。"
    ),
    "name_registered": N_("同单位已有同名的人报名，手机号不同：请确认是两个人。"),
    "ended": N_("这个人的报名已取消或已由他人代替，这次没有恢复。需要时请单独添加。"),
    # what became of a row, and how its cells were read
    "same_person": N_("与第 %(row)s 行是同一个人，只取那一行。"),
    "registered": N_("已经报名，不重复添加。"),
    "waitlisted": N_("名额已满，列入候补。"),
    "name_spaces": N_("姓名里的空格已去掉。"),
    "unit_spaces": N_("单位名称里的空格已去掉，全角字母和数字改为半角。"),
    "unit_meant": N_("“%(text)s”按成员单位“%(name)s”登记。"),
    "unit_above": N_("单位空着，按上一行的单位填写。"),
    "same_as": N_("按已有人员“%(known)s”报名，不新增人员；已有的信息不变。"),
    "told_apart": N_("已确认与已有人员是两个人。"),
    "answer_implied": N_("按“%(question)s”选“%(answer)s”登记。"),
    "phone_cleaned": N_("号码里的空格、横线、国家代码已去掉，全角数字改为半角。"),
    "phone_number": N_("号码在表格里存成了数字，已按整数读取。"),
}  # fmt: skip
"""Message ids by code."""


def sentence_of(note: Note) -> str:
    """Return the message id of a remark; one that another verb refused brings its own."""
    return note.params["why"] if note.code == REFUSED else SENTENCES[note.code]
