"""The sample fortnight of the page: a person's glucose sensor out of a data set in the public domain."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from riskmodels import SAMPLES
from riskmodels.cohorts.extracts import target
from riskmodels.errors import SourceDataError

FORTNIGHT = "glucose_fortnight.csv"
#: of the table that it is taken out of, and of what comes out
SOURCE_SHA256 = "c21bb09b38c19ed6e50abf6997ab2baa99f73b7d7470646421c9abdaf7d30b70"
FORTNIGHT_SHA256 = "e63f318e461e3d0b2358e2a81c4b53ad53d8e1e61b18fa731861711783dbf443"
#: a person of the published test split, and the days that are taken
DATASET, PERSON, FIRST_DAY, DAYS = "PhysioCGM", "c1s05", 43, 14
#: the data have no dates: the first day is called this Monday
INVENTED_START = datetime(2026, 3, 2)
_DAY = 86_400


def extract_fortnight(shared: Path, out: Path = SAMPLES) -> Path:
    """Write the sample: time and glucose in mg/dL, the dates invented.

    Args:
        shared: folder of shared data; ``signals/cgm_open/cgm.parquet`` in it is read.
        out: file to write, or the folder for it.

    Returns:
        The file written.

    Raises:
        SourceDataError: when the table is not there or not the published one.
    """
    import pandas as pd

    table = shared / "signals" / "cgm_open" / "cgm.parquet"
    if not table.is_file():
        raise SourceDataError(f"There is no {table}.", hint="Name the folder of shared data with --shared.")
    if hashlib.sha256(table.read_bytes()).hexdigest() != SOURCE_SHA256:
        raise SourceDataError(f"{table.name} is not the published table: its SHA-256 differs.", hint="Fetch it again.")
    wanted = [("dataset", "==", DATASET), ("person_id", "==", PERSON)]
    own = pd.read_parquet(table, filters=wanted)
    first = FIRST_DAY * _DAY
    own = own[(own["seconds"] >= first) & (own["seconds"] < first + DAYS * _DAY)]
    lines = [
        f"{INVENTED_START + timedelta(seconds=int(seconds) - first):%Y-%m-%d %H:%M:%S},{glucose:.0f}"
        for seconds, glucose in zip(own["seconds"], own["glucose_mgdl"], strict=True)
    ]
    path = target(out, FORTNIGHT)
    path.write_text("\n".join(["time,glucose [mg/dL]", *lines, ""]), encoding="utf-8")
    return path
