"""Turn our HTML into paper: the one door to WeasyPrint.

Whoever renders gives finished HTML and the names of our print style sheets; nothing else is ever
loaded. Same HTML, same fonts, same bytes: the digest of a released document can be checked by
rendering it again, so no clock and no random identifier is used here.

Families, licences and how to install them: static/fonts/README.md.
"""

import base64
import binascii
import hashlib
import importlib
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from fontTools.ttLib import TTCollection, TTFont

STATIC = Path(__file__).resolve().parents[2] / "static"

#: Style sheets every document begins with: font stacks and page basics.
BASE_STYLESHEETS = ("css/print/base.css",)

#: The faces that base.css names. Each stack there ends with the last three: all of GBK, the rare
#: characters beyond it as far as a free font draws them, and emoji. `missing_glyphs` tells more.
FAMILIES = (
    "FandolFang",
    "Noto Sans CJK SC",
    "LXGW WenKai",
    "Noto Serif CJK SC",
    "BabelStone Han",
    "Symbola",
)

_MEDIA_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_PNG_DATA = "data:image/png;base64,"
_LARGEST_PNG = 256 * 1024
_RENDERING = Lock()


class ForeignAsset(ValueError):
    """A document asked for something that is not ours; the document is not made."""


@lru_cache(maxsize=1)
def _weasyprint() -> ModuleType:
    # Loading WeasyPrint takes 0.5 to 1.5 s and some 60 MB. Web processes import this module
    # through the features' documents but never print; only the worker should pay.
    weasyprint = importlib.import_module("weasyprint")
    # WeasyPrint 70 widens only spaces, and Chinese has none: every line with a digit or a pushed
    # bracket would end short of the edge. Drop this line when it knows `text-justify`.
    inline: Any = importlib.import_module("weasyprint.layout.inline")
    inline.justify_line = _justify_characters
    return weasyprint


def warm() -> None:
    """Load WeasyPrint, its fonts and our base sheets now, so that the first reader need not wait.

    The worker calls it when it starts.
    """
    render_pdf("<p>预备 Ready 123</p>", title="预备", lang="zh-CN")


def render_pdf(
    html: str,
    *,
    title: str,
    lang: str,
    author: str = "",
    stylesheets: Sequence[str] = (),
    assets: Mapping[str, bytes] | None = None,
    created: datetime | None = None,
) -> bytes:
    """Return `html` as a tagged PDF (PDF/UA-1); same arguments, same bytes.

    `stylesheets` are paths under static/, such as "css/print/gongwen.css". The HTML may refer to
    `asset:NAME`, a key of `assets` or a path under static/, and to small PNG data URIs; any other
    address raises ForeignAsset. `created`, an aware instant, is written into the metadata if
    given. Calls take turns: WeasyPrint's font map is not made for two threads at once.
    """
    weasyprint = _weasyprint()
    fetcher = _Fetcher(assets or {})
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    with _RENDERING, fetcher.answering():
        sheets = [_stylesheet(name) for name in (*BASE_STYLESHEETS, *stylesheets)]
        document = weasyprint.HTML(string=html, url_fetcher=fetcher).render(
            font_config=_font_config(), stylesheets=sheets, pdf_variant="pdf/ua-1"
        )
        meta = document.metadata
        meta.title, meta.lang, meta.authors = title, lang, [author] if author else []
        meta.created = meta.modified = _pdf_instant(created)
        return document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)


def _pdf_instant(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def _font_config() -> Any:
    return _weasyprint().text.fonts.FontConfiguration()


def _stylesheet(name: str) -> Any:
    path = _static_path(name)
    return _parsed_stylesheet(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _parsed_stylesheet(path: Path, _changed_ns: int) -> Any:
    text = path.read_text(encoding="utf-8")
    fetcher = _Fetcher({})
    with fetcher.answering():
        return _weasyprint().CSS(string=text, font_config=_font_config(), url_fetcher=fetcher)


class _Fetcher:
    """Answer WeasyPrint's requests from memory and static/ alone.

    It opens no connection and follows nothing, so redirects, `@import` and `@font-face` of
    foreign things all end here.
    """

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        self._assets = assets
        self._refusal: ForeignAsset | None = None

    def __call__(self, url: str) -> Any:
        urls = _weasyprint().urls
        try:
            body, media_type = _asset(url, self._assets)
        except ForeignAsset as refusal:
            self._refusal = self._refusal or refusal
            raise urls.FatalURLFetchingError(str(refusal)) from None
        return urls.URLFetcherResponse(url, body, {"Content-Type": media_type})

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raise the first refusal when the work is done, or as soon as WeasyPrint gives up.

        It goes on without a picture that an SVG asks for, and a document with a hole must not be
        issued.
        """
        fatal = _weasyprint().urls.FatalURLFetchingError
        try:
            yield
        except fatal as stopped:
            raise self._refusal or ForeignAsset(str(stopped)) from None
        if self._refusal:
            raise self._refusal


def _asset(url: str, assets: Mapping[str, bytes]) -> tuple[bytes, str]:
    if url.startswith(_PNG_DATA):
        return _png_of(url), "image/png"
    scheme, _, name = url.partition(":")
    if scheme != "asset":
        raise ForeignAsset(f"not one of our assets: {url[:80]}")
    media_type = _MEDIA_TYPES.get(Path(name).suffix)
    if media_type is None:
        raise ForeignAsset(f"no asset of a known kind: {name[:80]}")
    if name in assets:
        return assets[name], media_type
    return _static_path(name).read_bytes(), media_type


def _png_of(url: str) -> bytes:
    try:
        body = base64.b64decode(url.removeprefix(_PNG_DATA), validate=True)
    except binascii.Error:
        raise ForeignAsset("picture data that is not Base64") from None
    if len(body) > _LARGEST_PNG or not body.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ForeignAsset("picture data that is not a small PNG")
    return body


def _static_path(name: str) -> Path:
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise ForeignAsset(f"no such file of ours: {name[:80]}")
    return path


# Justification ----------------------------------------------------------------------------------

#: A gap wider than this share of the type size looks worse than a line that ends short.
_WIDEST_GAP = 0.2


def _justify_characters(context: Any, line: Any, extra_width: float) -> None:
    """Spread `extra_width` evenly between the characters of `line`, as Chinese is justified.

    Takes the place of WeasyPrint's function of the same arguments.
    """
    gaps = _count_characters(line) - 1
    if gaps < 1 or not 0 < extra_width / gaps <= _WIDEST_GAP * line.style["font_size"]:
        return
    _spread(context, line, extra_width / gaps, 0)


def _count_characters(box: Any) -> int:
    if hasattr(box, "text"):
        return len(box.text)
    if _is_inline(box):
        return sum(_count_characters(child) for child in box.children if child.is_in_normal_flow())
    return 1


def _is_inline(box: Any) -> bool:
    boxes = _weasyprint().formatting_structure.boxes
    return isinstance(box, boxes.LineBox | boxes.InlineBox)


def _spread(context: Any, box: Any, gap: float, shift: float) -> float:
    """Move `box` by `shift`, open its gaps, and return the shift for what follows on the line."""
    if hasattr(box, "text"):
        box.position_x += shift
        if not box.text:
            return shift
        box.style = box.style.copy()
        letter_spacing = box.style["letter_spacing"]
        box.style["letter_spacing"] = gap + (0 if letter_spacing == "normal" else letter_spacing)
        line_break = _weasyprint().text.line_break
        layout = line_break.create_layout(box.text, box.style, context, None, 0)
        layout.deactivate()
        box.pango_layout = layout
        box.width += gap * (len(box.text) - 1)
        return shift + gap * len(box.text)
    if not _is_inline(box):
        box.translate(shift, 0)
        return shift + gap
    box.position_x += shift
    following = shift
    for child in box.children:
        if child.is_in_normal_flow():
            following = _spread(context, child, gap, following)
    box.width += following - shift
    return following


# Glyphs -----------------------------------------------------------------------------------------


def missing_glyphs(text: str, families: Iterable[str] = FAMILIES) -> set[str]:
    """Return the characters of `text` that none of `families`, as installed here, can draw.

    An empty box in a person's name is the worst error a printed page can have, so the doctor asks
    this for every name on the rolls. Spaces, controls and variation selectors need no glyph.
    """
    wanted = {char for char in set(text) if _needs_glyph(char)}
    for family in families:
        if not wanted:
            break
        wanted -= {char for char in wanted if ord(char) in _characters_of(family)}
    return wanted


def _needs_glyph(char: str) -> bool:
    category = unicodedata.category(char)
    return not (category[0] == "Z" or category in ("Cc", "Cf") or "\ufe00" <= char <= "\ufe0f")


def missing_families() -> list[str]:
    """Return those of FAMILIES that are not installed here, in the order of their importance."""
    return [family for family in FAMILIES if family not in _installed()]


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    """Map the families we name to their regular font files, as fontconfig knows them."""
    listing = subprocess.run(
        ["fc-list", "--format", "%{file}\t%{family}\t%{style}\t%{variable}\n"],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    found: dict[str, Path] = {}
    for line in sorted(listing.splitlines()):
        file, families, style, variable = line.split("\t")
        if variable == "True" or not style.startswith("Regular"):
            continue
        for family in families.split(","):
            if family in FAMILIES:
                found.setdefault(family, Path(file))
    return found


@lru_cache(maxsize=len(FAMILIES))
def _characters_of(family: str) -> frozenset[int]:
    path = _installed().get(family)
    if path is None:
        return frozenset()
    if path.suffix.lower() != ".ttc":
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or {})
    with TTCollection(path, lazy=True) as collection:
        fonts = [f for f in collection.fonts if f["name"].getBestFamilyName() == family]
        return frozenset(code for font in fonts for code in font.getBestCmap() or {})


# Titles -----------------------------------------------------------------------------------------

_JOINT = re.compile(
    r"(?<= )|(?<=[）》】、，：；])(?![）》】、，：；])|(?<!^)(?=[（《【〔])|(?=暨)"
    r"|(?=成立大会|预备会议|全体会议|理事会会议|会员大会|会议纪要|第[一二三四五六七八九十百\d]+[届次])"
)


def title_parts(text: str) -> list[str]:
    """Split a title where it may break: at brackets, 《》, 暨, spaces and its closing words."""
    return [part for part in _JOINT.split(text) if part]


def title_lines(text: str, width: int) -> list[str]:
    """Set `text` in the fewest lines of at most `width` full-width characters, evenly filled.

    Lines break only between `title_parts`, unless one part alone is wider than a line.
    GB/T 9704—2012 7.3.1 asks that a wrapped title keep words whole and look balanced.
    """
    parts = [piece for part in title_parts(text) for piece in _chunks(part, width)]
    for count in range(1, len(parts) + 1):
        lines = _balanced(parts, count)
        if all(_measure(line) <= width for line in lines):
            return lines
    return parts


def _balanced(parts: list[str], count: int) -> list[str]:
    """Join `parts` to `count` lines with the least sum of squared widths, that is most evenly.

    Built up line by line over the beginnings of `parts`: a title of forty joints must not try
    every way to cut it.
    """
    best = {end: _with_line((0.0, []), parts[:end]) for end in range(1, len(parts) + 1)}
    for line in range(2, count + 1):
        best = {
            end: min(_with_line(best[cut], parts[cut:end]) for cut in range(line - 1, end))
            for end in range(line, len(parts) + 1)
        }
    return best[len(parts)][1]


def _with_line(so_far: tuple[float, list[str]], parts: list[str]) -> tuple[float, list[str]]:
    cost, lines = so_far
    line = "".join(parts)
    return cost + _measure(line) ** 2, [*lines, line]


def _chunks(part: str, width: int) -> list[str]:
    if _measure(part) <= width:
        return [part]
    return [part[start : start + width] for start in range(0, len(part), width)]


def _measure(text: str) -> float:
    """Return the width of `text` in full-width characters; Latin letters and digits are half."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)
