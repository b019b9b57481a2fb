"""Programs that tests serve: the app and what stands around it, each on a free port, awaited, and ended afterwards."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tests.waiting import HUNG, until

ROOT = Path(__file__).resolve().parents[1]
#: signs the cookies that the provider's answer would make
COOKIE_SECRET = secrets.token_hex(32)
#: sign-in at a provider that is not asked, since :func:`identity` makes the cookies
SIGN_IN = {
    "CARERISK_COOKIE_SECRET": COOKIE_SECRET,
    "CARERISK_OIDC_METADATA_URL": "https://identity.example/.well-known/openid-configuration",
    "CARERISK_OIDC_CLIENT_ID": "carerisk",
    "CARERISK_OIDC_CLIENT_SECRET": COOKIE_SECRET,
    "CARERISK_OIDC_REDIRECT_URI": "http://localhost:{port}/oauth2callback",
}
#: ports below those that the system hands out to connections: nobody takes one between the look and the start
_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Served:
    """A program that answers.

    Args:
        url: its address.
        data: the app's data folder.
        log: the file with all it wrote to its standard streams.
    """

    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)


def free_port(row: int = 1) -> int:
    """The first of so many free ports in a row."""
    for _ in range(100):
        first = _PORTS.start + secrets.randbelow(len(_PORTS))
        with ExitStack() as probes:
            try:
                for port in range(first, first + row):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")


def answers(address: str) -> bool:
    """Whether somebody answers there with success."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


def on_port(environment: Mapping[str, str], port: int) -> dict[str, str]:
    """The environment with the port where it says ``{port}``."""
    return {name: value.replace("{port}", str(port)) for name, value in environment.items()}


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str], ready: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process of its own, from its first answer on.

    Args:
        command: to start it, in the root of the repository.
        log: the file for all it writes.
        environment: the whole of it.
        ready: address that answers once the program is ready.
    """
    with log.open("wb") as written:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        until(lambda: process.poll() is not None or answers(ready), every=0.1)
        assert process.poll() is None, f"it ended with code {process.returncode}: {log.read_text()[-2000:]}"
        yield process
    finally:
        process.terminate()
        process.wait(HUNG)


@contextmanager
def served(place: Path, environment: Mapping[str, str] | None = None, options: Sequence[str] = ()) -> Iterator[Served]:
    """The app by ``streamlit run app.py``.

    Args:
        place: folder for its data and its log; it is made.
        environment: beside that of the tests; ``{port}`` in a value becomes the port. SQLite in the data folder
            unless it names a database.
        options: for the command.
    """
    place.mkdir(exist_ok=True)
    port = free_port()
    data, log, url = place / "data", place / "log.txt", f"http://localhost:{port}"
    told = {"CARERISK_DATA": str(data), "DATABASE_URL": ""} | on_port(environment or {}, port)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    with running(command, log, os.environ | told, f"{url}/_stcore/health") as process:
        yield Served(url, data, log, process)


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
