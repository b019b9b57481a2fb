"""An electrocardiogram as it was read, and as it was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from riskmodels.checks.file_check import Check
from riskmodels.errors import SignalError

#: sampling rates that are read, Hz
RATES = (50.0, 1000.0)
#: values of all leads together: 24 hours of two leads at 200 Hz are 35 million
MAX_VALUES = 40_000_000
MAX_LEADS = 64
#: no heart makes more at the skin; also far beyond what an amplifier's drift does
MAX_MILLIVOLTS = 1000.0

Millivolts = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ecg:
    """Leads of one recording, without what the file says about a person.

    Args:
        millivolts: (leads, n) float32; NaN where the file holds no value.
        rate: samples a second, Hz.
        leads: name of each.
        start: when it began, local wall clock; None where the file does not say.
        source: kind of file, e.g. ``WFDB``.
        notes: what was done to read it, in sentences.
    """

    millivolts: Millivolts = field(repr=False)
    rate: float
    leads: tuple[str, ...]
    start: datetime | None = None
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.millivolts.shape[1] / self.rate)


@dataclass(frozen=True, eq=False)
class CheckedEcg:
    """A recording, what was found in it, and what of it can be used.

    Args:
        ecg: as it was read.
        checks: what was looked at.
        usable: (leads, n) bool; False in stretches that are left out.
        lead: number of the lead that is read.
        cleaned: (n,) float32 mV, the lead that is read without baseline wander and mains hum; 0 where it has no value.
        refused: why nothing is said of it; "" when a report can be made.
    """

    ecg: Ecg
    checks: tuple[Check, ...]
    usable: Mask = field(repr=False)
    lead: int = 0
    cleaned: Millivolts = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)
    refused: str = ""

    @property
    def read(self) -> Mask:
        """(n,) bool: where the lead that is read can be used."""
        mask: Mask = self.usable[self.lead]
        return mask

    @property
    def usable_seconds(self) -> float:
        """Of the lead that is read."""
        return float(self.read.sum()) / self.ecg.rate

    def stretches(self) -> list[tuple[int, int]]:
        """Usable stretches of the lead that is read: first sample, one past the last."""
        return runs(self.read)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Stretches of True: first place, one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def made_ecg(
    millivolts: Millivolts,
    rate: float,
    leads: tuple[str, ...],
    start: datetime | None,
    source: str,
    notes: tuple[str, ...],
) -> Ecg:
    """An :class:`Ecg`, once its numbers are such as an electrocardiogram has.

    Args:
        millivolts: (leads, n); what is infinite becomes NaN.
        rate, leads, start, source, notes: as in :class:`Ecg`.

    Raises:
        SignalError: when there is no lead or no value, the rate is not one of :data:`RATES`, or the values are beyond
            what electrodes give.
    """
    check_size(len(leads), millivolts.shape[1], rate)
    values = np.asarray(millivolts, dtype=np.float32)
    values = np.where(np.isfinite(values), values, np.float32(np.nan))
    known = values[~np.isnan(values)]
    if not len(known):
        raise SignalError("The recording holds no value.", hint="Export it again.")
    largest = float(np.abs(known).max())
    if largest > MAX_MILLIVOLTS:
        raise SignalError(
            f"Values up to {largest:,.0f} mV are no electrocardiogram.", hint="Check the unit: mV, µV or V."
        )
    return Ecg(values, float(rate), leads, start, source, notes)


def check_size(leads: int, samples: int, rate: float) -> None:
    """Refuse what is too large, too small or sampled too slowly or too fast; nothing need have been read yet.

    Raises:
        SignalError: with the number and its limit.
    """
    if leads < 1 or samples < 1:
        raise SignalError("The file holds no lead of an electrocardiogram.", hint="Export it with its waveform.")
    if leads > MAX_LEADS:
        raise SignalError(f"The file has {leads:,} leads; at most {MAX_LEADS} are read.", hint="Export fewer leads.")
    if leads * samples > MAX_VALUES:
        raise SignalError(
            f"The recording has {leads * samples:,} values; at most {MAX_VALUES:,} are read.",
            hint="Export fewer leads, or part of the recording.",
        )
    if not RATES[0] <= rate <= RATES[1]:
        raise SignalError(
            f"The recording has {rate:g} values a second; {RATES[0]:g} to {RATES[1]:g} Hz are read.",
            hint="Check the rate, or export it resampled to 250 Hz.",
        )
