"""Set many small papers at once: the one door to typst.

What people are called reaches a template as data, never as markup, so no name can be an
instruction. Nothing is loaded but the template, the pictures that are handed in and the fonts of
`web.pdf.FAMILIES`; the same data gives the same bytes.
"""

import importlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from eventapp.core.names import pad_name, short_joints

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAPER_FAMILIES = ("Noto Sans CJK SC", "Noto Serif CJK SC", "BabelStone Han", "Symbola")
"""What the templates are set in: ask `web.pdf.missing_glyphs` of these before printing names."""
LONGEST_WHOLE = 7
"""A name of so many characters, a dot or a space among them, is not broken."""


@lru_cache(maxsize=1)
def _typst() -> tuple[Any, Any]:
    # Its library is 30 MB and the look at every font takes 50 ms: whoever never prints, never pays.
    typst = importlib.import_module("typst")
    return typst, typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    pictures: Mapping[str, str] | None = None,
    kind: Literal["pdf", "png"] = "pdf",
    dots_per_inch: int = 300,
) -> bytes:
    """Return a template under templates/ filled with `data`, as PDF, or its only page as PNG.

    The template reads `json(bytes(sys.inputs.data))` and may import `fit.typ` of the partials;
    `pictures` are SVG texts by their names.
    """
    typst, fonts = _typst()
    files = {name: svg.encode() for name, svg in (pictures or {}).items()}
    files["fit.typ"] = (TEMPLATES / "partials" / "fit.typ").read_bytes()
    files["main.typ"] = (TEMPLATES / template).read_bytes()
    compiler = typst.Compiler(
        input=files,
        ignore_system_fonts=True,
        font_paths=fonts,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return compiler.compile(format=kind, ppi=dots_per_inch if kind == "png" else None)


def breakable(text: str) -> list[str]:
    """Split a name where a line may break, for a template that keeps each piece whole.

    A piece before a space ends with it; 暨 and 与 stay with what follows them.
    """
    pieces: list[str] = []
    for part in short_joints(text):
        short = pieces.pop() if pieces and len(pieces[-1]) == 1 else ""
        pieces += re.findall(r"[^ ]+ ?", short + part)
    return pieces or [""]


def name_pieces(name: str) -> list[str]:
    """Split a long name at its dots and spaces; a short one stays whole, one of two is padded."""
    padded = pad_name(name)
    if len(padded) <= LONGEST_WHOLE:
        return [padded]
    return re.findall(r"[^· ]+[· ]?", padded)
