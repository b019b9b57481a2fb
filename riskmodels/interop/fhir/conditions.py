"""Diagnoses and procedures → the yes/no questions of the form. What is not recorded stays unknown, never “no”."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from riskmodels.interop.fhir.bundle import Resource
from riskmodels.interop.fhir.codes import Meaning, codes_of, meaning_of
from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.holders import effective
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Found, Json, Unused
from riskmodels.scores.inputs import variable_of

#: what happened once stays told, whether it has healed or not
_EVENTS = frozenset(
    {
        "heart_attack",
        "stroke",
        "tia_embolism",
        "gestational_diabetes",
        "family_history_diabetes",
        "high_glucose_ever",
    }
)
_PRESENT = frozenset({"", "active", "recurrence", "relapse", "remission"})
_NOT_TOLD = {"refuted": "refuted", "entered-in-error": "entered in error", "differential": "one of several possible"}
_UNSURE = frozenset({"provisional", "unconfirmed"})
#: what FHIR calls the states of a diagnosis
_STATUS_WORDS = frozenset({*_PRESENT, *_NOT_TOLD, *_UNSURE, "inactive", "resolved", "confirmed"}) - {""}
#: states of a procedure that was done, at least in part
_DONE = frozenset({"completed", "in-progress"})
#: a pregnancy recorded longer ago than this is over
_PREGNANCY = timedelta(days=280)
#: the German marks for excluded and suspected diagnoses
_GERMAN_CERTAINTY = "icd-10-gm-diagnosesicherheit"


def read_conditions(
    conditions: Iterable[Resource], today: date, unknown: Counter[Code]
) -> tuple[list[Found], list[Unused]]:
    """What the patient was told of.

    Args:
        conditions: Condition and Procedure of the patient.
        today: what is dated after it is not used.
        unknown: counts codes that no variable is read from; added to.
    """
    found: list[Found] = []
    problems: list[Unused] = []
    for resource in conditions:
        body = resource.body
        meaning, code = _meaning(body.get("code"), unknown)
        if meaning is None or code is None:
            continue
        if resource.kind == "Procedure":
            when, status = effective(body, "performed") or effective(body, "occurrence"), str(body.get("status"))
        else:
            when = _first_moment(body, "onsetDateTime", "recordedDate")
            status = _word(body, "clinicalStatus") or "recorded"
        _tell(meaning, code, when, status, found, problems, today, resource)
    return found, problems


def _tell(
    meaning: Meaning,
    code: Code,
    when: Moment | None,
    status: str,
    found: list[Found],
    problems: list[Unused],
    today: date,
    resource: Resource,
) -> None:
    shown, body = code.text or code.code, resource.body
    if meaning.use:
        problems.append(Unused(tidy(shown), "", when, meaning.use))
    for name in meaning.variables:
        label = variable_of(name).label
        procedure = resource.kind == "Procedure"
        obstacle = _not_done(status, when, today) if procedure else _not_told(body, name, when, today)
        if obstacle:
            problems.append(Unused(label, shown, when, obstacle, name))
            continue
        unsure = _word(body, "verificationStatus")
        remark = f"the diagnosis is {unsure}: check it" if unsure in _UNSURE else ""
        found.append(Found(name, 1.0, "", shown, when, status, code, remark))


def _not_done(status: str, when: Moment | None, today: date) -> str:
    """Why a procedure does not count; empty where it does."""
    if status not in _DONE:
        return f"the procedure is told as {tidy(status, 20)}"
    return "its date lies in the future" if when is not None and when.day > today else ""


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
