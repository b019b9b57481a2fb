"""The shipped population model."""

from __future__ import annotations

import pytest

from riskmodels.tabular.model import RiskModel, load_shipped


@pytest.fixture(scope="session")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")


@pytest.fixture(scope="session")
def model(models: dict[str, RiskModel]) -> RiskModel:
    return models["population"]
