"""The sample of a day of blood pressures: ``python -m riskmodels signals sample pressure`` writes it.

No open record of a person's pressures of a day was found: this one is invented, and says so in itself.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from riskmodels import SAMPLES

FILE = "pressure_24h_invented.csv"
_SEED = 14
_START = datetime(2026, 3, 3, 9, 0)
#: hours of falling asleep and of waking in the invented record
_ASLEEP, _AWAKE = 22.75, 6.5
_FAILS = 0.07


def write_pressure(out: Path = SAMPLES) -> Path:
    """Write the invented 24-hour record of pressures, the same at each call.

    Args:
        out: folder for the file.
    """
    path = out / FILE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["24-hour blood pressure", "INVENTED RECORD: no person was measured"])
        writer.writerow(["Made by", f"python -m riskmodels signals sample pressure (seed {_SEED})"])
        writer.writerow([])
        writer.writerow(["No.", "Date", "Time", "Sys (mmHg)", "Dia (mmHg)", "HR (/min)", "EC", "Awake"])
        writer.writerows(_rows(np.random.default_rng(_SEED)))
    return path


def _rows(random: np.random.Generator) -> list[list[str]]:
    """Every 20 minutes by day and 30 at night: a level by day and night, a rise on waking, noise that lasts."""
    rows: list[list[str]] = []
    moment, lasting = _START, 0.0
    while moment < _START + timedelta(hours=24):
        hour = moment.hour + moment.minute / 60
        asleep = hour >= _ASLEEP or hour < _AWAKE
        rise = 9 * np.exp(-(hour - _AWAKE) / 1.5) if _AWAKE <= hour < 12 else 0.0
        lasting = 0.5 * lasting + random.normal(0, 5)
        systolic = (119 if asleep else 138) + rise + lasting + random.normal(0, 4)
        diastolic = (70 if asleep else 84) + 0.6 * (rise + lasting) + random.normal(0, 3)
        pulse = (58 if asleep else 72) + 0.3 * lasting + random.normal(0, 3)
        values = [f"{round(value)}" for value in (systolic, diastolic, pulse)]
        failed = random.random() < _FAILS
        measured = ["", "", "", f"EC {random.integers(1, 9)}"] if failed else [*values, ""]
        state = "asleep" if asleep else "awake"
        rows.append([str(len(rows) + 1), f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", *measured, state])
        moment += timedelta(minutes=30 if asleep else 20)
    return rows
