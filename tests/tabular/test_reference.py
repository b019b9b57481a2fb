from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.tabular.reference import LEVELS, Reference


@pytest.fixture
def reference() -> Reference:
    rising = np.linspace(20.0, 80.0, len(LEVELS))
    answers = (LEVELS > 0.7).astype(float)
    return Reference(
        {}, ("age", "smoking"), np.array([rising, answers]), np.array([[1.0, 0.6], [0.6, 1.0]]), "invented"
    )


class TestPeople:
    def test_same_seed_gives_the_same_people_and_another_others(self, reference: Reference) -> None:
        pd.testing.assert_frame_equal(reference.people(50, seed=3), reference.people(50, seed=3))
        assert not reference.people(50, seed=3).equals(reference.people(50, seed=4))

    def test_they_have_the_values_of_the_population(self, reference: Reference) -> None:
        people = reference.people(4000)
        assert people["age"].quantile([0.25, 0.5, 0.75]).to_list() == pytest.approx([35, 50, 65], abs=2)
        assert set(people["smoking"]) == {0.0, 1.0}
        assert people["smoking"].mean() == pytest.approx(0.3, abs=0.03)

    def test_what_goes_together_in_the_population_does_in_them(self, reference: Reference) -> None:
        people = reference.people(4000)
        assert people.loc[people["smoking"] == 1, "age"].mean() > people.loc[people["smoking"] == 0, "age"].mean() + 10
