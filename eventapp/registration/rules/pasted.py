"""What organisers paste or type in lines: so many people for this unit, so many for that."""

import re
import unicodedata

from eventapp.core.errors import N_, Invalid
from eventapp.core.names import name_key

_LAST_GAP = re.compile(r"[\s,，:：]+(?=[^\s,，:：]*$)")
LARGEST_QUOTA = 100_000


def read_unit_quotas(text: str) -> dict[str, int | None]:
    """Read lines of a unit's name and a number, between them a tab, a space or a comma.

    Without a number the unit has the usual one, which is None. Raises Invalid (field `rows`)
    that names the line.
    """
    quotas: dict[str, int | None] = {}
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, quota = _read_line(line, number)
        if name_key(name) in seen:
            raise Invalid(
                "unit_twice", N_("第 %(row)s 行：这个单位写了两次。"), field="rows", row=number
            )
        seen.add(name_key(name))
        quotas[name] = quota
    return quotas


def _read_line(line: str, number: int) -> tuple[str, int | None]:
    words = line.strip()
    gap = _LAST_GAP.search(words)
    if gap is None:
        return words, None
    name, last = words[: gap.start()], unicodedata.normalize("NFKC", words[gap.end() :])
    if last.isascii() and last.isdigit() and int(last[:9]) <= LARGEST_QUOTA:
        return name, int(last)
    if "\t" in words:
        raise Invalid(
            "quota_unreadable",
            N_("第 %(row)s 行：名额是 0 到 100000 之间的整数。"),
            field="rows",
            row=number,
        )
    return words, None  # a name of several words, without a number
