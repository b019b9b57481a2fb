"""The comparison with peers on small made-up people: what is kept, what is fitted again, what is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.pima import LABEL
from riskmodels.errors import InputError
from riskmodels.evaluation import peer_linear
from riskmodels.evaluation.peer_models import KINDS
from riskmodels.shipping.accuracy import command, fits
from riskmodels.shipping.accuracy.command import read_settings
from riskmodels.shipping.accuracy.compare import Comparison, best_peer, compare, standing
from riskmodels.shipping.accuracy.fits import Answers, Kept, answer, of_network
from riskmodels.shipping.accuracy.page import page
from riskmodels.shipping.accuracy.rows import HIDDEN, Row, chest_pain_rows, hide_blocks, pima_row
from riskmodels.shipping.chest_pain import SEED
from riskmodels.tabular.recipes import CHEST_PAIN_INPUTS, POPULATION_INPUTS, Labelled


def people(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Made-up women; their risk rises with glucose and body mass index."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(21, 80, n),
            "bmi": rng.normal(30, 5, n),
            "diastolic_bp": rng.normal(72, 10, n),
            "glucose": rng.normal(120, 25, n),
        }
    )
    logit = (frame["glucose"] - 130) / 20 + (frame["bmi"] - 30) / 5
    frame[LABEL] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    return frame


@pytest.fixture
def row() -> Row:
    """As Pima's, with one fold only."""
    whole = pima_row(people(200))
    return replace(whole, folds=whole.folds[:1], hidden=(0.5,))


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of peers as they are fitted."""
    names: list[str] = []
    fit = fits.fit_peers

    def counted(*sets, **options):
        names.extend(options["names"])
        return fit(*sets, **options)

    monkeypatch.setattr(fits, "fit_peers", counted)
    monkeypatch.setattr(peer_linear, "PENALTIES", (0.01, 1.0))
    return names


def test_peer_that_is_ready_is_not_fitted_again(row: Row, tmp_path: Path, fitted: list[str]):
    first = answer(row, "logistic", Kept(tmp_path), {})
    done = len(fitted)
    again = answer(row, "logistic", Kept(tmp_path), {})
    assert len(fitted) == done > 0
    assert again.settings == first.settings
    assert {s: r.tolist() for s, r in again.risk.items()} == {s: r.tolist() for s, r in first.risk.items()}


def test_peer_of_other_labels_is_fitted_again(row: Row, tmp_path: Path, fitted: list[str]):
    answer(row, "logistic", Kept(tmp_path), {})
    done = len(fitted)
    label = row.label.copy()
    label.iloc[0] = 1 - label.iloc[0]
    answer(replace(row, label=label), "logistic", Kept(tmp_path), {})
    assert len(fitted) == 2 * done


def test_settings_chosen_before_are_taken_for_rows_of_one_fold(row: Row, tmp_path: Path, fitted: list[str]):
    whole = replace(row, folds=(*row.folds, *row.folds))
    before = {(row.data, row.outcome, row.inputs, "logistic"): KINDS["logistic"].choices(SEED)[-1]}
    found = answer(row, "logistic", Kept(tmp_path / "one"), {}, before)
    assert found.settings == tuple(before.values())
    once = len(fitted)
    answer(whole, "logistic", Kept(tmp_path / "all"), {}, before)
    assert len(fitted) - once > 2 * once


def test_settings_are_read_from_earlier_results(tmp_path: Path):
    found = {"data": "D", "outcome": "o", "inputs": "all", "peers": {"ebm": {"settings": {"bins": 64}}}}
    (tmp_path / "before.json").write_text(json.dumps({"rows": [found]}))
    assert read_settings(tmp_path / "before.json") == {("D", "o", "all", "ebm"): {"bins": 64}}


def test_file_that_was_cut_off_is_no_answer(row: Row, tmp_path: Path):
    (tmp_path / f"{row.key}.logistic.part.npz").write_bytes(b"PK")
    assert Kept(tmp_path).read(row, "logistic") is None


def test_subset_takes_the_settings_chosen_with_all_inputs(row: Row, tmp_path: Path, fitted: list[str]):
    subset = replace(row, key="subset", names=("age", "bmi"), settings_of=row.key)
    whole = answer(row, "logistic", Kept(tmp_path), {})
    done = len(fitted)
    found = answer(subset, "logistic", Kept(tmp_path), {row.key: row})
    assert found.settings == whole.settings
    assert len(fitted) - done == sum(len(fold.parts) for fold in subset.folds)


def test_nobody_is_tested_by_a_fit_that_has_seen_them():
    for fold in pima_row(people()).folds:
        assert not set(fold.test) & set(fold.train)
        for fit, tune in fold.parts:
            assert not set(fit) & set(tune)


def test_inputs_are_hidden_in_whole_blocks_and_never_age_or_sex():
    names = tuple(POPULATION_INPUTS)
    hidden = pd.DataFrame(hide_blocks(names, 2000, 0.6), columns=list(names))
    assert not hidden[["age", "sex"]].any(axis=None)
    assert (hidden["total_cholesterol"] == hidden["hdl_cholesterol"]).all()
    assert hidden["uacr"].mean() == pytest.approx(0.6, abs=0.05)


def test_network_and_peers_meet_the_same_hidden_inputs(row: Row):
    seen = []

    def network(_row, _fold):
        return lambda inputs: seen.append(inputs) or np.full(len(inputs), 0.5)

    of_network(row, network)
    (first, fold) = (seen[1], row.folds[0])
    pd.testing.assert_frame_equal(first, row.people(fold.test, 0.5))
    assert first.isna().any(axis=None)


def made(row: Row, network: np.ndarray, peer: np.ndarray) -> Comparison:
    answers = [Answers(dict.fromkeys(row.shares, risk)) for risk in (network, peer)]
    return compare(row, answers[0], {"xgboost": answers[1]})[0]


def test_equal_answers_are_no_difference(row: Row):
    risk = np.random.default_rng(1).random(len(row.tested))
    found = made(row, risk, risk)
    assert found["peers"]["xgboost"]["auroc_difference"] == [0, 0, 0, 0]
    assert standing(found) == "first"


def test_worse_answers_are_behind_with_an_interval_that_says_so(row: Row):
    label = row.label.to_numpy()[row.tested]
    noise = np.random.default_rng(1).random(len(label))
    found = made(row, 0.4 * label + 0.6 * noise, 0.7 * label + 0.3 * noise)
    value, error, low, high = found["peers"]["xgboost"]["auroc_difference"]
    assert low < value < high < 0 < error
    assert (best_peer(found), standing(found), standing(found, "brier")) == ("xgboost", "behind", "behind")


def test_page_and_results_hold_every_row(row: Row, tmp_path: Path):
    label = row.label.to_numpy()[row.tested]
    risk = np.clip(0.3 * label + 0.6 * np.random.default_rng(1).random(len(label)), 0, 1)
    plain = made(row, risk, risk**2)
    rows = [plain, Comparison(**(plain | {"inputs": "subset 1: body"})), Comparison(**(plain | {"hidden": 0.2}))]
    text = page(rows, "2026-11-29", "population x")
    for words in ("## Random subsets", "## Inputs missing at the test", "20 % missing", "XGBoost"):
        assert words in text
    command.write_results(tmp_path / "accuracy.json", rows, {"population": "x"})
    held = json.loads((tmp_path / "accuracy.json").read_text())
    assert held["rows"] == rows


def test_rows_of_earlier_runs_of_the_same_models_stay_and_are_replaced_when_compared_again(row: Row, tmp_path: Path):
    label = row.label.to_numpy()[row.tested]
    risk = np.clip(0.3 * label + 0.6 * np.random.default_rng(1).random(len(label)), 0, 1)
    rows = [replace(row, inputs=name) for name in ("all inputs", "subset 1: body", "subset 2: blood")]
    first, second, third = (made(one, risk, risk**2) for one in rows)
    gone = Comparison(**(first | {"inputs": "subset 9: no more"}))
    results = tmp_path / "accuracy.json"
    assert command.read_results(results, {"population": "x"}) == []
    command.write_results(results, [third, first, gone], {"population": "x"})
    assert command.read_results(results, {"population": "y"}) == []
    earlier = command.read_results(results, {"population": "x"})
    newer = Comparison(**(first | {"auroc": 0.5}))
    assert command.joined([second, newer], earlier, rows) == [newer, second, third]


def test_chest_pain_is_compared_with_all_inputs_and_at_the_bedside():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.random(100) for name in CHEST_PAIN_INPUTS})
    targets = pd.DataFrame({"coronary_disease": rng.integers(0, 2, 100).astype(float)})
    part = pd.DataFrame("fit", index=frame.index, columns=targets.columns)
    whole, bedside = chest_pain_rows(Labelled(frame, targets, targets.notna().astype(float), part))
    assert (len(whole.folds), len(whole.names), whole.hidden) == (15, 13, HIDDEN)
    assert "resting_ecg" in bedside.names
    assert "max_heart_rate" not in bedside.names


def test_a_row_that_is_not_there_is_named(row: Row, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(command, "read_rows", lambda *_: {row.key: row})
    with pytest.raises(InputError, match="pima"):
        command.main(["--only", "heart", "--cache", str(tmp_path)])


def test_command_goes_on_and_writes_nothing_with_peers_only(
    row: Row, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fitted: list[str]
):
    monkeypatch.setattr(command, "read_rows", lambda *_: {row.key: row})
    options = ["--cache", str(tmp_path), "--peers-only", "--peers", "logistic", "--out", str(tmp_path / "page.md")]
    told: list[str] = []
    assert command.main(options, told.append) == 0
    done = len(fitted)
    assert command.main(options) == 0
    assert len(fitted) == done
    assert told[0].startswith("pima: logistic")
    assert not (tmp_path / "page.md").exists()


def test_ready_rows_alone_are_compared_and_nothing_is_fitted(
    row: Row, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fitted: list[str]
):
    monkeypatch.setattr(command, "read_rows", lambda *_: {row.key: row})
    options = ["--cache", str(tmp_path), "--peers-only", "--ready", "--peers", "logistic"]
    told: list[str] = []
    command.main(options, told.append)
    assert fitted == told == []
