"""Candidates, disc and fovea on drawn photos, whose truth is known, and on the healthy sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from riskmodels import ROOT
from riskmodels.imaging.lesions.candidates import BRIGHT, DARK
from riskmodels.imaging.lesions.find import QUADRANTS, Lesions, find_lesions
from tests.imaging.lesions.drawn import (
    BLEEDINGS,
    DISC,
    EXUDATES,
    MACULA,
    RADIUS,
    SIDE,
    Drawing,
    draw,
    turned,
    turned_place,
)

DRAWN = {BRIGHT: EXUDATES, DARK: BLEEDINGS}


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return draw()


@pytest.fixture(scope="module")
def lesions(photo) -> Lesions:
    return find_lesions(photo)


def middles(found: Lesions, kind: str) -> np.ndarray:
    """(n, 2): the middle of each outline's box."""
    return np.array([(c.outline.min(axis=0) + c.outline.max(axis=0)) / 2 for c in found.of(kind)]).reshape(-1, 2)


def assert_just_those(found: Lesions, kind: str, places, within: float = 3.0) -> None:
    """One candidate at each place and none elsewhere."""
    apart = np.hypot(*(middles(found, kind)[:, None] - np.array(places)[None]).transpose(2, 0, 1))
    assert apart.shape[0] == len(places)
    assert (apart.min(axis=0) < within).all()


class TestLandmarks:
    def test_disc_is_where_it_was_drawn_and_as_large(self, lesions):
        assert np.hypot(lesions.disc.x - DISC[0], lesions.disc.y - DISC[1]) < 8
        assert lesions.disc.diameter == pytest.approx(2 * RADIUS, rel=0.15)

    def test_fovea_is_where_it_was_drawn(self, lesions):
        assert np.hypot(lesions.fovea.x - MACULA[0], lesions.fovea.y - MACULA[1]) < 10

    def test_disc_at_the_left_makes_a_left_eye(self, lesions):
        assert lesions.eye == "left"

    @pytest.mark.parametrize("degrees", [-10, 10])
    def test_both_are_found_on_a_photo_that_is_turned(self, photo, degrees):
        found = find_lesions(turned(photo, degrees))
        for landmark, place in ((found.disc, DISC), (found.fovea, MACULA)):
            x, y = turned_place(*place, degrees)
            assert np.hypot(landmark.x - x, landmark.y - y) < 12

    def test_without_disc_and_vessels_nothing_is_located_and_no_distance_stated(self):
        found = find_lesions(draw(Drawing(disc=False)))
        assert found.disc is None
        assert found.fovea is None
        assert found.eye == ""
        assert len(found.of(BRIGHT)) == len(EXUDATES)
        assert all(c.discs is None and c.away is None and c.quadrant == "" for c in found.candidates)
        assert found.nearest_bright is None
        assert found.area(BRIGHT) is None

    def test_without_a_dark_macula_areas_are_stated_and_distances_are_not(self):
        found = find_lesions(draw(Drawing(macula=False)))
        assert found.disc is not None
        assert found.fovea is None
        assert found.area(BRIGHT) > 0
        assert found.nearest_bright is None


class TestCandidates:
    @pytest.mark.parametrize("kind", [BRIGHT, DARK])
    def test_each_drawn_lesion_is_one_candidate_and_nothing_else_is(self, lesions, kind):
        assert_just_those(lesions, kind, [place[:2] for place in DRAWN[kind]])

    def test_vessels_disc_and_macula_are_none(self):
        assert find_lesions(draw(Drawing(exudates=(), bleedings=()))).candidates == ()

    def test_area_is_told_in_discs(self, lesions):
        drawn = sum(radius**2 for *_, radius in EXUDATES) / RADIUS**2
        assert lesions.area(BRIGHT) == pytest.approx(drawn, rel=0.6)

    def test_distance_is_told_in_disc_diameters(self, lesions):
        x, y, radius = EXUDATES[0]
        drawn = (np.hypot(x - MACULA[0], y - MACULA[1]) - radius) / (2 * RADIUS)
        assert lesions.nearest_bright == pytest.approx(drawn, abs=0.2)

    def test_quadrants_are_those_around_the_macula_seen_from_the_disc(self, lesions):
        quadrants = sorted(c.quadrant for c in lesions.of(DARK))
        assert quadrants == ["inferior temporal", "superior nasal", "superior temporal"]

    def test_quadrants_add_up_to_all(self, lesions):
        assert sum(len(lesions.of(BRIGHT, quadrant)) for quadrant in QUADRANTS) == len(lesions.of(BRIGHT))

    @pytest.mark.parametrize("degrees", [-10, 10])
    def test_a_photo_that_is_turned_has_the_same_ones_turned(self, photo, degrees):
        found = find_lesions(turned(photo, degrees))
        for kind, drawn in DRAWN.items():
            assert_just_those(found, kind, [turned_place(x, y, degrees) for x, y, _ in drawn])

    def test_a_mirrored_photo_has_mirrored_ones_in_the_same_quadrants(self, photo, lesions):
        found = find_lesions(np.ascontiguousarray(photo[:, ::-1]))
        assert found.eye == "right"
        for kind in DRAWN:
            assert_just_those(found, kind, [(SIDE - x, y) for x, y in middles(lesions, kind)])
            assert sorted(c.quadrant for c in found.of(kind)) == sorted(c.quadrant for c in lesions.of(kind))

    def test_a_larger_photo_has_the_same_ones_in_its_own_pixels(self, photo, lesions):
        large = np.asarray(Image.fromarray(photo).resize((1100, 1100), Image.Resampling.BICUBIC))
        found = find_lesions(large)
        for kind in DRAWN:
            assert_just_those(found, kind, middles(lesions, kind) * (1100 / SIDE), within=6)
        assert found.area(BRIGHT) == pytest.approx(lesions.area(BRIGHT), rel=0.2)

    def test_a_shade_with_no_edge_is_none(self):
        photo = draw(Drawing(exudates=(), bleedings=())).astype(float)
        rows, columns = np.mgrid[:SIDE, :SIDE]
        photo *= (1 + 0.25 * np.exp(-((np.hypot(columns - 330, rows - 160) / 40) ** 2) / 2))[..., None]
        assert find_lesions(np.clip(photo, 0, 255).astype(np.uint8)).candidates == ()

    @pytest.mark.parametrize("seed", [1, 2])
    def test_noise_makes_none(self, seed):
        assert find_lesions(draw(replace(Drawing(exudates=(), bleedings=()), seed=seed))).candidates == ()


def test_a_healthy_eye_has_few():
    photo = np.asarray(Image.open(ROOT / "data" / "samples" / "healthy_retina.jpg").convert("RGB"))
    found = find_lesions(photo)
    assert found.eye == "left"
    assert len(found.candidates) <= 6
    assert found.area(BRIGHT) + found.area(DARK) < 0.25
