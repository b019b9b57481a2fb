"""Checkpoints of training runs: states and optimizer moments as safetensors, numbers as JSON beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer

from riskmodels.errors import TrainingError

State = dict[str, Tensor]
_HINT = "Choose another file, or delete this one to begin anew."


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was read.

    Args:
        states: by name, as given to :func:`write_checkpoint`.
        moments: of the optimizer, by the number of its parameter.
        numbers: as given.
    """

    states: dict[str, State]
    moments: dict[int, State]
    numbers: dict[str, Any]

    def restore(self, optimizer: Optimizer) -> None:
        """Put the optimizer where it was."""
        optimizer.load_state_dict({"state": self.moments, "param_groups": self.numbers["groups"]})


def write_checkpoint(
    path: Path, run: str, states: Mapping[str, State], optimizer: Optimizer, numbers: Mapping[str, Any]
) -> None:
    """Write a checkpoint; the old one stays until the new one is whole.

    Args:
        path: of the file.
        run: what makes this run another than others: configuration and data.
        states: tensors by name, by the name of the state.
        optimizer: its moments and groups are kept.
        numbers: whatever else JSON can hold.
    """
    kept = optimizer.state_dict()
    tensors = {f"{state}.{name}": t for state, part in states.items() for name, t in part.items()}
    for number, moments in kept["state"].items():
        tensors |= {f"moment.{number}.{name}": torch.as_tensor(t) for name, t in moments.items()}
    copies = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    text = json.dumps({**numbers, "groups": kept["param_groups"]})
    new = path.with_name(f"{path.name}.new")
    save_file(copies, new, metadata={"key": run, "numbers": text})
    new.replace(path)


def read_checkpoint(path: Path, run: str, device: torch.device) -> Checkpoint:
    """Read one.

    Args:
        path: of the file.
        run: as written.
        device: where the tensors go.

    Raises:
        TrainingError: when the file is no checkpoint, or one of another run.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise TrainingError(f"{path.name} is not a checkpoint.", hint=_HINT) from error
    if metadata.get("key") != run:
        raise TrainingError(
            f"{path.name} belongs to another training run: other settings or pictures or rows.", hint=_HINT
        )
    states: dict[str, State] = {}
    moments: dict[int, State] = {}
    for name, tensor in tensors.items():
        state, rest = name.split(".", 1)
        if state == "moment":
            number, key = rest.split(".", 1)
            moments.setdefault(int(number), {})[key] = tensor
        else:
            states.setdefault(state, {})[rest] = tensor
    return Checkpoint(states, moments, json.loads(metadata["numbers"]))
