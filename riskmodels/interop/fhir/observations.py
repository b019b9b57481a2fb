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
    DERIVED,
    FASTING,
    OWN_METHOD,
    PANELS,
    Measurement,
    answer_of,
    codes_of,
    measurement_of,
)
from riskmodels.interop.fhir.dates import Moment, completed_years, read_moment
from riskmodels.interop.fhir.quantity import Quantity, read_quantity
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Dated, Found, Json, Unused
from riskmodels.scores.inputs import variable_of
from riskmodels.units import to_canonical
from riskmodels.vocabulary import Kind, Variable

USABLE = frozenset({"final", "amended", "corrected"})
#: answers that hold for a while only, whatever the look-back
_HOLDS = {"pregnancy": timedelta(days=280)}
_NEVER = datetime.min.replace(tzinfo=UTC)
_FASTING = "reported as fasting: enter the hours fasted"
_ISSUED = "the date is that of the report; when it was measured is not told"


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
        issued: whether the moment is that of the report.
        order: to sort by, the newest last.
    """

    variable: Variable
    measurement: Measurement
    code: Code
    body: Json = shown(repr=False)
    status: str
    moment: Moment | None = shown(repr=False)
    issued: bool
    order: tuple[datetime, datetime, int] = shown(repr=False)

    def unused(self, reason: str, reported: str = "") -> Unused:
        """The reading as one that is not used."""
        return Unused(self.variable.label, reported, self.moment, reason, self.variable.name)


def read_observations(
    observations: Iterable[Resource], window: Window, unknown: Counter[Code]
) -> tuple[dict[str, Found], list[Unused]]:
    """The newest usable value of each variable, and why newer ones are not used.

    Args:
        observations: of the patient.
        window: the days that count.
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
        for reading in _readings(resource, unknown, problems):
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


def _readings(resource: Resource, unknown: Counter[Code], problems: list[Unused]) -> Iterator[Reading]:
    """The readings of an Observation: its own, and those of a panel's components."""
    body = resource.body
    moment, issued = _moment(body)
    updated = read_moment((body.get("meta") or {}).get("lastUpdated"))
    reported = read_moment(body.get("issued")) or updated
    order = (moment.instant if moment else _NEVER, reported.instant if reported else _NEVER, resource.place)
    panel = any(code.code in PANELS for code in codes_of(body.get("code")))
    parts = [] if panel else [body]
    for part in [*parts, *body.get("component", [])]:
        own, codes = part is body, codes_of(part.get("code"))
        known = [(code, m) for code in codes if (m := measurement_of(code)) is not None]
        names = {m.variable for _, m in known}
        if not known:
            _count_unknown(part.get("code"), codes, unknown)
        elif len(names) > 1:
            labels = " and ".join(sorted(variable_of(name).label for name in names))
            problems.append(Unused("Observation", "", None, f"its codes contradict each other: {labels}"))
        elif not own and not panel:
            reason = "part of a panel that is not known, which may change what it means"
            problems.append(Unused(variable_of(known[0][1].variable).label, "", None, reason, known[0][1].variable))
        else:
            # a code that must not be used decides, in whatever place it stands: an eGFR is of MDRD if one code says so
            code, measurement = next((k for k in known if k[1].use), known[0])
            yield Reading(
                variable_of(measurement.variable),
                measurement,
                code,
                part,
                str(body.get("status")),
                moment,
                issued,
                order,
            )


def _count_unknown(concept: Json | None, codes: Sequence[Code], unknown: Counter[Code]) -> None:
    text = tidy((concept or {}).get("text") or "without a code")
    unknown[codes[0] if codes else Code("", "", text)] += 1


def _moment(body: Json) -> tuple[Moment | None, bool]:
    """When an Observation was: its effective time, the end of its period, else when it was reported."""
    period = body.get("effectivePeriod") or {}
    for text in (
        body.get("effectiveDateTime"),
        body.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
    ):
        if text is not None:
            return read_moment(text), False
    return read_moment(body.get("issued")), True


def _choose(newest_first: Sequence[Reading], window: Window) -> tuple[Found | None, list[Unused]]:
    """The first reading that can be used; a bound (< or >) ends the search, since older numbers are not newer facts."""
    left_out: list[Unused] = []
    for place, reading in enumerate(newest_first):
        result = _evaluate(reading, window)
        if isinstance(result, Found):
            return _with_rival(result, reading, newest_first[place + 1 :], window), left_out
        left_out.append(result)
        too_old = reading.day is not None and reading.day < window.first
        if too_old or "comparator" in (reading.body.get("valueQuantity") or {}):
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
    """The reading as a value of its variable, or why it is none."""
    obstacle = _obstacle(reading, window)
    if obstacle:
        return reading.unused(obstacle, _shown(reading.body))
    numeric = reading.variable.kind is Kind.NUMBER
    result = _number(reading) if numeric else _answer(reading)
    if isinstance(result, Unused):
        return result
    if reading.issued:
        result = result.remarked(_ISSUED)
    if reading.code.code in FASTING:
        result = result.remarked(_FASTING)
    return _aged(result, window) if result.name == "age" else result


def _obstacle(reading: Reading, window: Window) -> str:
    """Why a reading is not even looked at; empty where nothing is in the way."""
    holds = _HOLDS.get(reading.variable.name)
    if reading.status not in USABLE:
        return f"its status is {tidy(reading.status, 20)}"
    if reading.measurement.use:
        return reading.measurement.use
    if reading.day is None:
        return "it has no date"
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
    quantity = body.get("valueQuantity")
    if quantity:
        return Quantity.of(quantity).text
    concept = body.get("valueCodeableConcept")
    if concept:
        codes = codes_of(concept)
        return tidy(concept.get("text") or (codes[0].text or codes[0].code if codes else ""))
    name = next((n for n in ("valueString", "valueInteger", "valueBoolean") if n in body), "")
    return tidy(body[name], 40) if name else ""


def _number(reading: Reading) -> Found | Unused:
    """A quantity in a unit that code and variable accept, as a canonical number."""
    quantity = reading.body.get("valueQuantity")
    if not quantity:
        return reading.unused("it is no number with a unit", _shown(reading.body))
    read = read_quantity(quantity, reading.variable, reading.measurement)
    text = Quantity.of(quantity).text
    if isinstance(read, str):
        return reading.unused(read, text)
    value = float(to_canonical(read.value, read.unit))
    if not math.isfinite(value):
        return reading.unused("it is no finite number", text)
    name = reading.variable.name
    return Found(name, value, read.unit.symbol, text, reading.moment, reading.status, reading.code)


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
