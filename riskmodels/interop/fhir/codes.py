"""Which code means which variable: LOINC and SNOMED CT (measurements), SNOMED CT and ICD-10 (diagnoses, procedures),
ATC and RxNorm (medicine).

RxNorm's ingredients stand with their ATC code in :mod:`riskmodels.interop.medicines`. The other tables lie beside this
file with the source of every row; † marks codes that were seen in public repositories or are known from memory only and
have to be checked against the licensed tables. LOINC codes of the canonical units stand in the vocabulary.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Json
from riskmodels.interop.medicines import atc_of_rxnorm
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Variable

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
ATC, RXNORM = "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"
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
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "http://hl7.org/fhir/sid/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "icd10",
    ATC: "atc",
    "http://fhir.de/CodeSystem/bfarm/atc": "atc",
    "http://fhir.de/CodeSystem/dimdi/atc": "atc",
    RXNORM: "rxnorm",
    "http://hl7.org/fhir/sid/icd-10-pcs": "icd10pcs",
    "http://www.cms.gov/Medicare/Coding/ICD10": "icd10pcs",
    "http://fhir.de/CodeSystem/bfarm/ops": "ops",
    "http://fhir.de/CodeSystem/dimdi/ops": "ops",
}
#: systems where a code stands for all codes that begin with it
_HIERARCHIC = frozenset({"icd10", "icd10cm", "icd10pcs", "ops", "atc"})
#: a national edition → the international one, in which its codes stand where it has none of its own
_EDITION_OF = {"icd10cm": "icd10"}
BP_PANEL = "85354-9"
#: panels of a systolic and a diastolic pressure: LOINC and SNOMED CT
BP_PANELS = frozenset({BP_PANEL, "55284-4", "35094-2", "96607-7", "75367002"})
#: panels whose components are read: pressure, lipids, metabolic, kidney, vital signs
PANELS = BP_PANELS | frozenset(
    "57698-3 24331-1 100898-6 24320-4 24321-2 24323-8 51990-0 24362-6 85353-1 8716-3 34566-0".split()
)


@dataclass(frozen=True)
class Measurement:
    """What a LOINC code measures.

    Args:
        variable: its name.
        molar: whether in moles; None where the unit decides.
        use: why it is not used; empty where it is.
        anyway: whether only its method speaks against it, so that a person may use it knowing that.
        fasting: whether fasting is part of its meaning.
        remark: what it says besides: ``measured lying down``; empty where nothing.
        name: of the code; empty for those of the vocabulary.
        source: where the row is from.
    """

    variable: str
    molar: bool | None
    use: str = ""
    anyway: bool = False
    fasting: bool = False
    remark: str = ""
    name: str = ""
    source: str = ""

    def accepts(self, unit: Unit) -> bool:
        """Whether a value in that unit can stand under the code."""
        return self.molar is None or self.molar == is_molar(unit)


@dataclass(frozen=True)
class Meaning:
    """What a diagnosis, a procedure or a medicine says: the variables that are yes, or why it is not used."""

    variables: tuple[str, ...]
    use: str = ""


def is_molar(unit: Unit) -> bool:
    """Whether a unit counts moles, which LOINC has codes of their own for."""
    return "mol" in unit.ucum


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def measurements(system: str = LOINC) -> dict[str, Measurement]:
    """Every code of a system that is known, those of the vocabulary first.

    Args:
        system: address of LOINC or SNOMED CT.
    """
    known: dict[str, Measurement] = {}
    if system == LOINC:
        molar = {v.name: is_molar(v.units[0]) if len(v.units) > 1 else None for v in VARIABLES}
        known |= {v.loinc: Measurement(v.name, molar[v.name], source="vocabulary") for v in VARIABLES if v.loinc}
    rows = [row for row in _rows("measurements.csv") if row["system"] == _SYSTEMS[system]]
    return known | {row["code"]: _measurement(row) for row in rows}


def _measurement(row: dict[str, str]) -> Measurement:
    molar = {"molar": True, "conventional": False, "any": None}[row["property"]]
    anyway, fasting = row["anyway"] == "yes", row["fasting"] == "yes"
    return Measurement(
        row["variable"], molar, row["use"], anyway, fasting, row["remark"], row["display"], row["source"]
    )


@cache
def history() -> dict[tuple[str, str], Meaning]:
    """Codes of diagnoses, procedures and medicine; those listed by hand go before lists of descendants."""
    rows = [{"system": "snomed", "use": ""} | row for row in _rows("descendants.csv")] + _rows("history.csv")
    return {(row["system"], row["code"]): Meaning(tuple(row["variable"].split()), row["use"]) for row in rows}


@cache
def _longest() -> int:
    """Characters of the longest code that is known; what stands behind them in a code cannot matter."""
    return max(len(code) for _, code in history())


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
    return measurements(code.system).get(code.code) if code.system in (LOINC, SNOMED) else None


def meaning_of(code: Code) -> Meaning | None:
    """What the code of a diagnosis, procedure or medicine says, by its longest known beginning; None if not known."""
    system = _SYSTEMS.get(code.system, "")
    if system == "rxnorm":
        atc = atc_of_rxnorm().get(code.code)
        return meaning_of(Code(ATC, atc)) if atc else None
    if system not in _HIERARCHIC:
        return history().get((system, code.code))
    plain = code.code[: 2 * _longest()].upper().replace(".", "").replace("-", "")
    lengths = range(min(len(plain), _longest()), 2, -1)
    editions = dict.fromkeys((system, _EDITION_OF.get(system, system)))
    keys = ((edition, plain[:n]) for n in lengths for edition in editions)
    return next((m for key in keys if (m := history().get(key)) is not None), None)


def is_atc(code: Code) -> bool:
    """Whether a code is of the ATC classification, which says of every medicine what class it is of."""
    return _SYSTEMS.get(code.system) == "atc"


def answer_of(variable: Variable, codes: Iterable[Code]) -> float | None:
    """The answer a coded value stands for, as its code in a frame; None where it stands for none.

    Of several codings the first counts, and before it one that tells what it leaves open.
    """
    words = {choice.word: choice for choice in variable.choices}
    told = [words[word] for code in codes if (word := _answer_word(variable, code)) in words]
    exact = [choice for choice in told[1:] if choice.code in told[0].may_be]
    return float((exact or told)[0].code) if told else None


def _answer_word(variable: Variable, code: Code) -> str:
    if code.system == OWN_ANSWER:
        return code.code
    return _answers().get((variable.name, _SYSTEMS.get(code.system, ""), code.code), "")


#: codes of which fasting is part
FASTING = frozenset(code for code, measurement in measurements().items() if measurement.fasting)


def loinc_of(name: str, unit: Unit | None) -> str:
    """The LOINC code a value is written under: the vocabulary's, or the one for moles; empty where there is none."""
    variable = VOCABULARY.get(name)
    if variable is None or not variable.loinc or unit is None or is_molar(unit) == is_molar(variable.units[0]):
        return variable.loinc if variable is not None else ""
    known = reversed(measurements().items())
    codes = {m.molar: code for code, m in known if m.variable == name and not (m.use or m.remark or m.fasting)}
    return codes.get(is_molar(unit), codes.get(None, ""))


def answer_code(name: str, value: float) -> Code | None:
    """The code an answer is written under besides our own; None where there is none."""
    word = next((c.word for c in variable_of(name).choices if c.code == value), "")
    systems = {short: uri for uri, short in reversed(_SYSTEMS.items())}
    for row in _rows("answers.csv"):
        if row["variable"] == name and row["written_for"] == word:
            return Code(systems[row["system"]], row["code"], row["display"])
    return None
