"""The course of labs in words and as small charts: noise is not called a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.timeline.course import patient_frame
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY
from tests.timeline.visits import DAYS, WOMAN, visit
from ui.record.timeline import labs
from ui.record.timeline.labs import Lab, labs_of

WHENS = [day.isoformat() for day in DAYS]
MMOL = find_unit(VOCABULARY["ldl_cholesterol"].units, "mmol/L")


def ldl(*values: float) -> Lab:
    unit = VOCABULARY["ldl_cholesterol"].units[0]
    n = len(values)
    return Lab("ldl_cholesterol", unit, np.array(values), DAYS[:n], tuple(WHENS[:n]))


class TestWords:
    def test_a_change_beyond_the_variation(self) -> None:
        assert labs.finding_text(ldl(164, 120, 115)) == (
            "LDL cholesterol 164 → 115 mg/dL since 2024-03-01: more than the variation of measuring (±26 %). "
            "Since 2024-11-24, from 120: within it."
        )

    def test_a_change_within_it(self) -> None:
        assert labs.finding_text(ldl(131, 120, 125)).endswith("within the variation of measuring (±26 %).")

    def test_skewed_limits_reach_further_up(self) -> None:
        variation = labs.VARIATION["crp"]
        fall, rise = variation.limits
        assert labs.limits_text(variation) == f"−{round(-100 * fall)} % to +{round(100 * rise)} %"
        assert rise > -fall


class TestLabs:
    def frame(self, *crp: float) -> pd.DataFrame:
        return patient_frame([visit(i, DAYS[i], WOMAN | {"crp": value}) for i, value in enumerate(crp)])

    def test_fewer_than_three_measurements_are_no_course(self) -> None:
        assert labs_of(self.frame(1.0, 2.0), DAYS[:2], WHENS[:2], {}) == []

    def test_unknown_visits_are_left_out(self) -> None:
        frame = self.frame(1.0, 2.0, 3.0, 4.0)
        frame.loc[1, "crp"] = np.nan
        (lab,) = [lab for lab in labs_of(frame, DAYS, WHENS, {}) if lab.name == "crp"]
        assert lab.measured.tolist() == [1.0, 3.0, 4.0]
        assert lab.whens == (WHENS[0], WHENS[2], WHENS[3])

    def test_what_is_no_lab_has_none(self) -> None:
        names = {lab.name for lab in labs_of(self.frame(1.0, 2.0, 3.0), DAYS[:3], WHENS[:3], {})}
        assert {"crp", "glucose", "total_cholesterol"} <= names
        assert not names & {"weight", "systolic_bp", "fasting_hours"}


class TestChart:
    def test_the_band_and_all_values_are_in_view(self) -> None:
        lab = ldl(164, 120, 115)
        figure = labs.lab_chart(lab)
        (band,) = figure.layout.shapes
        assert lab.variation is not None
        assert (band.y0, band.y1) == pytest.approx(lab.band(lab.variation))
        low, high = figure.layout.yaxis.range
        assert low <= min(band.y0, 115)
        assert high >= max(band.y1, 164)

    def test_the_band_is_in_the_unit_shown(self) -> None:
        lab = Lab("ldl_cholesterol", MMOL, np.array([164.0, 120.0, 115.0]), DAYS[:3], tuple(WHENS[:3]))
        assert lab.variation is not None
        low, high = lab.variation.band(115.0)
        assert lab.band(lab.variation) == pytest.approx((low * MMOL_PER_MG, high * MMOL_PER_MG), rel=1e-3)


MMOL_PER_MG = 0.02586
