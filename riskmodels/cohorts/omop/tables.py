"""The tables of an OMOP CDM 5.4 that a cohort is built from, and a connection that cannot write.

Source: OHDSI Common Data Model v5.4, https://ohdsi.github.io/CommonDataModel/cdm54.html. Only the columns used here.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from riskmodels.errors import InputError, SourceDataError

URL_VARIABLE = "CARERISK_OMOP_URL"
_HINT = "Write postgresql://user:password@host/name or sqlite:////path/to/cdm.sqlite."
_NUMBER, _REAL, _DAY, _TIME, _TEXT = sa.BigInteger, sa.Float, sa.Date, sa.DateTime, sa.String
#: columns by table
_COLUMNS: dict[str, dict[str, type[sa.types.TypeEngine[Any]]]] = {
    "person": {"person_id": _NUMBER, "gender_concept_id": _NUMBER, "year_of_birth": _NUMBER, "month_of_birth": _NUMBER,
               "day_of_birth": _NUMBER},
    "observation_period": {"person_id": _NUMBER, "observation_period_start_date": _DAY,
                           "observation_period_end_date": _DAY},
    "measurement": {"measurement_id": _NUMBER, "person_id": _NUMBER, "measurement_concept_id": _NUMBER,
                    "measurement_date": _DAY, "measurement_datetime": _TIME, "operator_concept_id": _NUMBER,
                    "value_as_number": _REAL, "value_as_concept_id": _NUMBER, "unit_concept_id": _NUMBER},
    "condition_occurrence": {"condition_occurrence_id": _NUMBER, "person_id": _NUMBER,
                             "condition_concept_id": _NUMBER, "condition_start_date": _DAY,
                             "condition_status_concept_id": _NUMBER},
    "drug_exposure": {"drug_exposure_id": _NUMBER, "person_id": _NUMBER, "drug_concept_id": _NUMBER,
                      "drug_exposure_start_date": _DAY, "drug_exposure_end_date": _DAY, "route_concept_id": _NUMBER},
    "observation": {"observation_id": _NUMBER, "person_id": _NUMBER, "observation_concept_id": _NUMBER,
                    "observation_date": _DAY, "value_as_concept_id": _NUMBER},
    "concept": {"concept_id": _NUMBER, "concept_name": _TEXT, "vocabulary_id": _TEXT, "concept_code": _TEXT},
    "concept_ancestor": {"ancestor_concept_id": _NUMBER, "descendant_concept_id": _NUMBER},
    "concept_relationship": {"concept_id_1": _NUMBER, "concept_id_2": _NUMBER, "relationship_id": _TEXT},
    "cohort": {"cohort_definition_id": _NUMBER, "subject_id": _NUMBER, "cohort_start_date": _DAY},
}  # fmt: skip
#: tables and columns that a sample CDM may lack: what that costs is told
_OPTIONAL = frozenset({
    "concept_ancestor", "concept_relationship", "concept.concept_name", "drug_exposure.route_concept_id",
    "condition_occurrence.condition_status_concept_id",
})  # fmt: skip
_EPOCH = datetime.datetime(1970, 1, 1)


class _SecondsOfDay(sa.types.TypeDecorator[datetime.date]):
    """A day as OHDSI's SQLite samples (Eunomia) have it: seconds since 1970."""

    impl, cache_ok = sa.Float, True

    def process_bind_param(self, value: datetime.date | None, dialect: object) -> float | None:
        """The seconds of its midnight."""
        return None if value is None else (value - _EPOCH.date()).days * 86_400.0

    def process_result_value(self, value: float | None, dialect: object) -> datetime.date | None:
        """The day."""
        return None if value is None else (_EPOCH + datetime.timedelta(seconds=value)).date()


class _SecondsOfTime(sa.types.TypeDecorator[datetime.datetime]):
    """The same with the time of day."""

    impl, cache_ok = sa.Float, True

    def process_result_value(self, value: float | str | None, dialect: object) -> datetime.datetime | None:
        """The moment; of a time that is text all the same, as it says."""
        if isinstance(value, str):
            return datetime.datetime.fromisoformat(value)
        return None if value is None else _EPOCH + datetime.timedelta(seconds=value)


_IN_SECONDS: dict[type[sa.types.TypeEngine[Any]], type[sa.types.TypeEngine[Any]]] = {
    _DAY: _SecondsOfDay,
    _TIME: _SecondsOfTime,
}


@dataclass(frozen=True)
class Schemas:
    """Where the tables are; the connection's own schema where empty.

    Args:
        cdm: of the clinical tables.
        vocabulary: of the concept tables; that of the CDM when empty.
        cohort: of the cohort table; that of the CDM when empty.
    """

    cdm: str = ""
    vocabulary: str = ""
    cohort: str = ""


class Cdm:
    """The tables as SQLAlchemy Core knows them.

    Args:
        schemas: where they are.
        in_seconds: whether days and times are seconds since 1970.
    """

    def __init__(self, schemas: Schemas, *, in_seconds: bool = False) -> None:
        self._metadata, self._in_seconds = sa.MetaData(), in_seconds
        self.lacking: frozenset[str] = frozenset()
        clinical = schemas.cdm or None
        vocabulary = schemas.vocabulary or clinical
        self.person = self._table("person", clinical)
        self.observation_period = self._table("observation_period", clinical)
        self.measurement = self._table("measurement", clinical)
        self.condition = self._table("condition_occurrence", clinical)
        self.drug = self._table("drug_exposure", clinical)
        self.observation = self._table("observation", clinical)
        self.concept = self._table("concept", vocabulary)
        self.ancestor = self._table("concept_ancestor", vocabulary)
        self.relationship = self._table("concept_relationship", vocabulary)
        self.cohort = self._table("cohort", schemas.cohort or clinical)

    def _table(self, name: str, schema: str | None) -> sa.Table:
        kinds = _IN_SECONDS if self._in_seconds else {}
        columns = (sa.Column(column, kinds.get(kind, kind)) for column, kind in _COLUMNS[name].items())
        return sa.Table(name, self._metadata, *columns, schema=schema)

    def require(self, connection: Connection, *, with_cohort: bool) -> None:
        """Go on when every table that is needed is there, and note which of the others are not (:attr:`lacking`).

        Raises:
            SourceDataError: naming those that are not.
        """
        inspector = sa.inspect(connection)
        wanted = [t for t in self._metadata.tables.values() if with_cohort or t is not self.cohort]
        absent = {t.name for t in wanted if not inspector.has_table(t.name, schema=t.schema)}
        for table in (t for t in wanted if t.name not in absent):
            there = {column["name"].lower() for column in inspector.get_columns(table.name, schema=table.schema)}
            absent |= {f"{table.name}.{name}" for name in table.c.keys() if name not in there} & _OPTIONAL  # noqa: SIM118
        self.lacking = frozenset(absent & _OPTIONAL)
        if absent - _OPTIONAL:
            raise SourceDataError(
                f"The database has no table {', '.join(sorted(absent - _OPTIONAL))}.",
                hint="Name the schemas with --schema, --vocabulary-schema and --cohort-schema.",
            )

    def has(self, table: sa.Table) -> bool:
        """Whether an optional table is there."""
        return table.name not in self.lacking

    def optional(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """A column that may not be there: nothing in its place then."""
        named = str(column)
        lacks = any(named.endswith(name) for name in self.lacking)
        return sa.cast(sa.null(), column.type) if lacks else column


def open_cdm(connection: Connection, schemas: Schemas, *, with_cohort: bool) -> Cdm:
    """The tables of a database, which may write days as text or, on SQLite, as seconds since 1970.

    Raises:
        SourceDataError: when tables that are needed are not there.
    """
    cdm = Cdm(schemas)
    cdm.require(connection, with_cohort=with_cohort)
    if connection.dialect.name != "sqlite":
        return cdm
    start = cdm.observation_period.c.observation_period_start_date
    kind = connection.execute(sa.select(sa.func.typeof(start)).where(start.is_not(None)).limit(1)).scalar()
    if kind not in ("real", "integer"):
        return cdm
    numeric = Cdm(schemas, in_seconds=True)
    numeric.require(connection, with_cohort=with_cohort)
    return numeric


@contextmanager
def open_read_only(url: str = "") -> Iterator[Connection]:
    """A connection in one transaction that can only read and sees one state of the database throughout.

    Args:
        url: of SQLAlchemy; ``$CARERISK_OMOP_URL`` when empty. It is never printed: it may hold a password.

    Raises:
        InputError: when there is no address or it is not understood.
        SourceDataError: when the database cannot be reached or read.
    """
    address = _address(url or os.environ.get(URL_VARIABLE, ""))
    try:
        engine = _engine(address)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise InputError(
            "The driver of PostgreSQL is not installed.", hint="Install it: pip install 'psycopg[binary]'."
        ) from None
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        # texts of drivers quote statements, addresses and values
        kind = type(getattr(error, "orig", None) or error).__name__
        raise SourceDataError(
            f"The OMOP database cannot be read ({kind}).",
            hint="Check its address, the schemas, that the role may read them, and that dates are written YYYY-MM-DD.",
            log=f"omop database: {kind}",
        ) from None
    except ValueError as error:
        if "date string" not in str(error):
            raise
        raise SourceDataError(
            "A date in the OMOP database is not written YYYY-MM-DD.", hint="Load the CDM with ISO dates."
        ) from None
    finally:
        engine.dispose()


def _address(text: str) -> URL:
    if not text:
        raise InputError("There is no OMOP database named.", hint=f"Give --url, or set {URL_VARIABLE}. {_HINT}")
    try:
        address = make_url(text.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise InputError("The address of the OMOP database is not understood.", hint=_HINT) from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError("The OMOP database is neither PostgreSQL nor SQLite.", hint=_HINT)
    return address.set(drivername="postgresql+psycopg") if address.drivername == "postgresql" else address


def _engine(address: URL) -> sa.Engine:
    if address.get_backend_name() == "postgresql":
        return sa.create_engine(
            address, execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
    path = Path(address.database or "")
    if not path.is_file():
        raise InputError(f"There is no SQLite file {path}.", hint=_HINT)
    uri = f"{path.absolute().as_uri()}?mode=ro"
    read_only = URL.create("sqlite+pysqlite", database=uri.replace("file://", "file:", 1), query={"uri": "true"})
    return sa.create_engine(read_only)
