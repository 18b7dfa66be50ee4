"""`python -m tests.bench.badges`: what 500 badges with Chinese names and signed codes cost.

The CPU of this process alone, which is the worker's: passes signed, codes drawn, pages set, and
the whole file written. No database: what reading 500 people costs is a part of a millisecond.
"""

import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import zxingcpp

from eventapp.badges.document import badges_pdf
from eventapp.badges.queries import Holder
from eventapp.badges.rules import Options, Size
from eventapp.core import keys
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import (
    PASS_VERSION,
    Category,
    PassClaims,
    encode_claims,
    to_text,
)
from eventapp.web.pdf import missing_glyphs
from eventapp.web.typeset import PAPER_FAMILIES
from tests.arena import open_app
from tests.printed import pictures_of

COUNT = 500
NAMES = (
    "王磊",
    "欧阳修远",
    "𠮷野堃",
    "堃喆祎",
    "慕容知夏",
    "买买提·艾力",
    "阿卜杜热合曼·买买提吐尔逊",
)
UNITS = (
    "东营职业学院",
    "东营港经济开发区（东营综合保税区）高端化工产教联合体秘书处",
    "中国石油大学（华东）化学化工学院暨国家重点实验室",
)
TITLES = ("院长", "党委副书记、校长", "管委会副主任，高端化工产教联合体理事长（轮值）")
MEETING = Meeting(
    title="东营港经济开发区（东营综合保税区）高端化工产教联合体成立大会",
    starts_at=datetime(2024, 1, 19, 1, 0, tzinfo=UTC),
    venue="东营职业学院大学生活动中心",
    zone="Asia/Shanghai",
)


def spent() -> float:
    """Tell the CPU seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a line for each size and for one side or both."""
    with TemporaryDirectory() as folder:
        app = open_app(Path(folder), f"sqlite:///{folder}/bench.db")
        with app.app_context():
            people = [
                Holder(
                    number,
                    NAMES[number % len(NAMES)],
                    UNITS[number % len(UNITS)],
                    TITLES[number % len(TITLES)],
                    list(Category)[number % len(Category)],
                    "A 区 3 排 12 座",
                    f"{number:08d}",
                )
                for number in range(1, COUNT + 1)
            ]
            texts = "".join(one.name + one.unit + one.titles for one in people)
            print(f"missing glyphs: {len(missing_glyphs(texts, PAPER_FAMILIES))}")
            badges_pdf(MEETING, people[:1], _tokens(people[:1]), Options())  # loads the library
            print("| size | sides | CPU ms a badge | PDF MB | codes read back |")
            print("|---|---:|---:|---:|---:|")
            for size in Size:
                for back in (False, True):
                    _line(people, Options(size, back=back))


def _line(people: list[Holder], options: Options) -> None:
    before = spent()
    tokens = _tokens(people)
    pdf = badges_pdf(MEETING, people, tokens, options)
    each = (spent() - before) / COUNT * 1000
    read = {one.text for page in pictures_of(pdf) for one in zxingcpp.read_barcodes(page)}
    found = len(read & set(tokens.values()))
    sides = 2 if options.back else 1
    print(f"| {options.size} | {sides} | {each:.2f} | {len(pdf) / 1e6:.1f} | {found} of {COUNT} |")
    sys.stdout.flush()


def _tokens(people: list[Holder]) -> dict[int, str]:
    ring = keys.ring()
    number = ring.newest
    written = {}
    for one in people:
        claims = encode_claims(PassClaims(PASS_VERSION, number, 1, one.registration_id, 1))
        written[one.registration_id] = to_text(claims, ring.sign(number, claims))
    return written


if __name__ == "__main__":
    main()
