"""The app as ``make serve PROCESSES=3`` runs it, and people with sign-ins of their own."""

from __future__ import annotations

import hmac
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from riskmodels.records import open_database
from riskmodels.records.schema import DraftRow
from tests.serving import SIGN_IN, free_port, on_port, running
from tests.waiting import until

PROCESSES = 3
STICKY = "carerisk_process"


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
    port, data, temporary = free_port(PROCESSES + 1), tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("tmp")
    own = {
        "CARERISK_DATA": str(data),
        "CARERISK_MODEL_VERSIONS": str(data / "versions"),
        "DATABASE_URL": "",
        "TMPDIR": str(temporary),
    }
    environment = os.environ | own | on_port(SIGN_IN, port)
    command = [sys.executable, "tools/serve.py", "--processes", str(PROCESSES), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with running(command, log, environment, f"http://localhost:{port}/_stcore/health") as supervisor:
        until(lambda: f"{PROCESSES} processes." in log.read_text())
        yield Clinic(port, data, temporary, supervisor)
    assert supervisor.returncode == 0
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
