"""GMI by the published table, and what a difference from HbA1c can mean."""

from __future__ import annotations

import pytest

from riskmodels.signals.glucose.gmi import beside_hba1c, gmi_percent


@pytest.mark.parametrize(
    ("mean", "gmi"), [(100, 5.7), (125, 6.3), (150, 6.9), (175, 7.5), (200, 8.1), (225, 8.7), (250, 9.3)]
)
def test_gmi_is_that_of_bergenstals_table(mean: float, gmi: float) -> None:
    assert round(gmi_percent(mean), 1) == gmi


@pytest.mark.parametrize(
    ("hba1c", "words"),
    [
        (6.9, "they agree"),
        (7.1, "So small a difference is usual"),
        (7.9, "1.0 points higher than GMI. Glucose of the sensor's days is lower than this HbA1c would suggest"),
        (5.9, "may leave glucose too high"),
    ],
)
def test_gmi_beside_hba1c_says_what_a_difference_can_mean(hba1c: float, words: str) -> None:
    found = beside_hba1c(150, hba1c, 14)
    assert words in found.text
    assert "mmol/mol" in found.text
    assert found.notable == (abs(hba1c - 6.9) > 0.4)
    assert found.difference == pytest.approx(hba1c - 6.898)
