"""Exact Shapley values in closed form: what knowing an input changes.

The value of a set of inputs is the model's own log-odds with all others unknown. The ensemble's mean log-odds is
b + Σ f_i + Σ_{i<j} g_ij over the known inputs, so its Shapley values need no background data and no sampling:

    φ_i = f_i + ½ Σ_j g_ij,        Shapley interaction value of (i, j) = ½ g_ij,        base = b

(Shapley 1953; a pairwise game splits every pair in half). Unknown inputs have exactly zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.vocabulary import GROUPS, group_of

#: two-sided 90 % of a normal distribution
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class PairwiseForm:
    """One outcome's log-odds: base + z·w + ½ u·Q·u, with u the pair columns of z, Q with zero diagonal blocks.

    Args:
        base: log-odds of a person of whom nothing is known.
        linear: (p, d), w.
        basis: (p, d, m) of the pair columns, u_i = clamp(z_i B_i).
        quadratic: (p·m, p·m) symmetric, Q.
        reach: of the clamp, on both sides of 0.
    """

    base: float
    linear: torch.Tensor
    basis: torch.Tensor
    quadratic: torch.Tensor
    reach: float

    def columns(self, z: torch.Tensor) -> torch.Tensor:
        """Pair columns, (p, n, d) encoded inputs → (n, p, m)."""
        return torch.bmm(z, self.basis).clamp_(-self.reach, self.reach).transpose(0, 1)

    def values(self, z: torch.Tensor) -> torch.Tensor:
        """Shapley values, (p, n, d) encoded inputs → (n, p)."""
        u = self.columns(z)
        half = (u.flatten(1) @ self.quadratic).mul_(0.5).view(u.shape).mul_(u).sum(2)
        return half.add_(self.main(z))

    def interactions(self, z: torch.Tensor) -> torch.Tensor:
        """Pair terms g_ij, (p, n, d) → (n, p, p), zero on the diagonal."""
        u = self.columns(z)
        p, m = u.shape[1:]
        return torch.einsum("nia,iajb,njb->nij", u, self.quadratic.view(p, m, p, m), u)

    def main(self, z: torch.Tensor) -> torch.Tensor:
        """Curves f_i alone, (p, n, d) → (n, p)."""
        return torch.einsum("ind,id->ni", z, self.linear)


@dataclass(frozen=True)
class Reasons:
    """Why an outcome's estimate is what it is, for each row.

    Args:
        outcome: name of the outcome.
        base: log-odds of a person of whom nothing is known ("everybody").
        values: log-odds contribution of each input; exactly 0 where unknown. base + row sum = log-odds shown.
        logit: (n,) the log-odds shown, computed apart.
        data: the inputs, canonical units, NaN where unknown.
        counted: what they are counted as: the same, but for those held at the edge of the training data.
        form, encoded: what the interactions are computed from when asked for; ``encoded()`` gives the encoded inputs.
        members: forms of the bootstrap members, for :attr:`spread`.
        shift: (n, p) what edits of the curves add to each input, within ``values``.
    """

    outcome: str
    base: float
    values: pd.DataFrame
    logit: Floats
    data: pd.DataFrame
    counted: pd.DataFrame
    form: PairwiseForm
    encoded: Callable[[], torch.Tensor]
    members: tuple[PairwiseForm, ...] = ()
    shift: Floats | float = 0.0

    @property
    def gap(self) -> Floats:
        """(n,) |base + Σ values − logit|: how far the explanation is from the number shown."""
        return np.asarray(np.abs(self.base + self.values.to_numpy().sum(axis=1) - self.logit))

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Standard deviation of each contribution over the bootstrap members, log-odds; 0 where unknown.

        A contribution ± :data:`Z90` of it is the model's own 90 % interval of that reason; NaN without members.
        """
        z = self.encoded()
        own = [form.values(z) for form in self.members]
        found = torch.stack(own).std(0).double().cpu().numpy() if len(own) > 1 else np.full(self.values.shape, np.nan)
        return pd.DataFrame(found, index=self.values.index, columns=self.values.columns)

    @cached_property
    def interactions(self) -> Floats:
        """(n, p, p) SHAP interaction values: half of each pair term off the diagonal, the curve on it.

        Rows sum to :attr:`values`, as in shap's own convention.
        """
        z = self.encoded()
        matrix = self.form.interactions(z).mul_(0.5)
        matrix.diagonal(dim1=1, dim2=2).copy_(self.form.main(z))
        found = np.asarray(matrix.cpu().numpy(), dtype=float)
        np.einsum("nii->ni", found)[...] += self.shift
        return found

    def points(self) -> tuple[float, pd.DataFrame]:
        """The same in probability: base risk, and contributions that add up to the risk shown.

        Each log-odds contribution is scaled by the row's (risk − base risk) / (log-odds − base log-odds), so signs
        and proportions stay and the sum is exact.

        Returns:
            base risk 0–1, and contributions in probability (0.021 = 2.1 percentage points).
        """
        base_risk = _sigmoid(np.array(self.base))
        shift = self.logit - self.base
        small = np.abs(shift) < 1e-9
        slope = np.where(
            small, base_risk * (1 - base_risk), (_sigmoid(self.logit) - base_risk) / np.where(small, 1.0, shift)
        )
        return float(base_risk), self.values.mul(slope, axis=0)

    def by_group(self) -> pd.DataFrame:
        """Log-odds contributions summed (with sign) within clinical groups; columns are group names."""
        groups = self.values.columns.map(lambda name: group_of(name).name)
        order = [g.name for g in GROUPS if g.name in set(groups)]
        return self.values.T.groupby(groups).sum().T[order]

    def to_shap(self) -> Any:
        """A ``shap.Explanation`` in log-odds: values (n, p), base values (n,), data and feature names."""
        import shap  # slow to import, and only Python users need it

        return shap.Explanation(
            values=self.values.to_numpy(),
            base_values=np.full(len(self.values), self.base),
            data=self.data.to_numpy(),
            feature_names=list(self.values.columns),
        )


def _sigmoid(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))
