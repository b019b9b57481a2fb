"""Swapped values, and the figures of how well they were seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.shipping.generated_trial.swapped import seen, swapped


def test_one_known_value_of_each_person_is_another_persons() -> None:
    people = pd.DataFrame({"a": np.arange(40.0), "b": [*np.arange(30.0), *[np.nan] * 10], "c": 1.0}, index=range(5, 45))
    table, chosen = swapped(people, ["a", "b"], np.random.default_rng(0))
    changed = (table != people.reset_index(drop=True)) & table.notna()
    assert (changed.sum(axis=1) == 1).all()
    assert changed.idxmax(axis=1).tolist() == chosen
    assert set(chosen[:30]) == {"a", "b"}
    assert set(chosen[30:]) == {"a"}
    assert table["b"].dropna().isin(people["b"]).all()


def test_figures_where_a_third_of_the_swapped_are_surely_seen() -> None:
    right = pd.DataFrame({"a": np.linspace(0.1, 1.0, 300), "b": 1.0})
    wrong = right.copy()
    wrong.loc[:99, "a"] = 0.0
    found = seen(right, wrong, ["a"] * 80 + ["b"] * 220)
    assert found.precision == 1.0  # a third of one in twenty is more than one in a hundred
    assert found.named == pytest.approx(0.8)
    assert found.auroc == pytest.approx(5 / 9, abs=0.01)  # 1/3 surely, and of the rest each lies above a third


def test_without_any_signal_alarms_are_right_as_often_as_people_are_wrong() -> None:
    right = pd.DataFrame({"a": np.linspace(0.0, 1.0, 1000)})
    found = seen(right, right.copy(), ["a"] * 1000)
    assert found.auroc == pytest.approx(0.5)
    assert found.precision == pytest.approx(1 / 20)
