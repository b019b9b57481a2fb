"""The MIT-BIH Arrhythmia Database as the standard evaluation splits it: shared files in; recordings with beats out.

Source: Moody and Mark 2001, doi 10.1109/51.932724; halves: de Chazal et al. 2004, doi 10.1109/TBME.2004.827359;
classes: ANSI/AAMI EC57.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels.errors import SourceDataError
from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import Ecg

FOLDER = Path("signals") / "mitbih_arrhythmia"
BEATS, RECORDS, SIGNALS = "beats.csv.gz", "records.csv", "signals_125hz_microvolt.npz"
#: halves of the standard evaluation; no record of one is in the other, paced ones are in none
DS1 = (101, 106, 108, 109, 112, 114, 115, 116, 118, 119, 122, 124, 201, 203, 205, 207, 208, 209, 215, 220, 223, 230)
DS2 = (100, 103, 105, 111, 113, 117, 121, 123, 200, 202, 210, 212, 213, 214, 219, 221, 222, 228, 231, 232, 233, 234)
#: in DS2; the person is in DS1 too, as 201
SAME_PERSON = 202
NORMAL, SUPRAVENTRICULAR, VENTRICULAR, FUSION, UNKNOWN = range(5)
_CLASSES = {
    **dict.fromkeys("NLRej", NORMAL),
    **dict.fromkeys("AaJS", SUPRAVENTRICULAR),
    **dict.fromkeys("VE", VENTRICULAR),
    "F": FUSION,
    **dict.fromkeys("/fQ", UNKNOWN),
}
#: Hz of the shared signals, and of the places of beats
RATE, MARKED_RATE = 125.0, 360.0
LEAD = "MLII"


@dataclass(frozen=True, eq=False)
class Recording:
    """Half an hour of one person.

    Args:
        record: its number.
        ecg: two leads at 125 Hz.
        beats: as the database's readers marked them.
        classes: (m,) one of the five AAMI classes; ``UNKNOWN`` counts in no evaluation.
        lead: number of the lead MLII, which all of both halves have.
    """

    record: int
    ecg: Ecg
    beats: Beats
    classes: NDArray[np.int64]
    lead: int

    @property
    def ventricular(self) -> NDArray[np.float64]:
        """(m,) 1 ventricular, 0 normal, supraventricular or fusion, NaN where the class is unknown."""
        return np.where(self.classes == UNKNOWN, np.nan, self.classes == VENTRICULAR)


def read_recordings(shared: Path, records: tuple[int, ...]) -> Iterator[Recording]:
    """Recordings of some numbers.

    Raises:
        SourceDataError: when the data are not there.
    """
    folder = shared / FOLDER
    if not (folder / SIGNALS).is_file():
        raise SourceDataError("The MIT-BIH recordings are not there.", hint=f"Name the folder that holds {FOLDER}.")
    marked = dict(tuple(pd.read_csv(folder / BEATS).groupby("record")))
    told = pd.read_csv(folder / RECORDS).set_index("record")
    with np.load(folder / SIGNALS, allow_pickle=False) as signals:
        for record in records:
            leads = (str(told.at[record, "lead0"]), str(told.at[record, "lead1"]))
            ecg = Ecg(signals[str(record)].astype(np.float32) / 1000, RATE, leads, source="MIT-BIH")
            yield _recording(record, ecg, marked[record], leads.index(LEAD))


def _recording(record: int, ecg: Ecg, marked: pd.DataFrame, lead: int) -> Recording:
    samples = np.round(marked["sample_360hz"].to_numpy() * RATE / MARKED_RATE).astype(np.int64)
    classes = np.asarray(marked["symbol"].map(_CLASSES), np.int64)
    return Recording(record, ecg, Beats(samples, np.zeros(len(samples), np.int64)), classes, lead)
