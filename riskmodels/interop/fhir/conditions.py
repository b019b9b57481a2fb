"""Diagnoses and medicine → the yes/no questions of the form. What is not recorded stays unknown, never “no”."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from riskmodels.interop.fhir.bundle import Bundle, Resource
from riskmodels.interop.fhir.codes import Meaning, codes_of, meaning_of
from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Found, Json, Unused
from riskmodels.scores.inputs import variable_of

#: what happened once stays told, whether it has healed or not
_EVENTS = frozenset({"heart_attack", "stroke", "gestational_diabetes", "family_history_diabetes"})
_PRESENT = frozenset({"", "active", "recurrence", "relapse", "remission"})
_NOT_TOLD = {"refuted": "refuted", "entered-in-error": "entered in error", "differential": "one of several possible"}
_UNSURE = frozenset({"provisional", "unconfirmed"})
#: what FHIR calls the states of a diagnosis
_STATUS_WORDS = frozenset({*_PRESENT, *_NOT_TOLD, *_UNSURE, "inactive", "resolved", "confirmed"}) - {""}
#: a pregnancy recorded longer ago than this is over
_PREGNANCY = timedelta(days=280)
#: the German marks for excluded and suspected diagnoses
_GERMAN_CERTAINTY = "icd-10-gm-diagnosesicherheit"
_TAKEN = {"MedicationStatement": ("active", "recorded"), "MedicationRequest": ("active",)}
_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
#: medicine of these questions is also given for something else
_ALSO_FOR = {
    "bp_medication": "by its drug class; it may be given for something else",
    "glucose_pills": "by its drug class; it may be given for something else",
}


def read_conditions(
    conditions: Iterable[Resource], today: date, unknown: Counter[Code]
) -> tuple[list[Found], list[Unused]]:
    """What the patient was told of.

    Args:
        conditions: of the patient.
        today: a diagnosis after it is not used.
        unknown: counts codes that no variable is read from; added to.
    """
    found: list[Found] = []
    problems: list[Unused] = []
    for resource in conditions:
        body = resource.body
        meaning, code = _meaning(body.get("code"), unknown)
        if meaning is None or code is None:
            continue
        when = _first_moment(body, "onsetDateTime", "recordedDate")
        _tell(meaning, code, when, _word(body, "clinicalStatus") or "recorded", found, problems, today, body)
    return found, problems


def _tell(
    meaning: Meaning,
    code: Code,
    when: Moment | None,
    status: str,
    found: list[Found],
    problems: list[Unused],
    today: date,
    body: Json,
) -> None:
    shown = code.text or code.code
    if meaning.use:
        problems.append(Unused(tidy(shown), "", when, meaning.use))
    for name in meaning.variables:
        label = variable_of(name).label
        obstacle = _not_told(body, name, when, today)
        if obstacle:
            problems.append(Unused(label, shown, when, obstacle, name))
            continue
        unsure = _word(body, "verificationStatus")
        remark = f"the diagnosis is {unsure}: check it" if unsure in _UNSURE else ""
        found.append(Found(name, 1.0, "", shown, when, status, code, remark))


def _not_told(body: Json, name: str, when: Moment | None, today: date) -> str:
    """Why a diagnosis does not count; empty where it does."""
    verified, state, mark = _word(body, "verificationStatus"), _word(body, "clinicalStatus"), _german_mark(body)
    if verified in _NOT_TOLD or mark == "A":
        return f"the diagnosis is {_NOT_TOLD.get(verified, 'excluded')}"
    if mark == "V":
        return "the diagnosis is only suspected"
    if when is not None and when.day > today:
        return "its date lies in the future"
    if name == "pregnancy" and (state not in _PRESENT or when is None or today - when.day > _PREGNANCY):
        return "the pregnancy is over, or its date is not told"
    if state not in _PRESENT and name not in _EVENTS:
        return f"recorded as {tidy(state, 20)}: enter yes if the patient was told of it"
    return ""


def _word(body: Json, element: str) -> str:
    """The code of a status that is a CodeableConcept: of several codings the one of FHIR, whatever its place.

    A refuted diagnosis stays refuted where a code of the sender stands first, or where the system is left out.
    """
    concept = body.get(element) or {}
    words = [str(c["code"]).strip() for c in concept.get("coding", []) if isinstance(c, dict) and c.get("code")]
    fhir = [word for word in words if word in _STATUS_WORDS]
    return next(iter([*fhir, *words]), str(concept.get("text") or "").strip().lower())


def _german_mark(body: Json) -> str:
    extensions = [e for c in (body.get("code") or {}).get("coding", []) for e in c.get("extension", [])]
    marked = (e for e in extensions if str(e.get("url", "")).endswith(_GERMAN_CERTAINTY))
    return next((str((e.get("valueCoding") or {}).get("code", "")) for e in marked), "")


def _first_moment(body: Json, *elements: str) -> Moment | None:
    return next((m for element in elements if (m := read_moment(body.get(element))) is not None), None)


def _meaning(concept: Json | None, unknown: Counter[Code]) -> tuple[Meaning | None, Code | None]:
    """What a concept says, by the first of its codes that is known; counts it where none is."""
    codes = codes_of(concept)
    for code in codes:
        meaning = meaning_of(code)
        if meaning is not None:
            return meaning, code
    text = tidy((concept or {}).get("text") or "without a code")
    unknown[codes[0] if codes else Code("", "", text)] += 1
    return None, None


def read_medication(
    bundle: Bundle, resources: Iterable[Resource], today: date, unknown: Counter[Code]
) -> tuple[list[Found], list[Unused]]:
    """What the patient takes, of active statements and orders.

    Args:
        bundle: where a Medication that is only referred to is looked up.
        resources: MedicationStatement and MedicationRequest of the patient.
        today: what ended before it is not taken any more.
        unknown: counts codes that no variable is read from; added to.
    """
    found: list[Found] = []
    problems: list[Unused] = []
    for resource in resources:
        meaning, code = _meaning(_medication(bundle, resource.body), unknown)
        if meaning is None or code is None:
            continue
        shown, status = code.text or code.code, str(resource.body.get("status"))
        when = _first_moment({**resource.body, **_period(resource.body)}, "start", "effectiveDateTime", "authoredOn")
        obstacle = meaning.use or _not_taken(resource, today)
        if obstacle:
            name = meaning.variables[0] if meaning.variables else ""
            label = variable_of(name).label if name else "Medication"
            problems.append(Unused(label, shown, when, obstacle, name))
            continue
        found += [Found(n, 1.0, "", shown, when, status, code, _ALSO_FOR.get(n, "")) for n in meaning.variables]
    return found, problems


def _medication(bundle: Bundle, body: Json) -> Json | None:
    """The concept of what is taken: in R4 beside the resource, in R5 inside ``medication``, or in a Medication."""
    if "medicationCodeableConcept" in body:
        concept: Json = body["medicationCodeableConcept"]
        return concept
    told = body.get("medication") or {}
    if told.get("concept"):
        inside: Json = told["concept"]
        return inside
    reference = (body.get("medicationReference") or told.get("reference") or {}).get("reference")
    if not isinstance(reference, str):
        return None
    here = [c for c in body.get("contained", []) if f"#{c.get('id')}" == reference]
    there = [bundle.medications[reference]] if reference in bundle.medications else []
    return next((m.get("code") for m in [*here, *there] if m.get("resourceType") == "Medication"), None)


def _period(body: Json) -> Json:
    period: Json = body.get("effectivePeriod") or {}
    return period


def _not_taken(resource: Resource, today: date) -> str:
    """Why it does not count as taken; empty where it does."""
    body, status = resource.body, str(resource.body.get("status"))
    if status not in _TAKEN[resource.kind]:
        return f"its status is {tidy(status, 20)}"
    adherence = _word(body.get("adherence") or {}, "code")
    if adherence not in ("", "taking"):
        return f"the patient is recorded as {tidy(adherence, 30)}"
    if resource.kind == "MedicationRequest" and body.get("intent") not in _ORDERS:
        return f"it is a {tidy(body.get('intent') or 'request without intent', 20)} and not an order"
    if body.get("doNotPerform") is True:
        return "it says not to take it"
    ended, started = read_moment(_period(body).get("end")), read_moment(_period(body).get("start"))
    if ended is not None and ended.last_day < today:
        return f"it ended on {ended.text}"
    return "it starts in the future" if started is not None and started.day > today else ""
