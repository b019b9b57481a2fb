"""Every file of an export → the store: each resource under the name of its patient, and all of them counted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from riskmodels.cohorts.fhir_bulk.counts import NOT_A_KIND, Counts, Refused
from riskmodels.cohorts.fhir_bulk.files import MAX_RESOURCE, Fault, Place, read_document, read_lines
from riskmodels.cohorts.fhir_bulk.names import name_of, names_of_patient, server_of, subject_of
from riskmodels.cohorts.fhir_bulk.store import Store, Stored
from riskmodels.interop.fhir.bundle import KINDS
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Json

#: kinds that are kept: those of the import, and what tells when an Observation was; encounters are visits, too
KEPT = KINDS | {"DiagnosticReport", "Encounter", "Specimen"}
_EVERY = 2.0
#: kinds beyond FHIR's hundred and fifty are counted together
_MOST_KINDS = 300


def read_export(files: Sequence[Path], store: Store, counts: Counts, tell: Callable[[str], None]) -> None:
    """Read every file once.

    Args:
        files: of the export.
        store: takes the resources.
        counts: added to.
        tell: told how far it is, every other second.
    """
    reader = _Reader(store, counts)
    told = time.monotonic()
    for number, path in enumerate(files, 1):
        counts.files += 1
        for line, data in read_lines(path):
            reader.line(Place(number, line), data)
            if line % 100 == 0 and time.monotonic() - told >= _EVERY:
                told = time.monotonic()
                tell(f"{counts.lines.total():,} lines read, file {number:,} of {len(files):,}")


class _Reader:
    """Takes lines."""

    def __init__(self, store: Store, counts: Counts) -> None:
        self._store, self._counts = store, counts
        self._medications = 0

    def line(self, place: Place, data: bytes | Fault) -> None:
        """Count a line and keep what stands in it."""
        document = data if isinstance(data, Fault) else read_document(data)
        if isinstance(document, Fault):
            self._counts.lines[document.reason] += 1
            self._counts.list(Refused(place, "", document.reason))
        elif not document:
            self._counts.lines["blank"] += 1
        elif document["resourceType"] == "Bundle":
            self._counts.lines["a Bundle"] += 1
            self._bundle(place, document)
        else:
            self._counts.lines["one resource"] += 1
            self._resource(place, document, "", data if isinstance(data, bytes) else b"")

    def _bundle(self, place: Place, document: Json) -> None:
        entries = document.get("entry")
        for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
            body = entry.get("resource") if isinstance(entry, dict) else None
            gone = _deleted(entry)
            if gone:
                self._counts.entries["a deletion"] += 1
                self._store.delete(gone)
            elif not isinstance(body, dict) or not isinstance(body.get("resourceType"), str):
                self._counts.entries["without a resource"] += 1
            else:
                self._counts.entries["a resource"] += 1
                url = entry.get("fullUrl")
                packed = json.dumps(body, ensure_ascii=False).encode() if body["resourceType"] in KEPT else b""
                self._resource(place._replace(entry=number), body, url if isinstance(url, str) else "", packed)

    def _resource(self, place: Place, body: Json, url: str, data: bytes) -> None:
        kind, counts = body["resourceType"], self._counts
        if kind not in KEPT:
            counts.resources[self._known(kind), NOT_A_KIND] += 1
        elif len(data) > MAX_RESOURCE:
            counts.refuse(place, kind, f"it has more than {MAX_RESOURCE // 2**20} MB")
        elif kind == "Medication":
            self._medication(place, body, url, data)
        elif kind == "Patient":
            names = names_of_patient(body, url)
            if names:
                self._store.add_patient(names, Stored(kind, url, place, "", data))
            else:
                counts.refuse(place, kind, "it has neither id nor address")
        else:
            self._of_patient(place, body, url, data)

    def _of_patient(self, place: Place, body: Json, url: str, data: bytes) -> None:
        server = server_of(url)
        subject = subject_of(body, server)
        if not subject:
            self._counts.refuse(place, body["resourceType"], "it names no patient")
            return
        medication = name_of(_medication_reference(body), server)
        stored = Stored(body["resourceType"], url, place, medication, data)
        self._store.add(subject, _own_name(body, url), stored)

    def _medication(self, place: Place, body: Json, url: str, data: bytes) -> None:
        own = _own_name(body, url)
        if not own:
            self._counts.refuse(place, "Medication", "it has neither id nor address")
            return
        self._medications += 1
        self._counts.resources["Medication", ""] += 1
        number = body.get("id")
        names = [own, name_of(url), f"urn:uuid:{number}" if isinstance(number, str) else ""]
        self._store.add_medication([name for name in dict.fromkeys(names) if name], data, self._medications)

    def _known(self, kind: str) -> str:
        name = tidy(kind, 40)
        few = len(self._counts.resources) < _MOST_KINDS
        return name if name.isalpha() and (few or (name, NOT_A_KIND) in self._counts.resources) else "another kind"


def _own_name(body: Json, url: str) -> str:
    number = body.get("id")
    own = name_of(f"{body['resourceType']}/{number}", server_of(url)) if isinstance(number, str) else ""
    return own or name_of(url)


def _deleted(entry: object) -> str:
    """The name of a resource that an entry says is deleted; empty where it says nothing of the kind."""
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return ""
    url = entry.get("fullUrl") if isinstance(entry, dict) else None
    return name_of(request.get("url"), server_of(url)) or name_of(url)


def _medication_reference(body: Json) -> object:
    """In R4 beside the resource, in R5 inside ``medication``."""
    told = body.get("medication")
    reference = body.get("medicationReference") or (told.get("reference") if isinstance(told, dict) else None)
    return reference.get("reference") if isinstance(reference, dict) else None
