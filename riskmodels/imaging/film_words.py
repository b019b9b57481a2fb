"""Words burned into a chest film that say it was not taken upright from the back: AP, PORTABLE, SUPINE, 臥位.

No reading of text in general: bright or dark marks of one height in a row are compared, one by one, with rendered
letters, and the row with these few words. Only the film's outer parts are looked at, where such words stand.

Measured with words burned into training and validation films (white, 2–5 % of the side high, eight type faces, of which
three are among the templates, JPEG of 50–95): 84 of 100 were found, AP 20 of 20, 65 of 70 on films of 1,024 pixels and
more, 19 of 30 on films of 512, where letters touch. On the 207 films as they are, which carry other markers, no word
was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from riskmodels.imaging.kanji import KANJI, KANJI_SIDE
from riskmodels.imaging.results import Pixels

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
#: letter, its shape, and how wide it is for its height
Templates = tuple[tuple[str, Plane, float], ...]

#: words in capital letters; the first is found as a whole only
WORDS = ("AP", "PORTABLE", "SUPINE")
LYING = "臥位"
#: longest side on which marks are looked for
_SIDE = 1024
#: without the middle, where lungs and heart are and no words stand: shares of height and width
_MIDDLE = (0.28, 0.72)
#: height of a letter, as a share of the longest side
_HEIGHTS = (0.011, 0.07)
#: widest stroke, likewise
_STROKE = 0.012
#: least difference of a stroke from what is around it, of 255
_CONTRAST = 40
#: side of the square on which a mark is compared
_GLYPH = 16
#: a mark narrower than this share of its height is a bar
_NARROW = 0.3
#: how like an I a bar counts: enough to stand in a word, too little to make one
_BAR = 0.6
#: how far widths of a mark and a letter may differ: logarithm of their ratio
_OTHER_WIDTH = 0.5
#: least likeness (correlation) of a letter, and their least mean in a word
_LIKE, _LIKE_ALL = 0.45, 0.62
#: share of a long word's letters that must be right
_RIGHT = 0.75
_FONTS = ("DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class _Mark:
    """One mark: its box in pixels, and the letter it is most like."""

    top: int
    bottom: int
    left: int
    right: int
    letter: str
    likeness: float

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    def leads_to(self, other: _Mark) -> bool:
        """Whether the other one is the next letter of the same word."""
        tall = max(self.height, other.height)
        level = abs(self.top + self.bottom - other.top - other.bottom) / 2 < 0.3 * tall
        return (
            level
            and abs(self.height - other.height) < 0.3 * tall
            and -0.2 * tall <= other.left - self.right < 0.36 * tall
        )


def words_on(pixels: Pixels) -> tuple[str, ...]:
    """Which of the words stand on the film.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        Some of :data:`WORDS` and :data:`LYING`, each once.
    """
    grey = _grey(pixels)
    found = [word for plane in (grey, 255 - grey) for word in _found(_strokes(plane))]
    return tuple(dict.fromkeys(found))


def _grey(pixels: Pixels) -> Plane:
    image = Image.fromarray(pixels).convert("L")
    scale = _SIDE / max(image.size)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image, dtype=np.float32)


def _strokes(grey: Plane) -> Mask:
    """What is lighter than its surroundings and no wider than a stroke, in the film's outer parts."""
    width = 2 * max(2, round(_STROKE * max(grey.shape))) + 1
    strokes: Mask = grey - ndimage.grey_opening(grey, size=(width, width)) > _CONTRAST
    height, across = grey.shape
    rows, columns = (slice(*(round(share * side) for share in _MIDDLE)) for side in (height, across))
    strokes[rows, columns] = False
    return strokes


def _found(strokes: Mask) -> Iterator[str]:
    for row in _rows(list(_marks(strokes, 0, _letters()))):
        text = "".join(mark.letter for mark in row)
        likeness = float(np.mean([mark.likeness for mark in row]))
        if likeness >= _LIKE_ALL:
            yield from (word for word in WORDS if _is_word(text, word))
    for reach in (1, 2, 3):  # the parts of one kanji do not touch
        for row in _rows(list(_marks(strokes, reach, _kanji()))):
            if LYING in "".join(mark.letter for mark in row):
                yield LYING


def _is_word(text: str, word: str) -> bool:
    if len(word) < 4:
        return text == word
    return abs(len(text) - len(word)) <= 1 and SequenceMatcher(None, text, word).ratio() >= _RIGHT


def _marks(strokes: Mask, reach: int, templates: Templates) -> Iterator[_Mark]:
    """Marks that are like a letter; parts nearer than ``reach`` pixels a side are one mark."""
    low, high = (share * max(strokes.shape) for share in _HEIGHTS)
    grown = ndimage.binary_dilation(strokes, np.ones((3, 3)), iterations=reach) if reach else strokes
    labels, _ = ndimage.label(grown, np.ones((3, 3)))
    for number, box in enumerate(ndimage.find_objects(labels), 1):
        height, width = (part.stop - part.start - 2 * reach for part in box)
        if not (low <= height <= high and 0.08 * height <= width <= 2.2 * height):
            continue
        inside = (labels[box] == number) & strokes[box]
        inside = inside[reach : inside.shape[0] - reach, reach : inside.shape[1] - reach] if reach else inside
        letter, likeness = _most_like(inside, templates)
        if likeness >= _LIKE:
            yield _Mark(
                box[0].start + reach, box[0].stop - reach, box[1].start + reach, box[1].stop - reach, letter, likeness
            )


def _rows(marks: list[_Mark]) -> Iterator[list[_Mark]]:
    """Marks in a row, from left to right; each mark in one row."""
    left = sorted(marks, key=lambda mark: mark.left)
    while left:
        row = [left.pop(0)]
        for mark in list(left):
            if row[-1].leads_to(mark):
                row.append(mark)
                left.remove(mark)
        yield row


def _most_like(mark: Mask, templates: Templates) -> tuple[str, float]:
    glyph, aspect = _as_glyph(mark)
    if aspect < _NARROW:  # a bar has no shape to compare
        return "I", _BAR
    best = ("", 0.0)
    for letter, template, its_aspect in templates:
        if abs(np.log(aspect / its_aspect)) < _OTHER_WIDTH:
            best = max(best, (letter, float((glyph * template).mean())), key=lambda pair: pair[1])
    return best


def _as_glyph(mark: Mask) -> tuple[Plane, float]:
    """A mark stretched to a square, of mean 0 and variance 1, and how wide it was for its height."""
    image = Image.fromarray(mark.astype(np.uint8) * 255).resize((_GLYPH, _GLYPH), Image.Resampling.BILINEAR)
    plane = ndimage.gaussian_filter(np.asarray(image, dtype=np.float32), 0.8)
    spread = float(plane.std())
    return (plane - plane.mean()) / (spread if spread > 0 else 1.0), mark.shape[1] / mark.shape[0]


@cache
def _letters() -> Templates:
    """Glyphs of the letters in Pillow's own font and some of those that Matplotlib brings."""
    from matplotlib import get_data_path

    folder = Path(get_data_path()) / "fonts" / "ttf"
    fonts = [ImageFont.load_default(64), *(ImageFont.truetype(folder / f"{name}.ttf", 64) for name in _FONTS)]
    return tuple((letter, *_as_glyph(_rendered(letter, font))) for font in fonts for letter in (*_LETTERS, "AP"))


def _rendered(letter: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Mask:
    image = Image.new("L", (256, 128))
    ImageDraw.Draw(image).text((32, 20), letter, fill=255, font=font)
    return _cut(np.asarray(image) >= 128)


@cache
def _kanji() -> Templates:
    found = []
    for letter, rows in KANJI.items():
        bits = [f"{int(row, 16):0{KANJI_SIDE}b}" for row in rows.split()]
        found.append((letter, *_as_glyph(_cut(np.array([[bit == "1" for bit in row] for row in bits])))))
    return tuple(found)


def _cut(mark: Mask) -> Mask:
    rows, columns = (np.flatnonzero(mark.any(axis=axis)) for axis in (1, 0))
    return mark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
