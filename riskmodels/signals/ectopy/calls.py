"""What is called of the beats: probabilities in; burden by hour, couplets and runs with their times and rates out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.ectopy.frame import Floats

#: beats in a row that are called a run
RUN = 3


@dataclass(frozen=True, eq=False)
class BeatCalls:
    """Every beat's call.

    Args:
        seconds: (m,) since the recording began.
        stretch: (m,) number of the usable stretch of each; nothing is counted across two.
        probability: (m,) 0–1; NaN for a beat that no lead shows whole and clean.
        ventricular: (m,) bool, by the card's threshold; False where there is no probability.
        leads: numbers of the leads that were looked at.
        refused: why nothing is called; then all are False. "" otherwise.
    """

    seconds: Floats = field(repr=False)
    stretch: NDArray[np.int64] = field(repr=False)
    probability: Floats = field(repr=False)
    ventricular: NDArray[np.bool_] = field(repr=False)
    leads: tuple[int, ...] = ()
    refused: str = ""

    @property
    def seen(self) -> int:
        """Beats that have a probability."""
        return int(np.isfinite(self.probability).sum())

    @property
    def burden(self) -> float:
        """Share of the beats seen that are called ventricular, 0–1; NaN where none is seen."""
        return float(self.ventricular.sum() / self.seen) if self.seen else float("nan")


class Hour(NamedTuple):
    """An hour since the recording began: its number from 0, beats seen in it, and those called ventricular."""

    hour: int
    beats: int
    ventricular: int


class Row(NamedTuple):
    """Ventricular beats that follow each other.

    ``first`` is the number of the first beat, ``beats`` how many, ``seconds`` when the first came since the recording
    began, ``rate`` beats a minute from the first to the last.
    """

    first: int
    beats: int
    seconds: float
    rate: float


def burden_by_hour(calls: BeatCalls) -> tuple[Hour, ...]:
    """Every hour from the first to the last with beats; one without any beat seen has 0 of 0."""
    seen = np.isfinite(calls.probability)
    hours = (calls.seconds // 3600).astype(np.int64)
    length = int(hours.max(initial=-1)) + 1
    beats = np.bincount(hours[seen], minlength=length)
    called = np.bincount(hours[calls.ventricular], minlength=length)
    return tuple(Hour(i, int(n), int(v)) for i, (n, v) in enumerate(zip(beats, called, strict=True)))


def in_a_row(calls: BeatCalls) -> tuple[Row, ...]:
    """All ventricular beats grouped into those that follow each other without another beat or a gap between them."""
    places = np.flatnonzero(calls.ventricular)
    if not len(places):
        return ()
    apart = (np.diff(places) > 1) | (np.diff(calls.stretch[places]) != 0)
    return tuple(_row(calls, group) for group in np.split(places, np.flatnonzero(apart) + 1))


def couplets(calls: BeatCalls) -> tuple[Row, ...]:
    """Two in a row, no more."""
    return tuple(row for row in in_a_row(calls) if row.beats == 2)


def runs(calls: BeatCalls) -> tuple[Row, ...]:
    """Three or more in a row."""
    return tuple(row for row in in_a_row(calls) if row.beats >= RUN)


def _row(calls: BeatCalls, places: NDArray[np.int64]) -> Row:
    first, last = calls.seconds[places[0]], calls.seconds[places[-1]]
    rate = 60 * (len(places) - 1) / (last - first) if len(places) > 1 else float("nan")
    return Row(int(places[0]), len(places), float(first), float(rate))
