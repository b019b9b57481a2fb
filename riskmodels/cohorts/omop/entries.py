"""Who is in the cohort, at which index date, and how many each condition leaves out: the attrition table."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.errors import InputError

#: completed years from which the models' population begins
YOUNGEST = 20
#: where a birth's month or day is not recorded: the middle of the year, or of the month
_MID_MONTH, _MID_DAY = 7, 15


@dataclass(frozen=True)
class Design:
    """Which people, when, and how far back is looked.

    Args:
        cohort: cohort_definition_id whose entries are the rows; the index date is their start.
        index_date: one date for everybody in the person table, where there is no cohort.
        look_back: days before the index date in which a measurement, an answer or a medicine counts.
        prior_observation: days of observation required before the index date.
    """

    cohort: int | None = None
    index_date: datetime.date | None = None
    look_back: int = 365
    prior_observation: int = 0

    def __post_init__(self) -> None:
        if (self.cohort is None) == (self.index_date is None):
            raise InputError("Give either a cohort or an index date.", hint="Use --cohort ID or --index-date DATE.")
        if self.look_back < 0 or self.prior_observation < 0:
            raise InputError("A number of days is below 0.", hint="Give 0 or more.")


@dataclass
class Attrition:
    """Rows and people left after each condition, in the order they are applied."""

    steps: dict[str, list[int]] = field(default_factory=dict)

    def count(self, step: str, entries: pd.DataFrame) -> None:
        """Add the entries of one chunk; people never stand in two chunks."""
        total = self.steps.setdefault(step, [0, 0])
        total[0] += len(entries)
        total[1] += entries["person_id"].nunique()

    def table(self) -> pd.DataFrame:
        """``step``, ``rows``, ``persons``, ``left_out`` (rows left out by the step)."""
        rows = [(step, entries, persons) for step, (entries, persons) in self.steps.items()]
        table = pd.DataFrame(rows, columns=["step", "rows", "persons"])
        return table.assign(left_out=(-table["rows"].diff()).fillna(0).astype(int))


def entries(
    connection: Connection, cdm: Cdm, design: Design, sexes: Mapping[int, float], persons: int, attrition: Attrition
) -> Iterator[pd.DataFrame]:
    """The rows of the cohort, some people at a time.

    Args:
        connection: to the database.
        cdm: its tables.
        design: who and when.
        sexes: our code of sex by gender concept id.
        persons: people a chunk.
        attrition: counts are added to it.

    Yields:
        ``person_id``, ``index_date``, ``age`` (completed years), ``sex`` (NaN where neither F nor M), in the order of
        people and dates; rows labelled from 0.
    """
    for low, high in _pages(connection, cdm, design, persons):
        people = _people(connection, cdm, design, low, high)
        attrition.count("in the cohort" if design.cohort is not None else "in the person table", people)
        people = people[people["year_of_birth"].notna()]
        attrition.count("with a person record", people)
        people = _observed(connection, cdm, people, 0)
        attrition.count("under observation at the index date", people)
        if design.prior_observation:
            people = _observed(connection, cdm, people, design.prior_observation)
            attrition.count(f"observed for {design.prior_observation} days before it", people)
        people = people.assign(age=_ages(people), sex=people["gender_concept_id"].map(sexes).astype(float))
        people = people[people["age"] >= YOUNGEST]
        attrition.count(f"aged {YOUNGEST} or more", people)
        yield people[["person_id", "index_date", "age", "sex"]].reset_index(drop=True)


def _pages(connection: Connection, cdm: Cdm, design: Design, persons: int) -> Iterator[tuple[int, int]]:
    """First and last person id of each chunk."""
    column: sa.ColumnElement[int] = cdm.person.c.person_id
    ids = sa.select(column)
    if design.cohort is not None:
        column = cdm.cohort.c.subject_id
        ids = sa.select(column).distinct().where(cdm.cohort.c.cohort_definition_id == design.cohort)
    last: int | None = None
    while True:
        page = ids if last is None else ids.where(column > last)
        found = [int(id_) for (id_,) in connection.execute(page.order_by(column).limit(persons))]
        if not found:
            return
        yield found[0], found[-1]
        last = found[-1]


def _people(connection: Connection, cdm: Cdm, design: Design, low: int, high: int) -> pd.DataFrame:
    """Entries with what the person table says; empty birth where it has no such person."""
    person = cdm.person.c
    born = (person.gender_concept_id, person.year_of_birth, person.month_of_birth, person.day_of_birth)
    query: sa.Select[*tuple[Any, ...]]
    if design.cohort is None:
        query = sa.select(person.person_id, *born).where(person.person_id.between(low, high))
        query = query.order_by(person.person_id)
    else:
        cohort = cdm.cohort.c
        query = (
            sa.select(cohort.subject_id.label("person_id"), cohort.cohort_start_date.label("index_date"), *born)
            .distinct()
            .select_from(cdm.cohort.outerjoin(cdm.person, person.person_id == cohort.subject_id))
            .where(cohort.cohort_definition_id == design.cohort, cohort.subject_id.between(low, high))
            .order_by(cohort.subject_id, cohort.cohort_start_date)
        )
    people = read_frame(connection, query)
    if design.cohort is None:
        people["index_date"] = [design.index_date] * len(people)
    return people.assign(index_date=pd.to_datetime(people["index_date"]))


def _observed(connection: Connection, cdm: Cdm, people: pd.DataFrame, prior: int) -> pd.DataFrame:
    """Those in an observation period that covers the index date and began so many days before it."""
    period = cdm.observation_period.c
    query = sa.select(
        period.person_id,
        period.observation_period_start_date.label("start"),
        period.observation_period_end_date.label("end"),
    ).where(period.person_id.in_(people_of(people)))
    periods = read_frame(connection, query)
    both = people[["person_id", "index_date"]].reset_index().merge(periods, on="person_id")
    starts, ends = pd.to_datetime(both["start"]), pd.to_datetime(both["end"])
    covered = (starts <= both["index_date"] - pd.Timedelta(days=prior)) & (both["index_date"] <= ends)
    return people[people.index.isin(both.loc[covered, "index"])]


def _ages(people: pd.DataFrame) -> pd.Series:
    """Completed years at the index date."""
    month = people["month_of_birth"].fillna(_MID_MONTH)
    day = people["day_of_birth"].fillna(_MID_DAY).where(people["month_of_birth"].notna(), 1)
    index = people["index_date"].dt
    before = (index.month < month) | ((index.month == month) & (index.day < day))
    ages: pd.Series = (index.year - people["year_of_birth"] - before).astype(float)
    return ages


def people_of(entries: pd.DataFrame) -> list[int]:
    """The people of a chunk: a cohort's are far apart, and nobody between them is read."""
    return [int(number) for number in entries["person_id"].unique()]


def read_frame(connection: Connection, query: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:
    """The rows of a query that has as many as people, not as measurements."""
    result = connection.execute(query)
    return pd.DataFrame(result.all(), columns=list(result.keys()))


def in_window(
    dates: pd.Series, index_dates: pd.Series, days: int | None, ends: pd.Series | None = None
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether something begins by the index date and is, or ends, no more than so many days before it.

    Args:
        dates: when it began.
        index_dates: same rows.
        days: of the window; None for any time before.
        ends: when it ended; when it began where None.
    """
    begun = dates <= index_dates
    if days is None:
        return begun.to_numpy(bool)
    last = dates if ends is None else ends
    return (begun & (last >= index_dates - pd.Timedelta(days=days))).to_numpy(bool)
