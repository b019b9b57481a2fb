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
from riskmodels.tabular.hiding import Hiding
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.network import PAIR_COLUMNS, pair_basis
from riskmodels.tabular.training import EpochReport, Penalty, Trainer, TrainingData, bootstrap_weights, draw, penalties

from .conftest import INPUTS, SMALL, make_cohort

CPU = torch.device("cpu")


def make_trainer(checkpoint: Path | None = None, epochs: int = 4) -> Trainer:
    frame, targets = make_cohort(400)
    encoding = Encoding.fit(frame, INPUTS, 5)
    labels = torch.tensor(targets.to_numpy(np.float32))
    z = encoding(encoding.matrix(frame)).float()
    data = TrainingData(INPUTS, z, pair_basis(z, encoding), labels, torch.ones_like(labels), ("diabetes",))
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


def test_the_shown_network_has_everybody_once_and_each_fold_is_left_out_by_one_member() -> None:
    drawn = draw(3000, SMALL)
    assert drawn.shape == (3000, 1 + SMALL.members + SMALL.folds)
    assert bool((drawn[:, 0] == 1).all())
    folds = drawn[:, 1 + SMALL.members :]
    assert bool(((folds == 0).sum(1) == 1).all())
    assert (folds == 0).sum(0).tolist() == [1000, 1000, 1000]


def test_named_sets_are_hidden_as_often_as_told() -> None:
    hiding = Hiding(INPUTS, 1.0, ((("glucose", "bmi"), 0.5), ((), 0.25)))
    keep = hiding.keep(20_000, torch.Generator().manual_seed(0))
    hidden = [INPUTS.index("glucose"), INPUTS.index("bmi")]
    others = [i for i in range(len(INPUTS)) if i not in hidden]
    just_these = (~keep[hidden]).all(0) & keep[others].all(0)
    assert 0.48 < float(just_these.float().mean()) < 0.54
    assert float(keep.all(0).float().mean()) > 0.25


def test_penalties_are_those_of_what_two_columns_are() -> None:
    chosen = Penalty(1, 2, 3, 4, 5, of_person=0.5, of_input={"glucose": 0.1})
    columns, pairs = penalties(("age", "bmi", "glucose"), 6, chosen)
    assert columns[0].tolist() == [2, 2, 1, 1, 1, 1]
    bmi, glucose = PAIR_COLUMNS, 2 * PAIR_COLUMNS
    assert float(pairs[bmi, glucose]) == 3  # known × known
    assert float(pairs[bmi, glucose + 1]) == 4  # known × value
    assert float(pairs[bmi + 1, glucose + 1]) == pytest.approx(0.5)  # value × value, a tenth for glucose
    assert float(pairs[bmi, 1]) == pytest.approx(2)  # known × age: half
    assert torch.equal(pairs, pairs.T)


def test_a_poisson_head_finds_the_rate_whatever_the_follow_up() -> None:
    rng = np.random.default_rng(0)
    frame, _ = make_cohort(3000)
    encoding = Encoding.fit(frame, INPUTS, 5)
    z = encoding(encoding.matrix(frame)).float()
    months = rng.uniform(20, 200, len(frame))
    died = torch.tensor(rng.random(len(frame)) < 0.1 * months / 120)[:, None].float()
    offset = torch.tensor(np.log(months / 120), dtype=torch.float32)[:, None]
    data = TrainingData(INPUTS, z, pair_basis(z, encoding), died, torch.ones_like(died), ("death",), offset=offset)
    config = replace(SMALL, epochs=15, counts=("death",))
    fitted = Trainer(data, torch.ones(len(INPUTS), 1, dtype=torch.bool), config, CPU).fit()
    assert float(fitted.bias[0, 0].exp()) == pytest.approx(0.1, rel=0.15)


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
