"""What the source must not do, read from it.

Statements made of text, files for spreadsheets past the one writer, caches shared by people, unsafe HTML, logs with
values, requests to anywhere, weak randomness.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UI = sorted([*ROOT.glob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")])
LIBRARY = sorted((ROOT / "riskmodels").rglob("*.py"))
SOURCES = [*UI, *LIBRARY]
#: modules that only whoever deploys or measures runs
TOOLS = ("riskmodels/shipping/bench", "riskmodels/cohorts/fetch.py", "riskmodels/cohorts/nhanes/download.py",
         "riskmodels/cohorts/registry.py")  # fmt: skip
MIGRATIONS = "riskmodels/records/migrations"
RUN = {"text", "execute", "exec_driver_sql", "executemany", "executescript", "DDL", "literal_column", "TextClause"}
SQL = ("select ", "insert ", "update ", "delete ", "pragma ", "create ", "drop ", "alter ", "truncate ")
LOGGED = {"debug", "info", "warning", "error", "exception", "critical", "log"}
#: caches of the process that hold nothing of a patient: models, database, executors
SHARED = {
    "ui/cohort/background.py:_executor", "ui/compound/models.py:compound_models", "ui/database.py:database",
    "ui/generate/photos.py:_shipped",
    "ui/image/job.py:_executor", "ui/image/models.py:_load", "ui/image/site_job.py:_executor",
    "ui/models.py:shipped_models", "ui/signal/models.py:_forecast",
}  # fmt: skip


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(paths: list[Path]) -> Iterator[tuple[str, ast.Call, str]]:
    """Every call: where, itself, and the last part of what is called."""
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                yield f"{name_of(path)}:{node.lineno}", node, ast.unparse(node.func).rpartition(".")[2]


def is_built(node: ast.expr, constants: set[str]) -> bool:
    """Whether a text is put together: an f-string with anything but loop variables over constants, +, %, format."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return not all({n.id for n in ast.walk(part) if isinstance(n, ast.Name)} <= constants for part in parts)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod) and any(
            isinstance(side, ast.Constant | ast.JoinedStr) for side in (node.left, node.right)
        )
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".format", ".join", ".replace"))


def over_constants(path: Path) -> set[str]:
    """Names of loops over constants that are written there: ``for what in ("UPDATE", "DELETE")``."""
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Tuple):
            parts = [part for part in ast.walk(node.iter) if isinstance(part, ast.Name)]
            if {part.id for part in parts} <= {"BUSY"}:  # a number of the module
                names.add(node.target.id)
    return names


def test_sources_are_found() -> None:
    assert {"app.py", "ui/page.py", "pages/1_Patient.py", "riskmodels/records/listing.py"} <= {
        name_of(path) for path in SOURCES
    }


class TestSql:
    def test_no_statement_is_made_of_text(self) -> None:
        built = []
        for path in SOURCES:
            if not name_of(path).startswith((*TOOLS, MIGRATIONS)):  # migrations see no input at all
                constants = over_constants(path)
                built += [
                    where
                    for where, call, last in calls([path])
                    if last in RUN and call.args and is_built(call.args[0], constants)
                ]
        assert built == []

    def test_no_text_that_is_put_together_looks_like_a_statement(self) -> None:
        found = [
            f"{name_of(path)}:{node.lineno}"
            for path in SOURCES
            if not name_of(path).startswith((*TOOLS, MIGRATIONS))
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.JoinedStr)
            and isinstance(node.values[0], ast.Constant)
            and str(node.values[0].value).casefold().startswith(SQL)
            and name_of(path) != "riskmodels/records/sqlite_file.py"  # PRAGMA, of constants: see the test above
        ]
        assert found == []

    def test_the_test_sees_what_it_looks_for(self) -> None:
        def expression(text: str) -> ast.expr:
            return ast.parse(text, mode="eval").body

        assert is_built(expression("f'SELECT {label}'"), set())
        assert is_built(expression("'SELECT ' + label"), set())
        assert is_built(expression("'SELECT %s' % label"), set())
        assert is_built(expression("'SELECT {}'.format(label)"), set())
        assert not is_built(expression("select(PatientRow).where(PatientRow.label == label)"), set())
        assert not is_built(expression("f'PRAGMA {pragma}'"), {"pragma"})


class TestExports:
    def test_tables_for_spreadsheets_are_written_by_the_one_writer_alone(self) -> None:
        allowed = {
            "riskmodels/interop/table/safe_csv.py",  # the writer itself
            "riskmodels/interop/columns/template.py",  # constants of the vocabulary
            "riskmodels/cohorts/extracts.py",  # the committed extracts of public data
            "riskmodels/generated/written/as_omop.py",  # tables for a database: numbers, labels and codes of ours
            "riskmodels/molecules/pairs/table.py",  # the committed changes of measured compounds: fragments and numbers
            "riskmodels/shipping/molecules/compounds_file.py",  # the committed compounds of ChEMBL: SMILES and numbers
            "riskmodels/shipping/signals/pressure_sample.py",  # the committed sample: invented numbers, no one's text
        }
        found = [
            where
            for where, call, last in calls(SOURCES)
            if (last == "to_csv" and isinstance(call.func, ast.Attribute)) or ast.unparse(call.func) == "csv.writer"
            if where.split(":")[0] not in allowed
        ]
        assert found == []

    def test_no_workbook_is_written(self) -> None:
        assert [where for where, _, last in calls(SOURCES) if last in ("to_excel", "ExcelWriter", "Workbook")] == []

    def test_arrow_writes_text_through_the_sink_alone(self) -> None:
        found = [w for w, _, last in calls(SOURCES) if last in ("CSVWriter", "write_csv")]
        numbers = {"riskmodels/cohorts/write.py"}  # the vocabulary's columns and whole-number ids, no text
        assert {where.split(":")[0] for where in found} - numbers == {"riskmodels/scoring/sinks.py"}


def decorators(path: Path) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                yield node.name, decorator


class TestCaches:
    def test_results_of_patients_are_cached_for_one_session_or_not_at_all(self) -> None:
        shared = [
            f"{name_of(path)}:{name}"
            for path in UI
            for name, decorator in decorators(path)
            if "cache_data" in ast.unparse(decorator)
            and 'scope="session"' not in ast.unparse(decorator).replace("'", '"')
        ]
        assert shared == []

    def test_what_all_people_share_is_a_closed_list(self) -> None:
        found = {
            f"{name_of(path)}:{name}"
            for path in UI
            for name, decorator in decorators(path)
            if "cache_resource" in ast.unparse(decorator)
        }
        assert found == SHARED

    def test_pages_and_their_modules_remember_nothing_at_module_level_by_function(self) -> None:
        # functools caches are of the process: all people share them
        allowed = {"ui/image/overlay.py:heat_colours", "ui/sign_in/settings.py:sign_in_settings"}
        found = {
            f"{name_of(path)}:{name}"
            for path in UI
            for name, decorator in decorators(path)
            if ast.unparse(decorator).split("(")[0].rpartition(".")[2] in ("cache", "lru_cache")
        }
        assert found <= allowed


class TestMarkup:
    def test_no_unsafe_html_or_script_is_allowed_anywhere(self) -> None:
        unsafe = ("unsafe_allow_html", "unsafe_allow_javascript")
        assert [w for w, call, _ in calls(UI) if any(k.arg in unsafe for k in call.keywords)] == []

    def test_no_component_runs_a_script_of_its_own(self) -> None:
        found = [w for w, call, _ in calls(UI) if "components" in ast.unparse(call.func).split(".")]
        assert found == []


class TestLogs:
    def test_messages_are_constants_and_arguments_name_kinds_only(self) -> None:
        """What may be logged: ``error.log``, the name of a class, the name of a function, or constants."""
        found = []
        for where, call, last in calls(SOURCES):
            owner = ast.unparse(call.func).rpartition(".")[0]
            if last not in LOGGED or owner not in ("_LOG", "LOG", "_LOGGER", "logging", "logger", "_log"):
                continue
            if where.startswith("riskmodels/runtime/logs.py"):
                continue
            parts = call.args[1:] if isinstance(call.args[0], ast.Constant) else call.args
            found += [f"{where} {ast.unparse(part)}" for part in parts if not _names_a_kind(part)]
        assert found == []

    def test_no_traceback_is_printed(self) -> None:
        found = [w for w, call, _ in calls(SOURCES) if ast.unparse(call.func).startswith("traceback.")]
        assert found == []

    def test_library_prints_nothing_but_on_the_command_line(self) -> None:
        found = {w.split(":")[0] for w, call, _ in calls(SOURCES) if ast.unparse(call.func) == "print"}
        assert {name for name in found if not name.startswith(("riskmodels/cli", *TOOLS))} <= {
            "riskmodels/shipping/bench/imaging.py"
        }


def _names_a_kind(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _names_a_kind(node.body) and _names_a_kind(node.orelse)
    if isinstance(node, ast.BoolOp):
        return all(map(_names_a_kind, node.values))
    return isinstance(node, ast.Constant) or ast.unparse(node).endswith((".log", ".__name__"))


class TestOutside:
    def test_the_app_asks_nobody_but_its_provider_its_database_and_listed_records(self) -> None:
        """Streamlit's own sign-in asks the provider, a SMART launch the records it is set to; only tools download."""
        clients = ("requests", "httpx", "urllib.request", "aiohttp", "socket", "ftplib", "smtplib")
        allowed = (*TOOLS, "riskmodels/shipping/site_checks.py", "riskmodels/cohorts/nhanes", "riskmodels/smart/")
        found = []
        for path in SOURCES:
            names = [
                alias.name if isinstance(node, ast.Import) else str(node.module)
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            ]
            if any(n == c or n.startswith(f"{c}.") for n in names for c in clients):
                found.append(name_of(path))
        assert [name for name in found if not name.startswith(allowed)] == []

    def test_no_program_is_started_but_the_worker(self) -> None:
        started = {"system", "popen", "Popen", "check_output", "check_call", "spawn", "run",
                   "create_subprocess_exec", "create_subprocess_shell"}  # fmt: skip
        found = [
            where.split(":")[0]
            for where, call, last in calls(SOURCES)
            if last in started and ast.unparse(call.func).split(".")[0] in ("os", "subprocess", "asyncio")
        ]
        # python -m riskmodels work, with a count and the server's own process id
        assert [name for name in found if not name.startswith(TOOLS)] == ["ui/server/worker.py"]


class TestChance:
    @pytest.mark.parametrize("folder", ["riskmodels/records", "ui", "riskmodels/scoring", "riskmodels/cds"])
    def test_ids_are_drawn_by_secrets(self, folder: str) -> None:
        used = [
            f"{name_of(path)}:{node.lineno}"
            for path in SOURCES
            if name_of(path).startswith(folder)
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names)
        ]
        assert used == []
