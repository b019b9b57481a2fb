"""What is said of a rhythm: rate, pauses, irregular stretches, variability; each with an interval or a reason."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.errors import SignalError
from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import CheckedEcg, Mask
from riskmodels.signals.rhythm.fibrillation import LIMIT, Irregularity, irregularity
from riskmodels.signals.rhythm.heart_rate import HeartRate, Pause, heart_rate, pauses
from riskmodels.signals.rhythm.intervals import intervals_of
from riskmodels.signals.rhythm.variability import Variability, variability

LIMITS = (
    "It says nothing of infarction, ischaemia, or the width and shape of waves: it is no diagnosis.",
    LIMIT,
    "Beats in stretches that were left out are not counted, and no interval runs across them.",
)
_NOT_LOOKED = "Ectopic beats were not looked for: intervals that jump by over 20 % are left out of variability instead."


@dataclass(frozen=True)
class RhythmReport:
    """A report of one recording.

    Args:
        beats: found in the usable stretches.
        seconds: of the recording.
        usable_seconds: of the lead that is read.
        rate: of the ventricles.
        pauses: intervals over two seconds.
        irregular: windows of intervals.
        variability: of sinus rhythm.
        ectopic: beats that are marked as such; None where nobody has looked.
        limits: what it does not say, in sentences.
    """

    beats: int
    seconds: float
    usable_seconds: float
    rate: HeartRate
    pauses: tuple[Pause, ...]
    irregular: Irregularity
    variability: Variability
    ectopic: int | None
    limits: tuple[str, ...]


def summarise(checked: CheckedEcg, beats: Beats, ectopic: Mask | None = None) -> RhythmReport:
    """Report on the rhythm.

    Args:
        checked: a recording that is not refused.
        beats: found in it.
        ectopic: (m,) bool, beats that are ventricular or otherwise ectopic; None where nobody has looked.

    Raises:
        SignalError: when the recording was refused.
        ValueError: when there is not one mark a beat.
    """
    if checked.refused:
        raise SignalError(checked.refused)
    if ectopic is not None and len(ectopic) != len(beats.samples):
        raise ValueError(f"{len(ectopic)} marks for {len(beats.samples)} beats")
    intervals = intervals_of(beats, checked.ecg.rate, ectopic)
    irregular = irregularity(intervals)
    return RhythmReport(
        beats=len(beats.samples),
        seconds=checked.ecg.seconds,
        usable_seconds=checked.usable_seconds,
        rate=heart_rate(intervals, checked.usable_seconds),
        pauses=pauses(intervals),
        irregular=irregular,
        variability=variability(intervals, irregular.much),
        ectopic=None if ectopic is None else int(ectopic.sum()),
        limits=(*LIMITS, *((_NOT_LOOKED,) if ectopic is None else ())),
    )
