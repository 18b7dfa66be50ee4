"""Papers as pictures, as a printer would draw them."""

from io import BytesIO

import pdfplumber
import zxingcpp
from PIL import Image


def pictures_of(pdf: bytes, dots_per_inch: int = 300) -> list[Image.Image]:
    """Draw the pages of a PDF in grey."""
    with pdfplumber.open(BytesIO(pdf)) as document:
        return [
            page.to_image(resolution=dots_per_inch, antialias=True).original.convert("L")
            for page in document.pages
        ]


def codes_in(pdf: bytes) -> list[list[str]]:
    """Read what the codes on each page say."""
    return [[one.text for one in zxingcpp.read_barcodes(page)] for page in pictures_of(pdf)]
