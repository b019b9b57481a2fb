"""Words burned into a film: found where they are written, not where other letters or none are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from riskmodels.imaging.film_words import LYING, words_on
from riskmodels.imaging.kanji import KANJI, KANJI_SIDE
from riskmodels.imaging.results import Pixels


@pytest.fixture
def film() -> Pixels:
    """A made-up film: smooth grey with noise, 1,000 pixels a side."""
    rng = np.random.default_rng(0)
    slope = np.linspace(40, 180, 1000)[:, None] + rng.normal(0, 4, (1000, 1000))
    return np.repeat(slope.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def written(film: Pixels, word: str, size: int = 36, light: int = 255, at: tuple[int, int] = (40, 40)) -> Pixels:
    image = Image.fromarray(film)
    ImageDraw.Draw(image).text(at, word, fill=(light,) * 3, font=ImageFont.load_default(size))
    return np.asarray(image)


@pytest.mark.parametrize("word", ["AP", "PORTABLE", "SUPINE"])
@pytest.mark.parametrize("size", [24, 60])
def test_word_in_a_corner_is_found(film: Pixels, word: str, size: int) -> None:
    assert words_on(written(film, word, size)) == (word,)


def test_dark_word_on_light_ground_is_found(film: Pixels) -> None:
    assert words_on(written(255 - film, "AP", light=0)) == ("AP",)


def test_two_words_are_found_apart(film: Pixels) -> None:
    assert words_on(written(film, "AP SUPINE")) == ("AP", "SUPINE")


@pytest.mark.parametrize("word", ["PA", "R", "L", "ERECT", "CAP", "APEX", "UPRIGHT", "2026"])
def test_other_writing_is_none_of_them(film: Pixels, word: str) -> None:
    assert words_on(written(film, word)) == ()


def test_film_without_writing_holds_no_word(film: Pixels) -> None:
    assert words_on(film) == ()


@pytest.mark.parametrize(("word", "found"), [("臥位", (LYING,)), ("立位", ()), ("座位", ())])
def test_lying_is_told_from_standing_and_sitting(film: Pixels, word: str, found: tuple[str, ...]) -> None:
    shown = film.copy()
    for place, letter in enumerate(word):
        bits = [f"{int(row, 16):0{KANJI_SIDE}b}" for row in KANJI[letter].split()]
        glyph = np.array([[bit == "1" for bit in row] for row in bits])
        shown[40:72, 40 + 36 * place : 72 + 36 * place][glyph] = 255
    assert words_on(shown) == found
