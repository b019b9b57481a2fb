"""NHANES 1999–2018 adults as a PatientFrame, and the outcomes that happened to them.

NHANES is the CDC's survey of the people of the United States: interview, examination and laboratory, two years a
cycle, with deaths linked from the National Death Index. Public domain; statistical use only, no re-identification.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from riskmodels.cohorts.extracts import target
from riskmodels.cohorts.fetch import Patience
from riskmodels.cohorts.nhanes.cdc import read_cycle
from riskmodels.cohorts.nhanes.download import Progress, Step, download, silent
from riskmodels.cohorts.nhanes.files import Site, cycles, xpt_files
from riskmodels.cohorts.nhanes.mapping import AUDIT, to_patient_frame
from riskmodels.columns import PATIENT_FRAME
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VOCABULARY

FILE = "nhanes_adults.parquet"
#: columns of the frame that are not inputs
AUDIT_COLUMNS = (*AUDIT, "mortality_eligible")
#: the latest cycles with survey weights, kidney function and urine albumin: what "people of the same age and sex" means
REFERENCE_CYCLES = ("2011-2012", "2013-2014", "2015-2016")
#: HbA1c in % from which each label is 1 (ADA, Standards of Care, section 2: diagnosis)
DIABETES_HBA1C, PREDIABETES_HBA1C = 6.5, 5.7
#: NCHS leading causes of death: 1 diseases of heart, 5 cerebrovascular diseases
CARDIOVASCULAR_CAUSES = (1, 5)


def read_nhanes(source: Path) -> pd.DataFrame:
    """Read the adults of NHANES 1999–2018.

    Args:
        source: the parquet file, or the folder that holds ``nhanes_adults.parquet``. Either the merged raw table
            of ../shared/cohorts/nhanes_adults_1999_2018 or the PatientFrame written by
            ``python -m riskmodels data nhanes``.

    Returns:
        Frame indexed by ``seqn``: every variable of the vocabulary (float64, canonical unit, NaN unknown) and
        :data:`AUDIT_COLUMNS`. ``attrs["out_of_range"]`` counts, by variable, the values that were outside the
        plausible range and became unknown.

    Raises:
        SourceDataError: when the file is missing, damaged, or has not the expected columns.
    """
    path = source / FILE if source.is_dir() else source
    if not path.is_file():
        raise SourceDataError(f"There is no NHANES file at {path}.", hint="Run: python -m riskmodels data nhanes")
    try:
        table = pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise SourceDataError(f"{path} cannot be read as Parquet.", hint="Get it again.") from error
    if {"seqn", "age_y", "male"} <= set(table.columns):
        return to_patient_frame(table)
    expected = {*VOCABULARY, *AUDIT_COLUMNS}
    if table.index.name == "seqn" and expected <= set(table.columns):
        return table
    raise SourceDataError(f"{path.name} is not a NHANES table of this project.", hint="Write it again.")


def diabetes_label(frame: pd.DataFrame) -> pd.Series:
    """Diabetes that nobody has told the person of: HbA1c of 6.5 % or more.

    Args:
        frame: PatientFrame.

    Returns:
        1.0 or 0.0 for people never told they have diabetes whose HbA1c is known; NaN for everyone else.

    Source:
        American Diabetes Association, Standards of Care, section 2.
    """
    return _hba1c_label(frame, DIABETES_HBA1C)


def dysglycaemia_label(frame: pd.DataFrame) -> pd.Series:
    """As :func:`diabetes_label`, with HbA1c of 5.7 % or more: prediabetes or diabetes."""
    return _hba1c_label(frame, PREDIABETES_HBA1C)


def _hba1c_label(frame: pd.DataFrame, threshold: float) -> pd.Series:
    known = frame["hba1c"].notna() & (frame["diabetes"] == 0)
    return (frame["hba1c"] >= threshold).astype(float).where(known)


def cardiovascular_death(frame: pd.DataFrame, horizon_months: int = 120) -> pd.DataFrame:
    """Death from heart disease or stroke, with its time, up to a horizon.

    Args:
        frame: from :func:`read_nhanes`.
        horizon_months: length of the follow-up that counts, in months from the examination or interview.

    Returns:
        Frame with ``event`` (0 alive when last known, 1 died of heart disease or stroke, 2 died of something else)
        and ``months`` (to the event or to the end of follow-up, at most the horizon). NaN in both where the person
        is not eligible for mortality linkage.

    Source:
        NCHS public-use linked mortality files; underlying cause 1 (heart) or 5 (cerebrovascular).
    """
    eligible = (frame["mortality_eligible"] == 1) & frame["followup_months"].notna() & frame["died"].notna()
    months = frame["followup_months"].where(eligible)
    died = (frame["died"] == 1) & (months <= horizon_months)
    cause = np.where(frame["cause_of_death"].isin(CARDIOVASCULAR_CAUSES), 1.0, 2.0)
    event = pd.Series(np.where(died, cause, 0.0), index=frame.index).where(eligible)
    return pd.DataFrame({"event": event, "months": months.clip(upper=horizon_months)})


@dataclass(frozen=True)
class Built:
    """What :func:`run_nhanes` made.

    Args:
        path: the parquet file.
        people: rows in it.
        out_of_range: values outside the plausible range, by variable; they became unknown.
        absent: ``file: variable`` that the CDC's files did not have; unknown in the whole cycle.
    """

    path: Path
    people: int
    out_of_range: dict[str, int]
    absent: tuple[str, ...] = ()


def run_nhanes(
    out: Path,
    source: Path | None = None,
    progress: Progress = silent,
    site: Site | None = None,
    patience: Patience | None = None,
) -> Built:
    """Write NHANES 1999–2018 as one PatientFrame parquet.

    Args:
        out: file to write, or the folder for it. The CDC's files are kept in ``cdc`` beside it, with a manifest.
        source: folder or file of the merged table that is here already; downloaded from the CDC when None.
        progress: called while files arrive and cycles are read.
        site: where the files are; the CDC when None.
        patience: how hard to try.

    Returns:
        :class:`Built`.

    Raises:
        SourceDataError: when a file cannot be had or is not as published; a later call goes on from there.
    """
    path = target(out, FILE)
    absent: tuple[str, ...] = ()
    if source is not None:
        frame = read_nhanes(source)
    else:
        frame, absent = _from_cdc(path.parent / "cdc", progress, site, patience)
    table = pa.Table.from_pandas(frame)
    pq.write_table(table.replace_schema_metadata((table.schema.metadata or {}) | PATIENT_FRAME), path)
    return Built(path, len(frame), frame.attrs.get("out_of_range", {}), absent)


def _from_cdc(
    folder: Path, progress: Progress, site: Site | None, patience: Patience | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    download(folder, site, progress, patience=patience)
    tables: list[pd.DataFrame] = []
    absent: list[str] = []
    for number, cycle in enumerate(cycles(), start=1):
        progress(Step(f"reading {cycle}", number, len(cycles())))
        table, lacking = read_cycle(folder, cycle, [f for f in xpt_files() if f.cycle == cycle])
        tables.append(table)
        absent += lacking
    return to_patient_frame(pd.concat(tables, ignore_index=True)), tuple(absent)
