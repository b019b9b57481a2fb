"""Trials of recipes, on a slice."""

from dataclasses import replace

import pandas as pd
import pytest

from riskmodels.imaging.cameras import SHIFTS
from riskmodels.shipping import retina, retina_trial
from riskmodels.shipping.camera_shift import UNCHANGED

CONFIG = replace(
    retina.CONFIG, depths=(11,), rates=(8e-4,), side=96, least_side=0, frozen_blocks=9, members=2, epochs=1
)


@pytest.fixture
def few(shared, monkeypatch):
    """Three photos a grade and part."""
    table = retina.read_labels(shared)
    rows = pd.concat([part.groupby("dr_grade").head(3) for _, part in table.groupby("split")])
    monkeypatch.setattr(retina_trial, "read_labels", lambda _: rows)
    return shared


@pytest.mark.shared_data
def test_recipe_is_judged_as_it_is_and_through_every_camera(few):
    said: list[str] = []
    found = retina_trial.try_recipe(few, CONFIG, said.append)
    assert list(found) == [UNCHANGED, retina_trial.DRAWN, *SHIFTS]
    assert all(0 <= part["auroc"] <= 1 and 0 < part["brier"] < 1 for part in found.values())
    assert said[-1].startswith("mean of the cameras: auroc 0.")
