"""The tables of an OMOP CDM 5.4 that a cohort is built from, and a connection that cannot write.

Source: OHDSI Common Data Model v5.4, https://ohdsi.github.io/CommonDataModel/cdm54.html. Only the columns used here.
"""

from __future__ import annotations

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
    """

    def __init__(self, schemas: Schemas) -> None:
        self._metadata = sa.MetaData()
        clinical = schemas.cdm or None
        vocabulary = schemas.vocabulary or clinical
        number, day, text = sa.BigInteger, sa.Date, sa.String
        self.person = self._table(
            "person",
            clinical,
            person_id=number,
            gender_concept_id=number,
            year_of_birth=number,
            month_of_birth=number,
            day_of_birth=number,
        )
        self.observation_period = self._table(
            "observation_period",
            clinical,
            person_id=number,
            observation_period_start_date=day,
            observation_period_end_date=day,
        )
        self.measurement = self._table(
            "measurement",
            clinical,
            measurement_id=number,
            person_id=number,
            measurement_concept_id=number,
            measurement_date=day,
            measurement_datetime=sa.DateTime,
            operator_concept_id=number,
            value_as_number=sa.Float,
            value_as_concept_id=number,
            unit_concept_id=number,
        )
        self.condition = self._table(
            "condition_occurrence",
            clinical,
            condition_occurrence_id=number,
            person_id=number,
            condition_concept_id=number,
            condition_start_date=day,
        )
        self.drug = self._table(
            "drug_exposure",
            clinical,
            drug_exposure_id=number,
            person_id=number,
            drug_concept_id=number,
            drug_exposure_start_date=day,
            drug_exposure_end_date=day,
        )
        self.observation = self._table(
            "observation",
            clinical,
            observation_id=number,
            person_id=number,
            observation_concept_id=number,
            observation_date=day,
            value_as_concept_id=number,
        )
        self.concept = self._table("concept", vocabulary, concept_id=number, vocabulary_id=text, concept_code=text)
        self.ancestor = self._table(
            "concept_ancestor", vocabulary, ancestor_concept_id=number, descendant_concept_id=number
        )
        self.relationship = self._table(
            "concept_relationship", vocabulary, concept_id_1=number, concept_id_2=number, relationship_id=text
        )
        self.cohort = self._table(
            "cohort",
            schemas.cohort or clinical,
            cohort_definition_id=number,
            subject_id=number,
            cohort_start_date=day,
        )

    def _table(self, name: str, schema: str | None, **columns: Any) -> sa.Table:
        return sa.Table(name, self._metadata, *(sa.Column(n, kind) for n, kind in columns.items()), schema=schema)

    def require(self, connection: Connection, *, with_cohort: bool) -> None:
        """Go on when every table that is needed is there.

        Raises:
            SourceDataError: naming those that are not.
        """
        inspector = sa.inspect(connection)
        wanted = [t for t in self._metadata.tables.values() if with_cohort or t is not self.cohort]
        absent = sorted(t.name for t in wanted if not inspector.has_table(t.name, schema=t.schema))
        if absent:
            raise SourceDataError(
                f"The database has no table {', '.join(absent)}.",
                hint="Name the schemas with --schema, --vocabulary-schema and --cohort-schema.",
            )


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
