"""The population's evidence from an invented survey: parts that depend on who is asked what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.evaluation.evidence import read_evidence, write_evidence
from riskmodels.shipping.evidence import population
from riskmodels.shipping.evidence.assemble import document, peers_of, population_outcome
from riskmodels.shipping.evidence.cells import clinical_cells
from riskmodels.shipping.evidence.survey import Audit, read_audit
from riskmodels.shipping.evidence_document import evidence_lines
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import Labelled
from tests.shipping.evidence.conftest import TINY


@pytest.fixture(scope="module")
def audit(survey: Labelled) -> Audit:
    asian = pd.Series((np.arange(len(survey.frame)) % 5 == 0) * 1.0, index=survey.frame.index)
    return Audit(survey.frame["survey_weight"], asian)


def test_evidence_is_whole_written_and_told_on_the_card(
    model: RiskModel, survey: Labelled, audit: Audit, tmp_path: Path
) -> None:
    told = population_outcome(model, survey, "diabetes", audit, TINY)
    told["cells"] = clinical_cells(population.judge(model, survey, "diabetes", "test", TINY), 30)  # of so few people
    model.save(tmp_path)
    write_evidence(tmp_path, document(RiskModel.load(tmp_path), {"diabetes": told}, TINY))
    found = read_evidence(tmp_path)
    assert found is not None
    assert found["quick"]
    text = "\n\n".join(evidence_lines("diabetes", found["outcomes"]["diabetes"]))
    parts = ("By what is known", "Calibration where it is used", "Unknown inputs", "tell most", "Clinical cells")
    assert [part for part in parts if part not in text] == []
    assert found["outcomes"]["diabetes"]["sentence"] in text
    assert "None" not in text
    assert "nan" not in text


def test_every_division_is_told_with_the_part_it_was_in(model: RiskModel, survey: Labelled, audit: Audit) -> None:
    judged = population.judge(model, survey, "diabetes", "test", TINY)
    groups = population.groups(model, judged, survey, audit, TINY)
    cycles = {group["level"]: group["part"] for group in groups if group["by"] == "cycle"}
    assert cycles == {"1999–2000": "fit", "2013–2014": "tune", "2015–2016": "test"}
    assert {group["part"] for group in groups if group["by"] != "cycle"} == {"test"}
    assert {group["by"] for group in groups} == {"all", "sex", "age", "sex × age", "origin", "Asian origin", "cycle"}
    asian = next(group for group in groups if group["by"] == "Asian origin")
    assert asian["n"] == sum(audit.asian.loc[judged.people.index] == 1)


def test_published_score_is_made_a_risk_outside_the_test_part(model: RiskModel, survey: Labelled) -> None:
    judged = population.judge(model, survey, "diabetes", "test", TINY)
    before = population.validations(judged, survey, TINY)["all inputs"]["decision"]
    turned = survey.targets.copy()
    turned[survey.rows("diabetes", "test")] = 0.0
    changed = Labelled(survey.frame, turned, survey.weights, survey.part)
    after = population.validations(judged, changed, TINY)["all inputs"]["decision"]
    assert before == after


def test_findrisc_counts_what_was_not_asked_as_nothing(survey: Labelled) -> None:
    asked = survey.frame.assign(family_history_diabetes=1.0)
    points = population.findrisc_points(asked)
    known = asked[["age", "sex", "bmi"]].notna().all(axis=1)
    assert points[known].notna().all()
    assert (points[known] - population.findrisc_points(asked.assign(family_history_diabetes=0.0))[known]).eq(5).all()


def test_people_of_one_sampling_unit_are_drawn_together(survey: Labelled) -> None:
    keys = population.clusters(survey.frame)
    one = survey.frame[keys == keys[0]]
    assert one[["cycle", "strata", "psu"]].drop_duplicates().shape == (1, 3)


def test_cycle_without_examination_weights_takes_those_of_the_morning_sample(tmp_path: Path) -> None:
    raw = {"seqn": [1, 2, 3], "cs_demo_race": ["Non-Hispanic Asian", "Other", None], "wt_fasting2yr": [7.0, 8.0, 9.0]}
    pd.DataFrame(raw).to_parquet(tmp_path / "nhanes_adults.parquet")
    cycles = ["2015-2016", "2015-2016", "2017-2018"]
    frame = pd.DataFrame({"survey_weight": [1.0, np.nan, np.nan], "cycle": cycles}, index=[1, 2, 3])
    found = read_audit(tmp_path, frame)
    assert found.weight.tolist()[0] == 1.0
    assert np.isnan(found.weight.tolist()[1])
    assert found.weight.tolist()[2] == 9.0
    assert found.asian.tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found.asian.tolist()[2])


def test_file_without_origin_leaves_it_unknown(tmp_path: Path) -> None:
    pd.DataFrame({"seqn": [1]}).to_parquet(tmp_path / "nhanes_adults.parquet")
    frame = pd.DataFrame({"survey_weight": [1.0], "cycle": ["2015-2016"]}, index=[1])
    found = read_audit(tmp_path, frame)
    assert found.asian.isna().all()
    assert found.weight.tolist() == [1.0]


def test_peers_are_those_of_the_card_where_it_has_some() -> None:
    alone = {"metrics": {"this model": {}}, "n": 1}
    beside = {"metrics": {"this model": {}, "logistic": {}}, "n": 1, "subgroups": []}
    card = {"evaluation": {"diabetes": {"all inputs": beside, "no labs": alone}}}
    assert peers_of(card, "diabetes") == {"all inputs": {"n": 1, "metrics": beside["metrics"]}}
    assert peers_of(card, "cvd_10y") is None
    assert peers_of({}, "diabetes") is None
