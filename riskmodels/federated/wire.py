"""The network between hospitals and server, by Flower (flwr): instructions and answers as its messages, over TLS.

Flower is imported when it is needed: it is no dependency of the app and does not go into its environment
(docs/federated.md). Its interface with one process a role is used; it asks for no account, and its telemetry is off.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from riskmodels.errors import CareRiskError, InputError, TrainingError
from riskmodels.federated.coordinator import Answer, Coordinator
from riskmodels.federated.hospital import Arrays, Hospital, Instruction, Stage
from riskmodels.federated.plan import Plan
from riskmodels.runtime.addresses import is_loopback

#: seconds the server waits for all hospitals, and for an answer
WAIT, ANSWER = 3600, 1800
_HOW = "python -m venv research && research/bin/pip install -r requirements-federated.txt (docs/federated.md)"


@dataclass(frozen=True)
class Tls:
    """What a server shows, and a hospital checks it by; PEM.

    Args:
        ca: certificates of the authority.
        certificate, private_key: of the server; empty at a hospital.
    """

    ca: bytes
    certificate: bytes = b""
    private_key: bytes = field(default=b"", repr=False)


def flower() -> Any:
    """The package, with its telemetry off.

    Raises:
        InputError: when it is not installed.
    """
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    try:
        flwr = import_module("flwr")
        for part in ("client", "common", "server", "server.strategy"):
            import_module(f"flwr.{part}")
        logging.getLogger("flwr").setLevel(logging.ERROR)
    except ImportError as error:
        raise InputError(
            "Federated training needs the package flwr, which is not here.",
            hint=f"It has an environment of its own: {_HOW}.",
        ) from error
    return flwr


def refuse_open(address: str, tls: Tls | None, key: bytes) -> None:
    """Refuse to go over a network without TLS and a key.

    Args:
        address: host:port.
        tls: certificates; None for none.
        key: that all share; empty for none.

    Raises:
        InputError: when the address is none, or others could listen or take part.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise InputError(f"“{address[:80]}” is no address.", hint="Write it as host:port.")
    if is_loopback(host):
        return
    if tls is None:
        raise InputError(
            f"{host} is reached over a network, and no certificates are given.",
            hint="Give --ca (and at the server --certificate and --private-key); without them only 127.0.0.1 is used.",
        )
    if not key:
        raise InputError(f"{host} is reached over a network, and no key is given.", hint="Give --key FILE to all.")


def proof(key: bytes, nonce: bytes) -> bytes:
    """What shows that one knows the key: HMAC-SHA256 of a number that was never used before."""
    return hmac.new(key, nonce, hashlib.sha256).digest()


def serve(
    coordinator: Coordinator,
    hospitals: int,
    address: str,
    tls: Tls | None,
    key: bytes,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Lead a training over the network, to its end.

    Args:
        coordinator: of the training.
        hospitals: how many take part; all of them in every step.
        address: host:port to listen on.
        tls: certificates; without them only this machine's own address is served.
        key: that the hospitals share.
        tell: told step and steps.

    Raises:
        InputError: see :func:`refuse_open` and :func:`flower`.
        TrainingError: when a hospital does not come, stops answering, or sends what cannot be used.
    """
    refuse_open(address, tls, key)
    flwr = flower()
    certificates = None if tls is None else (tls.ca, tls.certificate, tls.private_key)
    manager = flwr.server.SimpleClientManager()
    try:
        flwr.server.start_server(
            server_address=address,
            config=flwr.server.ServerConfig(num_rounds=coordinator.steps, round_timeout=float(ANSWER)),
            strategy=_strategy(flwr, coordinator, hospitals, key, tell),
            client_manager=manager,
            certificates=certificates,
        )
    except BaseException:
        for client in dict(manager.all()).values():  # else they would wait, and so would this process
            _send_away(flwr.common, client)
        raise


def _strategy(
    flwr: Any,
    coordinator: Coordinator,
    hospitals: int,
    key: bytes,
    tell: Callable[[int, int], None] | None,
) -> Any:
    common, strategy = flwr.common, flwr.server.strategy.Strategy
    taking_part: list[Any] = []

    class Leading(strategy):  # type: ignore[misc, valid-type]
        """Flower's questions, answered by the coordinator."""

        def initialize_parameters(self, client_manager: Any) -> Any:
            return common.ndarrays_to_parameters([])

        def configure_fit(self, server_round: int, parameters: Any, client_manager: Any) -> list[Any]:
            if not taking_part:
                taking_part.extend(_admitted(common, client_manager, hospitals, key))
            asked = coordinator.instruction()
            config = {"stage": str(asked.stage), "plan": asked.plan.to_json(), "round": asked.round}
            ins = common.FitIns(common.ndarrays_to_parameters(list(asked.arrays)), config)
            return [(client, ins) for client in taking_part]

        def aggregate_fit(self, server_round: int, results: list[Any], failures: list[Any]) -> Any:
            if failures or len(results) != hospitals:
                raise TrainingError(
                    f"{hospitals - len(results)} of {hospitals} hospitals did not answer; the training has stopped.",
                    hint="Look at what their clients say, and begin again.",
                )
            # in the order in which they were admitted: a sum of floating-point numbers depends on it
            by_client = {client.cid: found for client, found in results}
            found = [by_client[client.cid] for client in taking_part]
            coordinator.take([Answer(f.num_examples, common.parameters_to_ndarrays(f.parameters)) for f in found])
            if tell is not None:
                tell(coordinator.step, coordinator.steps)
            return common.ndarrays_to_parameters([]), {}

        def configure_evaluate(self, server_round: int, parameters: Any, client_manager: Any) -> list[Any]:
            return []

        def aggregate_evaluate(self, server_round: int, results: Any, failures: Any) -> Any:
            return None, {}

        def evaluate(self, server_round: int, parameters: Any) -> None:
            return None

    return Leading()


def _admitted(common: Any, client_manager: Any, hospitals: int, key: bytes) -> list[Any]:
    """The first so many clients that know the key; others are sent away and get nothing more."""
    admitted: dict[str, Any] = {}
    asked: set[str] = set()
    until = time.monotonic() + WAIT
    while len(admitted) < hospitals:
        for cid, client in dict(client_manager.all()).items():  # a copy: clients come and go meanwhile
            if cid not in asked and len(admitted) < hospitals:
                asked.add(cid)
                if _knows(common, client, key):
                    admitted[cid] = client
                else:
                    _send_away(common, client)
        if time.monotonic() > until:
            raise TrainingError(f"{len(admitted)} of {hospitals} hospitals came.", hint="Start their clients.")
        time.sleep(0.2)
    return [admitted[cid] for cid in sorted(admitted)]


def _send_away(common: Any, client: Any) -> None:
    """End a client's connection; one that is gone needs no more."""
    with suppress(Exception):
        client.reconnect(common.ReconnectIns(seconds=None), timeout=60.0, group_id=0)
    with suppress(Exception):  # one that is still at work cannot be told, only cut off
        client.bridge.close()


def _knows(common: Any, client: Any, key: bytes) -> bool:
    nonce = secrets.token_bytes(32)
    told = client.get_properties(common.GetPropertiesIns({"nonce": nonce}), timeout=60.0, group_id=0)
    found = told.properties.get("proof", b"")
    return isinstance(found, bytes) and hmac.compare_digest(found, proof(key, nonce))


def take_part(
    hospital: Hospital, address: str, tls: Tls | None, key: bytes, tell: Callable[[Plan], None] | None = None
) -> Instruction:
    """Take part in a training over the network, to its end.

    Args:
        hospital: with its patients.
        address: host:port of the server.
        tls: the authority that the server's certificate must be of.
        key: that all share.
        tell: told what the server plans, before anything is counted.

    Returns:
        The last instruction: weights and calibration of all.

    Raises:
        InputError: see :func:`refuse_open` and :func:`flower`.
        TrainingError: when the server stopped before the end.
    """
    refuse_open(address, tls, key)
    flwr = flower()
    client, last = flwr.client.NumPyClient, list[Instruction]()

    class Taking(client):  # type: ignore[misc, valid-type]
        """The server's questions, answered by the hospital."""

        def get_properties(self, config: dict[str, Any]) -> dict[str, Any]:
            return {"proof": proof(key, config["nonce"])}

        def fit(self, parameters: Arrays, config: dict[str, Any]) -> tuple[Arrays, int, dict[str, Any]]:
            arrays = [np.asarray(array) for array in parameters]
            asked = Instruction(Stage(config["stage"]), Plan.from_json(config["plan"]), int(config["round"]), arrays)
            last[:] = [asked]
            if tell is not None and asked.stage is Stage.COUNT:
                tell(asked.plan)
            return hospital.answer(asked), hospital.patients, {}

    try:
        flwr.client.start_client(
            server_address=address,
            client=Taking().to_client(),
            root_certificates=None if tls is None else tls.ca,
            insecure=tls is None,
            max_wait_time=float(WAIT),
        )
    except CareRiskError:
        raise
    except Exception as error:  # gRPC's own classes, of a package that may not be there
        raise TrainingError(
            "The server could not be reached, or the connection broke.",
            hint="Is it running, is the address right, and is its certificate of the authority in --ca?",
        ) from error
    if not last or last[0].stage is not Stage.FINISH:
        raise TrainingError(
            "The server ended the training before it was complete.", hint="Is the key the same? See what it says."
        )
    return last[0]
