"""The models that come with the app."""

from __future__ import annotations

import pytest

from riskmodels.tabular.model import RiskModel, load_shipped


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")
