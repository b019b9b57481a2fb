"""Cropping, padding, and back into the picture's pixels."""

import numpy as np
import pytest

from riskmodels.imaging.frame import Frame, field_frame, film_frame, square, whole_frame


def disc(height, width, radius, value=200):
    y, x = np.mgrid[:height, :width]
    inside = (y - height / 2) ** 2 + (x - width / 2) ** 2 < radius**2
    return np.repeat((inside * value).astype(np.uint8)[..., None], 3, axis=2)


def test_dark_surround_of_a_field_is_cropped():
    frame = field_frame(disc(300, 500, 100))
    assert abs(frame.x0 - 150) <= 4
    assert abs(frame.x1 - 350) <= 4
    assert abs(frame.y0 - 50) <= 4
    assert abs(frame.y1 - 250) <= 4


def test_black_picture_is_left_whole():
    assert field_frame(np.zeros((40, 60, 3), np.uint8)) == Frame(0, 0, 60, 40, 60, 40)


def test_wide_picture_is_padded_above_and_below_and_not_stretched():
    pixels = np.full((100, 200, 3), 255, np.uint8)
    out = square(pixels, whole_frame(pixels), 64)
    assert out.shape == (64, 64, 3)
    assert (out[:16] == 0).all()
    assert (out[16:48] == 255).all()
    assert (out[48:] == 0).all()


def test_map_of_the_square_lands_on_the_same_place_of_the_picture():
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:60, 140:160] = 255  # centre at x = 150, y = 50
    frame = whole_frame(pixels)
    heat = square(pixels, frame, 64)[..., 0].astype(np.float32) / 255
    laid = frame.to_picture(heat)
    assert laid.shape == (100, 200)
    y, x = np.unravel_index(laid.argmax(), laid.shape)
    assert abs(x - 150) < 10
    assert abs(y - 50) < 10


def test_outside_the_field_a_map_is_zero():
    laid = field_frame(disc(300, 500, 100)).to_picture(np.ones((14, 14), np.float32))
    assert laid[150, 250] == 1
    assert laid[150, 20] == 0


class TestBordersOfAFilm:
    FILM = np.full((100, 200, 3), 90, np.uint8)

    def test_black_borders_are_cropped(self):
        framed = np.pad(self.FILM, ((10, 20), (30, 40), (0, 0)))
        assert film_frame(framed) == Frame(30, 10, 230, 110, 270, 130)

    def test_writing_in_a_border_does_not_keep_it(self):
        framed = np.pad(self.FILM, ((30, 0), (0, 0), (0, 0)))
        framed[10:16, 20:26] = 255
        assert film_frame(framed).y0 == 30

    def test_film_without_borders_is_whole(self):
        assert film_frame(self.FILM) == whole_frame(self.FILM)

    def test_edge_thinner_than_a_hundredth_of_the_side_stays(self):
        assert film_frame(np.pad(self.FILM, ((1, 1), (2, 2), (0, 0)))) == Frame(0, 0, 204, 102, 204, 102)

    @pytest.mark.parametrize("shape", [(40, 60, 3), (1, 1, 3)])
    def test_black_picture_is_whole(self, shape):
        black = np.zeros(shape, np.uint8)
        assert film_frame(black) == whole_frame(black)
