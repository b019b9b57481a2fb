"""A model asked beyond its training data: the number is that of the edge, the interval is wider, the reasons add up."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.explain.shapley import Reasons
from riskmodels.tabular.estimates import OutcomeEstimates
from riskmodels.tabular.holding import LEAST_WIDENING, HeldValue, held_text
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.vocabulary import VOCABULARY, Kind

HELD = ("bmi", "systolic_bp", "total_cholesterol", "hdl_cholesterol", "uacr", "waist", "glucose", "uric_acid")
PERSON = {
    "age": 57.0, "sex": 1.0, "bmi": 28.0, "systolic_bp": 135.0, "total_cholesterol": 210.0, "hdl_cholesterol": 48.0,
    "egfr": 85.0, "uacr": 20.0, "smoking": 0.0, "diabetes": 0.0,
}  # fmt: skip
SAME = 1e-9


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped()


@pytest.fixture(scope="module")
def population(models: dict[str, RiskModel]) -> RiskModel:
    return models["population"]


def person(**changes: float) -> pd.DataFrame:
    return pd.DataFrame([PERSON | changes])


def asked(model: RiskModel, frame: pd.DataFrame, outcome: str) -> OutcomeEstimates:
    prediction = model.predict(frame)
    return OutcomeEstimates(*(getattr(prediction, f.name)[outcome].to_numpy() for f in fields(OutcomeEstimates)))


def at_the_edge(model: RiskModel, outcome: str, changes: dict[str, float]) -> dict[str, float]:
    seen = model.support[outcome]
    return {name: float(np.clip(value, seen[name].low, seen[name].high)) for name, value in changes.items()}


def log_odds(risk: np.ndarray) -> np.ndarray:
    return np.log(risk / (1 - risk))


@st.composite
def beyond(draw: st.DrawFn) -> dict[str, float]:
    """Some inputs anywhere between half a usual range below the lowest adults have and as much above the highest."""
    names = draw(st.sets(st.sampled_from(HELD), min_size=1, max_size=3))
    values = {}
    for name in sorted(names):
        (low, high), (first, last) = VOCABULARY[name].usual, VOCABULARY[name].plausible
        values[name] = draw(st.floats(max(first, 1.5 * low - 0.5 * high), min(last, 1.5 * high - 0.5 * low)))
    return values


class TestAnyValues:
    """Whatever is held: properties of the shipped model, none of its numbers."""

    @settings(max_examples=60, deadline=None)
    @given(beyond(), st.sampled_from(["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"]))
    def test_the_estimate_is_that_of_the_edge_and_the_interval_contains_its_interval(
        self, population: RiskModel, changes: dict[str, float], outcome: str
    ) -> None:
        found = asked(population, person(**changes), outcome)
        counted = {v.name: at_the_edge(population, outcome, {v.name: v.value})[v.name]
                   for v in population.held_values(person(**changes), outcome)}  # fmt: skip
        edge = asked(population, person(**(changes | counted)), outcome)
        assert found.logit == pytest.approx(edge.logit, abs=SAME)
        if found.refused[0]:
            return
        assert edge.held[0] == ""
        assert found.risk == pytest.approx(edge.risk, abs=SAME)
        assert found.low[0] <= edge.low[0] + SAME
        assert found.high[0] >= edge.high[0] - SAME
        below, above = (log_odds(edge.low) - log_odds(found.low))[0], (log_odds(found.high) - log_odds(edge.high))[0]
        wider = {"at least": (False, True), "at most": (True, False)}.get(found.bound[0], (True, True))
        for moved, expected in zip((below, above), wider, strict=True):
            if counted:
                assert bool(moved > LEAST_WIDENING - 1e-6) is expected
            else:
                assert moved == pytest.approx(0, abs=1e-6)

    @settings(max_examples=40, deadline=None)
    @given(beyond(), st.sampled_from(["diabetes", "cvd_10y"]))
    def test_reasons_add_up_to_the_number_shown(
        self, population: RiskModel, changes: dict[str, float], outcome: str
    ) -> None:
        frame = person(**changes)
        prediction, explained = population.predict_and_explain(frame)
        for reasons in (explained[outcome], population.explain(frame, outcome)):
            assert reasons.gap[0] < SAME
            assert reasons.logit[0] == pytest.approx(prediction.logit[outcome].iloc[0], abs=SAME)
            assert float(reasons.interactions.sum()) + reasons.base == pytest.approx(reasons.logit[0], abs=1e-8)

    @settings(max_examples=30, deadline=None)
    @given(beyond())
    def test_what_is_told_is_what_is_counted(self, population: RiskModel, changes: dict[str, float]) -> None:
        frame = person(**changes)
        found = asked(population, frame, "cvd_10y")
        held = population.held_values(frame, "cvd_10y")
        if not found.refused[0]:
            assert bool(found.held[0]) is bool(held)
            assert found.held[0].count(" as ") == len(held)
            assert held_text(held).rpartition(": ")[2] == found.held[0].rpartition(": ")[2]


class TestOnePatient:
    def test_each_outcome_holds_what_lies_beyond_its_own_people(self, population: RiskModel) -> None:
        ranges = {outcome: seen["bmi"].high for outcome, seen in population.support.items()}
        bmi = (ranges["cvd_10y"] + min(h for o, h in ranges.items() if o != "cvd_10y")) / 2
        prediction = population.predict(person(bmi=bmi))
        held = prediction.held.iloc[0]
        assert [name for name in held.index if held[name]] == ["cvd_10y"]
        assert prediction.bound.loc[0, "cvd_10y"] == "at least"
        assert prediction.cautions.loc[0, "cvd_10y"] == ""

    def test_a_value_farther_outside_changes_no_number_but_may_widen(self, population: RiskModel) -> None:
        near, far = (asked(population, person(bmi=bmi), "cvd_10y") for bmi in (42.0, 50.0))
        assert near.risk == pytest.approx(far.risk, abs=SAME)

    def test_reasons_are_of_the_counted_value_and_tell_the_patients_own(self, population: RiskModel) -> None:
        reasons: Reasons = population.explain(person(bmi=44.0), "cvd_10y")
        highest = population.support["cvd_10y"]["bmi"].high
        assert reasons.data.loc[0, "bmi"] == 44.0
        assert reasons.counted.loc[0, "bmi"] == highest
        edge = population.explain(person(bmi=highest), "cvd_10y")
        pd.testing.assert_frame_equal(reasons.values, edge.values)
        np.testing.assert_allclose(reasons.interactions, edge.interactions)

    def test_the_words_have_the_value_and_the_unit_asked_for(self, population: RiskModel) -> None:
        frame = person(total_cholesterol=400.0)
        (held,) = population.held_values(frame, "cvd_10y")
        unit = next(u for u in VOCABULARY["total_cholesterol"].units if u.symbol == "mmol/L")
        assert held_text([held]).startswith("Total cholesterol 400 mg/dL counted as")
        assert held_text([held], {"total_cholesterol": unit}).startswith("Total cholesterol 10.3 mmol/L counted as")
        assert held_text([held]).endswith("the highest the model learnt from: the risk is probably higher")


def test_rows_that_hold_nothing_are_as_if_the_others_were_not_there(population: RiskModel) -> None:
    mixed = pd.concat([person(), person(bmi=44.0), person(), person(hdl_cholesterol=120.0)], ignore_index=True)
    found, alone = population.predict(mixed), population.predict(person())
    for part in ("risk", "low", "high", "logit"):
        for row in (0, 2):
            np.testing.assert_allclose(getattr(found, part).iloc[row], getattr(alone, part).iloc[0], rtol=1e-12)
    assert (found.held.iloc[[0, 2]] == "").all(axis=None)


def test_numbers_of_every_model_are_held_but_age(models: dict[str, RiskModel]) -> None:
    for model in models.values():
        for outcome, seen in model.support.items():
            beyond_all = pd.DataFrame([{name: r.high * 3 + 1 for name, r in seen.items()}])
            held = {value.name for value in model.held_values(beyond_all, outcome)}
            assert held == {name for name in seen if VOCABULARY[name].kind is Kind.NUMBER} - {"age"}


def test_held_values_show_nothing_of_the_patient(population: RiskModel) -> None:
    value = population.held_values(person(bmi=44.0), "cvd_10y")[0]
    assert isinstance(value, HeldValue)
    assert "44" not in repr(value)
