"""Which column of a table means what: by its heading, else by what stands in it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from eventapp.core.errors import N_


class Column(StrEnum):
    """What a column of a list of people can mean; a column that means none of it is left out."""

    NAME = "name"
    UNIT = "unit"
    TITLES = "titles"
    PHONE = "phone"
    EMAIL = "email"
    CATEGORY = "category"


COLUMN_LABEL: dict[Column, str] = {
    Column.NAME: N_("姓名"),
    Column.UNIT: N_("单位"),
    Column.TITLES: N_("职务"),
    Column.PHONE: N_("手机号"),
    Column.EMAIL: N_("邮箱"),
    Column.CATEGORY: N_("类别"),
}

SYNONYMS: dict[Column, str] = {
    Column.NAME: """
        姓名 名字 人员姓名 代表姓名 参会人 参会人员 参会人姓名 参会人员姓名 参会代表 与会人员
        与会代表 代表 嘉宾 嘉宾姓名 出席人 出席人员 name fullname delegate
    """,
    Column.UNIT: """
        单位 单位名称 工作单位 所在单位 参会单位 所属单位 单位全称 成员单位 会员单位 代表单位 公司
        公司名称 企业 企业名称 机构 机构名称 学校 院校 部门单位
        unit organisation organization company institution affiliation
    """,
    Column.TITLES: """
        职务 职位 职称 职务/职称 职务职称 职务/职位 职务及职称 职务、职称 现任职务 岗位 头衔
        title titles position post
    """,
    Column.PHONE: """
        手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 联系手机 移动电话 本人手机 手机/电话
        mobile phone tel telephone cellphone mobilephone phonenumber
    """,
    Column.EMAIL: """
        邮箱 电子邮箱 邮件 电子邮件 邮箱地址 email e-mail mail emailaddress
    """,
    Column.CATEGORY: """
        类别 参会类别 人员类别 参会身份 身份 代表类别 人员类型 参会类型 category
    """,
}
"""Headings that offices write, without spaces, in half width and small letters."""
_MEANING = {word: column for column, words in SYNONYMS.items() for word in words.split()}

LAST_HEADING = 20
"""Rows at the top among which the headings are looked for: titles and notes stand above them."""

_PHONE = re.compile(r"(?:\+?86[-\s]*)?1\d{2}[-\s]*\d{4}[-\s]*\d{4}")
_NAME = re.compile(r"[\u3400-\u9fff]{1,2}\s*[\u3400-\u9fff]{1,2}|[\u3400-\u9fff]+·[\u3400-\u9fff]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_UNIT = re.compile(
    "(?:公司|集团|学院|大学|学校|研究院|研究所|协会|学会|联合会|委员会|中心|局|厅|院|会)$"
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a table with its number in the file, from 1; cells at its end may be missing.

    `numeric` are the places, from 0, where the file holds a number and not a text.
    """

    number: int
    cells: tuple[str, ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings stand (0: nowhere) and what each column means, empty for nothing.

    A column means a `Column`, or a question of the meeting by its name in forms. `score` counts
    the columns that a heading named.
    """

    row: int
    columns: tuple[str, ...]
    score: int = 0


def folded(text: str) -> str:
    """Return a heading without spaces, in half width and small letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def meaning_of(text: str, questions: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Tell what a heading means: spaces, width, marks and remarks in brackets do not count.

    `questions` are further meanings by folded words; what people always are comes first.
    """
    whole = folded(text)
    bare = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", whole).strip("*:.、_-?")
    words = (bare, whole) if bare else (whole,)
    return next(
        (known[word] for known in (_MEANING, questions) for word in words if word in known), None
    )


def find_heading(
    rows: Sequence[SheetRow], questions: Mapping[str, str] = MappingProxyType({})
) -> Heading:
    """Find the row that names most columns, a name among them; else judge by the contents.

    Where two columns claim one meaning, the first has it.
    """
    best = Heading(0, ())
    for row in rows[:LAST_HEADING]:
        columns = _once([meaning_of(cell, questions) for cell in row.cells])
        score = sum(1 for column in columns if column)
        if Column.NAME in columns and score > max(best.score, 1):
            best = Heading(row.number, columns, score)
    if best.row:
        width = max(len(row.cells) for row in rows)
        return Heading(best.row, _wide(best.columns, width), best.score)
    return Heading(0, guess_columns(rows))


def guess_columns(rows: Sequence[SheetRow]) -> tuple[str, ...]:
    """Judge columns by their contents, as for rows pasted without headings.

    A column is what most of its filled cells look like; titles are what stands beside a name
    and looks like nothing else.
    """
    width = max((len(row.cells) for row in rows), default=0)
    kinds: list[Column | None] = []
    for place in range(width):
        texts = [row.cells[place].strip() for row in rows[:200] if len(row.cells) > place]
        kinds.append(_look([text for text in texts if text]))
    columns = list(_once(kinds))
    if Column.NAME in columns and Column.TITLES not in columns:
        for place in range(columns.index(Column.NAME) + 1, width):
            if not columns[place] and _is_words(rows, place):
                columns[place] = Column.TITLES
                break
    return tuple(columns)


def _look(texts: Sequence[str]) -> Column | None:
    plain = [unicodedata.normalize("NFKC", text) for text in texts]
    for column, matches in (
        (Column.PHONE, _PHONE.fullmatch),
        (Column.EMAIL, _EMAIL.fullmatch),
        (Column.UNIT, _UNIT.search),
        (Column.NAME, _NAME.fullmatch),
    ):
        if plain and sum(1 for text in plain if matches(text)) * 2 > len(plain):
            return column
    return None


def _is_words(rows: Sequence[SheetRow], place: int) -> bool:
    texts = [row.cells[place] for row in rows[:200] if len(row.cells) > place]
    return any(re.search(r"[^\W\d]{2}", text) for text in texts)


def _once(columns: Sequence[str | None]) -> tuple[str, ...]:
    seen: set[str] = set()
    found: list[str] = []
    for column in columns:
        is_first = column is not None and column not in seen
        found.append(column if is_first and column else "")
        if column:
            seen.add(column)
    return tuple(found)


def _wide(columns: tuple[str, ...], width: int) -> tuple[str, ...]:
    return columns + ("",) * (width - len(columns))
