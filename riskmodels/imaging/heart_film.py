"""A chest film as the heart-size network sees it, and what is measured on its probability maps.

Every length is between edges: a structure that covers the columns 3 to 5 is three pixels wide, from 3.0 to 6.0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torch import Tensor
from torch.nn.functional import interpolate

from riskmodels.imaging.frame import Frame, square, whole_frame
from riskmodels.imaging.results import Line, Pixels

#: order of the network's outputs; left and right are the patient's, so the right lung lies left on the film
RIGHT_LUNG, LEFT_LUNG, HEART = range(3)
STRUCTURES = ("right lung", "left lung", "heart")
#: grey levels are stretched between these percentiles: scanners differ widely in contrast
_STRETCH = (2.0, 98.0)

Probability = NDArray[np.float32]
Mask = NDArray[np.bool_]


def film_square(pixels: Pixels, side: int, frame: Frame | None = None) -> NDArray[np.uint8]:
    """Grey, in proportion on a black square, its contrast stretched.

    Args:
        pixels: (h, w, 3) uint8.
        side: of the square, pixels.
        frame: the part of the picture to take; all of it when absent.

    Returns:
        (side, side) uint8.
    """
    frame = frame or whole_frame(pixels)
    grey = square(pixels, frame, side).mean(axis=2)
    inside = film_part(frame, side)
    low, high = np.percentile(grey[inside], _STRETCH)
    stretched = np.zeros((side, side), dtype=np.uint8)
    share = (grey[inside] - low) / max(float(high - low), 1.0)
    stretched[inside] = np.rint(share.clip(0, 1) * 255).astype(np.uint8)
    return stretched


def film_part(frame: Frame, side: int) -> tuple[slice, slice]:
    """Rows and columns of the square that the film covers."""
    width, height = frame.x1 - frame.x0, frame.y1 - frame.y0
    scale = side / max(width, height)
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (side - h) // 2, (side - w) // 2
    return slice(top, top + h), slice(left, left + w)


def as_input(squares: Tensor) -> Tensor:
    """Films as the network takes them: (n, 1, s, s) uint8 → float, −1 to 1."""
    return squares.float() / 127.5 - 1


def over_picture(probability: Probability, frame: Frame) -> Mask:
    """Where a map of the square reaches one half, over the picture: (height, width) bool."""
    width, height = frame.x1 - frame.x0, frame.y1 - frame.y0
    side, longest = len(probability), max(width, height)
    left, top = (longest - width) // 2, (longest - height) // 2
    box = np.array([left, top, left + width, top + height]) * side / longest
    levels = Image.fromarray(np.rint(probability * 255).astype(np.uint8))
    laid = levels.resize((width, height), Image.Resampling.BILINEAR, box=tuple(box.tolist()))
    over = np.zeros((frame.height, frame.width), dtype=bool)
    over[frame.y0 : frame.y1, frame.x0 : frame.x1] = np.asarray(laid) >= 128
    return over


def letterboxed(squares: Tensor, across: float, down: float) -> Tensor:
    """Films made narrower or lower, on a black square: what films that are not square look like to the network.

    Args:
        squares: (n, 1, s, s) uint8.
        across: share of the side that the film takes from left to right.
        down: and from top to bottom.
    """
    side = squares.shape[2]
    w, h = round(side * across), round(side * down)
    small = interpolate(squares.float(), (h, w), mode="bilinear", antialias=True, align_corners=False)
    canvas = torch.zeros_like(squares)
    top, left = (side - h) // 2, (side - w) // 2
    canvas[:, :, top : top + h, left : left + w] = small.round().to(torch.uint8)
    return canvas


def largest_piece(mask: Mask) -> tuple[Mask, float]:
    """The largest connected part of a mask, and its share of the mask; an empty mask and 0 where there is none."""
    labels, count = ndimage.label(mask)
    if count == 0:
        return np.zeros_like(mask), 0.0
    sizes = np.bincount(labels.ravel())[1:]
    return labels == 1 + int(sizes.argmax()), float(sizes.max() / sizes.sum())


def around(pieces: Mask) -> Mask:
    """Pieces (k, s, s) with the pixels that touch them."""
    return np.stack([ndimage.binary_dilation(piece, iterations=2) for piece in pieces])


@dataclass(frozen=True, eq=False)
class Outline:
    """What was found on a square: one piece a structure, and the two widths.

    Args:
        pieces: (3, s, s) bool, in the order of :data:`STRUCTURES`.
        shares: (3,) share of each structure's pixels that its largest piece holds; 0 when it was not found.
        heart: from the heart's left-most to its right-most point, square's pixels.
        chest: the lungs' widest span.
    """

    pieces: Mask
    shares: tuple[float, float, float]
    heart: Line
    chest: Line

    @property
    def ratio(self) -> float:
        """Cardiothoracic ratio; NaN when heart or lungs were not found."""
        return self.heart.width / self.chest.width if self.chest.width > 0 and self.heart.width > 0 else float("nan")

    def to_picture(self, frame: Frame) -> tuple[Line, Line]:
        """Heart and chest lines in the picture's pixels."""
        side = self.pieces.shape[1]
        return _moved(self.heart, frame, side), _moved(self.chest, frame, side)


def outline(probability: Probability) -> Outline:
    """Structures and widths from probability maps.

    Args:
        probability: (3, s, s), in the order of :data:`STRUCTURES`.
    """
    found = [largest_piece(p >= 0.5) for p in probability]
    pieces = np.stack([piece for piece, _ in found])
    # around the piece the map goes on below one half, so that the edge lies between pixel centres
    near = probability * around(pieces)
    shares = (found[0][1], found[1][1], found[2][1])
    lungs = np.maximum(near[RIGHT_LUNG], near[LEFT_LUNG])
    return Outline(pieces, shares, widest(near[HEART]), widest(lungs))


def widest(probability: Probability) -> Line:
    """From the left-most to the right-most point where the map reaches one half, to parts of a pixel.

    Args:
        probability: (s, s).

    Returns:
        A line at the middle height of the two points; of no width where the map stays below one half.
    """
    profile = probability.max(axis=0)
    columns = np.flatnonzero(profile >= 0.5)
    if len(columns) == 0:
        return Line(0.0, 0.0, 0.0)
    first, last = int(columns[0]), int(columns[-1])
    rows = [float(np.argmax(probability[:, column])) + 0.5 for column in (first, last)]
    left = first - _beyond(profile, first, first - 1)
    right = last + 1 + _beyond(profile, last, last + 1)
    return Line(sum(rows) / 2, left, right)


def _beyond(profile: Probability, edge: int, outer: int) -> float:
    """How far the half-way point lies outside the outer border of the edge pixel, −0.5 to 0.5 pixels."""
    outside = float(profile[outer]) if 0 <= outer < len(profile) else 0.0
    inside = float(profile[edge])
    return (inside - 0.5) / max(inside - outside, 1e-6) - 0.5


def _moved(line: Line, frame: Frame, side: int) -> Line:
    width, height = frame.x1 - frame.x0, frame.y1 - frame.y0
    longest = max(width, height)
    scale = longest / side
    left, top = (longest - width) // 2 - frame.x0, (longest - height) // 2 - frame.y0
    return replace(line, y=line.y * scale - top, x0=line.x0 * scale - left, x1=line.x1 * scale - left)


def dice(one: Mask, other: Mask) -> float:
    """Overlap of two masks: 1 when alike, 0 when apart.

    Source: Dice, Ecology 26:297, 1945.
    """
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else 1.0


def probabilities(logits: Tensor) -> Probability:
    """(n, 3, s, s) float32 on the CPU."""
    return np.asarray(torch.sigmoid(logits.float()).cpu().numpy(), dtype=np.float32)
