from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.federated.agreement import LEAST, cells_of, table_of, told_counts
from riskmodels.tabular.encoding import Encoding
from riskmodels.vocabulary import VOCABULARY
from tests.federated.conftest import INPUTS, patients

AGES = st.lists(st.floats(18, 110), max_size=60)


class TestCounts:
    @given(AGES)
    def test_number_tells_of_nobody_among_fewer_than_five(self, ages: list[float]) -> None:
        told = cells_of(VOCABULARY["age"]).told(pd.Series(ages, dtype=float))
        assert told.sum() == pytest.approx(len(ages) if len(ages) >= LEAST else 0)

    @given(AGES.filter(lambda ages: len(ages) >= LEAST), st.data())
    def test_the_oldest_may_be_any_older_without_being_told(self, ages: list[float], data: st.DataObject) -> None:
        cells = cells_of(VOCABULARY["age"])
        values = np.sort(np.array(ages))
        fifth_last = cells.count(pd.Series(values[-LEAST:])).nonzero()[0][0]
        raised = values.copy()
        raised[-1] = data.draw(st.floats(values[-1], 110))
        first, second = (cells.told(pd.Series(v)) for v in (values, raised))
        # what differs, if anything, is how the last group of five or more is spread, never where one of them lies
        assert (first[:fifth_last] > 0).sum() == (second[:fifth_last] > 0).sum()
        assert first.sum() == pytest.approx(second.sum())

    def test_choice_with_few_patients_is_told_as_none(self) -> None:
        sex = pd.Series([0.0] * 4 + [1.0] * 20 + [np.nan])
        assert cells_of(VOCABULARY["sex"]).told(sex).tolist() == [0.0, 20.0]

    def test_number_of_few_steps_is_counted_by_value(self) -> None:
        assert cells_of(VOCABULARY["major_vessels"]).codes == (0.0, 1.0, 2.0, 3.0)

    def test_cells_follow_from_the_vocabulary_alone(self) -> None:
        edges = cells_of(VOCABULARY["triglycerides"]).edges
        assert (edges[0], edges[-1]) == pytest.approx(VOCABULARY["triglycerides"].plausible)
        assert np.all(np.diff(edges) > 0)


class TestTable:
    def test_encoding_is_nearly_that_of_the_patients(self) -> None:
        frame, _ = patients(2_000, 5)
        read = Encoding.fit(table_of(told_counts(frame, INPUTS), INPUTS), INPUTS, 8)
        exact = Encoding.fit(frame, INPUTS, 8)
        for found, wanted in zip(read.inputs, exact.inputs, strict=True):
            assert found.levels == wanted.levels
            assert abs(found.centre - wanted.centre) < 0.05 * wanted.scale
            assert found.scale == pytest.approx(wanted.scale, rel=0.05)
            for knot in wanted.knots:
                assert min(abs(knot - other) for other in found.knots) < 0.2 * wanted.scale
            if wanted.levels:
                np.testing.assert_allclose(found.means, wanted.means, atol=0.02)

    def test_input_that_nobody_knows_is_an_empty_column(self) -> None:
        frame, _ = patients(100, 1)
        table = table_of(told_counts(frame.assign(age=np.nan), INPUTS), INPUTS)
        assert table["age"].isna().all()
        assert table["sex"].notna().all()
