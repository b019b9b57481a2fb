"""The network: additive curves with pairwise interactions, K members in one batched program.

For member k and outcome o, with z_i the encoded columns of input i (all zero when unknown):

    logit = b + Σ_i f_i + Σ_{i<j} g_ij,   f_i = ⟨z_i, W_i⟩,   g_ij = ⟨u_i, M_ij u_j⟩,   u_i = clamp(z_i B_i)

u_i are few columns an input, made by :func:`pair_basis`: known, the standardised value, and what a curve may bend
beyond it. They are held beyond ±4 standard deviations, so that a pair cannot run away where nobody was seen. M is one
symmetric matrix with empty blocks on the diagonal: the fit is convex in b, W and M, and a sum of two such networks is
one again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch

from riskmodels.explain.shapley import PairwiseForm
from riskmodels.tabular.encoding import Encoding

#: columns an input has in pairs, and how many standard deviations they reach
PAIR_COLUMNS, REACH = 3, 4.0


@dataclass(frozen=True)
class Weights:
    """A fitted ensemble: member 0 is the network that is shown, the others tell how far it could have come out.

    Args:
        bias: (K, O).
        curves: (p, d, K, O), W above.
        basis: (p, d, m), B above.
        pairs: (K, O, p·m, p·m), M above.
    """

    bias: torch.Tensor
    curves: torch.Tensor
    basis: torch.Tensor
    pairs: torch.Tensor

    def to(self, device: torch.device, dtype: torch.dtype) -> Weights:
        """The same weights on another device and of another type."""
        return Weights(*(getattr(self, f.name).to(device, dtype) for f in fields(self)))

    def detached(self) -> Weights:
        """Copies on the CPU, out of any graph, as float32."""
        return Weights(*(getattr(self, f.name).detach().clone().to("cpu", torch.float32) for f in fields(self)))

    def members(self, first: int, end: int | None = None) -> Weights:
        """Some members as an ensemble of their own."""
        part = slice(first, end)
        return Weights(self.bias[part], self.curves[:, :, part], self.basis, self.pairs[part])


def pair_basis(z: torch.Tensor, encoding: Encoding) -> torch.Tensor:
    """The columns that inputs have in pairs.

    Args:
        z: (p, n, d) encoded inputs of the training people.
        encoding: that encoded them.

    Returns:
        (p, d, m): for numbers known, value and the first principal component of the spline columns given those two;
        for choices known and the first principal components of the answers. Unit variance where known.
    """
    p, _, d = z.shape
    basis = torch.zeros(p, d, PAIR_COLUMNS, dtype=torch.float64)
    basis[:, 0, 0] = 1.0
    for i, read in enumerate(encoding.inputs):
        known = z[i, z[i, :, 0] > 0, : read.width].double()
        if read.levels:
            main, rest = known[:, :0], known[:, 1:] - known[:, 1:].mean(0)
            rest[:, [column - 1 for column in read.own]] = 0.0
        else:
            basis[i, 1, 1] = 1.0
            main, rest = known[:, :2], known[:, 2:]
            fitted = torch.linalg.lstsq(main, rest).solution
            rest = rest - main @ fitted
        free = PAIR_COLUMNS - (1 if read.levels else 2)
        _, size, turn = torch.linalg.svd(rest, full_matrices=False)
        count = min(free, int((size > 1e-6 * size[0]).sum()))
        # the sign of a component is the processor's choice: its largest part is made positive
        turn = turn * turn.gather(1, turn.abs().argmax(1, keepdim=True)).sign()
        scaled = (turn[:count] / (size[:count, None] / len(rest) ** 0.5)).T
        first = PAIR_COLUMNS - free
        basis[i, 1 if read.levels else 2 : read.width, first : first + count] = scaled
        if not read.levels:
            basis[i, :2, first : first + count] -= fitted @ scaled
    return basis.float()


def pair_columns(z: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """Encoded inputs → their columns in pairs, (p, n, d) → (n, p·m)."""
    u = torch.bmm(z, basis).clamp_(-REACH, REACH)
    return u.transpose(0, 1).reshape(z.shape[1], -1)


def quadratic(u: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
    """Sums of pairs ½ u M u for many M, (n, q) and (C, q, q) → (n, C)."""
    return 0.5 * (torch.matmul(u, pairs) * u).sum(2).T


def member_logits(z: torch.Tensor, weights: Weights) -> torch.Tensor:
    """Encoded inputs → log-odds of every member.

    Args:
        z: (p, n, d), zero where unknown.
        weights: of matching p and d.

    Returns:
        (n, K, O).
    """
    p, n, d = z.shape
    if weights.curves.shape[:2] != (p, d):
        raise ValueError(f"z must be {tuple(weights.curves.shape[:2])} in inputs and columns, got {(p, d)}")
    k, o = weights.bias.shape
    main = z.transpose(0, 1).reshape(n, p * d) @ weights.curves.reshape(p * d, k * o)
    pair = quadratic(pair_columns(z, weights.basis), weights.pairs.flatten(0, 1))
    return weights.bias + main.view(n, k, o) + pair.view(n, k, o)


def member_form(weights: Weights, k: int, o: int, slope: float = 1.0, intercept: float = 0.0) -> PairwiseForm:
    """slope · log-odds + intercept of one member and outcome, as a form that explains itself."""
    with torch.no_grad():
        base = float(slope * weights.bias[k, o] + intercept)
        return PairwiseForm(base, slope * weights.curves[:, :, k, o], weights.basis, slope * weights.pairs[k, o], REACH)


def other_input(p: int) -> torch.Tensor:
    """(p·m, p·m) 1 where two pair columns are of different inputs, else 0."""
    of = torch.arange(p).repeat_interleave(PAIR_COLUMNS)
    return (of[:, None] != of[None, :]).float()


def centred(weights: Weights) -> Weights:
    """The ensemble with its members moved so that their mean is the first, which is fitted to everybody."""

    def moved(tensor: torch.Tensor, dimension: int) -> torch.Tensor:
        first = tensor.narrow(dimension, 0, 1)
        others = tensor.narrow(dimension, 1, tensor.shape[dimension] - 1)
        return torch.cat([first, others - others.mean(dimension, keepdim=True) + first], dimension)

    if len(weights.bias) == 1:
        return weights
    return Weights(moved(weights.bias, 0), moved(weights.curves, 2), weights.basis, moved(weights.pairs, 0))


def concatenate(first: Weights, second: Weights) -> Weights:
    """Two ensembles of the same encoding and members as one, outcomes of the first before those of the second."""
    return Weights(
        torch.cat([first.bias, second.bias], dim=1),
        torch.cat([first.curves, second.curves], dim=3),
        first.basis,
        torch.cat([first.pairs, second.pairs], dim=1),
    )


def select(weights: Weights, outcome: int) -> Weights:
    """One outcome of an ensemble, as an ensemble of one outcome."""
    one = slice(outcome, outcome + 1)
    return Weights(
        weights.bias[:, one],
        weights.curves[:, :, :, one].contiguous(),
        weights.basis,
        weights.pairs[:, one].contiguous(),
    )


def weighted_sum(parts: list[Weights], scales: list[torch.Tensor], shift: torch.Tensor) -> Weights:
    """One outcome that is a weighted sum of others.

    Args:
        parts: ensembles of one outcome each (O = 1), of the same encoding and members.
        scales: (K,) factor of each.
        shift: (K,) added.

    Returns:
        shift + Σ scale · part, an ensemble of one outcome.
    """
    return Weights(
        shift[:, None] + sum(s[:, None] * w.bias for s, w in zip(scales, parts, strict=True)),
        sum(s[None, None, :, None] * w.curves for s, w in zip(scales, parts, strict=True)),  # type: ignore[arg-type]
        parts[0].basis,
        sum(s[:, None, None, None] * w.pairs for s, w in zip(scales, parts, strict=True)),  # type: ignore[arg-type]
    )
