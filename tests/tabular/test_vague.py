"""Who does not smoke now and of whose past nothing is known: between never and former, and less certain than either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.tabular.encoding import Encoding, InputEncoding
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.hiding import VAGUE_SHARE, Hiding, vague_answers
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.network import Weights
from riskmodels.vocabulary import FORMER_SMOKER, NEVER_SMOKED, SMOKES_NOT_NOW, VOCABULARY

from .conftest import INPUTS, SMALL, make_cohort

NOT_CURRENT = (NEVER_SMOKED, SMOKES_NOT_NOW, FORMER_SMOKER)


def as_told(people: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """The same people with each answer of those who do not smoke now."""
    return {code: people.assign(smoking=code) for code in NOT_CURRENT}


def half_width(model: RiskModel, people: pd.DataFrame, outcome: str) -> float:
    found = model.predict(people)
    low, high = (np.log(part[outcome] / (1 - part[outcome])) for part in (found.low, found.high))
    return float((high - low).mean()) / 2


def risky(frame: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Labels that depend on smoking as well: former smokers have much of the risk, and men of them more."""
    rng = np.random.default_rng(8)
    more = frame["smoking"].fillna(0.0).to_numpy() * (0.9 + 0.6 * frame["sex"].to_numpy())
    return targets.where(rng.random((len(frame), 1)) > 0.06 * more[:, None], 1.0)


@pytest.fixture(scope="module")
def smokers() -> tuple[RiskModel, pd.DataFrame]:
    """A model for which the past matters, and people it has not seen."""
    frame, targets = make_cohort(3000)
    model = fit_model(
        frame, risky(frame, targets), name="smokers", inputs=INPUTS, config=replace(SMALL, epochs=12), device="cpu"
    )
    unseen = make_cohort(600, seed=9)[0]
    return model, unseen[unseen["smoking"].isin([NEVER_SMOKED, FORMER_SMOKER])]


@pytest.fixture(scope="module")
def population() -> RiskModel:
    return load_shipped()["population"]


@pytest.fixture(scope="module")
def invented(population: RiskModel) -> pd.DataFrame:
    """Invented adults like the reference population, who do not smoke now; nobody is told of a disease."""
    assert population.reference is not None
    people = population.reference.people(1500, seed=4)
    told = ["heart_attack", "coronary_disease", "angina", "heart_failure", "stroke", "diabetes"]
    people = people.assign(**dict.fromkeys([*told, "insulin", "glucose_pills"], 0.0)).drop(columns="hba1c")
    return people[people["age"].between(40, 75) & people["smoking"].isin([NEVER_SMOKED, FORMER_SMOKER])]


class TestEstimate:
    def test_it_lies_between_never_and_former_for_everybody(self, smokers: tuple[RiskModel, pd.DataFrame]) -> None:
        model, people = smokers
        never, not_now, former = (model.predict(told).logit["diabetes"] for told in as_told(people).values())
        assert (former - never).mean() > 0.3  # the past matters to this model
        assert ((not_now - np.minimum(never, former)) > -1e-9).all()
        assert ((np.maximum(never, former) - not_now) > -1e-9).all()

    def test_it_is_right_on_average(self, smokers: tuple[RiskModel, pd.DataFrame]) -> None:
        model, people = smokers
        known, not_now = (model.predict(p).risk["diabetes"].mean() for p in (people, as_told(people)[SMOKES_NOT_NOW]))
        assert not_now == pytest.approx(known, rel=0.05)

    def test_reasons_add_up_to_it(self, smokers: tuple[RiskModel, pd.DataFrame]) -> None:
        model, people = smokers
        reasons = model.explain(as_told(people)[SMOKES_NOT_NOW], "diabetes")
        gap = reasons.base + reasons.values.sum(axis=1) - reasons.logit
        assert np.abs(gap).max() < 1e-9

    @pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"])
    def test_the_shipped_model_places_it_between(
        self, population: RiskModel, invented: pd.DataFrame, outcome: str
    ) -> None:
        told = {code: population.predict(people) for code, people in as_told(invented).items()}
        never, not_now, former = (told[code].logit[outcome] for code in NOT_CURRENT)
        assert ((not_now - np.minimum(never, former)) > -1e-9).all()
        assert ((np.maximum(never, former) - not_now) > -1e-9).all()
        known = population.predict(invented).risk[outcome].mean()
        assert told[SMOKES_NOT_NOW].risk[outcome].mean() == pytest.approx(known, rel=0.03)


class TestInterval:
    def test_it_is_wider_than_where_the_past_is_known(self, smokers: tuple[RiskModel, pd.DataFrame]) -> None:
        model, people = smokers
        vague = half_width(model, as_told(people)[SMOKES_NOT_NOW], "diabetes")
        unknown = half_width(model, people.assign(smoking=np.nan), "diabetes")
        assert half_width(model, people, "diabetes") < vague < 1.05 * unknown

    @pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"])
    def test_of_the_shipped_model_too(self, population: RiskModel, invented: pd.DataFrame, outcome: str) -> None:
        vague = half_width(population, as_told(invented)[SMOKES_NOT_NOW], outcome)
        known, unknown = (half_width(population, p, outcome) for p in (invented, invented.assign(smoking=np.nan)))
        assert known < vague < unknown


class TestTeaching:
    def test_a_share_of_those_who_could_say_more_say_it_vaguely(self) -> None:
        frame = make_cohort(4000)[0]
        encoding = Encoding.fit(frame, INPUTS, 5)
        z = encoding(encoding.matrix(frame)).float()
        (vague,) = vague_answers(encoding)
        told = Hiding(INPUTS, 1.0, vague=[vague]).vaguely(z, torch.Generator().manual_seed(0))
        changed = (told != z).any(2)
        assert changed.any(1).tolist() == [name == "smoking" for name in INPUTS]
        could = torch.tensor(frame["smoking"].isin([NEVER_SMOKED, FORMER_SMOKER]).to_numpy())
        at = INPUTS.index("smoking")
        assert not changed[at][~could].any()
        assert float(changed[at][could].float().mean()) == pytest.approx(VAGUE_SHARE, abs=0.03)
        assert (told[at][changed[at]] == vague.columns).all()

    def test_without_a_choice_that_leaves_others_open_nothing_is_drawn(self) -> None:
        encoding = Encoding([InputEncoding.fit(VOCABULARY["st_slope"], np.array([0.0, 1.0, 2.0]), 6)])
        assert vague_answers(encoding) == ()
        z, generator = torch.ones(1, 5, 4), torch.Generator().manual_seed(0)
        before = generator.get_state()
        assert Hiding(("st_slope",), 1.0).vaguely(z, generator) is z
        assert torch.equal(generator.get_state(), before)

    def test_people_who_were_only_asked_whether_now_teach_a_model_that_takes_every_answer(self) -> None:
        frame, targets = make_cohort(1200)
        asked = frame.assign(smoking=frame["smoking"].where(frame["smoking"] == 2, frame["smoking"] * 0 + 0.5))
        model = fit_model(asked, targets, name="asked", inputs=INPUTS, config=SMALL, device="cpu")
        told = [model.predict(people) for people in as_told(asked.head(50)).values()]
        assert not any(found.refused["diabetes"].str.contains("Smoking").any() for found in told)
        assert not any(found.cautions["diabetes"].str.contains("Smoking").any() for found in told)
        assert told[0].logit.equals(told[1].logit)
        assert told[1].logit.equals(told[2].logit)


def without_own_column(weights: Weights, place: int, column: int) -> Weights:
    """Weights as they were when smoking had three answers."""
    curves, basis = weights.curves.clone(), weights.basis.clone()
    for tensor in (curves, basis):
        tensor[place, column:-1] = tensor[place, column + 1 :].clone()
        tensor[place, -1] = 0.0
    return Weights(weights.bias, curves, basis, weights.pairs)


def test_a_model_of_before_loads_and_takes_the_mean_of_those_it_leaves_open(
    smokers: tuple[RiskModel, pd.DataFrame], tmp_path: Path
) -> None:
    model, people = smokers
    (vague,) = vague_answers(model.encoding)
    reads = [
        replace(e, levels=(0.0, 1.0, 2.0), means=(e.means[0], *e.means[2:])) if e.name == "smoking" else e
        for e in model.encoding.inputs
    ]
    before = RiskModel(
        Encoding(reads),
        without_own_column(model.weights, vague.input, vague.own),
        without_own_column(model.interval, vague.input, vague.own),
        model.calibration,
        model.support,
        model.card,
        device="cpu",
    )
    before.save(tmp_path / "before")
    loaded = RiskModel.load(tmp_path / "before", "cpu")
    for told in (people, as_told(people)[SMOKES_NOT_NOW]):
        np.testing.assert_allclose(loaded.predict(told).logit, model.predict(told).logit, atol=1e-6)
    reasons = loaded.explain(as_told(people)[SMOKES_NOT_NOW], "diabetes")
    assert np.abs(reasons.base + reasons.values.sum(axis=1) - reasons.logit).max() < 1e-9
