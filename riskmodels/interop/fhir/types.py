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


#: systems of codes that have a name of their own among people
SYSTEM_LABELS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
}


def system_label(system: str) -> str:
    """A code system as people call it: the last part of its address where it has no name here."""
    return SYSTEM_LABELS.get(system, system.rstrip("/").rpartition("/")[2])


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
        note: what of that has to be kept beside the value in a record and an export; empty where nothing.
        by_name: whether it stands on the name of a medicine alone and not on a code: a person confirms it.
    """

    name: str
    value: float = shown(repr=False)
    unit: str
    reported: str = shown(repr=False)
    moment: Moment | None = shown(repr=False)
    status: str
    code: Code
    remark: str = shown(default="", repr=False)
    note: str = shown(default="", repr=False)
    by_name: bool = False

    @property
    def label(self) -> str:
        """Label of the variable."""
        return variable_of(self.name).label

    @property
    def source(self) -> str:
        """The code it was reported under, with its system: ``LOINC 2093-3``; of the Patient the element in words."""
        if not self.code.system:
            return self.code.text
        return " ".join(part for part in (system_label(self.code.system), self.code.code) if part)

    def noted(self, note: str) -> Found:
        """The same with a further remark that is kept beside the value."""
        return replace(self.remarked(note), note="; ".join(text for text in (self.note, note) if text))

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
        anyway: the value, where it is refused for its method alone and a person may use it knowing that; else None.
    """

    what: str
    reported: str = shown(repr=False)
    moment: Moment | None = shown(repr=False)
    reason: str = shown(repr=False)
    name: str = ""
    count: int = 1
    anyway: Found | None = shown(default=None, repr=False)


@dataclass(frozen=True)
class UnknownCode:
    """A code that no variable is read from, and how often it stands in the bundle."""

    code: Code
    count: int


@dataclass(frozen=True)
class Dosage:
    """How a medicine is taken.

    Args:
        text: as the sender words it; empty where not told in words.
        amount: at a time, in ``unit``; None where not told.
        unit: of the amount: ``tablet``, ``mg``.
        times: how often a day; 0.5 for every other day; None where not told.
        as_needed: whether only when needed.
        route: in words and codes; empty where not told.
    """

    text: str = shown(default="", repr=False)
    amount: float | None = shown(default=None, repr=False)
    unit: str = shown(default="", repr=False)
    times: float | None = shown(default=None, repr=False)
    as_needed: bool = shown(default=False, repr=False)
    route: str = shown(default="", repr=False)

    @property
    def words(self) -> str:
        """The sender's words, else amount and frequency: ``1 tablet, 2 times a day``."""
        amount = f"{self.amount:g} {self.unit}".strip() if self.amount is not None else ""
        needed = "as needed" if self.as_needed else ""
        return self.text or ", ".join(part for part in (amount, _often(self.times), needed) if part)


def _often(times: float | None) -> str:
    if times is None:
        return ""
    if times >= 1:
        return "once a day" if times == 1 else f"{times:.3g} times a day"
    return "once a week" if abs(times * 7 - 1) < 0.01 else f"every {1 / times:.3g} days"


@dataclass(frozen=True)
class Medicine(Dated):
    """One medicine of a statement or an order.

    Args:
        name: as the sender calls it.
        by_code: variables that a code of it answers.
        by_name: variables that its name alone answers.
        atc: ATC codes of its substances, as far as they are known.
        strength: as its name tells it: ``40 mg``; empty where it does not.
        dosages: how it is taken.
        moment: since when, or of the order.
        reason: why it answers nothing; empty where it does.
        taken: whether it is taken now, as far as the record tells.
    """

    name: str = shown(repr=False)
    by_code: tuple[str, ...] = shown(default=(), repr=False)
    by_name: tuple[str, ...] = shown(default=(), repr=False)
    atc: tuple[str, ...] = shown(default=(), repr=False)
    strength: str = shown(default="", repr=False)
    dosages: tuple[Dosage, ...] = ()
    moment: Moment | None = shown(default=None, repr=False)
    reason: str = shown(default="", repr=False)
    taken: bool = True

    @property
    def dose(self) -> str:
        """How it is taken, in words; empty where not told."""
        return "; ".join(words for dosage in self.dosages if (words := dosage.words))


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
        medicines: those of the bundle, with dose and what they answer; also those that answer nothing.
    """

    version: Version
    subject: str = shown(repr=False)
    identity: Mapping[str, str] = shown(repr=False)
    found: Mapping[str, Found]
    problems: tuple[Unused, ...]
    unknown: tuple[UnknownCode, ...]
    remarks: tuple[str, ...] = ()
    medicines: tuple[Medicine, ...] = ()

    @property
    def by_name(self) -> dict[str, tuple[Medicine, ...]]:
        """The medicines that answer a variable by their name alone, by variable: a person is asked once of each."""
        asked = [name for name, found in self.found.items() if found.by_name]
        return {name: tuple(m for m in self.medicines if m.taken and name in m.by_name) for name in asked}

    @property
    def unmatched(self) -> tuple[Medicine, ...]:
        """Medicines taken that answer nothing."""
        return tuple(m for m in self.medicines if m.taken and not (m.by_code or m.by_name))

    @property
    def values(self) -> dict[str, float]:
        """Canonical values by variable."""
        return {name: found.value for name, found in self.found.items()}

    @property
    def offers(self) -> dict[str, Found]:
        """Values refused for their method that a person may use: of each variable that is not known the newest.

        No eGFR where creatinine is known, from which it is computed.
        """
        known = {*self.found, *({"egfr"} if "creatinine" in self.found else ())}
        offered = [problem.anyway for problem in reversed(self.problems) if problem.anyway is not None]
        return {found.name: found for found in offered if found.name not in known}

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol each number was reported in, by variable."""
        return {name: found.unit for name, found in self.found.items() if found.unit}
