"""What forbids training: told by the record, or to be asked."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.guidance.rules import read_sources
from riskmodels.care.rehabilitation import Contraindication, contraindications
from riskmodels.care.rehabilitation.contraindications import SOURCES


def of(name: str, **patient: float) -> Contraindication:
    return next(each for each in found(**patient) if each.name == name)


def found(**patient: float) -> list[Contraindication]:
    return contraindications(PatientFacts(pd.Series(patient, dtype=float), {}, {}))


@pytest.mark.parametrize(
    ("pressure", "met"),
    [((180.0, 90.0), True), ((150.0, 110.0), True), ((179.0, 109.0), False), ((179.0, float("nan")), None)],
)
def test_pressure_at_rest(pressure: tuple[float, float], met: bool | None) -> None:
    assert of("pressure", systolic_bp=pressure[0], diastolic_bp=pressure[1]).met is met


def test_what_is_there_names_its_value() -> None:
    assert of("pressure", systolic_bp=184.0, diastolic_bp=90.0).why == "systolic pressure 184 mmHg"


def test_what_the_record_cannot_tell_is_asked() -> None:
    assert of("unstable", age=60.0).met is None


def test_what_is_there_comes_first_and_what_is_excluded_last() -> None:
    order = [each.met for each in found(systolic_bp=190.0, diastolic_bp=80.0, pulse=70.0)]
    assert order[0] is True
    assert order[-1] is False


def test_its_sources_are_known() -> None:
    assert set(SOURCES) <= set(read_sources())
