"""Whose figures are shown: another version's are never shown as its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from riskmodels.evaluation.evidence import write_evidence
from riskmodels.tabular.model import RiskModel, load_shipped
from tests.measured import measured_copy
from ui.inspect import evidence
from ui.inspect.evidence import standing_of, whose_words


@pytest.fixture(autouse=True)
def _own_session() -> Iterator[None]:
    st.session_state.clear()
    yield
    st.session_state.clear()


@pytest.fixture(scope="module")
def shipped() -> RiskModel:
    return load_shipped(device="cpu")["population"]


def recalibrated(model: RiskModel, outcome: str) -> RiskModel:
    """The model with another intercept for one outcome, under another version."""
    slope, intercept = model.calibration[outcome]
    card = model.card | {"version": "2026-01-01-bbbbbbbb"}
    return model.calibrated(model.calibration | {outcome: (slope, intercept + 0.3)}, model.reference, card)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was measured of the models, where a test may change it."""
    monkeypatch.setattr(evidence, "SHIPPED", measured_copy(tmp_path))
    return tmp_path / "population"


class TestWhose:
    def test_version_that_was_measured_needs_no_word(self, shipped: RiskModel) -> None:
        assert whose_words(shipped, "diabetes", shipped.version) == ""

    def test_outcome_that_was_recalibrated_says_whose_figures_these_are(self, shipped: RiskModel) -> None:
        model = recalibrated(shipped, "diabetes")
        told = whose_words(model, "diabetes", shipped.version).replace("\\", "")
        assert f"those of {shipped.version}, not its own" in told
        assert model.version in told
        assert "Score a cohort" in told

    def test_outcome_that_was_left_as_it_was_keeps_its_figures(self, shipped: RiskModel) -> None:
        told = whose_words(recalibrated(shipped, "diabetes"), "cvd_10y", shipped.version)
        assert "both give the same estimates" in told
        assert "not its own" not in told


class TestStanding:
    def test_evidence_is_of_the_version_and_of_every_outcome(self, shipped: RiskModel, copied: Path) -> None:
        standing = standing_of(shipped)
        assert standing.evidence is not None, standing.problem
        assert standing.evidence["version"] == shipped.version
        assert all(standing.of(outcome) for outcome in shipped.outcomes)

    def test_without_a_file_there_is_none_and_no_problem(self, shipped: RiskModel, copied: Path) -> None:
        (copied / "evidence.json").unlink()
        standing = standing_of(shipped)
        assert (standing.evidence, standing.problem) == (None, "")

    def test_changed_file_is_not_shown_and_says_so(self, shipped: RiskModel, copied: Path) -> None:
        told = json.loads((copied / "evidence.json").read_text(encoding="utf-8"))
        told["quick"] = not told["quick"]
        (copied / "evidence.json").write_text(json.dumps(told), encoding="utf-8")
        standing = standing_of(shipped)
        assert standing.evidence is None
        assert "changed" in standing.problem

    def test_file_of_other_weights_is_not_shown(self, shipped: RiskModel, copied: Path) -> None:
        told = json.loads((copied / "evidence.json").read_text(encoding="utf-8"))
        told.pop("evidence_sha256")
        write_evidence(copied, told | {"weights_sha256": "0" * 64})
        standing = standing_of(shipped)
        assert standing.evidence is None
        assert "another model" in standing.problem

    def test_file_written_anew_is_read_anew(self, shipped: RiskModel, copied: Path) -> None:
        assert standing_of(shipped).evidence is not None
        (copied / "evidence.json").unlink()
        assert standing_of(shipped).evidence is None
