"""Hiding known inputs at random while training, so that one network learns every subset of inputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from riskmodels.vocabulary import VOCABULARY


class Hiding:
    """Hides known inputs at random.

    A touched row has one of the named sets hidden, or takes one of three patterns, with a share drawn from 0–100 %:
    whole panels, i.e. the laboratory or the other inputs of a clinical group (half of those rows), single inputs (a
    quarter), or all laboratory values, and single other inputs in half of those (a quarter): what is unknown together
    in practice is hidden together.

    Args:
        names: the inputs, in the order of the encoding.
        share_of_rows: of the rows touched.
        sets: inputs hidden together, and the share of the touched rows that has just them hidden.
    """

    def __init__(
        self, names: Sequence[str], share_of_rows: float, sets: Sequence[tuple[Sequence[str], float]] = ()
    ) -> None:
        self.share_of_rows = share_of_rows
        panels = [(VOCABULARY[name].group, VOCABULARY[name].laboratory) for name in names]
        self.panel = torch.tensor([sorted(set(panels)).index(p) for p in panels])
        self.laboratory = torch.tensor([VOCABULARY[name].laboratory for name in names])
        self.sets = [(torch.tensor([name not in hidden for name in names]), share) for hidden, share in sets]

    def keep(self, rows: int, generator: torch.Generator) -> torch.Tensor:
        """(p, rows) bool: which inputs stay, drawn from ``generator`` (on the CPU)."""
        p = len(self.panel)
        touched = torch.rand(rows, generator=generator) < self.share_of_rows
        share = torch.rand(rows, generator=generator)
        singles = torch.rand(p, rows, generator=generator) >= share
        panels = (torch.rand(int(self.panel.max()) + 1, rows, generator=generator) >= share)[self.panel]
        also_singles = torch.rand(rows, generator=generator) < 0.5
        no_labs = ~self.laboratory[:, None] & (singles | ~also_singles)
        pattern = torch.rand(rows, generator=generator)
        kept = torch.where(pattern < 0.5, panels, torch.where(pattern < 0.75, singles, no_labs))
        place, start = torch.rand(rows, generator=generator), 0.0
        for stays, part in self.sets:
            kept = torch.where((place >= start) & (place < start + part), stays[:, None], kept)
            start += part
        return kept | ~touched
