"""Conditions, medicines and answers of an OMOP CDM → yes, a kind of smoking, or unknown. Never no.

That a database has no record of a disease does not say that the patient was never told of it: absent stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.concepts import Concepts
from riskmodels.cohorts.omop.entries import in_window, people_of, read_frame
from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.cohorts.omop.values import Usage

#: what happened once stays told when it is over
EVENTS = frozenset({"heart_attack", "stroke", "tia_embolism", "family_history_diabetes"})
#: why a record does not count
UNSURE, OVER, LOCAL = "diagnosis not made", "diagnosis resolved", "for eyes, ears, nose or skin"
_COLUMNS = ["entry", "variable", "value", "date"]
Query = sa.Select[tuple[object, ...]]


@dataclass(frozen=True)
class _Records:
    """One table of records: its columns, and for how long a record counts."""

    id: sa.ColumnElement[int]
    person: sa.ColumnElement[int]
    concept: sa.ColumnElement[int]
    start: sa.ColumnElement[object]
    end: sa.ColumnElement[object]
    #: how sure a diagnosis is, or where a medicine is given
    qualifier: sa.ColumnElement[int] = field(default_factory=lambda: sa.cast(sa.null(), sa.BigInteger))


def facts(
    connection: Connection, cdm: Cdm, concepts: Concepts, entries: pd.DataFrame, look_back: int, usage: Usage
) -> pd.DataFrame:
    """What the records of conditions, medicines and observations say by the index date.

    Args:
        connection: to the database.
        cdm: its tables.
        concepts: of the database.
        entries: ``person_id``, ``index_date``; labelled from 0.
        look_back: days in which a medicine was taken or an answer given. A diagnosis counts from any time before.
        usage: what does not count is added to it.

    Returns:
        ``entry`` (label), ``variable``, ``value``, ``date``; one row a pair, the newest where several differ.
    """
    if entries.empty:
        return pd.DataFrame(columns=_COLUMNS)
    condition, drug, observed, measured = cdm.condition.c, cdm.drug.c, cdm.observation.c, cdm.measurement.c
    diagnoses = _Records(
        condition.condition_occurrence_id,
        condition.person_id,
        condition.condition_concept_id,
        condition.condition_start_date,
        condition.condition_start_date,
        cdm.optional(condition.condition_status_concept_id),
    )
    medicines = _Records(
        drug.drug_exposure_id,
        drug.person_id,
        drug.drug_concept_id,
        drug.drug_exposure_start_date,
        sa.func.coalesce(drug.drug_exposure_end_date, drug.drug_exposure_start_date),
        cdm.optional(drug.route_concept_id),
    )
    date = observed.observation_date
    told = _Records(observed.observation_id, observed.person_id, observed.observation_concept_id, date, date)
    answer = _Records(observed.observation_id, observed.person_id, observed.value_as_concept_id, date, date)
    date = measured.measurement_date
    also = _Records(measured.measurement_id, measured.person_id, measured.value_as_concept_id, date, date)
    find = _Finder(connection, cdm, concepts, entries, usage)
    asked = sorted(concepts.question)
    found = [
        find.records(diagnoses, "condition", None),
        find.records(medicines, "drug", look_back),
        find.records(told, "observation", None),
        find.records(told, "answer", look_back),
        find.records(answer, "answer", look_back, observed.observation_concept_id.in_(asked)),
        find.records(also, "answer", look_back, measured.measurement_concept_id.in_(asked)),
    ]
    rows = pd.concat([part for part in found if not part.empty] or [pd.DataFrame(columns=_COLUMNS)])
    return rows.sort_values(["entry", "variable", "date"]).drop_duplicates(["entry", "variable"], keep="last")


@dataclass(frozen=True)
class _Finder:
    """Finds records of a chunk of people."""

    connection: Connection
    cdm: Cdm
    concepts: Concepts
    entries: pd.DataFrame
    usage: Usage

    def records(self, of: _Records, kind: str, days: int | None, *where: sa.ColumnElement[bool]) -> pd.DataFrame:
        """Records with a meaning of this kind, no more than so many days before the index date."""
        roots = self.concepts.of_kind(kind)
        if not roots:
            return pd.DataFrame(columns=_COLUMNS)
        rows = read_frame(self.connection, self._query(of, sorted(roots), where))
        if rows.empty:
            return pd.DataFrame(columns=_COLUMNS)
        meant = pd.DataFrame(
            [(id_, m.variable, m.value, m.rule, m.days) for id_, found in roots.items() for m in found],
            columns=["root", "variable", "value", "rule", "days"],
        )
        rows = rows.merge(meant, on="root")
        rows = _without_excluded(rows[(rows["rule"] != "exact") | (rows["concept"] == rows["root"])])
        rows = rows.assign(start=pd.to_datetime(rows["start"]), end=pd.to_datetime(rows["end"]))
        both = rows.merge(self.entries[["person_id", "index_date"]].rename_axis("entry").reset_index(), on="person_id")
        kept = in_window(both["start"], both["index_date"], days, both["end"])
        age = (both["index_date"] - both["start"]).dt.days
        return (
            self._counting(both[kept & ((both["days"] == 0) | (age <= both["days"]))])
            .sort_values(["start", "id"])
            .rename(columns={"start": "date"})[_COLUMNS]
        )

    def _counting(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Without medicine for one place only, diagnoses that are not made, and diseases that are over."""
        concepts, qualifier = self.concepts, rows["qualifier"]
        over = qualifier.isin(concepts.resolved) & ~rows["variable"].isin(EVENTS)
        local = rows["concept"].isin(concepts.local) | qualifier.isin(concepts.local)
        for reason, left_out in ((UNSURE, qualifier.isin(concepts.unsure)), (OVER, over), (LOCAL, local)):
            for name, number in rows.loc[left_out, "variable"].value_counts().items():
                self.usage.odd[str(name), reason, ""] += int(number)
            rows = rows[~left_out.reindex(rows.index)]
        return rows

    def _query(self, of: _Records, roots: Sequence[int], where: Sequence[sa.ColumnElement[bool]]) -> Query:
        link = self._descendants(roots)
        return (
            sa.select(
                of.id.label("id"),
                of.person.label("person_id"),
                link.c.root,
                of.concept.label("concept"),
                of.start.label("start"),
                of.end.label("end"),
                of.qualifier.label("qualifier"),
            )
            .distinct()
            .join_from(of.concept.table, link, link.c.concept == of.concept)
            .where(
                of.person.in_(people_of(self.entries)),
                of.start <= self.entries["index_date"].max().date(),
                *where,
            )
        )

    def _descendants(self, roots: Sequence[int]) -> sa.Subquery:
        """Each root with every concept below it, and with itself."""
        ancestor, concept = self.cdm.ancestor.c, self.cdm.concept.c
        below = sa.select(
            ancestor.ancestor_concept_id.label("root"), ancestor.descendant_concept_id.label("concept")
        ).where(ancestor.ancestor_concept_id.in_(roots))
        itself: sa.Select[tuple[int, int]] = sa.select(
            concept.concept_id.label("root"), concept.concept_id.label("concept")
        ).where(concept.concept_id.in_(roots))
        return (sa.union(below, itself) if self.cdm.has(self.cdm.ancestor) else itself).subquery()


def _without_excluded(rows: pd.DataFrame) -> pd.DataFrame:
    """Records of a variable without those that a ``not`` code names: gestational diabetes is not diabetes."""
    excluded = rows.loc[rows["rule"] == "not", ["id", "variable"]].drop_duplicates()
    marked = rows[rows["rule"] != "not"].merge(excluded, on=["id", "variable"], how="left", indicator=True)
    return marked[marked["_merge"] == "left_only"]
