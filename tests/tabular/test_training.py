from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.errors import TrainingError
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.training import EpochReport, Hiding, Trainer, TrainingData, bootstrap_weights

from .conftest import INPUTS, SMALL, make_cohort

CPU = torch.device("cpu")


def make_trainer(checkpoint: Path | None = None, epochs: int = 4) -> Trainer:
    frame, targets = make_cohort(400)
    encoding = Encoding.fit(frame, INPUTS, 5)
    labels = torch.tensor(targets.to_numpy(np.float32))
    data = TrainingData(INPUTS, encoding(encoding.matrix(frame)), labels, torch.ones_like(labels), ("diabetes",))
    allowed = torch.ones(len(INPUTS), 1, dtype=torch.bool)
    return Trainer(data, allowed, replace(SMALL, epochs=epochs), CPU, checkpoint)


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = make_trainer().fit(), make_trainer().fit()
    assert torch.equal(first.curves, second.curves)
    assert torch.equal(first.pairs, second.pairs)


def test_a_run_that_was_stopped_resumes_to_the_same_network(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(report: EpochReport) -> None:
        if report.epoch == 2:
            raise StopError

    with pytest.raises(StopError):
        make_trainer(tmp_path / "run").fit(stop)
    resumed = make_trainer(tmp_path / "run").fit()
    torch.testing.assert_close(resumed.pairs, make_trainer().fit().pairs, rtol=0, atol=0)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    make_trainer(tmp_path / "run", epochs=2).fit()
    with pytest.raises(TrainingError, match="belongs to another training run"):
        make_trainer(tmp_path / "run", epochs=3).fit()


def test_progress_tells_epoch_loss_and_time_left() -> None:
    reports: list[EpochReport] = []
    make_trainer().fit(reports.append)
    assert [r.epoch for r in reports] == [1, 2, 3, 4]
    assert reports[-1].seconds_left == 0
    assert all(np.isfinite(r.loss) for r in reports)


def test_training_lowers_the_loss() -> None:
    reports: list[EpochReport] = []
    make_trainer(epochs=10).fit(reports.append)
    assert reports[-1].loss < reports[0].loss


def test_an_outcome_without_labels_is_named() -> None:
    frame, targets = make_cohort(50)
    with pytest.raises(TrainingError, match="No labelled rows for: diabetes"):
        fit_model(frame, targets * np.nan, name="none", inputs=INPUTS, config=SMALL)


def test_hiding_leaves_untouched_rows_whole_and_hides_laboratory_values_together() -> None:
    generator = torch.Generator().manual_seed(0)
    hiding = Hiding(INPUTS, 0.6)
    keep = hiding.keep(20_000, generator)
    whole = keep.all(0).float().mean()
    assert 0.4 < whole < 0.55  # the untouched ones, and those of which nothing happened to be hidden
    others = [i for i, n in enumerate(INPUTS) if n != "glucose"]
    only_labs_hidden = (~keep[INPUTS.index("glucose")] & keep[others].all(0)).float().mean()
    assert only_labs_hidden > 0.07  # a quarter of the touched rows, half of them nothing else: 0.075


def test_bootstrap_counts_average_to_one() -> None:
    draws = bootstrap_weights(20_000, 4, seed=1)
    assert draws.shape == (20_000, 4)
    assert float(draws.mean()) == pytest.approx(1, abs=0.02)


def test_the_known_signal_is_found(model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    low, high = (pd.DataFrame({"age": [50.0], "sex": [0.0], "glucose": [g]}) for g in (85.0, 140.0))
    assert model.predict(high).risk.iloc[0, 0] > 2 * model.predict(low).risk.iloc[0, 0]


@pytest.mark.gpu
def test_another_device_gives_the_same_answers_within_tolerance(
    cohort: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path, model: RiskModel
) -> None:
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        pytest.skip("no CUDA or MPS device")
    model.save(tmp_path / "m")
    other = RiskModel.load(tmp_path / "m")
    np.testing.assert_allclose(other.predict(cohort[0]).risk, model.predict(cohort[0]).risk, atol=1e-4)
