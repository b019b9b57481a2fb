"""The models the service answers with follow what is put in force in the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.cds.models import InForce
from riskmodels.errors import ModelFileError
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import SHIPPED_VERSION, VersionStore

FACTS = {"from": "x", "outcome": "diabetes", "method": "intercept", "date": "2026-11-24", "reasons": "same"}


def shifted(model: RiskModel) -> RiskModel:
    """The model with higher log-odds of diabetes."""
    slope, intercept = model.calibration["diabetes"]
    calibration = model.calibration | {"diabetes": (slope, intercept + 1.0)}
    return model.calibrated(calibration, model.reference, model.card | {"derived": FACTS})


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path)


def test_only_the_population_model_is_served(store: VersionStore) -> None:
    assert list(InForce(store=store).current()) == ["population"]


def test_a_version_put_in_force_answers_from_the_next_call_on_and_can_be_rolled_back(store: VersionStore) -> None:
    models = InForce(store=store)
    shipped = models.current()["population"]
    saved = store.save(shifted(shipped))
    store.choose("population", saved.version)
    assert models.current()["population"].version == saved.version
    store.choose("population", SHIPPED_VERSION)
    assert models.current()["population"].version == shipped.version


def test_the_same_version_is_loaded_once(store: VersionStore) -> None:
    models = InForce(store=store)
    assert models.current()["population"] is models.current()["population"]


def test_a_version_that_is_gone_is_an_error_and_not_another_version(store: VersionStore) -> None:
    models = InForce(store=store)
    saved = store.save(shifted(models.current()["population"]))
    store.choose("population", saved.version)
    (saved.folder / "model.safetensors").unlink()
    with pytest.raises(ModelFileError):
        models.current()
