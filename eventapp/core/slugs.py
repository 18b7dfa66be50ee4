"""The words by which alliances and meetings are known in web addresses."""

import re

from eventapp.core.errors import N_, Invalid

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LONGEST = 60  # characters; leaves room for the rest of an address in a short message


def ensure_slug(text: str) -> str:
    """Return `text` when it can stand in a web address: a-z, 0-9 and single inner hyphens.

    Raises Invalid (field `slug`) otherwise; nothing is repaired silently, because the
    address is printed on invitations.
    """
    if len(text) > SLUG_LONGEST or not _SLUG.fullmatch(text):
        raise Invalid(
            "slug_unreadable",
            N_("网址名只能用小写字母、数字和中间的短横线，最多 %(longest)s 个字符。"),
            field="slug",
            longest=SLUG_LONGEST,
        )
    return text
