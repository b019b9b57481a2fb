"""A small mask → the polygon around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskmodels.imaging.lesions.plane import Mask

#: steps to the right, down, left and up, as x and y
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def outline_of(mask: Mask) -> NDArray[np.float64]:
    """The outer edge of a mask that is one piece, along the sides of its pixels, clockwise.

    Args:
        mask: (h, w), one piece by its pixels' sides; holes are not followed.

    Returns:
        (k, 2) corners x, y; the pixel in row 0 and column 0 reaches from 0 to 1.
    """
    padded = np.pad(mask, 1)
    y, x = (int(first) for first in np.argwhere(mask)[0])
    start, heading, at = (x, y), 0, (x, y)
    corners: list[tuple[int, int]] = []
    while not corners or at != start or heading != 0:
        turned = _turn(padded, at, heading)
        if turned != heading or not corners:
            corners.append(at)
        heading = turned
        at = at[0] + _STEPS[heading][0], at[1] + _STEPS[heading][1]
        if at == start:
            break
    return np.array(corners, dtype=np.float64)


def _turn(padded: Mask, at: tuple[int, int], heading: int) -> int:
    """Where the edge goes on from a corner, with the mask at its right hand."""
    for turned in (heading + 1, heading, heading + 3, heading + 2):
        right, left = _beside(padded, at, turned % 4)
        if right and not left:
            return turned % 4
    raise ValueError("this corner lies on no edge")


def _beside(padded: Mask, at: tuple[int, int], heading: int) -> tuple[bool, bool]:
    """Whether the pixels at the right and at the left of the side that leads from a corner belong to the mask."""
    x, y = at
    # pixels around a corner: upper left, upper right, lower right, lower left; padded by one
    around = (padded[y, x], padded[y, x + 1], padded[y + 1, x + 1], padded[y + 1, x])
    right, left = ((2, 1), (3, 2), (0, 3), (1, 0))[heading]
    return bool(around[right]), bool(around[left])
