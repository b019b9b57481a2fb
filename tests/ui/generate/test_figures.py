"""Figures of the cards of invented people: what stands in them, and what stays away where nothing can be said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from riskmodels.evaluation.bootstrap import Estimate
from riskmodels.generated.pictures import Pictures, Shares
from riskmodels.generated.privacy.attacks import LIMIT, Attack, Membership
from riskmodels.generated.privacy.counted import Share
from ui.generate.figures import attacks, columns_html, furthest_pairs, pairs


def membership(*found: float) -> Membership:
    names = ("nearest", "density", "count")
    made = tuple(
        Attack(name, Estimate(auc, auc - 0.02, auc + 0.02), Share(1, 100))
        for name, auc in zip(names, found, strict=True)
    )
    return Membership(made, max(a.auc for a in made), 100, 50, 25, 100, 0.51, 0.03, 0.4, 0.02)


def test_the_limit_and_guessing_are_drawn_and_named() -> None:
    figure = attacks(membership(0.49, 0.5, 0.51), "light")
    assert {shape["x0"] for shape in figure["layout"]["shapes"]} == {0.5, LIMIT}
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["guessing", f"refused > {LIMIT}"]


def test_an_attack_that_succeeds_is_inside_the_figure() -> None:
    low, high = attacks(membership(0.49, 0.5, 0.93), "dark")["layout"]["xaxis"]["range"]
    assert low <= 0.44
    assert high > 0.95


def drawn(away: np.ndarray) -> Pictures:
    shares = (Shares("age", (20.0, 60.0), (0.5, 0.5), (0.4, 0.6), 0.0, 0.125),)
    return Pictures(shares, ("age", "hba1c", "mine")[: len(away)], away)


def test_pairs_name_their_columns_and_leave_out_what_is_not_estimable() -> None:
    away = np.array([[0.0, 0.3, np.nan], [0.3, 0.0, -0.4], [np.nan, -0.4, 0.0]])
    assert furthest_pairs(drawn(away)) == [("HbA1c and mine", "−0.40"), ("Age and HbA1c", "+0.30")]
    heat = pairs(drawn(away), "light")["data"][0]
    assert heat["z"] == [[None, 0.3, None], [0.3, None, -0.4], [None, -0.4, None]]
    assert heat["zmax"] == 0.4
    assert heat["customdata"][0][1] == "Age and HbA1c"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_estimable_is_an_empty_map(theme: str) -> None:
    away = np.full((2, 2), math.nan)
    assert furthest_pairs(drawn(away)) == []
    assert pairs(drawn(away), theme)["data"][0]["zmax"] == 0.1


def test_of_many_columns_every_fifth_number_is_told() -> None:
    many = Pictures((), tuple(f"c{i}" for i in range(14)), np.zeros((14, 14)))
    assert pairs(many, "light")["layout"]["xaxis"]["ticktext"] == ["5", "10"]


def test_a_column_is_drawn_with_its_ends_and_what_is_unknown() -> None:
    html = columns_html(drawn(np.zeros((1, 1))))
    assert "20 years" in html
    assert "unknown 0 % of real, 12 % of invented" in html
    assert 'aria-label="Age: unknown 0 % of real, 12 % of invented; largest difference of a bar 10 %"' in html
    assert html.count('class="cr-real"') == html.count('class="cr-made"') == 2


def test_names_of_strangers_are_escaped() -> None:
    named = Shares('<b>"x"', ("<i>", "b"), (0.5, 0.5), (0.5, 0.5), 0.0, 0.0)
    assert "<b>" not in columns_html(Pictures((named,), (), np.zeros((0, 0))))
    assert "<i>" not in columns_html(Pictures((named,), (), np.zeros((0, 0))))
