"""A trained message-passing network with its scales: in go molecules, out come −log10 mol/L of all endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from riskmodels.model_files.card_values import numbers, record
from riskmodels.molecules.learning.atoms import network_atoms
from riskmodels.molecules.learning.graph import graph_of, together
from riskmodels.molecules.learning.graph_network import GraphNetwork, Shape
from riskmodels.tabular.device import choose_device, precision

Floats = NDArray[np.float64]
_PREFIX = "network."
#: standardised descriptors are held within this, since far beyond them the network has learnt nothing
MOST = 5.0


class TrainedNetwork:
    """A network that answers.

    Args:
        network: trained.
        centres: (descriptors,) means in the training data.
        spreads: (descriptors,) standard deviations.
        means: (endpoints,) of the measured values.
        scales: (endpoints,) their standard deviations.
        device: where it computes.
    """

    def __init__(
        self,
        network: GraphNetwork,
        centres: Floats,
        spreads: Floats,
        means: Floats,
        scales: Floats,
        device: torch.device,
    ) -> None:
        self.network = network.to(device, precision(device)).eval().requires_grad_(requires_grad=False)
        self.centres, self.spreads, self.means, self.scales = centres, spreads, means, scales
        self.device = device

    def _standardised(self, descriptors: Floats) -> torch.Tensor:
        scaled = np.clip((descriptors - self.centres) / self.spreads, -MOST, MOST)
        return torch.from_numpy(scaled).to(self.device, precision(self.device))

    def estimate(self, molecules: Sequence[Chem.Mol], descriptors: Floats) -> Floats:
        """(n, endpoints) −log10 mol/L of n molecules and their (n, descriptors)."""
        graphs = together([graph_of(molecule) for molecule in molecules], self.device)
        with torch.no_grad():
            found = self.network(graphs, self._standardised(descriptors))
        scaled: Floats = found.double().cpu().numpy()
        return self.means + self.scales * scaled

    def reasons(self, molecule: Chem.Mol, descriptors: Floats, endpoint: int) -> tuple[float, Floats, float]:
        """See :func:`~riskmodels.molecules.learning.atoms.network_atoms`, in −log10 mol/L.

        Args:
            molecule: the compound.
            descriptors: (1, descriptors) of it.
            endpoint: number of the answer.
        """
        nothing, atoms, gap = network_atoms(self.network, molecule, self._standardised(descriptors), endpoint)
        scale = float(self.scales[endpoint])
        return float(self.means[endpoint]) + scale * nothing, scale * atoms, scale * gap

    def tensors(self) -> dict[str, torch.Tensor]:
        """Weights as they are stored, in float32."""
        return {f"{_PREFIX}{name}": tensor.float() for name, tensor in self.network.state_dict().items()}

    def entry(self) -> dict[str, Any]:
        """As the card holds it."""
        names = ("centres", "spreads", "means", "scales")
        return {"shape": asdict(self.network.shape), **{name: getattr(self, name).tolist() for name in names}}

    @classmethod
    def read(
        cls, tensors: Mapping[str, torch.Tensor], entry: Mapping[str, Any], device: str | None = None
    ) -> TrainedNetwork:
        """From a model's folder.

        Args:
            tensors: of the model.
            entry: of the card, see :meth:`entry`.
            device: see :func:`~riskmodels.tabular.device.choose_device`.

        Raises:
            LookupError, RuntimeError, TypeError, ValueError: when an entry is missing or does not fit.
        """
        network = GraphNetwork(record(Shape, entry["shape"]))
        state = {name.removeprefix(_PREFIX): t for name, t in tensors.items() if name.startswith(_PREFIX)}
        network.load_state_dict(state)
        centres, spreads, means, scales = (
            np.array(numbers(entry[n])) for n in ("centres", "spreads", "means", "scales")
        )
        shape = network.shape
        if len(centres) != shape.descriptors or len(spreads) != shape.descriptors or (spreads <= 0).any():
            raise ValueError("descriptors do not fit the network")
        if len(means) != shape.endpoints or len(scales) != shape.endpoints:
            raise ValueError("endpoints do not fit the network")
        return cls(network, centres, spreads, means, scales, choose_device(device))
