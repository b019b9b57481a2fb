"""What of an electrocardiogram can be used: each lead is looked at in short stretches, and the best one is read."""

from __future__ import annotations

import numpy as np

from riskmodels.checks.file_check import Check
from riskmodels.signals.rhythm.ecg import CheckedEcg, Ecg, Mask, Millivolts
from riskmodels.signals.rhythm.filtering import WANDER, filtered
from riskmodels.signals.rhythm.stretches import MISSING, NOISE, OFF, SATURATED, LeadState, lead_state

#: seconds: of a recording, and of what can be used of its best lead
MIN_SECONDS, MIN_USABLE = 10.0, 5.0
#: leads whose usable share differs by less are equally good
_SHARE = 0.02
#: of such the first of these is read: along the heart's axis, where the ventricles are largest beside P waves, as
#: monitors do. It must stand out at least so well beside the one that stands out most
_PREFERRED, _STANDING_OUT = ("II", "MLII", "ML2", "I", "MLI", "ML1", "V5", "CM5", "MV5"), 0.5
#: hum over the frequencies beside it, and its least amplitude, mV
_HUM_RATIO, _HUM_MILLIVOLTS = 10.0, 0.005
#: what is said of a cause
_WHY = {
    MISSING: "values are missing",
    OFF: "the lead was off",
    SATURATED: "the amplifier was overloaded",
    NOISE: "no beats stand out of the noise",
}
_ELECTRODES = "Clean the skin, fix the electrodes and record again."


def check_ecg(ecg: Ecg) -> CheckedEcg:
    """Check a recording.

    Args:
        ecg: as it was read.

    Returns:
        Its checks, the usable stretches of every lead, the lead that is read and why, and that lead filtered.
    """
    states = [lead_state(trace, ecg.rate) for trace in ecg.millivolts]
    lead = _best(ecg, states)
    state = states[lead]
    trace = np.where(state.usable, ecg.millivolts[lead], np.float32(np.nan))
    hum, hum_check = _mains(trace, ecg.rate)
    checks = (
        _format(ecg),
        _length(ecg),
        _lead(ecg, states, lead),
        _stretches(ecg, state, "Gaps", MISSING, "Export the recording without gaps."),
        _stretches(ecg, state, "Electrodes", OFF, _ELECTRODES),
        _saturation(ecg, state),
        _stretches(ecg, state, "Noise", NOISE, "Let the person lie still and warm."),
        hum_check,
        _direction(ecg, state, lead),
        _usable(ecg, state),
    )
    refused = next((check.detail for check in checks if not check.passed), "")
    usable = np.array([each.usable for each in states])
    return CheckedEcg(ecg, checks, usable, lead, filtered(trace, ecg.rate, hum), refused)


def _best(ecg: Ecg, states: list[LeadState]) -> int:
    shares = [float(state.usable.mean()) for state in states]
    near = [number for number, share in enumerate(shares) if share >= max(shares) - _SHARE]
    clearest = max(near, key=lambda number: states[number].distinct)
    clear = [n for n in near if states[n].distinct >= _STANDING_OUT * states[clearest].distinct]
    named = [number for name in _PREFERRED for number in clear if ecg.leads[number] == name]
    return named[0] if named else clearest


def _format(ecg: Ecg) -> Check:
    leads = f"{len(ecg.leads)} leads" if len(ecg.leads) > 1 else "one lead"
    return Check("Format", True, f"{ecg.source}, {leads}, {ecg.rate:g} Hz, told by its content.")


def _length(ecg: Ecg) -> Check:
    detail = f"{_span(ecg.seconds)}; at least {MIN_SECONDS:.0f} s are needed."
    return Check("Length", ecg.seconds >= MIN_SECONDS, detail)


def _lead(ecg: Ecg, states: list[LeadState], lead: int) -> Check:
    share = float(states[lead].usable.mean())
    if len(states) == 1:
        return Check("Lead", True, f"{ecg.leads[0]}, the only one; {share:.0%} of it can be used.")
    others = ", ".join(
        f"{name} {state.usable.mean():.0%}"
        for number, (name, state) in enumerate(zip(ecg.leads, states, strict=True))
        if number != lead
    )
    why = f"{share:.0%} of it can be used, and its beats stand out well; others: {others}."
    return Check("Lead", True, f"{ecg.leads[lead]} is read: {why}")


def _stretches(ecg: Ecg, state: LeadState, name: str, cause: str, remedy: str) -> Check:
    seconds = float(state.causes.get(cause, np.zeros(1)).sum()) / ecg.rate
    if not seconds:
        return Check(name, True, "Nothing to be left out.")
    return Check(name, True, f"{_span(seconds)} are marked and left out: {_WHY[cause]}. {remedy}")


def _saturation(ecg: Ecg, state: LeadState) -> Check:
    if state.clipped:
        words = f"{state.clipped:,} peaks are cut off at the end of the range: their height and shape mean nothing."
        return Check("Saturation", True, words)
    return _stretches(ecg, state, "Saturation", SATURATED, "Record again with a smaller gain.")


def _direction(ecg: Ecg, state: LeadState, lead: int) -> Check:
    if not state.downward:
        return Check("Direction", True, f"The largest deflections of {ecg.leads[lead]} point up.")
    words = f"The largest deflections of {ecg.leads[lead]} point down: electrodes swapped, or such is the lead."
    return Check("Direction", True, f"{words} Beats are found either way.")


def _usable(ecg: Ecg, state: LeadState) -> Check:
    seconds = float(state.usable.sum()) / ecg.rate
    if seconds >= MIN_USABLE:
        words = f"{_span(seconds)} of {_span(ecg.seconds)}; wander below {WANDER:g} Hz is filtered out before reading."
        return Check("Usable", True, words)
    worst = max(state.causes, key=lambda cause: int(state.causes[cause].sum()))
    words = f"Only {seconds:.1f} s of the best lead can be used, {MIN_USABLE:.0f} s are needed: {_WHY[worst]}."
    return Check("Usable", False, f"{words} {_ELECTRODES}")


def _mains(trace: Millivolts, rate: float) -> tuple[float, Check]:
    """Frequency of the hum that is to be filtered out, 0 where there is none, and what is said of it."""
    from scipy import signal

    known = trace[np.isfinite(trace)].astype(np.float64)
    frequencies = [mains for mains in (50.0, 60.0) if mains + 6 < rate / 2]
    if not frequencies or len(known) < 2 * rate:
        return 0.0, Check("Mains hum", True, f"Cannot be judged at {rate:g} values a second.")
    at, power = signal.welch(known, rate, nperseg=min(len(known), round(4 * rate)))
    amplitudes = {mains: _hum(at, power, mains) for mains in frequencies}
    mains = max(amplitudes, key=lambda frequency: amplitudes[frequency])
    if amplitudes[mains] < _HUM_MILLIVOLTS:
        return 0.0, Check("Mains hum", True, "None that matters.")
    words = f"{1000 * amplitudes[mains]:.0f} µV at {mains:.0f} Hz, filtered out before reading."
    return mains, Check("Mains hum", True, words)


def _hum(at: Mask, power: Mask, mains: float) -> float:
    """Amplitude of a hum, mV; 0 where it does not stand out of the frequencies beside it."""
    off = np.abs(at - mains)
    peak, beside = power[off <= 0.75], power[(off > 1.5) & (off <= 6)]
    if peak.max() < _HUM_RATIO * np.median(beside):
        return 0.0
    return float(np.sqrt(2 * peak.sum() * (at[1] - at[0])))


def _span(seconds: float) -> str:
    """A length of time in words: ``12 s``, ``30 min``, ``23.5 h``."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
