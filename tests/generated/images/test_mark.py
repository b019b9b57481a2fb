"""Every picture says twice that it is invented: to the eye and in its file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from riskmodels.errors import ImageError
from riskmodels.generated.images.mark import Origin, marked, png, text_of

GREY = np.full((128, 128, 3), 90, np.uint8)
ORIGIN = Origin("2026-12-01-abcdef01", grade=1, seed=7, number=3)


def test_the_word_is_burnt_into_a_band_and_nothing_else_changes() -> None:
    seen = marked(GREY)
    assert np.array_equal(seen[:112], GREY[:112])
    band = seen[113:]
    assert (band == (255, 206, 0)).all(-1).mean() > 0.5
    assert (band.max(-1) < 60).mean() > 0.05
    assert np.array_equal(GREY, np.full((128, 128, 3), 90, np.uint8))


def test_small_pictures_are_marked_too() -> None:
    assert (marked(np.zeros((32, 32, 3), np.uint8)).max(-1) > 100).mean() > 0.1


def test_the_file_says_what_made_it_with_version_grade_and_seed() -> None:
    data = png(GREY, ORIGIN)
    said = text_of(data)
    assert all(part in said for part in ("invented", "not for diagnosis", ORIGIN.version, "grade 1", "seed 7"))
    assert b"tEXt" in data
    with Image.open(BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), marked(GREY))
    assert ORIGIN.name == "invented_grade1_seed7_003.png"


def test_a_picture_without_the_text_is_not_taken_for_an_invented_one() -> None:
    buffer = BytesIO()
    Image.fromarray(GREY).save(buffer, "PNG")
    with pytest.raises(ImageError, match="does not say"):
        text_of(buffer.getvalue())
