"""What holds in every person: identities found and computed, impossible rows seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.generated.learning.layout import Column
from riskmodels.generated.learning.relations import compute, identities_of, impossible
from tests.generated.clinic import people

GRID = {"ldl_cholesterol": Column("ldl_cholesterol", (0, 1), edges=(0.0, 300.0), step=1.0)}


def test_friedewald_is_found_where_the_table_was_made_by_it() -> None:
    table = people(500)
    assert identities_of(table) == ("ldl_cholesterol",)
    assert identities_of(table.assign(ldl_cholesterol=table["ldl_cholesterol"] + 20)) == ()


def test_identity_is_computed_where_the_column_is_known_and_nowhere_else() -> None:
    row = {"total_cholesterol": 200.0, "hdl_cholesterol": 50.0, "triglycerides": 101.0, "ldl_cholesterol": 1.0}
    table = pd.DataFrame([row, row | {"ldl_cholesterol": np.nan}, row | {"triglycerides": np.nan}])
    computed = compute(table, ("ldl_cholesterol",), GRID)["ldl_cholesterol"]
    assert computed[0] == 130.0  # 129.8 on the column's grid
    assert np.isnan(computed[1])
    assert computed[2] == 1.0


def test_table_given_is_left_as_it_was() -> None:
    table = people(50)
    before = table.copy()
    compute(table, ("ldl_cholesterol",), GRID)
    pd.testing.assert_frame_equal(table, before)


def test_body_mass_is_computed_of_weight_and_height() -> None:
    table = pd.DataFrame({"weight": [80.0], "height": [200.0], "bmi": [31.0]})
    assert compute(table, ("bmi",), {"bmi": Column("bmi", (0, 1), edges=(0.0, 50.0), step=0.1)})["bmi"][0] == 20.0


def test_impossible_are_values_the_checks_refuse_and_pregnant_men() -> None:
    table = pd.DataFrame(
        {
            "age": [50.0, 50.0, 50.0, 50.0, 500.0],
            "sex": [1.0, 1.0, 0.0, 0.0, 0.0],
            "pregnancy": [0.0, 1.0, 1.0, np.nan, 0.0],
            "systolic_bp": [120.0, 120.0, 120.0, 80.0, 120.0],
            "diastolic_bp": [80.0, 80.0, 80.0, 90.0, 80.0],
        },
        index=[7, 8, 9, 10, 11],
    )
    assert impossible(table).tolist() == [False, True, False, True, True]


def test_table_without_any_of_our_variables_has_no_impossible_row() -> None:
    assert not impossible(pd.DataFrame({"clinic": ["north", "south"]})).any()
