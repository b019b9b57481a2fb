"""One endpoint's part of the models: which measured compounds it leans on, how, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.model_files.card_values import number, numbers
from riskmodels.molecules.endpoints import Endpoint
from riskmodels.molecules.learning.descriptors import DESCRIPTORS
from riskmodels.molecules.learning.domain import Domain
from riskmodels.molecules.learning.fingerprint import KINDS
from riskmodels.molecules.learning.gaussian_process import Kernel, Process

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EndpointModel:
    """How one endpoint is estimated.

    Args:
        endpoint: which.
        rows: (m,) numbers of its compounds in the library.
        values: (m,) measured, −log10 mol/L.
        process: fitted on them.
        domain: interval and bound.
        network_share: of the network in the number; the rest is the process'.
    """

    endpoint: Endpoint
    rows: NDArray[np.int64]
    values: Floats
    process: Process
    domain: Domain
    network_share: float = 0.0

    def tensors(self) -> dict[str, torch.Tensor]:
        """As they are stored."""
        name = self.endpoint.name
        return {
            f"{name}.rows": torch.from_numpy(self.rows.astype(np.int32)),
            f"{name}.values": torch.from_numpy(self.values.astype(np.float32)),
            f"{name}.weights": torch.from_numpy(self.process.weights),
        }

    def entry(self) -> dict[str, Any]:
        """As the card holds it."""
        return {
            "kernel": asdict(self.process.kernel),
            "mean": self.process.mean,
            "domain": self.domain.plain(),
            "network_share": self.network_share,
        }

    @classmethod
    def read(
        cls, endpoint: Endpoint, tensors: Mapping[str, torch.Tensor], entry: Mapping[str, Any], compounds: int
    ) -> EndpointModel:
        """From a model's folder.

        Args:
            endpoint: which.
            tensors: of the model.
            entry: of the card, see :meth:`entry`.
            compounds: of the library.

        Raises:
            LookupError: when an entry is missing.
            TypeError: when one is of another kind.
            ValueError: when one does not fit the others.
        """
        rows = tensors[f"{endpoint.name}.rows"].long().numpy()
        values, weights = (tensors[f"{endpoint.name}.{part}"].double().numpy() for part in ("values", "weights"))
        found = entry["kernel"]
        kernel = Kernel(
            numbers(found["shares"]),
            numbers(found["rates"]),
            *(number(found[name]) for name in ("linear", "square", "noise")),
        )
        share = number(entry["network_share"])
        fits = len(rows) == len(values) == len(weights) and (rows >= 0).all() and (rows < compounds).all()
        if not (fits and len(kernel.shares) == len(KINDS) and len(kernel.rates) == len(DESCRIPTORS)):
            raise ValueError("the endpoint does not fit the library")
        if not 0 <= share <= 1:
            raise ValueError("a share is none")
        process = Process(kernel, number(entry["mean"]), weights)
        return cls(endpoint, rows, values, process, Domain.read(entry["domain"]), share)
