"""That English is complete: nothing untranslated, nothing doubtful, nothing left over."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

TOP = Path(__file__).parents[3]
FOLDER = TOP / "eventapp" / "translations"
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None}
FILLED = re.compile(r"%(?:\(\w+\))?[a-z%]|\{\w+\}")
"""`%(name)s` of Python, `{name}` of the door's script."""
TAG = re.compile(r"</?[a-z][^>]*>")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
QUOTED = re.compile(r"‘[^’]*’")
"""Where English tells which Chinese words to type, it quotes them."""


@pytest.fixture(scope="module")
def extracted() -> dict[str, tuple[str, ...]]:
    """Read what the code and the templates ask for: first form of each id, and all its forms."""
    with (FOLDER / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found: dict[str, tuple[str, ...]] = {}
    for room in ("eventapp", "templates"):
        inside = [(pattern.removeprefix(f"{room}/"), how) for pattern, how in methods]
        chosen = {pattern.removeprefix(f"{room}/"): what for pattern, what in options.items()}
        for _file, _line, message, _comments, _context in extract_from_dir(
            TOP / room, inside, chosen, KEYWORDS
        ):
            forms = (message,) if isinstance(message, str) else message
            if len(forms) >= len(found.get(forms[0], ())):
                found[forms[0]] = forms
    return found


@pytest.fixture(scope="module")
def english() -> Catalog:
    """Read the catalogue as it is kept."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def _entries(catalogue: Catalog) -> dict[str, Message]:
    return {_forms(entry.id)[0]: entry for entry in catalogue if entry.id}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def test_the_code_asks_for_many_messages(extracted: dict[str, tuple[str, ...]]) -> None:
    assert len(extracted) > 1000


def test_every_message_has_its_english(
    extracted: dict[str, tuple[str, ...]], english: Catalog
) -> None:
    kept = _entries(english)
    assert not [
        first
        for first, forms in extracted.items()
        if first not in kept
        or len(_forms(kept[first].string)) != (english.num_plurals if len(forms) > 1 else 1)
        or not all(form.strip() for form in _forms(kept[first].string))
    ]


def test_nothing_is_doubtful_or_left_over(
    extracted: dict[str, tuple[str, ...]], english: Catalog
) -> None:
    assert not english.fuzzy
    assert not [entry.id for entry in english if entry.id and entry.fuzzy]
    assert not english.obsolete
    assert not set(_entries(english)) - set(extracted)


@pytest.mark.parametrize("part", [FILLED, TAG], ids=["placeholders", "tags"])
def test_both_languages_hold_the_same(part: re.Pattern[str], english: Catalog) -> None:
    assert not [
        entry.id
        for entry in english
        if entry.id
        and any(
            sorted(part.findall(form)) != sorted(part.findall(_forms(entry.id)[0]))
            for form in _forms(entry.string)
        )
    ]


def test_english_has_chinese_only_where_it_quotes_it(english: Catalog) -> None:
    assert not [
        form
        for entry in english
        if entry.id
        for form in _forms(entry.string)
        if CHINESE.search(QUOTED.sub("", form))
    ]
