"""The polygon around a mask."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from riskmodels.imaging.lesions.outline import outline_of


def area(corners: np.ndarray) -> float:
    x, y = corners.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_a_single_pixel_has_four_corners():
    assert outline_of(np.ones((1, 1), dtype=bool)).tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_a_corner_stands_only_where_the_edge_turns():
    assert len(outline_of(np.ones((3, 7), dtype=bool))) == 4


@given(arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7))))
def test_it_encloses_the_piece_and_its_holes(mask):
    pieces, count = ndimage.label(mask)
    for number in range(1, count + 1):
        piece = pieces == number
        filled = ndimage.binary_fill_holes(piece, structure=np.ones((3, 3)))
        assert area(outline_of(piece)) == filled.sum()
