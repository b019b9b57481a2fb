"""A model as one table: every curve and every pair column is a piecewise cubic of its input.

The encoding of an input is a piecewise cubic, and curves and pair columns are combinations of its columns. So they are
folded once: find the segment, evaluate the cubic, and there is what each outcome's curve adds, and there are the few
columns of the input in pairs. What is left is one quadratic form an outcome:

    logit = base + Σ_i f_i(x_i) + ½ u M u
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from riskmodels.columns import Floats
from riskmodels.explain.shapley import PairwiseForm
from riskmodels.tabular.encoding import CHUNK, LEAST_OF_LOGARITHM, Encoding
from riskmodels.tabular.network import PAIR_COLUMNS, REACH


class Folded:
    """Several forms on the same encoding: those of the outcomes, and those of the interval.

    Of many rows on a CPU :class:`riskmodels.tabular.compiled.Compiled` computes them from this table.

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

    def _parts(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Curves and pair columns, (n, p) raw values → (p, n, F) and (n, p·m), zero where unknown."""
        encoding = self.encoding
        columns = x.T.to(encoding.origins.dtype)
        known = ~torch.isnan(columns)
        columns = torch.where(known, columns, 1.0)
        columns = torch.where(
            encoding.log_mask[:, None], columns.clamp_min(LEAST_OF_LOGARITHM).log(), columns
        ).contiguous()
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

    def logits(self, x: Floats) -> Floats:
        """All forms, (n, p) raw values → (n, F)."""
        return self.explained(x, ())[0]

    @torch.inference_mode()
    def explained(self, x: Floats, wanted: Sequence[int]) -> tuple[Floats, Floats]:
        """:meth:`logits`, and the Shapley values of some of the forms, (wanted, n, p)."""
        forms, values, at = [], [], list(wanted)
        for rows in torch.split(torch.from_numpy(x).to(self.base), CHUNK):
            curves, u = self._parts(rows)
            pair = torch.matmul(u, self.quadratic).mul_(0.5).mul_(u)  # (F, n, p·m)
            forms.append(curves.sum(0).add_(self.base).add_(pair.sum(2).T))
            of_inputs = pair[at].view(len(at), len(u), self.table.shape[1], PAIR_COLUMNS).sum(3)
            values.append(of_inputs.add_(curves[:, :, at].permute(2, 1, 0)))
        return torch.cat(forms).double().cpu().numpy(), torch.cat(values, dim=1).double().cpu().numpy()
