"""Made electrocardiograms, and files of each kind that hold them."""

from __future__ import annotations

import io
import struct
from binascii import crc_hqx
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.ecg import Ecg

RATE = 250.0


def beats_at(seconds: Sequence[float], length: float, rate: float = RATE, noise: float = 0.01) -> NDArray[np.float32]:
    """A lead in mV with a P wave, a QRS of 1.2 mV and a T wave at each of some times."""
    time = np.arange(round(length * rate)) / rate
    trace = np.random.default_rng(0).normal(0, noise, len(time))
    for beat in seconds:
        for centre, width, height in ((-0.16, 0.02, 0.12), (0, 0.012, 1.2), (0.03, 0.012, -0.25), (0.26, 0.05, 0.25)):
            trace += height * np.exp(-(((time - beat - centre) / width) ** 2) / 2)
    return trace.astype(np.float32)


def regular(length: float, every: float = 0.8) -> NDArray[np.float64]:
    """Times of beats, one every so many seconds."""
    return np.arange(0.5, length - 0.3, every)


def made(*leads: NDArray[np.float32], rate: float = RATE, names: tuple[str, ...] = ()) -> Ecg:
    """A recording of some leads."""
    named = names or tuple(f"lead {n + 1}" for n in range(len(leads)))
    return Ecg(np.array(leads), rate, named, source="made")


def scp(leads: Sequence[NDArray[np.int16]], encoding: int = 0, compressed: bool = False, flags: int = 4) -> bytes:
    """An SCP-ECG record: sections 0, 1, 3 and 6, 2.5 µV a unit, 500 Hz; a section 2 where it is to seem compressed."""
    name = struct.pack("<BH", 2, 5) + b"Smith" + struct.pack("<BHHBB", 25, 4, 2026, 3, 2)
    told = name + struct.pack("<BHBBB", 26, 3, 9, 30, 15) + struct.pack("<BH", 255, 0)
    layout = struct.pack("<BB", len(leads), flags)
    layout += b"".join(struct.pack("<IIB", 1, len(lead), code) for lead, code in zip(leads, (2, 3, 61), strict=False))
    data = [differences(lead, encoding).astype("<i2").tobytes() for lead in leads]
    rhythm = struct.pack("<HHBB", 2500, 2000, encoding, 0) + b"".join(struct.pack("<H", len(part)) for part in data)
    parts = {1: told, 3: layout, 6: rhythm + b"".join(data)} | ({2: struct.pack("<H", 19999)} if compressed else {})
    place, pointers, bodies = 6 + 16 + 10 * (len(parts) + 1), b"", b""
    for number, body in sorted(parts.items()):
        section = struct.pack("<HHIBB6s", 0, number, 16 + len(body), 13, 13, b"") + body
        pointers += struct.pack("<HII", number, len(section), place + len(bodies) + 1)
        bodies += section
    own = struct.pack("<HII", 0, 16 + 10 * (len(parts) + 1), 7)
    zero = struct.pack("<HHIBB6s", 0, 0, 16 + 10 * (len(parts) + 1), 13, 13, b"SCPECG") + own + pointers
    whole = struct.pack("<I", 6 + len(zero) + len(bodies)) + zero + bodies
    return struct.pack("<H", crc_hqx(whole, 0xFFFF)) + whole


def differences(values: NDArray[np.int16], order: int) -> NDArray[np.int16]:
    """First or second differences, the first values as they are."""
    wide = values.astype(np.int64)
    if order == 0:
        return values
    steps = np.diff(wide, order)
    return np.concatenate((wide[:order], steps)).astype(np.int16)


def aecg(leads: dict[str, NDArray[np.int16]], rate: float = 500.0, scale: str = 'value="2.5" unit="uV"') -> bytes:
    """An annotated ECG with one series."""
    time = (
        '<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="20260302093015"/>'
        f'<increment value="{1 / rate}" unit="s"/></value></sequence></component>'
    )
    rows = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{name}"/><value xsi:type="SLIST_PQ">'
        '<origin value="0" unit="uV"/>'
        f"<scale {scale}/><digits>{' '.join(map(str, values))}</digits></value></sequence></component>"
        for name, values in leads.items()
    )
    start = '<effectiveTime><low value="20260302093015.000"/></effectiveTime>'
    text = (
        '<?xml version="1.0"?><AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><subject>Smith</subject><component><series>'
        f"{start}<component><sequenceSet>{time}{rows}</sequenceSet></component></series></component></AnnotatedECG>"
    )
    return text.encode()


def dicom(values: NDArray[np.int16], rate: float = 500.0, unit: str = "uV", samples: int | None = None) -> bytes:
    """A DICOM 12-lead waveform with lead II alone, (n,) at 2.5 units a step."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    source, units, channel, group = Dataset(), Dataset(), Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = "5.6.3-9-2", "SCPECG", "Lead II"
    units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", unit
    channel.ChannelSourceSequence, channel.ChannelSensitivityUnitsSequence = [source], [units]
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "2.5", "1", "0"
    group.WaveformOriginality, group.NumberOfWaveformChannels = "ORIGINAL", 1
    group.NumberOfWaveformSamples, group.SamplingFrequency = samples or len(values), str(rate)
    group.ChannelDefinitionSequence, group.WaveformBitsAllocated = [channel], 16
    group.WaveformSampleInterpretation, group.WaveformData = "SS", values.astype("<i2").tobytes()
    whole, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, "1.2.840.10008.5.1.4.1.1.9.1.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    whole.file_meta, whole.Modality, whole.PatientName = meta, "ECG", "Smith^Ann"
    whole.SOPClassUID, whole.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    whole.WaveformSequence = [group]
    buffer = io.BytesIO()
    whole.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
