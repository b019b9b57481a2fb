"""Which concepts of an OMOP vocabulary stand for our variables: codes in our tables, ids from the database's own.

The LOINC codes are those that FHIR observations are read by (:mod:`riskmodels.interop.fhir.codes`). concepts.csv
has what OMOP's hierarchy is asked for: SNOMED CT and ATC codes that stand for all concepts below them. No id is
written here: each is found by its code.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.errors import SourceDataError
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


@dataclass(frozen=True)
class Concepts:
    """Concept ids of a database.

    Args:
        of: the meanings of each concept id; several codes may be mapped to one concept.
        question: ids of the question about smoking.
        equals: ids of the operator “=”, and 0 (no operator).
        units: UCUM code by concept id.
        sexes: our code of sex by gender concept id.
        absent: codes of ours that the database's vocabulary lacks.
    """

    of: Mapping[int, tuple[Meaning, ...]]
    question: frozenset[int]
    equals: frozenset[int]
    units: Mapping[int, str]
    sexes: Mapping[int, float]
    absent: tuple[Code, ...]

    def of_kind(self, *kinds: str) -> dict[int, tuple[Meaning, ...]]:
        """Concept ids with a meaning of these kinds, and those meanings."""
        kept = {id_: tuple(m for m in found if m.kind in kinds) for id_, found in self.of.items()}
        return {id_: found for id_, found in kept.items() if found}


def find_concepts(connection: Connection, cdm: Cdm) -> Concepts:
    """Look our codes up in a database's vocabulary.

    Args:
        connection: to the database.
        cdm: its tables.

    Raises:
        SourceDataError: when the vocabulary has none of our LOINC codes, or no genders: it is not loaded.
    """
    codes = {m.code for m in meanings()} | {question_code(), EQUALS}
    ids = _standard(connection, cdm, _ids(connection, cdm, codes))
    of: dict[int, tuple[Meaning, ...]] = {}
    for meaning in meanings():
        for found in ids.get(meaning.code, ()):
            of[found] = (*of.get(found, ()), meaning)
    sexes = _codes_of(connection, cdm, "Gender")
    if not any(vocabulary == "LOINC" for vocabulary, _ in ids) or not {"F", "M"} <= set(sexes.values()):
        raise SourceDataError(
            "The concept table has no LOINC codes or no genders.",
            hint="Load the vocabularies LOINC, SNOMED, UCUM, ATC, RxNorm and Gender (athena.ohdsi.org).",
        )
    return Concepts(
        of,
        frozenset(ids.get(question_code(), ())),
        frozenset({0, *ids.get(EQUALS, ())}),
        _codes_of(connection, cdm, "UCUM"),
        {id_: {"F": 0.0, "M": 1.0}[code] for id_, code in sexes.items() if code in ("F", "M")},
        tuple(sorted(code for code in codes if code not in ids)),
    )


def _ids(connection: Connection, cdm: Cdm, codes: Iterable[Code]) -> dict[Code, set[int]]:
    concept, found = cdm.concept.c, dict[Code, set[int]]()
    wanted: dict[str, list[str]] = {}
    for vocabulary, code in codes:
        wanted.setdefault(vocabulary, []).append(code)
    for vocabulary, of_it in wanted.items():
        rows = connection.execute(
            sa.select(concept.concept_id, concept.concept_code).where(
                concept.vocabulary_id == vocabulary, concept.concept_code.in_(of_it)
            )
        )
        for id_, code in rows:
            found.setdefault((vocabulary, code), set()).add(int(id_))
    return found


def _standard(connection: Connection, cdm: Cdm, ids: dict[Code, set[int]]) -> dict[Code, set[int]]:
    """The same with the standard concepts that they are mapped to: those stand in the clinical tables."""
    link, every = cdm.relationship.c, {id_ for found in ids.values() for id_ in found}
    rows = connection.execute(
        sa.select(link.concept_id_1, link.concept_id_2).where(
            link.relationship_id == "Maps to", link.concept_id_1.in_(every)
        )
    )
    mapped: dict[int, set[int]] = {}
    for first, second in rows:
        mapped.setdefault(int(first), set()).add(int(second))
    return {code: found.union(*(mapped.get(i, set()) for i in found)) for code, found in ids.items()}


def _codes_of(connection: Connection, cdm: Cdm, vocabulary: str) -> dict[int, str]:
    concept = cdm.concept.c
    rows = connection.execute(
        sa.select(concept.concept_id, concept.concept_code).where(concept.vocabulary_id == vocabulary)
    )
    return {int(id_): str(code) for id_, code in rows}
