"""What the deployment files promise: no secret in them, nothing reachable but the proxy, few rights."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.waiting import HUNG

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (DEPLOY / "environment.example").read_text()
DOCUMENT = (ROOT / "docs" / "deployment.md").read_text()
#: of names of settings that hold a secret
SECRET = re.compile(r"SECRET|PASSWORD|KEY|TOKEN", re.IGNORECASE)


def environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in SERVICES[service].get("environment", {}).items()}


def asked(address: str) -> tuple[int, str]:
    """Status and text of an error page; asked again until the server listens."""
    latest = time.monotonic() + HUNG
    while time.monotonic() < latest:
        try:
            urllib.request.urlopen(address, timeout=120).close()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("nobody answered with an error")


class TestSecrets:
    @pytest.mark.parametrize("service", SERVICES)
    def test_no_setting_holds_one(self, service: str) -> None:
        given = {name: value for name, value in environment(service).items() if SECRET.search(name)}
        assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in given.items())

    @pytest.mark.parametrize("service", SERVICES)
    def test_address_of_the_database_holds_no_password(self, service: str) -> None:
        address = environment(service).get("DATABASE_URL", "postgresql://carerisk@db/carerisk")
        assert re.fullmatch(r"postgresql://carerisk@db/carerisk(\?passfile=/run/secrets/\w+)?", address)

    def test_example_of_the_environment_holds_none(self) -> None:
        assert [name for name in re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE) if SECRET.search(name)] == []

    def test_files_of_secrets_are_neither_committed_nor_in_the_image(self) -> None:
        ignored = (ROOT / ".gitignore").read_text().splitlines()
        assert {"/deploy/secrets/", "/deploy/tls/", "/deploy/.env", ".streamlit/secrets.toml"} <= set(ignored)
        assert {Path(entry["file"]).parts[0] for entry in COMPOSE["secrets"].values()} == {"secrets"}

    def test_every_secret_is_made_by_the_script_once(self, tmp_path: Path) -> None:
        made = run_make_secrets(tmp_path)
        assert run_make_secrets(tmp_path) == made
        assert set(made) == {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()} | {"app.env"}
        assert {(tmp_path / "secrets" / name).stat().st_mode & 0o777 for name in made} == {0o600}
        assert made["db_passfile"] == f"db:5432:carerisk:carerisk:{made['db_password']}\n"

    def test_no_two_secrets_are_the_same(self, tmp_path: Path) -> None:
        made = run_make_secrets(tmp_path)
        drawn = re.findall(r"[A-Za-z0-9_-]{64}", made["db_password"] + made["secrets.toml"] + made["app.env"])
        assert len(set(drawn)) == 3


def run_make_secrets(folder: Path) -> dict[str, str]:
    """The script in a folder of its own, without giving files away; what it made, by name."""
    text = (DEPLOY / "make_secrets.sh").read_text().replace("chown ", ": chown ")
    (folder / "make_secrets.sh").write_text(text)
    subprocess.run(["sh", str(folder / "make_secrets.sh")], check=True, capture_output=True)
    return {path.name: path.read_text() for path in (folder / "secrets").iterdir()}


class TestReach:
    def test_only_the_proxy_is_published(self) -> None:
        assert {name: s["ports"] for name, s in SERVICES.items() if "ports" in s} == {"proxy": ["80:80", "443:443"]}

    def test_database_is_on_a_network_without_a_way_out(self) -> None:
        assert SERVICES["db"]["networks"] == ["back"]
        assert COMPOSE["networks"]["back"]["internal"] is True
        assert "back" not in SERVICES["proxy"]["networks"]

    def test_nobody_shares_the_network_or_the_processes_of_the_machine(self) -> None:
        shared = {"network_mode", "pid", "ipc", "privileged", "devices", "userns_mode"}
        assert [name for name, service in SERVICES.items() if shared & service.keys()] == []

    def test_proxy_hides_what_is_for_the_machine_itself(self) -> None:
        proxy = (DEPLOY / "Caddyfile").read_text()
        for path in ("/_stcore/metrics*", "/_stcore/script-health-check*", "/_stcore/agent*"):
            assert path in proxy
        assert "respond @inside 404" in proxy

    @pytest.mark.skipif(shutil.which("caddy") is None, reason="no caddy here")
    def test_proxy_says_in_our_words_that_the_app_is_gone(self, tmp_path: Path) -> None:
        with socket.socket() as free, socket.socket() as gone:
            free.bind(("127.0.0.1", 0))
            gone.bind(("127.0.0.1", 0))
            port, nobody = free.getsockname()[1], gone.getsockname()[1]
        proxy = (DEPLOY / "Caddyfile").read_text()
        written = re.sub(r"dynamic a app 8501 {.*?}", f"to 127.0.0.1:{nobody}", proxy, flags=re.DOTALL)
        assert written != proxy
        (tmp_path / "Caddyfile").write_text(re.sub(r"\ttls .*", "", written))
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CARERISK_HOST": f"http://localhost:{port}"}
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as caddy:
            try:
                status, text = asked(f"http://localhost:{port}/Patient")
            finally:
                caddy.terminate()
        assert status == 502
        assert "The server does not answer" in text
        assert "kept for a day" in text

    def test_proxy_keeps_no_list_of_addresses(self) -> None:
        proxy = (DEPLOY / "Caddyfile").read_text()
        told = re.findall(r"^\s*log\b.*\n.*", proxy, re.MULTILINE)
        assert [line.split() for line in told] == [
            ["log", "{", "exclude", "http.log.error", "http.handlers.reverse_proxy"]
        ]

    def test_failed_statements_stay_out_of_the_log_of_the_database(self) -> None:
        command = " ".join(SERVICES["db"]["command"])
        assert "log_min_error_statement=panic" in command
        assert "log_error_verbosity=terse" in command


class TestProcesses:
    def test_browser_stays_with_one_of_several(self) -> None:
        proxy = (DEPLOY / "Caddyfile").read_text()
        assert SERVICES["app"]["deploy"]["replicas"] == "${CARERISK_PROCESSES:-2}"
        assert "dynamic a app 8501" in proxy
        assert "lb_policy cookie" in proxy

    def test_cohorts_are_scored_by_a_service_that_nobody_reaches(self) -> None:
        assert environment("app")["CARERISK_WORKERS"] == "0"
        assert SERVICES["work"]["command"] == ["python", "-m", "riskmodels", "work"]
        assert SERVICES["work"]["networks"] == ["back"]
        assert SERVICES["work"]["secrets"] == ["db_passfile"]

    def test_caddy_understands_the_file(self, tmp_path: Path) -> None:
        tool = shutil.which("caddy")
        if tool is None:
            pytest.skip("no Caddy (Debian package caddy)")
        command = [tool, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
        told = {"PATH": "/usr/bin", "HOME": str(tmp_path), "CARERISK_HOST": "risk.example.org"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=told)
        assert (done.returncode, "Valid configuration" in done.stdout + done.stderr) == (0, True), done.stderr


class TestRights:
    @pytest.mark.parametrize("service", SERVICES)
    def test_root_is_read_only_and_no_right_can_be_gained(self, service: str) -> None:
        found = SERVICES[service]
        assert found["read_only"] is True
        assert found["cap_drop"] == ["ALL"]
        assert found["security_opt"] == ["no-new-privileges:true"]
        assert found["ulimits"] == {"core": 0}

    @pytest.mark.parametrize("service", ["app", "work", "cds"])
    def test_app_is_an_ordinary_user_without_any_right(self, service: str) -> None:
        assert SERVICES[service]["user"] == "10001:10001"
        assert "cap_add" not in SERVICES[service]

    def test_app_writes_into_its_volumes_alone(self) -> None:
        assert SERVICES["app"]["volumes"] == ["data:/data", "models:/models"]
        assert [volume for volume in SERVICES["work"]["volumes"] if not volume.endswith(":ro")] == ["data:/data"]
        assert [volume for volume in SERVICES["cds"]["volumes"] if not volume.endswith(":ro")] == ["used:/used"]

    def test_service_for_record_systems_sees_no_database_no_job_and_no_secret(self) -> None:
        found = SERVICES["cds"]
        assert not any(volume.startswith("data:") for volume in found["volumes"])
        assert not {"secrets", "env_file"} & found.keys()
        assert "DATABASE_URL" not in environment("cds")
        assert "back" not in found["networks"]

    @pytest.mark.parametrize("service", SERVICES)
    def test_memory_and_processors_are_limited(self, service: str) -> None:
        assert SERVICES[service]["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}

    def test_app_waits_for_its_database(self) -> None:
        assert SERVICES["app"]["depends_on"]["db"]["condition"] == "service_healthy"
        assert "healthcheck" in SERVICES["db"]


class TestDocumented:
    def test_every_variable_of_compose_stands_in_the_example(self) -> None:
        used = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
        assert used - set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == set()

    def test_every_variable_is_told_in_the_document(self) -> None:
        names = (
            set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) | set(environment("app")) | set(environment("cds"))
        )
        assert sorted(name for name in names if f"`{name}`" not in DOCUMENT) == []

    def test_example_with_its_settings_makes_a_whole_sign_in(self) -> None:
        from riskmodels.shipping.site_checks import SIGN_IN

        secrets = {"CARERISK_OIDC_CLIENT_SECRET", "CARERISK_COOKIE_SECRET"}  # secrets.toml
        assert set(SIGN_IN) - secrets <= set(environment("app"))

    def test_roles_of_the_example_are_understood(self) -> None:
        from ui.sign_in.settings import read_roles

        (told,) = re.findall(r"^CARERISK_ROLES=(.*)$", EXAMPLE, re.MULTILINE)
        assert set(read_roles(told).values()) == {"care team", "analyst", "admin"}
