"""What the validity box says of tests by origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.evaluation.evidence import Evidence
from riskmodels.tabular.model import RiskModel, load_shipped
from ui.patient import tested

WORDS = ["In tests about twice as many of them had it as estimated (1.7–2.4 times; n 1,808)."]


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return load_shipped()["population"]


@pytest.fixture
def evidence(model: RiskModel, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    """Evidence of this very version, with one group that is off."""
    found: Evidence = {"version": model.version, "outcomes": {}}  # type: ignore[typeddict-item]
    monkeypatch.setattr(tested, "remembered", lambda slot, key, compute: compute())
    monkeypatch.setattr(tested, "read_evidence", lambda folder: found)
    monkeypatch.setattr(tested, "origin_words", lambda evidence, outcome: WORDS)
    return found


@pytest.mark.usefixtures("evidence")
def test_further_groups_do_not_say_again_that_it_was_in_tests(
    model: RiskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = ["In tests twice as many had it.", "In tests about half as many had it.", "In tests 1.2 times as many."]
    monkeypatch.setattr(tested, "origin_words", lambda evidence, outcome: several)
    told = tested.by_origin(model, "diabetes")
    assert told == "In tests twice as many had it. About half as many had it. 1.2 times as many."


@pytest.mark.usefixtures("evidence")
def test_no_group_that_was_off_gives_no_words(model: RiskModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tested, "origin_words", lambda evidence, outcome: [])
    assert tested.by_origin(model, "diabetes") == ""


@pytest.mark.usefixtures("evidence")
def test_group_that_was_off_is_told_of(model: RiskModel) -> None:
    assert tested.by_origin(model, "diabetes") == WORDS[0]
    assert tested.untested_text([model]) == ""


def test_version_made_here_has_no_tests_of_its_own(model: RiskModel, evidence: Evidence) -> None:
    evidence["version"] = "another"
    assert tested.by_origin(model, "diabetes") == ""
    assert tested.untested_text([model]) == tested.NOT_TESTED


def test_evidence_of_another_model_is_as_good_as_none(
    model: RiskModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / model.name).mkdir()
    (tmp_path / model.name / tested.FILE).write_text("{}", encoding="utf-8")
    monkeypatch.setattr(tested, "SHIPPED", tmp_path)
    monkeypatch.setattr(tested, "remembered", lambda slot, key, compute: compute())
    assert tested.untested_text([model]) == tested.NOT_TESTED
    assert tested.by_origin(model, "diabetes") == ""
