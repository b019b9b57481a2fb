"""The one service: how it describes itself, what it asks the client to send, and how a request is checked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from riskmodels.errors import CareRiskError, FileError
from riskmodels.interop.fhir.bundle import has_next
from riskmodels.interop.fhir.codes import PANELS, measurements
from riskmodels.interop.fhir.safe_json import read_json
from riskmodels.interop.fhir.types import Json
from riskmodels.vocabulary import GROUPS, VOCABULARY

HOOK = "patient-view"
SERVICE = "carerisk-risk"
TITLE = "CareRisk: risk of diabetes and cardiovascular disease"
DESCRIPTION = (
    "States diagnostic criteria that measured values meet, and estimates the risk of undiagnosed diabetes and of "
    "cardiovascular disease in 10 years from whatever of the patient is known, with interval and definition. "
    "Works on prefetched data only: it never calls the FHIR server."
)
USAGE = "All prefetch templates have to be sent; without the patient, any observations or conditions it answers 412."
#: results of a group asked for, the newest first
_EACH = 40
#: entries that are read at most; the templates ask for less than half as many
MOST_ENTRIES = 3000
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_USER = re.compile(r"(Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9\-.]{1,64}")
_OBSERVATIONS = "observations_"
#: lists without which no card is given, and lists whose absence is remarked on
_CONDITIONS, _MEDICATION = "conditions", ("medication_requests", "medication_statements")
_LISTS = {
    _CONDITIONS: "Condition?patient={{context.patientId}}&_count=500",
    "medication_requests": "MedicationRequest?patient={{context.patientId}}&status=active&_count=200"
    "&_include=MedicationRequest:medication",
    "medication_statements": "MedicationStatement?patient={{context.patientId}}&_count=200"
    "&_include=MedicationStatement:medication",
}


class RequestError(CareRiskError):
    """A request that cannot be answered.

    Args:
        status: HTTP status.
        message: why, for the client.
        missing: prefetch keys that were needed.
    """

    def __init__(self, status: int, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message, log=f"cds request refused: {status}")
        self.status, self.missing = status, missing


@dataclass(frozen=True)
class Asked:
    """A request that can be answered.

    Args:
        bundle: the prefetched resources as one FHIR Bundle.
        deceased: whether the patient is recorded as deceased.
        notes: what was not sent.
    """

    bundle: Json = field(repr=False)
    deceased: bool
    notes: tuple[str, ...] = ()


def prefetch() -> dict[str, str]:
    """The prefetch templates: one search a clinical group, so that frequent results do not push out rare ones."""
    templates = {"patient": "Patient/{{context.patientId}}"}
    for group in GROUPS:
        codes = _codes(group.name)
        if codes:
            search = f"Observation?patient={{{{context.patientId}}}}&code={','.join(codes)}&_sort=-date&_count={_EACH}"
            templates[f"{_OBSERVATIONS}{group.name}"] = search
    return templates | _LISTS


def _codes(group: str) -> list[str]:
    """LOINC codes of a group that a value is read from; age and sex stand in the Patient."""
    own = [
        code
        for code, m in measurements().items()
        if not m.use and m.variable in VOCABULARY and VOCABULARY[m.variable].group == group
        if m.variable not in ("age", "sex")
    ]
    return own + (sorted(PANELS) if group in ("pressure",) else [])


def discovery() -> dict[str, Any]:
    """The answer of the discovery endpoint."""
    service = {
        "hook": HOOK,
        "id": SERVICE,
        "title": TITLE,
        "description": DESCRIPTION,
        "usageRequirements": USAGE,
        "prefetch": prefetch(),
    }
    return {"services": [service]}


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        RequestError: 400 when it is none, or made to do harm.
    """
    try:
        return read_json(body)
    except FileError as error:
        raise RequestError(400, error.message.replace("The file", "The body")) from None


def read_request(body: bytes) -> Asked:
    """Check a call of the service and join what was prefetched.

    Raises:
        RequestError: 400 when it is malformed, 412 when data are missing that are needed.
    """
    request = read_object(body)
    _require(request.get("hook") == HOOK, f"hook has to be {HOOK}.")
    _require(is_uuid(request.get("hookInstance")), "hookInstance has to be a UUID.")
    context = request.get("context")
    if not isinstance(context, dict):
        raise RequestError(400, "context has to be an object.")
    number, user = context.get("patientId"), context.get("userId")
    _require(isinstance(number, str) and bool(_ID.fullmatch(number)), "context.patientId has to be a FHIR id.")
    _require(
        isinstance(user, str) and bool(_USER.fullmatch(user)),
        "context.userId has to be Practitioner/…, PractitionerRole/…, Patient/… or RelatedPerson/….",
    )
    sent = request.get("prefetch")
    _require(sent is None or isinstance(sent, dict), "prefetch has to be an object.")
    return _joined(sent or {}, str(number), request.get("fhirServer"))


def is_uuid(value: object) -> bool:
    """Whether it is a UUID as text."""
    try:
        return isinstance(value, str) and len(value) <= 45 and bool(uuid.UUID(value))
    except ValueError:
        return False


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise RequestError(400, message)


def _joined(sent: Mapping[str, Any], number: str, server: object) -> Asked:
    patient, lists = _resource(sent, "patient", "Patient"), {}
    for key in prefetch():
        if key != "patient" and (found := _resource(sent, key, "Bundle")) is not None:
            lists[key] = found
    observed = [key for key in lists if key.startswith(_OBSERVATIONS)]
    missing = tuple(
        name
        for name, there in (("patient", patient), ("observations_*", observed), (_CONDITIONS, _CONDITIONS in lists))
        if not there
    )
    if patient is None or missing:
        raise RequestError(412, f"Prefetched data are missing: {', '.join(missing)}.", missing)
    _require(patient.get("id") == number, "The prefetched Patient is not the patient of the context.")
    sent_of = [_entry(entry) for found in lists.values() for entry in _entries(found)]
    resources = [_placed(patient, number, server, sent_of), *sent_of]
    if len(resources) > MOST_ENTRIES:
        raise RequestError(413, f"More than {MOST_ENTRIES:,} resources were sent: keep to the _count of the templates.")
    document = {"resourceType": "Bundle", "type": "collection", "entry": resources}
    deceased = bool(patient.get("deceasedBoolean") or patient.get("deceasedDateTime"))
    return Asked(document, deceased, tuple(_notes(lists)))


def _resource(sent: Mapping[str, Any], key: str, kind: str) -> dict[str, Any] | None:
    """What was prefetched under a key; None where the client could not get it."""
    found = sent.get(key)
    if found is None:
        return None
    _require(isinstance(found, dict), f"prefetch.{key} has to be a FHIR resource.")
    if found.get("resourceType") == "OperationOutcome":
        return None
    _require(found.get("resourceType") == kind, f"prefetch.{key} has to be a {kind}.")
    return dict(found)


def _entries(found: Mapping[str, Any]) -> list[Any]:
    entries = found.get("entry", [])
    if not isinstance(entries, list):
        raise RequestError(400, "Bundle.entry has to be a list.")
    return entries


def _entry(entry: object) -> dict[str, Any]:
    """Address and resource alone: the rest of a search result has no place in a collection."""
    if not isinstance(entry, dict):
        raise RequestError(400, "Every entry of a Bundle has to be an object.")
    return {name: entry[name] for name in ("fullUrl", "resource") if name in entry}


def _placed(patient: Json, number: str, server: object, entries: Iterable[Json]) -> Json:
    """The entry of the Patient, with its address: a subject on another server is another patient, whatever its id.

    The server is the one the call names, else the one that all searches were answered by; where neither is told an
    address cannot be compared and the id has to do.
    """
    bases = {server.rstrip("/")} if _is_address(server) else {_base(entry) for entry in entries} - {""}
    if len(bases) > 1:
        raise RequestError(400, "The resources are of several servers: say by fhirServer which is the patient's.")
    entry: Json = {"resource": patient}
    return entry | {"fullUrl": f"{bases.pop()}/Patient/{number}"} if bases else entry


def _base(entry: Json) -> str:
    """Address of the server that holds a resource of a patient; empty where it is not told."""
    url, resource = entry.get("fullUrl"), entry.get("resource")
    of_patient = isinstance(resource, dict) and "subject" in resource
    return url.rsplit("/", 2)[0] if of_patient and _is_address(url) else ""


def _is_address(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and text.startswith(("https://", "http://"))


def _notes(lists: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What was not sent, or only in part, and so counts as unknown."""
    absent = [g.label for g in GROUPS if _codes(g.name) and f"{_OBSERVATIONS}{g.name}" not in lists]
    notes = [f"results of these groups were not sent and count as unknown: {', '.join(absent)}"] if absent else []
    if not set(_MEDICATION) & set(lists):
        notes.append("medication was not sent and counts as unknown")
    cut = [key for key, found in lists.items() if not key.startswith(_OBSERVATIONS) and has_next(found)]
    return notes + [f"only the first page of {key.replace('_', ' ')} was sent" for key in cut]
