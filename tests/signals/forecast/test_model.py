"""The model: it learns, is the same twice, keeps its intervals in order, adds up, and refuses with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from riskmodels.checks.file_check import Check
from riskmodels.errors import ModelFileError, TrainingError
from riskmodels.signals.forecast import training
from riskmodels.signals.forecast.evaluation import measure
from riskmodels.signals.forecast.model import ForecastModel
from riskmodels.signals.forecast.peers import persistence
from riskmodels.signals.forecast.training import fit
from tests.signals.forecast.conftest import RECIPE, checked_wave, windows_of_waves

CPU = torch.device("cpu")


def test_it_is_better_than_the_last_reading(wave_model: ForecastModel) -> None:
    from riskmodels.shipping.signals.forecast import answers_of

    windows = windows_of_waves(range(8, 10))
    found, last = measure(windows, answers_of(wave_model)(windows)), measure(windows, persistence(windows))
    assert found["rmse60"] < 0.6 * last["rmse60"]
    assert found["lows"]["auroc"] > last["lows"]["auroc"]


def test_one_seed_gives_one_network() -> None:
    train, recipe = windows_of_waves(range(2)), replace(RECIPE, steps=8)
    first, second, other = (fit(train, r, CPU).state_dict() for r in (recipe, recipe, replace(recipe, seed=1)))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_an_interrupted_run_ends_as_a_whole_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(training, "SAVED_EVERY", 30)

    class StopError(Exception):
        pass

    def stop(step: int, steps: int, loss: float) -> None:
        if step == 100:
            raise StopError

    train, recipe = windows_of_waves(range(1)), replace(RECIPE, steps=105, batch=4)
    with pytest.raises(StopError):
        fit(train, recipe, CPU, stop, tmp_path / "run")
    resumed, whole = fit(train, recipe, CPU, None, tmp_path / "run").state_dict(), fit(train, recipe, CPU).state_dict()
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)
    with pytest.raises(TrainingError):
        fit(train, replace(recipe, rate=1e-3), CPU, None, tmp_path / "run")


def test_it_is_the_same_after_its_folder(wave_model: ForecastModel, tmp_path) -> None:
    wave_model.save(tmp_path)
    again = ForecastModel.load(tmp_path, "cpu")
    checked = checked_wave()
    assert again.calibration == wave_model.calibration
    np.testing.assert_allclose(again.forecast(checked).mean, wave_model.forecast(checked).mean, atol=0.5)
    again.save(tmp_path)
    twice = ForecastModel.load(tmp_path, "cpu")
    np.testing.assert_array_equal(twice.forecast(checked).mean, again.forecast(checked).mean)


def test_another_kind_of_model_is_refused(wave_model: ForecastModel, tmp_path) -> None:
    from riskmodels.model_files.folder import read_card, write_card

    wave_model.save(tmp_path)
    write_card(tmp_path, read_card(tmp_path, "") | {"kind": "classifier"})
    with pytest.raises(ModelFileError, match="classifier"):
        ForecastModel.load(tmp_path)


@pytest.mark.parametrize("minutes", [5, 15])
def test_the_mean_lies_within_its_interval(wave_model: ForecastModel, minutes: int) -> None:
    trace = wave_model.trace(checked_wave(minutes=minutes))
    assert len(trace.at) > 100
    assert (trace.low < trace.mean).all()
    assert (trace.mean < trace.high).all()


def test_the_trace_says_what_the_forecasts_say(wave_model: ForecastModel) -> None:
    checked = checked_wave()
    trace = wave_model.trace(checked, np.asarray([10, 100, 200]))
    assert trace.at.tolist() == [100, 200]
    for row, number in enumerate(trace.at):
        one = wave_model.forecast(checked, int(number))
        np.testing.assert_allclose(trace.mean[row], one.mean, rtol=1e-5)
        np.testing.assert_allclose(trace.p_low[row], one.p_low, rtol=1e-4)


def test_no_probability_of_a_low_where_it_is_low_already(wave_model: ForecastModel) -> None:
    checked = checked_wave()
    low = int(np.flatnonzero(checked.series.mg_dl[50:] < 70)[0]) + 50
    found = wave_model.forecast(checked, low)
    assert found.refused == ""
    assert np.isnan(found.p_low)


@pytest.mark.parametrize("target", ["mean30", "mean60", "low"])
@pytest.mark.parametrize("minutes", [5, 15])
def test_reasons_add_up_to_the_output(wave_model: ForecastModel, target: str, minutes: int) -> None:
    checked = checked_wave(minutes=minutes)
    forecast = wave_model.forecast(checked, 60)
    reasons = wave_model.reasons(checked, 60, target)
    assert abs(reasons.gap) < 0.01 * abs(reasons.output)
    assert len(reasons.minutes) == 180 // minutes + (minutes == 15)
    assert np.abs(reasons.contribution).max() > 0
    assert reasons.contribution[-1] == 0  # the baseline is flat at the last reading
    said = -np.log(1 / forecast.p_low - 1) if target == "low" else forecast.mean[5 if target == "mean30" else 11]
    assert reasons.output == pytest.approx(said, rel=1e-3)
    np.testing.assert_allclose(reasons.mg_dl, checked.series.mg_dl[60 - len(reasons.mg_dl) + 1 : 61])


def test_a_flat_history_has_no_reasons(wave_model: ForecastModel) -> None:
    checked = checked_wave()
    flat = replace(checked, series=replace(checked.series, mg_dl=np.full(len(checked.series), 120.0)))
    reasons = wave_model.reasons(flat)
    assert reasons.base == pytest.approx(reasons.output)
    np.testing.assert_array_equal(reasons.contribution, 0)


def test_it_refuses_with_the_reason(wave_model: ForecastModel) -> None:
    checked = checked_wave()
    series = checked.series
    beyond = series.beyond.copy()
    beyond[100] = -1
    cases = {
        "three hours": (checked, 20),
        "beyond": (replace(checked, series=replace(series, beyond=beyond)), 100),
        "not every 30": (replace(checked, series=replace(series, minutes=30.0)), 100),
        "empty": (replace(checked, refused="The file is empty."), 100),
        "straight lines": (replace(checked, checks=(Check("Sampling", False, "On straight lines."),)), 100),
        "the end": (replace(checked, forecast_refused="A gap before the end."), None),
    }
    for words, (case, at) in cases.items():
        found = wave_model.forecast(case, at)
        assert words in found.refused
        assert np.isnan(found.mean).all()
        with pytest.raises(ValueError, match=words):
            wave_model.reasons(case, at)
    assert wave_model.forecast(cases["the end"][0], 100).refused == ""
    assert len(wave_model.trace(cases["straight lines"][0]).at) == 0
