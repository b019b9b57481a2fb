"""One patient of an export → rows: what the import reads of the same resources at the date, or at each visit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as shown
from datetime import date, timedelta

from riskmodels.cohorts.fhir_bulk.counts import OUTSIDE, READ, Counts, Refused, in_words_of_ours
from riskmodels.cohorts.fhir_bulk.store import Group, Stored
from riskmodels.cohorts.fhir_bulk.visits import VISIT, visits_of
from riskmodels.errors import CareRiskError
from riskmodels.interop.fhir.bundle import KINDS, MAX_CHECKED, Bundle, Resource, open_bundle
from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.holders import effective
from riskmodels.interop.fhir.read import LOOK_BACK, read_opened
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import FhirPatient, Json
from riskmodels.vocabulary import VOCABULARY

IN_COHORT = "in the cohort"
_NO_ROW = "of a patient who has no row"
_MEDICATION = ("MedicationRequest", "MedicationStatement")


@dataclass(frozen=True)
class Design:
    """When patients are looked at, and how far back.

    Args:
        today: the day of the run; nothing after it counts as a visit.
        at: the date of every patient's row; None for a row at each visit.
        look_back: how old a measurement may be.
    """

    today: date
    at: date | None = None
    look_back: timedelta = LOOK_BACK


@dataclass(frozen=True)
class Row:
    """One row of the cohort: whose, when, canonical values by variable, and the day of each where told."""

    person: str = shown(repr=False)
    day: date = shown(repr=False)
    values: Mapping[str, float] = shown(repr=False)
    days: Mapping[str, date | None] = shown(repr=False)


class _NoRowError(Exception):
    """A patient without a row; the reason as its text."""


def read_people(groups: Sequence[Group], design: Design) -> tuple[list[Row], Counts]:
    """Rows of some patients, and what became of them and their resources."""
    rows: list[Row] = []
    total = Counts()
    for group in groups:
        found, counts = _read(group, design)
        rows += found
        total.add(counts)
    return rows, total


def _read(group: Group, design: Design) -> tuple[list[Row], Counts]:
    counts = Counts()
    try:
        rows = _Person(group, design, counts).rows()
    except _NoRowError as error:
        return [], _lost(group, str(error), listed=False)
    except CareRiskError as error:
        return [], _lost(group, in_words_of_ours(error.message), listed=True)
    except Exception as error:  # one patient that nobody thought of must not end the work on all others
        return [], _lost(group, f"it could not be read ({type(error).__name__})", listed=True)
    counts.patients[IN_COHORT] += 1
    counts.rows = len(rows)
    return rows, counts


def _lost(group: Group, reason: str, *, listed: bool) -> Counts:
    """What is counted of a patient without a row."""
    counts = Counts(patients=Counter({reason: 1}))
    for kind, number in (group.kinds or Counter(stored.kind for stored in group.resources)).items():
        counts.resources[kind, _NO_ROW] += number
    place = next((stored.place for stored in group.resources if stored.kind == "Patient"), None)
    if listed and place is not None:
        counts.list(Refused(place, "Patient", reason))
    return counts


class _Person:
    """One patient while it is read."""

    def __init__(self, group: Group, design: Design, counts: Counts) -> None:
        self._group, self._design, self._counts = group, design, counts

    def rows(self) -> list[Row]:
        """The rows; raises :class:`_NoRowError` where there is none."""
        if self._group.too_large:
            raise _NoRowError(self._group.too_large)
        kept = [(stored, self._body(stored)) for stored in self._group.resources if not stored.deleted]
        patients = [body for stored, body in kept if stored.kind == "Patient"]
        if not patients:
            raise _NoRowError("deleted")
        if len({(body.get("birthDate"), body.get("gender")) for body in patients}) > 1:
            raise _NoRowError("told with different dates of birth or sexes")
        possible = self._days(kept)
        days = [day for day in possible if self._lives(patients[-1], day)]
        if not days:
            raise _NoRowError("born after the date, or dead at it")
        if self._design.at is None and len(days) < len(possible):
            self._counts.visits[VISIT] -= len(possible) - len(days)
            self._counts.visits["before birth or after death"] += len(possible) - len(days)
        self._counts.resources.update((stored.kind, "deleted") for stored in self._group.resources if stored.deleted)
        document, bundle = self._checked(kept, min(days), max(days))
        return [self._row(document, bundle, day) for day in days]

    def _body(self, stored: Stored) -> Json:
        """The resource, naming its patient as the Patient is named: by whatever name it did, it was resolved."""
        body: Json = json.loads(stored.body)
        if stored.kind != "Patient":
            body["subject"] = {"reference": self._group.name}
        return body

    def _days(self, kept: Sequence[tuple[Stored, Json]]) -> list[date]:
        if self._design.at is not None:
            return [self._design.at]
        encounters = [body for stored, body in kept if stored.kind == "Encounter"]
        days = visits_of(encounters, self._design.today, self._counts.visits)
        if not days:
            raise _NoRowError("no visit")
        return days

    def _lives(self, patient: Json, day: date) -> bool:
        born, died = read_moment(patient.get("birthDate")), read_moment(patient.get("deceasedDateTime"))
        if (born is not None and born.day > day) or (died is not None and died.last_day < day):
            return False
        # dead, and it is not told since when: at a visit the patient was alive
        return not (patient.get("deceasedBoolean") is True and self._design.at is not None)

    def _checked(self, kept: Sequence[tuple[Stored, Json]], first: date, last: date) -> tuple[Json, Bundle]:
        """The resources as one document, and checked as FHIR; those of days that cannot count left out before."""
        earliest = first - self._design.look_back if self._design.look_back < first - date.min else date.min
        given = [pair for pair in kept if pair[0].kind != "Observation" or _may_count(pair[1], earliest, last)]
        if len(given) < len(kept):
            self._counts.resources["Observation", OUTSIDE] += len(kept) - len(given)
        if sum(stored.kind in KINDS for stored, _ in given) > MAX_CHECKED:
            raise _NoRowError(f"more than {MAX_CHECKED:,} resources in the days that count")
        entries = [_entry(stored, body, self._group.name) for stored, body in given]
        medications = [self._medication(name, body) for name, body in self._group.medications.items()]
        document: Json = {"resourceType": "Bundle", "type": "collection", "entry": [*entries, *medications]}
        bundle = open_bundle(document)
        self._count_checked([stored for stored, _ in given], entries, bundle)
        return document, bundle

    def _count_checked(self, given: Sequence[Stored], entries: Sequence[Json], bundle: Bundle) -> None:
        """What became of each resource that was given to the check."""
        read = {resource.place for resource in bundle.resources}
        told = [*zip(given, map(_identity, entries), strict=True)]
        names = {name for place, (_, name) in enumerate(told, 1) if place in read and name}
        for place, (stored, name) in enumerate(told, 1):
            if place in read or stored.kind not in KINDS:
                fate = READ
            elif name in names:
                fate = "an older version of another one"
            elif stored.kind == "Procedure":
                fate = "of a code that nothing is read from, or not valid FHIR"
            else:
                self._counts.refuse(stored.place, stored.kind, "not valid FHIR")
                continue
            self._counts.resources[stored.kind, fate] += 1

    def _medication(self, name: str, body: bytes) -> Json:
        """A Medication under the very reference that is used for it."""
        return {"fullUrl": name, "resource": json.loads(body)}

    def _row(self, document: Json, bundle: Bundle, day: date) -> Row:
        patient = read_opened(document, _known_at(bundle, day), day, self._design.look_back)
        self._count(patient)
        found = {name: fact for name, fact in patient.found.items() if name in VOCABULARY}
        person = str(self._group.name).rpartition("Patient/")[2]
        return Row(person, day, {n: f.value for n, f in found.items()}, {n: f.day for n, f in found.items()})

    def _count(self, patient: FhirPatient) -> None:
        counts = self._counts
        counts.known.update(name for name in patient.found if name in VOCABULARY)
        for problem in patient.problems:
            counts.not_used[problem.name, in_words_of_ours(problem.reason)] += problem.count
        for name, medicines in patient.by_name.items():
            counts.by_name.update({(name, " ".join(medicine.atc)) for medicine in medicines})
        counts.unmatched += len(patient.unmatched)
        for unknown in patient.unknown:
            # without system and code it is free text, which may hold anything
            counts.unknown[tidy(unknown.code.system, 100), tidy(unknown.code.code, 40)] += unknown.count


def _entry(stored: Stored, body: Json, name: str) -> Json:
    """A Patient goes by the name that all others have for it; the others by their own address, where they have one."""
    if stored.kind == "Patient":
        return {"resource": body} if name == f"Patient/{body.get('id')}" else {"fullUrl": name, "resource": body}
    return {"fullUrl": stored.url, "resource": body} if stored.url else {"resource": body}


def _identity(entry: Json) -> str:
    """By which several versions of a resource are one; empty where it has neither address nor id."""
    body = entry["resource"]
    return str(entry.get("fullUrl") or (f"{body['resourceType']}/{body['id']}" if body.get("id") else ""))


def _may_count(body: Json, first: date, last: date) -> bool:
    """Whether an Observation's day is one that some row may use, or is not told by itself.

    What this leaves out, the rules of the import would leave out as well, after checking each as FHIR.
    """
    moment = effective(body)
    # a panel tells the day of what it holds
    return moment is None or "hasMember" in body or first <= moment.day <= last


def _known_at(bundle: Bundle, day: date) -> Bundle:
    """Without medicine that was written down after the day: what is active now may not have been begun then."""
    kept = [r for r in bundle.resources if r.kind not in _MEDICATION or not _is_after(r, day)]
    return bundle if len(kept) == len(bundle.resources) else replace(bundle, resources=tuple(kept))


def _is_after(resource: Resource, day: date) -> bool:
    period: Json = resource.body.get("effectivePeriod") or {}
    told = (resource.body.get("authoredOn"), resource.body.get("effectiveDateTime"), period.get("start"))
    begun: Moment | None = next((m for text in told if (m := read_moment(text)) is not None), None)
    return begun is not None and begun.day > day
