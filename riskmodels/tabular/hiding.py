"""Hiding known inputs while training, so that one network learns every subset; and telling answers less exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from riskmodels.evaluation.subsets import blocks_of
from riskmodels.tabular.encoding import Encoding
from riskmodels.variable import Variable
from riskmodels.vocabulary import VOCABULARY, vague_of

#: share of the people whose answer the interval sees less exactly: of never and former smokers that they smoke not now
VAGUE_SHARE = 0.2


@dataclass(frozen=True)
class VagueAnswer:
    """An answer that leaves others open: encoded as they are on average, and by a column of its own.

    So its log-odds are the mean of those of the answers it leaves open, as often as training people gave them, and lie
    between them for everybody; that needs no training (taught on hidden answers the estimates came out no closer:
    docs/experiments.md). The column of its own serves the interval alone, which it widens.

    Args:
        input: its place.
        own: its own column.
        columns: (d,) its encoded columns.
        exact: (A, d) those of the answers it leaves open.
    """

    input: int
    own: int
    columns: torch.Tensor
    exact: torch.Tensor

    def to(self, device: torch.device) -> VagueAnswer:
        """The same on another device."""
        return replace(self, columns=self.columns.to(device), exact=self.exact.to(device))


def vague_answers(encoding: Encoding) -> tuple[VagueAnswer, ...]:
    """The answers of an encoding's choices that leave others open and have a level of their own to be learnt."""
    found = []
    for i, read in enumerate(encoding.inputs):
        for own in read.own:
            code = read.levels[own - 1]
            answers = np.array([code, *vague_of(read.name)[code]])
            rows = torch.zeros(len(answers), encoding.width)
            rows[:, : read.width] = torch.tensor(read.evaluate(answers)).float()
            found.append(VagueAnswer(i, own, rows[0], rows[1:]))
    return tuple(found)


class Hiding:
    """Hides known inputs at random.

    A touched row has one of the named sets hidden, or takes one of three patterns, with a share drawn from 0–100 %:
    whole panels, i.e. the laboratory or the other inputs of a clinical group (half of those rows), single inputs (a
    quarter), or all laboratory values, and single other inputs in half of those (a quarter): what is unknown together
    in practice is hidden together. Or it lacks whole blocks, each as often as real files do
    (:mod:`riskmodels.evaluation.subsets`).

    Args:
        names: the inputs, in the order of the encoding.
        share_of_rows: of the rows touched.
        sets: inputs hidden together, and the share of the touched rows that has just them hidden.
        as_files: share of the other touched rows that lack blocks as files do, instead of a pattern.
        vague: answers that people give of whom more is known; see :meth:`vaguely`.
        variables: what the inputs are.
    """

    def __init__(
        self,
        names: Sequence[str],
        share_of_rows: float,
        sets: Sequence[tuple[Sequence[str], float]] = (),
        as_files: float = 0.0,
        vague: Sequence[VagueAnswer] = (),
        variables: Mapping[str, Variable] = VOCABULARY,
    ) -> None:
        self.share_of_rows, self.as_files, self.vague = share_of_rows, as_files, tuple(vague)
        panels = [(variables[name].group, variables[name].laboratory) for name in names]
        self.panel = torch.tensor([sorted(set(panels)).index(p) for p in panels])
        self.laboratory = torch.tensor([variables[name].laboratory for name in names])
        blocks = blocks_of(names)
        block = {name: i for i, held in enumerate(blocks, 1) for name in held.inputs}
        self.block = torch.tensor([block.get(name, 0) for name in names])  # 0: known in every file
        self.often = torch.tensor([1.0, *(held.often for held in blocks)])
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
        if self.as_files:
            there = torch.rand(len(self.often), rows, generator=generator) < self.often[:, None]
            kept = torch.where(torch.rand(rows, generator=generator) < self.as_files, there[self.block], kept)
        place, start = torch.rand(rows, generator=generator), 0.0
        for stays, part in self.sets:
            kept = torch.where((place >= start) & (place < start + part), stays[:, None], kept)
            start += part
        return kept | ~touched

    def vaguely(self, z: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Encoded inputs with some answers told less exactly, as :data:`VAGUE_SHARE` says.

        Args:
            z: (p, n, d).
            generator: draws whose (on the CPU).

        Returns:
            Another (p, n, d); ``z`` itself where no answer is vague.
        """
        if not self.vague:
            return z
        z = z.clone()
        for answer in (a.to(z.device) for a in self.vague):
            told = (z[answer.input][:, None, :] == answer.exact).all(2).any(1)
            drawn = torch.rand(len(told), generator=generator).to(z.device) < VAGUE_SHARE
            z[answer.input] = torch.where((told & drawn)[:, None], answer.columns, z[answer.input])
        return z
