"""Every clinical variable once. Form, CSV, labels, checks and models are all drawn from this table.

A **PatientFrame** is a pandas DataFrame with one row a visit and these names as float columns, in canonical
units, NaN = not known. Choices are stored as their code (sex: 0 female, 1 male; yes/no: 1/0). An answer that leaves
others open has a code between theirs: smoking 0 never, 0.5 not now with the past unknown, 1 former, 2 current.

LOINC codes: FHIR value sets and US Core examples; see ../shared/guides/interop.md. Plausible range: what a living
adult can have and a laboratory can report; outside it a value is refused. Usual range: about what 998 of 1,000 adults
of NHANES 1999–2018 have; a value outside it that would be usual in another unit is flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels import units as u
from riskmodels.units import Unit
from riskmodels.variable import Choice as Choice
from riskmodels.variable import Group as Group
from riskmodels.variable import Kind as Kind
from riskmodels.variable import Variable as Variable

GROUPS = (
    Group("about", "About"),
    Group("body", "Body size"),
    Group("pressure", "Blood pressure"),
    Group("lipids", "Lipids"),
    Group("sugar", "Sugar"),
    Group("kidney", "Kidney"),
    Group("other_labs", "Other labs"),
    Group("history", "Heart and vessel history"),
    Group("lifestyle", "Lifestyle"),
    Group("chest_pain", "Chest-pain work-up"),
    Group("rhythm", "Atrial fibrillation and bleeding"),
)

_LABORATORY = frozenset(
    "total_cholesterol hdl_cholesterol ldl_cholesterol triglycerides glucose fasting_hours hba1c creatinine egfr uacr "
    "uric_acid crp albumin fasting_glucose_above_120".split()
)
NO_YES = (Choice(0, "no", "no"), Choice(1, "yes", "yes"))
_UCI = "UCI Heart Disease (Detrano 1989)"
_ESC_AF = "ESC 2024 guideline on atrial fibrillation, doi 10.1093/eurheartj/ehae176"
_HAS_BLED = "HAS-BLED (Pisters 2010), doi 10.1378/chest.10-0134"


def _number(
    name: str,
    label: str,
    group: str,
    units: tuple[Unit, ...],
    plausible: tuple[float, float],
    usual: tuple[float, float],
    loinc: str = "",
    modifiable: bool = False,
    **more: str,
) -> Variable:
    lab = name in _LABORATORY
    return Variable(
        name, label, group, Kind.NUMBER, units, plausible, usual, (), loinc, modifiable, laboratory=lab, **more
    )


def _yes_no(name: str, label: str, group: str, **more: Any) -> Variable:
    return Variable(name, label, group, Kind.YES_NO, choices=NO_YES, laboratory=name in _LABORATORY, **more)


def _choice(
    name: str, label: str, group: str, choices: tuple[tuple[str, str], ...], loinc: str = "", **more: Any
) -> Variable:
    answers = tuple(Choice(float(i), word, text) for i, (word, text) in enumerate(choices))
    return Variable(name, label, group, Kind.CHOICE, choices=answers, loinc=loinc, **more)


NEVER_SMOKED, SMOKES_NOT_NOW, FORMER_SMOKER, CURRENT_SMOKER = 0.0, 0.5, 1.0, 2.0
_SMOKING = (
    Choice(NEVER_SMOKED, "never", "never"),
    Choice(SMOKES_NOT_NOW, "not_now", "not now, past unknown", (NEVER_SMOKED, FORMER_SMOKER)),
    Choice(FORMER_SMOKER, "former", "former smoker"),
    Choice(CURRENT_SMOKER, "current", "current smoker"),
)


VARIABLES = (
    # About
    _number("age", "Age", "about", u.YEARS, (18, 110), (18, 90), "30525-0"),
    _choice(
        "sex",
        "Sex",
        "about",
        (("female", "female"), ("male", "male")),
        "46098-0",
        help="Sex for clinical use: the one that reference ranges are chosen by.",
    ),
    _yes_no("pregnancy", "Pregnant now", "about"),
    # Body size
    _number("height", "Height", "body", u.CENTIMETRES, (120, 230), (143, 197), "8302-2"),
    _number("weight", "Weight", "body", u.KILOGRAMS, (25, 300), (40, 165), "29463-7", True),
    _number(
        "bmi",
        "Body mass index",
        "body",
        u.BODY_MASS_INDEX,
        (10, 100),
        (16, 58),
        "39156-5",
        True,
        derived="weight ÷ height²",
    ),
    _number(
        "waist",
        "Waist",
        "body",
        u.WAIST_LENGTH,
        (45, 200),
        (63, 155),
        "",  # the codes differ by where the waist is measured
        True,
        help="Just above the hip bones.",
    ),
    # Blood pressure
    _number("systolic_bp", "Systolic pressure", "pressure", u.PRESSURE, (60, 300), (85, 215), "8480-6", True),
    _number("diastolic_bp", "Diastolic pressure", "pressure", u.PRESSURE, (20, 180), (32, 115), "8462-4", True),
    _number(
        "pulse",
        "Pulse at rest",
        "pressure",
        u.PER_MINUTE,
        (25, 220),
        (40, 120),
        "8867-4",
        help="Recorded; not an input of the shipped models.",
    ),
    _yes_no("hypertension", "Told: high blood pressure", "pressure"),
    _yes_no("bp_medication", "Takes blood-pressure medicine", "pressure"),
    # Lipids
    _number("total_cholesterol", "Total cholesterol", "lipids", u.CHOLESTEROL, (50, 800), (90, 350), "2093-3", True),
    _number("hdl_cholesterol", "HDL cholesterol", "lipids", u.CHOLESTEROL, (5, 200), (20, 125), "2085-9", True),
    _number("ldl_cholesterol", "LDL cholesterol", "lipids", u.CHOLESTEROL, (10, 600), (30, 250), "13457-7", True),
    _number(
        "triglycerides",
        "Triglycerides",
        "lipids",
        u.TRIGLYCERIDES,
        (15, 4500),
        (25, 900),
        "2571-8",
        True,
        help="Fasting.",
    ),
    _yes_no("cholesterol_medication", "Takes a statin or other cholesterol medicine", "lipids"),
    # Sugar
    _number(
        "glucose",
        "Glucose",
        "sugar",
        u.GLUCOSE,
        (20, 900),
        (55, 400),
        "2345-7",
        True,
        help="Serum or plasma; say below how long the patient had fasted.",
    ),
    _number("fasting_hours", "Hours fasted before it", "sugar", u.HOURS, (0, 72), (0, 24)),
    _number("hba1c", "HbA1c", "sugar", u.HBA1C, (2.5, 20), (4, 14), "4548-4", True),
    _yes_no("diabetes", "Told: diabetes", "sugar", help="By a doctor; not gestational."),
    _yes_no("insulin", "Takes insulin", "sugar"),
    _yes_no("glucose_pills", "Takes glucose-lowering pills", "sugar"),
    _yes_no(
        "family_history_diabetes",
        "Family history of diabetes",
        "sugar",
        help="Parent, brother, sister or other close blood relative.",
    ),
    # Kidney
    _number(
        "creatinine",
        "Creatinine",
        "kidney",
        u.CREATININE,
        (0.1, 20),
        (0.4, 3.5),
        "2160-0",
        help="Serum, IDMS-standardised.",
    ),
    _number(
        "egfr",
        "eGFR",
        "kidney",
        u.EGFR,
        (2, 250),
        (20, 150),
        "98979-8",
        derived="CKD-EPI 2021 from creatinine, age and sex",
        source="Inker 2021, doi 10.1056/NEJMoa2102953",
    ),
    _number("uacr", "Urine albumin/creatinine", "kidney", u.ALBUMIN_CREATININE, (0.1, 25000), (1, 3000), "9318-7"),
    # Other labs
    _number("uric_acid", "Uric acid", "other_labs", u.URATE, (0.4, 20), (2, 12), "3084-1"),
    _number("crp", "C-reactive protein", "other_labs", u.C_REACTIVE_PROTEIN, (0.05, 500), (0.1, 80), "1988-5"),
    _number("albumin", "Albumin", "other_labs", u.ALBUMIN, (1, 6.5), (2.8, 5.4), "1751-7"),
    # Heart and vessel history
    _yes_no("heart_attack", "Told: heart attack", "history"),
    _yes_no("coronary_disease", "Told: coronary heart disease", "history"),
    _yes_no("angina", "Told: angina", "history"),
    _yes_no("heart_failure", "Told: heart failure", "history"),
    _yes_no("stroke", "Told: stroke", "history"),
    # Lifestyle
    Variable(
        "smoking",
        "Smoking",
        "lifestyle",
        Kind.CHOICE,
        choices=_SMOKING,
        loinc="72166-2",
        modifiable=True,
        help="Former: at least 100 cigarettes in life, none now. Not now: none now, and nothing known of the past.",
    ),
    _yes_no(
        "physical_activity",
        "Vigorous activity",
        "lifestyle",
        help="At work or in leisure in a usual week, at least 10 minutes, hard enough to breathe fast.",
        modifiable=True,
    ),
    _number(
        "six_minute_walk",
        "Distance walked in six minutes",
        "lifestyle",
        u.METRES,
        (10, 1000),
        (100, 800),
        help="Not an input of the models; the plan of care compares it with the predicted distance.",
        source="ATS 2002, doi 10.1164/ajrccm.166.1.at1102",
    ),
    # Chest-pain work-up
    _choice(
        "chest_pain_type",
        "Kind of chest pain",
        "chest_pain",
        (
            ("typical_angina", "typical angina"),
            ("atypical_angina", "atypical angina"),
            ("non_anginal", "non-anginal pain"),
            ("asymptomatic", "no chest pain"),
        ),
        source=_UCI,
    ),
    _yes_no("fasting_glucose_above_120", "Fasting glucose above 120 mg/dL", "chest_pain", source=_UCI),
    _choice(
        "resting_ecg",
        "ECG at rest",
        "chest_pain",
        (
            ("normal", "normal"),
            ("st_t_abnormality", "ST-T abnormality"),
            ("left_ventricular_hypertrophy", "left ventricular hypertrophy"),
        ),
        source=_UCI,
    ),
    _number(
        "max_heart_rate",
        "Highest heart rate on exercise",
        "chest_pain",
        u.PER_MINUTE,
        (50, 230),
        (65, 200),
        source=_UCI,
    ),
    _yes_no("exercise_angina", "Angina on exercise", "chest_pain", source=_UCI),
    _number(
        "st_depression",
        "ST depression on exercise",
        "chest_pain",
        u.MILLIMETRES,
        (-3, 8),
        (-1.5, 5),
        source=_UCI,
        help="Against rest; negative for elevation.",
    ),
    _choice(
        "st_slope",
        "Slope of the ST segment at peak exercise",
        "chest_pain",
        (("upsloping", "upsloping"), ("flat", "flat"), ("downsloping", "downsloping")),
        source=_UCI,
    ),
    _number("major_vessels", "Vessels coloured at fluoroscopy", "chest_pain", u.VESSELS, (0, 3), (0, 3), source=_UCI),
    _choice(
        "thallium_scan",
        "Thallium scan",
        "chest_pain",
        (("normal", "normal"), ("fixed_defect", "fixed defect"), ("reversible_defect", "reversible defect")),
        source=_UCI,
    ),
    # Atrial fibrillation and bleeding: no input of a model; for the scores of atrial fibrillation
    _yes_no(
        "atrial_fibrillation",
        "Told: atrial fibrillation",
        "rhythm",
        help="Or flutter, seen on an ECG. The scores that ask what follows hold for people with it only.",
        source=_ESC_AF,
    ),
    _yes_no(
        "tia_embolism",
        "Told: transient ischaemic attack or arterial embolism",
        "rhythm",
        help="Besides a stroke.",
        source=_ESC_AF,
    ),
    _yes_no(
        "peripheral_artery_disease",
        "Told: peripheral artery disease",
        "rhythm",
        help="Or a complex plaque of the aorta, or an intervention on aorta or leg arteries.",
        source=_ESC_AF,
    ),
    _yes_no(
        "dialysis_or_transplant",
        "On dialysis or with a kidney transplant",
        "rhythm",
        source=_HAS_BLED,
    ),
    _yes_no(
        "liver_disease",
        "Told: severe liver disease",
        "rhythm",
        help="Cirrhosis, or bilirubin above 2 times with AST, ALT or ALP above 3 times the upper limit.",
        source=_HAS_BLED,
    ),
    _yes_no(
        "bleeding_history",
        "Told: major bleeding or a tendency to bleed",
        "rhythm",
        help="Anaemia counts.",
        source=_HAS_BLED,
    ),
    _yes_no(
        "labile_inr",
        "INR out of range for much of the time",
        "rhythm",
        help="In range for less than 60 % of the time; no without a vitamin K antagonist.",
        source=_HAS_BLED,
    ),
    _yes_no(
        "antiplatelet_or_nsaid",
        "Takes an antiplatelet or anti-inflammatory medicine",
        "rhythm",
        help="Aspirin, clopidogrel and the like, or a non-steroidal anti-inflammatory drug.",
        source=_HAS_BLED,
    ),
    _yes_no("alcohol_excess", "Drinks 8 or more units of alcohol a week", "rhythm", source=_HAS_BLED),
)

VOCABULARY: dict[str, Variable] = {v.name: v for v in VARIABLES}
CARDIOVASCULAR_HISTORY = ("heart_attack", "coronary_disease", "angina", "heart_failure", "stroke")


def group_of(name: str) -> Group:
    """The clinical group of a variable."""
    return next(g for g in GROUPS if g.name == VOCABULARY[name].group)


def in_group(group: str) -> tuple[Variable, ...]:
    """The variables of a group, in the order of the table."""
    return tuple(v for v in VARIABLES if v.group == group)


def vague_of(name: str) -> Mapping[float, tuple[float, ...]]:
    """Of a variable the answers that leave others open → which; of an input that is not in the table none."""
    return VOCABULARY[name].vague if name in VOCABULARY else {}


def inside(label: str) -> str:
    """A label inside a sentence: ``waist``, ``HDL cholesterol``, ``HbA1c``, ``C-reactive protein``."""
    rest = label.split(" ", 1)[0][1:]
    keeps = any(letter.isupper() for letter in rest) or rest.startswith("-")
    return label if keeps else f"{label[0].lower()}{label[1:]}"
