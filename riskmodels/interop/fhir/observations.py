"""Observations → one value a variable: the newest usable one inside the look-back window."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as shown
from datetime import UTC, date, datetime, timedelta

from riskmodels.interop.fhir.bundle import Resource
from riskmodels.interop.fhir.codes import (
    BP_PANELS,
    DERIVED,
    OWN_METHOD,
    PANELS,
    Measurement,
    answer_of,
    codes_of,
    measurement_of,
)
from riskmodels.interop.fhir.dates import Moment, completed_years, read_moment
from riskmodels.interop.fhir.holders import Holders, effective
from riskmodels.interop.fhir.quantity import Quantity, pressures_in, quantity_in, read_quantity
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Dated, Found, Json, Unused
from riskmodels.scores.inputs import variable_of
from riskmodels.units import to_canonical
from riskmodels.vocabulary import Kind, Variable

USABLE = frozenset({"final", "amended", "corrected"})
#: answers that hold for a while only, whatever the look-back
_HOLDS = {"pregnancy": timedelta(days=280)}
_NEVER = datetime.min.replace(tzinfo=UTC)
_PRESSURES = ("systolic_bp", "diastolic_bp")
_FASTING = "reported as fasting: enter the hours fasted"
_EFFECTIVE = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming")


@dataclass(frozen=True)
class Window:
    """The days that count: from ``first`` to ``today``, both included."""

    today: date
    look_back: timedelta

    @property
    def first(self) -> date:
        """The first day that counts."""
        return self.today - self.look_back if self.look_back < self.today - date.min else date.min


@dataclass(frozen=True)
class Reading(Dated):
    """One value of an Observation or of a component of it.

    Args:
        variable: what it measures.
        measurement: what its code says.
        code: as reported.
        body: the Observation or its component, with the value.
        status: of the Observation.
        moment: when it was; None where not told.
        note: how it was read, where that has to be told: whose date it is, that it stood in a text.
        order: to sort by, the newest last.
    """

    variable: Variable
    measurement: Measurement
    code: Code
    body: Json = shown(repr=False)
    status: str
    moment: Moment | None = shown(repr=False)
    note: str = shown(repr=False)
    order: tuple[datetime, datetime, int] = shown(repr=False)

    def unused(self, reason: str, reported: str = "") -> Unused:
        """The reading as one that is not used."""
        return Unused(self.variable.label, reported, self.moment, reason, self.variable.name)


def read_observations(
    observations: Iterable[Resource], window: Window, holders: Holders, unknown: Counter[Code]
) -> tuple[dict[str, Found], list[Unused]]:
    """The newest usable value of each variable, and why newer ones are not used.

    Args:
        observations: of the patient.
        window: the days that count.
        holders: what tells the date of those that do not.
        unknown: counts codes that no variable is read from; added to.
    """
    by_name: dict[str, list[Reading]] = defaultdict(list)
    problems: list[Unused] = []
    for resource in observations:
        if resource.body.get("focus"):
            problems.append(Unused("Observation", "", None, "it is about somebody or something else (focus)"))
            continue
        if Code(OWN_METHOD, DERIVED) in map(_bare, codes_of(resource.body.get("method"))):
            # taken as measured it would stay when the facts that it was computed from are corrected
            what = tidy((resource.body.get("code") or {}).get("text") or "Observation")
            problems.append(Unused(what, "", None, "computed from other facts of the file, and computed again here"))
            continue
        for reading in _readings(resource, holders, unknown, problems):
            by_name[reading.variable.name].append(reading)
    found: dict[str, Found] = {}
    for name, readings in by_name.items():
        newest_first = sorted(readings, key=lambda reading: reading.order, reverse=True)
        chosen, left_out = _choose(newest_first, window)
        problems += left_out
        if chosen is not None:
            found[name] = chosen
    return found, problems


def _bare(code: Code) -> Code:
    return Code(code.system, code.code)


def _readings(
    resource: Resource, holders: Holders, unknown: Counter[Code], problems: list[Unused]
) -> Iterator[Reading]:
    """The readings of an Observation: its own, those of a panel's components, or the two pressures of a text."""
    body = resource.body
    moment, whose = _moment(resource, holders)
    updated = read_moment((body.get("meta") or {}).get("lastUpdated"))
    reported = read_moment(body.get("issued")) or updated
    order = (moment.instant if moment else _NEVER, reported.instant if reported else _NEVER, resource.place)

    def reading(code: Code, measurement: Measurement, part: Json, *notes: str) -> Reading:
        note = "; ".join(filter(None, (whose, *notes)))
        variable, status = variable_of(measurement.variable), str(body.get("status"))
        return Reading(variable, measurement, code, part, status, moment, note, order)

    codes = codes_of(body.get("code"))
    panel = next((code for code in codes if code.code in PANELS), None)
    parts = [] if panel else [body]
    of_pressure = panel is not None and panel.code in BP_PANELS
    read = 0
    for part in [*parts, *body.get("component", [])]:
        known = _known(part, panel is not None or part is body, unknown, problems)
        if known is not None:
            read += known[1].variable in _PRESSURES or not of_pressure
            yield reading(*known, part)
    if panel is not None and not read and "hasMember" not in body:
        pressures = pressures_in(_text(body)) if of_pressure else None
        if pressures is None:
            problems.append(_empty_panel(panel, body, moment))
            return
        for name, quantity in zip(_PRESSURES, pressures, strict=True):
            note = f"read from the text “{tidy(_text(body), 40)}”"
            yield reading(panel, Measurement(name, None), {"valueQuantity": quantity}, note)


def _known(part: Json, alone: bool, unknown: Counter[Code], problems: list[Unused]) -> tuple[Code, Measurement] | None:
    """What an Observation or a component measures; None, and counted or told, where it cannot be said.

    Args:
        part: the Observation or the component.
        alone: whether nothing around it can change what it means.
    """
    codes = codes_of(part.get("code"))
    known = [(code, m) for code in codes if (m := measurement_of(code)) is not None]
    names = {m.variable for _, m in known}
    if not known:
        _count_unknown(part.get("code"), codes, unknown)
        return None
    if len(names) > 1:
        labels = " and ".join(sorted(variable_of(name).label for name in names))
        problems.append(Unused("Observation", "", None, f"its codes contradict each other: {labels}"))
        return None
    if not alone:
        reason = "part of a panel that is not known, which may change what it means"
        problems.append(Unused(variable_of(known[0][1].variable).label, "", None, reason, known[0][1].variable))
        return None
    # a code that must not be used decides, in whatever place it stands: an eGFR is of MDRD if one code says so
    return next((k for k in known if k[1].use), known[0])


def _empty_panel(panel: Code, body: Json, moment: Moment | None) -> Unused:
    """The line of a panel without values; those in which nothing stands are counted together, whatever their date."""
    what, reason = panel.text or f"Panel {panel.code}", "a panel without values that are known"
    if panel.code in BP_PANELS:
        what, reason = "Blood pressure", "it tells no systolic and diastolic pressure that can be read"
    shown = _shown(body)
    return Unused(what, shown, moment if shown else None, _absent(body) or reason)


def _text(body: Json) -> str:
    """The value where it stands in words."""
    told = body.get("valueString") or (body.get("valueCodeableConcept") or {}).get("text")
    return told if isinstance(told, str) else ""


def _count_unknown(concept: Json | None, codes: Sequence[Code], unknown: Counter[Code]) -> None:
    text = tidy((concept or {}).get("text") or "without a code")
    unknown[codes[0] if codes else Code("", "", text)] += 1


def _moment(resource: Resource, holders: Holders) -> tuple[Moment | None, str]:
    """When an Observation was, and whose date that is where it has none of its own."""
    if any(name in resource.body for name in _EFFECTIVE):
        return effective(resource.body), ""
    return holders.moment_of(resource)


def _choose(newest_first: Sequence[Reading], window: Window) -> tuple[Found | None, list[Unused]]:
    """The first reading that can be used; a bound (< or >) ends the search, since older numbers are not newer facts."""
    left_out: list[Unused] = []
    for place, reading in enumerate(newest_first):
        result = _evaluate(reading, window)
        if isinstance(result, Found):
            return _with_rival(result, reading, newest_first[place + 1 :], window), left_out
        left_out.append(result)
        too_old = reading.day is not None and reading.day < window.first
        if too_old or (not reading.measurement.use and "comparator" in (_quantity(reading.body) or {})):
            break
    return None, left_out


def _with_rival(found: Found, reading: Reading, older: Sequence[Reading], window: Window) -> Found:
    """Say so where another value stands at the very same time."""
    rivals = [r for r in older if r.order[:2] == reading.order[:2]]
    others = {o.reported for r in rivals if isinstance(o := _evaluate(r, window), Found) and o.value != found.value}
    if not others:
        return found
    return found.remarked(f"another value stands at the same time: {', '.join(sorted(others)[:3])}")


def _evaluate(reading: Reading, window: Window) -> Found | Unused:
    """The reading as a value of its variable, or why it is none, with the value where a person may use it anyway."""
    obstacle, use = _obstacle(reading, window), reading.measurement.use
    if obstacle:
        return reading.unused(obstacle, _shown(reading.body))
    numeric = reading.variable.kind is Kind.NUMBER
    result = _number(reading) if numeric else _answer(reading)
    if isinstance(result, Found):
        result = _told(reading, result, window)
    if not use:
        return result
    anyway = result.noted(f"{use}; used knowing that") if isinstance(result, Found) else None
    refused = reading.unused(use, _shown(reading.body))
    return replace(refused, anyway=anyway if reading.measurement.anyway else None)


def _told(reading: Reading, found: Found, window: Window) -> Found:
    """The value with all that has to be known of it."""
    for note in (reading.note, reading.measurement.remark):
        found = found.noted(note) if note else found
    if reading.measurement.fasting:
        found = found.remarked(_FASTING)
    return _aged(found, window) if found.name == "age" else found


def _obstacle(reading: Reading, window: Window) -> str:
    """Why a reading is not even looked at; empty where nothing is in the way."""
    holds = _HOLDS.get(reading.variable.name)
    if reading.status not in USABLE:
        return f"its status is {tidy(reading.status, 20)}"
    if reading.day is None:
        return "it has no date, and nothing that holds it has one"
    if reading.day > window.today:
        return "its date lies in the future"
    if reading.day < window.first:
        return "it is older than the look-back"
    if holds is not None and window.today - reading.day > holds:
        return f"it is older than {holds.days} days, for which it holds at most"
    return _absent(reading.body)


def _absent(body: Json) -> str:
    """Why there is no value, where the sender says so."""
    if "dataAbsentReason" not in body:
        return ""
    concept = body["dataAbsentReason"] or {}
    codes = codes_of(concept)
    return f"told as unknown ({codes[0].code if codes else tidy(concept.get('text') or 'no reason', 40)})"


def _shown(body: Json) -> str:
    """The value as reported, in one short line."""
    if body.get("valueQuantity"):
        return Quantity.of(body["valueQuantity"]).text
    concept = body.get("valueCodeableConcept")
    if concept:
        codes = codes_of(concept)
        return tidy(concept.get("text") or (codes[0].text or codes[0].code if codes else ""))
    name = next((n for n in ("valueString", "valueInteger", "valueBoolean") if n in body), "")
    return tidy(body[name], 40) if name else ""


def _quantity(body: Json) -> Json | None:
    """The value as a Quantity, also where a text is one: ``"231 mg/dL"``."""
    quantity: Json | None = body.get("valueQuantity")
    return quantity or quantity_in(_text(body))


def _number(reading: Reading) -> Found | Unused:
    """A quantity in a unit that code and variable accept, as a canonical number."""
    quantity, variable = _quantity(reading.body), reading.variable
    if not quantity:
        return reading.unused("it is no number with a unit", _shown(reading.body))
    read = read_quantity(quantity, variable, reading.measurement)
    text = Quantity.of(quantity).text
    if isinstance(read, str):
        return reading.unused(read, text)
    value = float(to_canonical(read.value, read.unit))
    if not math.isfinite(value):
        return reading.unused("it is no finite number", text)
    # a unit that the form does not offer is converted
    unit = read.unit if read.unit in variable.units else variable.units[0]
    found = Found(variable.name, value, unit.symbol, text, reading.moment, reading.status, reading.code)
    return found.noted(read.note) if read.note else found


def _answer(reading: Reading) -> Found | Unused:
    """A coded answer, or yes/no as a boolean."""
    told, variable = reading.body.get("valueBoolean"), reading.variable
    if isinstance(told, bool) and variable.kind is Kind.YES_NO:
        value: float | None = float(told)
    else:
        value = answer_of(variable, codes_of(reading.body.get("valueCodeableConcept")))
    if value is None:
        return reading.unused("the answer is not one that the form has", _shown(reading.body))
    words = _shown(reading.body) if told is None else variable.format(value)
    return Found(variable.name, value, "", words, reading.moment, reading.status, reading.code)


def _aged(found: Found, window: Window) -> Found:
    """An age told on an earlier day, grown by the years since."""
    since = completed_years(found.day, window.today) if found.day else 0
    return replace(found, value=found.value + since).remarked(f"told on {found.when}") if since else found
