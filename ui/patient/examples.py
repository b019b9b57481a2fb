"""Three invented patients to try the form with. None of them is a real person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """An invented patient: title, what is there to see, and canonical values by variable."""

    title: str
    note: str
    values: dict[str, float]


EXAMPLES = (
    Example(
        "Woman of 54, large waist, glucose slightly raised",
        "Invented. HbA1c was never measured and whether she had fasted is not known, so diabetes is estimated.",
        {
            "age": 54,
            "sex": 0,
            "height": 164,
            "weight": 88,
            "waist": 108,
            "systolic_bp": 142,
            "diastolic_bp": 86,
            "hypertension": 1,
            "bp_medication": 1,
            "total_cholesterol": 231,
            "hdl_cholesterol": 41,
            "glucose": 109,
            "family_history_diabetes": 1,
            "diabetes": 0,
            "smoking": 0,
            "physical_activity": 0,
        },
    ),
    Example(
        "Man of 63, smoker, told of diabetes",
        "Invented. His diabetes is known, so it is stated and not estimated; the heart and vessels are.",
        {
            "age": 63,
            "sex": 1,
            "height": 176,
            "weight": 91,
            "waist": 107,
            "systolic_bp": 152,
            "diastolic_bp": 94,
            "hypertension": 1,
            "bp_medication": 0,
            "total_cholesterol": 214,
            "hdl_cholesterol": 38,
            "cholesterol_medication": 0,
            "glucose": 148,
            "hba1c": 7.4,
            "diabetes": 1,
            "insulin": 0,
            "glucose_pills": 1,
            "creatinine": 1.1,
            "uacr": 42,
            "smoking": 2,
            "physical_activity": 0,
        },
    ),
    Example(
        "Man of 58 with chest pain, after the exercise test",
        "Invented. The chest-pain model estimates what angiography would show; fluoroscopy and scan are unknown.",
        {
            "age": 58,
            "sex": 1,
            "height": 178,
            "weight": 82,
            "systolic_bp": 138,
            "diastolic_bp": 84,
            "total_cholesterol": 246,
            "hdl_cholesterol": 44,
            "diabetes": 0,
            "smoking": 1,
            "chest_pain_type": 1,
            "fasting_glucose_above_120": 0,
            "resting_ecg": 1,
            "max_heart_rate": 131,
            "exercise_angina": 1,
            "st_depression": 1.6,
            "st_slope": 1,
        },
    ),
)
