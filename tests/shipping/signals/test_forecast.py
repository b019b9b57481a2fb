"""The forecast's command on waves of made-up people: split, thinning back, folder and card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import SourceDataError
from riskmodels.shipping.say import Say
from riskmodels.shipping.signals import forecast
from riskmodels.shipping.signals.glucose_data import BRIS, ELSEWHERE, FOLDER, HUPA, MAIN, every, read_people, thin_back
from riskmodels.signals.forecast.model import ForecastModel
from riskmodels.signals.forecast.words import KEPT_BACK
from tests.signals.forecast.conftest import RECIPE, wave


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The collection's files with two days of each of a few people."""
    root = tmp_path_factory.mktemp("shared")
    rows, splits = [], []
    for number, dataset in enumerate((*MAIN, BRIS, HUPA, *ELSEWHERE)):
        for place, part in enumerate(("train", "validate", "test")):
            person, minutes = f"p{place}", 15 if (dataset, part) in ((BRIS, "test"), (MAIN[1], "validate")) else 5
            seconds, mg_dl = wave(10 * number + place, 2, minutes)
            if dataset == HUPA:
                mg_dl = np.interp(seconds, seconds[::3], mg_dl[::3])
            rows.append(pd.DataFrame({"seconds": seconds.astype(np.int64), "glucose_mgdl": mg_dl.astype(np.float32)}))
            rows[-1].insert(0, "dataset", dataset)
            rows[-1].insert(1, "person_id", person)
            splits.append((person, "T1D", part, dataset))
    (root / FOLDER).mkdir(parents=True)
    pd.concat([*rows, rows[0].iloc[:5]]).to_parquet(root / FOLDER / "cgm.parquet")
    table = pd.DataFrame(splits, columns=["person_id", "diabetes_type", "split_assignment", "dataset"])
    table.to_csv(root / FOLDER / "published_splits.csv", index=False)
    return root


def test_people_come_by_their_part_and_doubled_readings_once(shared) -> None:
    people = read_people(shared, MAIN[0], "train")
    assert list(people) == [f"{MAIN[0]}/p0"]
    seconds, mg_dl = people[f"{MAIN[0]}/p0"]
    assert (np.diff(seconds) > 0).all()
    assert len(seconds) == len(mg_dl) == 2 * 288
    assert len(read_people(shared, MAIN[0])) == 3


def test_absent_data_are_told(tmp_path) -> None:
    with pytest.raises(SourceDataError):
        read_people(tmp_path, MAIN[0])


def test_drawn_out_sequences_go_back_to_their_readings(shared) -> None:
    people = read_people(shared, HUPA)
    for person, (seconds, mg_dl) in thin_back(people).items():
        assert len(seconds) == len(people[person][0]) / 3
        np.testing.assert_array_equal(mg_dl, people[person][1][::3])


def test_moments_are_so_far_apart() -> None:
    assert every(np.arange(10) * 300.0, 15).tolist() == [0, 3, 6, 9]
    assert every(np.asarray([0, 60, 600, 900, 1795.0]), 15).tolist() == [0, 3, 4]


def test_the_model_is_trained_judged_and_written(shared, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(forecast, "RECIPE", replace(RECIPE, steps=20))
    monkeypatch.setattr(forecast, "PEER_WINDOWS", 400)
    monkeypatch.setattr(forecast, "PLAN", replace(forecast.PLAN, replicates=20))
    lines: list[str] = []
    forecast.ship_forecast(shared, tmp_path / "model", say=Say(lines.append), device="cpu")
    card = ForecastModel.load(tmp_path / "model", "cpu").card
    assert set(card["calibration"]) == {"5", "15"}
    main = card["metrics"]["test"][KEPT_BACK]
    assert set(main) == {"network", "last reading", "ridge", "boosting"}
    assert main["network"]["people"] == 3
    value, low, high = main["network"]["rmse60"]
    assert low <= value <= high
    assert set(card["metrics"]["by person"]) == {f"{name}/p2" for name in MAIN}
    assert card["metrics"]["people in whom the network is better than boosting"]["rmse30"] <= 3
    assert card["metrics"]["test"]["Bris, 15-minute sensors"]["network"]["people"] == 1
    assert card["metrics"]["test"]["HUPA, every third reading"]["network"]["people"] == 3
    assert any(KEPT_BACK in line for line in lines)
