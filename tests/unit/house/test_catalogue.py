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
Key = tuple[str | None, str]
"""The context of a message and its id."""
TAG = re.compile(r"</?[a-z][^>]*>")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
QUOTED = re.compile(r"‘[^’]*’")
"""Where English tells which Chinese words to type, it quotes them."""


@pytest.fixture(scope="module")
def extracted() -> dict[Key, set[tuple[str, ...]]]:
    """Read what the code and the templates ask for, and in which forms."""
    with (FOLDER / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found: dict[Key, set[tuple[str, ...]]] = {}
    for room in ("eventapp", "templates"):
        inside = [(pattern.removeprefix(f"{room}/"), how) for pattern, how in methods]
        chosen = {pattern.removeprefix(f"{room}/"): what for pattern, what in options.items()}
        for _file, _line, message, _comments, context in extract_from_dir(
            TOP / room, inside, chosen, KEYWORDS
        ):
            forms = _forms(message)
            found.setdefault((context, forms[0]), set()).add(forms)
    return found


@pytest.fixture(scope="module")
def english() -> Catalog:
    """Read the catalogue as it is kept."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def _entries(catalogue: Catalog) -> dict[Key, Message]:
    return {(entry.context, _forms(entry.id)[0]): entry for entry in catalogue if entry.id}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def test_the_code_asks_for_many_messages(extracted: dict[Key, set[tuple[str, ...]]]) -> None:
    assert len(extracted) > 1000


def test_no_message_is_counted_here_and_plain_there(
    extracted: dict[Key, set[tuple[str, ...]]],
) -> None:
    """Else Python 3.11.2 of Debian 12 shows the plain one untranslated; a context parts them."""
    assert not [key for key, asked in extracted.items() if len(asked) > 1]


def test_every_message_has_its_english(
    extracted: dict[Key, set[tuple[str, ...]]], english: Catalog
) -> None:
    kept = _entries(english)
    assert not [
        key
        for key, (forms, *_) in extracted.items()
        if key not in kept
        or len(_forms(kept[key].string)) != (english.num_plurals if len(forms) > 1 else 1)
        or not all(form.strip() for form in _forms(kept[key].string))
    ]


def test_nothing_is_doubtful_or_left_over(
    extracted: dict[Key, set[tuple[str, ...]]], english: Catalog
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
