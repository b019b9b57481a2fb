"""Which concepts of an OMOP vocabulary stand for our variables: codes in our tables, ids from the database's own.

Ids are found by code; only where a database has no such vocabulary do OMOP's standard ids stand in
(:mod:`riskmodels.cohorts.omop.gaps`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.gaps import STANDARD_EQUALS, fill_gaps
from riskmodels.cohorts.omop.local import local_medicines, states
from riskmodels.cohorts.omop.meanings import EQUALS, Code, Meaning, meanings, question_code
from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.errors import SourceDataError


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
        local: medicines for eyes, ears, nose or skin, and routes to there.
        unsure: states of a diagnosis that is not made.
        resolved: states of a diagnosis that is over.
        gaps: what the database lacks, and what that costs, in words.
    """

    of: Mapping[int, tuple[Meaning, ...]]
    question: frozenset[int]
    equals: frozenset[int]
    units: Mapping[int, str]
    sexes: Mapping[int, float]
    absent: tuple[Code, ...]
    local: frozenset[int] = frozenset()
    unsure: frozenset[int] = frozenset()
    resolved: frozenset[int] = frozenset()
    gaps: tuple[str, ...] = ()

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
        SourceDataError: when nothing could be read by it: it is not loaded.
    """
    codes = {m.code for m in meanings()} | {question_code(), EQUALS}
    ids = _standard(connection, cdm, _ids(connection, cdm, codes))
    of: dict[int, tuple[Meaning, ...]] = {}
    for meaning in meanings():
        for found in ids.get(meaning.code, ()):
            of[found] = (*of.get(found, ()), meaning)
    filled = fill_gaps(connection, cdm, of)
    if not filled.of:
        raise SourceDataError(
            "The concept table has no code that is looked for.",
            hint="Load the vocabularies LOINC, SNOMED, UCUM, ATC, RxNorm and Gender (athena.ohdsi.org).",
        )
    unsure, resolved = states(connection, cdm)
    return Concepts(
        filled.of,
        frozenset(ids.get(question_code(), ())),
        frozenset({0, *ids.get(EQUALS, {STANDARD_EQUALS})}),
        filled.units,
        filled.sexes,
        tuple(sorted(code for code in codes if code not in ids)),
        local_medicines(connection, cdm, [id_ for id_, found in of.items() if any(m.kind == "drug" for m in found)]),
        unsure,
        resolved,
        filled.gaps,
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
    if not cdm.has(cdm.relationship):
        return ids
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
