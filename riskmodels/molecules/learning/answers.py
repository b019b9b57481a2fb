"""What the models say of one compound: number, interval, domain, atoms and the compounds it leans on.

Made by :mod:`riskmodels.molecules.learning.model`; read by screening, the page and the optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass

from riskmodels.molecules.endpoints import Endpoint


@dataclass(frozen=True)
class Neighbour:
    """A measured compound of the training data.

    Args:
        similarity: of fingerprint counts, 0–1 (min–max); 1 is the same counts.
        value: measured, −log10 mol/L.
        smiles: its structure; None where its licence does not allow to ship it and the data are not at hand.
        source: of the measurement, in words.
    """

    similarity: float
    value: float
    smiles: str | None
    source: str


@dataclass(frozen=True)
class Estimate:
    """One endpoint of one compound.

    Args:
        endpoint: what is estimated.
        value: −log10 mol/L; None outside the domain: no number is given there.
        low: of the 90 % interval; None with value.
        high: of the 90 % interval; None with value.
        similarity: to the nearest training compound, 0–1.
        inside: within the domain, by the calibrated distance.
        reason: why no number is given, in words; empty inside.
    """

    endpoint: Endpoint
    value: float | None
    low: float | None
    high: float | None
    similarity: float
    inside: bool
    reason: str = ""


@dataclass(frozen=True)
class AtomReasons:
    """How a number comes about: ``base + sum(atoms) + gap`` is the value, to 1e-6.

    Args:
        endpoint: whose number it is.
        value: the number, before it is refused or shown.
        base: what every compound starts from (mean of the training data and constants of the models).
        atoms: contribution of each heavy atom, log units, in the order of the structure's atoms.
        gap: what no atom explains: the error of the numerical integration (network part) and whole-molecule inputs.
    """

    endpoint: Endpoint
    value: float
    base: float
    atoms: tuple[float, ...]
    gap: float
