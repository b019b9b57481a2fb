from __future__ import annotations

import re
from pathlib import Path

import pytest

from riskmodels.evaluation.evidence import read_evidence
from riskmodels.outcomes import OUTCOME, OUTCOMES
from riskmodels.tabular.model import RiskModel, load_shipped
from tests.measured import measured_copy
from ui.inspect.tripod import answered


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")


@pytest.mark.parametrize("outcome", [outcome.name for outcome in OUTCOMES])
@pytest.mark.parametrize("measured", [True, False])
def test_every_item_is_answered_whether_it_was_measured_or_not(
    models: dict[str, RiskModel], tmp_path: Path, outcome: str, measured: bool
) -> None:
    model = models[OUTCOME[outcome].model]
    told = read_evidence(measured_copy(tmp_path) / model.name)
    found = told["outcomes"][outcome] if told and measured else None
    items = answered(model, OUTCOME[outcome], found)
    numbers = {int(number) for item in items for number in re.findall(r"\d+", item.number)}
    assert numbers == set(range(1, 28))
    for item in items:
        assert item.answer.rstrip(".").strip(), item.number
        assert "{" not in item.answer
        assert ".." not in item.answer


def test_what_was_not_done_is_said(models: dict[str, RiskModel]) -> None:
    told = {item.asks: item.answer for item in answered(models["population"], OUTCOME["diabetes"], None)}
    assert told["Performance"] == "Not measured yet."
    assert told["Protocol, registration"] == "None."
    assert told["Patients and public"] == "Not involved."
