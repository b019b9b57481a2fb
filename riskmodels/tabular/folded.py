"""A model as one table: every curve and every pair column is a piecewise cubic of its input.

The encoding of an input is a piecewise cubic, and curves and pair columns are combinations of its columns. So they are
folded once: find the segment, evaluate the cubic, and there is what each outcome's curve adds, and there are the few
columns of the input in pairs. What is left is one quadratic form an outcome:

    logit = base + Σ_i f_i(x_i) + ½ u M u
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from riskmodels.explain.shapley import PairwiseForm
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.network import PAIR_COLUMNS, REACH


class Folded:
    """Several forms on the same encoding: those of the outcomes, and those of the interval.

    Args:
        encoding: on its device, with its type.
        forms: one or more, of the same pair columns.
    """

    def __init__(self, encoding: Encoding, forms: Sequence[PairwiseForm]) -> None:
        self.encoding, self.count = encoding, len(forms)
        self.base = torch.tensor([form.base for form in forms], dtype=torch.float64).to(encoding.origins)
        self.quadratic = torch.stack([form.quadratic for form in forms])  # (F, q, q)
        columns = torch.cat([torch.stack([form.linear for form in forms], -1), forms[0].basis], dim=2)  # (p, d, F + m)
        # (power, p, segments, F + m): a power's coefficients stand together, they are read one after the other
        self.table = torch.einsum("iskd,idc->kisc", encoding.table, columns).contiguous()
        self.segments = encoding.origins.shape[1]

    def parts(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Curves and pair columns, (n, p) raw values → (p, n, F) and (n, p·m), zero where unknown."""
        encoding = self.encoding
        columns = x.T.to(encoding.origins.dtype)
        known = ~torch.isnan(columns)
        columns = torch.where(known, columns, 1.0)
        columns = torch.where(encoding.log_mask[:, None], columns.clamp_min(1e-6).log(), columns).contiguous()
        segment = torch.searchsorted(encoding.boundaries, columns, right=True)  # (p, n)
        u = (columns - encoding.origins.gather(1, segment)).view(-1, 1)
        place = segment.add_(torch.arange(len(columns), device=x.device)[:, None] * self.segments).view(-1)
        c = self.table.view(4, -1, self.table.shape[-1])
        cubic = c[3].index_select(0, place).mul_(u)
        cubic = cubic.add_(c[2].index_select(0, place)).mul_(u)
        cubic = cubic.add_(c[1].index_select(0, place)).mul_(u).add_(c[0].index_select(0, place))
        cubic = cubic.mul_(known.reshape(-1, 1)).view(len(columns), len(x), c.shape[-1])
        pairs = cubic[:, :, self.count :].clamp(-REACH, REACH).transpose(0, 1).flatten(1)
        return cubic[:, :, : self.count], pairs

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """All forms, (n, p) raw values → (n, F)."""
        return self.sums(*self.parts(x))

    def sums(self, curves: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        """:meth:`logits` of :meth:`parts`."""
        pair = (torch.matmul(u, self.quadratic) * u).sum(2).T
        return curves.sum(0).add_(self.base).add_(pair, alpha=0.5)

    def values(self, curves: torch.Tensor, u: torch.Tensor, wanted: Sequence[int]) -> torch.Tensor:
        """Shapley values of some of the forms, from :meth:`parts` → (wanted, n, p)."""
        at = list(wanted)
        half = torch.matmul(u, self.quadratic[at]).mul_(0.5).mul_(u)  # (wanted, n, p·m)
        half = half.view(len(at), len(u), self.table.shape[1], PAIR_COLUMNS).sum(3)
        return half.add_(curves[:, :, at].permute(2, 1, 0))
