"""The systemd units, read by systemd itself where it is there: paths of a server are moved to where something is."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
HARDENING = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "true",
    "RestrictSUIDSGID": "true",
    "LockPersonality": "true",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "LimitCORE": "0",
    "User": "carerisk",
}


class _Repeated(dict[str, str]):
    """Keys that stand several times are joined, as systemd joins them."""

    def __setitem__(self, key: str, value: str) -> None:
        both = isinstance(value, list) and key in self
        super().__setitem__(key, self[key] + value if both else value)  # type: ignore[operator]


def service(name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, dict_type=_Repeated, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name)
    return dict(parser["Service"])


def test_units_are_there() -> None:
    assert UNITS == ["carerisk-backup.service", "carerisk-cds.service", "carerisk.service"]


@pytest.mark.parametrize("name", UNITS)
def test_unit_is_hardened(name: str) -> None:
    found = service(name)
    assert {key: found.get(key) for key in HARDENING} == HARDENING


@pytest.mark.parametrize("name", UNITS)
def test_unit_holds_no_secret(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert not re.search(r"(PASSWORD|SECRET|KEY)\w*=", text)
    assert ("EnvironmentFile=/etc/carerisk/secrets.env" in text) == (name != "carerisk-cds.service")


def test_server_answers_to_this_machine_only() -> None:
    assert "STREAMLIT_SERVER_ADDRESS=127.0.0.1" in (DEPLOY / "carerisk.service").read_text()
    assert "--host" not in (DEPLOY / "carerisk-cds.service").read_text()  # its default


@pytest.mark.parametrize("name", [*UNITS, "carerisk-backup.timer"])
def test_systemd_understands_every_line(name: str, tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd here")
    for path in DEPLOY.glob("carerisk*"):
        moved = path.read_text().replace("/opt/carerisk/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(moved)
    done = subprocess.run([tool, "verify", tmp_path / name], capture_output=True, text=True, check=False)
    about_ours = [line for line in (done.stdout + done.stderr).splitlines() if "carerisk" in line]
    assert about_ours == []


def test_used_tokens_are_kept_in_a_folder_of_the_service_s_own() -> None:
    text = (DEPLOY / "carerisk-cds.service").read_text()
    assert "CARERISK_CDS_STORE=sqlite:////var/lib/carerisk-cds/tokens.db" in text
    assert "DATABASE_URL" not in text


def test_systemd_would_have_complained(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd here")
    (tmp_path / "carerisk.service").write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")
    done = subprocess.run([tool, "verify", tmp_path / "carerisk.service"], capture_output=True, text=True, check=False)
    assert "ProtectSytem" in done.stdout + done.stderr


def test_only_the_app_and_its_backup_see_the_data_folder() -> None:
    folders = [(service(name).get("StateDirectory"), service(name).get("StateDirectoryMode")) for name in UNITS]
    assert folders == [("carerisk", "0700"), ("carerisk-cds", "0700"), ("carerisk", "0700")]
    cds = service("carerisk-cds.service")
    assert cds["TemporaryFileSystem"] == "/var/lib/carerisk:ro"
    assert cds["BindReadOnlyPaths"] == "-/var/lib/carerisk/model_versions"
