"""DICOM waveforms (12-lead, general and ambulatory ECG) → an Ecg: the longest original recording of the file.

Opened as pictures are (:mod:`riskmodels.interop.dicom`): no value of a tag reaches an error, a log or the result,
except names of known leads. Source: DICOM PS3.3 C.10.9.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import DEFLATED, attempt, silenced
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.ecg import Ecg, Millivolts, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_names
from riskmodels.signals.rhythm.voltage import in_millivolts

SOURCE = "DICOM waveform"
#: bits allocated and interpretation → NumPy's kind; companded ones (µ-law, A-law) are not read
_KINDS = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (16, "SS"): "<i2",
    (16, "US"): "<u2",
    (32, "SL"): "<i4",
    (32, "UL"): "<u4",
}
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_AGAIN = "Export the waveform again, as DICOM (little endian, uncompressed), aECG or CSV."


def is_dicom(data: bytes) -> bool:
    """Whether bytes are a DICOM file."""
    return data[128:132] == b"DICM"


def read_waveform(data: bytes, answers: Answers) -> Ecg:
    """Read the longest original group of leads.

    Args:
        data: the whole file.
        answers: none are asked for.

    Raises:
        SignalError: when it is damaged, a picture, or stored in a way that is not read.
    """
    del answers
    if DEFLATED.encode() in data or _BIG_ENDIAN.encode() + b"\x00" in data[:2000]:
        raise SignalError("The DICOM file is stored in a way that is not read here.", hint=_AGAIN)
    with silenced():
        groups = attempt(lambda: _groups(data))
        if groups is None:
            raise SignalError("The DICOM file is damaged: it cannot be read.", hint=_AGAIN)
        if not groups:
            raise SignalError("The DICOM file holds no waveform.", hint="Pictures are read on the page for pictures.")
        group = max(groups, key=_rank)
        shape = attempt(lambda: _shape(group))
        if shape is None:
            raise SignalError("The DICOM waveform is damaged: its size or rate is missing.", hint=_AGAIN)
        leads, samples, rate = shape
        check_size(leads, samples, rate)
        found = attempt(lambda: _decoded(group, leads, samples))
    if found is None:
        raise SignalError("The DICOM waveform is cut short, damaged, or companded.", hint=_AGAIN)
    millivolts, names = found
    if not len(names):
        raise SignalError("No channel of the DICOM waveform is a voltage.", hint=_AGAIN)
    notes = []
    if len(groups) > 1:
        notes.append(f"The longest original of {len(groups)} recordings in the file is read.")
    if len(names) < leads:
        notes.append(f"{leads - len(names)} channels that are no voltage were left out.")
    return made_ecg(millivolts, rate, lead_names(names), None, SOURCE, tuple(notes))


def _groups(data: bytes) -> list[Any]:
    from pydicom import dcmread

    dataset = dcmread(io.BytesIO(data), stop_before_pixels=True, force=False)
    return list(dataset.get("WaveformSequence") or [])


def _rank(group: Any) -> tuple[bool, int]:
    original = attempt(lambda: str(group.WaveformOriginality).upper() == "ORIGINAL")
    return bool(original), attempt(lambda: int(group.NumberOfWaveformSamples)) or 0


def _shape(group: Any) -> tuple[int, int, float]:
    return (
        int(group.NumberOfWaveformChannels),
        int(group.NumberOfWaveformSamples),
        float(group.SamplingFrequency),
    )


def _decoded(group: Any, leads: int, samples: int) -> tuple[Millivolts, list[str]]:
    """Millivolts of the channels that are voltages, and their names.

    A stored number times sensitivity and its correction, plus the baseline, is a channel's value; the padding value
    means that there is none.
    """
    kind = np.dtype(_KINDS[int(group.WaveformBitsAllocated), str(group.WaveformSampleInterpretation).upper()])
    stored = np.frombuffer(group.WaveformData, kind, leads * samples).reshape(samples, leads)
    padding = group.get("WaveformPaddingValue")
    rows, names = [], []
    for number, channel in enumerate(group.ChannelDefinitionSequence):
        unit = _unit(channel)
        if unit is None:
            continue
        gain = float(channel.ChannelSensitivity) * float(channel.get("ChannelSensitivityCorrectionFactor") or 1.0)
        values = (stored[:, number] * gain + float(channel.get("ChannelBaseline") or 0.0)) * unit
        if padding is not None:
            values[stored[:, number] == _number(padding, kind)] = np.nan
        rows.append(values.astype(np.float32))
        names.append(_name(channel))
    return np.array(rows, dtype=np.float32).reshape(len(rows), samples), names


def _unit(channel: Any) -> float | None:
    """Millivolts in one of a channel's unit; None where it is no voltage."""
    return attempt(lambda: in_millivolts(str(channel.ChannelSensitivityUnitsSequence[0].CodeValue)))


def _number(padding: Any, kind: np.dtype[Any]) -> int:
    """The padding value, which pydicom gives as bytes or as a number."""
    return int(np.frombuffer(padding, kind, 1)[0]) if isinstance(padding, bytes) else int(padding)


def _name(channel: Any) -> str:
    return attempt(lambda: str(channel.ChannelSourceSequence[0].CodeMeaning)) or ""
