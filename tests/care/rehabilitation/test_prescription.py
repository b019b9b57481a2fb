"""Training: the zone by Karvonen and Tanaka, exertion where a beta blocker may be taken, what would be needed."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.guidance.rules import read_sources
from riskmodels.care.rehabilitation import prescription
from riskmodels.care.rehabilitation.prescription import SOURCES, Prescription

MAN = {"age": 60.0, "sex": 1.0, "pulse": 70.0, "bp_medication": 0.0}


def prescribed(**patient: float) -> Prescription:
    return prescription(PatientFacts(pd.Series(patient, dtype=float), {}, {}))


def test_zone_is_40_to_70_percent_of_the_reserve_above_rest() -> None:
    zone = prescribed(**MAN).zone  # 208 - 0.7 x 60 = 166, reserve 96
    assert zone is not None
    assert (zone.low, zone.high) == (108, 137)
    assert "208 − 0.7 × 60 years (Tanaka 2001)" in zone.text


def test_a_highest_rate_that_was_measured_goes_before_the_formula() -> None:
    zone = prescribed(**MAN, max_heart_rate=130.0).zone
    assert zone is not None
    assert (zone.low, zone.high) == (94, 112)
    assert "measured on exercise" in zone.text


@pytest.mark.parametrize("name", ["pulse", "age"])
def test_without_pulse_or_age_there_is_no_zone_and_it_is_said_what_is_needed(name: str) -> None:
    found = prescribed(**{key: value for key, value in MAN.items() if key != name})
    assert found.zone is None
    assert name in found.needs


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"bp_medication": 1.0}, "may be a beta blocker"),
        ({"bp_medication": float("nan")}, "Not known whether blood-pressure medicine is taken"),
        ({"heart_attack": 1.0}, "With heart disease a beta blocker is often taken"),
        ({"atrial_fibrillation": 1.0}, "the pulse does not show the effort"),
    ],
)
def test_exertion_takes_the_place_of_the_pulse(more: dict[str, float], told: str) -> None:
    assert told in prescribed(**MAN | more).by_exertion


def test_without_medicine_and_heart_disease_the_zone_holds() -> None:
    assert prescribed(**MAN).by_exertion == ""


def test_the_disease_it_is_for_is_named() -> None:
    assert prescribed(**MAN, heart_attack=1.0).reason == "told of a heart attack"
    assert prescribed(**MAN).reason == ""


def test_angina_on_exercise_keeps_the_pulse_below_its_rate() -> None:
    assert any("10 beats/min below" in line for line in prescribed(**MAN, exercise_angina=1.0).lines)


def test_insulin_adds_low_glucose_to_the_red_flags() -> None:
    assert any("measure glucose" in flag for flag in prescribed(**MAN, insulin=1.0).red_flags)
    assert not any("measure glucose" in flag for flag in prescribed(**MAN, diabetes=0.0).red_flags)


def test_its_sources_are_known() -> None:
    assert set(SOURCES) <= set(read_sources())
