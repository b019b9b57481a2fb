"""What a record's own words take out: medicines that act in one place only, and diagnoses that are not made or over.

An ingredient of a pill for blood pressure may be in eye drops, and hierarchies that go by ingredient have them under
both. What is told to be for eyes, ears, nose or skin, by its ATC group, its name or its route, does not count; nor does
an ingredient alone that is in such a group as well, since it does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.tables import Cdm

#: ATC: dermatologicals, nasal preparations, ophthalmologicals, otologicals, both (https://atcddd.fhi.no/atc_ddd_index)
LOCAL_GROUPS = ("D", "R01", "S01", "S02", "S03")
_LOCAL = ("ophthalm", "intraocular", "intravitreal", "conjunctiv", "otic", "auricular", "nasal", "topical", "cutaneous",
          "cream", "ointment", "lotion", "shampoo", "eye drop", "ear drop", "eye", "ear")  # fmt: skip
_WHOLE = ("otic", "eye", "ear")
_LOCAL_WORD = re.compile("|".join(rf"\b{word}\b" if word in _WHOLE else rf"\b{word}" for word in _LOCAL), re.IGNORECASE)
_SYSTEMIC_WORD = re.compile(
    r"\b(oral|tablets?|capsules?|transdermal|inject\w*|subcutaneous|intravenous)\b", re.IGNORECASE
)
#: states in the words of OMOP's and other vocabularies; ids of the vocabulary Condition Status where it is not there
_UNSURE_WORD = re.compile(
    r"preliminary|provisional|suspected|possible|probable|differential|rule[ds]? out|refuted|to be diagnosed"
    r"|unconfirmed|excluded",
    re.IGNORECASE,
)
_RESOLVED_WORD = re.compile(r"\bresolved\b|\binactive\b", re.IGNORECASE)
STANDARD_STATES = {
    32892: "Condition to be diagnosed by procedure",
    32899: "Preliminary diagnosis",
    32906: "Resolved condition",
}


def local_medicines(connection: Connection, cdm: Cdm, classes: Sequence[int]) -> frozenset[int]:
    """Concepts below medicine classes that act in one place only, and routes to there.

    Args:
        connection: to the database.
        cdm: its tables.
        classes: ids of the classes that are asked for.
    """
    routes = _named(connection, cdm, cdm.drug.c.route_concept_id, "drug_exposure.route_concept_id")
    local = {id_ for id_, name in routes.items() if _LOCAL_WORD.search(name)}
    taken = cdm.concept.alias("taken")
    query = sa.select(taken.c.concept_id, _name(cdm, taken)).distinct()
    given = query.where(taken.c.concept_id.in_(sa.select(cdm.drug.c.drug_concept_id)))
    local |= {int(id_) for id_, name in connection.execute(given) if _is_local(str(name or ""))}
    if cdm.has(cdm.ancestor) and classes:
        group, also = cdm.ancestor.alias("in_group"), cdm.ancestor.alias("in_class")
        roots = sa.select(cdm.concept.c.concept_id).where(
            cdm.concept.c.vocabulary_id == "ATC", cdm.concept.c.concept_code.in_(LOCAL_GROUPS)
        )
        both = (
            query.join(group, group.c.descendant_concept_id == taken.c.concept_id)
            .join(also, also.c.descendant_concept_id == taken.c.concept_id)
            .where(group.c.ancestor_concept_id.in_(roots), also.c.ancestor_concept_id.in_(classes))
        )
        local |= {int(id_) for id_, name in connection.execute(both) if not _SYSTEMIC_WORD.search(str(name or ""))}
    return frozenset(local)


def _is_local(name: str) -> bool:
    return _LOCAL_WORD.search(name) is not None and not _SYSTEMIC_WORD.search(name)


def states(connection: Connection, cdm: Cdm) -> tuple[frozenset[int], frozenset[int]]:
    """States of a diagnosis that is not made, and of one that is over, as far as the database uses them."""
    column = cdm.condition.c.condition_status_concept_id
    named = STANDARD_STATES | _named(connection, cdm, column, "condition_occurrence.condition_status_concept_id")
    unsure = frozenset(id_ for id_, name in named.items() if _UNSURE_WORD.search(name))
    return unsure, frozenset(id_ for id_, name in named.items() if _RESOLVED_WORD.search(name)) - unsure


def _named(connection: Connection, cdm: Cdm, column: sa.Column[int], of: str) -> dict[int, str]:
    """The names of the concepts that stand in a column; none where it is not there."""
    if of in cdm.lacking or "concept.concept_name" in cdm.lacking:
        return {}
    concept = cdm.concept.c
    used = sa.select(column.label("id")).where(column != 0).distinct().subquery()
    query = sa.select(concept.concept_id, concept.concept_name).join(used, used.c.id == concept.concept_id)
    return {int(id_): str(name or "") for id_, name in connection.execute(query)}


def _name(cdm: Cdm, concept: sa.FromClause) -> sa.ColumnElement[str]:
    return sa.cast(sa.null(), sa.String) if "concept.concept_name" in cdm.lacking else concept.c.concept_name
