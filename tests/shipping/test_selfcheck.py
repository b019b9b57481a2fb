"""The readiness probe: what makes it say no, and that it says what to do."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Database, open_database
from riskmodels.records.audit import Action, record
from riskmodels.records.audit_keys import KEY
from riskmodels.shipping import selfcheck, site_checks
from riskmodels.shipping.site_checks import (
    Check,
    database_checks,
    folder_checks,
    server_check,
    sign_in_check,
)
from tests.postgresql import new_database
from tests.records.audit_trail import fill, rewrite
from ui.sign_in.settings import NEEDED, SHORTEST_SECRET

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "data" / "models"
SECRETS = {
    "redirect_uri": "https://risk.example.org/oauth2callback",
    "cookie_secret": "c" * 48,
    "client_id": "carerisk",
    "client_secret": "s" * 24,
    "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test."""
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "data"


def settings(root: Path, auth: dict[str, str], address: str = "") -> Path:
    """A project folder with secrets and configuration."""
    folder = root / ".streamlit"
    folder.mkdir()
    (folder / "config.toml").write_text(f'[server]\naddress = "{address}"\n' if address else "")
    if auth:
        (folder / "secrets.toml").write_text("[auth]\n" + "".join(f'{k} = "{v}"\n' for k, v in auth.items()))
    return root


class TestDatabase:
    def test_one_that_the_app_has_not_made_yet_is_no_obstacle(self, data: Path) -> None:
        (found,) = database_checks()
        assert (found.passed, "still empty" in found.detail) == (True, True)

    def test_one_that_is_not_there_is_not_made_by_the_check(self, data: Path) -> None:
        database_checks()
        assert not (data / "carerisk.db").exists()

    def test_one_that_was_here_and_is_gone_fails(self, data: Path) -> None:
        open_database().close()
        (data / "carerisk.db").unlink()
        (found,) = database_checks()
        assert (found.passed, "is gone" in found.detail) == (False, True)

    def test_one_that_is_up_to_date_passes_with_its_audit_trail(self, data: Path) -> None:
        database = open_database()
        record(database, LOCAL, Action.OPEN, "patient", "a" * 32)
        database.close()
        step, trail = database_checks()
        assert step.passed
        assert (trail.passed, trail.detail[:9]) == (True, "1 events,")

    def test_older_step_fails_and_says_how_to_migrate(self, data: Path) -> None:
        open_database().close()
        with closing(sqlite3.connect(data / "carerisk.db")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
            connection.commit()
        (found,) = database_checks()
        assert not found.passed
        assert "python -m riskmodels db upgrade" in found.detail

    def test_newer_step_fails(self, data: Path) -> None:
        open_database().close()
        with closing(sqlite3.connect(data / "carerisk.db")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        (found,) = database_checks()
        assert (found.passed, "newer code" in found.detail) == (False, True)

    @pytest.mark.parametrize(
        "damage",
        [
            "DELETE FROM audit_head",
            "UPDATE audit_head SET seq = 7",
            "UPDATE audit_head SET hash = 'x'",
            "DROP TRIGGER {delete}; DELETE FROM audit_event WHERE seq = 2",
            "DROP TRIGGER {delete}; DELETE FROM audit_event WHERE seq = 1",
        ],
    )
    def test_audit_trail_whose_end_is_not_where_it_was_fails(self, data: Path, damage: str) -> None:
        database = open_database()
        for _ in range(2):
            record(database, LOCAL, Action.OPEN, "patient", "a" * 32)
        database.close()
        with closing(sqlite3.connect(data / "carerisk.db")) as connection:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%DELETE ON audit_event%'"
            (trigger,) = connection.execute(wanted).fetchone()
            connection.executescript(damage.format(delete=trigger))
        assert [found.passed for found in database_checks()] == [True, False]

    def test_trail_that_was_rewritten_without_the_key_fails(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        database = self._keyed(monkeypatch)
        rewrite(database, without="v2")
        database.close()
        assert [(found.passed, found.detail[:34]) for found in database_checks()][1] == (
            False,
            "its first event by the key is not ",
        )

    def test_trail_without_its_anchor_is_cautioned(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        database = self._keyed(monkeypatch)
        with database.write() as session:
            session.execute(sa.text("DELETE FROM audit_anchor"))
        database.close()
        trail = database_checks()[1]
        assert (trail.passed, trail.caution, "audit begin" in trail.detail) == (True, True, True)

    def test_key_that_is_missing_here_is_cautioned(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._keyed(monkeypatch).close()
        assert not database_checks()[1].caution
        monkeypatch.delenv(KEY)
        trail = database_checks()[1]
        assert (trail.passed, trail.caution, "is not set here" in trail.detail) == (True, True, True)

    @staticmethod
    def _keyed(monkeypatch: pytest.MonkeyPatch) -> Database:
        """A database with six events by a key."""
        monkeypatch.setenv(KEY, "first")
        database = open_database()
        fill(database)
        return database

    def test_address_that_is_not_understood_fails(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "mysql://root:secret@db/carerisk")
        (found,) = database_checks()
        assert not found.passed
        assert "secret" not in found.detail

    def test_server_that_does_not_answer_fails_without_its_password(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://carerisk:secret@127.0.0.1:1/carerisk?connect_timeout=2")
        (found,) = database_checks()
        assert not found.passed
        assert "secret" not in found.detail


@pytest.fixture
def postgresql(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty PostgreSQL database as ``DATABASE_URL``; skips where there is no server, fails in CI."""
    with new_database("selfcheck") as address:
        monkeypatch.setenv("DATABASE_URL", address)
        yield


class TestPostgresql:
    def test_empty_one_fails_until_it_is_migrated(self, postgresql: None) -> None:
        (found,) = database_checks()
        assert not found.passed
        assert found.detail.startswith("PostgreSQL")
        assert "python -m riskmodels db upgrade" in found.detail
        open_database().close()
        assert [check.passed for check in database_checks()] == [True, True]

    def test_event_that_is_added_while_the_trail_is_looked_at_is_no_fault(self, postgresql: None) -> None:
        database = open_database()
        fill(database, 2)
        added: list[str] = []

        def add(_1: object, _2: object, statement: str, *_: object) -> None:
            if statement.startswith("SELECT count(*)") and "audit_event" in statement and not added:
                added.append(statement)
                fill(database, 1)

        sa.event.listen(database.engine, "before_cursor_execute", add)
        passed = [check.passed for check in database_checks()]
        sa.event.remove(database.engine, "before_cursor_execute", add)
        database.close()
        assert (len(added), passed) == (1, [True, True])


class TestFolder:
    def test_it_is_made_for_its_owner_alone(self, data: Path) -> None:
        place, disk = folder_checks()
        assert (place.passed, place.caution) == (True, False)
        assert disk.passed
        assert data.stat().st_mode & 0o777 == 0o700
        assert list(data.iterdir()) == []

    def test_one_that_others_may_enter_is_cautioned(self, data: Path) -> None:
        data.mkdir(mode=0o755)
        place, _ = folder_checks()
        assert (place.passed, place.caution, "chmod 700" in place.detail) == (True, True, True)

    def test_one_that_cannot_be_written_fails_and_says_what_to_do(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        (found,) = folder_checks(tmp_path / "file" / "below")
        assert (found.passed, "CARERISK_DATA" in found.detail) == (False, True)

    @pytest.mark.parametrize(
        ("free", "passed", "caution"), [(0.9e9, False, False), (1.1e9, True, True), (5.1e9, True, False)]
    )
    def test_room_on_the_disk(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, free: float, passed: bool, caution: bool
    ) -> None:
        usage = shutil._ntuple_diskusage(10**12, 0, int(free))  # type: ignore[attr-defined]
        monkeypatch.setattr(site_checks.shutil, "disk_usage", lambda _: usage)
        _, disk = folder_checks()
        assert (disk.passed, disk.caution) == (passed, caution)


def sign_in(root: Path, environment: dict[str, str] | None = None) -> Check:
    return sign_in_check(environment or {}, root, home=root / "nobody")


class TestSettings:
    def test_misspelt_variable_is_cautioned_by_name_with_what_was_meant(self) -> None:
        found = site_checks.settings_check({"CARERISK_IDLE_MINUTE": "sssss"})
        assert (found.passed, found.caution) == (True, True)
        assert "CARERISK_IDLE_MINUTE (meant CARERISK_IDLE_MINUTES?)" in found.detail
        assert "sssss" not in found.detail

    def test_known_ones_are_no_matter(self) -> None:
        assert not site_checks.settings_check({"CARERISK_DATA": "/d", "CARERISK_TEST_POSTGRES": "x"}).caution


class TestSignIn:
    def test_settings_are_those_that_the_app_reads(self) -> None:
        assert site_checks.SIGN_IN == NEEDED
        assert site_checks.SHORTEST_SECRET == SHORTEST_SECRET

    def test_none_is_right_on_the_loopback_address(self, tmp_path: Path) -> None:
        assert sign_in(settings(tmp_path, {}, "127.0.0.1")).passed

    def test_none_fails_where_other_computers_can_reach_the_app(self, tmp_path: Path) -> None:
        found = sign_in(settings(tmp_path, {}, "127.0.0.1"), {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"})
        assert (found.passed, "docs/sign_in.md" in found.detail) == (False, True)

    def test_none_fails_where_no_address_is_set(self, tmp_path: Path) -> None:
        assert not sign_in(settings(tmp_path, {})).passed

    def test_whole_one_passes_at_any_address(self, tmp_path: Path) -> None:
        assert sign_in(settings(tmp_path, SECRETS, "0.0.0.0")).passed

    def test_environment_and_file_add_up(self, tmp_path: Path) -> None:
        root = settings(tmp_path, SECRETS | {"client_secret": ""}, "0.0.0.0")
        assert sign_in(root, {"CARERISK_OIDC_CLIENT_SECRET": "ssss"}).passed

    @pytest.mark.parametrize("name", NEEDED)
    def test_part_of_one_fails_naming_what_is_missing_and_no_secret(self, tmp_path: Path, name: str) -> None:
        found = sign_in(settings(tmp_path, SECRETS | {NEEDED[name]: ""}, "127.0.0.1"))
        assert not found.passed
        assert name in found.detail
        assert "ssss" not in found.detail

    def test_secret_of_the_cookie_must_be_long(self, tmp_path: Path) -> None:
        assert not sign_in(settings(tmp_path, SECRETS | {"cookie_secret": "short"})).passed

    @pytest.mark.parametrize("text", ["https://[::1", "https://a:port", "https://\u00edd.example.org"])
    def test_text_that_is_no_address_fails(self, tmp_path: Path, text: str) -> None:
        found = sign_in(settings(tmp_path, SECRETS | {"server_metadata_url": text}))
        assert (found.passed, "no address" in found.detail) == (False, True)

    @pytest.mark.parametrize("key", ["redirect_uri", "server_metadata_url"])
    def test_address_without_tls_fails_but_on_this_machine(self, tmp_path: Path, key: str) -> None:
        root = settings(tmp_path, SECRETS | {key: "http://risk.example.org/oauth2callback"})
        assert not sign_in(root).passed
        (root / ".streamlit" / "secrets.toml").unlink()
        (root / ".streamlit").joinpath("config.toml").unlink()
        (root / ".streamlit").rmdir()
        assert sign_in(settings(tmp_path, SECRETS | {key: "http://localhost:8501/oauth2callback"})).passed

    def test_damaged_settings_fail_without_repeating_them(self, tmp_path: Path) -> None:
        root = settings(tmp_path, SECRETS)
        (root / ".streamlit" / "secrets.toml").write_text('[auth\nclient_secret = "ssss')
        found = sign_in(root)
        assert not found.passed
        assert "ssss" not in found.detail


@contextmanager
def answering(status: int) -> Iterator[str]:
    """The address of a server that answers with this status where it is asked whether it is ready."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestServer:
    def test_one_that_answers_passes(self) -> None:
        with answering(200) as address:
            assert server_check(address).passed

    def test_one_that_takes_no_records_fails(self) -> None:
        with answering(503) as address:
            found = server_check(address)
        assert (found.passed, "takes no records now" in found.detail) == (False, True)

    @pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nowhere"])
    def test_one_that_is_not_there_fails(self, address: str) -> None:
        assert not server_check(address).passed


class TestSignals:
    def test_missing_models_are_named(self, tmp_path: Path) -> None:
        found = selfcheck.signal_checks(tmp_path)
        assert [(check.name, check.passed) for check in found] == [("glucose_forecast", False), ("ventricular", False)]


class TestCommand:
    def run(self, *arguments: str) -> tuple[int, list[str]]:
        parser, said = argparse.ArgumentParser(), list[str]()
        selfcheck.add_arguments(parser)
        return selfcheck.selfcheck_command(parser.parse_args(arguments), MODELS, said.append), said

    def test_all_that_is_checked_is_named(self, data: Path) -> None:
        open_database().close()
        code, said = self.run()
        names = {line[5:].split(":")[0] for line in said[:-1]}
        assert (code, said[-1]) == (0, "ready")
        assert names == {
            "population", "chest_pain", "outcomes", "retina", "heart_size", "glucose_forecast", "ventricular", "device",
            "database", "audit trail", "data folder", "disk", "sign-in", "settings",
        }  # fmt: skip

    def test_machines_get_one_object(self, data: Path) -> None:
        code, (said,) = self.run("--json", "--quick")
        told = json.loads(said)
        assert (code, told["ready"]) == (0, True)
        assert told["checks"][0].keys() == {"name", "passed", "detail", "caution"}

    def test_one_failure_is_not_ready(self, data: Path) -> None:
        code, said = self.run("--quick", "--server", "http://127.0.0.1:1")
        assert (code, said[-1]) == (1, "not ready")
        assert said[-2].startswith("FAIL server:")

    def test_quick_one_does_not_load_torch(self, data: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from riskmodels.shipping.selfcheck import all_checks; "
            "all_checks(Path('.'), quick=True); sys.exit('torch' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

    def test_version_in_force_that_is_gone_fails(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path))
        (tmp_path / "population").mkdir()
        gone = '[{"version": "2026-01-01-gone", "date": "2026-01-01"}]'
        (tmp_path / "population" / "choices.json").write_text(gone)
        (found,) = selfcheck.version_checks(MODELS)
        assert (found.name, found.passed) == ("population in force", False)

    def test_caution_is_shown_and_stays_ready(self) -> None:
        found = [Check("disk", True, "3 GB free", caution=True)]
        assert selfcheck.as_lines(found) == ["warn disk: 3 GB free", "ready"]
