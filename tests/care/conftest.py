"""A woman of 55 whom most benefits apply to, with numbers that can be worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def patient() -> pd.Series:
    return pd.Series(
        {
            "age": 55.0,
            "sex": 0.0,
            "pregnancy": 0.0,
            "bmi": 29.0,
            "systolic_bp": 150.0,
            "bp_medication": 0.0,
            "total_cholesterol": 240.0,
            "hdl_cholesterol": 50.0,
            "ldl_cholesterol": 160.0,
            "cholesterol_medication": 0.0,
            "diabetes": 0.0,
            "hba1c": 5.9,
            "egfr": 90.0,
            "smoking": 0.0,
        }
    )
