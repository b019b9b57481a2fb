"""What is drawn over a photo: evidence in two colours, lesion candidates, and their words and tables."""

from __future__ import annotations

import re

import numpy as np
import pytest
from plotly.colors import hex_to_rgb

from riskmodels.imaging.lesions.candidates import BRIGHT, DARK
from riskmodels.imaging.lesions.find import Candidate, Landmark, Lesions
from riskmodels.imaging.results import Evidence
from ui.charts import LOWERS, RAISES
from ui.image.candidates import COLOURS, candidate_words, draw_candidates, severity_html
from ui.image.evidence import draw_evidence, evidence_table, evidence_words, sums

ORANGE = np.full((60, 80, 3), (200, 110, 50), dtype=np.uint8)


def evidence(held: float = 2.0, against: float = -0.5, bias: float = -1.0) -> Evidence:
    """For it in the upper right, against it in the lower left, nothing elsewhere."""
    places = np.zeros((4, 4))
    places[0, 3], places[3, 0] = held, against
    return Evidence(places, bias, np.kron(places, np.ones((15, 20))).astype(np.float32))


def near(pixel: np.ndarray, colour: str) -> bool:
    return bool(np.abs(pixel.astype(int) - hex_to_rgb(colour)).max() <= 2)


class TestEvidence:
    def test_opacity_zero_shows_the_picture_as_it_is(self):
        assert draw_evidence(ORANGE, evidence(), 0.0) is ORANGE

    def test_for_and_against_have_the_colours_of_raising_and_lowering(self):
        drawn = draw_evidence(ORANGE, evidence(2.0, -2.0), 1.0)
        assert near(drawn[3, 77], RAISES)
        assert near(drawn[57, 3], LOWERS)

    def test_where_nothing_is_said_no_colour_is_laid(self):
        drawn = draw_evidence(ORANGE, evidence(), 1.0)
        assert np.ptp(drawn[30, 40]) <= 1

    def test_weaker_places_are_paler(self):
        drawn = draw_evidence(ORANGE, evidence(2.0, -0.5), 1.0).astype(int)
        assert np.abs(drawn[57, 3] - hex_to_rgb(LOWERS)).max() > 20

    def test_a_map_without_any_leaves_the_picture(self):
        assert draw_evidence(ORANGE, evidence(0.0, 0.0), 1.0) is ORANGE

    def test_parts_in_the_sentence_add_up_to_its_total(self):
        words = evidence_words(evidence(1.237, -0.416, -0.333), "Any")
        numbers = [float(n.replace("−", "-")) for n in re.findall(r"[+−]\d+\.\d+", words)]
        assert sum(numbers[:3]) == pytest.approx(numbers[3])
        assert "= 62 %" in words

    def test_for_a_camera_without_calibration_parts_are_told_and_no_probability(self):
        words = evidence_words(evidence(1.237, -0.416, -0.333), "Any", calibrated=False)
        assert "the rest of the model −0.33. These are log-odds, not calibrated for this camera." in words
        assert "%" not in words
        assert "together" not in words
        assert "they are" not in evidence_table(evidence(), calibrated=False)

    def test_sums_and_bias_are_the_logit(self):
        assert sum(sums(evidence())) == pytest.approx(evidence().logit)

    def test_no_place_is_named_where_there_is_none(self):
        assert "Strongest" not in evidence_words(evidence(0.0, 0.0), "Any")

    def test_table_adds_up_to_the_logit(self):
        table = evidence_table(evidence())
        cells = [float(n.replace("−", "-")) for n in re.findall(r"<td>([+−]?\d+\.\d+)</td>", table)]
        assert len(cells) == 9
        assert sum(cells) + evidence().bias == pytest.approx(evidence().logit)


def square(kind: str, x: float, y: float, side: float, **said: object) -> Candidate:
    corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], dtype=float)
    return Candidate(kind, corners, side**2, **said)  # type: ignore[arg-type]


DISC, FOVEA = Landmark(20, 60, 30, 0.9), Landmark(100, 60, 15, 0.8)
FULL = Lesions(
    (
        square(BRIGHT, 110, 40, 10, discs=0.31, away=0.42, quadrant="superior temporal"),
        square(BRIGHT, 60, 90, 10, discs=0.004, away=2.0, quadrant="inferior nasal"),
        square(DARK, 70, 20, 10, discs=0.1, away=1.5, quadrant="superior nasal"),
    ),
    DISC,
    FOVEA,
)


class TestCandidates:
    def test_outlines_lie_at_the_scale_of_the_screen_on_a_copy(self):
        screen = np.full((240, 320, 3), 90, dtype=np.uint8)
        drawn = draw_candidates(screen, Lesions((square(BRIGHT, 110, 40, 10),)), 2.0)
        assert (screen == 90).all()
        assert tuple(drawn[80, 230]) == COLOURS[BRIGHT]
        assert (drawn[90, 230] == 90).all()

    def test_kinds_have_colours_of_their_own(self):
        screen = np.full((240, 320, 3), 90, dtype=np.uint8)
        drawn = draw_candidates(screen, FULL, 2.0).reshape(-1, 3)
        for colour in COLOURS.values():
            assert (drawn == colour).all(axis=1).any()

    def test_words_count_both_kinds(self):
        assert candidate_words(FULL) == "Outlined: 2 bright candidates and 1 dark candidate."


class TestSeverity:
    def test_a_bright_one_within_a_disc_diameter_of_the_macula_is_said(self):
        shown = severity_html(FULL)
        assert "0.4 disc diameters from the macula" in shown
        assert "within one disc diameter" in shown
        assert "Left eye" in shown

    def test_no_diagnosis_is_claimed(self):
        assert "Candidates, no diagnosis." in severity_html(FULL)

    def test_quadrants_are_rows_with_count_and_area(self):
        shown = severity_html(FULL)
        assert '<th scope="row">Superior temporal</th><td>1</td><td>0.31</td><td>0</td><td>–</td>' in shown
        assert '<th scope="row">Inferior nasal</th><td>1</td><td>under 0.01</td>' in shown
        assert '<th scope="row">All</th><td>2</td><td>0.31</td><td>1</td><td>0.10</td>' in shown

    def test_far_ones_are_not_called_near(self):
        shown = severity_html(Lesions(FULL.candidates[1:], DISC, FOVEA))
        assert "nearest bright candidate lies 2.0 disc diameters" in shown
        assert "within" not in shown

    def test_no_candidates_is_a_state_of_its_own(self):
        shown = severity_html(Lesions((), DISC, FOVEA))
        assert "No candidates found" in shown
        assert "<table" not in shown

    def test_without_the_macula_neither_quadrant_nor_distance_is_stated(self):
        shown = severity_html(Lesions((square(BRIGHT, 1, 1, 5, discs=0.2),), DISC))
        assert "quadrants and distances are not stated" in shown
        assert "Superior" not in shown
        assert "<td>0.20</td>" in shown

    def test_without_the_disc_no_area_is_stated_either(self):
        shown = severity_html(Lesions((square(BRIGHT, 1, 1, 5),)))
        assert "the disc itself may be among the bright candidates" in shown
        assert "Area" not in shown
