from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from riskmodels.columns import Floats
from riskmodels.directions import Direction
from riskmodels.explain.shapes import against, spread


@dataclass
class Drawn:
    x: Floats
    logit: Floats
    bins: Floats
    counts: Floats


def curve(*logit: float, counts: tuple[float, ...] = ()) -> Drawn:
    x = np.arange(len(logit), dtype=float)
    return Drawn(x, np.array(logit), x, np.array(counts or (1.0,) * len(logit)))


def rising(low: float = -np.inf, high: float = np.inf, sign: int = 1) -> Direction:
    return Direction("bmi", ("diabetes",), sign, low, high, "invented")


class TestSpread:
    def test_level_curve_weighs_nothing(self) -> None:
        assert spread(curve(0.3, 0.3, 0.3)) == 0

    def test_people_count_and_not_values(self) -> None:
        assert spread(curve(0, 1, counts=(50, 50))) == pytest.approx(0.5)
        assert spread(curve(0, 1, counts=(99, 1))) < 0.1

    def test_histogram_of_edges_is_taken_at_its_middles(self) -> None:
        drawn = Drawn(np.array([0.0, 2.0]), np.array([0.0, 2.0]), np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0]))
        assert spread(drawn) == pytest.approx(0.5)

    def test_of_nobody_it_is_nothing(self) -> None:
        assert spread(curve(0, 1, counts=(0, 0))) == 0


class TestAgainst:
    def test_curve_that_keeps_its_direction(self) -> None:
        assert against(curve(0, 0, 1, 2), rising()) == 0

    def test_deepest_fall_counts_from_the_highest_before_it(self) -> None:
        assert against(curve(0, 1, 0.7, 0.4, 2), rising()) == pytest.approx(0.6)

    def test_falling_direction_is_the_other_way_round(self) -> None:
        assert against(curve(2, 1, 1.5), rising(sign=-1)) == pytest.approx(0.5)
        assert against(curve(2, 1, 0), rising(sign=-1)) == 0

    def test_outside_the_values_it_holds_for_it_may_bend(self) -> None:
        assert against(curve(3, 0, 1, 2), rising(low=1)) == 0
        assert against(curve(3, 0), rising(low=5)) == 0
