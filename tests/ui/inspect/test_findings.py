"""The sentences under the figures: what they say must follow from what was measured."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.evaluation.evidence import Decision, Group, ShareKnown
from riskmodels.signed import signed
from riskmodels.tabular.model import Curve
from tests.ui.inspect.test_figures import AGE, DECISION, JUDGED
from ui.inspect import curves, data, imaging, missing, peers, subgroups, validation
from ui.inspect.show import log_odds, percent


class TestValidation:
    def test_roc_is_told_as_pairs_of_people(self) -> None:
        assert "in 90 of 100 pairs (95 % interval 80–95)" in validation.roc_finding(JUDGED)

    def test_roc_that_cannot_be_estimated_says_so(self) -> None:
        told = validation.roc_finding({**JUDGED, "metrics": {"auroc": [None, None, None]}})
        assert told == "It could not be estimated how well it tells apart."

    def test_precision_is_told_where_eight_in_ten_are_found(self) -> None:
        judged = {**JUDGED, "pr": [[0.5, 0.6], [0.82, 0.3], [1.0, 0.1]]}
        assert "Where 82 % of those with it are found, 30 % of the flagged have it" in validation.precision_finding(
            judged
        )

    def test_calibration_counts_the_groups_whose_interval_holds_the_estimate(self) -> None:
        far = {"n": 100, "events": 30, "predicted": 0.1, "observed": 0.3, "low": 0.2, "high": 0.4}
        told = validation.calibration_finding({**JUDGED, "deciles": [*JUDGED["deciles"], far]})
        assert "20 had it where 15 were expected" in told
        assert "In 1 of 2 groups" in told

    def test_decision_names_the_thresholds_and_how_often_it_beats_a_published_score(self) -> None:
        told = validation.decision_finding(DECISION)
        assert "from 5 to 10 %" in told
        assert "At 1 of 2 thresholds it is worth more than FINDRISC." in told

    def test_decision_that_is_worth_nothing_says_so(self) -> None:
        worthless: Decision = {**DECISION, "scores": {"this model": [[0.0, 0.0, 0.0]] * 3}}
        assert validation.decision_finding(worthless).startswith("At no threshold")


def group(level: str, ratio: list[float | None], part: str = "test", by: str = "origin") -> Group:
    share: Any = {"observed": 0.1, "expected": 0.08, "ratio": ratio, "in_the_large": [0.1, -0.1, 0.3]}
    return {"by": by, "level": level, "part": part, "n": 10, "events": 1, "n_weighted": 9, "unweighted": share,
            "weighted": None}  # fmt: skip


class TestSubgroups:
    def test_groups_for_whom_it_is_clearly_off_are_named_with_how_much(self) -> None:
        told = subgroups.group_finding([group("Asian", [2.1, 1.5, 2.9]), group("White", [0.6, 0.4, 0.8])], False)
        assert told.startswith("Too low for Asian (2.1). Too high for White (0.6).")

    def test_a_group_whose_interval_holds_one_is_not_named(self) -> None:
        assert subgroups.group_finding([group("Asian", [2.1, 0.9, 4.0])], False).startswith("In no group")

    def test_people_the_model_was_fitted_on_are_not_judged_by(self) -> None:
        assert subgroups.group_finding([group("1999", [3.0, 2.0, 4.0], "fit")], False).startswith("In no group")

    def test_ratio_that_cannot_be_estimated_is_said(self) -> None:
        assert subgroups.ratio_words(group("x", [None, None, None])["unweighted"]) == "not estimable"


class TestMissing:
    SHARES: tuple[ShareKnown, ...] = (
        {
            "known": "0–25 %",
            "n": 9,
            "inside": [0.06, 0.05, 0.07],
            "inside_refitted": [0.06, 0.05, 0.07],
            "width": [0.01, 0.01, 0.01],
            "auroc": [0.7, 0.6, 0.8],
        },
        {
            "known": "75–100 %",
            "n": 9,
            "inside": [0.9, 0.88, 0.92],
            "inside_refitted": [0.9, 0.88, 0.92],
            "width": [0.02, 0.02, 0.02],
            "auroc": [0.9, 0.8, 1],
        },
    )

    def test_interval_that_holds_too_few_is_named(self) -> None:
        told = missing.inside_finding(list(self.SHARES))
        assert "it does for 6 to 90. It holds least, 6.0 % (5.0–7.0 %), with 0–25 % known." in told

    def test_interval_that_keeps_its_promise_names_nobody(self) -> None:
        assert "holds least" not in missing.inside_finding([self.SHARES[1]])

    def test_auroc_with_least_and_most_known(self) -> None:
        told = missing.auroc_finding(list(self.SHARES))
        assert told == "AUROC 0.700 with 0–25 % of the inputs known, 0.900 with 75–100 %."


class TestPeers:
    def test_higher_is_better_but_for_losses(self) -> None:
        difference: dict[str, list[float | None]] = {"xgboost": [0.02, 0.01, 0.03]}
        assert peers.peer_finding("auroc", difference).startswith("Better than XGBoost.")
        assert peers.peer_finding("brier", difference).startswith("Worse than XGBoost.")

    def test_an_interval_that_holds_nothing_tells_nobody_apart(self) -> None:
        told = peers.peer_finding("auroc", {"ebm": [0.001, -0.01, 0.01], "logistic": [None, None, None]})
        assert told.startswith("Not told apart from EBM and logistic regression.")


class TestFlow:
    def test_people_who_leave_and_stay_add_up_to_all(self) -> None:
        rows = data.flow_rows({
            "source": "", "people": 100,
            "left_out": [{"reason": "pregnant", "n": 10}, {"reason": "no label", "n": 30}],
            "parts": [{"part": "fit", "label": "fitted", "n": 40, "events": 4},
                      {"part": "test", "label": "tested", "n": 20, "events": 2}],
        })  # fmt: skip
        assert rows == [
            ("All", 0, 100),
            ("pregnant", 100, -10),
            ("no label", 90, -30),
            ("fitted", 0, 40),
            ("tested", 40, 20),
        ]


class TestCurves:
    def test_lowest_and_highest_are_told_in_the_unit(self) -> None:
        told = curves.curve_finding("age", AGE)
        assert told == "Age: lowest at 20 years (−1.00), highest at 80 years (+2.00)."

    def test_flat_curve_adds_nothing(self) -> None:
        flat = Curve(AGE.x, 0 * AGE.logit, AGE.low, AGE.high, AGE.bins, AGE.counts)
        assert curves.curve_finding("age", flat) == "Age by itself adds nothing."

    def test_settled_direction_is_told_with_its_source_and_how_far_the_curve_goes_against_it(self) -> None:
        falling = Curve(AGE.x, -AGE.logit, AGE.low, AGE.high, AGE.bins, AGE.counts)
        assert "the risk may not fall as the value rises; here it does not (AHA" in curves.settled(
            "diabetes", "age", AGE
        )
        assert "here it does, by 3.00" in curves.settled("diabetes", "age", falling)

    def test_input_without_a_settled_direction_has_no_such_words(self) -> None:
        assert curves.settled("diabetes", "uric_acid", AGE) == ""


class TestImaging:
    def test_shipped_classifier_says_how_good_it_is_and_what_it_misses(self) -> None:
        told = imaging.first_sentence({
            "questions": [{"name": "any", "label": "Any retinopathy"}],
            "metrics": {"test": {"any": {"kind": "finding", "n": 102, "events": 68,
                                         "metrics": {"auroc": [0.914, 0.853, 0.965], "sensitivity": [0.84, 0.7, 0.9]}}}
                        },
        })  # fmt: skip
        assert "on 102 test pictures AUROC 0.914 (0.853–0.965)" in told
        assert "misses 16 of 100 that have it" in told

    def test_model_of_which_nothing_was_measured_says_so(self) -> None:
        assert imaging.first_sentence({}) == "Nothing was measured of this model on pictures apart."

    def test_validation_pictures_are_never_shown_as_test_pictures(self) -> None:
        assert imaging.on_test({"metrics": {"val": {"any": {"kind": "finding"}}}}) == {}


class TestNumbers:
    @pytest.mark.parametrize(("value", "told"), [(0.41, "+0.41"), (-0.11, "−0.11"), (-0.001, "0.00")])
    def test_difference_has_a_sign_but_nothing_has_none(self, value: float, told: str) -> None:
        assert signed(value) == told

    def test_interval_of_a_difference_is_worded_so_that_signs_are_seen(self) -> None:
        assert log_odds([-0.1, -0.5, 0.3]) == "−0.10 (−0.50 to +0.30)"

    def test_share_that_cannot_be_estimated(self) -> None:
        assert percent([None, None, None]) == "not estimable"
