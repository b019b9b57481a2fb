from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from riskmodels.own_models import training
from riskmodels.own_models.people import OwnData, read_people
from riskmodels.own_models.request import TrainingRequest
from riskmodels.own_models.store import OwnModel, OwnModels
from riskmodels.own_models.training import config_for, train_own
from tests.own_models.files import OUTCOME, clinic, write
from tests.own_models.reading import opened

REQUEST = TrainingRequest(
    OUTCOME, keep=("Marker X", "Ward"), units={"Marker X": "AU"}, missing={"Marker X": ("0",)}, modifiable=("Ward",)
)


@pytest.fixture(scope="session")
def quick() -> Iterator[None]:
    """Few members and epochs: what is tested is not how good the fit is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            training, "config_for", lambda rows: replace(config_for(rows), members=3, epochs=15, interval_steps=20)
        )
        patch.setattr(training, "CANDIDATES", training.CANDIDATES[1:])
        patch.setattr(training, "REPLICATES", 30)
        yield


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> OwnData:
    """The clinic's people, ready to learn from."""
    path = write(clinic(), tmp_path_factory.mktemp("file"))
    source, mapping = opened(path)
    return read_people(source, mapping, REQUEST, path.name, "0" * 64)


@pytest.fixture(scope="session")
def kept(own: OwnData, quick: None, tmp_path_factory: pytest.TempPathFactory) -> OwnModel:
    """A model of the clinic's people, without peers but for logistic regression's absence."""
    return OwnModels(tmp_path_factory.mktemp("store")).keep(train_own(own, own.outcome, peers=False, device="cpu"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(clinic(), tmp_path)
