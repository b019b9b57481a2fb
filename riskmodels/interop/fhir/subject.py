"""Whom a bundle is about: one patient, with age and sex; what belongs to somebody else is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as shown
from datetime import date

from riskmodels.errors import InputError
from riskmodels.interop.fhir.bundle import Bundle, Resource
from riskmodels.interop.fhir.dates import completed_years, read_moment
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Found, Json, Unused

_SEX = {"female": 0.0, "male": 1.0}
#: where a Patient tells the sex apart from the administrative one
_SEX_EXTENSIONS = ("us-core-birthsex", "us-core-sex", "patient-sexParameterForClinicalUse")
_LETTERS = {"f": "female", "m": "male"}
_SEX_WORDS = {"248152002": "female", "248153007": "male", "female-typical": "female", "male-typical": "male"}


@dataclass(frozen=True)
class Subject:
    """The patient of a bundle.

    Args:
        reference: as other resources name the patient.
        names: every reference that means the same patient.
        identifiers: (system, value) pairs that mean the same patient.
        body: the Patient resource; None where the bundle has none.
        url: fullUrl of the Patient.
    """

    reference: str = shown(repr=False)
    names: frozenset[str] = shown(repr=False)
    identifiers: frozenset[tuple[str, str]] = shown(repr=False)
    body: Json | None = shown(repr=False)
    url: str = shown(repr=False)

    def is_of(self, body: Json) -> bool:
        """Whether a resource is about this patient."""
        subject = body.get("subject") or {}
        reference = _plain(subject.get("reference"))
        if reference:
            return reference in self.names or self._is_elsewhere(reference)
        identifier = subject.get("identifier") or {}
        return (str(identifier.get("system", "")), str(identifier.get("value", ""))) in self.identifiers

    def _is_elsewhere(self, reference: str) -> bool:
        """An absolute address of a Patient whose own entry has none."""
        own = f"/{self.reference}"
        return reference.startswith("http") and not self.url.startswith("http") and reference.endswith(own)


def subject_of(bundle: Bundle) -> Subject:
    """The one patient of a bundle.

    Raises:
        InputError: when there is none, or more than one.
    """
    patients = bundle.of("Patient")
    if len(patients) > 1:
        raise InputError(
            f"The bundle holds {len(patients)} patients; one is needed.", hint="Ask for the bundle of one patient."
        )
    if patients:
        return _from_patient(patients[0])
    if any(problem.what == "Patient" for problem in bundle.problems):
        fault = next(problem.reason for problem in bundle.problems if problem.what == "Patient")
        raise InputError(f"The Patient in the bundle is {fault}.", hint="Ask the sender for a corrected file.")
    return _from_references(bundle)


def _from_patient(patient: Resource) -> Subject:
    number = str(patient.body.get("id") or "")
    reference = f"Patient/{number}" if number else patient.url
    names = frozenset(name for name in (_plain(patient.url), reference) if name)
    pairs = (i for i in patient.body.get("identifier", []) if i.get("value"))
    identifiers = frozenset((str(i.get("system", "")), str(i["value"])) for i in pairs)
    # resources of one bundle name the patient by the entry's address where it has one
    named = patient.url if patient.url.startswith("urn:") or not number else reference
    return Subject(named, names, identifiers, patient.body, patient.url)


def _from_references(bundle: Bundle) -> Subject:
    used = bundle.of("Observation", "Condition", "Procedure", "MedicationStatement", "MedicationRequest")
    names = {name for r in used if (name := _plain((r.body.get("subject") or {}).get("reference")))}
    if not names:
        raise InputError(
            "The bundle holds no patient and nothing that names one.", hint="Ask for a bundle with its Patient."
        )
    if len(names) > 1:
        raise InputError(
            f"The bundle tells of {len(names)} different patients; one is needed.",
            hint="Ask for the bundle of one patient.",
        )
    return Subject(next(iter(names)), frozenset(names), frozenset(), None, "")


def _plain(reference: object) -> str:
    """A reference without the version it points at."""
    return str(reference).partition("/_history/")[0] if isinstance(reference, str) else ""


def identity_of(subject: Subject) -> Mapping[str, str]:
    """What an answer needs to be about the same patient: id, address, gender, birth date. No name, no identifier."""
    body = subject.body or {}
    kept = {name: str(body[name]) for name in ("id", "gender", "birthDate") if body.get(name)}
    return kept | ({"fullUrl": subject.url} if subject.url else {})


def read_demographics(subject: Subject, today: date) -> tuple[dict[str, Found], list[Unused], list[str]]:
    """Age and sex from the Patient resource, what of it is not used, and remarks."""
    if subject.body is None:
        return {}, [], ["The bundle holds no Patient: age and sex have to be entered."]
    found: dict[str, Found] = {}
    problems: list[Unused] = []
    for read in (_age(subject.body, today), _sex(subject.body)):
        if isinstance(read, Found):
            found[read.name] = read
        else:
            problems.append(read)
    dead = subject.body.get("deceasedBoolean") or subject.body.get("deceasedDateTime")
    return found, problems, ["The patient is recorded as deceased."] if dead else []


def _age(body: Json, today: date) -> Found | Unused:
    """Completed years. Of a birth date without a day, the age that is sure to be reached, with a remark."""
    text = str(body.get("birthDate") or "")
    born = read_moment(text)
    if born is None:
        return Unused("Age", "", None, "no date of birth is given", "age")
    if born.day > today:
        return Unused("Age", f"born {text}", None, "the date of birth lies in the future", "age")
    oldest = completed_years(born.day, today)
    surest = max(0, completed_years(born.last_day, today))
    remark = f"born {text}: {surest} or {oldest}; correct it if needed" if surest != oldest else ""
    code = Code("", "Patient.birthDate", "Date of birth")
    return Found("age", float(surest), "years", f"born {text}", None, "", code, remark)


def _sex(body: Json) -> Found | Unused:
    gender = str(body.get("gender") or "")
    others = {word for word in _clinical_sexes(body.get("extension", [])) if word}
    if gender not in _SEX:
        told = f"the gender is told as {tidy(gender, 20)}" if gender else "no gender is given"
        return Unused("Sex", tidy(gender, 20), None, f"{told}; choose the sex that reference ranges go by", "sex")
    if others - {gender}:
        other = " and ".join(sorted(others - {gender}))
        reason = f"the gender is {gender}, but sex at birth or for clinical use is {other}; choose it"
        return Unused("Sex", gender, None, reason, "sex")
    return Found("sex", _SEX[gender], "", gender, None, "", Code("", "Patient.gender", "Administrative gender"))


def _clinical_sexes(extensions: Iterable[Json]) -> Iterable[str]:
    for extension in extensions:
        url = str(extension.get("url", ""))
        if url.rpartition("/")[2] in _SEX_EXTENSIONS:
            yield _sex_word(extension.get("valueCode"))
            yield from (_sex_word(c.get("code")) for c in _codings(extension))
            yield from (_sex_word(c.get("code")) for inner in extension.get("extension", []) for c in _codings(inner))


def _codings(extension: Json) -> list[Json]:
    concept = extension.get("valueCodeableConcept") or {}
    return [*concept.get("coding", []), *([extension["valueCoding"]] if extension.get("valueCoding") else [])]


def _sex_word(code: object) -> str:
    text = str(code or "").lower()
    return _SEX_WORDS.get(text, _LETTERS.get(text, ""))
