"""When an Observation was that does not say so itself: what holds it in the bundle tells.

Asked in this order: the specimen's collection, a panel's Observation, the DiagnosticReport, the Observation's own date
of issue, that of the report, the Encounter, and last the time at which the bundle was put together. A bundle that
answers a search or tells a history is put together whenever it is asked for, so its time says nothing and is not used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from riskmodels.interop.fhir.bundle import Resource, contained_url, names_of
from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.subject import Subject
from riskmodels.interop.fhir.types import Json

_UNKNOWN = "when it was measured is not told"
_ISSUED = f"the date is that of the report; {_UNKNOWN}"
_NOT_FINAL = frozenset({"entered-in-error", "cancelled"})
#: bundles whose time is that of the request
_ASKED_FOR = frozenset({"searchset", "history", "transaction-response", "batch-response"})
#: reports and panels of one Observation that are looked at; real ones are held by one or two
_MOST_HOLDERS = 20
_KINDS = frozenset({"DiagnosticReport", "Encounter", "Specimen", "Observation"})


@dataclass
class Holders:
    """What else in a bundle tells when an Observation was.

    Args:
        by_name: resources by each name that a reference may have for them.
        holding: DiagnosticReports and panels, each with its address, by the name of what they hold.
        together: when the bundle was put together; None where that says nothing.
    """

    by_name: dict[str, Json] = field(default_factory=dict, repr=False)
    holding: dict[str, list[tuple[str, Json]]] = field(default_factory=dict, repr=False)
    together: Moment | None = field(default=None, repr=False)

    @classmethod
    def of(cls, document: Json, subject: Subject) -> Holders:
        """Those of a document that are about the patient, or name nobody.

        Args:
            document: the bundle; its entries need not be valid FHIR, since nothing but dates and references is read.
            subject: of the bundle.
        """
        found = cls()
        if str(document.get("type")) not in _ASKED_FOR:
            found.together = read_moment(document.get("timestamp"))
        entries = document.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            body = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(body, dict) and str(body.get("resourceType")) in _KINDS and _is_own(body, subject):
                found._add(body, str(entry.get("fullUrl") or ""))
        return found

    def _add(self, body: Json, url: str) -> None:
        kind = str(body["resourceType"])
        for name in names_of(kind, url, body):
            self.by_name.setdefault(name, body)
        if str(body.get("status")) in _NOT_FINAL or kind not in ("DiagnosticReport", "Observation"):
            return
        for reference in _references(body.get("result" if kind == "DiagnosticReport" else "hasMember")):
            name = contained_url(kind, url, body, reference[1:]) if reference.startswith("#") else reference
            held_by = self.holding.setdefault(name, [])
            if len(held_by) < _MOST_HOLDERS:
                held_by.append((url, body))

    def moment_of(self, resource: Resource) -> tuple[Moment | None, str]:
        """When an Observation without an effective time was, and whose date that is, in words.

        Args:
            resource: the Observation.
        """
        return next(((moment, words) for moment, words in self._told(resource) if moment), (None, ""))

    def _told(self, resource: Resource) -> Iterator[tuple[Moment | None, str]]:
        body = resource.body
        held = self._holding(names_of(resource.kind, resource.url, body))
        panels = [h for h in held if h["resourceType"] == "Observation"]
        reports = [h for h in held if h["resourceType"] == "DiagnosticReport"]
        for specimen in self._referred(body, [body.get("specimen")]):
            collected = specimen.get("collection")
            words = "the date is that of its specimen's collection"
            yield effective(collected if isinstance(collected, dict) else {}, "collected"), words
        for panel in panels:
            yield effective(panel), "the date is that of the panel it belongs to"
        for report in reports:
            yield effective(report), f"the date is that of its DiagnosticReport; {_UNKNOWN}"
        yield read_moment(body.get("issued")), _ISSUED
        for report in reports:
            yield read_moment(report.get("issued")), _ISSUED
        for holder in (body, *reports):
            for visit in self._referred(holder, [holder.get("encounter")]):
                yield _visited(visit)
        yield self.together, "the date is that of the whole bundle: it was measured then or earlier"

    def _holding(self, names: Iterable[str]) -> list[Json]:
        """What holds a resource, each once, and what holds that in turn: a report a panel, the panel its members."""
        waiting, found = deque(names), dict[int, Json]()
        while waiting and len(found) < _MOST_HOLDERS:
            for url, holder in self.holding.get(waiting.popleft(), ()):
                if id(holder) not in found:
                    found[id(holder)] = holder
                    waiting.extend(names_of(str(holder["resourceType"]), url, holder))
        return list(found.values())

    def _referred(self, body: Json, told: Iterable[Any]) -> Iterator[Json]:
        """The resources that references of a resource lead to, inside it or in the bundle."""
        contained = body.get("contained")
        inside = [c for c in contained if isinstance(c, dict)] if isinstance(contained, list) else []
        for reference in _references(list(told)):
            if reference.startswith("#"):
                yield from (c for c in inside if c.get("id") == reference[1:])
            elif reference in self.by_name:
                yield self.by_name[reference]


def effective(body: Json, what: str = "effective") -> Moment | None:
    """When something was: its time, else the end of its period, else the start, else the last of its times.

    Args:
        body: the resource.
        what: beginning of the element's name: ``effective``, ``collected``, ``performed``.
    """
    period, timing = body.get(f"{what}Period"), body.get(f"{what}Timing")
    ends = (period.get("end"), period.get("start")) if isinstance(period, dict) else ()
    events = timing.get("event") if isinstance(timing, dict) else None
    last = events[-1:] if isinstance(events, list) else ()
    told = (body.get(f"{what}DateTime"), body.get(f"{what}Instant"), *ends, *last)
    return read_moment(next((text for text in told if text is not None), None))


def _visited(visit: Json) -> tuple[Moment | None, str]:
    """The first day of an Encounter, R4 or R5: of a long stay no value may look newer than it is."""
    period = visit.get("period") or visit.get("actualPeriod")
    if not isinstance(period, dict):
        return None, ""
    first, last = read_moment(period.get("start")), read_moment(period.get("end"))
    until = f", which lasted until {last.text}" if first and last and last.day != first.day else ""
    return first or last, f"the date is that of the visit (Encounter){until}; {_UNKNOWN}"


def _references(told: Any) -> Iterator[str]:
    for one in told if isinstance(told, list) else ():
        reference = one.get("reference") if isinstance(one, dict) else None
        if isinstance(reference, str):
            yield reference.partition("/_history/")[0]


def _is_own(body: Json, subject: Subject) -> bool:
    told = body.get("subject")
    return not isinstance(told, dict) or not (told.get("reference") or told.get("identifier")) or _is_of(body, subject)


def _is_of(body: Json, subject: Subject) -> bool:
    try:
        return subject.is_of(body)
    except AttributeError:  # its subject is no reference
        return False
