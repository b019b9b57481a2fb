"""How counts of candidates stand to grades: the figures of a part, and the page made of them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.imaging.lesions.find import find_lesions
from riskmodels.shipping.lesions import PAGE, RESULT, lesions_page, row_of, summary
from tests.imaging.lesions.drawn import draw


@pytest.fixture(scope="module")
def counted() -> pd.DataFrame:
    """40 photos whose candidates grow with the grade; of every fourth the fovea was not located."""
    grade = np.arange(40) % 5
    return pd.DataFrame(
        {
            "dr_grade": grade,
            "dme_risk": np.where(grade >= 3, 2, 0),
            "bright": 3.0 * grade,
            "dark": 1.0,
            "bright_area": 0.2 * grade,
            "dark_area": 0.1,
            "all": 3.0 * grade + 1,
            "all_area": 0.2 * grade + 0.1,
            "disc": 1.0,
            "fovea": (np.arange(40) % 4 != 0).astype(float),
            "near": (grade >= 4).astype(float),
            "seconds": 0.25,
        }
    )


def test_counts_that_follow_the_grade_rank_it_perfectly_and_constants_do_not(counted):
    found = summary(counted)["auroc"]
    assert found["bright"][0] == 1
    assert found["dark"][0] == 0.5


def test_spread_is_told_by_grade(counted):
    grades = summary(counted)["grades"]
    assert grades["Severe non-proliferative"]["bright"] == [9, 9, 9]
    assert sum(told["photos"] for told in grades.values()) == 40


def test_nearness_counts_only_photos_whose_macula_was_located(counted):
    near = summary(counted)["near the macula"]
    assert near["photos"] == 30
    assert near["with exudates near"] == 12
    assert near["of these a candidate near"] == 6
    assert near["of the others a candidate near"] == 0


def test_a_photo_is_told_in_numbers():
    row = row_of(find_lesions(draw()), 512 * 512)
    assert (row["bright"], row["dark"], row["all"]) == (3, 3, 6)
    assert row["disc"] == row["fovea"] == 1
    assert 0 < row["bright_area"] < 1


def test_page_says_what_they_are_not(counted):
    assert "They are no diagnosis" in lesions_page({"val": summary(counted)})


def test_page_in_the_repository_is_made_of_the_result_beside_the_card():
    assert lesions_page(json.loads(RESULT.read_text(encoding="utf-8"))) == PAGE.read_text(encoding="utf-8")
