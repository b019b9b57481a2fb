"""Entries of a file as they stand → a series in the order of time; what is left out is kept with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from riskmodels.errors import SignalError
from riskmodels.signals.asked import Answers, Question, answered
from riskmodels.signals.pressure.clock import Clocked, on_clock
from riskmodels.signals.pressure.series import DAY_LONG, HOME, KINDS, Failed, PressureSeries
from riskmodels.signals.pressure.times import Moment
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY

UNIT = Question("unit", "Half of the systolic pressures are below 40: are they in kPa or in mmHg?", ("kPa", "mmHg"))
#: half of the systolic pressures below it are no usual mmHg
_LOW = 40.0
#: pulse pressures outside which a cuff is taken to have read wrong, mmHg; limits of ours
PULSE_PRESSURE = (10.0, 150.0)
#: a day-long record has at least so many readings, half of them no further apart than so (h), within two days (h)
_LONG_READINGS, _LONG_GAP, _LONG_SPAN = 14, 1.25, 50.0
_SWAPPED = "diastolic is not below systolic: were they swapped?"


@dataclass(frozen=True)
class Entry:
    """One reading as it stands in a file.

    Args:
        row: of the file.
        moment: when; None where it cannot be read.
        systolic, diastolic, pulse: numbers in the file's unit, NaN where there is none.
        code: the device's code or text for a reading that failed; empty where it did not.
        awake: by the file: 1, 0, −1 unknown.
        half: ``morning``, ``evening`` or empty.
        arm, position: as the file says.
    """

    row: int
    moment: Moment | None
    systolic: float
    diastolic: float
    pulse: float = float("nan")
    code: str = ""
    awake: int = -1
    half: str = ""
    arm: str = ""
    position: str = ""


def assemble(
    entries: Sequence[Entry], unit: str, answers: Answers, source: str, notes: Iterable[str] = ()
) -> PressureSeries:
    """The series of a file.

    Args:
        entries: in the order of the file.
        unit: of the pressures as the file says, empty where it does not.
        answers: to :data:`UNIT`; ``kind`` settles what is recognised otherwise.
        source: what the file is.
        notes: what was done before.

    Raises:
        SignalError: where no reading can be used, or the columns are the wrong way round.
        UnansweredError: where the unit has to be asked.
    """
    entries, unit_notes = _in_mmhg(entries, unit, answers)
    _refuse_swapped_columns(entries)
    clocked = on_clock([entry.moment for entry in entries], [entry.half for entry in entries])
    used, failed = [], []
    for entry, at in zip(entries, clocked.seconds, strict=True):
        reason = _fault(entry, at)
        if reason or at is None:
            failed.append(Failed(float("nan") if at is None else at, reason, entry.row))
        else:
            used.append((at, entry))
    if not used:
        raise SignalError(f"No reading can be used: {counted(failed)}.", hint="Check the columns and the file.")
    used, order_notes = _in_order(used, clocked.times_known)
    said = (*notes, *unit_notes, *clocked.notes, *order_notes, *_pulse_notes(used))
    return _series(used, failed, clocked, str(answers.get("kind", "")), source, said)


def counted(failed: Iterable[Failed]) -> str:
    """Readings that are not used, by reason: ``3 EC 7, 1 pulse pressure outside 10–150 mmHg``."""
    return ", ".join(f"{n} {reason}" for reason, n in Counter(one.reason for one in failed).most_common())


def _in_mmhg(entries: Sequence[Entry], unit: str, answers: Answers) -> tuple[Sequence[Entry], tuple[str, ...]]:
    numbers = np.array([entry.systolic for entry in entries if entry.systolic == entry.systolic])
    low = len(numbers) > 0 and float(np.median(numbers)) < _LOW
    if low and unit != "kPa":
        unit = answered(UNIT, answers)
    if unit != "kPa":
        return entries, () if unit else ("No unit of pressure is named: the numbers can only be mmHg.",)
    if not low:
        raise SignalError(
            f"The header says kPa, but half of the systolic pressures are {np.median(numbers):g} or more.",
            hint="Correct the unit in the header.",
            log="pressures too high for kPa",
        )
    kpa = find_unit(VOCABULARY["systolic_bp"].units, "kPa")
    converted = [
        replace(e, systolic=to_canonical(e.systolic, kpa), diastolic=to_canonical(e.diastolic, kpa)) for e in entries
    ]
    return converted, (f"Pressures were given in kPa: 1 kPa = {kpa.factor:.5f} mmHg.",)


def _refuse_swapped_columns(entries: Sequence[Entry]) -> None:
    pairs = [(e.systolic, e.diastolic) for e in entries if e.systolic == e.systolic and e.diastolic == e.diastolic]
    swapped = sum(systolic <= diastolic for systolic, diastolic in pairs)
    if pairs and swapped > len(pairs) / 2:
        raise SignalError(
            f"In {swapped} of {len(pairs)} readings the diastolic pressure is not below the systolic one.",
            hint="The two columns seem to be swapped: correct their names.",
        )


def _fault(entry: Entry, at: float | None) -> str:
    """Why a reading is not used; empty where it is."""
    absent = np.isnan([entry.systolic, entry.diastolic])
    if entry.code or absent.any():
        return entry.code or ("no value" if absent.all() else "one of the two pressures is absent")
    if at is None:
        return "no date or time that can be read"
    if entry.diastolic >= entry.systolic:
        return _SWAPPED
    for name in ("systolic", "diastolic"):
        low, high = VOCABULARY[f"{name}_bp"].plausible
        if not low <= getattr(entry, name) <= high:
            return f"{name} outside {low:g}–{high:g} mmHg"
    if not PULSE_PRESSURE[0] <= entry.systolic - entry.diastolic <= PULSE_PRESSURE[1]:
        return f"pulse pressure outside {PULSE_PRESSURE[0]:g}–{PULSE_PRESSURE[1]:g} mmHg"
    return ""


def _in_order(used: list[tuple[float, Entry]], times_known: bool) -> tuple[list[tuple[float, Entry]], tuple[str, ...]]:
    """In the order of time, each second once: the same reading twice is one, others of one minute follow each other."""
    newest_first = used[0][0] > used[-1][0]
    ordered = sorted(reversed(used) if newest_first else used, key=lambda pair: pair[0])
    placed: list[tuple[float, Entry]] = []
    seen: set[tuple[float, ...]] = set()
    twice = together = 0
    for at, entry in ordered:
        key = (at, entry.systolic, entry.diastolic, -1.0 if np.isnan(entry.pulse) else entry.pulse)
        if times_known and key in seen:
            twice += 1
            continue
        seen.add(key)
        if placed and at <= placed[-1][0]:
            together += 1
            at = placed[-1][0] + 1
        placed.append((at, entry))
    notes = [f"{twice} readings stand twice in the file and count once."] if twice else []
    if together and times_known:
        notes.append(f"{together} readings stand at the same time as another: they follow it by a second.")
    return placed, tuple(notes)


def _pulse_notes(used: Sequence[tuple[float, Entry]]) -> tuple[str, ...]:
    low, high = VOCABULARY["pulse"].plausible
    outside = sum(entry.pulse < low or entry.pulse > high for _, entry in used)
    return (f"{outside} pulses outside {low:g}–{high:g}/min are not used; their pressures are.",) if outside else ()


def _series(
    used: Sequence[tuple[float, Entry]],
    failed: Sequence[Failed],
    clocked: Clocked,
    kind: str,
    source: str,
    notes: tuple[str, ...],
) -> PressureSeries:
    seconds = np.array([at for at, _ in used])
    pulse = np.array([entry.pulse for _, entry in used])
    low, high = VOCABULARY["pulse"].plausible
    entries = [entry for _, entry in used]
    return PressureSeries(
        seconds=seconds,
        systolic=np.array([entry.systolic for entry in entries]),
        diastolic=np.array([entry.diastolic for entry in entries]),
        pulse=np.where((pulse >= low) & (pulse <= high), pulse, np.nan),
        awake=np.array([entry.awake for entry in entries], dtype=np.int8),
        start=clocked.start,
        kind=kind if kind in KINDS else _kind(seconds),
        failed=tuple(failed),
        times_known=clocked.times_known,
        arm=_same(entry.arm for entry in entries),
        position=_same(entry.position for entry in entries),
        source=source,
        notes=notes,
    )


def _kind(seconds: np.ndarray) -> str:
    """A record of a day by a worn device, or readings that the person took."""
    if len(seconds) < _LONG_READINGS or seconds[-1] - seconds[0] > _LONG_SPAN * 3600:
        return HOME
    return DAY_LONG if float(np.median(np.diff(seconds))) <= _LONG_GAP * 3600 else HOME


def _same(texts: Iterable[str]) -> str:
    """The text of all readings that have one; empty where they differ."""
    found = {text.strip() for text in texts if text.strip()}
    return found.pop() if len(found) == 1 else ""
