"""Blood pressures of a FHIR bundle of one patient: panels of systolic, diastolic and pulse → a series."""

from __future__ import annotations

from riskmodels.errors import InputError, SignalError
from riskmodels.interop.fhir.bundle import open_bundle
from riskmodels.interop.fhir.codes import PANELS, codes_of
from riskmodels.interop.fhir.observations import USABLE
from riskmodels.interop.fhir.safe_json import read_json, tidy
from riskmodels.interop.fhir.subject import subject_of
from riskmodels.interop.fhir.types import Json
from riskmodels.signals.asked import Answers
from riskmodels.signals.pressure.assemble import Entry, assemble
from riskmodels.signals.pressure.series import PressureSeries
from riskmodels.signals.pressure.times import Moment, read_moments
from riskmodels.unit_names import reported_unit
from riskmodels.units import to_canonical
from riskmodels.vocabulary import VOCABULARY

_NAMES = ("systolic_bp", "diastolic_bp", "pulse")
_BY_CODE = {VOCABULARY[name].loinc: name for name in _NAMES}


def read_fhir(data: bytes, answers: Answers) -> PressureSeries:
    """The pressures of a bundle (R4 or R5, JSON) of one patient.

    Args:
        data: the file.
        answers: as for a table; of a time with an offset the wall clock of that offset is taken.

    Raises:
        SignalError: where it holds no pressures.
        FileError: where it is no bundle that can be read.
    """
    bundle = open_bundle(read_json(data))
    try:
        subject = subject_of(bundle)
    except InputError as error:
        raise SignalError(error.message, hint=error.hint, log=error.log) from None
    found = [resource for resource in bundle.of("Observation") if subject.is_of(resource.body)]
    panels = [(resource.place, resource.body) for resource in found if _is_panel(resource.body)]
    usable = [(place, body) for place, body in panels if body.get("status") in USABLE]
    if not usable:
        raise SignalError(
            "The bundle holds no blood pressure that is final.",
            hint="Ask for Observations with LOINC 85354-9 and the components 8480-6 and 8462-4.",
        )
    pulses = _pulses([resource.body for resource in found])
    moments = read_moments([_when(body) for _, body in usable], answers)
    entries = [_entry(place, body, moment, pulses) for (place, body), moment in zip(usable, moments, strict=True)]
    left = len(panels) - len(usable)
    notes = [f"{left} blood pressures of the bundle are not final and are left out."] if left else []
    return assemble(entries, "mmHg", answers, "FHIR bundle", notes)


def _is_panel(body: Json) -> bool:
    return any(code.code in PANELS for code in codes_of(body.get("code")))


def _when(body: Json) -> str:
    period = body.get("effectivePeriod") or {}
    return str(body.get("effectiveDateTime") or body.get("effectiveInstant") or period.get("start") or "")


def _entry(place: int, body: Json, moment: Moment | None, pulses: dict[str, float]) -> Entry:
    values = dict.fromkeys(_NAMES, float("nan"))
    values["pulse"] = pulses.get(_when(body), float("nan"))
    reason = ""
    for part in body.get("component", []):
        name = next((_BY_CODE[code.code] for code in codes_of(part.get("code")) if code.code in _BY_CODE), "")
        if name:
            values[name] = _value(part, name)
            absent = part.get("dataAbsentReason") or {}
            reason = reason or tidy(absent.get("text") or next((c.code for c in codes_of(absent)), ""), 40)
    arm = tidy((body.get("bodySite") or {}).get("text") or "", 40)
    systolic, diastolic, pulse = (values[name] for name in _NAMES)
    return Entry(place, moment, systolic, diastolic, pulse, reason, arm=arm)


def _pulses(bodies: list[Json]) -> dict[str, float]:
    """Heart rates that stand in Observations of their own, by the time of the pressure beside which they stand."""
    code = VOCABULARY["pulse"].loinc
    own = [body for body in bodies if any(c.code == code for c in codes_of(body.get("code")))]
    return {_when(body): _value(body, "pulse") for body in own if _when(body)}


def _value(part: Json, name: str) -> float:
    """In the canonical unit; NaN where there is none, a bound, or a unit that is none of it."""
    quantity = part.get("valueQuantity") or {}
    value, told = quantity.get("value"), str(quantity.get("code") or quantity.get("unit") or "")
    unit = reported_unit(told, VOCABULARY[name])
    if value is None or quantity.get("comparator") or unit is None:
        return float("nan")
    return float(to_canonical(float(value), unit))
