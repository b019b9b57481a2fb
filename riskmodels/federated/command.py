"""``python -m riskmodels train federated --role server|client``: arguments in, words and at a hospital a model out."""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodels.errors import InputError
from riskmodels.runtime.arguments import Say, above_zero
from riskmodels.runtime.hashes import file_hash

if TYPE_CHECKING:
    from riskmodels.federated.plan import Plan
    from riskmodels.federated.wire import Tls

ADDRESS = "127.0.0.1:8470"
#: shortest key, in bytes
_KEY = 32


def add_federated(train: argparse.ArgumentParser) -> None:
    """The arguments of ``train federated``; those of a hospital's file are those of ``train --data``."""
    train.add_argument("what", nargs="?", choices=["federated"], help="one model of several hospitals (see below)")
    shared = train.add_argument_group("one model of several hospitals: train federated (docs/federated.md)")
    shared.add_argument("--role", choices=["server", "client"], help="lead the training, or take part with a file")
    shared.add_argument("--address", default=ADDRESS, metavar="HOST:PORT", help=f"of the server ({ADDRESS})")
    shared.add_argument("--inputs", default="", metavar="NAMES", help="server: variables of the app, by commas")
    shared.add_argument("--hospitals", type=above_zero, default=2, help="server: how many take part")
    shared.add_argument("--rounds", type=above_zero, default=120, help="server: how often weights are averaged")
    shared.add_argument("--ca", type=Path, metavar="PEM", help="certificates of the authority")
    shared.add_argument("--certificate", type=Path, metavar="PEM", help="server: its certificate")
    shared.add_argument("--private-key", type=Path, metavar="PEM", help="server: its private key")
    shared.add_argument(
        "--key", type=Path, metavar="FILE", help="key that server and hospitals share, 32 bytes or more"
    )


def federated_command(options: argparse.Namespace, say: Say, shipped: Path) -> int:
    """Lead a training, or take part in one and write the model.

    Args:
        options: as :func:`add_federated` and ``train --data`` name them.
        say: told line by line.
        shipped: folder of the shipped models, where none of this is written.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    import torch

    torch.set_num_threads(1)
    if options.role is None:
        raise InputError("Lead the training or take part?", hint="Say --role server or --role client.")
    if not options.outcome:
        raise InputError("--outcome is needed.", hint="At the server its name, at a hospital the header of its column.")
    key, tls = _key(options.key), _tls(options)
    return _lead(options, key, tls, say) if options.role == "server" else _take_part(options, key, tls, say, shipped)


def plan_of(outcome: str, inputs: tuple[str, ...], rounds: int) -> Plan:
    """The plan of a training led from the command line: the sizes and the middle penalty of ``train --data``.

    Args:
        outcome: as it is called.
        inputs: variables of the vocabulary.
        rounds: of averaging.
    """
    from riskmodels.federated.plan import Plan
    from riskmodels.own_models.training import CANDIDATES
    from riskmodels.tabular.inputs import PREFIX
    from riskmodels.tabular.training import TrainingConfig

    name = PREFIX + (re.sub(r"[^a-z0-9]+", "_", outcome.lower()).strip("_")[:40] or "outcome")
    config = TrainingConfig(
        knots=8, hidden_rows=0.2, subsets=False, interval_steps=600, penalties={name: CANDIDATES[1]}
    )
    return Plan(inputs, name, rounds, config)


def _lead(options: argparse.Namespace, key: bytes, tls: Tls | None, say: Say) -> int:
    from riskmodels.federated.coordinator import Coordinator
    from riskmodels.federated.wire import flower, refuse_open, serve

    refuse_open(options.address, tls, key)
    flower()
    inputs = tuple(name.strip() for name in options.inputs.split(",") if name.strip())
    coordinator = Coordinator(plan_of(options.outcome, inputs, options.rounds))
    say(f"Waiting on {options.address} for {options.hospitals} hospitals, {'TLS' if tls else 'this machine only'}.")

    def tell(step: int, steps: int) -> None:
        if step in (1, steps) or step % 20 == 0:
            say(f"Step {step} of {steps}")

    serve(coordinator, options.hospitals, options.address, tls, key, tell)
    say(f"Done: {int(coordinator.totals[-1]):,} patients of {options.hospitals} hospitals; the model is with them.")
    return 0


def _take_part(options: argparse.Namespace, key: bytes, tls: Tls | None, say: Say, shipped: Path) -> int:
    from riskmodels.federated.finish import model_of
    from riskmodels.federated.hospital import Hospital
    from riskmodels.federated.wire import flower, refuse_open, take_part

    if options.data is None or options.out == shipped:
        raise InputError("A hospital needs --data FILE and --out FOLDER.", hint="The model is written to that folder.")
    refuse_open(options.address, tls, key)
    flower()  # before the file is read
    frame, label, facts = _patients(options)
    hospital = Hospital(frame, label, secrets.randbelow(2**31))
    say(f"{hospital.patients:,} patients take part; they stay here.")

    def tell(plan: Plan) -> None:
        say(f"The server asks for {', '.join(plan.inputs)}; {plan.rounds} rounds.")

    last = take_part(hospital, options.address, tls, key, tell)
    say("Teaching the interval on the patients of this hospital.")
    model_of(hospital, last, facts).save(options.out)
    say(f"Written: {options.out}. Score with: python -m riskmodels score FILE OUT --own {options.out}")
    return 0


def _patients(options: argparse.Namespace) -> tuple[Any, Any, dict[str, Any]]:
    """The hospital's file, read and checked as for a model of its own, but for the least number of events."""
    from riskmodels.own_models.command import opened, request_of
    from riskmodels.own_models.people import read_people

    source, mapping = opened(options.data, options.mapping)
    sha256 = file_hash(options.data)
    own = read_people(source, mapping, request_of(options), options.data.name, sha256, least_events=0)
    if (own.weight != 1).any():
        raise InputError("Censored outcomes cannot be trained together.", hint="Give an outcome that is known, 0 or 1.")
    if own.patient.duplicated().any():
        raise InputError("A patient has several rows.", hint="Give one row a patient.")
    kept = ("outcome_label", "outcome_definition", "holds_for", "layout", "own_columns", "data")
    return own.frame, own.label, {name: own.facts[name] for name in kept}


def _key(path: Path | None) -> bytes:
    if path is None:
        return b""
    key = path.read_bytes().strip()
    if len(key) < _KEY:
        raise InputError(f"The key is shorter than {_KEY} bytes.", hint="Make one with: openssl rand -hex 32")
    return key


def _tls(options: argparse.Namespace) -> Tls | None:
    from riskmodels.federated.wire import Tls

    server = (options.certificate, options.private_key)
    if options.ca is None and not any(server):
        return None
    if options.ca is None or (options.role == "server" and not all(server)):
        raise InputError(
            "The certificates are not complete.",
            hint="A server needs --ca, --certificate, --private-key; a client --ca.",
        )
    if options.role == "client":
        return Tls(options.ca.read_bytes())
    return Tls(options.ca.read_bytes(), options.certificate.read_bytes(), options.private_key.read_bytes())
