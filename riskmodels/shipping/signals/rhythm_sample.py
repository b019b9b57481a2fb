"""The sample strip of the Signal page: a minute and a half of a person of MIT-BIH with ventricular beats.

``python -m riskmodels signals sample rhythm --shared ../shared`` writes it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from riskmodels import SAMPLES
from riskmodels.cohorts.extracts import target
from riskmodels.errors import SourceDataError
from riskmodels.shipping.signals.mitbih import read_recordings

STRIP = "rhythm_strip.csv"
STRIP_SHA256 = "1489b01ba36bfb3a3451b230e7e8ca9edfc1a0a842ddeeb8b855da3407528787"
#: a person of the half that nothing is chosen on, and the seconds that are taken
RECORD, FIRST, SECONDS = 200, 600, 90


def extract_strip(shared: Path, out: Path = SAMPLES) -> Path:
    """Write the sample: time in seconds and two leads in millivolts.

    Args:
        shared: folder of shared data.
        out: file to write, or the folder for it.

    Returns:
        The file written.

    Raises:
        SourceDataError: when the recording is not there, or not the published one.
    """
    (recording,) = read_recordings(shared, (RECORD,))
    ecg = recording.ecg
    first = round(FIRST * ecg.rate)
    part = ecg.millivolts[:, first : first + round(SECONDS * ecg.rate)]
    header = ",".join(["time [s]", *(f"{lead} [mV]" for lead in ecg.leads)])
    times = np.arange(part.shape[1]) / ecg.rate
    table = zip(times, *part, strict=True)
    rows = (",".join(f"{value:.3f}" for value in row) for row in table)
    text = "\n".join([header, *rows, ""])
    if hashlib.sha256(text.encode()).hexdigest() != STRIP_SHA256:
        raise SourceDataError(f"Record {RECORD} is not the published one: the strip's SHA-256 differs.")
    path = target(out, STRIP)
    path.write_text(text, encoding="utf-8")
    return path
