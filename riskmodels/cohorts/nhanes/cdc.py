"""The CDC's own NHANES files → the raw table that :mod:`riskmodels.cohorts.nhanes.mapping` maps.

Names of variables change between cycles; files.csv says which file holds which. What is not in a file becomes
unknown and is reported, never guessed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.cohorts.nhanes.files import NhanesFile, mortality_file
from riskmodels.cohorts.nhanes.linked_mortality import read_mortality
from riskmodels.cohorts.nhanes.mapping import CYCLES_BEFORE_GPAQ
from riskmodels.errors import SourceDataError

#: zero in the SAS transport format may come back as the smallest number it knows, 5.4e-79
SMALLEST = 1e-70
#: variables without which a cycle is of no use
NEEDED = ("RIAGENDR", "RIDAGEYR")
#: raw column → the CDC's variable names, the first that is there; numbers taken as they are
NUMBERS: dict[str, tuple[str, ...]] = {
    "age_y": ("RIDAGEYR",),
    "height_cm": ("BMXHT",),
    "weight_kg": ("BMXWT",),
    "bmi_kgm2": ("BMXBMI",),
    "waist_cm": ("BMXWAIST",),
    "pulse_per_min": ("BPXPLS",),
    "total_chol_mgdl": ("LBXTC",),
    "hdl_mgdl": ("LBDHDD", "LBXHDD", "LBDHDL"),
    "ldl_fasting_mgdl": ("LBDLDL",),
    "trig_fasting_mgdl": ("LBXTR",),
    "serum_glucose_mgdl": ("LBXSGL",),
    "fasting_h": ("PHAFSTHR",),
    "hba1c_pct": ("LBXGH",),
    "uric_acid_mgdl": ("LBXSUA",),
    "albumin_gdl": ("LBXSAL",),
    "psu": ("SDMVPSU",),
    "strata": ("SDMVSTRA",),
    "dm_told_raw": ("DIQ010",),
    "dm_pills_raw": ("DIQ070", "DID070"),
    "smq040_raw": ("SMQ040",),
}
#: raw column → variable names; 1 yes, 2 no, else unknown
YES_NO: dict[str, tuple[str, ...]] = {
    "pregnant": ("RIDEXPRG",),
    "htn_told": ("BPQ020",),
    "bp_meds_ever_told": ("BPQ040A",),
    "bp_meds_now": ("BPQ050A",),
    "chol_meds_told": ("BPQ090D",),
    "insulin_now": ("DIQ050",),
    "famhist_dm": ("MCQ300C", "MCQ250A"),
    "hf_told": ("MCQ160B",),
    "chd_told": ("MCQ160C",),
    "angina_told": ("MCQ160D",),
    "mi_told": ("MCQ160E",),
    "stroke_told": ("MCQ160F",),
}
RACE = {1: "mexican_american", 2: "other_hispanic", 3: "nh_white", 4: "nh_black", 5: "other_incl_multi"}
#: cycle → slope and intercept that bring serum creatinine to the IDMS standard (documentation of LAB18 and BIOPRO_D)
CREATININE_STANDARD = {"1999-2000": (1.013, 0.147), "2005-2006": (0.978, -0.016)}


def read_xpt(path: Path, variables: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Read variables of one SAS transport file.

    Args:
        path: the file.
        variables: upper-case names.

    Returns:
        Frame of float64 columns indexed by ``SEQN`` (int), and the names that are not in the file.

    Raises:
        SourceDataError: when it cannot be read, has no SEQN, or a person stands twice.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = pd.read_sas(path, format="xport")
    except (ValueError, OSError, UnicodeDecodeError, Warning) as error:
        raise SourceDataError(
            f"{path.name} cannot be read as a SAS transport file.", hint="Download it again."
        ) from error
    table.columns = table.columns.str.upper()
    if "SEQN" not in table or not table["SEQN"].is_unique:
        raise SourceDataError(f"{path.name} has not one row a person.")
    table = table.set_index(pd.Index(table["SEQN"].astype("int64"), name="SEQN"))
    there = [name for name in variables if name in table]
    numbers = table[there].astype("float64")
    return numbers.mask(numbers.abs() < SMALLEST, 0.0), [name for name in variables if name not in table]


def read_cycle(folder: Path, cycle: str, files: Iterable[NhanesFile]) -> tuple[pd.DataFrame, list[str]]:
    """The raw table of the adults of one cycle.

    Args:
        folder: download folder.
        cycle: ``1999-2000`` …
        files: its XPT files.

    Returns:
        Raw table (one row an adult of 18 or more, with ``seqn``), and ``file: variable`` for what was not found.

    Raises:
        SourceDataError: when a file is missing or damaged, or age or sex are not there.
    """
    tables, absent = [], []
    for file in files:
        table, lacking = read_xpt(folder / file.relative, file.variables)
        tables.append(table)
        absent += [f"{file.relative.as_posix()}: {name}" for name in lacking]
    merged = pd.concat(tables, axis=1, join="outer", verify_integrity=True)
    if any(name not in merged for name in NEEDED):
        raise SourceDataError(f"The files of {cycle} have no age or sex.")
    merged = merged[merged["RIDAGEYR"] >= 18]
    raw = raw_table(merged, cycle)
    deaths = read_mortality(folder / mortality_file(cycle).relative)
    return raw.merge(deaths, on="seqn", how="left", validate="one_to_one"), absent


def raw_table(table: pd.DataFrame, cycle: str) -> pd.DataFrame:
    """The CDC's variables of one cycle → raw columns, without mortality."""
    columns = {name: _number(table, names) for name, names in NUMBERS.items()}
    columns |= {name: _number(table, names).map({1.0: 1.0, 2.0: 0.0}) for name, names in YES_NO.items()}
    columns |= _measured(table, cycle) | _asked(table, cycle)
    weight = _number(table, ("WTMEC2YR",))
    columns |= {"cs_svy_weight_mec": weight.mask(weight == 0)}  # 0: interviewed, not examined
    raw = pd.DataFrame(columns, index=table.index).rename_axis("seqn").reset_index()
    return raw.assign(cycle=cycle)


def _number(table: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    for name in names:
        if name in table:
            return table[name]
    return pd.Series(np.nan, index=table.index)


def _measured(table: pd.DataFrame, cycle: str) -> dict[str, pd.Series]:
    slope, intercept = CREATININE_STANDARD.get(cycle, (1.0, 0.0))
    albumin, creatinine = _number(table, ("URXUMA",)), _number(table, ("URXUCR",))
    return {
        "sbp_mmhg": _mean_reading(table, "BPXSY"),
        "dbp_mmhg": _mean_reading(table, "BPXDI"),
        "creat_mgdl": slope * _number(table, ("LBXSCR", "LBDSCR")) + intercept,
        # mg/L over mg/dL is 100 times mg/g
        "uacr_mgg": 100 * albumin / creatinine.mask(creatinine <= 0),
        "crp_mgl": _number(table, ("LBXHSCRP",)).fillna(10 * _number(table, ("LBXCRP",))),
    }


def _mean_reading(table: pd.DataFrame, name: str) -> pd.Series:
    """Mean of up to four readings. A diastolic reading of 0 (no last sound heard) does not count."""
    readings = pd.DataFrame({n: _number(table, (f"{name}{n}",)) for n in range(1, 5)})
    return readings.mask(readings == 0).mean(axis=1)


def _asked(table: pd.DataFrame, cycle: str) -> dict[str, pd.Series]:
    told_medicine = _number(table, ("BPQ090D",))
    takes = _number(table, ("BPQ100D",)).map({1.0: 1.0, 2.0: 0.0})
    sex = _number(table, ("RIAGENDR",))
    columns: dict[str, pd.Series] = {
        "male": sex.map({1.0: 1.0, 2.0: 0.0}),
        "race_eth": _number(table, ("RIDRETH1",)).map(RACE),
        "chol_meds_now": takes.mask(takes.isna() & (told_medicine == 2), 0.0),
        "smoking": _smoking(table),
    }
    if cycle not in CYCLES_BEFORE_GPAQ:
        columns["active_mod_vig_raw"] = _vigorous(table)
    return columns


def _smoking(table: pd.DataFrame) -> pd.Series:
    now = _number(table, ("SMQ040",)).map({1.0: "Current", 2.0: "Current", 3.0: "Former"})
    return now.mask(_number(table, ("SMQ020",)) == 2, "Never")


def _vigorous(table: pd.DataFrame) -> pd.Series:
    """1 when vigorous at work or in leisure time, 2 when neither."""
    work, leisure = _number(table, ("PAQ605",)), _number(table, ("PAQ650",))
    answer = pd.Series(np.nan, index=table.index).mask((work == 2) & (leisure == 2), 2.0)
    return answer.mask((work == 1) | (leisure == 1), 1.0)
