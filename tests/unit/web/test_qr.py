"""QR codes are drawn once and read by strangers' phones: everything here is decoded again."""

from collections.abc import Callable
from io import BytesIO
from random import Random

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from eventapp.web import qr

TOKEN = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 4)[:122]
LINK = "HTTPS://MEETING.EXAMPLE.ORG/P/K7M29QXD4TWF"
CHINESE = "https://example.org/会议?name=堃喆&x=<1>"


def decode(image: Image.Image) -> str | None:
    found = zxingcpp.read_barcodes(image.convert("L"))
    return found[0].text if found else None


def picture(text: str, scale: int = 6) -> Image.Image:
    return Image.open(BytesIO(qr.qr_png(text, scale)))


def speckled(image: Image.Image) -> Image.Image:
    """Shift every pixel by up to ±60 of 255, the same in each run."""
    dice = Random(20240119)  # noqa: S311 - a picture, no secret
    values = [min(255, max(0, v + dice.randint(-60, 60))) for v in image.tobytes()]
    return Image.frombytes("L", image.size, bytes(values))


def draw_svg(svg: str, scale: int = 6) -> Image.Image:
    """Draw the runs of our own path, which is all the SVG has."""
    side = int(svg.split('viewBox="0 0 ')[1].split()[0])
    image = Image.new("L", (side * scale, side * scale), 255)
    draw = ImageDraw.Draw(image)
    for run in svg.split('<path d="M')[1].split('"')[0].split("M"):
        x, rest = run.split(" ")
        y, width = rest.split("v")[0].split("h")
        left, top = int(x) * scale, int(y) * scale
        draw.rectangle((left, top, left + int(width) * scale - 1, top + scale - 1), fill=0)
    return image


@pytest.mark.parametrize("text", [TOKEN, LINK, CHINESE])
def test_png_and_svg_say_the_same_text(text: str) -> None:
    assert decode(picture(text)) == text
    assert decode(draw_svg(qr.qr_svg(text, title="码"))) == text


def test_a_pass_of_122_base32_characters_is_version_5() -> None:
    assert len(qr.qr_matrix(TOKEN)) == 37
    assert len(qr.qr_matrix(TOKEN + "A")) == 41


def test_png_is_one_bit_and_has_a_quiet_zone_of_four_modules() -> None:
    image = picture(TOKEN, 3)
    assert image.mode == "1"
    assert image.size == (45 * 3, 45 * 3)
    assert image.crop((0, 0, image.width, 12)).getextrema() == (255, 255)
    assert image.getpixel((12, 12)) == 0


@pytest.mark.parametrize(
    "degrade",
    [
        pytest.param(lambda i: i.filter(ImageFilter.GaussianBlur(2.5)), id="blurred"),
        pytest.param(lambda i: i.resize((i.width // 2, i.height // 2)), id="half size"),
        pytest.param(lambda i: i.rotate(17, expand=True, fillcolor=255), id="turned"),
        pytest.param(lambda i: i.rotate(180), id="upside down"),
        pytest.param(lambda i: i.point(lambda v: 90 + v * 60 // 255), id="pale"),
        pytest.param(speckled, id="noisy"),
    ],
)
def test_a_degraded_picture_is_still_read(degrade: Callable[[Image.Image], Image.Image]) -> None:
    worse = degrade(picture(TOKEN, 8).convert("L"))
    assert decode(worse) == TOKEN


def test_a_code_with_a_stain_is_still_read() -> None:
    image = picture(TOKEN, 8).convert("L")
    ImageDraw.Draw(image).ellipse((180, 180, 225, 225), fill=200)
    assert decode(image) == TOKEN


def test_svg_title_is_escaped_and_no_style_is_inline() -> None:
    svg = qr.qr_svg(TOKEN, title='<b>"入场"</b>')
    assert "<b>" not in svg
    assert "style" not in svg
    assert len(svg) < 8_000


def test_text_too_long_for_any_code_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        qr.qr_matrix("A" * 5000)


def test_data_uri_carries_the_png() -> None:
    assert qr.qr_data_uri(LINK).startswith("data:image/png;base64,iVBOR")
