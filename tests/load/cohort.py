"""A cohort that is scored while people work: submitted as the Cohort page does, scored by the server's own worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
from riskmodels.records import LOCAL, Job, jobs, open_database
from riskmodels.scoring.jobs import submit_scoring
from riskmodels.scoring.request import ScoreRequest
from riskmodels.tabular.model import load_shipped

_SEXES = (Code("f", "female"), Code("m", "male"))
_MAPPING = CohortMapping(
    (
        ColumnMapping("age", "age", Role.VALUE, "years"),
        ColumnMapping("sex", "sex", Role.VALUE, codes=_SEXES),
        ColumnMapping("sbp", "systolic_bp", Role.VALUE, "mmHg"),
        ColumnMapping("bmi", "bmi", Role.VALUE, "kg/m2"),
        ColumnMapping("tc", "total_cholesterol", Role.VALUE, "mg/dL"),
        ColumnMapping("hdl", "hdl_cholesterol", Role.VALUE, "mg/dL"),
    )
)


def submit_cohort(folder: Path, rows: int) -> str:
    """Queue invented people with six facts and three reasons each.

    Args:
        folder: data folder of the server; its records are on SQLite.
        rows: people.

    Returns:
        Id of the job.
    """
    database = open_database("", folder)
    try:
        request = ScoreRequest("cohort.csv", _MAPPING, rows=rows)
        return submit_scoring(database, LOCAL, _people(rows), request, load_shipped()).id
    finally:
        database.close()


def state_of(folder: Path, job: str) -> Job:
    """Where the job is."""
    database = open_database("", folder)
    try:
        found = jobs.find(database, LOCAL, job)
        assert found is not None
        return found
    finally:
        database.close()


def _people(rows: int) -> bytes:
    draw = np.random.default_rng(0)
    columns = (
        draw.integers(20, 80, rows),
        draw.choice(["f", "m"], rows),
        draw.integers(100, 180, rows),
        draw.integers(18, 45, rows),
        draw.integers(130, 300, rows),
        draw.integers(25, 90, rows),
    )
    lines = map(",".join, zip(*(column.astype(str) for column in columns), strict=True))
    return ("age,sex,sbp,bmi,tc,hdl\n" + "\n".join(lines) + "\n").encode()
