"""The app as ``make serve PROCESSES=3`` runs it, and people with sign-ins of their own."""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from riskmodels.records import open_database
from riskmodels.records.schema import DraftRow

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 3
COOKIE_SECRET = secrets.token_hex(32)
STICKY = "carerisk_process"
#: seconds; a busy machine starts four Pythons slowly
_STARTED_WITHIN = 300.0


@dataclass
class Clinic:
    """The app that runs.

    Args:
        port: of the proxy; the processes have the next ones.
        data: the data folder.
        temporary: where the proxy's configuration lies.
    """

    port: int
    data: Path
    temporary: Path
    supervisor: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """Where browsers connect."""
        return f"http://localhost:{self.port}"

    @property
    def ports(self) -> list[int]:
        """Of the processes."""
        return [self.port + 1 + number for number in range(PROCESSES)]

    def cookie_of(self, port: int) -> str:
        """What a browser sends that stays with the process on that port (Caddy: HMAC-SHA-256 of its address)."""
        (configuration,) = self.temporary.glob("carerisk-serve-*/Caddyfile")
        (key,) = re.findall(rf"lb_policy cookie {STICKY} (\w+)", configuration.read_text())
        return hmac.new(key.encode(), f"127.0.0.1:{port}".encode(), "sha256").hexdigest()

    def pid_of(self, *words: str) -> int:
        """The one program of the supervisor with these arguments."""
        found = [pid for pid in _children(self.supervisor.pid) if set(words) <= set(_arguments(pid))]
        assert len(found) == 1, found
        return found[0]

    def kill(self, *words: str) -> None:
        """SIGKILL for it: it can save nothing any more."""
        os.kill(self.pid_of(*words), signal.SIGKILL)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def identity(subject: str, *roles: str, origin: str) -> str:
    """The identity cookie of somebody who has just signed in, as the provider's answer would make it."""
    claims = {
        "iss": "https://identity.example",
        "sub": subject,
        "name": subject.title(),
        "roles": list(roles),
        "iat": int(time.time()),
        "nonce": secrets.token_hex(8),
        "origin": origin,
        "is_logged_in": True,
        "provider": "default",
    }
    return create_signed_value(COOKIE_SECRET, USER_COOKIE_NAME, json.dumps(claims)).decode()


def _free_ports() -> int:
    """The first of so many ports in a row that are free."""
    for first in range(18740, 18760, PROCESSES + 1):
        probes = [socket.socket() for _ in range(PROCESSES + 1)]
        try:
            for number, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + number))
            return first
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError("no free ports")


def environment(port: int, data: Path, temporary: Path) -> dict[str, str]:
    """With sign-in at a provider that is not asked, since the cookies are made here."""
    own = {
        "CARERISK_DATA": str(data),
        "CARERISK_MODEL_VERSIONS": str(data / "versions"),
        "TMPDIR": str(temporary),
        "CARERISK_COOKIE_SECRET": COOKIE_SECRET,
        "CARERISK_OIDC_METADATA_URL": "https://identity.example/.well-known/openid-configuration",
        "CARERISK_OIDC_CLIENT_ID": "carerisk",
        "CARERISK_OIDC_CLIENT_SECRET": COOKIE_SECRET,
        "CARERISK_OIDC_REDIRECT_URI": f"http://localhost:{port}/oauth2callback",
    }
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | own


def caddy_or_skip() -> None:
    """Skips where there is no Caddy, fails in CI."""
    if shutil.which("caddy") is None:
        reason = "no Caddy (Debian package caddy)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """Three processes behind Caddy, all of them ready."""
    caddy_or_skip()
    port, data, temporary = _free_ports(), tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("tmp")
    command = [sys.executable, "tools/serve.py", "--processes", str(PROCESSES), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with log.open("wb") as written:
        told = environment(port, data, temporary)
        supervisor = subprocess.Popen(command, cwd=ROOT, env=told, stdout=written, stderr=subprocess.STDOUT)
    made = Clinic(port, data, temporary, supervisor)
    try:
        until(lambda: f"{PROCESSES} processes." in log.read_text(), _STARTED_WITHIN)
        until(lambda: answers(f"{made.url}/_stcore/health"), _STARTED_WITHIN)
        yield made
    finally:
        supervisor.terminate()
        code = supervisor.wait(timeout=60)
    assert code == 0
    assert _children(supervisor.pid) == []


def fields_kept(clinic: Clinic, query: str) -> dict[str, float]:
    """What the database has of the form whose draft stands in an address; empty where there is none yet."""
    return form_kept(clinic, query).get("fields", {})


def form_kept(clinic: Clinic, query: str) -> dict[str, Any]:
    """The same, with units."""
    (identifier,) = parse_qs(query).get("draft", [""])
    database = open_database(folder=clinic.data)
    with database.read() as read:
        row = read.get(DraftRow, identifier)
    return dict(row.content["content"]) if row is not None else {}


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 180.0) -> None:
    """Wait for something that must come."""
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "it did not come"
        time.sleep(0.1)
