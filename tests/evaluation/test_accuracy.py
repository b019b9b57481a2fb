"""What was found beside peers, read for the model it was found of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels.evaluation.accuracy import MODEL, read_reports


@pytest.fixture
def results(tmp_path: Path) -> Path:
    peer = {"auroc": 0.9, "brier": 0.03, "auroc_difference": [0.01, 0.004, 0.002, 0.018],
            "brier_difference": [-0.001, 0.0005, -0.002, 0.0]}  # fmt: skip
    row = {"outcome": "diabetes", "inputs": "all inputs", "hidden": 0.0, "n": 100, "events": 9, "auroc": 0.91,
           "brier": 0.029, "peers": {"ebm": peer}}  # fmt: skip
    path = tmp_path / "accuracy.json"
    path.write_text(json.dumps({"models": {"population": "v1"}, "rows": [row, row | {"hidden": 0.4, "auroc": 0.5}]}))
    return path


def test_differences_are_those_of_the_row_in_which_nothing_was_hidden(results: Path) -> None:
    found = read_reports("diabetes", "v1", results)["all inputs"]
    assert found["metrics"][MODEL]["auroc"] == [0.91, None, None]
    assert found["differences"]["auroc"]["model_minus_peer"] == {"EBM": [0.01, 0.002, 0.018]}


def test_figures_of_another_version_are_not_told(results: Path) -> None:
    assert read_reports("diabetes", "v2", results) == {}


def test_nothing_is_told_where_nothing_was_compared(tmp_path: Path) -> None:
    assert read_reports("diabetes", "v1", tmp_path / "none.json") == {}
