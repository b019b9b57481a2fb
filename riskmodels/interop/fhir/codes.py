"""Which code means which variable: LOINC (measurements), SNOMED CT and ICD-10 (diagnoses), ATC and RxNorm (medicine).

The tables lie beside this file with the source of every row; † marks codes that were seen in public repositories only
and have to be checked against the licensed tables. LOINC codes of the canonical units stand in the vocabulary.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Json
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Variable

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
#: our own codes: the names of the vocabulary, so that nothing is lost between two installations
OWN, OWN_ANSWER, OWN_OUTCOME, OWN_MODEL, OWN_METHOD = (
    f"urn:carerisk:{name}" for name in ("variable", "answer", "outcome", "model", "method")
)
#: code of :data:`OWN_METHOD`: computed here from other facts
DERIVED = "derived"
_SYSTEMS = {
    LOINC: "loinc",
    SNOMED: "snomed",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://hl7.org/fhir/sid/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "icd10",
    "http://www.whocc.no/atc": "atc",
    "http://fhir.de/CodeSystem/bfarm/atc": "atc",
    "http://fhir.de/CodeSystem/dimdi/atc": "atc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
}
#: systems where a code stands for all codes that begin with it
_HIERARCHIC = frozenset({"icd10", "atc"})
#: fasting is part of these codes
FASTING = frozenset({"1558-6", "14771-0"})
#: panels whose components are read
PANELS = frozenset({"85354-9", "55284-4", "35094-2", "57698-3", "24331-1"})
BP_PANEL = "85354-9"


@dataclass(frozen=True)
class Measurement:
    """What a LOINC code measures.

    Args:
        variable: its name.
        molar: whether in moles; None where the unit decides.
        use: why it is not used; empty where it is.
    """

    variable: str
    molar: bool | None
    use: str = ""

    def accepts(self, unit: Unit) -> bool:
        """Whether a value in that unit can stand under the code."""
        return self.molar is None or self.molar == is_molar(unit)


@dataclass(frozen=True)
class Meaning:
    """What a diagnosis or a medicine says: the variables that are yes, or why it is not used."""

    variables: tuple[str, ...]
    use: str = ""


def is_molar(unit: Unit) -> bool:
    """Whether a unit counts moles, which LOINC has codes of their own for."""
    return "mol" in unit.ucum


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def measurements() -> dict[str, Measurement]:
    """Every LOINC code that is known, those of the vocabulary first."""
    known = {
        v.loinc: Measurement(v.name, is_molar(v.units[0]) if len(v.units) > 1 else None) for v in VARIABLES if v.loinc
    }
    molar = {"molar": True, "conventional": False, "any": None}
    for row in _rows("measurements.csv"):
        known[row["code"]] = Measurement(row["variable"], molar[row["property"]], row["use"])
    return known


@cache
def _history() -> dict[tuple[str, str], Meaning]:
    return {
        (row["system"], row["code"]): Meaning(tuple(row["variable"].split()), row["use"])
        for row in _rows("history.csv")
    }


@cache
def _longest() -> int:
    """Characters of the longest code that is known; what stands behind them in a code cannot matter."""
    return max(len(code) for _, code in _history())


@cache
def _answers() -> dict[tuple[str, str, str], str]:
    return {(row["variable"], row["system"], row["code"]): row["answer"] for row in _rows("answers.csv")}


def codes_of(concept: Json | None) -> list[Code]:
    """The codings of a CodeableConcept that have system and code, with the sender's words."""
    if not isinstance(concept, dict):
        return []
    text = concept.get("text", "")
    return [
        Code(str(c["system"]), str(c["code"]).strip(), tidy(c.get("display") or text))
        for c in concept.get("coding", [])
        if isinstance(c, dict) and c.get("system") and c.get("code")
    ]


def measurement_of(code: Code) -> Measurement | None:
    """What a code measures; None where it is not known."""
    if code.system == OWN:
        known = code.code in VOCABULARY or code.code in EXTRA_INPUTS
        return Measurement(code.code, None) if known else None
    return measurements().get(code.code) if code.system == LOINC else None


def meaning_of(code: Code) -> Meaning | None:
    """What the code of a diagnosis or a medicine says, by its longest known beginning; None where it is not known."""
    system = _SYSTEMS.get(code.system, "")
    if system not in _HIERARCHIC:
        return _history().get((system, code.code))
    plain = code.code[: 2 * _longest()].upper().replace(".", "")
    lengths = range(min(len(plain), _longest()), 2, -1)
    return next((m for n in lengths if (m := _history().get((system, plain[:n]))) is not None), None)


def answer_of(variable: Variable, codes: Iterable[Code]) -> float | None:
    """The answer a coded value stands for, as its code in a frame; None where it stands for none."""
    words = {choice.word: choice.code for choice in variable.choices}
    for code in codes:
        own = code.code if code.system == OWN_ANSWER else ""
        word = own or _answers().get((variable.name, _SYSTEMS.get(code.system, ""), code.code), "")
        if word in words:
            return float(words[word])
    return None


def loinc_of(name: str, unit: Unit | None) -> str:
    """The LOINC code a value is written under: the vocabulary's, or the one for moles; empty where there is none."""
    variable = VOCABULARY.get(name)
    if variable is None or not variable.loinc or unit is None or is_molar(unit) == is_molar(variable.units[0]):
        return variable.loinc if variable is not None else ""
    codes = {m.molar: code for code, m in reversed(measurements().items()) if m.variable == name and not m.use}
    return codes.get(is_molar(unit), codes.get(None, ""))


def answer_code(name: str, value: float) -> Code | None:
    """The code an answer is written under besides our own; None where there is none."""
    word = next((c.word for c in variable_of(name).choices if c.code == value), "")
    systems = {short: uri for uri, short in reversed(_SYSTEMS.items())}
    for row in _rows("answers.csv"):
        if row["variable"] == name and row["written_for"] == word:
            return Code(systems[row["system"]], row["code"], row["display"])
    return None
