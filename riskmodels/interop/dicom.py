"""Pixels out of a DICOM file, and nothing that says whose they are.

Order: header without pixels → is it a kind that is read here? → how large would it become? → pixels → modality LUT or
rescale → VOI LUT or window → MONOCHROME1 inverted → 8 bits. No value of a tag reaches an exception, a log or the
result, except words of the closed lists below: anything else, a name in the wrong tag for instance, is left out.
"""

from __future__ import annotations

import io
import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from riskmodels.errors import ImageError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

T = TypeVar("T")
Numbers = NDArray[Any]

#: kinds of DICOM pictures that are read
MODALITIES = {
    "DX": "digital X-ray",
    "CR": "computed radiography",
    "RG": "radiograph",
    "OP": "ophthalmic photography",
}
#: kinds that are named when they are refused; any other is refused without repeating what the tag says
REFUSED_MODALITIES = {
    "CT": "computed tomography",
    "MR": "magnetic resonance",
    "US": "ultrasound",
    "XA": "X-ray angiography",
    "RF": "fluoroscopy",
    "MG": "mammography",
    "NM": "nuclear medicine",
    "PT": "positron emission tomography",
    "OPT": "optical coherence tomography",
    "SC": "secondary capture",
    "OT": "other",
    "XC": "external camera",
    "ES": "endoscopy",
    "IO": "intra-oral X-ray",
    "PX": "panoramic dental X-ray",
    "SM": "slide microscopy",
    "SEG": "segmentation",
    "SR": "structured report",
    "DOC": "document",
    "PR": "presentation state",
    "KO": "key object selection",
    "ECG": "electrocardiogram",
    "RTDOSE": "radiotherapy dose",
    "RTPLAN": "radiotherapy plan",
    "RTSTRUCT": "radiotherapy structures",
}
GREY = ("MONOCHROME1", "MONOCHROME2")
#: the last two occur in JPEG 2000 files only, whose decoder gives RGB
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT")
#: view positions of chest films (DICOM PS3.3 C.8.7.1.1.6 and C.8.1): postero-anterior, antero-posterior, laterals, …
VIEWS = ("PA", "AP", "LL", "RL", "LLD", "RLD", "LLO", "RLO")
#: an age above it is taken for a placeholder
OLDEST = 110
#: dates of the picture, that of its taking first
_TAKEN = ("AcquisitionDate", "ContentDate", "SeriesDate", "StudyDate")
#: units of an age, parts of a year
_IN_A_YEAR = {"D": 365, "W": 52, "M": 12, "Y": 1}
MAX_PIXELS = 50_000_000
#: 50 million pixels of 16 bits, or 33 million in colour
MAX_BYTES_DECODED = 100_000_000
#: run-length coding can swell up to 64 times before its size is looked at
MAX_BYTES_RLE = 20_000_000
MIN_BITS_STORED, MAX_BITS_STORED = 8, 16
#: without a window in the file: grey values between these percentiles are shown
PERCENTILES = (0.5, 99.5)
DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
BURNED_IN = "The file says that writing is part of the picture: it may contain writing that identifies the patient."
EXPORT = "Export the picture from its viewer as PNG, or as uncompressed DICOM, and upload that."
DAMAGED = "Export or copy the file again."
#: wider than any pixel value: what a window makes of these are its two ends
_EXTREMES = np.array([-(2**30), 2**30])
_LOCK = threading.RLock()
_LOGGERS = ("pydicom", "PIL")


@dataclass(frozen=True, eq=False)
class DicomImage:
    """What a DICOM file shows, without what it says about a person.

    Args:
        pixels: (h, w, 3) uint8, RGB; grey pictures have three equal channels.
        modality: one of :data:`MODALITIES`.
        view: one of :data:`VIEWS`, "" where the file does not say.
        age: of the person when the picture was taken, whole years; None where the file does not say.
        notes: sentences for the user.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    modality: str
    view: str = ""
    age: int | None = None
    notes: tuple[str, ...] = ()


@contextmanager
def silenced() -> Iterator[None]:
    """Let no warning and no log line of pydicom or Pillow out: they repeat the values of tags.

    Pillow's warning of a decompression bomb becomes an error. Python keeps warning filters and log levels for the
    whole process; the lock keeps two readers from restoring each other's.
    """
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def attempt(call: Callable[[], T]) -> T | None:
    """The call's result, or None when it fails.

    Decoders fail in every way there is, with texts that repeat what they read. An error raised after this function
    has returned carries nothing of that, not even as its context.
    """
    try:
        return call()
    except Exception:
        return None


def read_dicom(data: bytes) -> DicomImage:
    """Read the one picture of a DICOM file.

    Args:
        data: the whole file, with ``DICM`` at byte 128.

    Returns:
        Its pixels as they would be shown: rescaled, windowed, bright = dense.

    Raises:
        ImageError: when the file is damaged, holds no picture, is of a kind that is not read, is too large, or is
            compressed in a way that cannot be read here.
    """
    with silenced():
        header = _read(data, stop_before_pixels=True)
        modality = _allowed_modality(header)
        _check_layout(header)
        _check_syntax(header, len(data))
        pixels = _shown(_read(data, stop_before_pixels=False))
        view = _word(header, "ViewPosition")
        burned_in = _word(header, "BurnedInAnnotation") == "YES"
        notes = (BURNED_IN,) if burned_in else ()
        return DicomImage(pixels, modality, view if view in VIEWS else "", _age(header), notes)


def _read(data: bytes, *, stop_before_pixels: bool) -> Dataset:
    from pydicom import dcmread

    if DEFLATED.encode() in data:  # dcmread would inflate it whole, however large it becomes
        raise ImageError("The DICOM file is compressed as a whole (Deflated Explicit VR).", hint=EXPORT)
    found = attempt(lambda: dcmread(io.BytesIO(data), stop_before_pixels=stop_before_pixels, force=False))
    if found is None:
        raise ImageError("The DICOM file is damaged: its header cannot be read.", hint=DAMAGED)
    return found


def _word(header: Dataset, keyword: str) -> str:
    """A tag's single value as upper-case text, "" when absent or unreadable. To be compared, never to be shown."""
    return attempt(lambda: str(header.get(keyword) or "").strip().upper()) or ""


def _age(header: Dataset) -> int | None:
    """Whole years, by the age that the file gives and by its dates; the lower where both are told, None where none is.

    An age that nobody reaches stands for an unknown one: a date of birth of 1900 is a usual placeholder.
    """
    said = re.fullmatch(r"(\d{3})([DWMY])", _word(header, "PatientAge"))
    told = [int(said[1]) // _IN_A_YEAR[said[2]]] if said else []
    born = _date(header, "PatientBirthDate")
    taken = next((day for day in (_date(header, word) for word in _TAKEN) if day), None)
    if born and taken:
        told.append(taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day)))
    return min((years for years in told if 0 <= years <= OLDEST), default=None)


def _date(header: Dataset, keyword: str) -> date | None:
    return attempt(lambda: datetime.strptime(_word(header, keyword), "%Y%m%d").date())


def _whole(header: Dataset, keyword: str, otherwise: int | None = None) -> int | None:
    """A tag's value as a whole number; ``otherwise`` when the tag is absent or empty, None when it is no number."""
    value = attempt(lambda: (header.get(keyword),))
    if value is None:
        return None
    if value[0] is None:
        return otherwise
    return attempt(lambda: int(str(value[0])))


def _allowed_modality(header: Dataset) -> str:
    modality = _word(header, "Modality")
    name = (MODALITIES | REFUSED_MODALITIES).get(modality, "")
    if "Rows" not in header or "Columns" not in header:
        what = f" It is of the kind {modality} ({name})." if name else ""
        raise ImageError(f"The DICOM file holds no picture, so there is nothing to look at.{what}", hint=_wanted())
    if modality in MODALITIES:
        return modality
    said = f"is of the kind {modality} ({name})" if name else "does not say that it is an X-ray or a retinal photo"
    raise ImageError(f"The DICOM file {said}, which is not read here.", hint=_wanted())


def _wanted() -> str:
    kinds = ", ".join(f"{code} ({name})" for code, name in MODALITIES.items())
    return f"Kinds that are read: {kinds}. A picture of another kind can be uploaded as PNG or JPEG."


def _check_layout(header: Dataset) -> None:
    """Refuse what is not one picture of a known layout and a bearable size. Nothing has been decoded yet."""
    photometric, bits = _word(header, "PhotometricInterpretation"), _whole(header, "BitsAllocated") or 0
    stored, samples = _whole(header, "BitsStored"), 3 if photometric in COLOUR else 1
    if photometric not in (*GREY, *COLOUR):
        raise ImageError(
            f"The DICOM file stores its colours in a way that is not read ({_said(photometric)}).", hint=EXPORT
        )
    if _whole(header, "NumberOfFrames", 1) != 1:
        raise ImageError("The DICOM file holds several pictures (frames), or does not say how many.", hint=EXPORT)
    if _whole(header, "SamplesPerPixel", 1) != samples or bits not in ((8,) if samples == 3 else (8, 16)):
        raise ImageError(
            "The DICOM file has a pixel layout that is not read (8 or 16 bits grey, 8 bits colour).", hint=EXPORT
        )
    if stored is None or not MIN_BITS_STORED <= stored <= min(bits, MAX_BITS_STORED):
        raise ImageError(f"The DICOM file does not store {MIN_BITS_STORED} to {bits} bits a pixel.", hint=EXPORT)
    _check_size(_whole(header, "Rows"), _whole(header, "Columns"), samples * bits // 8)


def _said(photometric: str) -> str:
    return (
        photometric if photometric in ("PALETTE COLOR", "ARGB", "CMYK", "HSV") else "unknown photometric interpretation"
    )


def _check_size(rows: int | None, columns: int | None, bytes_a_pixel: int) -> None:
    if not rows or not columns or rows < 0 or columns < 0:
        raise ImageError("The DICOM file is damaged: it does not say how large its picture is.", hint=DAMAGED)
    if rows * columns > MAX_PIXELS or rows * columns * bytes_a_pixel > MAX_BYTES_DECODED:
        raise ImageError(
            f"The picture is too large: {columns:,} × {rows:,} pixels; at most {MAX_PIXELS:,} are read.",
            hint="Export it smaller, for instance with a longest side of 4,000 pixels.",
        )


def _check_syntax(header: Dataset, size: int) -> None:
    from pydicom.pixels.decoders.base import get_decoder

    uid = attempt(lambda: header.file_meta.TransferSyntaxUID)
    if uid is None:
        raise ImageError("The DICOM file is damaged: it does not say how its pixels are stored.", hint=DAMAGED)
    decoder = attempt(lambda: get_decoder(uid))
    if decoder is None or not decoder.is_available:
        raise ImageError(f"The pixels are compressed in a way that cannot be read here: {_syntax(uid)}.", hint=EXPORT)
    if uid == RLE and size > MAX_BYTES_RLE:
        raise ImageError(f"The file is too large for {_syntax(uid)}: over {MAX_BYTES_RLE // 10**6} MB.", hint=EXPORT)


def _syntax(uid: UID) -> str:
    """Name of a transfer syntax that the standard knows; what else the tag may hold is not repeated."""
    return uid.name if uid.name != str(uid) else "an unknown transfer syntax"


def _shown(dataset: Dataset) -> NDArray[np.uint8]:
    """Decoded pixels → (h, w, 3) uint8 as a viewer would show them."""
    from pydicom.pixels.utils import pixel_array

    if not attempt(lambda: dataset.get("PixelData")):
        raise ImageError("The DICOM file holds no pixels, only a header.", hint=DAMAGED)
    raw = attempt(lambda: pixel_array(dataset))
    grey = _word(dataset, "PhotometricInterpretation") in GREY
    if raw is None or raw.ndim != (2 if grey else 3):
        raise _unreadable(dataset)
    if not grey:
        return np.ascontiguousarray(raw.astype(np.uint8))
    with np.errstate(all="ignore"):
        light = _light(dataset, raw)
    if _word(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        light = 255 - light
    return np.repeat(light[..., None], 3, axis=2)


def _unreadable(dataset: Dataset) -> ImageError:
    uid = dataset.file_meta.TransferSyntaxUID
    if attempt(lambda: bool(uid.is_compressed)):
        return ImageError(
            f"The pixels cannot be decoded: they are damaged, or stored in a variant of {_syntax(uid)} "
            "that is not read here.",
            hint=EXPORT,
        )
    return ImageError("The pixels are damaged or incomplete.", hint=DAMAGED)


def _light(dataset: Dataset, raw: Numbers) -> NDArray[np.uint8]:
    """Stored grey values → 0–255 by the file's own rescale and window, or by percentiles where it has none."""
    from pydicom.pixels.processing import apply_modality_lut

    values = attempt(lambda: apply_modality_lut(raw, dataset))
    if values is None or not (np.abs(values.astype(np.float64)) < _EXTREMES[1]).all():  # also when not a number
        raise ImageError("The DICOM file is damaged: its rescale values cannot be used.", hint=DAMAGED)
    windowed = attempt(lambda: _windowed(dataset, values))
    if windowed is None:
        low, high = np.percentile(values, PERCENTILES)
        return to_light(values, float(low), float(high))
    return windowed


def _windowed(dataset: Dataset, values: Numbers) -> NDArray[np.uint8] | None:
    """By the VOI LUT or window of the file; None when it has none."""
    from pydicom.pixels.processing import apply_voi_lut

    table = bool(dataset.get("VOILUTSequence"))  # it is looked up by whole numbers
    values = np.rint(values).astype(np.int64) if table else values.astype(np.float64)
    low, high = (float(v) for v in apply_voi_lut(_EXTREMES.astype(values.dtype), dataset))
    if (low, high) == (float(_EXTREMES[0]), float(_EXTREMES[1])):
        return None
    return to_light(apply_voi_lut(values, dataset), low, high)


def to_light(values: Numbers, low: float, high: float) -> NDArray[np.uint8]:
    """Numbers → 0–255, ``low`` becoming 0 and ``high`` 255; all 0 where the two are equal."""
    span = high - low
    share = (values.astype(np.float32) - low) / span if span else np.zeros(values.shape, np.float32)
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
