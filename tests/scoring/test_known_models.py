"""Models by the ids a job names: shipped, recalibrated, gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
from riskmodels.records import LOCAL, State, open_database
from riskmodels.records import jobs as records
from riskmodels.scoring import workers
from riskmodels.scoring.jobs import submit_scoring
from riskmodels.scoring.known_models import KnownModels
from riskmodels.scoring.request import ScoreRequest, model_ids
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.versions import SHIPPED_VERSION, VersionStore
from tests.waiting import until

FACTS = {"from": "v0", "outcome": "diabetes", "method": "intercept", "date": "2026-11-24T10:00:00+00:00"}
SEXES = (Code("f", "female"), Code("m", "male"))
MAPPING = CohortMapping(
    (ColumnMapping("age", "age", Role.VALUE, "years"), ColumnMapping("sex", "sex", Role.VALUE, codes=SEXES))
)
FILE, REQUEST = b"age,sex\n50,f\n60,m\n", ScoreRequest("cohort.csv", MAPPING, rows=2)


@pytest.fixture(scope="module")
def shipped() -> dict[str, RiskModel]:
    return load_shipped()


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "versions")


@pytest.fixture
def known(store: VersionStore) -> KnownModels:
    return KnownModels(store=store)


def saved(store: VersionStore, model: RiskModel, shift: float) -> str:
    """A recalibrated version in the store; its name."""
    slope, intercept = model.calibration["diabetes"]
    card = model.card | {"derived": FACTS}
    fitted = model.calibration | {"diabetes": (slope, intercept + shift)}
    return store.save(model.calibrated(fitted, model.reference, card)).version


def test_shipped_models_are_found_by_their_ids(known: KnownModels, shipped: dict[str, RiskModel]) -> None:
    assert model_ids(known(model_ids(shipped))) == model_ids(shipped)


def test_version_is_found_whether_in_force_or_not(
    known: KnownModels, store: VersionStore, shipped: dict[str, RiskModel]
) -> None:
    first, second = (saved(store, shipped["population"], shift) for shift in (0.5, 1.0))
    store.choose("population", second)
    for version in (first, second):
        assert known((f"population@{version}",))["population"].version == version
    assert known((f"population@{first}",))["population"] is known((f"population@{first}",))["population"]


@pytest.mark.parametrize("name", ["population@2020-01-01-aaaa", "other@1", "population@../../etc", "population"])
def test_model_that_is_not_there_is_left_out(known: KnownModels, name: str) -> None:
    assert known((name,)) == {}


def test_store_says_whether_models_are_those_in_force(store: VersionStore, shipped: dict[str, RiskModel]) -> None:
    version = saved(store, shipped["population"], 0.5)
    recalibrated = {**shipped, "population": store.load("population", version)}
    assert (store.holds(shipped), store.holds(recalibrated)) == (True, False)
    store.choose("population", version)
    assert (store.holds(shipped), store.holds(recalibrated)) == (False, True)
    store.choose("population", SHIPPED_VERSION)
    assert (store.holds(shipped), store.holds(recalibrated)) == (True, False)


def test_job_is_scored_with_the_version_it_was_submitted_with(
    known: KnownModels,
    store: VersionStore,
    shipped: dict[str, RiskModel],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "POLL", 0.05)
    version = saved(store, shipped["population"], 1.0)
    database = open_database(folder=tmp_path / "data")
    models = ({"population": shipped["population"]}, {"population": store.load("population", version)})
    made = [submit_scoring(database, LOCAL, FILE, REQUEST, chosen) for chosen in models]
    running = workers.Workers(database, known).start()

    def found(job_id: str) -> records.Job:
        job = records.find(database, LOCAL, job_id)
        assert job is not None
        return job

    until(lambda: not any(found(job.id).active for job in made))
    running.stop()
    assert [found(job.id).state for job in made] == [State.DONE] * 2
    texts = [(job.folder / "scored.csv").read_text() for job in made]
    assert texts[0] != texts[1]
    database.close()
