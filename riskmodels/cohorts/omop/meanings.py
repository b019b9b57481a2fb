"""What codes of the OMOP vocabularies say: our tables, without a database.

The LOINC codes are those that FHIR observations are read by (:mod:`riskmodels.interop.fhir.codes`). concepts.csv
has what OMOP's hierarchy is asked for: SNOMED CT and ATC codes that stand for all concepts below them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from riskmodels.interop.fhir.codes import measurements
from riskmodels.vocabulary import VOCABULARY, Kind

TABLE = Path(__file__).with_name("concepts.csv")
#: SNOMED CT “=”: the only operator with which a value is a number
EQUALS = ("SNOMED", "276136004")
#: variables that come from the person table
_OF_PERSON = ("age", "sex")

#: vocabulary and code
Code = tuple[str, str]


@dataclass(frozen=True)
class Meaning:
    """What one code says.

    Args:
        kind: measurement, condition, drug, observation, or answer (to a question, or as an observation of its own).
        variable: of our vocabulary.
        code: vocabulary and code.
        rule: ``use`` (with all concepts below it), ``exact`` (without them) or ``not`` (taken out of the others).
        value: what it sets the variable to; None for a measurement.
        days: how long before the index date it may have begun; 0 for ever.
    """

    kind: str
    variable: str
    code: Code
    rule: str = "use"
    value: float | None = None
    days: int = 0


@cache
def meanings() -> tuple[Meaning, ...]:
    """Every code there is a meaning for."""
    measured = [
        Meaning("measurement", m.variable, ("LOINC", code), value=None)
        for code, m in measurements().items()
        if not m.use and is_number(m.variable) and m.variable not in _OF_PERSON
    ]
    with TABLE.open(encoding="utf-8", newline="") as file:
        return (*measured, *(_meaning(row) for row in csv.DictReader(file)))


def is_number(name: str) -> bool:
    """Whether it is a variable of the vocabulary that is entered as a number."""
    return name in VOCABULARY and VOCABULARY[name].kind is Kind.NUMBER


def _meaning(row: Mapping[str, str]) -> Meaning:
    variable = VOCABULARY[row["variable"]]
    answer = row["answer"] or "yes"
    value = next(c.code for c in variable.choices if c.word == answer)
    code = (row["vocabulary"], row["code"])
    return Meaning(row["kind"], variable.name, code, row["rule"], value, int(row["days"] or 0))


def question_code() -> Code:
    """The code of the question that smoking is the answer to."""
    return ("LOINC", VOCABULARY["smoking"].loinc)
