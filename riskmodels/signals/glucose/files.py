"""A file of a glucose sensor in, its readings out: which program wrote it is told by its content, never by its name."""

from __future__ import annotations

from typing import Any

from riskmodels.errors import FileError, SignalError
from riskmodels.interop.fhir.safe_json import read_any
from riskmodels.signals.asked import Answers
from riskmodels.signals.glucose import carelink, dexcom, fhir, libreview, nightscout, plain, tidepool
from riskmodels.signals.glucose.cells import Cells, series_of
from riskmodels.signals.glucose.series import GlucoseSeries
from riskmodels.signals.glucose.sheet import LIMITS, Sheet, read_sheet

_TABLES = (
    (dexcom.is_dexcom, dexcom.cells_of),
    (carelink.is_carelink, carelink.cells_of),
    (libreview.is_libreview, libreview.cells_of),
    (tidepool.is_tidepool, tidepool.cells_of),
)
_ENTRIES = (
    (nightscout.is_nightscout, nightscout.cells_of_json),
    (tidepool.is_tidepool_json, tidepool.cells_of_json),
)
#: names under which entries stand where a file has more around them
_LISTS = ("result", "entries", "data")
_JSON = "Entries of Nightscout (with “sgv”), exports of Tidepool (type “cbg”) and FHIR Bundles are read, up to 10 MB."
_BOM = b"\xef\xbb\xbf"
_NO_ANSWERS: Answers = {}


def read_glucose(name: str, data: bytes, answers: Answers = _NO_ANSWERS) -> GlucoseSeries:
    """Read an export of Dexcom Clarity, LibreView, CareLink, Nightscout or Tidepool, a table, or a FHIR Bundle.

    Args:
        name: of the file, for messages only.
        data: the whole file.
        answers: to what :class:`~riskmodels.signals.asked.UnansweredError` asked: ``unit``, ``day_order``,
            ``utc_offset``.

    Returns:
        The readings in order of time; what was done with the file stands in its notes.

    Raises:
        SignalError: when it cannot be read: what is wrong, in which row and field, and what to do.
        UnansweredError: when it can be read once something is answered.
    """
    if len(data) > LIMITS.bytes:
        raise SignalError(
            f"The file has {len(data) / 2**20:,.0f} MB; up to {LIMITS.bytes / 2**20:,.0f} MB are read.",
            hint="Export fewer days.",
        )
    if data[:200].removeprefix(_BOM).lstrip()[:1] in (b"{", b"["):
        return series_of(_of_json(data), answers)
    return series_of(_of_table(read_sheet(data)), answers)


def _of_table(sheet: Sheet) -> Cells:
    for is_its, cells_of in _TABLES:
        if is_its(sheet):
            return cells_of(sheet)
    return plain.cells_of(sheet)


def _of_json(data: bytes) -> Cells:
    try:
        document = read_any(data)
    except FileError as error:
        raise SignalError(error.message, hint=_JSON, log=error.log) from None
    try:
        return _of_document(document)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        # a field of another type than its format has
        raise SignalError("The JSON is not as its format has it: a field is of another type.", hint=_JSON) from None


def _of_document(document: Any) -> Cells:
    if fhir.is_fhir(document):
        return fhir.cells_of_json(document)
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), [])
    for is_its, cells_of in _ENTRIES:
        if is_its(document):
            return cells_of(document)
    raise SignalError("The JSON has no sensor reading that is known.", hint=_JSON)
