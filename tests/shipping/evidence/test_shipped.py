"""The evidence in the repository is that of the shipped models."""

from __future__ import annotations

import argparse

import pytest

from riskmodels.evaluation.evidence import Evidence, read_evidence
from riskmodels.evaluation.evidence_words import LONGEST
from riskmodels.shipping.evidence.command import MODELS, add_arguments
from riskmodels.tabular.model import SHIPPED, load_shipped


@pytest.fixture(params=MODELS, name="evidence")
def of_each_model(request: pytest.FixtureRequest) -> Evidence:
    found = read_evidence(SHIPPED / request.param)
    assert found is not None, "run make evaluate"
    return found


def test_it_is_of_the_version_and_every_outcome_of_the_model_and_of_all_people(evidence: Evidence) -> None:
    model = load_shipped()[evidence["model"]]
    assert evidence["version"] == model.version
    assert tuple(evidence["outcomes"]) == model.outcomes
    assert not evidence["quick"]


def test_every_outcome_has_a_short_sentence_and_its_people_add_up(evidence: Evidence) -> None:
    for told in evidence["outcomes"].values():
        assert 5 < len(told["sentence"].split()) <= LONGEST
        flow = told["flow"]
        assert flow["people"] == sum(p["n"] for p in flow["parts"]) + sum(left["n"] for left in flow["left_out"])


def test_command_knows_its_models() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["--only", "population", "--quick"]).only == "population"
    with pytest.raises(SystemExit):
        parser.parse_args(["--only", "retina"])
