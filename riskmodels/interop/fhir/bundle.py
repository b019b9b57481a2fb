"""An untrusted FHIR bundle → its resources, each checked by fhir.resources as R4 (parsed as R4B) or R5.

Only the kinds of resource below are looked at. Nothing is fetched: a reference counts only inside the bundle.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as shown
from functools import cache, cached_property
from typing import Any

from riskmodels.errors import FileError
from riskmodels.interop.fhir.codes import codes_of, meaning_of
from riskmodels.interop.fhir.components import are_plain, is_plain
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Json, Unused, Version
from riskmodels.runtime.progress import Tell, silent

MAX_ENTRIES = 20_000
#: resources that are checked: about a millisecond each
MAX_CHECKED = 5_000
#: elements of one resource; real ones have a few hundred
MAX_ELEMENTS = 5_000
#: components of one Observation, and of all of them; panels of a laboratory have up to a hundred
MAX_COMPONENTS, MAX_ALL_COMPONENTS = 400, 60_000
#: resources that are read
KINDS = frozenset("Patient Observation Condition Procedure MedicationStatement MedicationRequest Medication".split())
#: resources between two words on how far it is
_TOLD_EVERY = 50
_ASK = "Ask for a FHIR Bundle in JSON (R4 or R5) with one Patient."
_FAULTS = {"missing": "is missing", "extra_forbidden": "is not an element of it"}


@dataclass(frozen=True)
class Resource:
    """One resource of a bundle that passed the check.

    Args:
        kind: its resourceType.
        url: fullUrl of its entry; may be empty.
        body: the resource.
        place: position in the bundle, from 1.
    """

    kind: str
    url: str = shown(repr=False)
    body: Json = shown(repr=False)
    place: int


@dataclass(frozen=True)
class Bundle:
    """The resources of a bundle, the version they were read as, and what was wrong with others."""

    version: Version
    resources: tuple[Resource, ...]
    problems: tuple[Unused, ...]
    remarks: tuple[str, ...]

    def of(self, *kinds: str) -> list[Resource]:
        """Resources of some kinds, in the order of the bundle."""
        return [r for r in self.resources if r.kind in kinds]

    @cached_property
    def medications(self) -> Mapping[str, Json]:
        """Medications by each name that a reference may have for them; of a name that stands twice, the first."""
        found: dict[str, Json] = {}
        for resource in self.of("Medication"):
            for name in (resource.url, f"Medication/{resource.body.get('id')}"):
                found.setdefault(name, resource.body)
        return found


@cache
def model_of(kind: str, version: Version) -> Any:
    """The class of fhir.resources for a resource; imported on first use (0.3 s)."""
    if version is Version.R4:
        from fhir.resources.R4B import get_fhir_model_class as find
    else:
        from fhir.resources import get_fhir_model_class as find
    return find(kind)


def open_bundle(document: Json, tell: Tell = silent) -> Bundle:
    """Check a document and sort its resources.

    Args:
        document: the file, of :func:`riskmodels.interop.fhir.safe_json.read_json`.
        tell: told how far it is.

    Raises:
        FileError: when it is no bundle that can be read, or larger than what is read.
    """
    entries = _entries(document)
    raw = [resource for place, entry in enumerate(entries, 1) for resource in _resources(entry, place)]
    _refuse_too_many(raw)
    raw, replaced = _newest_versions(raw)
    version, checked, problems = _choose_version(raw, tell)
    _check_shell(document, version)
    remarks = [f"{replaced} older versions of the same resources were left out."] if replaced else []
    if has_next(document):
        remarks.append("The bundle is one page of several (it links to a next one): newer values may be missing.")
    return Bundle(version, tuple(checked), tuple(problems), tuple(remarks))


def _entries(document: Json) -> list[Any]:
    kind = document.get("resourceType")
    if kind != "Bundle":
        found = f"a FHIR {tidy(kind, 40)}" if isinstance(kind, str) else "JSON, but no FHIR resource"
        raise FileError(f"The file holds {found}; a Bundle is needed.", hint=_ASK)
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise FileError("Bundle.entry is not a list.", hint=_ASK)
    if len(entries) > MAX_ENTRIES:
        raise FileError(
            f"The bundle has {len(entries):,} entries; up to {MAX_ENTRIES:,} are read.",
            hint="Ask for the resources of one patient and of the last years only.",
        )
    return entries


def _refuse_too_many(raw: Sequence[Resource]) -> None:
    if len(raw) > MAX_CHECKED:
        raise FileError(
            f"The bundle has {len(raw):,} observations, diagnoses and medicines; up to {MAX_CHECKED:,} are read.",
            hint="Ask for those of the last years only.",
        )
    parts = sum(_components(resource.body) for resource in raw)
    if parts > MAX_ALL_COMPONENTS:
        raise FileError(
            f"The observations of the bundle have {parts:,} components; up to {MAX_ALL_COMPONENTS:,} are read.",
            hint="Ask for those of the last years only.",
        )


def _components(body: Json) -> int:
    parts = body.get("component")
    return len(parts) if isinstance(parts, list) else 0


def _resources(entry: Any, place: int) -> Iterator[Resource]:
    """The resource of an entry, where it is of a kind that is read; of a report, the Observations inside it."""
    body = entry.get("resource") if isinstance(entry, dict) else None
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(kind, str):
        return
    told = entry.get("fullUrl")
    url = told if isinstance(told, str) else ""
    if kind == "DiagnosticReport":
        yield from _contained(body, url, place)
    elif kind in KINDS and (kind != "Procedure" or _is_known(body)):
        yield Resource(kind, url, body, place)


def _contained(report: Json, url: str, place: int) -> Iterator[Resource]:
    """The Observations inside a DiagnosticReport: of its patient, and no more final than it is."""
    inside = report.get("contained")
    for body in inside if isinstance(inside, list) else ():
        if isinstance(body, dict) and body.get("resourceType") == "Observation":
            undone = {"status": report["status"]} if report.get("status") in ("entered-in-error", "cancelled") else {}
            subject = {"subject": report["subject"]} if "subject" in report and "subject" not in body else {}
            number = contained_url("DiagnosticReport", url, report, str(body.get("id")))
            yield Resource("Observation", number, {**body, **subject, **undone}, place)


def names_of(kind: str, url: str, body: Json) -> tuple[str, ...]:
    """Each name that a reference may have for a resource: its address, and its kind with its id."""
    number = body.get("id")
    named = f"{kind}/{number}" if isinstance(number, str) and number and "#" not in url else ""
    return tuple(dict.fromkeys(name for name in (url, named) if name))


def contained_url(kind: str, url: str, body: Json, number: str) -> str:
    """What a resource inside another is called here: the other's name, and its own id behind a #."""
    return f"{next(iter(names_of(kind, url, body)), kind)}#{number}"


def _is_known(procedure: Json) -> bool:
    """Whether anything is read from a procedure: a record has hundreds, of which hardly one is asked for."""
    concept = procedure.get("code")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return isinstance(codings, list) and any(meaning_of(code) is not None for code in codes_of({"coding": codings}))


def _newest_versions(raw: Sequence[Resource]) -> tuple[list[Resource], int]:
    """One version of each resource, the one updated last: a history holds all of them."""
    newest: dict[str, Resource] = {}
    for resource in raw:
        name = resource.url or f"{resource.kind}/{resource.body.get('id') or f'#{resource.place}'}"
        if name not in newest or _updated(resource) >= _updated(newest[name]):
            newest[name] = resource
    return list(newest.values()), len(raw) - len(newest)


def _updated(resource: Resource) -> str:
    meta = resource.body.get("meta")
    updated = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return updated if isinstance(updated, str) else ""


def _choose_version(raw: Sequence[Resource], tell: Tell) -> tuple[Version, list[Resource], list[Unused]]:
    """R4 where every resource is valid R4; else the version in which fewer are invalid, R4 on a tie."""
    checked, problems = _check_all(raw, Version.R4, tell)
    if not problems:
        return Version.R4, checked, problems
    valid = {resource.place for resource in checked}
    doubtful = [resource for resource in raw if resource.place not in valid]
    if not _check_all(doubtful, Version.R5, tell)[0]:
        return Version.R4, checked, problems
    checked_5, problems_5 = _check_all(raw, Version.R5, tell)
    if _amount(problems_5) < _amount(problems):
        return Version.R5, checked_5, problems_5
    return Version.R4, checked, problems


def _amount(problems: Sequence[Unused]) -> int:
    return sum(problem.count for problem in problems)


def _check_all(raw: Sequence[Resource], version: Version, tell: Tell) -> tuple[list[Resource], list[Unused]]:
    checked, wrong = [], Counter[tuple[str, str]]()
    for place, resource in enumerate(raw):
        if place % _TOLD_EVERY == 0:
            tell(place / len(raw), f"{place:,} of {len(raw):,} resources checked as FHIR {version}")
        body, fault = _check(resource.kind, resource.body, version)
        if body is None:
            wrong[resource.kind, fault] += 1
        else:
            checked.append(Resource(resource.kind, resource.url, body, resource.place))
    return checked, [
        Unused(kind, "", None, f"not valid FHIR {version}: {fault}", count=n) for (kind, fault), n in wrong.items()
    ]


def _check(kind: str, body: Json, version: Version) -> tuple[Json | None, str]:
    """The resource as fhir.resources writes it again, with every element of its right type; or what is wrong."""
    if _components(body) > MAX_COMPONENTS:
        return None, f"it has {_components(body):,} components; up to {MAX_COMPONENTS:,} are read"
    if _is_larger(body):
        return None, f"it has more than {MAX_ELEMENTS:,} elements"
    if kind == "Observation" and is_plain(body):
        return body, ""
    plain = kind == "Observation" and "component" in body and are_plain(body["component"])
    rest = {name: value for name, value in body.items() if name != "component"} if plain else body
    try:
        model = model_of(kind, version).model_validate(rest)
        checked: Json = json.loads(model.model_dump_json())
    except Exception as error:  # whatever a validator of another project says of a hostile file, it is not valid
        return None, _fault(error)
    return ({**checked, "component": body["component"]} if plain else checked), ""


def _is_larger(body: Json) -> bool:
    """Whether a resource has more elements than any real one."""
    waiting: list[Any] = [body]
    count = 0
    while waiting and count <= MAX_ELEMENTS:
        node = waiting.pop()
        children = node.values() if isinstance(node, dict) else node
        count += len(children)
        waiting += [child for child in children if isinstance(child, dict | list)]
    return count > MAX_ELEMENTS


def _fault(error: Exception) -> str:
    """Where the first fault lies and what it is, without the value."""
    details = getattr(error, "errors", None)
    if details is None:
        return "it cannot be read"
    first: Mapping[str, Any] = next(iter(details(include_input=False, include_url=False)), {})
    place = ".".join(tidy(part, 30) for part in first.get("loc", ()) if part != "root")
    return f"{tidy(place) or 'it'} {_FAULTS.get(str(first.get('type')), 'is wrong')}"


def _check_shell(document: Json, version: Version) -> None:
    shell = {name: value for name, value in document.items() if name != "entry"}
    body, fault = _check("Bundle", shell, version)
    if body is None:
        raise FileError(f"The bundle itself is not valid FHIR {version}: {fault}.", hint="Ask for a corrected file.")


def has_next(document: Mapping[str, Any]) -> bool:
    """Whether a Bundle is one page of several."""
    links = document.get("link")
    return isinstance(links, list) and any(isinstance(link, dict) and link.get("relation") == "next" for link in links)
