"""A film of people who hold their passes before a camera, as halls are: y4m, for Chromium.

Each pass comes into the picture blurred by its movement, is held for most of a second, and is gone
for a moment before the next. A strip of six squares in the corner
counts the passes in binary, so that whoever watches knows what is shown.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from eventapp.web.qr import qr_png

WIDTH, HEIGHT = 1280, 720
FRAMES_A_SECOND = 10
LEAD, SHOWN, GAP = 40, 10, 2
"""Frames before the first pass, of each pass, and after each."""
MOVING = (150, 70, 20)  # pixels below its place in the first frames of a pass
SQUARE = 24
SQUARES = 6
MODULES = 45  # a pass with its quiet zone
SCALE = 8  # pixels a module on the card that is photographed
FOCUS = 1100.0  # pixels; a phone's main camera
SIDE = MODULES * SCALE

Draw = Callable[[str, Random], Image.Image]


def card(text: str) -> Image.Image:
    """Draw a printed pass: the code, and lines where the name would be."""
    paper = Image.new("L", (SIDE + 40, SIDE + 160), 245)
    with Image.open(BytesIO(qr_png(text, SCALE))) as code:
        paper.paste(code.convert("L"), (20, 20))
    pen = ImageDraw.Draw(paper)
    for line in range(3):
        pen.rectangle((40, SIDE + 45 + line * 35, 300 - line * 50, SIDE + 60 + line * 35), fill=60)
    return paper


def screen(text: str) -> Image.Image:
    """Draw a phone that shows the pass: bright, with a dark rim."""
    phone = Image.new("L", (SIDE + 100, SIDE + 420), 25)
    ImageDraw.Draw(phone).rectangle((18, 40, SIDE + 82, SIDE + 380), fill=255)
    with Image.open(BytesIO(qr_png(text, SCALE))) as code:
        phone.paste(code.convert("L"), (50, 130))
    return phone


def hall(chance: Random) -> Image.Image:
    """Draw what is behind: soft shapes, no two alike."""
    scene = Image.new("L", (WIDTH // 8, HEIGHT // 8), 120)
    pen = ImageDraw.Draw(scene)
    for _ in range(14):
        x, y = chance.randrange(WIDTH // 8), chance.randrange(HEIGHT // 8)
        size = chance.randrange(6, 40)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=chance.randrange(40, 200))
    return scene.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def turned(yaw: float, pitch: float, roll: float) -> tuple[Sequence[float], Sequence[float]]:
    """Tell where the two edges of a sheet point after it was turned by these degrees."""
    a, b, c = (math.radians(angle) for angle in (yaw, pitch, roll))

    def turn(x: float, y: float) -> tuple[float, float, float]:
        x, y = x * math.cos(c) - y * math.sin(c), x * math.sin(c) + y * math.cos(c)
        y, z = y * math.cos(b), y * math.sin(b)
        return x * math.cos(a) + z * math.sin(a), y, z * math.cos(a) - x * math.sin(a)

    return turn(1, 0), turn(0, 1)


def photograph(
    sheet: Image.Image,
    scene: Image.Image,
    *,
    module: float,
    angles: tuple[float, float, float] = (0, 0, 0),
    centre: tuple[float, float] = (0, 0),
) -> Image.Image:
    """Put a sheet before a scene; a module of its code is as many pixels wide where it is middle.

    A pinhole camera: a point of the sheet is where its ray meets the picture. Pillow asks for the
    way back, which is the adjugate of that matrix.
    """
    right, down = turned(*angles)
    depth = FOCUS * SCALE / module
    at = (centre[0] * depth / FOCUS, centre[1] * depth / FOCUS, depth)
    middle = (sheet.width / 2, sheet.height / 2)
    corner = [at[n] - middle[0] * right[n] - middle[1] * down[n] for n in range(3)]
    a, b, c = (
        [FOCUS * line[0] + WIDTH / 2 * line[2], FOCUS * line[1] + HEIGHT / 2 * line[2], line[2]]
        for line in (right, down, corner)
    )
    back = [cross(b, c), cross(c, a), cross(a, b)]
    whole = back[2][2]
    numbers = [value / whole for line in back for value in line][:8]
    how = (Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)
    if module < SCALE / 2:  # a lens mixes what lies between; the warp would leave it out
        sheet = sheet.filter(ImageFilter.BoxBlur(SCALE / module / 2 - 0.5))
    there = Image.new("L", sheet.size, 255).transform((WIDTH, HEIGHT), *how)
    return Image.composite(sheet.transform((WIDTH, HEIGHT), *how), scene, there)


def cross(a: Sequence[float], b: Sequence[float]) -> list[float]:
    """Multiply two vectors to the one that stands on both."""
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def noisy(picture: Image.Image, sigma: float) -> Image.Image:
    """Add the grain of a sensor."""
    return ImageChops.add(picture, Image.effect_noise(picture.size, sigma), 1, -128)


def near(chance: Random, most: float) -> tuple[float, float]:
    """Hold it not quite in the middle."""
    return chance.uniform(-most, most), chance.uniform(-most / 2, most / 2)


def tilted(text: str, chance: Random) -> Image.Image:
    """Hold a card askew."""
    yaw = chance.choice((-1, 1)) * chance.uniform(25, 45)
    angles = (yaw, chance.uniform(-25, 25), chance.uniform(-30, 30))
    return noisy(
        photograph(
            card(text),
            hall(chance),
            module=chance.uniform(6, 8),
            angles=angles,
            centre=near(chance, 120),
        ),
        4,
    )


def glaring(text: str, chance: Random) -> Image.Image:
    """Let a lamp shine on the card."""
    centre = near(chance, 100)
    picture = photograph(
        card(text),
        hall(chance),
        module=7,
        angles=(chance.uniform(-15, 15), chance.uniform(-15, 15), chance.uniform(-10, 10)),
        centre=centre,
    )
    x, y = WIDTH / 2 + centre[0], HEIGHT / 2 + centre[1] - 60
    x, y = x + chance.uniform(-60, 60), y + chance.uniform(-60, 60)
    light = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(light)
    pen.ellipse((x - 110, y - 80, x + 110, y + 80), fill=90)
    pen.ellipse((x - 38, y - 28, x + 38, y + 28), fill=255)
    return noisy(ImageChops.add(picture, light.filter(ImageFilter.GaussianBlur(10))), 4)


def dim(text: str, chance: Random) -> Image.Image:
    """Hold a card where the lamps are off: little light, much grain."""
    picture = photograph(
        card(text),
        hall(chance),
        module=chance.uniform(5, 7),
        angles=(chance.uniform(-15, 15), chance.uniform(-15, 15), chance.uniform(-15, 15)),
        centre=near(chance, 120),
    )
    light = chance.uniform(0.18, 0.3)
    return noisy(picture.point(lambda value: int(12 + value * light)), 7)


def small(text: str, chance: Random) -> Image.Image:
    """Hold a card far away."""
    return noisy(
        photograph(
            card(text),
            hall(chance),
            module=chance.uniform(1.9, 2.6),
            angles=(chance.uniform(-10, 10), chance.uniform(-10, 10), chance.uniform(-20, 20)),
            centre=near(chance, 200),
        ).filter(ImageFilter.GaussianBlur(0.5)),
        4,
    )


def on_a_phone(text: str, chance: Random) -> Image.Image:
    """Show it on a phone: the screen's lines beat with the sensor's, a window mirrors in it."""
    picture = photograph(
        screen(text),
        hall(chance),
        module=chance.uniform(5, 6.5),
        angles=(chance.uniform(-25, 25), chance.uniform(-20, 20), chance.uniform(-20, 20)),
        centre=near(chance, 80),
    )
    period, slope = chance.uniform(5, 11), chance.uniform(-0.4, 0.4)
    line = bytes(int(225 + 30 * math.sin(2 * math.pi * x / period)) for x in range(WIDTH + HEIGHT))
    beat = Image.frombytes("L", (WIDTH + HEIGHT, 1), line).resize((WIDTH + HEIGHT, HEIGHT))
    way = (1, slope, HEIGHT / 2, 0, 1, 0)
    beat = beat.transform((WIDTH, HEIGHT), Image.Transform.AFFINE, way)
    window = Image.new("L", (WIDTH, HEIGHT), 0)
    x = WIDTH / 2 + chance.uniform(-150, 100)
    ImageDraw.Draw(window).polygon(((x, 100), (x + 90, 100), (x + 20, 620), (x - 70, 620)), fill=70)
    mirrored = ImageChops.add(
        ImageChops.multiply(picture, beat), window.filter(ImageFilter.GaussianBlur(12))
    )
    return noisy(mirrored.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.2))), 4)


KINDS: tuple[Draw, ...] = (tilted, glaring, dim, small, on_a_phone)


def scenes(texts: Sequence[str]) -> Iterator[tuple[Image.Image, int]]:
    """Draw the film's pictures, each with how many frames it stays."""
    chance = Random(60)  # noqa: S311 - the same film every time
    yield counted(noisy(hall(chance), 4), 0), LEAD
    for place, text in enumerate(texts):
        still = KINDS[place % len(KINDS)](text, chance)
        for below in MOVING:
            yield counted(moving(still, below), place + 1), 1
        yield counted(still, place + 1), SHOWN - len(MOVING)
        yield counted(noisy(hall(chance), 4), 0), GAP
    yield counted(noisy(hall(chance), 4), 0), FRAMES_A_SECOND


def moving(still: Image.Image, below: int) -> Image.Image:
    """Move a picture down, as far as it will still come up, and blur it by a part of that."""
    return ImageChops.offset(still, 0, below).filter(ImageFilter.GaussianBlur((0, below / 8)))


def counted(picture: Image.Image, number: int) -> Image.Image:
    """Draw the strip of squares that counts."""
    pen = ImageDraw.Draw(picture)
    for place in range(SQUARES):
        bright = number >> place & 1
        box = (place * SQUARE, 0, (place + 1) * SQUARE - 1, SQUARE - 1)
        pen.rectangle(box, fill=235 if bright else 20)
    return picture


def film(texts: Sequence[str], path: Path) -> Path:
    """Write the film of these passes."""
    colourless = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n"
        file.write(head.encode())
        for picture, frames in scenes(texts):
            file.write((b"FRAME\n" + picture.tobytes() + colourless) * frames)
    return path
