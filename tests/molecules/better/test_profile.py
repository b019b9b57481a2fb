"""Profiles: what counts as better, what is lost, what has no number; the Pareto front."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskmodels.errors import InputError
from riskmodels.molecules.better.profile import Goal, Profile, Wish, default_profile, pareto_front
from riskmodels.molecules.endpoints import ENDPOINTS, FACTOR_XA, HERG, THROMBIN, Endpoint
from riskmodels.molecules.learning.answers import Estimate

LOWER_HERG, KEEP_XA = Goal(HERG, Wish.LOWER), Goal(FACTOR_XA, Wish.KEEP)


def told(**values: float | None) -> list[Estimate]:
    """Estimates at all endpoints, 5 where nothing else is said."""
    return [estimate(endpoint, values.get(endpoint.name, 5.0)) for endpoint in ENDPOINTS]


def estimate(endpoint: Endpoint, value: float | None) -> Estimate:
    if value is None:
        return Estimate(endpoint, None, None, None, 0.1, inside=False, reason="unlike all that was learnt")
    return Estimate(endpoint, value, value - 1, value + 1, 0.6, inside=True)


def test_what_is_lowered_counts_by_its_weight_and_what_is_kept_does_not() -> None:
    profile = Profile((Goal(HERG, Wish.LOWER, weight=2.0), Goal(THROMBIN, Wish.RAISE), KEEP_XA))
    verdict = profile.judge(told(herg=6, thrombin=5, factor_xa=8), told(herg=5.5, thrombin=5.4, factor_xa=9))
    assert verdict.gains == pytest.approx((0.5, 0.4, 0.0))
    assert verdict.score == pytest.approx(1.4)
    assert verdict.met


@pytest.mark.parametrize(("xa", "lost"), [(7.71, False), (7.69, True), (8.9, False)])
def test_a_target_is_lost_beyond_its_tolerance_and_never_by_getting_stronger(xa: float, lost: bool) -> None:
    verdict = Profile((LOWER_HERG, KEEP_XA)).judge(told(herg=6, factor_xa=8), told(herg=5, factor_xa=xa))
    assert (FACTOR_XA in verdict.lost, verdict.met) == (lost, not lost)


@pytest.mark.parametrize(("herg", "lost"), [(5.5, True), (4.0, False)])
def test_an_unwanted_effect_is_kept_when_it_gets_weaker(herg: float, lost: bool) -> None:
    profile = Profile((Goal(FACTOR_XA, Wish.RAISE), Goal(HERG, Wish.KEEP)))
    assert (HERG in profile.judge(told(), told(herg=herg, factor_xa=6)).lost) == lost


@pytest.mark.parametrize(("start", "other"), [({"herg": None}, {}), ({}, {"herg": None})])
def test_without_a_number_there_is_no_score(start: dict[str, None], other: dict[str, None]) -> None:
    verdict = Profile((LOWER_HERG, KEEP_XA)).judge(told(**start), told(**other))
    assert (verdict.score, verdict.outside, verdict.met) == (None, (HERG,), False)


def test_what_is_outside_elsewhere_does_not_matter() -> None:
    assert Profile((LOWER_HERG,)).judge(told(herg=6), told(thrombin=None)).score == pytest.approx(1.0)


@pytest.mark.parametrize(
    "goals", [(), (KEEP_XA,), (LOWER_HERG, Goal(HERG, Wish.KEEP)), (Goal(HERG, Wish.LOWER, weight=0.0),)]
)
def test_a_profile_that_says_nothing_is_refused(goals: tuple[Goal, ...]) -> None:
    with pytest.raises(InputError):
        Profile(goals)


def test_the_default_lowers_herg_and_keeps_the_strongest_target_that_has_a_number() -> None:
    profile = default_profile(told(herg=9, factor_xa=7, thrombin=None, ppar_gamma=6))
    assert [(goal.endpoint, goal.wish) for goal in profile.goals] == [(HERG, Wish.LOWER), (FACTOR_XA, Wish.KEEP)]
    assert len(default_profile([estimate(endpoint, None) for endpoint in ENDPOINTS]).goals) == 1


@given(arrays(np.int64, st.tuples(st.integers(0, 25), st.integers(1, 3)), elements=st.integers(-3, 3)))
def test_the_front_is_that_of_brute_force(points: np.ndarray) -> None:
    def better(a: list[int], b: list[int]) -> bool:
        return all(x >= y for x, y in zip(a, b, strict=True)) and a != b

    rows = points.tolist()
    assert pareto_front(points.astype(float)).tolist() == [not any(better(b, a) for b in rows) for a in rows]
