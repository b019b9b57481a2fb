"""From a picture to the network's square and back: crop to the field of view, shrink, pad.

Pictures are padded, never stretched: lesions and hearts keep their proportions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from riskmodels.imaging.results import Map, Pixels

#: a fundus photo's surround is darker than this share of the photo's bright parts (their 99th percentile)
_SURROUND = 0.12
#: the field is looked for on about this many pixels of the longest side
_LOOKED_AT = 700
#: a line of a film whose 95th percentile of grey is at most this belongs to a black border (writing may stand in it).
#: Training and validation films: 74 of 207 have such lines, none more than 3 of 512
_BORDER = 16
#: a border narrower than this share of its side stays: it is the film's own edge
_LEAST_BORDER = 0.01
#: longest side to which fundus photos are shrunk first: that of the training copies
FIELD_SIDE = 512


@dataclass(frozen=True)
class Frame:
    """Where a picture's field lies, in its own pixels.

    Args:
        x0: left edge.
        y0: upper edge.
        x1: right edge, exclusive.
        y1: lower edge, exclusive.
        width: of the whole picture.
        height: of the whole picture.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    width: int
    height: int

    def to_picture(self, values: NDArray[np.float32], fill: float = 0.0) -> Map:
        """Lay a map of the square over the picture.

        Args:
            values: (s, s), over the padded square.
            fill: outside the field.

        Returns:
            (height, width) float32.
        """
        w, h = self.x1 - self.x0, self.y1 - self.y0
        longest = max(w, h)
        whole = Image.fromarray(np.asarray(values, dtype=np.float32)).resize(
            (longest, longest), Image.Resampling.BICUBIC
        )
        left, top = (longest - w) // 2, (longest - h) // 2
        inside = np.asarray(whole, dtype=np.float32)[top : top + h, left : left + w]
        canvas = np.full((self.height, self.width), fill, dtype=np.float32)
        canvas[self.y0 : self.y1, self.x0 : self.x1] = inside
        return canvas


def whole_frame(pixels: Pixels) -> Frame:
    """The picture as it is."""
    height, width = pixels.shape[:2]
    return Frame(0, 0, width, height, width, height)


def field_frame(pixels: Pixels) -> Frame:
    """The bright field of a fundus photo without its dark surround.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        The bounding box of what is brighter than the surround; the whole picture where nothing is.
    """
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // _LOOKED_AT)
    light = pixels[::step, ::step].max(axis=2)
    bright = light > _SURROUND * np.percentile(light, 99)
    rows, columns = np.flatnonzero(bright.mean(axis=1) > 0.02), np.flatnonzero(bright.mean(axis=0) > 0.02)
    if len(rows) < 2 or len(columns) < 2:
        return whole_frame(pixels)
    x0, y0, x1, y1 = (int(edge) * step for edge in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    return Frame(x0, y0, min(x1, width), min(y1, height), width, height)


def film_frame(pixels: Pixels) -> Frame:
    """A film without black borders, as shutters, digitisers and screenshots leave them.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        The picture without the black lines at its edges; the whole picture where all of it is black.
    """
    height, width = pixels.shape[:2]
    grey = pixels.max(axis=2)
    if grey.max() <= _BORDER:
        return whole_frame(pixels)
    top, bottom = _black_lines(grey)
    left, right = _black_lines(grey[top : height - bottom].T)
    return Frame(left, top, width - right, height - bottom, width, height)


def _black_lines(grey: NDArray[np.uint8]) -> tuple[int, int]:
    """How many rows at the upper and at the lower edge are a border: (h, w) → two counts."""
    light = np.flatnonzero((grey > _BORDER).mean(axis=1) > 0.05)
    if len(light) == 0:  # a few bright spots and no film
        return 0, 0
    least = _LEAST_BORDER * len(grey)
    before, after = int(light[0]), len(grey) - 1 - int(light[-1])
    return before if before > least else 0, after if after > least else 0


def square(pixels: Pixels, frame: Frame, side: int, first: int | None = None) -> Pixels:
    """The framed part, in proportion, on a black square.

    Args:
        pixels: (h, w, 3) uint8.
        frame: the part to take.
        side: of the square, pixels.
        first: longest side to shrink to beforehand, as the training copies were.

    Returns:
        (side, side, 3) uint8.
    """
    image = Image.fromarray(pixels[frame.y0 : frame.y1, frame.x0 : frame.x1])
    if first is not None and max(image.size) > first:
        image = _fit(image, first)
    image = _fit(image, side)
    canvas = Image.new("RGB", (side, side))
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(canvas, dtype=np.uint8)


def _fit(image: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)
