"""A FHIR bundle of one patient (R4 or R5, JSON) → known facts with their dates, and all that was not used and why.

Untrusted input: nothing is fetched, nothing outside the bundle counts, and every fault ends in an
:class:`~riskmodels.errors.InputError`. Rules and tables: docs/fhir.md. Writing is :mod:`riskmodels.interop.fhir.write`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from riskmodels.checks import Severity, check
from riskmodels.interop.fhir.bundle import Bundle, Resource, open_bundle
from riskmodels.interop.fhir.conditions import read_conditions
from riskmodels.interop.fhir.holders import Holders
from riskmodels.interop.fhir.medication import read_medication
from riskmodels.interop.fhir.observations import Window, read_observations
from riskmodels.interop.fhir.safe_json import read_json
from riskmodels.interop.fhir.subject import Subject, identity_of, read_demographics, subject_of
from riskmodels.interop.fhir.types import Code, FhirPatient, Found, Json, Medicine, UnknownCode, Unused, Version
from riskmodels.runtime.progress import Tell, silent
from riskmodels.units import find_unit, from_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY

__all__ = [
    "LOOK_BACK",
    "OF_ANOTHER",
    "Code",
    "FhirPatient",
    "Found",
    "Medicine",
    "UnknownCode",
    "Unused",
    "Version",
    "read_bundle",
    "read_document",
    "read_opened",
    "used_anyway",
]

LOOK_BACK = timedelta(days=2 * 365)
#: why a resource that names somebody else is not used
OF_ANOTHER = "it is of another patient"
_MEDICATION = ("MedicationStatement", "MedicationRequest")


def read_bundle(data: bytes, today: date, look_back: timedelta = LOOK_BACK, tell: Tell = silent) -> FhirPatient:
    """What a bundle tells of its one patient.

    Args:
        data: the file, JSON in UTF-8, up to 10 MB.
        today: the day that ages and the look-back are counted from.
        look_back: measurements older than this are not used; diagnoses have no such limit.
        tell: told how far it is.

    Returns:
        :class:`FhirPatient`: of every variable the newest usable value, and everything not used with the reason.

    Raises:
        FileError: when the file is no bundle that can be read.
        InputError: when it does not hold exactly one patient.
    """
    return read_document(read_json(data), today, look_back, tell)


def read_document(document: Json, today: date, look_back: timedelta = LOOK_BACK, tell: Tell = silent) -> FhirPatient:
    """What a bundle that is JSON already tells of its one patient.

    Args:
        document: of :func:`riskmodels.interop.fhir.safe_json.read_json`, or made of parts of it.

    Other Args, Returns and Raises as :func:`read_bundle`.
    """
    return read_opened(document, open_bundle(document, tell), today, look_back)


def read_opened(document: Json, bundle: Bundle, today: date, look_back: timedelta = LOOK_BACK) -> FhirPatient:
    """What a bundle that is checked already tells of its one patient: at each of several days it is checked once.

    Args:
        document: as of :func:`read_document`.
        bundle: the same, of :func:`riskmodels.interop.fhir.bundle.open_bundle`, or a part of it.

    Other Args, Returns and Raises as :func:`read_bundle`.
    """
    subject = subject_of(bundle)
    own, problems = _own(bundle, subject)
    unknown: Counter[Code] = Counter()
    found, of_patient, remarks = read_demographics(subject, today)
    holders, window = Holders.of(document, subject), Window(today, look_back)
    read, of_readings = read_observations(_of(own, "Observation"), window, holders, unknown)
    told, of_conditions = read_conditions(_of(own, "Condition", "Procedure"), today, unknown)
    taken = read_medication(bundle, _of(own, *_MEDICATION), today)
    found, of_patient = _joined(found, of_patient, read)
    for fact in [*told, *taken.found]:
        found[fact.name] = _settled(found.get(fact.name), fact)
    found, implausible = _plausible(found)
    problems += [*of_patient, *of_readings, *of_conditions, *taken.problems, *implausible]
    return FhirPatient(
        bundle.version,
        subject.reference,
        identity_of(subject),
        {v.name: found[v.name] for v in VARIABLES if v.name in found} | found,
        tuple(_counted([*bundle.problems, *problems], found)),
        tuple(UnknownCode(code, count) for code, count in unknown.most_common()),
        (*bundle.remarks, *remarks),
        taken.medicines,
    )


def used_anyway(patient: FhirPatient, names: Collection[str]) -> FhirPatient:
    """The patient with values that were refused for their method, which a person uses knowing that.

    Args:
        patient: as read.
        names: of those variables; all of them in :attr:`FhirPatient.offers`.

    Returns:
        The same with them among what is found, the reason in the note, where the form's own checks accept them.
    """
    chosen = {name: patient.offers[name] for name in names}
    found, implausible = _plausible({**patient.found, **chosen})
    rest = [p for p in patient.problems if p.anyway is None or p.anyway is not chosen.get(p.name)]
    return replace(
        patient,
        found={v.name: found[v.name] for v in VARIABLES if v.name in found} | found,
        problems=tuple(_counted([*rest, *implausible], found)),
    )


def _of(resources: Iterable[Resource], *kinds: str) -> list[Resource]:
    return [r for r in resources if r.kind in kinds]


def _own(bundle: Bundle, subject: Subject) -> tuple[list[Resource], list[Unused]]:
    """The resources about the patient that may be read; the others counted."""
    own, problems = [], []
    for resource in bundle.of("Observation", "Condition", "Procedure", *_MEDICATION):
        reason = ""
        if resource.body.get("modifierExtension") or resource.body.get("implicitRules"):
            reason = "it carries a modifier that is not understood, so it must not be read"
        elif not subject.is_of(resource.body):
            named = (resource.body.get("subject") or {}).get("reference")
            reason = OF_ANOTHER if named else "it names no patient"
        if reason:
            problems.append(Unused(resource.kind, "", None, reason))
        else:
            own.append(resource)
    return own, problems


def _joined(
    of_patient: dict[str, Found], problems: list[Unused], read: Mapping[str, Found]
) -> tuple[dict[str, Found], list[Unused]]:
    """Age and sex of the Patient resource go before those of Observations; two sexes that differ leave it unknown."""
    found = dict(read) | of_patient
    if "sex" in read and "sex" in of_patient and read["sex"].value != of_patient["sex"].value:
        del found["sex"]
        reason = f"the Patient says {of_patient['sex'].reported}, an observation {read['sex'].reported}; choose it"
        problems = [*problems, Unused("Sex", "", None, reason, "sex")]
    # what an Observation answers is no gap of the Patient any more
    return found, [p for p in problems if p.name not in found]


def _settled(answered: Found | None, told: Found) -> Found:
    """What an answer counts beside a diagnosis or medicine that says yes: a “no” gives way, unless it is newer."""
    if answered is None or answered.value == told.value:
        return answered or told
    newer = answered.day is not None and told.day is not None and answered.day > told.day
    kept, other = (answered, told) if newer else (told, answered)
    return kept.remarked(f"it contradicts “{other.reported}” of {other.when or 'an unknown day'}: check it")


def _plausible(found: dict[str, Found]) -> tuple[dict[str, Found], list[Unused]]:
    """Values as the form's own check sees them: impossible ones are left out, doubtful ones remarked on."""
    known = {name: f for name, f in found.items() if name in VOCABULARY}
    units = {name: f.unit for name, f in known.items() if f.unit}
    row = {name: _in_unit(f) for name, f in known.items()}
    kept, problems = dict(found), []
    for problem in check(pd.DataFrame([row], dtype=float), units).problems:
        fact = found.get(problem.field)
        if fact is None or problem.severity is Severity.ROW:
            continue
        if problem.severity is Severity.UNUSED:
            kept.pop(problem.field, None)
            problems.append(Unused(fact.label, fact.reported, fact.moment, problem.reason, fact.name))
        else:
            kept[problem.field] = kept[problem.field].remarked(problem.text)
    return _of_two_days(kept), problems


def _in_unit(found: Found) -> float:
    if not found.unit:
        return found.value
    return float(from_canonical(found.value, find_unit(VOCABULARY[found.name].units, found.unit)))


def _of_two_days(found: dict[str, Found]) -> dict[str, Found]:
    """Say so where the two blood pressures are not of one measurement."""
    upper, lower = found.get("systolic_bp"), found.get("diastolic_bp")
    if upper is None or lower is None or upper.day == lower.day:
        return found
    remark = "systolic and diastolic pressure are of different days"
    return found | {f.name: f.remarked(remark) for f in (upper, lower)}


def _counted(problems: Sequence[Unused], found: Mapping[str, Found]) -> list[Unused]:
    """Each problem once with how often it stands; those of fields that stay unknown first."""
    counts: Counter[Unused] = Counter()
    for problem in problems:
        counts[replace(problem, count=1)] += problem.count
    once = [replace(problem, count=count) for problem, count in counts.items()]
    return sorted(once, key=lambda problem: (not problem.name, problem.name in found))
