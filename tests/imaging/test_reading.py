"""A picture on its way to the screen: small enough, over the whole range, and a map that fits it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.imaging.reading import shrink, small_map, stretched

GREY = np.full((60, 80, 3), 120, dtype=np.uint8)


class TestPixels:
    @given(st.integers(1, 300), st.integers(1, 300))
    def test_shrunk_pictures_fit_and_small_ones_stay(self, height, width):
        pixels = np.zeros((height, width, 3), dtype=np.uint8)
        shrunk = shrink(pixels, 100)
        assert max(shrunk.shape[:2]) <= 100
        assert shrunk.shape == pixels.shape or max(height, width) > 100

    def test_map_is_kept_small_and_whole(self):
        kept = small_map(np.linspace(0, 1, 1000 * 800, dtype=np.float32).reshape(1000, 800))
        assert kept.shape == (512, 410)
        assert kept.max() >= 254

    def test_map_with_gaps_counts_them_as_cold(self):
        assert small_map(np.full((4, 4), np.nan, dtype=np.float32)).max() == 0

    def test_even_film_is_no_division_by_zero(self):
        assert stretched(GREY).shape == GREY.shape
