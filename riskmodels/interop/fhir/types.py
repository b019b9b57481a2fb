"""What a FHIR bundle says of one patient, in the terms of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as shown
from datetime import date
from enum import StrEnum
from typing import Any

from riskmodels.interop.fhir.dates import Moment
from riskmodels.scores.inputs import variable_of

#: a FHIR resource, data type or document as plain JSON
Json = dict[str, Any]


class Version(StrEnum):
    """FHIR versions that are read and written."""

    R4 = "R4"
    R5 = "R5"


@dataclass(frozen=True)
class Code:
    """A code as reported: system URI, code, and the sender's words for it."""

    system: str
    code: str
    text: str = ""


class Dated:
    """Something with a moment; None where not told."""

    moment: Moment | None

    @property
    def day(self) -> date | None:
        """The first day it can have been."""
        return self.moment.day if self.moment else None

    @property
    def when(self) -> str:
        """The date as exactly as it was told; empty where it was not."""
        return self.moment.text if self.moment else ""


@dataclass(frozen=True)
class Found(Dated):
    """One variable that the bundle tells.

    Args:
        name: of the variable.
        value: canonical unit, or the code of a choice.
        unit: symbol of the unit it was reported in; empty for choices.
        reported: value and unit as reported, or the answer in words.
        moment: of the measurement or the diagnosis; None where not told.
        status: of the resource, in its own words.
        code: what it was reported under.
        remark: what to look at before relying on it; empty where nothing.
    """

    name: str
    value: float = shown(repr=False)
    unit: str
    reported: str = shown(repr=False)
    moment: Moment | None = shown(repr=False)
    status: str
    code: Code
    remark: str = shown(default="", repr=False)

    @property
    def label(self) -> str:
        """Label of the variable."""
        return variable_of(self.name).label

    def remarked(self, remark: str) -> Found:
        """The same with a further remark."""
        return replace(self, remark="; ".join(text for text in (self.remark, remark) if text))


@dataclass(frozen=True)
class Unused(Dated):
    """Something that was found and is not used.

    Args:
        what: the variable's label, or the kind of resource.
        reported: value as reported; empty where there is none.
        moment: its date; None where not told.
        reason: why it is not used, a phrase.
        name: of the variable; empty where it concerns none.
        count: how often.
    """

    what: str
    reported: str = shown(repr=False)
    moment: Moment | None = shown(repr=False)
    reason: str = shown(repr=False)
    name: str = ""
    count: int = 1


@dataclass(frozen=True)
class UnknownCode:
    """A code that no variable is read from, and how often it stands in the bundle."""

    code: Code
    count: int


@dataclass(frozen=True)
class FhirPatient:
    """One patient as a bundle tells it.

    Args:
        version: FHIR version the bundle was read as.
        subject: reference of the patient, e.g. ``Patient/123``.
        identity: id, fullUrl, gender and birthDate of the Patient resource, where there is one; nothing else is kept.
        found: what is known, by variable.
        problems: what was found and not used.
        unknown: codes that no variable is read from, the most frequent first.
        remarks: about the bundle as a whole.
    """

    version: Version
    subject: str = shown(repr=False)
    identity: Mapping[str, str] = shown(repr=False)
    found: Mapping[str, Found]
    problems: tuple[Unused, ...]
    unknown: tuple[UnknownCode, ...]
    remarks: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, float]:
        """Canonical values by variable."""
        return {name: found.value for name, found in self.found.items()}

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol each number was reported in, by variable."""
        return {name: found.unit for name, found in self.found.items() if found.unit}
