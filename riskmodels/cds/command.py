"""``python -m riskmodels serve-cds``: the command's arguments, what it reads from the environment, and the server."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodels.errors import InputError
from riskmodels.runtime.addresses import is_loopback, read_address
from riskmodels.runtime.arguments import Say

if TYPE_CHECKING:
    from riskmodels.cds.app import Settings

HOST, PORT = "127.0.0.1", 8790
KEYS, ISSUERS, URL = "CARERISK_CDS_JWKS", "CARERISK_CDS_ISSUERS", "CARERISK_CDS_URL"
APP_URL, ORIGINS, STORE = "CARERISK_APP_URL", "CARERISK_CDS_ORIGINS", "CARERISK_CDS_STORE"
#: requests open at once; more are refused with 503
_MOST_OPEN = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--host", default=HOST, help=f"address to answer on ({HOST}); others need trusted clients")
    parser.add_argument("--port", type=_port, default=PORT, help=f"port ({PORT})")


def serve_cds_command(options: argparse.Namespace, say: Say) -> int:
    """Serve until it is stopped.

    Args:
        options: as :func:`add_arguments` names them.
        say: told where it answers and whom.

    Returns:
        0.

    Raises:
        InputError: when the address is open to others and no trusted client is set, or a setting is not understood.
        ModelFileError: when a model cannot be loaded.
    """
    settings = read_settings(os.environ, options.host, options.port)
    import torch
    import uvicorn

    from riskmodels.cds.app import make_app
    from riskmodels.cds.models import InForce
    from riskmodels.runtime.environment import log_unknown
    from riskmodels.runtime.logs import configure

    configure()
    log_unknown()
    torch.set_num_threads(1)  # patients are computed beside each other instead
    models = InForce()
    models.current()  # a model that cannot be loaded is said here, before anything answers
    who = f"{len(settings.trust.issuers)} trusted issuer(s)" if settings.trust else "this computer only, without token"
    say(f"CDS Hooks on http://{options.host}:{options.port}/cds-services for {who}. Stop it with Ctrl+C.")
    uvicorn.run(make_app(models, settings), host=options.host, port=options.port, **server_options())
    return 0


def server_options() -> dict[str, Any]:
    """How uvicorn is run: one process, no access log, no header that names it, no trust in forwarded headers."""
    return {
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _MOST_OPEN,
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 10,
        "lifespan": "on",
        "ws": "none",
    }


def read_settings(environment: Mapping[str, str], host: str = HOST, port: int = PORT) -> Settings:
    """What the environment says: trusted clients, where used tokens are kept, the address clients call, origins.

    Args:
        environment: variables of the process.
        host: that is answered on.
        port: that is answered on.

    Raises:
        InputError: when they do not go together, or the address is open to others without trusted clients.
    """
    from riskmodels.cds.app import Settings
    from riskmodels.cds.tokens import tokens_at
    from riskmodels.cds.trust import read_trust

    keys, issuers, url = (environment.get(name, "").strip() for name in (KEYS, ISSUERS, URL))
    if bool(keys) != bool(issuers):
        raise InputError(f"{KEYS} and {ISSUERS} are needed together.", hint="Set both, or neither.")
    local = is_loopback(host)
    if not local and not keys:
        raise InputError(
            f"On {host} others can reach the service, and no trusted client is set.",
            hint=f"Set {KEYS}, {ISSUERS} and {URL}, or leave --host out to answer this computer only.",
        )
    if not local and not url:
        raise InputError(
            f"{URL} is needed.", hint="Set it to the address that clients call, e.g. https://cds.example.org."
        )
    address = _address(url, URL) or f"http://{host}:{port}"
    used = environment.get(STORE, "").strip()
    trust = read_trust(Path(keys), _listed(issuers), address, tokens_at(used)) if keys else None
    origins = [_address(origin, ORIGINS) for origin in _listed(environment.get(ORIGINS, ""))]
    return Settings(trust, _address(environment.get(APP_URL, "").strip(), APP_URL), origins)


def _listed(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def _address(text: str, name: str) -> str:
    """An http(s) address without an end slash; empty stays empty."""
    found = read_address(text)
    if text and (found is None or found.query or found.fragment):
        raise InputError(f"{name} is “{text}”, which is no address.", hint="Write it as https://host.example.org.")
    return text.rstrip("/")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"“{text}” is not a port")
    return int(text)
