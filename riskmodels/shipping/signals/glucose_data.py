"""Windows of the open glucose collection, by the published split of its people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels.errors import SourceDataError
from riskmodels.signals.forecast.windows import Floats, Windows, cut, sensor_interval
from riskmodels.signals.glucose.quality import check_glucose
from riskmodels.signals.glucose.series import GlucoseSeries

FOLDER = Path("signals") / "cgm_open"
#: the sets whose people are split into training, validation and test
MAIN = ("AZT1D", "T1D-UOM", "PhysioCGM")
#: sets never trained on
BRIS, HUPA = "Bris-T1D_Open", "HUPA-UCM"
ELSEWHERE = ("Hall_2018", "BIGIDEAs", "Colas_2019")


def read_people(shared: Path, dataset: str, part: str | None = None) -> dict[str, tuple[Floats, Floats]]:
    """Readings of the people of one set.

    Args:
        shared: with signals/cgm_open.
        dataset: its name.
        part: "train", "validate" or "test" of the published split; everybody when None.

    Returns:
        By person: seconds, strictly increasing, and mg/dL.
    """
    folder = shared / FOLDER
    if not (folder / "cgm.parquet").is_file():
        raise SourceDataError("The glucose sequences are not there.", hint=f"Name the folder that holds {FOLDER}.")
    table = pd.read_parquet(folder / "cgm.parquet", filters=[("dataset", "==", dataset)])
    published = pd.read_csv(folder / "published_splits.csv", dtype=str)
    parts = published[published["dataset"] == dataset].set_index("person_id")["split_assignment"]
    people = {}
    for person, rows in table.groupby("person_id", observed=True):
        if part is None or parts.get(person) == part:
            once = rows.groupby("seconds")["glucose_mgdl"].mean()
            people[f"{dataset}/{person}"] = (
                once.index.to_numpy(np.float64).copy(),
                once.to_numpy(np.float64).copy(),
            )
    return people


def thin_back(people: dict[str, tuple[Floats, Floats]]) -> dict[str, tuple[Floats, Floats]]:
    """Only the true readings of sequences that were drawn out from 15 to 5 minutes.

    Args:
        people: see :func:`read_people`.
    """
    thinned = {}
    for person, (seconds, mg_dl) in people.items():
        series = GlucoseSeries(seconds, mg_dl, np.zeros(len(seconds), np.int8), None, 5.0, HUPA, "mg/dL")
        checked = check_glucose(series).series
        if sensor_interval(checked.seconds) == 15:
            thinned[person] = checked.seconds, checked.mg_dl
    return thinned


def every(seconds: Floats, minutes: float) -> NDArray[np.int64]:
    """Numbers of readings at least so many minutes apart."""
    kept, last = [], -np.inf
    for number, second in enumerate(seconds):
        if second - last >= 60 * minutes - 30:
            kept.append(number)
            last = second
    return np.asarray(kept, np.int64)


def windows_of(people: dict[str, tuple[Floats, Floats]], minutes: float, judged: bool) -> Windows:
    """Windows of several people.

    Args:
        people: see :func:`read_people`.
        minutes: between one window's "now" and the next one's.
        judged: only those with readings at 30 and 60 minutes.
    """
    parts = []
    for person, (seconds, mg_dl) in people.items():
        interval = sensor_interval(seconds)
        if interval:
            windows = cut(seconds, mg_dl, every(seconds, minutes), interval, person)
            parts.append(windows.part(windows.judged if judged else windows.usable & ~np.isnan(windows.future).all(1)))
    return Windows.together(parts)
