"""A prevalence that is known here: the shift that meets it, its card, its limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from riskmodels.errors import InputError
from riskmodels.revision.people import People, reference_people
from riskmodels.revision.prevalence import shift_to, state_prevalence
from riskmodels.tabular.derived import notes
from riskmodels.tabular.isotonic import Step, SteppedModel
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import VersionStore

WHY = "Regional diabetes register 2025"


@pytest.fixture(scope="session")
def people() -> People:
    return reference_people("diabetes")


@given(st.lists(st.floats(-12, 12), min_size=1, max_size=50), st.floats(0.001, 0.999))
def test_mean_after_the_shift_is_what_was_stated(logit: list[float], stated: float) -> None:
    at = np.array(logit)
    assert expit(at + shift_to(at, stated)).mean() == pytest.approx(stated, abs=1e-9)


class TestVersion:
    def test_mean_estimate_becomes_the_prevalence(self, model: RiskModel, people: People) -> None:
        found = state_prevalence(model, "diabetes", 0.06, people, WHY, by="ada")
        assert found.model.predict(people.frame).risk["diabetes"].mean() == pytest.approx(0.06, abs=1e-9)
        assert found.mean_before == pytest.approx(model.predict(people.frame).risk["diabetes"].mean())

    def test_every_log_odds_moves_alike_and_reasons_stay(self, model: RiskModel, people: People) -> None:
        found, some = state_prevalence(model, "diabetes", 0.06, people, WHY), people.frame.iloc[:200]
        moved = found.model.predict(some).logit["diabetes"] - model.predict(some).logit["diabetes"]
        np.testing.assert_allclose(moved, found.shift, atol=1e-9)
        change = found.model.explain(some, "diabetes").values - model.explain(some, "diabetes").values
        assert np.abs(change.to_numpy()).max() < 1e-12

    def test_card_says_shift_prevalence_people_and_source(self, model: RiskModel, people: People) -> None:
        found = state_prevalence(model, "diabetes", 0.06, people, WHY, "ada", "Ada Byron")
        facts = found.model.card["derived"]
        assert (facts["stated"], facts["reason"], facts["by"], facts["people"]) == (0.06, WHY, "ada", people.told)
        day = facts["date"][:10]
        said = f"Shifted by {found.shift:+.2f} log-odds to a prevalence of 6 % stated on {day} by Ada Byron."
        assert notes(found.model.card, "diabetes") == (said.replace("-", "−", 1) if found.shift < 0 else said,)

    def test_behind_a_step_it_still_holds(self, model: RiskModel, people: People, tmp_path: Path) -> None:
        step = Step(np.array([-9.0, 0.0, 4.0]), np.array([-6.0, 0.5, 2.0]))
        stepped = SteppedModel(model, {"diabetes": step}, model.card, model.reference)
        new = state_prevalence(stepped, "diabetes", 0.05, people, WHY).model
        store = VersionStore(tmp_path)
        loaded = store.load("population", store.save(new).version, "cpu")
        assert loaded.predict(people.frame).risk["diabetes"].mean() == pytest.approx(0.05, abs=1e-6)

    @pytest.mark.parametrize("stated", [0.0, 0.0009, 0.91, 6.0, float("nan")])
    def test_absurd_prevalence_is_refused(self, model: RiskModel, people: People, stated: float) -> None:
        with pytest.raises(InputError, match=r"0\.1 and 90"):
            state_prevalence(model, "diabetes", stated, people, WHY)

    def test_large_shift_needs_another_remedy(self, model: RiskModel, people: People) -> None:
        with pytest.raises(InputError, match="Recalibrate on outcomes"):
            state_prevalence(model, "diabetes", 0.5, people, WHY)

    def test_reason_is_required(self, model: RiskModel, people: People) -> None:
        with pytest.raises(InputError, match="Say why"):
            state_prevalence(model, "diabetes", 0.06, people, " ")

    def test_too_few_people_are_refused(self, model: RiskModel) -> None:
        few = People(pd.DataFrame({"age": [50.0] * 20, "sex": [0.0] * 20}), "twenty")
        with pytest.raises(InputError, match="Only 20"):
            state_prevalence(model, "diabetes", 0.06, few, WHY)
