"""The models of compounds: in go standardised structures, out come numbers with interval, domain, atoms and neighbours.

One number is the process on fingerprints, the network, or a mean of both, by endpoint, as its card says. A compound
outside the domain gets no number but the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from riskmodels import ROOT
from riskmodels.errors import ModelFileError
from riskmodels.model_files.folder import read_model, understood, write_model
from riskmodels.molecules.endpoints import ENDPOINTS, Endpoint
from riskmodels.molecules.learning.answers import AtomReasons, Estimate, Neighbour
from riskmodels.molecules.learning.atoms import process_atoms
from riskmodels.molecules.learning.domain import likeness
from riskmodels.molecules.learning.endpoint_model import EndpointModel
from riskmodels.molecules.learning.known_structures import herg_smiles, shipped_smiles, source_of
from riskmodels.molecules.learning.library import Asked, Library
from riskmodels.molecules.learning.trained_network import TrainedNetwork
from riskmodels.molecules.structures.structure import Structure
from riskmodels.runtime.progress import Tell, silent

SHIPPED = ROOT / "data" / "molecule_models" / "cardiometabolic"
HINT = "Restore the folder from the repository, or train it again with make train-molecules."
FORMAT = 1
KIND = "compounds"
#: compounds that are computed at once
BLOCK = 128
Floats = NDArray[np.float64]


class CompoundModels:
    """Models of all endpoints over one library of measured compounds.

    Args:
        library: the compounds.
        parts: one an endpoint.
        network: shared by all endpoints; None where no part uses one.
        card: what is known of the models.
        smiles: structures of the library's compounds that are at hand, by number.
    """

    def __init__(
        self,
        library: Library,
        parts: Sequence[EndpointModel],
        network: TrainedNetwork | None,
        card: dict[str, Any],
        smiles: dict[int, str],
    ) -> None:
        self.library = library
        self.parts = {part.endpoint.name: part for part in parts}
        self.network = network
        self.card = card
        self._smiles = smiles

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Those that are estimated, in the order of all tables."""
        return tuple(part.endpoint for part in self.parts.values())

    @property
    def version(self) -> str:
        """Date and hash of the weights."""
        return str(self.card["version"])

    def save(self, folder: Path, herg_rows: NDArray[np.int64]) -> None:
        """Write model.safetensors and card.json.

        Args:
            folder: made when absent.
            herg_rows: (m,) line of each library compound in the hERG set's file; −1 where it is in none.
        """
        tensors = self.library.tensors() | {"herg_lines": torch.from_numpy(herg_rows.astype(np.int32))}
        for part in self.parts.values():
            tensors |= part.tensors()
        config: dict[str, Any] = {"endpoints": {name: part.entry() for name, part in self.parts.items()}}
        if self.network:
            tensors |= self.network.tensors()
            config["network"] = self.network.entry()
        write_model(folder, tensors, self.card | {"kind": KIND, "config": config}, FORMAT)

    @classmethod
    def load(cls, folder: Path = SHIPPED, device: str | None = None) -> CompoundModels:
        """Read the models' folder.

        Args:
            folder: with model.safetensors and card.json; the file of the shipped structures lies beside it.
            device: of the network: "cpu", "cuda", "mps"; the best there is when None.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            if card["kind"] != KIND:
                raise ModelFileError(f"The model in {folder.name} is of {card['kind']}, not of {KIND}.", hint=HINT)
            library, config = Library.read(tensors), card["config"]
            parts = [
                EndpointModel.read(endpoint, tensors, config["endpoints"][endpoint.name], len(library))
                for endpoint in ENDPOINTS
                if endpoint.name in config["endpoints"]
            ]
            network = TrainedNetwork.read(tensors, config["network"], device) if "network" in config else None
            if network is None and any(part.network_share for part in parts):
                raise ValueError("the network is missing")
            shipped = shipped_smiles(folder.parent, card["data"]["compounds_sha256"], HINT)
            lines = tensors["herg_lines"].tolist()
            herg = {number: line for number, line in enumerate(lines) if line >= 0}
            smiles = herg_smiles(herg, card["data"]["herg_sha256"]) | dict(enumerate(shipped))
            return cls(library, parts, network, card, smiles)

    def estimate(self, structures: Sequence[Structure], progress: Tell = silent) -> list[list[Estimate]]:
        """All endpoints of compounds, in blocks: one compound goes the same way as a hundred thousand.

        Args:
            structures: standardised.
            progress: told how far it is.

        Returns:
            A list a compound, an estimate an endpoint in the order of :attr:`endpoints`.
        """
        found: list[list[Estimate]] = []
        for start in range(0, len(structures), BLOCK):
            progress(start / len(structures), "estimating")
            found += self._block([structure.mol for structure in structures[start : start + BLOCK]])
        progress(1.0, "estimated")
        return found

    def _block(self, molecules: Sequence[Chem.Mol]) -> list[list[Estimate]]:
        asked = self.library.asked(molecules)
        values = self._values(molecules, asked)
        columns = [self._estimates(part, values[:, place], asked) for place, part in enumerate(self.parts.values())]
        return [list(row) for row in zip(*columns, strict=True)]

    def _values(self, molecules: Sequence[Chem.Mol], asked: Asked) -> Floats:
        """(n, endpoints) numbers, in the domain or not."""
        parts = list(self.parts.values())
        found = np.stack([self._by_process(part, asked) for part in parts], 1)
        shares = np.array([part.network_share for part in parts])
        if self.network and shares.any():
            places = [ENDPOINTS.index(part.endpoint) for part in parts]
            found += shares * (self.network.estimate(molecules, asked.descriptors)[:, places] - found)
        return found

    def _by_process(self, part: EndpointModel, asked: Asked) -> Floats:
        similarities = [similarity[:, part.rows] for similarity in asked.similarities]
        return part.process.estimate(similarities, asked.descriptors, self.library.descriptors[part.rows])

    def _estimates(self, part: EndpointModel, values: Floats, asked: Asked) -> list[Estimate]:
        similarity = asked.similarities[0][:, part.rows]
        near, nearest = likeness(similarity), similarity.max(1)
        inside, halves = part.domain.inside(near, asked.descriptors), part.domain.half(near)
        found = []
        for row, (value, half) in enumerate(zip(values.tolist(), halves.tolist(), strict=True)):
            alike = float(nearest[row])
            if inside[row]:
                found.append(Estimate(part.endpoint, value, value - half, value + half, alike, inside=True))
            else:
                reason = part.domain.reason(float(near[row]), asked.descriptors[row])
                found.append(Estimate(part.endpoint, None, None, None, alike, inside=False, reason=reason))
        return found

    def reasons(self, structure: Structure, endpoint: Endpoint) -> AtomReasons:
        """What each atom of a compound adds to its number, whether the number is given or not.

        Args:
            structure: standardised; contributions are in the order of its atoms.
            endpoint: whose number.
        """
        part, molecule = self.parts[endpoint.name], structure.mol
        asked = self.library.asked([molecule])
        share = part.network_share
        atoms = (1 - share) * process_atoms(part.process, self.library, part.rows, molecule, asked)
        base, gap = (1 - share) * part.process.mean, 0.0
        if self.network and share:
            nothing, of_network, rest = self.network.reasons(molecule, asked.descriptors, ENDPOINTS.index(endpoint))
            atoms, base, gap = atoms + share * of_network, base + share * nothing, share * rest
        place = list(self.parts).index(endpoint.name)
        value = float(self._values([molecule], asked)[0, place])
        return AtomReasons(endpoint, value, base, tuple(atoms.tolist()), gap)

    def neighbours(self, structure: Structure, endpoint: Endpoint, count: int = 5) -> list[Neighbour]:
        """The measured compounds most alike, the nearest first.

        Args:
            structure: standardised.
            endpoint: whose measured values.
            count: how many.
        """
        part = self.parts[endpoint.name]
        similarity = self.library.asked([structure.mol]).similarities[0][0, part.rows]
        nearest = np.argsort(-similarity.round(9), kind="stable")[:count]
        found = []
        for row in nearest.tolist():
            smiles = self._smiles.get(int(part.rows[row]))
            source = source_of(endpoint.name, smiles is not None)
            found.append(Neighbour(float(similarity[row]), float(part.values[row]), smiles, source))
        return found
