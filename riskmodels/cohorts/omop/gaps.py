"""What a database's vocabulary lacks, what stands in for it, and what that costs in words.

Sample databases have parts of the vocabularies only: OHDSI's Synthea27Nj no Gender concepts and an empty
concept_ancestor. Genders and units are then read by OMOP's standard ids (units.csv), diagnoses and medicines by the
code tables of the FHIR import, concept by concept.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.meanings import Meaning, meanings
from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.interop.fhir.codes import SNOMED, meaning_of
from riskmodels.interop.fhir.read import read_document
from riskmodels.interop.fhir.types import Code
from riskmodels.vocabulary import VOCABULARY

#: standard concepts of the vocabulary Gender: FEMALE, MALE (https://ohdsi.github.io/CommonDataModel/cdm54.html#person)
STANDARD_SEXES = {8532: 0.0, 8507: 1.0}
#: the standard concept of the operator “=” (https://ohdsi.github.io/CommonDataModel/cdm54.html#measurement)
STANDARD_EQUALS = 4172703
UNITS = Path(__file__).with_name("units.csv")
#: FHIR's name of an OMOP vocabulary
_SYSTEMS = {
    "SNOMED": SNOMED,
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD10GM": "http://hl7.org/fhir/sid/icd-10-gm",
    "ATC": "http://www.whocc.no/atc",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
}
_DAYS = {"pregnancy": 280}
_NOT_KNOWN = "History may be missing that stands under other codes: it stays unknown, never no."


@dataclass(frozen=True)
class Filled:
    """Concept ids with what stands in for what is lacking.

    Args:
        of: the meanings of each concept id.
        units: UCUM code by concept id.
        sexes: our code of sex by gender concept id.
        gaps: what is lacking, and what that costs, in words.
    """

    of: Mapping[int, tuple[Meaning, ...]]
    units: Mapping[int, str]
    sexes: Mapping[int, float]
    gaps: tuple[str, ...]


def fill_gaps(connection: Connection, cdm: Cdm, of: Mapping[int, tuple[Meaning, ...]]) -> Filled:
    """Look at what a vocabulary has, and put standard ids and code tables in the place of what it has not.

    Args:
        connection: to the database.
        cdm: its tables.
        of: the meanings found by code.
    """
    gaps: list[str] = []
    sexes = {id_: {"F": 0.0, "M": 1.0}[c] for id_, c in _codes(connection, cdm, "Gender").items() if c in ("F", "M")}
    if not sexes:
        sexes = STANDARD_SEXES
        gaps.append("There are no Gender concepts: sex is read by the standard ids 8507 (male) and 8532 (female).")
    own = _codes(connection, cdm, "UCUM")
    if not own:
        gaps.append("There are no UCUM concepts: units are read by their standard ids, those of units.csv only.")
    if not any(m.kind == "measurement" for found in of.values() for m in found):
        gaps.append("There are none of the LOINC concepts that are looked for: no measurement is read.")
    filled = dict(of)
    whole = _whole(connection, cdm)
    for kind, column, read, named in (
        ("condition", cdm.condition.c.condition_concept_id, _condition, "diagnosis"),
        ("drug", cdm.drug.c.drug_concept_id, _drug, "medicine"),
    ):
        roots = [id_ for id_, found in of.items() if _is_of(kind, found)]
        placed = whole and _has_below(connection, cdm, roots)
        taken = _by_code(connection, cdm, column, read, unplaced=placed)
        for id_, variables in taken.items():
            known = {m.variable for m in filled.get(id_, ()) if m.kind == kind}
            told = (_meaning(kind, name) for name in variables if name not in known)
            filled[id_] = (*filled.get(id_, ()), *told)
        if placed:
            if other := len(set(taken) - set(of)):
                gaps.append(
                    f"concept_ancestor does not have every {named}: concepts that are below nothing in it count by "
                    f"their own code in the tables of the FHIR import ({other:,} of the database do). {_NOT_KNOWN}"
                )
            continue
        why = "has none of what is below the classes asked for" if whole else "is empty or not there"
        gaps.append(
            f"concept_ancestor {why}: a {named} counts by its own code in the tables of the FHIR import only "
            f"({len(taken):,} concepts of the database do). {_NOT_KNOWN}"
        )
    return Filled(filled, standard_units() | own, sexes, tuple(gaps))


def _is_of(kind: str, found: tuple[Meaning, ...]) -> bool:
    return any(meaning.kind == kind for meaning in found)


def _meaning(kind: str, variable: str) -> Meaning:
    return Meaning(kind, variable, ("", ""), "exact", 1.0, _DAYS.get(variable, 0))


def _codes(connection: Connection, cdm: Cdm, vocabulary: str) -> dict[int, str]:
    concept = cdm.concept.c
    rows = connection.execute(
        sa.select(concept.concept_id, concept.concept_code).where(concept.vocabulary_id == vocabulary)
    )
    return {int(id_): str(code) for id_, code in rows}


def standard_units() -> dict[int, str]:
    """UCUM code by OMOP's standard concept id, of units.csv."""
    with UNITS.open(encoding="utf-8", newline="") as file:
        return {int(row["concept_id"]): row["ucum"] for row in csv.DictReader(file)}


def _whole(connection: Connection, cdm: Cdm) -> bool:
    """Whether concept_ancestor has anything at all."""
    if not cdm.has(cdm.ancestor):
        return False
    return connection.execute(sa.select(cdm.ancestor.c.ancestor_concept_id).limit(1)).first() is not None


def _has_below(connection: Connection, cdm: Cdm, roots: list[int]) -> bool:
    """Whether it has anything below one of these concepts, besides themselves."""
    link = cdm.ancestor.c
    below = sa.select(link.ancestor_concept_id).where(
        link.ancestor_concept_id.in_(roots), link.descendant_concept_id != link.ancestor_concept_id
    )
    return connection.execute(below.limit(1)).first() is not None


def _by_code(
    connection: Connection,
    cdm: Cdm,
    column: sa.Column[int],
    read: Callable[[str, str, str], tuple[str, ...]],
    *,
    unplaced: bool,
) -> dict[int, tuple[str, ...]]:
    """The variables that each concept of a column tells, by the code tables; concepts that tell none are left out.

    Args:
        connection: to the database.
        cdm: its tables.
        column: of the concepts.
        read: vocabulary, code and name → variables.
        unplaced: only concepts that concept_ancestor has below nothing but themselves.
    """
    concept = cdm.concept.c
    used = sa.select(column.label("id")).distinct().subquery()
    query = sa.select(
        concept.concept_id, concept.vocabulary_id, concept.concept_code, cdm.optional(concept.concept_name)
    ).join(used, used.c.id == concept.concept_id)
    if unplaced:
        link = cdm.ancestor.c
        above = sa.select(link.ancestor_concept_id).where(
            link.descendant_concept_id == concept.concept_id, link.ancestor_concept_id != concept.concept_id
        )
        query = query.where(~above.exists())
    found = {}
    for id_, vocabulary, code, name in connection.execute(query):
        told = tuple(v for v in read(_SYSTEMS.get(vocabulary, ""), str(code), str(name or "")) if v in VOCABULARY)
        if told:
            found[int(id_)] = told
    return found


def _condition(system: str, code: str, name: str) -> tuple[str, ...]:
    meaning = meaning_of(Code(system, code, name))
    asked = {m.variable for m in meanings() if m.kind == "condition"}
    return tuple(v for v in meaning.variables if v in asked) if meaning is not None and not meaning.use else ()


def _drug(system: str, code: str, name: str) -> tuple[str, ...]:
    """What the FHIR import reads of a patient who takes this alone: a product by its code, else by its name."""
    concept = {"coding": [{"system": system, "code": code}]} if system else {}
    coding = concept | ({"text": name} if name else {})
    told = {"resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "Patient/1"}}
    resources = [{"resourceType": "Patient", "id": "1"}, {**told, "medicationCodeableConcept": coding}]
    entries = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return tuple(read_document(bundle, datetime.date.today()).found)
