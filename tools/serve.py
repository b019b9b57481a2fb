"""Serve the app with several processes on one machine: ``make serve PROCESSES=3``.

One ``streamlit run app.py`` a process on this machine's own ports, one process that scores cohorts, and Caddy before
them, which sends a browser to the same process as long as that lives (tools/serve_proxy.py). What dies is started
again; SIGTERM or Ctrl-C ends all. With one process it is ``streamlit run app.py`` and nothing else.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.serve_proxy import Front, write_configuration  # noqa: E402

HOST, PORT = "127.0.0.1", 8501
#: how many processes, where the command line does not say
VARIABLE = "CARERISK_PROCESSES"
#: seconds between two looks; before a program that died is started again, at first and at most; to end in
_LOOK, _FIRST, _LONGEST, _LAST = 0.2, 1.0, 30.0, 28.0
_NO_CADDY = (
    "Several processes need Caddy before them, and there is none. Install it (Debian: apt-get install caddy; others: "
    "https://caddyserver.com/docs/install), or serve one process: make serve PROCESSES=1."
)


class ServeError(Exception):
    """Why nothing can be served, in words for whoever started it."""


@dataclass
class Program:
    """One program that shall run: started, and started again when it ends, later each time.

    Args:
        name: for people.
        command: what is run.
        environment: its variables.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    _process: subprocess.Popen[bytes] | None = None
    _begun: float = 0.0
    _wait: float = _FIRST
    _due: float = 0.0

    def look(self, say: TextIO) -> None:
        """Start it when it is time."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._wait = _FIRST if now - self._begun > _LONGEST else min(2 * self._wait, _LONGEST)
            self._due, self._process = now + self._wait, None
            say.write(f"{self.name} ended; it is started again in {self._wait:.0f} s.\n")
        if self._process is None and now >= self._due:
            self._begun = now
            self._process = subprocess.Popen(  # noqa: S603 – programs of this file
                self.command, cwd=ROOT, env=self.environment, start_new_session=True
            )

    def ask_to_end(self) -> None:
        """SIGTERM, where it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, latest: float) -> None:
        """Wait for it, and kill it when it takes longer."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, latest - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def programs(front: Front, caddy: str, folder: Path, environment: Mapping[str, str]) -> list[Program]:
    """All that shall run: the processes of the app, the one that scores, the proxy.

    Args:
        front: where the proxy listens, and the ports of the processes.
        caddy: the program.
        folder: for what the proxy writes.
        environment: variables of this process.
    """
    # signs what one process gives a browser and another may be asked about; with sign-in its own secret does
    shared = {"STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32)} | dict(environment)
    shared |= {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "CARERISK_WORKERS": "0", "GOMP_SPINCOUNT": "0"}
    app = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port"]
    found = [Program(f"The process on port {port}", [*app, str(port)], shared) for port in front.upstreams]
    work = [sys.executable, "-m", "riskmodels", "work", "--parent", str(os.getpid())]
    found.append(Program("The process that scores cohorts", work, shared))
    own = {name: value for name, value in environment.items() if not name.startswith("CARERISK_")}  # it needs no secret
    own |= {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(write_configuration(front, folder))]
    return [*found, Program("The proxy", command, own)]


def serve(front: Front, ending: Event, say: TextIO) -> int:
    """Run all of it until it shall end.

    Args:
        front: where the proxy listens, and the ports of the processes.
        ending: set when it shall end.
        say: told what happens.

    Returns:
        0.

    Raises:
        ServeError: when Caddy is not installed, or a port is taken.
    """
    caddy = shutil.which("caddy")
    if caddy is None:
        raise ServeError(_NO_CADDY)
    for port in (front.port, *front.upstreams):
        _refuse_taken(port)
    with tempfile.TemporaryDirectory(prefix="carerisk-serve-") as folder:
        running = programs(front, caddy, Path(folder), os.environ)
        told = False
        while not ending.wait(_LOOK):
            for program in running:
                program.look(say)
            if not told and all(map(_answers, front.upstreams)):
                told = True
                say.write(f"CareRisk on http://localhost:{front.port}, {len(front.upstreams)} processes.\n")
        for program in reversed(running):  # the proxy first: nobody is sent to a process that ends
            program.ask_to_end()
        latest = time.monotonic() + _LAST
        for program in running:
            program.end(latest)
    return 0


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ServeError(f"Port {port} is taken: end what listens there, or choose another --port.") from None


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; 1 when it is not possible."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=os.environ.get(VARIABLE) or "1", help="of the app")
    parser.add_argument("--port", type=int, default=PORT, help=f"where browsers connect ({PORT}); the next ones inside")
    parser.add_argument("--address", default=HOST, help=f"that browsers connect to ({HOST}); others need sign-in")
    options = parser.parse_args(arguments)
    if options.processes <= 1:
        alone = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(options.port)]
        os.chdir(ROOT)
        os.execv(sys.executable, alone)  # noqa: S606 – no shell is wanted
    ending = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ending.set())
    inside = tuple(range(options.port + 1, options.port + 1 + options.processes))
    sys.stdout.reconfigure(line_buffering=True)
    try:
        return serve(Front(options.address, options.port, inside), ending, sys.stdout)
    except ServeError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
