"""Photos without labels before few labels: the trial on a slice."""

from dataclasses import replace

import pandas as pd
import pytest

from riskmodels.imaging.pretraining import Pretraining
from riskmodels.shipping import image_label_efficiency as trial
from riskmodels.shipping import retina
from riskmodels.shipping.label_efficiency import table
from riskmodels.shipping.say import Say

CONFIG = replace(trial.TRIAL, side=96, least_side=0, frozen_blocks=9, members=2, epochs=1)


@pytest.mark.shared_data
def test_both_ways_are_judged_at_every_share_on_the_same_photos(shared, monkeypatch):
    every = retina.read_labels(shared)
    rows = pd.concat([part.groupby("dr_grade").head(4) for _, part in every.groupby("split")])
    monkeypatch.setattr(trial, "read_labels", lambda _: rows)
    told: list[str] = []
    found = trial.run(shared, Say(told.append), 1, (0.5, 1.0), CONFIG, Pretraining(side=64, epochs=1, batch=8))
    assert list(found.groupby("n").size()) == [6, 6]
    assert set(found["way"]) == set(trial.WAYS)
    assert found["auroc"].between(0, 1).all()
    wide = found.pivot(index=["n", "outcome"], columns="way", values="loss")
    assert (wide[trial.WAYS[0]] != wide[trial.WAYS[1]]).all()
    assert sum("contrast" in line for line in told) == 1


def test_table_gives_means_and_the_difference_in_pairs():
    rows = [
        ("a", 30, way, seed, value) for way, seed, value in zip("xyxy", (0, 0, 1, 1), (0.6, 0.7, 0.7, 0.9), strict=True)
    ]
    found = pd.DataFrame(rows, columns=["outcome", "n", "way", "seed", "auroc"])
    assert table(found, ("x", "y"), "gain").splitlines()[-1] == "| a | 30 | 0.650 | 0.800 | +0.1500 ± 0.1000 |"
