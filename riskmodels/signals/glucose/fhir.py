"""Observations of a FHIR Bundle (JSON, R4 or R5) → a sensor's readings: LOINC 99504-3 (mass) and 105272-9 (moles).

Both are “Glucose in interstitial fluid”, as the CGM guide of HL7 and the German HDDT guide use them, with one value or
with SampledData. Glucose in blood (2339-0, 41653-7 …) is no sensor's and is counted, not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from riskmodels.errors import SignalError
from riskmodels.interop.fhir.bundle import has_next
from riskmodels.interop.fhir.codes import LOINC, codes_of
from riskmodels.interop.fhir.quantity import Quantity
from riskmodels.interop.fhir.types import Json
from riskmodels.signals.glucose.cells import Cells, skipped
from riskmodels.signals.glucose.numbers import unit_in

#: code → unit that its property allows
SENSOR_CODES = {"99504-3": "mg/dL", "105272-9": "mmol/L"}
_FINAL = frozenset({"final", "amended", "corrected"})
#: points of one SampledData: a month of a sensor that reads every minute
_MOST_POINTS = 50_000
_WORDS = {"L": "<", "U": ">"}
_ASK = "Ask for a Bundle with the Observations of one patient's sensor (LOINC 99504-3 or 105272-9)."


def is_fhir(document: Any) -> bool:
    """Whether parsed JSON is a FHIR resource."""
    return isinstance(document, dict) and "resourceType" in document


def cells_of_json(document: Json) -> Cells:
    """The readings of one patient's sensor; other resources are counted.

    Raises:
        SignalError: when it is no Bundle, the Observations are of several patients, or their units differ.
    """
    entries = document.get("entry")
    if document.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise SignalError(f"The file holds a FHIR {str(document['resourceType'])[:40]}, not a Bundle.", hint=_ASK)
    others: Counter[str] = Counter()
    subjects, units = set(), set()
    rows, times, values = [], [], []
    for place, entry in enumerate(entries, start=1):
        body = entry.get("resource") if isinstance(entry, dict) else None
        reason = _unused(body)
        if not isinstance(body, dict) or reason:
            others[reason] += 1
            continue
        subject = body.get("subject")
        subjects.add(str(subject.get("reference", "")) if isinstance(subject, dict) else "")
        for time, value, unit in _points(body):
            rows.append(place)
            times.append(time)
            values.append(value)
            units.add(unit)
    _refuse_mixed(subjects, units)
    notes = skipped([(count, "resource", f": {what}") for what, count in sorted(others.items())])
    if has_next(document):
        notes += ("The Bundle is one page of several (it links to a next one): readings may be missing.",)
    return Cells(
        np.array(rows, dtype=np.int64),
        pa.array(times, pa.string()),
        pa.array(values, pa.string()),
        "FHIR",
        next(iter(units), ""),
        "effectiveDateTime",
        "valueQuantity",
        notes=notes,
        word="entry",
    )


def _refuse_mixed(subjects: set[str], units: set[str]) -> None:
    if len(subjects) > 1:
        raise SignalError(f"The Observations are of {len(subjects)} patients.", hint=_ASK)
    if len(units) > 1:
        raise SignalError("Some Observations are in mg/dL and others in mmol/L.", hint="Ask for one unit.")


def _unused(body: Any) -> str:
    """Why a resource is not read; empty where it is."""
    if not isinstance(body, dict) or body.get("resourceType") != "Observation":
        return "no Observation"
    if not _sensor_code(body):
        return "no sensor's glucose"
    if body.get("status") not in _FINAL:
        return "not final"
    return "marked with a modifier that is not understood" if body.get("modifierExtension") else ""


def _sensor_code(body: Json) -> str:
    codes = [code.code for code in codes_of(body.get("code")) if code.system == LOINC]
    return next((code for code in codes if code in SENSOR_CODES), "")


def _points(body: Json) -> Iterator[tuple[str, str, str]]:
    """Time, value and unit of each reading of an Observation."""
    allowed = SENSOR_CODES[_sensor_code(body)]
    sampled, period = body.get("valueSampledData"), body.get("effectivePeriod")
    start = str(body.get("effectiveDateTime") or (period.get("start") if isinstance(period, dict) else "") or "")
    if isinstance(sampled, dict):
        yield from _sampled(sampled, start, allowed)
        return
    quantity = Quantity.of(body["valueQuantity"]) if isinstance(body.get("valueQuantity"), dict) else None
    value = "" if quantity is None or quantity.value is None else f"{quantity.comparator[:1]}{quantity.value:g}"
    yield start, value, _unit(quantity, allowed)


def _unit(quantity: Quantity | None, allowed: str) -> str:
    told = unit_in(quantity.code or quantity.unit) if quantity is not None else allowed
    if told != allowed:
        raise SignalError(
            f"An Observation has the code of {allowed} and the unit “{(quantity.unit if quantity else '')[:20]}”.",
            hint="Ask the sender for a corrected file.",
        )
    return allowed


def _sampled(sampled: Json, start: str, allowed: str) -> Iterator[tuple[str, str, str]]:
    """The points of SampledData: origin + factor × number, so many milliseconds apart."""
    origin = sampled.get("origin")
    unit = _unit(Quantity.of(origin) if isinstance(origin, dict) else None, allowed)
    zero = float(origin.get("value") or 0) if isinstance(origin, dict) else 0.0
    step, factor = sampled.get("period", sampled.get("interval")), float(sampled.get("factor") or 1)
    points = str(sampled.get("data") or "").split()
    try:
        first = datetime.fromisoformat(start)
    except ValueError:
        raise SignalError("SampledData has no time that it starts at.", hint=_ASK) from None
    if not isinstance(step, int | float) or step <= 0 or len(points) > _MOST_POINTS:
        raise SignalError("SampledData has no period between its points, or too many points.", hint=_ASK)
    limits = {"L": sampled.get("lowerLimit"), "U": sampled.get("upperLimit")}
    for place, point in enumerate(points):
        at = (first + timedelta(milliseconds=place * float(step))).isoformat(timespec="seconds")
        if point in limits:
            limit = limits[point]
            yield at, (f"{_WORDS[point]}{limit:g}" if isinstance(limit, int | float) else f"{_WORDS[point]}"), unit
        elif point != "E":
            yield at, f"{zero + factor * float(point):g}", unit
