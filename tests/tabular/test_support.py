"""Where a row stands to the training data: inside, near the edge, held there, or too far outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from riskmodels.tabular.support import Placed, Range, Support, side_of

NAMES = ("age", "bmi", "glucose", "smoking", "hdl_cholesterol", "uric_acid")
RANGES = {
    "age": Range(20, 80, 21, 79, 900),
    "bmi": Range(18.5, 40.0, 20.0, 36.0, 900),
    "glucose": Range(50.0, 300.0, 60.0, 200.0, 900),
    "smoking": Range(0, 1, 0, 1, 900),
    "hdl_cholesterol": Range(20.0, 100.0, 25.0, 90.0, 900),
    "uric_acid": Range(2.0, 11.0, 2.5, 9.5, 900),
}
PERSON = {"age": 50.0, "bmi": 28.0, "glucose": 100.0, "smoking": 1.0, "hdl_cholesterol": 50.0, "uric_acid": 5.0}


def place(**changes: float) -> Placed:
    values = np.array([[(PERSON | changes)[name] for name in NAMES]])
    return Support("diabetes", NAMES, RANGES).place(values)


def said(placed: Placed) -> tuple[str, str, str, str]:
    texts = (placed.refused, placed.cautions, placed.held, placed.bound)
    refused, cautions, held, bound = (str(text[0]) for text in texts)
    return refused, cautions, held, bound


class TestOnePerson:
    def test_inside_there_is_nothing_to_say(self) -> None:
        placed = place()
        assert said(placed) == ("", "", "", "")
        assert len(placed.rows) == 0

    def test_unknown_values_are_nowhere(self) -> None:
        assert said(place(**dict.fromkeys(PERSON, np.nan))) == ("", "", "", "")

    def test_near_the_edge_is_a_caution(self) -> None:
        assert said(place(bmi=38.0)) == ("", "few people like this were seen: Body mass index", "", "")

    def test_a_raising_input_above_the_highest_makes_it_at_least(self) -> None:
        words = "Body mass index counted as 40.0 kg/m², the highest the model learnt from: the risk is probably higher"
        assert said(place(bmi=44.0)) == ("", "", words, "at least")

    def test_a_lowering_input_above_the_highest_makes_it_at_most(self) -> None:
        *_, held, bound = said(place(hdl_cholesterol=110.0))
        assert held.endswith("the highest the model learnt from: the risk is probably lower")
        assert bound == "at most"

    @pytest.mark.parametrize(
        ("case", "changes"),
        [
            ("no direction is settled", {"uric_acid": 12.0}),
            ("the direction is not settled on that side", {"bmi": 17.0}),
            ("two point in opposite directions", {"bmi": 44.0, "hdl_cholesterol": 110.0}),
            ("one of two is not settled", {"bmi": 44.0, "uric_acid": 12.0}),
        ],
    )
    def test_neither_at_least_nor_at_most(self, case: str, changes: dict[str, float]) -> None:
        refused, _, held, bound = said(place(**changes))
        assert (refused, bound) == ("", "")
        assert held.endswith("the risk may be higher or lower"), case

    def test_two_that_agree_are_both_named(self) -> None:
        *_, held, bound = said(place(bmi=41.0, glucose=320.0))
        assert held == (
            "Body mass index counted as 40.0 kg/m², glucose as 300 mg/dL, the highest the model learnt from: the risk "
            "is probably higher"
        )
        assert bound == "at least"

    def test_highest_and_lowest_are_told_apart(self) -> None:
        assert said(place(bmi=41.0, hdl_cholesterol=15.0))[2] == (
            "HDL cholesterol counted as 20 mg/dL, the lowest the model learnt from; body mass index as 40.0 kg/m², the "
            "highest the model learnt from: the risk is probably higher"
        )

    def test_what_reads_as_the_edge_is_not_held(self) -> None:
        assert said(place(bmi=40.04))[2] == ""
        assert said(place(bmi=40.06))[2] != ""

    def test_one_as_far_outside_as_the_data_are_wide_is_refused_by_name(self) -> None:
        refused, _, held, bound = said(place(bmi=57.0))
        assert refused == "too far outside the training data: Body mass index (18.5 kg/m² to 40.0 kg/m²)"
        assert (held, bound) == ("", "")
        assert said(place(bmi=55.0))[0] == ""

    def test_several_that_get_there_together_are_refused_by_name(self) -> None:
        apart = ({"bmi": 49.0}, {"hdl_cholesterol": 135.0})
        assert [said(place(**changes))[0] for changes in apart] == ["", ""]
        refused = said(place(bmi=49.0, hdl_cholesterol=135.0))[0]
        assert "Body mass index" in refused
        assert "HDL cholesterol" in refused

    def test_distance_of_a_logarithmic_input_is_that_of_its_logarithm(self) -> None:
        assert said(place(glucose=900.0))[0] == ""  # 300 · 200 ÷ 60 = 1,000
        assert said(place(glucose=1010.0))[0] != ""

    @pytest.mark.parametrize("change", [{"age": 81.0}, {"age": 19.0}, {"smoking": 2.0}])
    def test_age_and_answers_are_never_held(self, change: dict[str, float]) -> None:
        placed = place(**change)
        refused, _, held, _ = said(placed)
        assert "training data" in refused
        assert held == ""
        assert len(placed.rows) == 0

    def test_a_reason_of_the_outcome_comes_first_and_takes_back_what_is_held(self) -> None:
        placed = place(bmi=44.0).refusing(np.array(["not valid in pregnancy"], dtype=object))
        assert said(placed) == ("not valid in pregnancy", "", "", "")


def test_held_values_are_those_of_the_edge_and_no_others() -> None:
    rng = np.random.default_rng(5)
    low, high = (np.array([getattr(RANGES[n], end) for n in NAMES]) for end in ("low", "high"))
    values = rng.uniform(low - 0.3 * (high - low), high + 0.3 * (high - low), (500, len(NAMES)))
    support = Support("diabetes", NAMES, RANGES)
    held, beyond = support.hold(values), support.beyond(values)
    np.testing.assert_array_equal(held[beyond == 0], values[beyond == 0])
    np.testing.assert_array_equal(held[beyond == 1], np.broadcast_to(high, held.shape)[beyond == 1])
    np.testing.assert_array_equal(held[beyond == -1], np.broadcast_to(low, held.shape)[beyond == -1])
    assert not beyond[:, [0, 3]].any()
    assert all((beyond == sign).any() for sign in (1, -1))
    np.testing.assert_array_equal(support.hold(held), held)


def test_many_rows_say_what_each_says_alone() -> None:
    rng = np.random.default_rng(6)
    values = rng.uniform([15, 10, 30, 0, 10, 1], [85, 60, 500, 2, 120, 13], (300, len(NAMES)))
    support = Support("diabetes", NAMES, RANGES)
    many = support.place(values)
    alone = [said(support.place(row[None, :])) for row in values]
    together = [tuple(map(str, row)) for row in zip(many.refused, many.cautions, many.held, many.bound, strict=True)]
    assert together == alone
    assert {bound for *_, bound in alone} == {"", "at least", "at most"}


@pytest.mark.parametrize(
    ("outcome", "name", "above", "side"),
    [
        ("cvd_10y", "systolic_bp", True, 1),
        ("cvd_10y", "systolic_bp", False, 0),  # settled from 110 mmHg only
        ("cvd_10y", "egfr", True, 0),  # settled below 60 only
        ("cvd_10y", "egfr", False, 1),
        ("diabetes", "egfr", False, 0),
        ("diabetes", "glucose", False, -1),
        ("cvd_10y", "ldl_cholesterol", True, 1),  # as the total it is a part of
        ("diabetes", "ldl_cholesterol", True, 0),
    ],
)
def test_sides(outcome: str, name: str, above: bool, side: int) -> None:
    limits: dict[str, Any] = {
        "systolic_bp": (90, 180),
        "egfr": (20, 134),
        "glucose": (45, 400),
        "ldl_cholesterol": (37, 234),
    }
    low, high = limits[name]
    assert side_of(outcome, name, Range(low, high, low, high, 9), above) == side
